//! Signs PDF files a number of times, for independent validators to judge.
//!
//! `sign_acts --time UNIX --out DIR [--acts N] [--across] [--invisible] [--rsa] [--append] [--level b|t|lt|lta]
//! [--renew] [--certify] [--lock] FILE…`
//!
//! `--level` goes up to that level of PAdES; `--renew` augments the finished file once more, as somebody would who knows
//! nothing but the file; `--certify` makes the first act a certification, `--lock` the last one a lock.
//!
//! Each file becomes `DIR/<name>.pdf`; `DIR/root.pem` is the certificate to trust. One line a file is printed:
//! `signed <file> <pages> <bytes>` or `refused <file> <reason>`, separated by tabs. `--append` signs the file as it is,
//! without the rebuild that comes before a first signature.

#[path = "../support/demo.rs"]
mod demo;

use std::{
    fs,
    path::{Path, PathBuf},
};

use demo::{DemoPki, Failure};
use pdfseal::{
    Limits,
    appearance::{Slice, Stamp, StampPicture},
    rebuild,
    sign::{
        AppendedRevision, Certification, Lock, SignOptions, SignRequest, SigningPlan, SigningTime,
        prepare_signature_with,
    },
};
use sealpki::KeyAlgorithm;

struct Options {
    time: i64,
    out: PathBuf,
    acts: usize,
    across: bool,
    invisible: bool,
    rsa: bool,
    append: bool,
    level: Level,
    renew: bool,
    certify: bool,
    lock: bool,
    files: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Basic,
    Time,
    LongTerm,
    Archive,
}

fn main() -> Result<(), Failure> {
    let options = Options::read(std::env::args().skip(1))?;
    let algorithm = if options.rsa {
        KeyAlgorithm::Rsa2048
    } else {
        KeyAlgorithm::EcdsaP256
    };
    let pki = DemoPki::new(algorithm, options.time, 0x31)?;
    fs::create_dir_all(&options.out)?;
    fs::write(options.out.join("root.der"), pki.root.der())?;
    let pictures = [demo::seal()?, demo::handwriting()?];
    for file in &options.files {
        let name = file.file_name().unwrap_or_default();
        match sign(&options, &pki, &pictures, file, &options.out.join(name)) {
            Ok((pages, bytes)) => println!("signed\t{}\t{pages}\t{bytes}", file.display()),
            Err(reason) => println!("refused\t{}\t{reason}", file.display()),
        }
    }
    Ok(())
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            time: 0,
            out: PathBuf::new(),
            acts: 2,
            across: false,
            invisible: false,
            rsa: false,
            append: false,
            level: Level::Basic,
            renew: false,
            certify: false,
            lock: false,
            files: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| format!("{argument} needs a value"))
            };
            match argument.as_str() {
                "--time" => options.time = value()?.parse()?,
                "--out" => options.out = value()?.into(),
                "--acts" => options.acts = value()?.parse()?,
                "--across" => options.across = true,
                "--invisible" => options.invisible = true,
                "--rsa" => options.rsa = true,
                "--append" => options.append = true,
                "--renew" => options.renew = true,
                "--certify" => options.certify = true,
                "--lock" => options.lock = true,
                "--level" => options.level = level(&value()?)?,
                _ => options.files.push(argument.into()),
            }
        }
        if options.time == 0 || options.out.as_os_str().is_empty() {
            return Err("usage: sign_acts --time UNIX --out DIR [--acts N] [--across] [--rsa] FILE…".into());
        }
        Ok(options)
    }
}

fn level(text: &str) -> Result<Level, Failure> {
    Ok(match text {
        "b" => Level::Basic,
        "t" => Level::Time,
        "lt" => Level::LongTerm,
        "lta" => Level::Archive,
        _ => return Err(format!("{text} is no level: b, t, lt or lta").into()),
    })
}

