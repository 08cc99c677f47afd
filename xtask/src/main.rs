//! Development tasks: `cargo run -p xtask -- <task>`.
//!
//! Each check prints what is wrong with the place to mend, and exits with 1.

mod coverage;
mod documents;
mod edges;
mod generated;
mod licences;
mod metadata;
mod openapi;
mod sizes;
mod state_tables;

use std::process::ExitCode;

/// A check: a summary, or what is wrong.
type Task = fn() -> Result<String, Vec<String>>;

const TASKS: [(&str, Task); 7] = [
    ("check-edges", edges::check),
    ("check-licences", licences::check),
    ("check-sizes", sizes::check),
    ("check-documents", documents::check),
    ("coverage", coverage::check),
    ("state-tables", state_tables::run),
    ("openapi", openapi::run),
];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let Some((name, task)) = TASKS.iter().find(|(name, _)| *name == wanted) else {
        let names: Vec<&str> = TASKS.iter().map(|(name, _)| *name).collect();
        eprintln!("usage: xtask {}", names.join(" | "));
        return ExitCode::FAILURE;
    };
    match task() {
        Ok(summary) => {
            println!("{name}: {summary}");
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems {
                eprintln!("{name}: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}
