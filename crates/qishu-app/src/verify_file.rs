//! 文件验签: `POST /v2/verify`: judges the signatures of a file without any of our data, but for the trust in our own root.

use pdfseal::verify::{Indication, LaterChanges, SignatureKind, SignatureReport, SubIndication};
use qishu_convert::kind::{FileKind, detect};
use qishu_model::id::{DocumentId, SealId};
use qishu_model::time::Timestamp;
use qishu_store::{Scope, act, contract, document, seal};
use sha2::{Digest as _, Sha256};

use crate::document::blob_digest;
use crate::{ApiCaller, App, AppError};

/// Result of a file or of one signature; the numbers of D-33.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileStatus {
    /// Everything is valid, and the document is as it was signed.
    Valid,
    /// The file has no signature.
    Unsigned,
    /// The document was altered after signing.
    Altered,
    /// A signature is invalid.
    Invalid,
    /// A certificate is not trusted, or was not valid.
    Untrusted,
}

impl FileStatus {
    /// Number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Unsigned => 1,
            Self::Altered => 2,
            Self::Invalid => 3,
            Self::Untrusted => 4,
        }
    }

    /// Chinese and English words for it.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Valid => ("签名有效，文件未被修改", "valid, the document is unchanged"),
            Self::Unsigned => ("文件没有签名", "the file has no signature"),
            Self::Altered => ("文件在签署后被修改", "the document was altered after signing"),
            Self::Invalid => ("签名无效", "a signature is invalid"),
            Self::Untrusted => (
                "签名证书不受信任或不在有效期内",
                "the certificate is not trusted or not valid",
            ),
        }
    }
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVerdict {
    /// The worst of all signatures.
    pub status: FileStatus,
    /// SHA-256 of the file in lower-case hexadecimal digits.
    pub hash: String,
    /// The document of the caller that has exactly these bytes as one of its revisions.
    pub document: Option<DocumentId>,
    /// Signatures in the order they were made.
    pub signatures: Vec<SignatureVerdict>,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureVerdict {
    /// Result.
    pub status: FileStatus,
    /// Something that is not known to be harmless was appended after it, or what it covers was changed.
    pub modified: bool,
    /// Name of its first field.
    pub field: Option<String>,
    /// Page of its first field, from 1.
    pub page: Option<usize>,
    /// Name of the signer, out of the certificate.
    pub signatory: Option<String>,
    /// The time the signer states.
    pub sign_time: Option<Timestamp>,
    /// Organisation that issued the certificate.
    pub organisation: Option<String>,
    /// Name of the algorithm, as `SHA256withRSA`.
    pub algorithm: Option<&'static str>,
    /// It covers the file to its last byte.
    pub covers_whole_document: bool,
    /// Serial number of the certificate, hexadecimal.
    pub serial: Option<String>,
    /// Validity of the certificate.
    pub valid_from: Option<Timestamp>,
    /// Validity of the certificate.
    pub valid_to: Option<Timestamp>,
    /// It can be seen on a page.
    pub visible: bool,
    /// It was made on this platform: its certificate leads to our root.
    pub own: bool,
    /// The time of its time-stamp.
    pub time_stamp: Option<Timestamp>,
    /// The time-stamp is one of a trusted authority.
    pub time_is_proven: bool,
    /// PNG of the company seal it shows, when that was asked for and it is one of ours.
    pub image: Option<bytes::Bytes>,
}

/// Judges a file; with `show_images` the pictures of our own seals come along.
///
/// # Errors
/// `1403` for a file that is no PDF, or one that cannot be read without guessing.
pub async fn verify_file(
    app: &App,
    caller: &ApiCaller,
    file: bytes::Bytes,
    show_images: bool,
) -> Result<FileVerdict, AppError> {
    if detect(&file) != FileKind::Pdf {
        return Err(AppError::InvalidFile {
            detail: "the file is no PDF".to_owned(),
        });
    }
    let hash: [u8; 32] = Sha256::digest(&file).into();
    let roots = app.roots();
    let anchors: Vec<&[u8]> = roots.iter().map(sealpki::Certificate::der).collect();
    let now_s = app.now().ms().div_euclid(1000);
    let report = app.files.verify(&file, &anchors, now_s).await?;
    if let Some(failure) = report.failure {
        return Err(AppError::InvalidFile { detail: failure });
    }
    // Time-stamps of the document prove when; people ask who signed.
    let of_people = |one: &&SignatureReport| one.kind == SignatureKind::Signature;
    let mut signatures: Vec<SignatureVerdict> =
        report.signatures.iter().filter(of_people).map(judged).collect();
    let worst = signatures
        .iter()
        .map(|signature| signature.status)
        .filter(|status| *status != FileStatus::Valid)
        .min();
    let status = match (signatures.is_empty(), worst) {
        (true, _) => FileStatus::Unsigned,
        (false, None) => FileStatus::Valid,
        (false, Some(worst)) => worst,
    };
    if show_images {
        for signature in &mut signatures {
            signature.image = seal_image(app, signature).await?;
        }
    }
    Ok(FileVerdict {
        status,
        hash: hex::encode(hash),
        document: own_document(app, caller, &hash).await?,
        signatures,
    })
}

/// The picture of the seal that one of our signatures shows. It can be seen in the file, so it is no secret to who has it;
/// signatures drawn by people are kept in the files alone.
async fn seal_image(app: &App, signature: &SignatureVerdict) -> Result<Option<bytes::Bytes>, AppError> {
    let Some(serial) = signature
        .serial
        .as_ref()
        .filter(|_| signature.own && signature.visible)
    else {
        return Ok(None);
    };
    let mut reader = app.store.read("seal_image");
    let Some(certificate) = act::find_certificate(&mut reader, serial).await? else {
        return Ok(None);
    };
    let made = act::find(&mut reader, certificate.act_id).await?;
    let seals = made.and_then(|made| made.value.details.get("seals").cloned());
    let seals: Vec<SealId> = seals
        .and_then(|seals| serde_json::from_value(seals).ok())
        .unwrap_or_default();
    let Some(first) = seals.first() else {
        return Ok(None);
    };
    match seal::find_with_removed(&mut reader, Scope::System, *first).await? {
        Some(seal) => Ok(Some(app.blobs.get(&blob_digest(&seal.value.image)?).await?)),
        None => Ok(None),
    }
}

/// Only documents that concern the caller are named (R-15).
async fn own_document(
    app: &App,
    caller: &ApiCaller,
    hash: &[u8; 32],
) -> Result<Option<DocumentId>, AppError> {
    let mut reader = app.store.read("verify_file");
    let own = Scope::Platform(caller.company.id);
    for id in document::list_by_hash(&mut reader, hash).await? {
        if contract::find_by_document(&mut reader, own, id).await?.is_some() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

fn judged(report: &SignatureReport) -> SignatureVerdict {
    let status = status(report);
    let signer = report.signer.as_ref();
    let field = report.fields.first();
    let second = |unix_s: i64| Timestamp::from_ms(unix_s.saturating_mul(1000));
    SignatureVerdict {
        status,
        modified: status == FileStatus::Altered || report.later_changes == LaterChanges::Other,
        field: field.map(|field| field.name.clone()),
        page: field.and_then(|field| field.page),
        signatory: signer.and_then(|signer| part(&signer.subject, "CN")),
        sign_time: report.signing_time.as_deref().and_then(pdf_time),
        organisation: signer.and_then(|signer| part(&signer.issuer, "O")),
        algorithm: signer.and_then(|signer| algorithm(&signer.signature_algorithm)),
        covers_whole_document: report.covers_whole_file,
        serial: signer.map(|signer| signer.serial.clone()),
        valid_from: signer.map(|signer| second(signer.not_before_unix_s)),
        valid_to: signer.map(|signer| second(signer.not_after_unix_s)),
        visible: report.fields.iter().any(|field| field.visible),
        own: !report.path.is_empty(),
        time_stamp: report.time_stamps.first().map(|stamp| second(stamp.time_unix_s)),
        time_is_proven: report.time_is_proven,
        image: None,
    }
}

fn status(report: &SignatureReport) -> FileStatus {
    match (report.status, report.sub_indication) {
        (Indication::TotalPassed, _) => FileStatus::Valid,
        (_, Some(SubIndication::HashFailure)) => FileStatus::Altered,
        _ if report.later_changes == LaterChanges::Other => FileStatus::Altered,
        (Indication::TotalFailed, _) => FileStatus::Invalid,
        (Indication::Indeterminate, _) => FileStatus::Untrusted,
    }
}

/// The first part of a name with this key, as `CN`; parts are separated by commas, a backslash protects one (RFC 4514).
fn part(name: &str, key: &str) -> Option<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut characters = name.chars();
    while let Some(c) = characters.next() {
        let now = parts.last_mut()?;
        match c {
            '\\' => now.extend(characters.next()),
            ',' | '+' => parts.push(String::new()),
            other => now.push(other),
        }
    }
    parts.iter().find_map(|part| {
        let (found, value) = part.trim().split_once('=')?;
        (found.trim().eq_ignore_ascii_case(key)).then(|| value.trim().to_owned())
    })
}

fn algorithm(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    if name.contains("ecdsa") {
        Some("SHA256withECDSA")
    } else if name.contains("sm2") {
        Some("SM3withSM2")
    } else if name.contains("pss") {
        Some("SHA256withRSAandMGF1")
    } else if name.contains("rsa") {
        Some("SHA256withRSA")
    } else {
        None
    }
}

/// A date of a PDF (ISO 32000-2, 7.9.4), as `D:20261122103000+08'00'`; seconds and zone may be missing.
fn pdf_time(text: &str) -> Option<Timestamp> {
    let text = text.strip_prefix("D:").unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, zone) = text.split_at_checked(end)?;
    if digits.len() < 8 {
        return None;
    }
    let digits = format!("{digits:0<14}");
    let at = |from: usize, to: usize| digits.get(from..to);
    let written = format!(
        "{}-{}-{} {}:{}:{}",
        at(0, 4)?,
        at(4, 6)?,
        at(6, 8)?,
        at(8, 10)?,
        at(10, 12)?,
        at(12, 14)?
    );
    // Read as China time, then moved by the difference of the zones.
    let as_china = Timestamp::parse_date_time(&written).ok()?;
    let offset_minutes = zone_minutes(zone)?;
    Some(as_china.plus_ms((480 - offset_minutes) * 60_000))
}

fn zone_minutes(zone: &str) -> Option<i64> {
    let sign = match zone.chars().next() {
        None | Some('Z') => return Some(0),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).unwrap_or("00").parse().ok()?;
    Some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names_are_found() {
        let name = r"CN=王\, 晓 公司,O=Qishu (not a licensed CA),C=CN";
        assert_eq!(part(name, "cn").as_deref(), Some("王, 晓 公司"));
        assert_eq!(part(name, "O").as_deref(), Some("Qishu (not a licensed CA)"));
        assert_eq!(part(name, "OU"), None);
    }

    #[test]
    fn dates_of_pdfs_are_read_in_their_zone() {
        let text = |date: &str| pdf_time(date).map(Timestamp::date_time_text);
        assert_eq!(
            text("D:20261122103000+08'00'").as_deref(),
            Some("2026-11-22 10:30:00")
        );
        assert_eq!(text("D:20261122023000Z").as_deref(), Some("2026-11-22 10:30:00"));
        assert_eq!(
            text("D:20261122003000-02'00").as_deref(),
            Some("2026-11-22 10:30:00")
        );
        assert_eq!(text("D:20261122").as_deref(), Some("2026-11-22 08:00:00"));
        assert_eq!(text("yesterday"), None);
        assert_eq!(text("D:20261322"), None);
    }
}
