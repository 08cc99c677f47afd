//! Judges signed PDF files, for comparing with what other validators say.
//!
//! `judge --time UNIX [--anchor ROOT.der]… FILE…`
//!
//! One line per signature: status, sub-indication, level, file, field, reason; separated by tabs. The exit status is 0
//! only when every signature of every file passed.

use std::{fs, process::ExitCode};

use pdfseal::{
    Limits,
    verify::{Indication, verify},
};
use sealpki::Certificate;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    let (mut time, mut anchors, mut files) = (0, Vec::new(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--time" => time = value()?.parse()?,
            "--anchor" => anchors.push(Certificate::from_der(&fs::read(value()?)?)?),
            _ => files.push(argument),
        }
    }
    let mut passed = !files.is_empty();
    for file in &files {
        passed &= judge(file, &anchors, time)?;
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn judge(file: &str, anchors: &[Certificate], time: i64) -> Result<bool, Failure> {
    let report = verify(&fs::read(file)?, &Limits::default(), anchors, time);
    if let Some(failure) = &report.failure {
        println!("unreadable\t-\t-\t{file}\t-\t{failure}");
    }
    for signature in &report.signatures {
        let status = match signature.status {
            Indication::TotalPassed => "TOTAL-PASSED",
            Indication::TotalFailed => "TOTAL-FAILED",
            Indication::Indeterminate => "INDETERMINATE",
        };
        let reason = signature.sub_indication.map(|reason| format!("{reason:?}"));
        let level = signature.level.map(|level| format!("{level:?}"));
        println!(
            "{status}\t{}\t{}\t{file}\t{}\t{}",
            reason.as_deref().unwrap_or("-"),
            level.as_deref().unwrap_or("-"),
            signature.fields.first().map_or("-", |field| &field.name),
            signature.detail.as_deref().unwrap_or("-"),
        );
    }
    Ok(report.all_passed())
}
