//! Work on files of strangers in processes of their own.
//!
//! The server keeps a few fresh workers ready ([`Workers`]). A worker locks itself in before it reads a byte of its
//! job ([`run_worker`], [`confine()`]): no files at all, no sockets, no other programs, little memory, little time. It
//! does one job and ends, so that nothing of one file can reach the next. What dies or hangs costs one request.
//!
//! The module moves bytes and knows nothing about what is done with them: the function that handles a job is passed
//! in, and so are all limits.

mod child;
mod confine;
mod frame;
mod pool;
mod probe;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

pub use child::run_worker;
pub use confine::{Confinement, Missing, Rights, confine};
pub use frame::{pack, unpack};
pub use pool::{WorkerProgram, Workers};
pub use probe::{Probe, Trespass, perform_probe};

/// A part of the sandbox that a kernel may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Rules for files (Linux 5.13 and later).
    Landlock,
    /// A filter for system calls.
    Seccomp,
}

impl Layer {
    /// Both layers.
    pub const ALL: [Self; 2] = [Self::Landlock, Self::Seccomp];
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Landlock => "landlock",
            Self::Seccomp => "seccomp",
        })
    }
}

impl FromStr for Layer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|layer| layer.to_string() == text);
        known.ok_or_else(|| {
            format!("{text:?} is no layer of the sandbox: there are \"landlock\" and \"seccomp\"")
        })
    }
}

/// What one job may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerLimits {
    /// Address space of a worker, in bytes.
    pub memory_bytes: u64,
    /// From handing over the job to its answer.
    pub timeout: Duration,
    /// Workers at work at the same time.
    pub at_once: usize,
    /// Layers whose absence the operator accepts by name.
    pub run_without: Vec<Layer>,
}

impl Default for WorkerLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 512 << 20,
            timeout: Duration::from_secs(20),
            at_once: 2,
            run_without: Vec::new(),
        }
    }
}

/// Why a worker gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorkerError {
    /// All workers are at work, and none became free in time.
    #[error("all workers are busy; try again")]
    Busy,
    /// The worker ended in the middle of the job.
    #[error("handling the file ended its worker ({how})")]
    Died {
        /// Status or signal, and where a panic was raised; never the content of the file.
        how: String,
    },
    /// The job needs more memory than a worker may have.
    #[error("handling the file needs more than {limit_mb} MB of memory")]
    Memory {
        /// The limit in force.
        limit_mb: u64,
    },
    /// The job was stopped.
    #[error("handling the file took longer than {seconds} s")]
    Time {
        /// The limit in force.
        seconds: u64,
    },
    /// No worker could be started.
    #[error("no worker process could be started: {what}")]
    Start {
        /// The system's reason.
        what: String,
    },
    /// The system has no complete sandbox, and the operator has not accepted that.
    #[error(
        "files are not handled without their sandbox: {missing}; use a kernel that has it, or accept the risk with \
         files.run_without in the settings"
    )]
    Unprotected {
        /// The layers and the system's reasons.
        missing: String,
    },
}

impl WorkerError {
    /// Whether the file is to blame rather than the installation.
    #[must_use]
    pub const fn is_about_the_file(&self) -> bool {
        matches!(self, Self::Died { .. } | Self::Memory { .. } | Self::Time { .. })
    }
}
