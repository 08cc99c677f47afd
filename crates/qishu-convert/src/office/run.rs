//! Runs LibreOffice: one process per file.

use std::fs::File;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::{OnceCell, Semaphore};

use super::folder::{self, RootFolder};
use super::{OfficeError, OfficeFormat, OfficeProgram, fonts, profile};
use crate::worker::{Confinement, Layer, Rights, WorkerProgram, confine};

/// LibreOffice ends with this when it has set up a new profile and wants to be started again.
const START_AGAIN: i32 = 81;
/// Our own process could not lock itself in, or not become LibreOffice.
const NOT_CONFINED: u8 = 97;
/// Bytes of what is said on standard error that are looked at.
const SAID_BYTES: usize = 2048;

/// What a conversion may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeLimits {
    /// Writable memory of LibreOffice, in bytes.
    pub memory_bytes: u64,
    /// From the start of the process to its end.
    pub timeout: Duration,
    /// Conversions at the same time.
    pub at_once: usize,
    /// Largest file that may be written, in bytes.
    pub file_bytes: u64,
}

impl Default for OfficeLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 512 << 20,
            timeout: Duration::from_secs(60),
            at_once: 2,
            file_bytes: 256 << 20,
        }
    }
}

/// Converts office files. Cheap to clone.
#[derive(Clone)]
pub struct Office {
    shared: Arc<Shared>,
}

struct Shared {
    configured: Option<PathBuf>,
    /// Our own program, which locks itself in and becomes LibreOffice; without it LibreOffice is started as it is.
    launcher: Option<WorkerProgram>,
    temp_folder: PathBuf,
    limits: OfficeLimits,
    permits: Semaphore,
    /// Where the folders of jobs are made.
    root: OnceCell<RootFolder>,
    /// A profile that LibreOffice has set up for itself; every job gets a copy.
    template: OnceCell<TempDir>,
}

impl Office {
    /// Conversions in locked-in processes. `launcher` is a program that calls [`become_office`] with what
    /// [`office_arguments`] append to its arguments. `configured` is the path of LibreOffice when it is at no usual
    /// place. Jobs get folders of their own below `temp_folder`.
    #[must_use]
    pub fn new(
        launcher: WorkerProgram,
        configured: Option<PathBuf>,
        temp_folder: PathBuf,
        limits: OfficeLimits,
    ) -> Self {
        Self::build(Some(launcher), configured, temp_folder, limits)
    }

    /// Conversions by LibreOffice as it is, without a sandbox: for tests that have no program to launch.
    #[must_use]
    pub fn without_sandbox(temp_folder: PathBuf, limits: OfficeLimits) -> Self {
        Self::build(None, None, temp_folder, limits)
    }

