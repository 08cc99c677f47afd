//! The jobs as bytes, and what a worker does with them. Everything in here but the readers of answers runs locked in.

use bytes::Bytes;
use pdfseal::Limits;
use pdfseal::appearance::StampPicture;
use pdfseal::sign::SigningPlan;
use pdfseal::verify::{VerificationReport, verify};
use qishu_convert::office::OfficeFormat;
use qishu_convert::worker::{Probe, pack, perform_probe, unpack};
use sealpki::Certificate;
use serde::{Deserialize, Serialize};

use super::template_job::{self, perform_fill, perform_read};
use crate::AppError;
use crate::document::Upload;
use crate::document::import::{self, ReadFiles, Refusal};
use crate::seal::picture as seal;
use crate::watermark::{Drawable, DrawableShape, draw_and_plan};

const IMPORT: &[u8] = b"import";
const MARK: &[u8] = b"mark";
const PICTURE: &[u8] = b"picture";
const PROBE: &[u8] = b"probe";
const SEAL: &[u8] = b"seal";
const VERIFY: &[u8] = b"verify";

pub(super) const DONE: &[u8] = b"done";
const OFFICE: &[u8] = b"office";
const INVALID: &[u8] = b"invalid";
const UNSUPPORTED: &[u8] = b"unsupported";
const FIELD: &[u8] = b"field";
const DRAWING: &[u8] = b"drawing";

/// What one document may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// Most pages.
    pub most_pages: usize,
    /// Largest decompressed stream, in bytes.
    pub stream_bytes: usize,
}

#[derive(Serialize, Deserialize)]
struct ImportOptions {
    suffixes: Vec<Option<String>>,
    most_pages: usize,
    stream_bytes: usize,
}

/// What became of an import.
pub(super) enum ImportAnswer {
    /// The document is ready.
    Ready(ReadyFiles),
    /// Some files have to be converted first.
    Office {
        /// Type of the first file.
        suffix: String,
        /// Place in the list, format and cleaned bytes of each of them.
        cleaned: Vec<(usize, OfficeFormat, Bytes)>,
    },
}

/// Files as one document, ready for signing.
#[derive(Debug, Clone)]
pub struct ReadyFiles {
    /// Type of the first file.
    pub suffix: String,
    /// Revision 0.
    pub pdf: Bytes,
    /// Plan for the first signature.
    pub plan: Bytes,
    /// Text positions.
    pub text: Bytes,
}

/// Files that become one document, as a job.
pub(super) fn import_job(files: &[Upload], limits: FileLimits) -> Result<Vec<u8>, AppError> {
    let options = ImportOptions {
        suffixes: files.iter().map(|file| file.suffix.clone()).collect(),
        most_pages: limits.most_pages,
        stream_bytes: limits.stream_bytes,
    };
    let options = serde_json::to_vec(&options).map_err(|error| AppError::internal("import job", error))?;
    let mut items: Vec<&[u8]> = vec![IMPORT, &options];
    items.extend(files.iter().map(|file| file.bytes.as_ref()));
    Ok(pack(&items))
}

#[derive(Serialize, Deserialize)]
struct MarkOptions {
    shapes: Vec<DrawableShape>,
    most_pages: usize,
    stream_bytes: usize,
}

/// Watermarks over a stored document.
pub(crate) struct MarkJob<'a> {
    /// The document.
    pub(crate) pdf: &'a [u8],
    /// The marks.
    pub(crate) marks: &'a [Drawable],
    /// Most pages.
    pub(crate) most_pages: usize,
    /// Largest decompressed stream, in bytes.
    pub(crate) stream_bytes: usize,
}

impl MarkJob<'_> {
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, AppError> {
        let options = MarkOptions {
            shapes: self.marks.iter().map(|mark| mark.shape.clone()).collect(),
            most_pages: self.most_pages,
            stream_bytes: self.stream_bytes,
        };
        let options = serde_json::to_vec(&options).map_err(|error| AppError::internal("mark job", error))?;
        let pictures: Vec<Vec<u8>> = self.marks.iter().map(|mark| mark.picture.to_bytes()).collect();
        let mut items: Vec<&[u8]> = vec![MARK, &options, self.pdf];
        items.extend(pictures.iter().map(Vec::as_slice));
        Ok(pack(&items))
    }
}

fn mark(options: &[u8], pdf: &[u8], pictures: &[&[u8]]) -> Result<Vec<u8>, Refusal> {
    let options: MarkOptions = serde_json::from_slice(options).map_err(|error| Refusal::invalid(&error))?;
    let limits = Limits {
        pages: options.most_pages,
        stream_bytes: options.stream_bytes,
        ..Limits::default()
    };
    let mut marks = Vec::with_capacity(pictures.len());
    for (shape, picture) in options.shapes.into_iter().zip(pictures) {
        let picture = StampPicture::from_bytes(picture).map_err(|error| Refusal::invalid(&error))?;
        marks.push(Drawable { shape, picture });
    }
    let (drawn, plan) = draw_and_plan(pdf, &marks, &limits)?;
    Ok(pack(&[DONE, &drawn, &plan.to_bytes()]))
}

