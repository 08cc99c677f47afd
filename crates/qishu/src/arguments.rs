//! The command line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use qishu_config::{Config, Sources};
use qishu_convert::worker::Layer;
use qishu_model::id::EventId;

use crate::Failure;

/// Qishu (契书): electronic contracts, self-hosted.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where settings and data are.
#[derive(Args)]
struct Place {
    /// Settings file
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Folder for the database, documents and keys
    #[arg(long, global = true)]
    data_dir: Option<String>,
    /// Address and port to listen on
    #[arg(long, global = true)]
    listen: Option<String>,
    /// The demo profile: a ready sandbox with fixed credentials, on the loopback address
    #[arg(long, global = true)]
    demo: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Everything in one process: Open API, pages, jobs
    Serve,
    /// Bring the database up to date
    Migrate,
    /// Check signed PDFs, or with --all everything that is stored
    Verify {
        /// Signed PDF files
        files: Vec<PathBuf>,
        /// Check the promises P1 to P9 on the whole data folder
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Certificate to trust, PEM or DER; without one no signature can be more than INDETERMINATE
        #[arg(long = "anchor")]
        anchors: Vec<PathBuf>,
    },
    /// Check whether this installation works, and say what it lacks
    Doctor,
    /// Explain the settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Handles one file for the server, locked in; started by the server itself
    #[command(hide = true)]
    FileWorker {
        /// Address space, in bytes
        #[arg(long)]
        memory_bytes: u64,
        /// Processor time, in seconds
        #[arg(long)]
        cpu_seconds: u64,
    },
    /// Becomes LibreOffice for one file, locked in; started by the server itself
    #[command(hide = true)]
    OfficeWorker {
        /// Writable memory, in bytes
        #[arg(long)]
        memory_bytes: u64,
        /// Seconds
        #[arg(long)]
        seconds: u64,
        /// Largest file it may write, in bytes
        #[arg(long)]
        file_bytes: u64,
        /// Layers of the sandbox that may be missing
        #[arg(long)]
        run_without: Vec<Layer>,
        /// LibreOffice
        #[arg(long)]
        program: PathBuf,
        /// The folder it works in
        #[arg(long)]
        folder: PathBuf,
        /// Arguments of LibreOffice
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Deliveries of status callbacks
    Callback {
        #[command(subcommand)]
        command: CallbackCommand,
    },
}

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the settings
    Check,
    /// Print what is in force, and where each value comes from
    Print,
}

#[derive(Subcommand)]
pub(crate) enum CallbackCommand {
    /// List the events that were given up
    Dead,
    /// Deliver an event once more
    Resend {
        /// Id of the event
        event: EventId,
    },
}

impl Arguments {
    /// The settings: defaults, file, environment, command line.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let environment: BTreeMap<String, String> = std::env::vars()
            .filter(|(name, _)| name.starts_with("QISHU_"))
            .collect();
        let file = self
            .place
            .config
            .clone()
            .or_else(|| environment.get("QISHU_CONFIG").map(PathBuf::from));
        let file = match file {
            Some(path) => {
                let text =
                    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                Some((path.display().to_string(), text))
            }
            None => None,
        };
        Ok(Config::load(&Sources {
            file,
            environment,
            command_line: self.overrides(),
        })?)
    }

    fn overrides(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        if self.place.demo {
            pairs.push(("profile".to_owned(), "demo".to_owned()));
        }
        let given = [("data_dir", &self.place.data_dir), ("listen", &self.place.listen)];
        pairs.extend(
            given
                .into_iter()
                .filter_map(|(key, value)| value.clone().map(|value| (key.to_owned(), value))),
        );
        pairs
    }
}
