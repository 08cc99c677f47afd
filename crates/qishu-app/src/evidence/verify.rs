//! Checking a report with nothing but trusted root certificates: what `qishu verify` does.
//!
//! The seal covers everything, but only proves what the platform says. So each statement is checked by itself, too:
//! signatures of the originals, time-stamps of notarised data, rows of the ledger against time-stamped checkpoints.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pdfseal::verify::{Indication, SignatureKind, VerificationReport, verify};
use pdfseal::{Document, Limits};
use qishu_model::evidence::HashAlgorithm;
use qishu_model::time::Timestamp;
use qishu_store::ledger::{Checkpoint, CheckpointTree, Head, StoredRow, tree};
use sealpki::{Certificate, DigestAlgorithm, verify_time_stamp};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::facts::{ContractFacts, DocumentFacts, FORMAT, Facts, NotaryFacts};
use super::notary::digest_algorithm;
use super::package::{EVIDENCE, LEDGER, LedgerProof, ProvenCheckpoint, ProvenRow};
use crate::job::is_genuine;

/// What was found in a report.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageReport {
    /// Id of the report; empty when it cannot be read.
    pub id: String,
    /// Who sealed it, out of the certificate.
    pub sealed_by: Option<String>,
    /// When, as the time-stamp of the seal says; seconds since 1970.
    pub sealed_at_unix_s: Option<i64>,
    /// Files enclosed whose digests agree.
    pub files: usize,
    /// Signatures in the originals that were checked.
    pub signatures: usize,
    /// Rows of the ledger that are proved by checkpoints.
    pub rows: usize,
    /// What is wrong; empty = everything holds.
    pub faults: Vec<String>,
}

/// Checks a report. `None` for a file that is none. `originals` has the signatures of the enclosed originals judged, too.
#[must_use]
pub fn verify_package(
    pdf: &[u8],
    anchors: &[Certificate],
    now_unix_s: i64,
    originals: bool,
) -> Option<PackageReport> {
    let document = Document::open(pdf, &Limits::default()).ok()?;
    let files: BTreeMap<String, Vec<u8>> = document
        .attachments()
        .ok()?
        .into_iter()
        .map(|file| (file.name, file.bytes))
        .collect();
    let facts = files.get(EVIDENCE)?;
    let mut check = Check {
        anchors,
        now_unix_s,
        files: &files,
        report: PackageReport {
            id: String::new(),
            sealed_by: None,
            sealed_at_unix_s: None,
            files: 0,
            signatures: 0,
            rows: 0,
            faults: Vec::new(),
        },
    };
    check.seal(pdf);
    if !check.report.faults.is_empty() {
        // Whatever stands in it could come from anybody.
        return Some(check.report);
    }
    match serde_json::from_slice::<Facts>(facts) {
        Ok(facts) if facts.format == FORMAT => check.facts(&facts, originals),
        Ok(facts) => check.fault(format!("{} is a form this program does not know", facts.format)),
        Err(error) => check.fault(format!("{EVIDENCE} cannot be read: {error}")),
    }
    Some(check.report)
}

struct Check<'a> {
    anchors: &'a [Certificate],
    now_unix_s: i64,
    files: &'a BTreeMap<String, Vec<u8>>,
    report: PackageReport,
}

/// Rows that are proved, by number.
type Rows = HashMap<i64, ProvedRow>;

struct ProvedRow {
    hash: String,
    kind: String,
    at: Timestamp,
    subject: Option<i64>,
    effects: Json,
}