fn sign(
    options: &Options,
    pki: &DemoPki,
    pictures: &[StampPicture],
    from: &Path,
    to: &Path,
) -> Result<(usize, usize), Failure> {
    let original = fs::read(from)?;
    let limits = Limits::default();
    let mut file = if options.append {
        original
    } else {
        rebuild(&original, &limits)?.bytes
    };
    let mut plan = SigningPlan::prepare(&file, &limits)?;
    let pages = plan.page_count();
    for act in 0..options.acts {
        let stamps = if options.invisible || options.certify {
            Vec::new()
        } else {
            stamps(&plan, pictures, act, options.across)
        };
        let pictures: Vec<&StampPicture> = pictures.iter().collect();
        let request = SignRequest {
            stamps: &stamps,
            pictures: &pictures,
            field_prefix: &format!("act{act}"),
            signer_name: Some("契书演示科技有限公司"),
            reason: Some("Approved (demo)"),
            location: None,
            time: SigningTime {
                unix_seconds: options.time,
                offset_minutes: 480,
            },
            contents_reserve: if options.level == Level::Basic {
                pki.signer.cms_len_max()
            } else {
                pki.services.reserve(&pki.signer)
            },
        };
        let restrictions = SignOptions {
            certification: (options.certify && act == 0).then_some(Certification::FillInAndSign),
            lock: (options.lock && act + 1 == options.acts).then_some(Lock::AllFields),
            ..SignOptions::default()
        };
        // Through its stored form, as a server would between two signers.
        plan = SigningPlan::from_bytes(&plan.to_bytes())?;
        let pending = prepare_signature_with(&plan, &request, &restrictions)?;
        let revision = if options.level == Level::Basic {
            let cms = pki.signer.sign_detached(&pending.digest())?;
            pending.complete(&cms)?
        } else {
            pki.services.sign(&pki.signer, pending, options.time)?
        };
        plan = append(&mut file, revision)?;
    }
    let mut plan = augment(options, pki, &mut file, plan, "stamp1")?;
    if options.renew {
        plan = SigningPlan::prepare_augmentation(&file, &limits)?;
        plan = augment(options, pki, &mut file, plan, "stamp2")?;
    }
    if plan.file_sha256() != sealpki::sha256(&file) {
        return Err("the running digest does not fit the file".into());
    }
    fs::write(to, &file)?;
    Ok((pages, file.len()))
}

fn append(file: &mut Vec<u8>, revision: AppendedRevision) -> Result<SigningPlan, Failure> {
    file.extend_from_slice(&revision.bytes);
    if revision.revision_sha256 != sealpki::sha256(file) {
        return Err("the running digest does not fit the file".into());
    }
    Ok(revision.plan)
}

/// Validation data and a time-stamp of the document, as far as the level goes.
fn augment(
    options: &Options,
    pki: &DemoPki,
    file: &mut Vec<u8>,
    mut plan: SigningPlan,
    name: &str,
) -> Result<SigningPlan, Failure> {
    if options.level >= Level::LongTerm {
        let signer = pki.signer.certificate();
        // A second response differs from the first one, or there would be nothing to add.
        let time = options.time + i64::from(name == "stamp2");
        plan = append(file, pki.services.add_validation_data(&plan, signer, time)?)?;
    }
    if options.level >= Level::Archive {
        plan = append(file, pki.services.add_time_stamp(&plan, name, options.time)?)?;
    }
    Ok(plan)
}

/// A seal on one page and a turned signature on another, moving with every act; with `across`, strips on all pages.
fn stamps(plan: &SigningPlan, pictures: &[StampPicture], act: usize, across: bool) -> Vec<Stamp> {
    let sizes: Vec<(f64, f64)> = plan.page_sizes().collect();
    let step = f64::from(u32::try_from(act % 10).unwrap_or(0));
    let place = |page: usize, picture: usize, fraction: f64, rotation_degrees: f64| {
        let (page_width, page_height) = sizes[page];
        let natural = &pictures[picture];
        let (width, height) = natural.fit(120.0_f64.min(page_width / 2.0), 120.0_f64.min(page_height / 3.0));
        Stamp {
            page,
            x: (page_width - width) * fraction,
            y: (page_height - height) * (0.05 + step * 0.09),
            width,
            height,
            rotation_degrees,
            picture,
            slice: None,
            description: "契书演示科技有限公司".to_owned(),
        }
    };
    let mut stamps = vec![place(act % sizes.len(), 0, 0.1, 0.0)];
    stamps.push(place(
        sizes.len() - 1 - act % sizes.len(),
        1,
        0.7,
        f64::from(u32::try_from(act % 12).unwrap_or(0)) * 30.0,
    ));
    if across && sizes.len() > 1 {
        strips(&sizes, &pictures[0], 0.5 - step * 0.04, &mut stamps);
    }
    stamps
}

fn strips(sizes: &[(f64, f64)], seal: &StampPicture, height_fraction: f64, stamps: &mut Vec<Stamp>) {
    for (group, pages) in sizes.chunks(20).enumerate() {
        let count = u32::try_from(pages.len()).unwrap_or(1);
        let width = seal.width_pt() / f64::from(count);
        for (index, (page_width, page_height)) in (0..count).zip(pages) {
            stamps.push(Stamp {
                page: group * 20 + usize::try_from(index).unwrap_or(0),
                x: page_width - width,
                y: page_height * height_fraction,
                width,
                height: seal.height_pt(),
                rotation_degrees: 0.0,
                picture: 0,
                slice: Some(Slice { index, count }),
                description: "契书演示科技有限公司".to_owned(),
            });
        }
    }
}
