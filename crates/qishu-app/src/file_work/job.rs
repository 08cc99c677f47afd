//! The jobs as bytes, and what a worker does with them. Everything in here but the readers of answers runs locked in.

use bytes::Bytes;
use pdfseal::Limits;
use pdfseal::appearance::StampPicture;
use pdfseal::sign::SigningPlan;
use pdfseal::verify::{VerificationReport, verify};
use qishu_convert::decode_picture;
use qishu_convert::worker::{Probe, pack, perform_probe, unpack};
use qishu_sealart::{PhotoPixels, photo_seal};
use sealpki::Certificate;
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::document::import::{self, Refusal};

const IMPORT: &[u8] = b"import";
const PICTURE: &[u8] = b"picture";
const PROBE: &[u8] = b"probe";
const SEAL: &[u8] = b"seal";
const VERIFY: &[u8] = b"verify";

const DONE: &[u8] = b"done";
const INVALID: &[u8] = b"invalid";
const UNSUPPORTED: &[u8] = b"unsupported";

/// A file to import.
#[derive(Debug, Clone)]
pub(crate) struct ImportedFile {
    /// Suffix that was stated, or that its name carries.
    pub(crate) suffix: Option<String>,
    /// The bytes.
    pub(crate) bytes: Bytes,
}

/// Files that become one document.
pub(crate) struct ImportJob<'a> {
    /// In the order of the document.
    pub(crate) files: &'a [ImportedFile],
    /// Most pages.
    pub(crate) most_pages: usize,
    /// Largest decompressed stream, in bytes.
    pub(crate) stream_bytes: usize,
}

#[derive(Serialize, Deserialize)]
struct ImportOptions {
    suffixes: Vec<Option<String>>,
    most_pages: usize,
    stream_bytes: usize,
}

/// What became of an import.
pub(crate) struct ImportAnswer {
    /// Type of the first file.
    pub(crate) suffix: String,
    /// Revision 0.
    pub(crate) pdf: Bytes,
    /// Plan for the first signature.
    pub(crate) plan: Bytes,
    /// Text positions.
    pub(crate) text: Bytes,
}

impl ImportJob<'_> {
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, AppError> {
        let options = ImportOptions {
            suffixes: self.files.iter().map(|file| file.suffix.clone()).collect(),
            most_pages: self.most_pages,
            stream_bytes: self.stream_bytes,
        };
        let options =
            serde_json::to_vec(&options).map_err(|error| AppError::internal("import job", error))?;
        let mut items: Vec<&[u8]> = vec![IMPORT, &options];
        items.extend(self.files.iter().map(|file| file.bytes.as_ref()));
        Ok(pack(&items))
    }
}

pub(super) fn picture_job(picture: &[u8]) -> Vec<u8> {
    pack(&[PICTURE, picture])
}

/// A scan or photograph that becomes a seal of this size.
pub(super) fn seal_job(picture: &[u8], width_mm: u32, height_mm: u32) -> Vec<u8> {
    let size = [width_mm.to_be_bytes(), height_mm.to_be_bytes()].concat();
    pack(&[SEAL, &size, picture])
}

