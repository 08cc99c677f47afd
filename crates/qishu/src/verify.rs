//! `qishu verify`: signed files, or everything that is stored.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pdfseal::Limits;
use pdfseal::verify::{Indication, VerificationReport, verify};
use qishu_app::evidence::{PackageReport, verify_package};
use qishu_app::verify_all::verify_all;
use qishu_config::Config;
use sealpki::Certificate;

use crate::Failure;
use crate::clock::system_now;
use crate::wiring::open_app;

/// Judges files offline.
pub(crate) fn files(files: &[PathBuf], anchors: &[PathBuf], json: bool) -> Result<ExitCode, Failure> {
    if files.is_empty() {
        return Err("name the files to verify, or use --all".into());
    }
    let anchors = anchors
        .iter()
        .map(|path| certificate(path))
        .collect::<Result<Vec<_>, _>>()?;
    let now_s = system_now().ms().div_euclid(1000);
    let mut all_passed = true;
    let mut reports = Vec::new();
    for file in files {
        let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let report = verify(&bytes, &Limits::default(), &anchors, now_s);
        let evidence = verify_package(&bytes, &anchors, now_s, true);
        all_passed &= report.all_passed();
        all_passed &= evidence
            .as_ref()
            .is_none_or(|evidence| evidence.faults.is_empty());
        if json {
            let file = file.display().to_string();
            reports.push(serde_json::json!({ "file": file, "report": report, "evidence": evidence }));
        } else {
            print(file, &report);
            evidence.iter().for_each(print_evidence);
        }
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&reports)?);
    }
    Ok(if all_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn certificate(path: &Path) -> Result<Certificate, Failure> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let der = match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("-----BEGIN") => {
            from_pem(text).ok_or_else(|| format!("{}: not PEM", path.display()))?
        }
        _ => bytes,
    };
    Certificate::from_der(&der).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn from_pem(text: &str) -> Option<Vec<u8>> {
    let body = text.split("-----").nth(2)?;
    let compact: String = body.split_whitespace().collect();
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, compact).ok()
}

fn print(file: &Path, report: &VerificationReport) {
    println!(
        "{}: {} pages, {} revisions",
        file.display(),
        report.pages,
        report.revisions
    );
    if let Some(failure) = &report.failure {
        println!("  cannot be read: {failure}");
    }
    if report.signatures.is_empty() && report.failure.is_none() {
        println!("  no signatures");
    }
    for (index, signature) in report.signatures.iter().enumerate() {
        let status = match signature.status {
            Indication::Indeterminate => "INDETERMINATE",
            Indication::TotalFailed => "TOTAL-FAILED",
            Indication::TotalPassed => "TOTAL-PASSED",
        };
        let signer = signature
            .signer
            .as_ref()
            .map_or("unknown signer", |signer| signer.subject.as_str());
        println!("  {}. {status}  {signer}", index + 1);
        if let Some(detail) = &signature.detail {
            println!("     {detail}");
        }
    }
}

fn print_evidence(evidence: &PackageReport) {
    println!(
        "  evidence report {}: {} files, {} signatures and {} rows of the ledger checked",
        evidence.id, evidence.files, evidence.signatures, evidence.rows
    );
    for fault in &evidence.faults {
        println!("     {fault}");
    }
}

/// Checks the promises on a data folder.
pub(crate) async fn all(config: Config) -> Result<ExitCode, Failure> {
    let app = open_app(&config).await?;
    let promises = verify_all(&app).await?;
    let mut kept = true;
    for promise in &promises {
        let verdict = if promise.broken.is_empty() {
            "holds "
        } else {
            "BROKEN"
        };
        println!(
            "{:<4} {verdict} {:>8} checked  {}",
            promise.name, promise.checked, promise.says
        );
        for broken in &promise.broken {
            println!("       {broken}");
        }
        kept &= promise.broken.is_empty();
    }
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