    fn build(
        launcher: Option<WorkerProgram>,
        configured: Option<PathBuf>,
        temp_folder: PathBuf,
        limits: OfficeLimits,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                configured,
                launcher,
                temp_folder,
                permits: Semaphore::new(limits.at_once.max(1)),
                limits,
                root: OnceCell::new(),
                template: OnceCell::new(),
            }),
        }
    }

    /// The LibreOffice that would be used now.
    #[must_use]
    pub fn program(&self) -> Option<OfficeProgram> {
        OfficeProgram::find(self.shared.configured.as_deref())
    }

    /// The PDF of a file that [`super::check_office`] has let through.
    ///
    /// # Errors
    /// [`OfficeError`]; nothing is left behind.
    pub async fn convert(&self, format: OfficeFormat, file: &[u8]) -> Result<Vec<u8>, OfficeError> {
        let suffix = format.suffix();
        let program = self
            .program()
            .ok_or(OfficeError::NotInstalled { format: suffix })?;
        let limits = &self.shared.limits;
        let permit = tokio::time::timeout(limits.timeout, self.shared.permits.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            return Err(OfficeError::Busy);
        };
        let template = self.template(&program).await?;
        let folder = self.new_folder().await.map_err(|error| started(&error))?;
        profile::copy(template, folder.path()).map_err(|error| started(&error))?;
        let input = folder.path().join(format!("in.{suffix}"));
        std::fs::write(&input, file).map_err(|error| started(&error))?;
        let export = format!(
            "pdf:{}:{{\"ExportFormFields\":{{\"type\":\"boolean\",\"value\":\"false\"}}}}",
            format.export_filter()
        );
        let arguments = [
            format!("--infilter={}", format.import_filter()),
            "--convert-to".to_owned(),
            export,
            "--outdir".to_owned(),
            folder.path().join("out").display().to_string(),
            input.display().to_string(),
        ];
        let ended = self.run(&program, folder.path(), &arguments).await;
        let ended = ended.map_err(|error| match error {
            Stopped::Time => OfficeError::Time {
                format: suffix,
                seconds: limits.timeout.as_secs(),
            },
            Stopped::NotStarted(what) => OfficeError::Start { what },
        })?;
        tracing::debug!(format = suffix, status = ended, "LibreOffice has ended");
        read_result(&folder.path().join("out/in.pdf"), suffix, limits)
    }

    /// The profile every job starts with; made by the first one.
    async fn template(&self, program: &OfficeProgram) -> Result<&Path, OfficeError> {
        let made = self
            .shared
            .template
            .get_or_try_init(|| self.make_template(program))
            .await?;
        Ok(made.path())
    }

    async fn make_template(&self, program: &OfficeProgram) -> Result<TempDir, OfficeError> {
        let folder = self.new_folder().await.map_err(|error| started(&error))?;
        profile::write(&folder.path().join("profile"))
            .and_then(|()| std::fs::write(folder.path().join("fonts.conf"), fonts::configuration()))
            .map_err(|error| started(&error))?;
        let arguments = ["--terminate_after_init".to_owned()];
        match self.run(program, folder.path(), &arguments).await {
            Ok(Some(0 | START_AGAIN)) => Ok(folder),
            Ok(status) => Err(OfficeError::Start {
                what: format!("it ended with {status:?} while it set up its profile"),
            }),
            Err(Stopped::Time) => Err(OfficeError::Start {
                what: "it did not set up its profile in time".to_owned(),
            }),
            Err(Stopped::NotStarted(what)) => Err(OfficeError::Start { what }),
        }
    }

    async fn new_folder(&self) -> io::Result<TempDir> {
        let root = self
            .shared
            .root
            .get_or_try_init(|| async { RootFolder::make(&self.shared.temp_folder) })
            .await?;
        tempfile::Builder::new().prefix("").tempdir_in(root.path())
    }

    /// Removes what servers that were killed have left in the folder for temporary files; answers how many folders.
    #[must_use]
    pub fn sweep(&self) -> usize {
        folder::sweep(&self.shared.temp_folder)
    }

    /// Runs LibreOffice in a folder; its exit status, `None` after a signal.
    async fn run(
        &self,
        program: &OfficeProgram,
        folder: &Path,
        arguments: &[String],
    ) -> Result<Option<i32>, Stopped> {
        let said = folder.join("said.txt");
        let errors = File::create(&said).map_err(|error| Stopped::NotStarted(error.to_string()))?;
        let mut command = match &self.shared.launcher {
            Some(launcher) => {
                let mut command = Command::new(&launcher.path);
                command.args(&launcher.arguments);
                command.args(office_arguments(program, folder));
                command
            }
            None => Command::new(&program.binary),
        };
        command
            .args(common_arguments(folder))
            .args(arguments)
            .env_clear()
            .envs(environment(folder))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(errors))
            .kill_on_drop(true);
        let mut child = command
            .spawn()
            .map_err(|error| Stopped::NotStarted(error.to_string()))?;
        let Ok(ended) = tokio::time::timeout(self.shared.limits.timeout, child.wait()).await else {
            // Waits for the end, so that the folder can go.
            let _ = child.kill().await;
            return Err(Stopped::Time);
        };
        let status = ended.map_err(|error| Stopped::NotStarted(error.to_string()))?;
        if status.code() == Some(i32::from(NOT_CONFINED)) {
            let said = std::fs::read(&said).unwrap_or_default();
            let said = String::from_utf8_lossy(said.get(..SAID_BYTES).unwrap_or(&said)).into_owned();
            return Err(Stopped::NotStarted(said.trim().to_owned()));
        }
        if status.signal() == Some(libc::SIGXCPU) {
            return Err(Stopped::Time);
        }
        Ok(status.code())
    }
}

/// Why there is no exit status.
enum Stopped {
    Time,
    NotStarted(String),
}

fn started(error: &io::Error) -> OfficeError {
    OfficeError::Start {
        what: error.to_string(),
    }
}

fn read_result(path: &Path, format: &'static str, limits: &OfficeLimits) -> Result<Vec<u8>, OfficeError> {
    // Whatever the exit status: a result counts, and nothing else.
    let size_bytes = std::fs::symlink_metadata(path)
        .ok()
        .filter(std::fs::Metadata::is_file);
    let size_bytes = size_bytes.map_or(0, |metadata| metadata.len());
    if size_bytes >= limits.file_bytes {
        return Err(OfficeError::TooLarge {
            format,
            limit_mb: limits.file_bytes >> 20,
        });
    }
    match std::fs::read(path) {
        Ok(pdf) if pdf.starts_with(b"%PDF-") => Ok(pdf),
        _ => Err(OfficeError::Failed { format }),
    }
}

