//! Gathering what a report says, and the originals it encloses.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use pdfseal::verify::{SignatureKind, SignatureReport};
use qishu_model::company::CompanyStatus;
use qishu_model::contact::{ContactType, mask};
use qishu_model::contract::{Contract, ContractState, Document, IntentionConfirm, Signatory};
use qishu_model::evidence::{Evidence, Notary, StoredFile};
use qishu_model::id::SealId;
use qishu_model::log::OperateType;
use qishu_model::time::Timestamp;
use qishu_store::act::{self, ActState, SigningAct};
use qishu_store::document::{Revision, list_revisions};
use qishu_store::ledger::{Logged, entries_of};
use qishu_store::{Reader, Scope, company, contract, notary, person, revocation, seal};
use sealpki::{AttributeKind, DigestAlgorithm};
use sha2::{Digest as _, Sha256};

use super::facts::{
    ActFacts, ContractFacts, DocumentFacts, FORMAT, Facts, FileFacts, NotaryFacts, PartyFacts, PlatformFacts,
    ReportFacts, RevisionFacts, SignatureFacts, TimelineFacts,
};
use super::package::{LedgerProof, ProvenRow};
use super::proof::prove;
use super::verify::wrote_revision;
use crate::document::{blob_digest, parts};
use crate::void::party_name;
use crate::{App, AppError};

/// Originals and material together are enclosed up to this size; what is larger is named by its digests.
const ENCLOSED_BYTES: u64 = 96 << 20;

/// How to check a report, in Chinese and English.
const HOW_TO_VERIFY: [&str; 2] = [
    "1. 从平台运营方独立取得根证书（平台地址 /pki/root.cer），核对其 SHA-256 与本报告所载一致。\
     2. 运行 qishu verify --anchor root.cer 本报告.pdf：无需联网，逐项检查报告签章、时间戳、每份原件的签名、\
     账本记录及其检查点；任何一个字节被改动都不能通过。3. 也可用支持数字签名的 PDF 阅读器查看签名面板，\
     并从附件中取出原件，与所载 SHA-256、SM3 比较。",
    "1. Get the root certificate from the operator on another way (/pki/root.cer) and compare its SHA-256 with the one stated \
     here. 2. Run qishu verify --anchor root.cer REPORT.pdf: without a network it checks the seal of this report, the \
     time-stamps, the signatures of every original, and the rows of the ledger with their checkpoints; a single altered byte \
     makes it fail. 3. Or open the signature panel of a PDF reader, take the originals from the attachments and compare \
     their SHA-256 and SM3.",
];

/// A file to be attached.
pub(super) struct Enclosed {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) media_type: &'static str,
    pub(super) bytes: Bytes,
}

/// Everything a report is made of.
pub(super) struct Gathered {
    pub(super) facts: Facts,
    pub(super) ledger: LedgerProof,
    pub(super) files: Vec<Enclosed>,
}

/// Gathers it.
///
/// # Errors
/// `1402` when there is no document left to prove; internal when something cannot be read.
pub(super) async fn gather(app: &App, evidence: &Evidence) -> Result<Gathered, AppError> {
    let mut reader = app.store.read("gather_evidence");
    let owner = company::find(&mut reader, Scope::System, evidence.company_id).await?;
    let mut gathered = Gathered {
        facts: Facts {
            format: FORMAT.to_owned(),
            report: ReportFacts {
                id: evidence.id.to_string(),
                source: evidence.source.name().to_owned(),
                company: owner.map(|owner| owner.value.name).unwrap_or_default(),
                operator: evidence.operator.as_ref().map(person_text),
                applied: evidence.create_time.date_time_text(),
                made: app.trusted_now()?.date_time_text(),
            },
            platform: platform(app),
            notary: None,
            contract: None,
            files: Vec::new(),
            how_to_verify: HOW_TO_VERIFY.map(str::to_owned),
        },
        ledger: LedgerProof::default(),
        files: Vec::new(),
    };
    let mut room = ENCLOSED_BYTES;
    if let Some(id) = evidence.notary_id {
        let found = notary::find(&mut reader, Scope::System, id).await?;
        let notary = found.ok_or(AppError::EvidenceNotFound)?;
        add_notary(app, &mut reader, &mut gathered, &notary, &mut room).await?;
    }
    if let Some(id) = evidence.contract_id {
        let found = contract::find(&mut reader, Scope::System, id).await?;
        let contract = found.ok_or(AppError::ContractNotFound)?.value;
        add_contract(app, &mut reader, &mut gathered, (evidence, &contract), &mut room).await?;
    }
    for (number, material) in (1_u32..).zip(&evidence.materials) {
        let name = format!("materials/{number}.{}", material.suffix);
        let description = format!("申请人提交的材料 {number} Material of the applicant");
        enclose_stored(app, &mut gathered, material, (name, description), &mut room).await?;
    }
    gathered.facts.files = gathered.files.iter().map(file_facts).collect();
    Ok(gathered)
}

