//! `qishu doctor`: does this installation work, and what does it lack?
//!
//! Each check tries the real thing: a worker tries to break out, LibreOffice converts a page, a probe is signed and
//! verified. Nothing is written but what a check removes again; a data folder that is not there yet is not made.

use std::path::Path;
use std::process::ExitCode;

use pdfseal::Limits;
use pdfseal::sign::{SignRequest, SigningTime, prepare_signature};
use pdfseal::text::TextIndex;
use pdfseal::verify::verify;

use qishu_app::document::Upload;
use qishu_app::file_work::{FileLimits, FileWork, ReadyFiles};
use qishu_authority::{
    Authority, AuthorityNames, Holder, KeyAlgorithm, MasterKey, OneTimeKey, Reference, VerifiedSubject,
};
use qishu_config::Config;
use sealpki::DigestAlgorithm;

use crate::clock::system_now;
use crate::{Failure, files, install, wiring};

/// What is looked for in converted probes.
const PROBE_TEXT: &str = "契书试验";
const LIMITS: FileLimits = FileLimits {
    most_pages: 10,
    stream_bytes: 16 << 20,
};
/// 2024-01-01: no correct clock is before it.
const CLOCK_AT_LEAST_S: i64 = 1_704_067_200;

/// How a check ended.
enum Finding {
    Good(String),
    /// It works, but something is lacking.
    Lacking(String),
    Bad(String),
}

