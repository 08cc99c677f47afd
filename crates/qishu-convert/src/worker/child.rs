//! The worker's side: lock in, say so, take one job, answer, end.

use std::io;
use std::process::ExitCode;

use super::confine::{Confinement, confine};
use super::frame;

/// Locks this process in and handles the one job that comes on standard input; its answer goes to standard output.
/// Standard error gets no content of files, only what the runtime says about a panic.
///
/// It must be the first thing a process does: limits hold for what comes afterwards.
pub fn run_worker(confinement: &Confinement, handler: impl FnOnce(&[u8]) -> Vec<u8>) -> ExitCode {
    match serve(confinement, handler) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(confinement: &Confinement, handler: impl FnOnce(&[u8]) -> Vec<u8>) -> io::Result<()> {
    let missing = confine(confinement)?;
    let lines: Vec<String> = missing
        .iter()
        .map(|missing| format!("{}: {}", missing.layer, missing.reason.replace('\n', " ")))
        .collect();
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    frame::write(&mut output, lines.join("\n").as_bytes())?;
    // Nothing comes when the server ends before it had work for this worker.
    let Some(job) = frame::read(&mut input)? else {
        return Ok(());
    };
    frame::write(&mut output, &handler(&job))
}
