//! 创建印章: `POST /v2/seal/autocreate`.

use qishu_model::contact::User;
use qishu_model::id::SealId;
use qishu_model::seal::{Seal, SealOwner, SealStatus, SealType};
use qishu_sealart::{CompanySealSpec, SealArtError, SealSpec, SealStyle, company_seal};
use qishu_store::ledger::Entry;
use qishu_store::seal;
use serde_json::json;

use super::draw::store_pictures;
use super::users::{seal_users, with_users};
use crate::company::acting_company;
use crate::{ApiCaller, App, AppError};

/// How a seal looks (`organisation` 2.7); names as on the wire.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SealImage {
    /// Style; absent = `UNIVERSAL_SEAL`.
    pub style: Option<String>,
    /// Size; absent = the style's default.
    pub spec: Option<String>,
    /// Branch office, above the foot.
    pub branch_name: Option<String>,
    /// Horizontal text below the centre.
    pub foot: Option<String>,
    /// 13 to 15 digits along the lower rim.
    pub enterprise_code: Option<String>,
    /// English name.
    pub en_content: Option<String>,
    /// Rim in millimetres.
    pub edge_width_mm: Option<f64>,
    /// Star in millimetres.
    pub star_size_mm: Option<f64>,
}

/// A seal to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct SealOrder {
    /// Owner; absent = platform company.
    pub tenant_name: Option<String>,
    /// Name of the seal.
    pub name: String,
    /// Appearance.
    pub image: SealImage,
    /// People who may use it; absent = the company's seal administrators.
    pub users: Vec<User>,
}

/// Draws and stores a company seal.
///
/// # Errors
/// `1005` for the appearance, `2210` when it cannot be drawn, `1701`, `1702`, `1705`, `1801`, `1802`.
pub async fn create_seal(app: &App, caller: &ApiCaller, order: SealOrder) -> Result<Seal, AppError> {
    let mut reader = app.store.read("create_seal");
    let company = acting_company(&mut reader, caller, order.tenant_name.as_deref()).await?;
    let users = seal_users(&mut reader, &company, &order.users).await?;
    drop(reader);
    let (spec, drawing) = draw_company_seal(&company.name, &order.image)?;
    let pictures = store_pictures(app, drawing).await?;
    let now = app.now();
    let seal = Seal {
        id: SealId::new(app.next_id()),
        owner: SealOwner::Company(company.id),
        name: order.name,
        seal_type: SealType::Enterprise,
        spec: spec.wire_name().to_owned(),
        status: SealStatus::Normal,
        width_um: pictures.width_um,
        height_um: pictures.height_um,
        image: pictures.image,
        picture: pictures.picture,
        users,
        create_time: now,
        modify_time: now,
    };
    let mut transaction = app.store.begin("create_seal");
    seal::insert(&mut transaction, &seal).await?;
    transaction.record(Entry {
        at: now,
        tenant: Some(company.id),
        kind: "SEAL_CREATE",
        subject: Some(seal.id.get()),
        actor: caller.actor(),
        details: json!({ "spec": seal.spec }),
    });
    let seal = with_users(&mut transaction, seal).await?;
    transaction.commit().await?;
    Ok(seal)
}

/// The drawing of a company's seal, with the size it has.
pub(crate) fn draw_company_seal(
    name: &str,
    image: &SealImage,
) -> Result<(SealSpec, qishu_sealart::Drawing), AppError> {
    let style = match &image.style {
        Some(style) => style.parse::<SealStyle>().map_err(|error| refusal(&error))?,
        None => SealStyle::default(),
    };
    let size = image
        .spec
        .as_deref()
        .map(str::parse::<SealSpec>)
        .transpose()
        .map_err(|error| refusal(&error))?;
    let spec = CompanySealSpec {
        style,
        spec: size,
        name: name.to_owned(),
        branch_name: image.branch_name.clone(),
        foot: image.foot.clone(),
        enterprise_code: image.enterprise_code.clone(),
        en_content: image.en_content.clone(),
        edge_width_mm: image.edge_width_mm,
        star_size_mm: image.star_size_mm,
        emblem: None,
    };
    let drawing = company_seal(&spec).map_err(|error| refusal(&error))?;
    Ok((size.unwrap_or_else(|| style.default_spec()), drawing))
}

fn refusal(error: &SealArtError) -> AppError {
    match error.field() {
        Some(field) => AppError::invalid(format!("sealImageInfo.{field}"), error.to_string()),
        None => AppError::SealDrawing {
            reason: error.to_string(),
        },
    }
}
