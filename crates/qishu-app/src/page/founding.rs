//! Seals of companies outside the platform. Until somebody authenticates such a company, its handler seals with a standard
//! seal that is drawn from the company's name once the handler has confirmed that name.

use pdfseal::appearance::StampPicture;
use qishu_model::company::{Company, CompanyStatus};
use qishu_model::contract::{ActionType, Signatory};
use qishu_model::id::{CompanyId, SealId};
use qishu_model::seal::{Seal, SealOwner, SealStatus, SealType};
use qishu_sealart::{Drawing, NameSealSize, legal_person_seal};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{Reader, StoreError, Transaction, company, seal};
use serde_json::json;

use super::seal_choice::seal_type_of;
use crate::seal::{SealImage, draw_company_seal, enabled_seals, load_picture, store_pictures};
use crate::{App, AppError};

/// What a handler confirmed about the company they seal for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfirmedCompany {
    /// Its full name, as shown.
    pub name: Option<String>,
    /// Its legal representative, for a step with that person's seal.
    pub legal_person: Option<String>,
}

/// A company and a seal that come into being with the signature that needs them.
#[derive(Debug, Clone)]
pub(crate) struct Founding {
    company: Option<Company>,
    seal: Option<Seal>,
}

/// The seal of an unverified company, ready to use.
pub(crate) struct StandardSeal {
    pub(crate) company: Company,
    pub(crate) seal: Seal,
    pub(crate) picture: StampPicture,
    pub(crate) founding: Founding,
}

/// The standard seal for a step of a company that nobody has authenticated: the one drawn before, else a new one.
///
/// # Errors
/// `1005` when the handler has not confirmed the company's name, or has not named the legal representative; `2210` when a
/// name cannot be drawn.
pub(crate) async fn standard_seal(
    app: &App,
    reader: &mut Reader,
    party: &Signatory,
    known: Option<Company>,
    kind: ActionType,
    confirmed: &ConfirmedCompany,
) -> Result<StandardSeal, AppError> {
    let name = party.tenant_name.clone().unwrap_or_default();
    if name.is_empty() || confirmed.name.as_deref().map(str::trim) != Some(name.as_str()) {
        return Err(AppError::invalid(
            "companyName",
            "the handler has to confirm the company's name as it is shown",
        ));
    }
    let seal_type = seal_type_of(kind);
    let seal_name = match seal_type {
        SealType::Lp => format!("法定代表人章 {}", legal_person(confirmed)?),
        _ => "标准公章".to_owned(),
    };
    if let Some(company) = &known
        && let Some(seal) = find_seal(reader, company.id, seal_type, &seal_name).await?
    {
        let founding = Founding {
            company: None,
            seal: None,
        };
        return Ok(StandardSeal {
            company: company.clone(),
            picture: load_picture(app, &seal).await?,
            seal,
            founding,
        });
    }
    let is_new = known.is_none();
    let company = known.unwrap_or_else(|| new_company(app, name));
    let (spec, drawing) = draw(&company.name, seal_type, confirmed)?;
    let seal = new_seal(app, company.id, seal_type, seal_name, spec, drawing).await?;
    Ok(StandardSeal {
        picture: load_picture(app, &seal).await?,
        founding: Founding {
            company: is_new.then(|| company.clone()),
            seal: Some(seal.clone()),
        },
        company,
        seal,
    })
}

/// What the standard seal of a company with this name looks like, as PNG; nothing is stored.
///
/// # Errors
/// `2210` when the name cannot be drawn.
pub(crate) async fn standard_seal_preview(name: &str) -> Result<bytes::Bytes, AppError> {
    const PREVIEW_DPI: f64 = 150.0;
    let (_, drawing) = draw_company_seal(name, &SealImage::default())?;
    let png = tokio::task::spawn_blocking(move || drawing.to_png(PREVIEW_DPI)).await?;
    png.map(Into::into).map_err(|error| AppError::SealDrawing {
        reason: error.to_string(),
    })
}

fn legal_person(confirmed: &ConfirmedCompany) -> Result<&str, AppError> {
    let name = confirmed
        .legal_person
        .as_deref()
        .map(str::trim)
        .unwrap_or_default();
    if (2..=20).contains(&name.chars().count()) {
        Ok(name)
    } else {
        Err(AppError::invalid(
            "legalPerson",
            "the name of the legal representative, 2 to 20 characters",
        ))
    }
}

async fn find_seal(
    reader: &mut Reader,
    company: CompanyId,
    seal_type: SealType,
    name: &str,
) -> Result<Option<Seal>, AppError> {
    let mut seals = enabled_seals(reader, company).await?;
    Ok(seals.find(|seal| seal.seal_type == seal_type && seal.name == name))
}

fn new_company(app: &App, name: String) -> Company {
    Company {
        id: CompanyId::new(app.next_id()),
        name,
        register_no: None,
        legal_person: None,
        status: CompanyStatus::Unregistered,
        parent: None,
        auth_end: None,
        create_time: app.now(),
    }
}

fn draw(
    company: &str,
    seal_type: SealType,
    confirmed: &ConfirmedCompany,
) -> Result<(&'static str, Drawing), AppError> {
    if seal_type == SealType::Lp {
        let name = legal_person(confirmed)?;
        let drawing = legal_person_seal(name, NameSealSize::Square20);
        let drawing = drawing.map_err(|error| AppError::invalid("legalPerson", error.to_string()))?;
        return Ok(("SQUARE_20_20", drawing));
    }
    let (spec, drawing) = draw_company_seal(company, &SealImage::default())?;
    Ok((spec.wire_name(), drawing))
}

async fn new_seal(
    app: &App,
    company: CompanyId,
    seal_type: SealType,
    name: String,
    spec: &str,
    drawing: Drawing,
) -> Result<Seal, AppError> {
    let pictures = store_pictures(app, drawing).await?;
    let now = app.now();
    Ok(Seal {
        id: SealId::new(app.next_id()),
        owner: SealOwner::Company(company),
        name,
        seal_type,
        spec: spec.to_owned(),
        status: SealStatus::Normal,
        width_um: pictures.width_um,
        height_um: pictures.height_um,
        image: pictures.image,
        picture: pictures.picture,
        users: Vec::new(),
        create_time: now,
        modify_time: now,
    })
}

impl Founding {
    /// Stores what is new, in the transaction of the signature that uses it.
    ///
    /// # Errors
    /// [`AppError::Busy`] when another handler founded the same company meanwhile: the act is planned anew on that.
    pub(crate) async fn store(
        self,
        app: &App,
        transaction: &mut Transaction,
        actor: &Actor,
    ) -> Result<(), AppError> {
        let entry = |kind, subject: u64| Entry {
            at: app.now(),
            tenant: None,
            kind,
            subject: Some(subject),
            actor: actor.clone(),
            details: json!({ "unverified": true }),
        };
        if let Some(company) = self.company {
            let inserted = company::insert(transaction, &company).await;
            inserted.map_err(|error| match error {
                StoreError::Duplicate { .. } => AppError::Busy,
                other => other.into(),
            })?;
            transaction.record(entry("COMPANY_FOUND", company.id.get()));
        }
        if let Some(seal) = self.seal {
            seal::insert(transaction, &seal).await?;
            transaction.record(entry("SEAL_CREATE", seal.id.get()));
        }
        Ok(())
    }
}
