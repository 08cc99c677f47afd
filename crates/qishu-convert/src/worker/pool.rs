//! The server's side: fresh workers kept ready, one job each.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;

use super::confine::Missing;
use super::{Layer, WorkerError, WorkerLimits, frame};

/// How long a worker may take to start and lock itself in.
const START: Duration = Duration::from_secs(20);
/// Bytes of standard error that are looked at.
const STDERR_BYTES: u64 = 8192;

/// The program that becomes a worker: it must call [`super::run_worker`] with the limits given on its command line.
#[derive(Debug, Clone)]
pub struct WorkerProgram {
    /// Path of the program.
    pub path: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// Workers for jobs. Cheap to clone.
#[derive(Clone)]
pub struct Workers {
    shared: Arc<Shared>,
}

struct Shared {
    program: WorkerProgram,
    limits: WorkerLimits,
    permits: Semaphore,
    /// Started, locked in, waiting for their job.
    spare: Mutex<Vec<Worker>>,
}

struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    errors: ChildStderr,
    missing: Vec<Missing>,
}

impl Workers {
    /// Workers of this program. None is started yet.
    #[must_use]
    pub fn new(program: WorkerProgram, limits: WorkerLimits) -> Self {
        let permits = Semaphore::new(limits.at_once.max(1));
        Self {
            shared: Arc::new(Shared {
                program,
                limits,
                permits,
                spare: Mutex::default(),
            }),
        }
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> &WorkerLimits {
        &self.shared.limits
    }

    /// Starts a worker to see whether that works, keeps it ready, and says which layers of the sandbox are missing
    /// and accepted.
    ///
    /// # Errors
    /// [`WorkerError::Start`], or [`WorkerError::Unprotected`] for a missing layer that nobody accepted.
    pub async fn check(&self) -> Result<Vec<Missing>, WorkerError> {
        let worker = self.start().await?;
        let missing = worker.missing.clone();
        self.keep(worker);
        Ok(missing)
    }

    /// Has one job done by a fresh worker.
    ///
    /// # Errors
    /// [`WorkerError`]; the worker is gone then, and so is everything it knew.
    pub async fn run(&self, job: &[u8]) -> Result<Vec<u8>, WorkerError> {
        let limits = &self.shared.limits;
        let permit = tokio::time::timeout(limits.timeout, self.shared.permits.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            return Err(WorkerError::Busy);
        };
        let spare = self.take();
        let worker = match spare {
            Some(worker) => worker,
            None => self.start().await?,
        };
        self.replace();
        work(worker, job, limits).await
    }

    fn take(&self) -> Option<Worker> {
        let mut spare = self.shared.spare.lock().unwrap_or_else(PoisonError::into_inner);
        // One that ended while it waited is of no use; its replacement is started like any other.
        while let Some(mut worker) = spare.pop() {
            if matches!(worker.child.try_wait(), Ok(None)) {
                return Some(worker);
            }
        }
        None
    }

    fn keep(&self, worker: Worker) {
        let mut spare = self.shared.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < self.shared.limits.at_once.max(1) {
            spare.push(worker);
        }
    }

    /// Gets the next worker ready while this one works.
    fn replace(&self) {
        let workers = self.clone();
        tokio::spawn(async move {
            match workers.start().await {
                Ok(worker) => workers.keep(worker),
                Err(error) => tracing::error!(%error, "no worker could be kept ready"),
            }
        });
    }

    async fn start(&self) -> Result<Worker, WorkerError> {
        let started = tokio::time::timeout(START, start(&self.shared.program)).await;
        let failed = |what: String| WorkerError::Start { what };
        let worker = started
            .map_err(|_| failed(format!("it did not get ready within {} s", START.as_secs())))?
            .map_err(|error| failed(error.to_string()))?;
        let accepted = &self.shared.limits.run_without;
        let refused: Vec<String> = worker
            .missing
            .iter()
            .filter(|missing| !accepted.contains(&missing.layer))
            .map(|missing| format!("{} is missing ({})", missing.layer, missing.reason))
            .collect();
        if refused.is_empty() {
            Ok(worker)
        } else {
            Err(WorkerError::Unprotected {
                missing: refused.join(", "),
            })
        }
    }
}

async fn start(program: &WorkerProgram) -> io::Result<Worker> {
    let mut child = Command::new(&program.path)
        .args(&program.arguments)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let no_pipe = || io::Error::other("a pipe is missing");
    let input = child.stdin.take().ok_or_else(no_pipe)?;
    let mut output = child.stdout.take().ok_or_else(no_pipe)?;
    let errors = child.stderr.take().ok_or_else(no_pipe)?;
    let first = frame::receive(&mut output, 4096).await?;
    let missing = read_missing(&String::from_utf8_lossy(&first))?;
    Ok(Worker {
        child,
        input,
        output,
        errors,
        missing,
    })
}

/// The first message: a line per missing layer.
fn read_missing(text: &str) -> io::Result<Vec<Missing>> {
    text.lines()
        .map(|line| {
            let (layer, reason) = line.split_once(": ").unwrap_or((line, ""));
            let layer: Layer = layer.parse().map_err(io::Error::other)?;
            Ok(Missing {
                layer,
                reason: reason.to_owned(),
            })
        })
        .collect()
}

async fn work(mut worker: Worker, job: &[u8], limits: &WorkerLimits) -> Result<Vec<u8>, WorkerError> {
    let (input, output) = (&mut worker.input, &mut worker.output);
    let exchange = async {
        frame::send(input, job).await?;
        frame::receive(output, limits.memory_bytes).await
    };
    match tokio::time::timeout(limits.timeout, exchange).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(ended(worker, &error, limits).await),
        // Dropping the worker kills it.
        Err(_) => Err(WorkerError::Time {
            seconds: limits.timeout.as_secs(),
        }),
    }
}

/// Why a worker has ended, as far as can be told without quoting it.
async fn ended(mut worker: Worker, error: &io::Error, limits: &WorkerLimits) -> WorkerError {
    drop(worker.input);
    let mut said = Vec::new();
    let look = async {
        // What it said is lost when reading fails; the status still tells something.
        let _ = (&mut worker.errors)
            .take(STDERR_BYTES)
            .read_to_end(&mut said)
            .await;
        worker.child.wait().await
    };
    let status = tokio::time::timeout(Duration::from_secs(2), look).await;
    let said = String::from_utf8_lossy(&said);
    match status {
        Ok(Ok(status)) => judge(status, &said, limits),
        _ => WorkerError::Died {
            how: format!("it stopped answering: {}", error.kind()),
        },
    }
}

fn judge(status: ExitStatus, said: &str, limits: &WorkerLimits) -> WorkerError {
    use std::os::unix::process::ExitStatusExt as _;
    if said.contains("memory allocation of") {
        return WorkerError::Memory {
            limit_mb: limits.memory_bytes >> 20,
        };
    }
    match status.signal() {
        Some(libc::SIGXCPU) => WorkerError::Time {
            seconds: limits.timeout.as_secs(),
        },
        _ => {
            // The first line of a panic names the place in our code; the next ones may quote the file.
            let place = said
                .split_once("panicked at ")
                .and_then(|(_, rest)| rest.lines().next());
            let place = place.map(|place| format!(" at {}", place.trim_end_matches(':')));
            WorkerError::Died {
                how: format!("{status}{}", place.unwrap_or_default()),
            }
        }
    }
}