fn platform(app: &App) -> PlatformFacts {
    let root = app.authority.root_certificate();
    let clock = app.clock.fault();
    PlatformFacts {
        operator: root
            .subject()
            .first(AttributeKind::Organisation)
            .unwrap_or_default(),
        address: app.settings.base_url.clone(),
        software: format!("Qishu {}", env!("CARGO_PKG_VERSION")),
        clock: clock.unwrap_or_else(|| "可信 trusted".to_owned()),
        simulated: app.settings.simulated,
        authority_kind:
            "平台内置证书与时间戳服务，非持牌电子认证机构 Embedded in the platform, not a licensed authority"
                .to_owned(),
        root: root.subject().to_string(),
        root_sha256: hex::encode(Sha256::digest(root.der())),
        issuing: app.authority.issuing_certificate().subject().to_string(),
        time_stamping: app.services.time_stamping_certificate().subject().to_string(),
    }
}

fn person_text(user: &qishu_model::contact::User) -> String {
    match &user.name {
        Some(name) => format!("{name} {}", user.masked()),
        None => user.masked(),
    }
}

fn file_facts(file: &Enclosed) -> FileFacts {
    FileFacts {
        name: file.name.clone(),
        description: file.description.clone(),
        sha256: hex::encode(Sha256::digest(&file.bytes)),
        sm3: hex::encode(DigestAlgorithm::Sm3.digest(&file.bytes)),
        size_bytes: file.bytes.len() as u64,
    }
}

async fn add_notary(
    app: &App,
    reader: &mut Reader,
    gathered: &mut Gathered,
    notary: &Notary,
    room: &mut u64,
) -> Result<(), AppError> {
    let proof = prove(reader, notary.id.get()).await?;
    let row = proof.rows.iter().find(|row| row.kind == "NOTARY");
    let row = row.ok_or_else(|| AppError::Internal(format!("notary {} has no row", notary.id)))?;
    let (number, row_hash) = (row.number, row.hash.clone());
    add_proof(gathered, proof);
    let mut file = None;
    if let Some(stored) = &notary.file {
        let name = format!("originals/data.{}", stored.suffix);
        let description = format!("存证原件 {}", notary.name);
        if enclose_stored(app, gathered, stored, (name.clone(), description), room).await? {
            file = Some(name);
        }
    }
    gathered.facts.notary = Some(NotaryFacts {
        chain_id: notary.id.to_string(),
        data_id: notary.data_id.clone(),
        name: notary.name.clone(),
        algorithm: notary.algorithm.name().to_owned(),
        hash: notary.hash.clone(),
        operator: notary.operator.as_ref().map(person_text),
        time: notary.create_time.date_time_text(),
        time_stamp: notary.time_stamp.clone(),
        file,
        row: number,
        row_hash,
    });
    Ok(())
}

/// Rows and checkpoints of one object beside those of another, each once.
fn add_proof(gathered: &mut Gathered, proof: LedgerProof) {
    for checkpoint in proof.checkpoints {
        if !gathered.ledger.checkpoints.contains(&checkpoint) {
            gathered.ledger.checkpoints.push(checkpoint);
        }
    }
    gathered.ledger.rows.extend(proof.rows);
}