impl Check<'_> {
    fn fault(&mut self, what: impl Into<String>) {
        self.report.faults.push(what.into());
    }

    fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.fault(what());
        }
    }

    /// Everything is passed, the last time-stamp covers the whole file, and its own bytes have no room for anything else.
    fn seal(&mut self, pdf: &[u8]) {
        let report = verify(pdf, &Limits::default(), self.anchors, self.now_unix_s);
        if let Some(failure) = &report.failure {
            self.fault(format!("the file cannot be read: {failure}"));
        }
        let failed = report
            .signatures
            .iter()
            .find(|one| one.status != Indication::TotalPassed);
        if let Some(failed) = failed {
            let detail = failed.detail.clone().unwrap_or_default();
            self.fault(format!("the seal of the report does not hold: {detail}"));
        }
        let seal = report
            .signatures
            .iter()
            .find(|one| one.kind == SignatureKind::Signature);
        match seal {
            None => self.fault("the report is not sealed"),
            Some(seal) => {
                self.report.sealed_by = seal.signer.as_ref().map(|signer| signer.subject.clone());
                self.report.sealed_at_unix_s = seal.time_stamps.first().map(|stamp| stamp.time_unix_s);
            }
        }
        let last = report.signatures.iter().max_by_key(|one| one.revision);
        let whole =
            last.is_some_and(|last| last.kind == SignatureKind::DocumentTimeStamp && last.covers_whole_file);
        self.require(whole, || "no time-stamp covers the whole report".to_owned());
        if !last_token_is_tight(pdf, self.anchors) {
            self.fault("the bytes of the last time-stamp hold something that is no part of it");
        }
    }

    fn facts(&mut self, facts: &Facts, originals: bool) {
        self.report.id.clone_from(&facts.report.id);
        self.members(facts);
        let rows = self.ledger();
        if let Some(notary) = &facts.notary {
            self.notary(notary, &rows);
        }
        if let Some(contract) = &facts.contract {
            self.contract(contract, &rows, originals);
        }
        let roots: Vec<String> = self
            .anchors
            .iter()
            .map(|anchor| hex::encode(Sha256::digest(anchor.der())))
            .collect();
        self.require(roots.contains(&facts.platform.root_sha256), || {
            "the report names another root certificate".to_owned()
        });
        self.require(facts.notary.is_some() || facts.contract.is_some(), || {
            "the report is about nothing".to_owned()
        });
    }

    /// What is listed is what is attached.
    fn members(&mut self, facts: &Facts) {
        let mut listed: BTreeSet<&str> = facts.files.iter().map(|file| file.name.as_str()).collect();
        listed.extend([EVIDENCE, LEDGER]);
        let attached: BTreeSet<&str> = self.files.keys().map(String::as_str).collect();
        let differ: Vec<&str> = listed.symmetric_difference(&attached).copied().collect();
        self.require(differ.is_empty(), || {
            format!("attached and listed files differ: {}", differ.join(", "))
        });
        for file in &facts.files {
            let Some(bytes) = self.files.get(&file.name) else {
                continue;
            };
            let same = hex::encode(Sha256::digest(bytes)) == file.sha256
                && hex::encode(DigestAlgorithm::Sm3.digest(bytes)) == file.sm3
                && bytes.len() as u64 == file.size_bytes;
            self.require(same, || {
                format!("{} is not the file that the report lists", file.name)
            });
            self.report.files += usize::from(same);
        }
    }

    /// The rows that follow from `ledger.json` and time-stamped checkpoints.
    fn ledger(&mut self) -> Rows {
        let read = self
            .files
            .get(LEDGER)
            .map(|bytes| serde_json::from_slice::<LedgerProof>(bytes));
        let proof = match read {
            Some(Ok(proof)) => proof,
            _ => {
                self.fault(format!("{LEDGER} cannot be read"));
                return Rows::new();
            }
        };
        let mut genuine: HashMap<i64, &ProvenCheckpoint> = HashMap::new();
        for checkpoint in &proof.checkpoints {
            let trusted = checkpoint_of(checkpoint)
                .is_some_and(|checkpoint| self.anchors.iter().any(|anchor| is_genuine(&checkpoint, anchor)));
            self.require(trusted, || {
                format!(
                    "the checkpoint at row {} has no trusted time-stamp",
                    checkpoint.number
                )
            });
            if trusted {
                genuine.insert(checkpoint.number, checkpoint);
            }
        }
        let mut rows = Rows::new();
        for row in &proof.rows {
            let checkpoint = genuine.get(&row.checkpoint).copied();
            match checkpoint.and_then(|checkpoint| proved(row, checkpoint)) {
                Some(proved) => drop(rows.insert(row.number, proved)),
                None => self.fault(format!("row {} of the ledger is not proved", row.number)),
            }
        }
        self.report.rows = rows.len();
        rows
    }

    fn notary(&mut self, notary: &NotaryFacts, rows: &Rows) {
        self.require(is_stamped(notary, self.anchors), || {
            "the time-stamp of the notarised data does not hold".to_owned()
        });
        let row = rows.get(&notary.row);
        let recorded = row.is_some_and(|row| {
            row.hash == notary.row_hash
                && row.kind == "NOTARY"
                && row.subject.map(|id| id.to_string()).as_deref() == Some(notary.chain_id.as_str())
                && wrote(&row.effects, "notary", |columns| {
                    columns.get("hash").and_then(Json::as_str) == Some(&notary.hash)
                })
        });
        self.require(recorded, || {
            "the ledger does not have the notarised digest".to_owned()
        });
        if let Some(bytes) = notary.file.as_ref().and_then(|name| self.files.get(name)) {
            let algorithm = HashAlgorithm::ALL
                .into_iter()
                .find(|one| one.name() == notary.algorithm);
            let digest = algorithm.map(|algorithm| digest_algorithm(algorithm).digest(bytes));
            self.require(digest.map(hex::encode).as_deref() == Some(&notary.hash), || {
                "the enclosed file is not the notarised one".to_owned()
            });
        }
    }

    fn contract(&mut self, contract: &ContractFacts, rows: &Rows, originals: bool) {
        for line in &contract.timeline {
            let agrees = rows.get(&line.row).is_some_and(|row| {
                row.hash == line.row_hash
                    && row.kind == line.kind
                    && row.at.date_time_text() == line.time
                    && row.subject.map(|id| id.to_string()).as_deref() == Some(contract.id.as_str())
            });
            self.require(agrees, || {
                format!("row {} of the timeline is not proved", line.row)
            });
        }
        for document in &contract.documents {
            if let Some(number) = document.row {
                let sha256 = &document.last.sha256;
                let recorded = rows
                    .get(&number)
                    .is_some_and(|row| wrote_revision(&row.effects, sha256));
                self.require(recorded, || {
                    format!(
                        "the ledger does not have the last state of document {}",
                        document.id
                    )
                });
            }
            if let Some(bytes) = document.file.as_ref().and_then(|name| self.files.get(name)) {
                self.original(document, bytes, originals);
            }
        }
    }

    fn original(&mut self, document: &DocumentFacts, bytes: &[u8], judge: bool) {
        let same = hex::encode(Sha256::digest(bytes)) == document.last.sha256;
        self.require(same, || {
            format!(
                "the original of document {} has other bytes than the report says",
                document.id
            )
        });
        if !judge {
            return;
        }
        let report = verify(bytes, &Limits::default(), self.anchors, self.now_unix_s);
        let found = judged(&report);
        let told: Vec<(String, String)> = document
            .signatures
            .iter()
            .map(|signature| (signature.serial.clone(), signature.result.clone()))
            .collect();
        self.require(found == told, || {
            format!(
                "the signatures of document {} are not those that the report tells",
                document.id
            )
        });
        self.report.signatures += found.len();
    }
}

