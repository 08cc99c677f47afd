//! Processes that handle uploaded files: this program once more, under a hidden command.

use std::path::PathBuf;
use std::process::ExitCode;

use qishu_app::App;
use qishu_app::file_work::{FileWork, handle_job};
use qishu_config::Config;
use qishu_convert::worker::{Confinement, Layer, Rights, WorkerLimits, WorkerProgram, Workers, run_worker};

use crate::Failure;

/// This very program, even when its file has been replaced by an upgrade meanwhile.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Work on files in processes, as the settings say.
pub(crate) fn file_work(config: &Config) -> Result<FileWork, Failure> {
    let files = &config.files;
    let run_without: Result<Vec<Layer>, String> =
        files.run_without.iter().map(|layer| layer.parse()).collect();
    let limits = WorkerLimits {
        memory_bytes: files.memory_bytes,
        timeout: files.timeout,
        at_once: files.at_once,
        run_without: run_without?,
    };
    // Processor time is the last resort for a worker whose server is gone.
    let cpu_seconds = files.timeout.as_secs() + 1;
    let arguments = [
        "file-worker".to_owned(),
        format!("--memory-bytes={}", files.memory_bytes),
        format!("--cpu-seconds={cpu_seconds}"),
    ];
    let program = WorkerProgram {
        path: PathBuf::from(THIS_PROGRAM),
        arguments: arguments.to_vec(),
    };
    Ok(FileWork::in_workers(Workers::new(program, limits)))
}

/// The hidden command: locks itself in before anything else.
pub(crate) fn work(memory_bytes: u64, cpu_seconds: u64) -> ExitCode {
    let confinement = Confinement {
        memory_bytes,
        cpu_seconds,
        rights: Rights::Compute,
    };
    run_worker(&confinement, handle_job)
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
    Ok(())
}
