//! 合同文档添加水印: `POST /v2/contract/addwartermark` (4.19, D-34), and the marks on documents that are added later.
//!
//! The marks are drawn when they are asked for, each time over the document as it was imported, so that pages shown before
//! sending look as they will be signed, and so that marks can be removed again. The keywords found stay those of the
//! document: a mark adds none.

mod draw;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use pdfseal::appearance::StampPicture;
use pdfseal::sign::SigningPlan;
use qishu_model::contract::watermark::{Motif, MotifOrder, ViewPermission, WatermarkOrder};
use qishu_model::contract::{Contract, ContractAddress, ContractState, Document, Refusal, Watermark};
use qishu_model::id::DocumentId;
use qishu_model::log::OperateType;
use qishu_store::document::{Revision, RevisionPart, find_revision, insert_revision};
use qishu_store::{Reader, Transaction, Versioned, contract};
use serde_json::json;

use crate::contract::{entry, locate_initiated};
use crate::document::{StoredDocument, blob_digest, parts};
use crate::file_work::MarkJob;
use crate::page::{ContractLink, insert_contract_link};
use crate::signing::DocumentAids;
use crate::{ApiCaller, App, AppError};
pub(crate) use draw::{Drawable, DrawableShape, draw_and_plan};

/// Most marks of one contract.
const MOST_MARKS: usize = 20;
/// Attempts before a contract that others keep changing counts as busy.
const ATTEMPTS: u32 = 10;

/// Adds marks to all documents of a contract, present and future.
///
/// # Errors
/// `1101` outside of `DRAFT` and `FILLING`; `1005` for marks that cannot be drawn; `1403` for documents that came signed.
/// Nothing has changed then.
pub async fn add_watermarks(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    delete_old: bool,
    orders: &[WatermarkOrder],
) -> Result<(), AppError> {
    for attempt in 0..ATTEMPTS {
        match attempt_add(app, caller, address, delete_old, orders).await {
            Err(AppError::Busy) => app.pause(attempt).await,
            answer => return answer,
        }
    }
    Err(AppError::Busy)
}

async fn attempt_add(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    delete_old: bool,
    orders: &[WatermarkOrder],
) -> Result<(), AppError> {
    let mut reader = app.store.read("add_watermarks");
    let mut stored = locate_initiated(&mut reader, caller, address).await?;
    require_unsigned(&stored.value)?;
    let mut wanted = if delete_old {
        Vec::new()
    } else {
        std::mem::take(&mut stored.value.watermarks)
    };
    for order in orders {
        wanted.extend(accept(app, order).await?);
    }
    if wanted.len() > MOST_MARKS {
        return Err(AppError::invalid(
            "watermarks",
            format!("at most {MOST_MARKS} marks on one contract"),
        ));
    }
    stored.value.watermarks = wanted;
    let mut changed = Vec::with_capacity(stored.value.documents.len());
    for document in &stored.value.documents {
        changed.push(redraw(app, &mut reader, &stored.value, document).await?);
    }
    drop(reader);
    let mut transaction = app.store.begin("add_watermarks");
    let now = locate_initiated(&mut transaction, caller, address).await?;
    if now.version != stored.version {
        return Err(AppError::Busy);
    }
    store(app, &mut transaction, &mut stored, changed).await?;
    let mut logged = entry(app, &stored.value, OperateType::Modify, caller.actor());
    logged.details = json!({ "watermarks": stored.value.watermarks.len() });
    transaction.record(logged);
    transaction.commit().await?;
    Ok(())
}

async fn store(
    app: &App,
    transaction: &mut Transaction,
    stored: &mut Versioned<Contract>,
    changed: Vec<Redrawn>,
) -> Result<(), AppError> {
    let mut revisions = Vec::with_capacity(changed.len());
    for (document, redrawn) in stored.value.documents.iter_mut().zip(changed) {
        document.revision = redrawn.revision.number;
        document.revision_hash = hex::encode(redrawn.revision.sha256);
        for link in redrawn.links {
            insert_contract_link(app, transaction, stored.value.id, link).await?;
        }
        revisions.push(redrawn.revision);
    }
    contract::update(transaction, stored).await?;
    for revision in &revisions {
        insert_revision(transaction, revision).await?;
    }
    Ok(())
}

fn require_unsigned(contract: &Contract) -> Result<(), AppError> {
    match contract.state {
        ContractState::Draft | ContractState::Filling => Ok(()),
        _ => Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into()),
    }
}