/// Encloses a stored file, if there is room; answers whether there was.
async fn enclose_stored(
    app: &App,
    gathered: &mut Gathered,
    stored: &StoredFile,
    (name, description): (String, String),
    room: &mut u64,
) -> Result<bool, AppError> {
    if stored.size_bytes > *room {
        return Ok(false);
    }
    *room -= stored.size_bytes;
    let bytes = app.blobs.get(&blob_digest(&stored.blob)?).await?;
    gathered.files.push(Enclosed {
        name,
        description,
        media_type: "application/octet-stream",
        bytes,
    });
    Ok(true)
}

async fn add_contract(
    app: &App,
    reader: &mut Reader,
    gathered: &mut Gathered,
    (evidence, contract): (&Evidence, &Contract),
    room: &mut u64,
) -> Result<(), AppError> {
    let proof = prove(reader, contract.id.get()).await?;
    let hashes: HashMap<i64, String> = proof
        .rows
        .iter()
        .map(|row| (row.number, row.hash.clone()))
        .collect();
    add_proof(gathered, proof);
    let acts: Vec<SigningAct> = act::list(reader, contract.id)
        .await?
        .into_iter()
        .map(|act| act.value)
        .filter(|act| act.state == ActState::Done)
        .collect();
    let wanted =
        |document: &&Document| evidence.documents.is_empty() || evidence.documents.contains(&document.id);
    let documents: Vec<&Document> = contract.shown_documents().filter(wanted).collect();
    if documents.is_empty() {
        return Err(AppError::DocumentNotFound);
    }
    let mut told = Vec::with_capacity(documents.len());
    for (number, document) in (1_u32..).zip(documents) {
        let of_document: Vec<&SigningAct> =
            acts.iter().filter(|act| act.document_id == document.id).collect();
        let (mut facts, original) = document_facts(app, reader, contract, document, &of_document).await?;
        facts.row = row_of(&gathered.ledger, &facts.last.sha256);
        told.push(enclose_original(gathered, facts, original, number, room));
    }
    let mut parties = Vec::with_capacity(contract.signatories.len());
    for party in &contract.signatories {
        parties.push(party_facts(reader, party).await?);
    }
    let entries = entries_of(reader, contract.id.get(), &[]).await?;
    let timeline = entries
        .iter()
        .filter_map(|entry| Some(timeline(contract, entry, hashes.get(&entry.number)?.clone())));
    gathered.facts.contract = Some(ContractFacts {
        id: contract.id.to_string(),
        sn: contract.sn.clone(),
        subject: contract.subject.clone(),
        initiator: contract.tenant_name.clone(),
        status: contract.state.chinese().to_owned(),
        created: contract.create_time.date_time_text(),
        sent: contract.publish_time.map(Timestamp::date_time_text),
        completed: match contract.state {
            ContractState::Complete { time, .. } | ContractState::Invaliding { time, .. } => {
                Some(time.date_time_text())
            }
            _ => None,
        },
        documents: told,
        parties,
        timeline: timeline.collect(),
    });
    Ok(())
}

/// The row that stored a revision with this SHA-256.
fn row_of(ledger: &LedgerProof, sha256: &str) -> Option<i64> {
    let wrote = |row: &&ProvenRow| {
        let effects = STANDARD.decode(&row.effects).ok();
        let effects = effects.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        effects.is_some_and(|effects| wrote_revision(&effects, sha256))
    };
    ledger.rows.iter().find(wrote).map(|row| row.number)
}

fn enclose_original(
    gathered: &mut Gathered,
    mut facts: DocumentFacts,
    bytes: Bytes,
    number: u32,
    room: &mut u64,
) -> DocumentFacts {
    let size = bytes.len() as u64;
    if size <= *room {
        *room -= size;
        let name = format!("originals/{number}.pdf");
        facts.file = Some(name.clone());
        gathered.files.push(Enclosed {
            name,
            description: facts.title.clone(),
            media_type: "application/pdf",
            bytes,
        });
    }
    facts
}