/// Whether the effects of a row stored a revision of a document with this SHA-256 (hex).
pub(super) fn wrote_revision(effects: &Json, sha256: &str) -> bool {
    wrote(effects, "document_revision", |columns| {
        let stored = columns.get("sha256").and_then(|cell| cell.get("bytes"));
        let stored = stored
            .and_then(Json::as_str)
            .and_then(|text| STANDARD.decode(text).ok());
        stored.map(hex::encode).as_deref() == Some(sha256)
    })
}

/// Whether the effects of a row stored a row of `table` of which `is_it` holds.
fn wrote(effects: &Json, table: &str, is_it: impl Fn(&Json) -> bool) -> bool {
    let effects = effects.as_array().into_iter().flatten();
    effects
        .filter(|effect| effect.get("table").and_then(Json::as_str) == Some(table))
        .filter_map(|effect| effect.get("row"))
        .any(is_it)
}

/// Serial and status of each signature of a person or company, in the order they were made.
fn judged(report: &VerificationReport) -> Vec<(String, String)> {
    let of_people = report
        .signatures
        .iter()
        .filter(|one| one.kind == SignatureKind::Signature);
    let pairs = of_people.map(|one| {
        let serial = one.signer.as_ref().map(|signer| signer.serial.clone());
        let status = serde_json::to_value(one.status).ok();
        let status = status.and_then(|status| status.as_str().map(str::to_owned));
        (serial.unwrap_or_default(), status.unwrap_or_default())
    });
    pairs.collect()
}