fn common_arguments(folder: &Path) -> Vec<String> {
    vec![
        format!("-env:UserInstallation={}", file_url(&folder.join("profile"))),
        "--headless".to_owned(),
        "--invisible".to_owned(),
        "--norestore".to_owned(),
        "--nolockcheck".to_owned(),
        "--nodefault".to_owned(),
        "--nologo".to_owned(),
    ]
}

/// The address of a path; what is not plain is escaped byte by byte (RFC 8089).
fn file_url(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut url = String::from("file://");
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            url.push(char::from(*byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

/// Everything LibreOffice learns about its surroundings.
fn environment(folder: &Path) -> Vec<(&'static str, String)> {
    let folder_text = folder.display().to_string();
    vec![
        ("HOME", folder_text.clone()),
        ("TMPDIR", folder_text.clone()),
        ("OSL_SOCKET_PATH", folder_text.clone()),
        ("XDG_CACHE_HOME", format!("{folder_text}/cache")),
        ("XDG_CONFIG_HOME", format!("{folder_text}/config")),
        ("FONTCONFIG_FILE", format!("{folder_text}/fonts.conf")),
        ("FC_LANG", "zh-cn".to_owned()),
        ("LANG", "zh_CN.UTF-8".to_owned()),
        ("SAL_USE_VCLPLUGIN", "svp".to_owned()),
        // Fewer arenas: less memory is set aside per thread.
        ("MALLOC_ARENA_MAX", "2".to_owned()),
    ]
}

/// What a launcher gets after its own arguments: what [`become_office`] needs, and then the arguments of LibreOffice.
#[must_use]
pub fn office_arguments(program: &OfficeProgram, folder: &Path) -> Vec<String> {
    vec![
        "--program".to_owned(),
        program.binary.display().to_string(),
        "--folder".to_owned(),
        folder.display().to_string(),
        "--".to_owned(),
    ]
}

/// Locks this process in and turns it into LibreOffice; comes back only when that fails. Layers that are missing must
/// be in `run_without`.
pub fn become_office(
    program: &Path,
    folder: &Path,
    limits: &OfficeLimits,
    run_without: &[Layer],
    arguments: &[String],
) -> ExitCode {
    let found = OfficeProgram {
        binary: program.to_owned(),
    };
    let confinement = Confinement {
        memory_bytes: limits.memory_bytes,
        cpu_seconds: limits.timeout.as_secs().saturating_add(1),
        rights: Rights::Program {
            folder: folder.to_owned(),
            readable: readable(&found),
            executable: executable(&found),
            file_bytes: limits.file_bytes,
        },
    };
    let failure = match confine(&confinement) {
        Ok(missing) => {
            match missing
                .iter()
                .find(|missing| !run_without.contains(&missing.layer))
            {
                Some(missing) => format!("{} is missing ({})", missing.layer, missing.reason),
                None => std::process::Command::new(program)
                    .args(arguments)
                    .exec()
                    .to_string(),
            }
        }
        Err(error) => error.to_string(),
    };
    eprintln!("{failure}");
    ExitCode::from(NOT_CONFINED)
}

/// The installation, libraries, fonts, and what the C library looks at.
fn readable(program: &OfficeProgram) -> Vec<PathBuf> {
    let fixed = [
        "/etc/fonts",
        "/etc/ld.so.cache",
        "/etc/libreoffice",
        "/etc/localtime",
        "/dev/urandom",
        "/lib",
        "/lib64",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/sys/devices/system/cpu",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/share/fonts",
        "/usr/share",
        "/var/cache/fontconfig",
        "/var/lib/libreoffice",
        "/var/spool/libreoffice",
    ];
    let fixed = fixed.iter().map(PathBuf::from);
    fixed.chain(program.root().map(Path::to_owned)).collect()
}

/// The program, and the loader that every program is started with.
fn executable(program: &OfficeProgram) -> Vec<PathBuf> {
    let loaders = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"].map(PathBuf::from);
    loaders
        .into_iter()
        .chain(program.binary.parent().map(Path::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        assert_eq!(file_url(Path::new("/tmp/a b/契")), "file:///tmp/a%20b/%E5%A5%91");
    }

    #[tokio::test]
    async fn without_libreoffice_the_message_says_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("nowhere");
        let office = Office::build(
            None,
            Some(nowhere),
            folder.path().to_owned(),
            OfficeLimits::default(),
        );
        let refused = office.convert(OfficeFormat::Docx, b"").await.unwrap_err();
        assert_eq!(refused, OfficeError::NotInstalled { format: "docx" });
        assert!(
            refused
                .to_string()
                .contains("apt-get install libreoffice-writer-nogui")
        );
    }
}
