//! Workers are processes of this binary: what they must not do is refused, and whatever happens to one costs its job
//! only (R-30).

use std::path::PathBuf;
use std::time::{Duration, Instant};

use qishu_app::AppError;
use qishu_app::file_work::{FileWork, probe_job};
use qishu_convert::office::{Office, OfficeLimits};
use qishu_convert::worker::{Layer, Probe, WorkerError, WorkerLimits, WorkerProgram, Workers};
use rustix::process::{Pid, Signal, kill_process};

const PIXEL: &[u8] = include_bytes!("pixel.png");

/// Workers that get the time given. The processor seconds also tell them apart from those of other tests.
pub(crate) const THIS: &str = env!("CARGO_BIN_EXE_qishu");

/// Workers with more time than anybody needs, on any kernel.
pub(crate) fn patient_workers() -> Workers {
    workers_with(
        WorkerLimits {
            timeout: Duration::from_secs(120),
            run_without: Layer::ALL.to_vec(),
            ..WorkerLimits::default()
        },
        121,
    )
}

fn workers(timeout: Duration, cpu_seconds: u64) -> Workers {
    let limits = WorkerLimits {
        timeout,
        ..WorkerLimits::default()
    };
    workers_with(limits, cpu_seconds)
}

pub(crate) fn workers_with(limits: WorkerLimits, cpu_seconds: u64) -> Workers {
    let arguments = [
        "file-worker".to_owned(),
        format!("--memory-bytes={}", 512 << 20),
        format!("--cpu-seconds={cpu_seconds}"),
    ];
    let program = WorkerProgram {
        path: PathBuf::from(THIS),
        arguments: arguments.to_vec(),
    };
    Workers::new(program, limits)
}

/// Whether this kernel has the sandbox. Without it workers refuse to start, and that is all there is to test.
async fn has_sandbox(workers: &Workers) -> bool {
    match workers.check().await {
        Ok(missing) => {
            assert_eq!(missing, []);
            true
        }
        Err(WorkerError::Unprotected { missing }) => {
            eprintln!("this kernel has no complete sandbox: {missing}");
            false
        }
        Err(other) => panic!("{other}"),
    }
}

fn files_of(workers: Workers) -> FileWork {
    FileWork::in_workers(
        workers,
        Office::without_sandbox(std::env::temp_dir(), OfficeLimits::default()),
    )
}

async fn still_works(workers: Workers) {
    let picture = files_of(workers).prepare_picture(PIXEL).await.unwrap();
    assert!(picture.width_pt() > 0.0);
}

#[tokio::test]
async fn a_worker_sees_no_file_no_network_and_no_other_program() {
    let workers = workers(Duration::from_secs(20), 31);
    if !has_sandbox(&workers).await {
        return;
    }
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("qishu.db"), b"rows").unwrap();
    let secret = vec![
        data.path().to_owned(),
        data.path().join("qishu.db"),
        PathBuf::from("/usr"),
        PathBuf::from("/dev/shm"),
        PathBuf::from("/var/tmp"),
    ];
    let answer = workers.run(&probe_job(&Probe::Trespass(secret))).await.unwrap();
    assert_eq!(Probe::read_answer(&answer).unwrap(), []);
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_job_that_eats_memory_is_refused_with_the_limit() {
    let workers = workers(Duration::from_secs(60), 61);
    if !has_sandbox(&workers).await {
        return;
    }
    let ended = workers.run(&probe_job(&Probe::Memory)).await.unwrap_err();
    assert_eq!(ended, WorkerError::Memory { limit_mb: 512 });
    assert_eq!(
        ended.to_string(),
        "handling the file needs more than 512 MB of memory"
    );
    still_works(workers).await;
}

#[tokio::test]
async fn a_job_that_never_ends_is_stopped_in_time() {
    let workers = workers(Duration::from_secs(1), 32);
    if !has_sandbox(&workers).await {
        return;
    }
    let began = Instant::now();
    let ended = workers.run(&probe_job(&Probe::Spin)).await.unwrap_err();
    assert_eq!(ended, WorkerError::Time { seconds: 1 });
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(matches!(AppError::from(ended), AppError::InvalidFile { .. }));
}

#[tokio::test]
async fn a_worker_without_its_server_ends_by_itself() {
    let workers = workers(Duration::from_secs(60), 1);
    if !has_sandbox(&workers).await {
        return;
    }
    // Nobody stops it: the limit of processor time does.
    let ended = workers.run(&probe_job(&Probe::Spin)).await.unwrap_err();
    assert_eq!(ended, WorkerError::Time { seconds: 60 });
}

#[tokio::test]
async fn a_worker_killed_in_the_middle_costs_one_job() {
    let workers = workers(Duration::from_secs(60), 33);
    if !has_sandbox(&workers).await {
        return;
    }
    let job = probe_job(&Probe::Spin);
    let victim = workers.clone();
    let running = tokio::spawn(async move { victim.run(&job).await });
    // Whichever got the job: none of those that are there now may live.
    while !running.is_finished() {
        for pid in children_with("--cpu-seconds=33") {
            let _ = kill_process(pid, Signal::KILL);
        }
        tokio::task::yield_now().await;
    }
    let ended = running.await.unwrap().unwrap_err();
    assert!(
        matches!(&ended, WorkerError::Died { how } if how.contains("signal: 9"))
            || matches!(ended, WorkerError::Start { .. }),
        "{ended}"
    );
    still_works(workers).await;
}

/// Processes of which the command line holds a text.
fn children_with(text: &str) -> Vec<Pid> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            String::from_utf8_lossy(&line)
                .contains(text)
                .then(|| Pid::from_raw(pid))?
        })
        .collect()
}

#[tokio::test]
async fn without_a_sandbox_nothing_is_handled() {
    // A worker whose sandbox is missing says so in its first message; this one says it always.
    let script = r#"printf '\0\0\0\0\0\0\0\026landlock: switched off'; cat >/dev/null"#;
    let program = WorkerProgram {
        path: PathBuf::from("/bin/sh"),
        arguments: vec!["-c".to_owned(), script.to_owned()],
    };
    let strict = Workers::new(program.clone(), WorkerLimits::default());
    let refused = strict.run(b"job").await.unwrap_err().to_string();
    assert!(
        refused.contains("landlock is missing (switched off)") && refused.contains("files.run_without"),
        "{refused}"
    );
    let accepted = WorkerLimits {
        run_without: vec!["landlock".parse().unwrap()],
        ..WorkerLimits::default()
    };
    let missing = Workers::new(program, accepted).check().await.unwrap();
    assert_eq!(missing[0].reason, "switched off");
}