async fn document_facts(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    document: &Document,
    acts: &[&SigningAct],
) -> Result<(DocumentFacts, Bytes), AppError> {
    let revisions = list_revisions(reader, document.id).await?;
    let (Some(first), Some(last)) = (revisions.first(), revisions.last()) else {
        return Err(AppError::Internal(format!(
            "document {} has no revision",
            document.id
        )));
    };
    let before = app.blobs.read_parts(&parts(first)).await?;
    let bytes = app.blobs.read_parts(&parts(last)).await?;
    let roots = app.roots();
    let anchors: Vec<&[u8]> = roots.iter().map(sealpki::Certificate::der).collect();
    let report = app
        .files
        .verify(&bytes, &anchors, app.now().ms().div_euclid(1000))
        .await?;
    let of_people = report
        .signatures
        .iter()
        .filter(|one| one.kind == SignatureKind::Signature);
    let mut signatures = Vec::new();
    for signature in of_people {
        signatures.push(signature_facts(reader, contract, signature, acts).await?);
    }
    let facts = DocumentFacts {
        id: document.id.to_string(),
        title: document.title.clone(),
        pages: document.page_count,
        content_type: document.content_type.name().to_owned(),
        first: revision_facts(first, &before),
        last: revision_facts(last, &bytes),
        file: None,
        row: None,
        signatures,
    };
    Ok((facts, bytes))
}

fn revision_facts(revision: &Revision, bytes: &[u8]) -> RevisionFacts {
    RevisionFacts {
        number: revision.number,
        sha256: hex::encode(revision.sha256),
        sm3: hex::encode(DigestAlgorithm::Sm3.digest(bytes)),
        size_bytes: bytes.len() as u64,
        time: revision.create_time.date_time_text(),
    }
}

async fn signature_facts(
    reader: &mut Reader,
    contract: &Contract,
    report: &SignatureReport,
    acts: &[&SigningAct],
) -> Result<SignatureFacts, AppError> {
    let second = |unix_s: i64| Timestamp::from_ms(unix_s.saturating_mul(1000)).date_time_text();
    let signer = report.signer.as_ref();
    let text =
        |get: fn(&pdfseal::verify::SignerReport) -> &String| signer.map(get).cloned().unwrap_or_default();
    let serial = text(|signer| &signer.serial);
    let revoked = revocation::find(reader, &serial).await?.is_some();
    let act = acts
        .iter()
        .find(|act| act.certificate_serial.eq_ignore_ascii_case(&serial));
    let mut pages: Vec<usize> = report
        .fields
        .iter()
        .filter(|field| field.visible)
        .filter_map(|field| field.page)
        .collect();
    pages.sort_unstable();
    pages.dedup();
    Ok(SignatureFacts {
        result: wire_name(&report.status)?,
        level: report.level.as_ref().map(wire_name).transpose()?,
        subject: text(|signer| &signer.subject),
        issuer: text(|signer| &signer.issuer),
        valid_from: signer
            .map(|signer| second(signer.not_before_unix_s))
            .unwrap_or_default(),
        valid_to: signer
            .map(|signer| second(signer.not_after_unix_s))
            .unwrap_or_default(),
        algorithm: text(|signer| &signer.signature_algorithm),
        certificate_state: if revoked { "revoked" } else { "good" }.to_owned(),
        pages,
        time_stamp: report.time_stamps.first().map(|stamp| second(stamp.time_unix_s)),
        act: match act {
            Some(act) => Some(act_facts(reader, contract, act).await?),
            None => None,
        },
        serial,
    })
}

