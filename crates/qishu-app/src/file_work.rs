//! Work on files of strangers: where it is done, and the jobs there are.
//!
//! Operations never read a PDF, a picture or an office file themselves. They describe a job; a locked-in worker
//! process does it ([`qishu_convert::worker`]), and what comes back was made by our own code. Tests, which have no
//! binary to start, have the same jobs done in their own process.

mod job;
mod template_job;

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use pdfseal::appearance::StampPicture;
use pdfseal::sign::SigningPlan;
use pdfseal::verify::VerificationReport;
use qishu_convert::office::{Office, OfficeError, OfficeFormat, OfficeLimits};
use qishu_convert::worker::{Missing, Probe, WorkerError, Workers};

pub(crate) use job::MarkJob;
pub use job::{FileLimits, ReadyFiles, handle_job, probe_job};

pub(crate) use job::CleanedSeal;
use job::ImportAnswer;

use crate::AppError;
use crate::document::Upload;

/// Does jobs. Cheap to clone.
#[derive(Clone)]
pub struct FileWork {
    place: Place,
    office: Office,
}

#[derive(Clone)]
enum Place {
    Workers(Workers),
    ThisProcess { timeout: Duration },
}

impl FileWork {
    /// Every job in a process of its own.
    #[must_use]
    pub fn in_workers(workers: Workers, office: Office) -> Self {
        Self {
            place: Place::Workers(workers),
            office,
        }
    }

    /// Jobs on a thread of this process, without a sandbox: for tests. A job that takes longer than the time allowed is
    /// given up as in a worker, but its thread goes on. LibreOffice runs as it is.
    #[must_use]
    pub fn in_this_process(timeout: Duration) -> Self {
        Self {
            place: Place::ThisProcess { timeout },
            office: Office::without_sandbox(PathBuf::from("/tmp"), OfficeLimits::default()),
        }
    }

    /// Starts a worker, has it try what workers must not do, and says which layers of the sandbox are missing and
    /// accepted. `secret` are paths no worker may see.
    ///
    /// # Errors
    /// When no worker can be started, or the sandbox does not hold.
    pub async fn check(&self, secret: &[PathBuf]) -> Result<Vec<Missing>, WorkerError> {
        let Place::Workers(workers) = &self.place else {
            return Ok(Vec::new());
        };
        let missing = workers.check().await?;
        if missing.is_empty() {
            let answer = workers.run(&probe_job(&Probe::Trespass(secret.to_vec()))).await?;
            let found = Probe::read_answer(&answer).unwrap_or_default();
            if !found.is_empty() {
                let found: Vec<&str> = found.iter().map(|trespass| trespass.0.as_str()).collect();
                return Err(WorkerError::Unprotected {
                    missing: format!("it is in place but does not hold ({})", found.join(", ")),
                });
            }
        }
        Ok(missing)
    }

    /// A seal or a drawn signature, decoded and made ready for stamping: PNG or JPEG by content. The pixels are
    /// taken, everything else of the file is dropped.
    ///
    /// # Errors
    /// [`AppError::InvalidFile`] when it is no such picture, damaged or too large.
    pub async fn prepare_picture(&self, picture: &[u8]) -> Result<StampPicture, AppError> {
        let answer = self.run(&job::picture_job(picture)).await?;
        job::read_picture(&answer)
    }

    /// A photographed seal, cut out and cleaned. The size on paper is in millimetres.
    ///
    /// # Errors
    /// `1005` for the field that is wrong, [`AppError::SealDrawing`], or what [`Self::read_files`] fails with.
    pub(crate) async fn clean_seal(
        &self,
        picture: &[u8],
        width_mm: u32,
        height_mm: u32,
    ) -> Result<CleanedSeal, AppError> {
        let answer = self.run(&job::seal_job(picture, width_mm, height_mm)).await?;
        job::read_seal(&answer)
    }

