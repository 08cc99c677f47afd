//! Measures signing and validation: `sign_bench --time UNIX --seconds S --algorithm rsa|p256|sm2 [--keep DIR] FILE…`
//!
//! The first line is the bare key operation, then there is one line a file, all tab-separated:
//!
//! - `raw`, processor milliseconds and operations per core-second
//! - file, bytes, milliseconds for reading, rebuild, plan and first signature, milliseconds per later visible signature
//!   (stored plan in, bytes to append out; median), its processor milliseconds (mean), ratio to the bare operation, peak
//!   memory in MiB
//!
//! then, for the first file, lines with `extra`, a name, milliseconds (median) and processor milliseconds (mean):
//!
//! - `invisible`: a later signature without a stamp
//! - `lta`: a later signature up to level B-LTA, that is two time-stamps, an OCSP response and three revisions
//! - `validate-3`, `validate-10`, `validate-50`: judging the file with so many signatures; `--keep` leaves it in DIR
//!
//! `sign_bench --count N FILE` prepares and completes N signatures without any key operation and prints nothing, for
//! counting instructions.
//!
//! Ratios compare processor times, so that other work on the machine does not spoil them.

#[path = "../support/demo.rs"]
mod demo;

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use demo::{DemoPki, Failure};
use pdfseal::{
    Limits,
    appearance::{Stamp, StampPicture},
    rebuild,
    sign::{AppendedRevision, SignRequest, SigningPlan, SigningTime, prepare_signature},
    verify::verify,
};
use sealpki::{DigestAlgorithm, KeyAlgorithm, PrivateKey, SignerIdentity};

fn main() -> Result<(), Failure> {
    let (mut time, mut seconds, mut algorithm, mut files) = (0, 2.0, KeyAlgorithm::Rsa2048, Vec::new());
    let (mut keep, mut count) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--time" => time = value()?.parse()?,
            "--seconds" => seconds = value()?.parse()?,
            "--algorithm" => {
                algorithm = match value()?.as_str() {
                    "p256" => KeyAlgorithm::EcdsaP256,
                    "sm2" => KeyAlgorithm::Sm2,
                    _ => KeyAlgorithm::Rsa2048,
                }
            }
            "--keep" => keep = Some(PathBuf::from(value()?)),
            "--count" => count = Some(value()?.parse()?),
            _ => files.push(argument),
        }
    }
    if let (Some(count), [file]) = (count, files.as_slice()) {
        return repeat_without_key(file, count);
    }
    let duration = Duration::from_secs_f64(seconds);
    let raw = raw_operation(algorithm, duration)?;
    println!("raw\t{:.4}\t{:.0}", raw.cpu_s * 1e3, 1.0 / raw.cpu_s);
    let pki = DemoPki::new(algorithm, time, 0x42)?;
    let pictures = [demo::seal()?, demo::handwriting()?];
    for file in &files {
        measure(file, &pki.signer, &pictures, time, duration, &raw)?;
    }
    if let Some(file) = files.first() {
        let kept = keep.unwrap_or_else(std::env::temp_dir);
        measure_extras(file, &pki, time, duration, &kept)?;
    }
    Ok(())
}

/// Everything of a signature but the key operation, from a stored plan.
fn repeat_without_key(file: &str, count: u32) -> Result<(), Failure> {
    let rebuilt = rebuild(&fs::read(file)?, &Limits::default())?;
    let stored = SigningPlan::prepare(&rebuilt.bytes, &Limits::default())?.to_bytes();
    for _ in 0..count {
        let plan = SigningPlan::from_bytes(&stored)?;
        let pending = prepare_signature(&plan, &invisible("count", 1_700_000_000, 2_000))?;
        black_box(pending.complete(&[0x30; 1_900])?);
    }
    Ok(())
}

fn invisible(prefix: &str, time: i64, contents_reserve: usize) -> SignRequest<'_> {
    SignRequest {
        stamps: &[],
        pictures: &[],
        field_prefix: prefix,
        signer_name: Some("契书演示科技有限公司"),
        reason: None,
        location: None,
        time: SigningTime {
            unix_seconds: time,
            offset_minutes: 480,
        },
        contents_reserve,
    }
}

fn measure_extras(
    file: &str,
    pki: &DemoPki,
    time: i64,
    duration: Duration,
    kept: &Path,
) -> Result<(), Failure> {
    let original = rebuild(&fs::read(file)?, &Limits::default())?.bytes;
    let plan = SigningPlan::prepare(&original, &Limits::default())?.with_sm3(&original)?;
    let stored = plan.to_bytes();
    let (signer, services) = (&pki.signer, &pki.services);
    let simple = |plan: &SigningPlan, prefix: &str| -> Result<AppendedRevision, Failure> {
        let pending = prepare_signature(plan, &invisible(prefix, time, signer.cms_len_max()))?;
        let digest = pending.digest_by(signer.digest_algorithm())?;
        Ok(pending.complete(&signer.sign_detached(&digest)?)?)
    };
    extra(
        "invisible",
        &repeat(duration, || {
            black_box(simple(&SigningPlan::from_bytes(&stored)?, "one")?);
            Ok(())
        })?,
    );
    extra(
        "lta",
        &repeat(duration, || {
            let plan = SigningPlan::from_bytes(&stored)?;
            let pending = prepare_signature(&plan, &invisible("one", time, services.reserve(signer)))?;
            let signed = services.sign(signer, pending, time)?;
            let data = services.add_validation_data(&signed.plan, signer.certificate(), time)?;
            black_box(services.add_time_stamp(&data.plan, "stamp", time)?);
            Ok(())
        })?,
    );
    fs::create_dir_all(kept)?;
    fs::write(kept.join("root.der"), pki.root.der())?;
    let (mut signed, mut plan) = (original, plan);
    let mut acts = 0;
    for wanted in [3, 10, 50] {
        while acts < wanted {
            let revision = simple(&plan, &format!("act{acts}"))?;
            signed.extend_from_slice(&revision.bytes);
            plan = revision.plan;
            acts += 1;
        }
        let times = repeat(duration, || {
            let report = verify(&signed, &Limits::default(), std::slice::from_ref(&pki.root), time);
            if report.all_passed() && report.signatures.len() == wanted {
                Ok(())
            } else {
                Err(format!("{wanted} signatures are not accepted").into())
            }
        })?;
        extra(&format!("validate-{wanted}"), &times);
        fs::write(kept.join(format!("signed-{wanted}.pdf")), &signed)?;
    }
    Ok(())
}