/// Checks everything, prints a line per check. The exit status is a failure when a check failed.
pub(crate) async fn examine(config: &Config) -> Result<ExitCode, Failure> {
    let work = files::file_work(config)?;
    let mut all_good = true;
    let mut show = |name: &str, finding: Finding| {
        let (mark, text) = match finding {
            Finding::Good(text) => ("ok  ", text),
            Finding::Lacking(text) => ("note", text),
            Finding::Bad(text) => {
                all_good = false;
                ("BAD ", text)
            }
        };
        println!("{mark}  {name:<12}{text}");
    };
    show("data folder", data_folder(&config.data_dir));
    show("master key", master_key(config));
    show("database", database(config).await);
    show("clock", clock());
    show("sandbox", sandbox(config, &work).await);
    show("signing", signing(config, &work).await);
    let (office, fonts) = libre_office(&work).await;
    show("LibreOffice", office);
    show("fonts", fonts);
    Ok(if all_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn data_folder(folder: &Path) -> Finding {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = folder.display();
    let Ok(metadata) = std::fs::metadata(folder) else {
        return Finding::Lacking(format!("{shown} is not there yet; `qishu serve` makes it"));
    };
    if let Err(error) = tempfile::Builder::new().prefix("doctor-").tempfile_in(folder) {
        return Finding::Bad(format!(
            "{shown} cannot be written ({error}); give it to the user that runs qishu"
        ));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Finding::Good(format!("{shown} can be written, and only by its owner"))
    } else {
        Finding::Lacking(format!(
            "{shown} can be entered by others (mode {mode:o}); type: chmod 700 {shown}"
        ))
    }
}

fn master_key(config: &Config) -> Finding {
    let path = &config.authority.master_key_file;
    if !path.exists() {
        return match install::holds_data(&config.data_dir) {
            true => Finding::Bad(format!(
                "{} is missing, and the data is sealed with it; restore it from your backup",
                path.display()
            )),
            false => Finding::Lacking(format!("{} is made by the first start", path.display())),
        };
    }
    match MasterKey::from_file(path) {
        Ok(_) => Finding::Good(format!("{} can be read", path.display())),
        Err(error) => Finding::Bad(error.to_string()),
    }
}

async fn database(config: &Config) -> Finding {
    if !config.authority.master_key_file.exists() {
        return Finding::Lacking("is not looked at before there is a master key".to_owned());
    }
    let opened = match wiring::open_store(config).await {
        Ok(store) => {
            let head = qishu_store::ledger::head(&mut store.read("doctor")).await;
            store.close().await;
            head.map(|_| ()).map_err(Failure::from)
        }
        Err(error) => Err(error),
    };
    match opened {
        Ok(()) => Finding::Good("answers".to_owned()),
        Err(error) => Finding::Bad(format!(
            "{error}; check database.url, and type `qishu migrate` after an upgrade"
        )),
    }
}

fn clock() -> Finding {
    let now_s = system_now().ms().div_euclid(1000);
    if now_s < CLOCK_AT_LEAST_S {
        return Finding::Bad(
            "the system's clock is years behind; set it, signatures carry its time".to_owned(),
        );
    }
    // Where the usual services say that they have set the clock.
    let marks = [
        "/run/systemd/timesync/synchronized",
        "/run/chrony/chronyd.pid",
        "/run/ntpd.pid",
    ];
    if marks.iter().any(|mark| Path::new(mark).exists()) {
        Finding::Good("is kept by a time service".to_owned())
    } else {
        Finding::Lacking(
            "no time service was seen; unless the machine below keeps the clock, type: apt-get install systemd-timesyncd"
                .to_owned(),
        )
    }
}

async fn sandbox(config: &Config, work: &FileWork) -> Finding {
    let secret = [config.data_dir.clone(), config.authority.master_key_file.clone()];
    match work.check(&secret).await {
        Ok(missing) if missing.is_empty() => {
            Finding::Good("a worker tried to break out and could not".to_owned())
        }
        Ok(missing) => {
            let layers: Vec<String> = missing.iter().map(|missing| missing.layer.to_string()).collect();
            Finding::Lacking(format!(
                "{} is missing, which files.run_without accepts; use Linux 5.13 or later with Landlock switched on",
                layers.join(", ")
            ))
        }
        Err(error) => Finding::Bad(error.to_string()),
    }
}

/// Signs a page with an authority of its own, and has the verifier judge it.
async fn signing(config: &Config, work: &FileWork) -> Finding {
    match sign_probe(config, work).await {
        Ok(()) => Finding::Good("a probe was signed and verified".to_owned()),
        Err(error) => Finding::Bad(format!("a probe could not be signed and verified: {error}")),
    }
}

async fn sign_probe(config: &Config, work: &FileWork) -> Result<(), Failure> {
    let ready = read_probe(work, "txt", PROBE_TEXT).await?;
    sign_with(install::algorithm(config), &ready)?;
    if config.authority.dual {
        sign_with(KeyAlgorithm::Sm2, &ready)?;
    }
    Ok(())
}

fn sign_with(algorithm: KeyAlgorithm, ready: &ReadyFiles) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let names = AuthorityNames {
        organisation: "Qishu probe".to_owned(),
        country: "CN".to_owned(),
    };
    let now_ms = system_now().ms();
    // Known bytes: this key guards nothing, and its folder is removed at once.
    let master = MasterKey::from_bytes([1; 32]);
    let authority = Authority::create(folder.path(), &master, &names, algorithm, now_ms)?;
    let subject = VerifiedSubject {
        holder: Holder::Company {
            name: "Qishu probe".to_owned(),
            operator: None,
        },
        reference: Reference::PlatformId("probe".to_owned()),
    };
    let certificate = authority.prepare(&subject, "probe", [7; 16], now_ms)?;
    let identity = authority.issue(certificate, OneTimeKey::generate(algorithm)?)?;
    let mut plan = ready.signing_plan()?;
    if identity.digest_algorithm() == DigestAlgorithm::Sm3 {
        plan = plan.with_sm3(&ready.pdf)?;
    }
    let chain_bytes: usize = authority
        .chain_der()
        .iter()
        .map(|certificate| certificate.len())
        .sum();
    let request = SignRequest {
        stamps: &[],
        pictures: &[],
        field_prefix: "probe",
        signer_name: None,
        reason: None,
        location: None,
        time: SigningTime {
            unix_seconds: now_ms.div_euclid(1000),
            offset_minutes: 0,
        },
        contents_reserve: chain_bytes + 4096,
    };
    let pending = prepare_signature(&plan, &request)?;
    let cms = identity.sign_detached(&pending.digest_by(identity.digest_algorithm())?)?;
    let appended = pending.complete(&cms)?;
    let signed = [ready.pdf.as_ref(), &appended.bytes].concat();
    let anchors = [authority.root_certificate().clone()];
    let report = verify(&signed, &Limits::default(), &anchors, now_ms.div_euclid(1000));
    if report.all_passed() && report.signatures.len() == 1 {
        Ok(())
    } else {
        Err(format!("the verifier does not accept it: {:?}", report.failure).into())
    }
}

async fn read_probe(work: &FileWork, suffix: &str, content: &str) -> Result<ReadyFiles, Failure> {
    let upload = Upload {
        suffix: Some(suffix.to_owned()),
        bytes: content.to_owned().into(),
    };
    Ok(work.read_files(&[upload], LIMITS).await?)
}

/// Converts a page; what is found in it tells about the fonts.
async fn libre_office(work: &FileWork) -> (Finding, Finding) {
    let not_tried = || Finding::Lacking("are tried together with LibreOffice".to_owned());
    if work.office().program().is_none() {
        let lacking = "is not installed: Word, Excel, RTF and HTML files are refused; type: apt-get install \
                       libreoffice-writer-nogui libreoffice-calc-nogui";
        return (Finding::Lacking(lacking.to_owned()), not_tried());
    }
    let page = format!("<html><body><p style=\"font-family: 宋体\">{PROBE_TEXT}</p></body></html>");
    let ready = match read_probe(work, "html", &page).await {
        Ok(ready) => ready,
        Err(error) => {
            return (
                Finding::Bad(format!("cannot convert a page: {error}")),
                not_tried(),
            );
        }
    };
    let found = TextIndex::from_bytes(&ready.text).is_ok_and(|index| !index.find(PROBE_TEXT).is_empty());
    let has_noto = ready
        .pdf
        .windows(7)
        .any(|window| window == b"NotoSer" || window == b"NotoSan");
    let fonts = match (found, has_noto) {
        (true, true) => Finding::Good("Chinese text is set in Noto and found again".to_owned()),
        (true, false) => Finding::Lacking(
            "Chinese text is found again, but in another face than Noto; type: apt-get install fonts-noto-cjk".to_owned(),
        ),
        (false, _) => Finding::Bad(
            "Chinese text is lost in conversion; type: apt-get install fonts-noto-cjk".to_owned(),
        ),
    };
    (Finding::Good("converted a page".to_owned()), fonts)
}