    /// What the verifier says about a file at a time. Anchors are the trusted certificates (DER).
    ///
    /// # Errors
    /// [`AppError::InvalidFile`] when the file takes too much to judge; what is wrong with it is in the report.
    pub async fn verify(
        &self,
        file: &[u8],
        anchors: &[&[u8]],
        now_unix_s: i64,
    ) -> Result<VerificationReport, AppError> {
        let answer = self.run(&job::verify_job(file, anchors, now_unix_s)).await?;
        job::read_report(&answer)
    }

    /// Files as one document ready for signing, in their order. Office files are checked by a worker, converted by
    /// LibreOffice, and then read like any other PDF.
    ///
    /// # Errors
    /// `1402`, `1403` with the reason for the files, [`AppError::Busy`], internal.
    pub async fn read_files(&self, uploads: &[Upload], limits: FileLimits) -> Result<ReadyFiles, AppError> {
        let (suffix, cleaned) = match self.import(uploads, limits).await? {
            ImportAnswer::Ready(ready) => return Ok(ready),
            ImportAnswer::Office { suffix, cleaned } => (suffix, cleaned),
        };
        let mut files = uploads.to_vec();
        for (index, format, bytes) in cleaned {
            let pdf = self.convert_office(index, format, &bytes).await?;
            if let Some(file) = files.get_mut(index) {
                *file = Upload {
                    suffix: Some("pdf".to_owned()),
                    bytes: pdf,
                };
            }
        }
        match self.import(&files, limits).await? {
            ImportAnswer::Ready(ready) => Ok(ReadyFiles { suffix, ..ready }),
            ImportAnswer::Office { .. } => Err(AppError::Internal("a converted file was no PDF".to_owned())),
        }
    }

    async fn import(&self, uploads: &[Upload], limits: FileLimits) -> Result<ImportAnswer, AppError> {
        let answer = self.run(&job::import_job(uploads, limits)?).await?;
        job::read_import(&answer)
    }

    /// A checked office file as PDF. `index` is its place among the uploads, for the message.
    async fn convert_office(
        &self,
        index: usize,
        format: OfficeFormat,
        file: &[u8],
    ) -> Result<Bytes, AppError> {
        let converted = self.office.convert(format, file).await;
        converted.map(Bytes::from).map_err(|error| match &error {
            OfficeError::Busy => AppError::Busy,
            about if about.is_about_the_file() => AppError::InvalidFile {
                detail: format!("file {}: {error}", index + 1),
            },
            _ => AppError::internal("office", error),
        })
    }

    /// What converts office files.
    #[must_use]
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// Watermarks over a stored document, and the plan for its first signature.
    ///
    /// # Errors
    /// [`AppError::InvalidFile`] for a document that came signed or cannot be rewritten, [`AppError::Busy`], internal.
    pub(crate) async fn mark(&self, mark: &MarkJob<'_>) -> Result<(Bytes, SigningPlan), AppError> {
        let answer = self.run(&mark.to_bytes()?).await?;
        job::read_marked(&answer)
    }

    async fn run(&self, job: &[u8]) -> Result<Bytes, AppError> {
        let answer = match &self.place {
            Place::Workers(workers) => workers.run(job).await,
            Place::ThisProcess { timeout } => in_this_process(job.to_vec(), *timeout).await,
        };
        answer.map(Bytes::from).map_err(AppError::from)
    }
}

async fn in_this_process(job: Vec<u8>, timeout: Duration) -> Result<Vec<u8>, WorkerError> {
    let work = tokio::task::spawn_blocking(move || handle_job(&job));
    match tokio::time::timeout(timeout, work).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(WorkerError::Died {
            how: if error.is_panic() { "panic" } else { "stopped" }.to_owned(),
        }),
        Err(_) => Err(WorkerError::Time {
            seconds: timeout.as_secs(),
        }),
    }
}

impl From<WorkerError> for AppError {
    fn from(error: WorkerError) -> Self {
        match &error {
            WorkerError::Busy => Self::Busy,
            about if about.is_about_the_file() => {
                tracing::warn!(%error, "a file could not be handled");
                Self::InvalidFile {
                    detail: error.to_string(),
                }
            }
            _ => Self::internal("file worker", error),
        }
    }
}