/// A file whose signatures are judged at a time, with the certificates to trust (DER).
pub(super) fn verify_job(file: &[u8], at_unix_s: i64, anchors: &[&[u8]]) -> Vec<u8> {
    let at = at_unix_s.to_be_bytes();
    let mut items: Vec<&[u8]> = vec![VERIFY, &at, file];
    items.extend(anchors);
    pack(&items)
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
        [kind, size, picture] if *kind == SEAL => clean_seal(size, picture),
        [kind, at, file, anchors @ ..] if *kind == VERIFY => judge(at, file, anchors),
        [kind, probe] if *kind == PROBE => return perform_probe(probe),
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
    let imported = import::read(&uploads, &limits)?;
    let (plan, text) = (imported.plan.to_bytes(), imported.text.to_bytes());
    Ok(pack(&[
        DONE,
        imported.suffix.as_bytes(),
        &imported.pdf,
        &plan,
        &text,
    ]))
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

/// Takes the paper away and keeps the ink (D-45); for the API and for signing.
fn clean_seal(size: &[u8], picture: &[u8]) -> Result<Vec<u8>, Refusal> {
    let side = |bytes: Option<&[u8]>| {
        let bytes: Option<[u8; 4]> = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(|bytes| f64::from(u32::from_be_bytes(bytes)))
            .unwrap_or_default()
    };
    let pixels = decode_picture(picture).map_err(|error| Refusal::invalid(&error))?;
    let photo = PhotoPixels {
        width: pixels.width,
        height: pixels.height,
        rgba: &pixels.rgba,
    };
    let seal = photo_seal(photo, side(size.get(..4)), side(size.get(4..)));
    let seal = seal.map_err(|error| Refusal::invalid(&error))?;
    let prepared = StampPicture::from_png(&seal.print).map_err(|error| Refusal::invalid(&error))?;
    Ok(pack(&[DONE, &seal.image, &prepared.to_bytes()]))
}

fn judge(at: &[u8], file: &[u8], anchors: &[&[u8]]) -> Result<Vec<u8>, Refusal> {
    let at: [u8; 8] = at
        .try_into()
        .map_err(|_| Refusal::invalid("the job was not understood"))?;
    let anchors: Vec<Certificate> = anchors
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
    let report = verify(file, &Limits::default(), &anchors, i64::from_be_bytes(at));
    let report = serde_json::to_vec(&report).map_err(|error| Refusal::invalid(&error))?;
    Ok(pack(&[DONE, &report]))
}

/// The parts of a good answer, or the refusal.
fn read(answer: &[u8]) -> Result<Vec<&[u8]>, AppError> {
    let items = unpack(answer).unwrap_or_default();
    match items.split_first() {
        Some((mark, rest)) if *mark == DONE => Ok(rest.to_vec()),
        Some((mark, [detail])) if *mark == INVALID => Err(AppError::InvalidFile {
            detail: String::from_utf8_lossy(detail).into_owned(),
        }),
        Some((mark, [detail])) if *mark == UNSUPPORTED => Err(AppError::UnsupportedFile {
            detail: String::from_utf8_lossy(detail).into_owned(),
        }),
        _ => Err(not_understood()),
    }
}

fn not_understood() -> AppError {
    AppError::Internal("the answer of a file worker was not understood".to_owned())
}

pub(super) fn read_picture(answer: &[u8]) -> Result<StampPicture, AppError> {
    let [picture] = read(answer)?[..] else {
        return Err(not_understood());
    };
    StampPicture::from_bytes(picture).map_err(|error| AppError::internal("file worker", error))
}

pub(super) fn read_import(answer: &Bytes) -> Result<ImportAnswer, AppError> {
    let [suffix, pdf, plan, text] = read(answer)?[..] else {
        return Err(not_understood());
    };
    // Slices of the answer: a large file is not copied once more.
    Ok(ImportAnswer {
        suffix: String::from_utf8_lossy(suffix).into_owned(),
        pdf: answer.slice_ref(pdf),
        plan: answer.slice_ref(plan),
        text: answer.slice_ref(text),
    })
}

impl ImportAnswer {
    /// The plan as a type.
    pub(crate) fn signing_plan(&self) -> Result<SigningPlan, AppError> {
        SigningPlan::from_bytes(&self.plan).map_err(|error| AppError::internal("file worker", error))
    }
}

/// The PNG that the API answers, and the picture prepared for signing, both as bytes.
pub(super) fn read_seal(answer: &Bytes) -> Result<(Bytes, Bytes), AppError> {
    let [image, prepared] = read(answer)?[..] else {
        return Err(not_understood());
    };
    Ok((answer.slice_ref(image), answer.slice_ref(prepared)))
}

pub(super) fn read_report(answer: &[u8]) -> Result<VerificationReport, AppError> {
    let [report] = read(answer)?[..] else {
        return Err(not_understood());
    };
    serde_json::from_slice(report).map_err(|error| AppError::internal("file worker", error))
}
