//! Measures signing: `sign_bench --time UNIX --seconds S --algorithm rsa|p256 FILE…`
//!
//! For each file one line of tab-separated figures is printed: file, bytes, milliseconds for strict reading, rebuild and
//! plan, milliseconds per visible signature (stored plan in, bytes to append out; the median), signatures per second,
//! milliseconds of the signature operation alone, peak memory in MiB. The first line is the raw rate of the key operation.

#[path = "../support/demo.rs"]
mod demo;

use std::{
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use demo::{DemoPki, Failure};
use pdfseal::{
    Limits,
    appearance::{Stamp, StampPicture},
    rebuild,
    sign::{AppendedRevision, SignRequest, SigningPlan, SigningTime, prepare_signature},
};
use sealpki::{KeyAlgorithm, PrivateKey, SignerIdentity};

fn main() -> Result<(), Failure> {
    let (mut time, mut seconds, mut algorithm, mut files) = (0, 2.0, KeyAlgorithm::Rsa2048, Vec::new());
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
            "--algorithm" if value()? == "p256" => algorithm = KeyAlgorithm::EcdsaP256,
            "--algorithm" => {}
            _ => files.push(argument),
        }
    }
    let duration = Duration::from_secs_f64(seconds);
    let raw = raw_operation(algorithm, duration)?;
    println!("raw\t{:.4}\t{:.0}", raw * 1e3, 1.0 / raw);
    let pki = DemoPki::new(algorithm, time, 0x42)?;
    // A reader of the figures may check that the signer is the one under the root.
    black_box(&pki.root);
    let pictures = [demo::seal()?, demo::handwriting()?];
    for file in files {
        measure(&file, &pki.signer, &pictures, time, duration, raw)?;
    }
    Ok(())
}

/// Seconds of one bare signature over 32 bytes.
fn raw_operation(algorithm: KeyAlgorithm, duration: Duration) -> Result<f64, Failure> {
    let key = PrivateKey::generate(algorithm)?;
    median(duration, || {
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
    raw: f64,
) -> Result<(), Failure> {
    let original = fs::read(file)?;
    let started = Instant::now();
    let rebuilt = rebuild(&original, &Limits::default())?;
    let plan = SigningPlan::prepare(&rebuilt.bytes, &Limits::default())?;
    let first = sign(&plan, signer, pictures, time, "first")?;
    let entry = started.elapsed().as_secs_f64();
    // The second signature and later ones start from a stored plan, as a server would.
    let stored = first.plan.to_bytes();
    let one = median(duration, || {
        let plan = SigningPlan::from_bytes(&stored)?;
        black_box(sign(&plan, signer, pictures, time, "second")?);
        Ok(())
    })?;
    println!(
        "{file}\t{}\t{:.2}\t{:.4}\t{:.0}\t{:.2}\t{:.1}",
        original.len(),
        entry * 1e3,
        one * 1e3,
        1.0 / one,
        one / raw,
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
    let cms = signer.sign_detached(&pending.digest())?;
    Ok(pending.complete(&cms)?)
}

/// Repeats for a while and returns the median time in seconds.
fn median(duration: Duration, mut run: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let mut times = Vec::new();
    let started = Instant::now();
    while started.elapsed() < duration || times.len() < 5 {
        let one = Instant::now();
        run()?;
        times.push(one.elapsed().as_secs_f64());
    }
    times.sort_unstable_by(f64::total_cmp);
    Ok(times[times.len() / 2])
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