fn extra(name: &str, times: &Times) {
    println!(
        "extra\t{name}\t{:.4}\t{:.4}",
        times.wall_s * 1e3,
        times.cpu_s * 1e3
    );
}

/// Times of one operation.
struct Times {
    /// Median on the clock, in seconds.
    wall_s: f64,
    /// Mean of the processor time, in seconds.
    cpu_s: f64,
}

/// One bare signature over 32 bytes.
fn raw_operation(algorithm: KeyAlgorithm, duration: Duration) -> Result<Times, Failure> {
    let key = PrivateKey::generate(algorithm)?;
    repeat(duration, || {
        black_box(key.sign(black_box(&[7; 32]))?);
        Ok(())
    })
}

fn measure(
    file: &str,
    signer: &SignerIdentity,
    pictures: &[StampPicture],
    time: i64,
    duration: Duration,
    raw: &Times,
) -> Result<(), Failure> {
    let original = fs::read(file)?;
    let started = Instant::now();
    let rebuilt = rebuild(&original, &Limits::default())?;
    let mut plan = SigningPlan::prepare(&rebuilt.bytes, &Limits::default())?;
    if signer.digest_algorithm() == DigestAlgorithm::Sm3 {
        plan = plan.with_sm3(&rebuilt.bytes)?;
    }
    let first = sign(&plan, signer, pictures, time, "first")?;
    let entry = started.elapsed().as_secs_f64();
    // The second signature and later ones start from a stored plan, as a server would.
    let stored = first.plan.to_bytes();
    let one = repeat(duration, || {
        let plan = SigningPlan::from_bytes(&stored)?;
        black_box(sign(&plan, signer, pictures, time, "second")?);
        Ok(())
    })?;
    println!(
        "{file}\t{}\t{:.2}\t{:.4}\t{:.4}\t{:.2}\t{:.1}",
        original.len(),
        entry * 1e3,
        one.wall_s * 1e3,
        one.cpu_s * 1e3,
        one.cpu_s / raw.cpu_s,
        peak_memory_mib()
    );
    Ok(())
}

fn sign(
    plan: &SigningPlan,
    signer: &SignerIdentity,
    pictures: &[StampPicture],
    time: i64,
    prefix: &str,
) -> Result<AppendedRevision, Failure> {
    let stamp = Stamp {
        page: plan.page_count() - 1,
        x: 60.0,
        y: 80.0,
        width: 119.0,
        height: 119.0,
        rotation_degrees: 0.0,
        // The first act embeds the seal; the second one brings the other party's picture.
        picture: usize::from(prefix == "second"),
        slice: None,
        description: "契书演示科技有限公司".to_owned(),
    };
    let pictures: Vec<&StampPicture> = pictures.iter().collect();
    let request = SignRequest {
        stamps: &[stamp],
        pictures: &pictures,
        field_prefix: prefix,
        signer_name: Some("契书演示科技有限公司"),
        reason: None,
        location: None,
        time: SigningTime {
            unix_seconds: time,
            offset_minutes: 480,
        },
        contents_reserve: signer.cms_len_max(),
    };
    let pending = prepare_signature(plan, &request)?;
    let cms = signer.sign_detached(&pending.digest_by(signer.digest_algorithm())?)?;
    Ok(pending.complete(&cms)?)
}

/// Repeats an operation for a while.
fn repeat(duration: Duration, mut run: impl FnMut() -> Result<(), Failure>) -> Result<Times, Failure> {
    let mut times = Vec::new();
    let (started, cpu_started) = (Instant::now(), cpu_seconds());
    while started.elapsed() < duration || times.len() < 5 {
        let one = Instant::now();
        run()?;
        times.push(one.elapsed().as_secs_f64());
    }
    let cpu_s = (cpu_seconds() - cpu_started) / f64::from(u32::try_from(times.len())?);
    times.sort_unstable_by(f64::total_cmp);
    Ok(Times {
        wall_s: times[times.len() / 2],
        cpu_s,
    })
}

/// Processor time of this thread in seconds, from the scheduler's own account.
fn cpu_seconds() -> f64 {
    let account = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: f64 = account
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0.0);
    nanoseconds / 1e9
}

/// `VmHWM` of this process; 0 where the system does not tell.
fn peak_memory_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or_default();
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().unwrap_or(0.0);
    kib / 1024.0
}