/// The document with its marks, and the plan for its first signature.
pub(super) fn read_marked(answer: &Bytes) -> Result<(Bytes, SigningPlan), AppError> {
    let [pdf, plan] = read(answer)?[..] else {
        return Err(not_understood());
    };
    let plan = SigningPlan::from_bytes(plan).map_err(|error| AppError::internal("file worker", error))?;
    Ok((answer.slice_ref(pdf), plan))
}

pub(super) fn picture_job(picture: &[u8]) -> Vec<u8> {
    pack(&[PICTURE, picture])
}

/// A photographed seal, with its size on paper in millimetres.
pub(super) fn seal_job(picture: &[u8], width_mm: u32, height_mm: u32) -> Vec<u8> {
    pack(&[SEAL, &width_mm.to_be_bytes(), &height_mm.to_be_bytes(), picture])
}

/// A file whose signatures are to be judged at a time, and the certificates that are trusted.
pub(super) fn verify_job(file: &[u8], anchors: &[&[u8]], now_unix_s: i64) -> Vec<u8> {
    pack(&[VERIFY, &now_unix_s.to_be_bytes(), &pack(anchors), file])
}

/// A try to break out, as a job.
#[must_use]
pub fn probe_job(probe: &Probe) -> Vec<u8> {
    pack(&[PROBE, &probe.to_bytes()])
}

/// Does a job. The binary's worker calls it in a locked-in process; it reads nothing but its argument.
#[must_use]
pub fn handle_job(job: &[u8]) -> Vec<u8> {
    let items = unpack(job).unwrap_or_default();
    let answer = match items.as_slice() {
        [kind, options, files @ ..] if *kind == IMPORT => import(options, files),
        [kind, picture] if *kind == PICTURE => prepare_picture(picture),
        [kind, options, pdf, pictures @ ..] if *kind == MARK => mark(options, pdf, pictures),
        [kind, options, file] if *kind == template_job::READ => perform_read(options, file),
        [kind, options, file, pictures @ ..] if *kind == template_job::FILL => {
            perform_fill(options, file, pictures)
        }
        [kind, probe] if *kind == PROBE => return perform_probe(probe),
        [kind, width, height, picture] if *kind == SEAL => return clean_seal(width, height, picture),
        [kind, now, anchors, file] if *kind == VERIFY => judge(now, anchors, file),
        _ => Err(Refusal::invalid("the job was not understood")),
    };
    answer.unwrap_or_else(|refusal| match refusal {
        Refusal::Invalid(detail) => pack(&[INVALID, detail.as_bytes()]),
        Refusal::Unsupported(detail) => pack(&[UNSUPPORTED, detail.as_bytes()]),
    })
}

fn import(options: &[u8], files: &[&[u8]]) -> Result<Vec<u8>, Refusal> {
    let options: ImportOptions = serde_json::from_slice(options).map_err(|error| Refusal::invalid(&error))?;
    let limits = Limits {
        pages: options.most_pages,
        stream_bytes: options.stream_bytes,
        ..Limits::default()
    };
    let suffixes = options.suffixes.iter().map(Option::as_deref);
    let uploads: Vec<(Option<&str>, &[u8])> = suffixes.zip(files.iter().copied()).collect();
    let imported = match import::read(&uploads, &limits)? {
        ReadFiles::Ready(document) => document,
        ReadFiles::Office { suffix, cleaned } => return Ok(pack_office(suffix, &cleaned)),
    };
    let (plan, text) = (imported.plan.to_bytes(), imported.text.to_bytes());
    Ok(pack(&[
        DONE,
        imported.suffix.as_bytes(),
        &imported.pdf,
        &plan,
        &text,
    ]))
}

/// The files in groups of three: place, format, bytes.
fn pack_office(suffix: &str, cleaned: &[(usize, OfficeFormat, Vec<u8>)]) -> Vec<u8> {
    let places: Vec<String> = cleaned.iter().map(|(index, ..)| index.to_string()).collect();
    let mut items: Vec<&[u8]> = vec![OFFICE, suffix.as_bytes()];
    for ((_, format, bytes), place) in cleaned.iter().zip(&places) {
        items.extend([place.as_bytes(), format.suffix().as_bytes(), bytes]);
    }
    pack(&items)
}

fn prepare_picture(picture: &[u8]) -> Result<Vec<u8>, Refusal> {
    let prepared = if picture.starts_with(b"\xff\xd8\xff") {
        StampPicture::from_jpeg(picture)
    } else {
        StampPicture::from_png(picture)
    };
    let prepared = prepared.map_err(|error| Refusal::invalid(&error))?;
    Ok(pack(&[DONE, &prepared.to_bytes()]))
}

fn clean_seal(width: &[u8], height: &[u8], picture: &[u8]) -> Vec<u8> {
    let millimetres = |bytes: &[u8]| {
        bytes
            .try_into()
            .map_or(0.0, |bytes| f64::from(u32::from_be_bytes(bytes)))
    };
    match seal::clean(picture, millimetres(width), millimetres(height)) {
        Ok((seal, picture)) => pack(&[DONE, &seal.image, &picture.to_bytes()]),
        Err(AppError::InvalidParam { field, reason }) => pack(&[FIELD, field.as_bytes(), reason.as_bytes()]),
        Err(AppError::SealDrawing { reason }) => pack(&[DRAWING, reason.as_bytes()]),
        Err(other) => pack(&[DRAWING, other.to_string().as_bytes()]),
    }
}