/// The name that the verifier's own reports have for a status or level.
fn wire_name(value: &impl serde::Serialize) -> Result<String, AppError> {
    let value =
        serde_json::to_value(value).map_err(|error| AppError::internal("verifier's report", error))?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

async fn act_facts(reader: &mut Reader, contract: &Contract, act: &SigningAct) -> Result<ActFacts, AppError> {
    let party = contract.signatory(act.signatory_id);
    let steps = party.iter().flat_map(|party| &party.actions);
    let of_step = steps
        .filter(|step| act.steps.contains(&step.id))
        .find_map(|step| step.intention_confirm);
    let confirmed = of_step.or_else(|| party.and_then(|party| party.intention_confirm));
    let ids: Vec<SealId> = act
        .details
        .get("seals")
        .and_then(|seals| serde_json::from_value(seals.clone()).ok())
        .unwrap_or_default();
    let mut seals = Vec::with_capacity(ids.len());
    for id in ids {
        let found = seal::find_with_removed(reader, Scope::System, id).await?;
        let name = found.map(|found| found.value.name).unwrap_or_default();
        seals.push(format!("{name} ({id})"));
    }
    let recorded = act::find_certificate(reader, &act.certificate_serial).await?;
    Ok(ActFacts {
        id: act.id.to_string(),
        party: party.map(party_name).unwrap_or_default(),
        confirmed: confirmed.map(|confirmed: IntentionConfirm| confirmed.chinese().to_owned()),
        revision_sha256: act.revision_hash.clone(),
        seals,
        serial_recorded: recorded
            .map(|recorded| recorded.recorded.date_time_text())
            .unwrap_or_default(),
        done: act.settled.unwrap_or(act.intended).date_time_text(),
    })
}

async fn party_facts(reader: &mut Reader, party: &Signatory) -> Result<PartyFacts, AppError> {
    let mut identity = "未做实名认证 not verified";
    if party.tenant_type.is_company() {
        let name = party_name(party);
        let found = company::find_by_name(reader, Scope::System, &name).await?;
        if found.is_some_and(|found| found.value.status == CompanyStatus::AuthSuccess) {
            identity = "企业已认证 company authenticated";
        }
    } else if let Some(user) = &party.receiver
        && matches!(user.contact_type, ContactType::Mobile | ContactType::Email)
    {
        let found = person::find_by_contact(reader, user.contact_type, &user.contact).await?;
        identity = match found {
            Some(found) if found.value.verified => "个人已实名 real name verified",
            Some(_) => "联系方式已验证 contact proved by code",
            None => identity,
        };
    }
    let last_step = party
        .actions
        .iter()
        .filter_map(|step| step.intention_confirm)
        .next_back();
    let confirmed = party.intention_confirm.or(last_step);
    Ok(PartyFacts {
        name: party_name(party),
        kind: if party.tenant_type.is_company() {
            "企业 company"
        } else {
            "个人 person"
        }
        .to_owned(),
        sponsor: party.sponsor,
        contact: party.receiver.as_ref().map(qishu_model::contact::User::masked),
        identity: identity.to_owned(),
        status: party.status.chinese().to_owned(),
        time: party.complete_time.map(Timestamp::date_time_text),
        confirmed: confirmed.map(|confirmed| confirmed.chinese().to_owned()),
    })
}

fn timeline(contract: &Contract, entry: &Logged, row_hash: String) -> TimelineFacts {
    let operate = OperateType::from_name(&entry.kind);
    let text = |name: &str| entry.details.get(name).and_then(|value| value.as_str());
    let party = text("party")
        .and_then(|id| id.parse().ok())
        .and_then(|id| contract.signatory(id))
        .map(|party| format!("（{}）", party_name(party)));
    let comments = text("comments").map(|comments| format!("：{comments}"));
    let kind = operate.map_or_else(|| entry.kind.clone(), |operate| operate.chinese().to_owned());
    let actor = &entry.actor;
    let who: Vec<String> = [actor.name.clone(), actor.contact.as_deref().map(mask)]
        .into_iter()
        .flatten()
        .collect();
    let client = [actor.client.clone(), actor.browser.clone()];
    TimelineFacts {
        row: entry.number,
        row_hash,
        time: entry.at.date_time_text(),
        kind: entry.kind.clone(),
        what: [Some(kind), party, comments].into_iter().flatten().collect(),
        who: if who.is_empty() {
            "系统 System".to_owned()
        } else {
            who.join(" ")
        },
        address: actor.address.clone().unwrap_or_else(|| "—".to_owned()),
        client: client.into_iter().flatten().collect::<Vec<_>>().join(" "),
        shown: operate.is_some(),
    }
}