/// Checks that a mark can be drawn, and stores its picture; `NO` is none.
async fn accept(app: &App, order: &WatermarkOrder) -> Result<Option<Watermark>, AppError> {
    let motif = match &order.motif {
        MotifOrder::No => return Ok(None),
        MotifOrder::Grating(letter) => Motif::Grating { letter: *letter },
        MotifOrder::Notary => Motif::Notary,
        MotifOrder::QrCode(permission) => Motif::QrCode {
            permission: *permission,
        },
        MotifOrder::Text(text) => Motif::Text { text: text.clone() },
        MotifOrder::Pic(file) => {
            let file = Bytes::from(file.clone());
            prepare_picture(app, &file).await?;
            Motif::Pic {
                image: app.blobs.put(file).await?.to_string(),
            }
        }
    };
    let watermark = Watermark {
        motif,
        position: order.position,
        font_size: order.font_size,
        angle: order.angle,
        colour: order.colour,
        transparency: order.transparency,
        image_scale: order.image_scale,
        density: order.density,
        create_time: app.now(),
    };
    if let Motif::Text { text } = &watermark.motif {
        Drawable::text(&watermark, text)?;
    }
    Ok(Some(watermark))
}

async fn prepare_picture(app: &App, file: &Bytes) -> Result<StampPicture, AppError> {
    match app.files.prepare_picture(file).await {
        Err(AppError::InvalidFile { detail }) => Err(AppError::invalid("watermarks.content", detail)),
        other => other,
    }
}

/// A document with other marks: its new revision, and the links in its QR codes.
struct Redrawn {
    revision: Revision,
    plan: SigningPlan,
    links: Vec<ContractLink>,
}

/// Draws the contract's marks over a stored document as it was imported.
async fn redraw(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    document: &Document,
) -> Result<Redrawn, AppError> {
    let base = find_revision(reader, document.id, 0).await?;
    let base =
        base.ok_or_else(|| AppError::Internal(format!("document {} has no revision 0", document.id)))?;
    let pdf = app.blobs.read_parts(&parts(&base)).await?;
    draw_revision(app, contract, document.id, document.revision + 1, pdf).await
}

/// Draws the contract's marks over a document that is just being added.
///
/// # Errors
/// `1403` for a document that came signed.
pub(crate) async fn mark_new(
    app: &App,
    contract: &Contract,
    mut stored: StoredDocument,
) -> Result<(StoredDocument, Option<Revision>, Vec<ContractLink>), AppError> {
    if contract.watermarks.is_empty() {
        return Ok((stored, None, Vec::new()));
    }
    let pdf = app
        .blobs
        .get(&blob_digest(&stored.document.revision_hash)?)
        .await?;
    let drawn = draw_revision(app, contract, stored.document.id, 1, pdf).await?;
    stored.document.revision = 1;
    stored.document.revision_hash = hex::encode(drawn.revision.sha256);
    stored.aids = DocumentAids::new(&stored.document, drawn.plan);
    Ok((stored, Some(drawn.revision), drawn.links))
}

async fn draw_revision(
    app: &App,
    contract: &Contract,
    document: DocumentId,
    number: u32,
    pdf: Bytes,
) -> Result<Redrawn, AppError> {
    let mut links = Vec::new();
    let mut drawables = Vec::with_capacity(contract.watermarks.len());
    for watermark in &contract.watermarks {
        drawables.push(drawable(app, contract, watermark, &mut links).await?);
    }
    let job = MarkJob {
        pdf: &pdf,
        marks: &drawables,
        most_pages: app.settings.most_pages,
        stream_bytes: app.settings.stream_bytes,
    };
    let (bytes, plan) = app.files.mark(&job).await?;
    let length = bytes.len() as u64;
    let part = app.blobs.put(bytes).await?;
    let stored_plan = app.blobs.put(plan.to_bytes().into()).await?;
    let revision = Revision {
        document_id: document,
        number,
        sha256: *part.as_bytes(),
        parts: vec![RevisionPart {
            sha256: *part.as_bytes(),
            length,
        }],
        // The plan carries the digest state.
        digest_state: None,
        plan: Some(*stored_plan.as_bytes()),
        act_id: None,
        create_time: app.now(),
    };
    Ok(Redrawn {
        revision,
        plan,
        links,
    })
}

async fn drawable(
    app: &App,
    contract: &Contract,
    watermark: &Watermark,
    links: &mut Vec<ContractLink>,
) -> Result<Drawable, AppError> {
    match &watermark.motif {
        Motif::Grating { letter } => Drawable::grating(watermark, *letter),
        Motif::Notary => Drawable::text(
            watermark,
            &format!("契书平台存证 合同编号 {}", printable(&contract.sn)),
        ),
        Motif::Text { text } => Drawable::text(watermark, text),
        Motif::Pic { image } => {
            let file = app.blobs.get(&blob_digest(image)?).await?;
            Ok(Drawable::picture(watermark, prepare_picture(app, &file).await?))
        }
        Motif::QrCode { permission } => {
            // A link's token is stored as a hash only, so every drawing gets a link of its own.
            let link = ContractLink {
                token: URL_SAFE_NO_PAD.encode(app.random_bytes::<32>()?),
                public: *permission == ViewPermission::Public,
            };
            let url = format!("{}/s/{}", app.settings.base_url, link.token);
            links.push(link);
            Drawable::qr_code(watermark, &url)
        }
    }
}

/// A caller's number without what the typeface does not have.
fn printable(sn: &str) -> String {
    sn.chars()
        .filter(|character| character.is_ascii_graphic())
        .collect()
}