fn judge(now: &[u8], anchors: &[u8], file: &[u8]) -> Result<Vec<u8>, Refusal> {
    let not_understood = || Refusal::invalid("the job was not understood");
    let now_unix_s = i64::from_be_bytes(now.try_into().map_err(|_| not_understood())?);
    let anchors = unpack(anchors).ok_or_else(not_understood)?;
    let anchors: Result<Vec<Certificate>, _> = anchors.into_iter().map(Certificate::from_der).collect();
    let anchors = anchors.map_err(|error| Refusal::invalid(&error))?;
    let report = verify(file, &Limits::default(), &anchors, now_unix_s);
    let report = serde_json::to_vec(&report).map_err(|error| Refusal::invalid(&error))?;
    Ok(pack(&[DONE, &report]))
}

/// The parts of a good answer, or the refusal.
pub(super) fn read(answer: &[u8]) -> Result<Vec<&[u8]>, AppError> {
    let items = unpack(answer).unwrap_or_default();
    match items.split_first() {
        Some((mark, rest)) if *mark == DONE => Ok(rest.to_vec()),
        Some((mark, [detail])) if *mark == INVALID => Err(AppError::InvalidFile {
            detail: String::from_utf8_lossy(detail).into_owned(),
        }),
        Some((mark, [field, reason])) if *mark == FIELD => Err(AppError::invalid(
            String::from_utf8_lossy(field),
            String::from_utf8_lossy(reason),
        )),
        Some((mark, [reason])) if *mark == DRAWING => Err(AppError::SealDrawing {
            reason: String::from_utf8_lossy(reason).into_owned(),
        }),
        Some((mark, [detail])) if *mark == UNSUPPORTED => Err(AppError::UnsupportedFile {
            detail: String::from_utf8_lossy(detail).into_owned(),
        }),
        _ => Err(not_understood()),
    }
}

pub(super) fn not_understood() -> AppError {
    AppError::Internal("the answer of a file worker was not understood".to_owned())
}

pub(super) fn read_picture(answer: &[u8]) -> Result<StampPicture, AppError> {
    let [picture] = read(answer)?[..] else {
        return Err(not_understood());
    };
    StampPicture::from_bytes(picture).map_err(|error| AppError::internal("file worker", error))
}

/// A seal cleaned by a worker, in the stored forms.
pub(crate) struct CleanedSeal {
    /// PNG for showing.
    pub(crate) image: Bytes,
    /// Prepared for stamping.
    pub(crate) picture: Bytes,
}

pub(super) fn read_seal(answer: &Bytes) -> Result<CleanedSeal, AppError> {
    let [image, picture] = read(answer)?[..] else {
        return Err(not_understood());
    };
    Ok(CleanedSeal {
        image: answer.slice_ref(image),
        picture: answer.slice_ref(picture),
    })
}

pub(super) fn read_report(answer: &[u8]) -> Result<VerificationReport, AppError> {
    let [report] = read(answer)?[..] else {
        return Err(not_understood());
    };
    serde_json::from_slice(report).map_err(|error| AppError::internal("file worker", error))
}

pub(super) fn read_import(answer: &Bytes) -> Result<ImportAnswer, AppError> {
    let items = unpack(answer).unwrap_or_default();
    if let [mark, suffix, groups @ ..] = items.as_slice()
        && *mark == OFFICE
    {
        return Ok(ImportAnswer::Office {
            suffix: String::from_utf8_lossy(suffix).into_owned(),
            cleaned: read_office(answer, groups).ok_or_else(not_understood)?,
        });
    }
    let [suffix, pdf, plan, text] = read(answer)?[..] else {
        return Err(not_understood());
    };
    // Slices of the answer: a large file is not copied once more.
    Ok(ImportAnswer::Ready(ReadyFiles {
        suffix: String::from_utf8_lossy(suffix).into_owned(),
        pdf: answer.slice_ref(pdf),
        plan: answer.slice_ref(plan),
        text: answer.slice_ref(text),
    }))
}

fn read_office(answer: &Bytes, groups: &[&[u8]]) -> Option<Vec<(usize, OfficeFormat, Bytes)>> {
    let group = |group: &[&[u8]]| {
        let [place, format, bytes] = group else {
            return None;
        };
        let place = std::str::from_utf8(place).ok()?.parse().ok()?;
        let format = OfficeFormat::of_suffix(std::str::from_utf8(format).ok()?)?;
        Some((place, format, answer.slice_ref(bytes)))
    };
    groups.chunks(3).map(group).collect()
}

impl ReadyFiles {
    /// The plan as a type.
    ///
    /// # Errors
    /// Internal when it is not in the stored form.
    pub fn signing_plan(&self) -> Result<SigningPlan, AppError> {
        SigningPlan::from_bytes(&self.plan).map_err(|error| AppError::internal("file worker", error))
    }
}
