//! Processes that handle uploaded files: this program once more, under a hidden command.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use qishu_app::App;
use qishu_app::file_work::{FileWork, handle_job};
use qishu_config::Config;
use qishu_convert::office::{Office, OfficeLimits, become_office};
use qishu_convert::worker::{Confinement, Layer, Rights, WorkerLimits, WorkerProgram, Workers, run_worker};

use crate::Failure;
use crate::arguments::Command;

/// This very program, even when its file has been replaced by an upgrade meanwhile.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Work on files in processes, as the settings say.
pub(crate) fn file_work(config: &Config) -> Result<FileWork, Failure> {
    let files = &config.files;
    let run_without: Result<Vec<Layer>, String> =
        files.run_without.iter().map(|layer| layer.parse()).collect();
    let run_without = run_without?;
    let office = Office::new(
        this_program(office_arguments(config, &run_without)),
        files.libreoffice.clone(),
        std::env::temp_dir(),
        office_limits(config),
    );
    let swept = office.sweep();
    if swept > 0 {
        tracing::info!(
            folders = swept,
            "folders of conversions that an earlier server could not end are removed"
        );
    }
    let limits = WorkerLimits {
        memory_bytes: files.memory_bytes,
        timeout: files.timeout,
        at_once: files.at_once,
        run_without,
    };
    // Processor time is the last resort for a worker whose server is gone.
    let cpu_seconds = files.timeout.as_secs() + 1;
    let arguments = [
        "file-worker".to_owned(),
        format!("--memory-bytes={}", files.memory_bytes),
        format!("--cpu-seconds={cpu_seconds}"),
    ];
    let workers = Workers::new(this_program(arguments.to_vec()), limits);
    Ok(FileWork::in_workers(workers, office))
}

fn this_program(arguments: Vec<String>) -> WorkerProgram {
    WorkerProgram {
        path: PathBuf::from(THIS_PROGRAM),
        arguments,
    }
}

fn office_limits(config: &Config) -> OfficeLimits {
    OfficeLimits {
        memory_bytes: config.files.office_memory_bytes,
        timeout: config.files.office_timeout,
        at_once: config.files.at_once,
        ..OfficeLimits::default()
    }
}

fn office_arguments(config: &Config, run_without: &[Layer]) -> Vec<String> {
    let limits = office_limits(config);
    let mut arguments = vec![
        "office-worker".to_owned(),
        format!("--memory-bytes={}", limits.memory_bytes),
        format!("--seconds={}", limits.timeout.as_secs()),
        format!("--file-bytes={}", limits.file_bytes),
    ];
    arguments.extend(run_without.iter().map(|layer| format!("--run-without={layer}")));
    arguments
}

/// The hidden commands, which lock themselves in before anything else; `None` for every other command.
pub(crate) fn work(command: &Command) -> Option<ExitCode> {
    match command {
        Command::FileWorker {
            memory_bytes,
            cpu_seconds,
        } => {
            let confinement = Confinement {
                memory_bytes: *memory_bytes,
                cpu_seconds: *cpu_seconds,
                rights: Rights::Compute,
            };
            Some(run_worker(&confinement, handle_job))
        }
        Command::OfficeWorker {
            memory_bytes,
            seconds,
            file_bytes,
            run_without,
            program,
            folder,
            arguments,
        } => {
            let limits = OfficeLimits {
                memory_bytes: *memory_bytes,
                timeout: Duration::from_secs(*seconds),
                at_once: 1,
                file_bytes: *file_bytes,
            };
            Some(become_office(program, folder, &limits, run_without, arguments))
        }
        _ => None,
    }
}

/// Sees that workers start and that their sandbox holds; without it nothing is served.
pub(crate) async fn check(app: &App, config: &Config) -> Result<(), Failure> {
    let secret = [config.data_dir.clone(), config.authority.master_key_file.clone()];
    for missing in app.files.check(&secret).await? {
        tracing::error!(
            layer = %missing.layer,
            reason = %missing.reason,
            "uploaded files are handled WITHOUT this layer of the sandbox, as files.run_without allows"
        );
    }
    if app.files.office().program().is_none() {
        tracing::warn!(
            "LibreOffice is not installed: Word, Excel, RTF and HTML files are refused; \
             apt-get install libreoffice-writer-nogui libreoffice-calc-nogui fonts-noto-cjk"
        );
    }
    Ok(())
}