fn is_stamped(notary: &NotaryFacts, anchors: &[Certificate]) -> bool {
    let (Ok(digest), Ok(token)) = (hex::decode(&notary.hash), STANDARD.decode(&notary.time_stamp)) else {
        return false;
    };
    let Some(algorithm) = HashAlgorithm::ALL
        .into_iter()
        .find(|one| one.name() == notary.algorithm)
    else {
        return false;
    };
    let stamped = verify_time_stamp(&token, |_| &digest, &[]);
    stamped.is_ok_and(|stamp| {
        stamp.info.imprint.algorithm() == digest_algorithm(algorithm)
            && Timestamp::from_ms(stamp.info.time_unix_s.saturating_mul(1000)).date_time_text() == notary.time
            && stamp.build_path(&[], anchors).is_ok()
    })
}

fn hash_of(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
}

fn checkpoint_of(proven: &ProvenCheckpoint) -> Option<Checkpoint> {
    Some(Checkpoint {
        head: Head {
            number: proven.number,
            hash: hash_of(&proven.hash)?,
        },
        at: Timestamp::from_ms(0),
        signature: STANDARD.decode(&proven.time_stamp).ok()?,
        tree: Some(CheckpointTree {
            first: proven.first,
            root: hash_of(&proven.tree)?,
        }),
    })
}

/// The row, if its hash follows from its content and the root of the checkpoint from its hash.
fn proved(row: &ProvenRow, checkpoint: &ProvenCheckpoint) -> Option<ProvedRow> {
    let at = Timestamp::from_ms(row.at_ms);
    let effects = STANDARD.decode(&row.effects).ok()?;
    let stored = StoredRow {
        number: row.number,
        at,
        tenant: row.tenant,
        kind: row.kind.clone(),
        subject: row.subject,
        body: STANDARD.decode(&row.body).ok()?,
        effects: effects.clone(),
        previous: hash_of(&row.previous)?,
    };
    let hash = stored.hash();
    let index = usize::try_from(row.number.checked_sub(checkpoint.first)?).ok()?;
    let count = usize::try_from(checkpoint.number.checked_sub(checkpoint.first)?.checked_add(1)?).ok()?;
    let way: Vec<[u8; 32]> = row.way.iter().map(|hash| hash_of(hash)).collect::<Option<_>>()?;
    let root = tree::root_of_path(&hash, index, count, &way)?;
    let holds = hex::encode(hash) == row.hash && hex::encode(root) == checkpoint.tree;
    holds.then(|| ProvedRow {
        hash: row.hash.clone(),
        kind: row.kind.clone(),
        at,
        subject: row.subject,
        effects: serde_json::from_slice(&effects).unwrap_or_default(),
    })
}

/// The bytes of the last time-stamp are the only ones that nothing covers. So they must be exactly a token and zeros,
/// and every certificate in the token must lie on the path to an anchor.
fn last_token_is_tight(pdf: &[u8], anchors: &[Certificate]) -> bool {
    let Some(token) = last_contents(pdf) else {
        return false;
    };
    let Some(length) = der_length(&token) else {
        return false;
    };
    let Some((token, padding)) = token.split_at_checked(length) else {
        return false;
    };
    if padding.iter().any(|byte| *byte != 0) {
        return false;
    }
    // What it is over was checked with the file; here only what it is made of counts.
    let read = sealpki::read_time_stamp(token);
    read.is_ok_and(|stamp| {
        let Ok(path) = stamp.build_path(&[], anchors) else {
            return false;
        };
        stamp
            .embedded_certificates
            .iter()
            .all(|embedded| path.contains(embedded))
    })
}

/// The hexadecimal string of the last `/Contents` that is one; those of pages are references.
fn last_contents(pdf: &[u8]) -> Option<Vec<u8>> {
    const KEY: &[u8] = b"/Contents";
    let string_at = |at: usize| {
        let rest = pdf.get(at + KEY.len()..)?;
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let rest = rest.strip_prefix(b"<").filter(|rest| !rest.starts_with(b"<"))?;
        let close = rest.iter().position(|byte| *byte == b'>')?;
        hex::decode(rest.get(..close)?).ok()
    };
    let keys = pdf.windows(KEY.len()).enumerate().rev();
    keys.filter(|(_, window)| *window == KEY)
        .find_map(|(at, _)| string_at(at))
}

/// Length of the DER element that the bytes begin with.
fn der_length(bytes: &[u8]) -> Option<usize> {
    let first = usize::from(*bytes.get(1)?);
    if first < 0x80 {
        return Some(first + 2);
    }
    let count = first & 0x7f;
    let digits = bytes.get(2..2 + count).filter(|digits| digits.len() <= 4)?;
    let length = digits
        .iter()
        .fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
    Some(length + 2 + count)
}
