//! A person signing on a page.

use pdfseal::appearance::StampPicture;
use qishu_authority::{Holder, Reference, VerifiedSubject};
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{
    Contract, ContractState, IntentionConfirm, Refusal, Signatory, SignatoryStatus, Stamper, StamperType,
    Step,
};
use qishu_model::id::DocumentId;
use qishu_store::confirm::{self, Binding, Check};

use super::void_act::void_party;
use crate::signing::{DocumentAids, Mark, PlannedAct};
use crate::{App, AppError};

/// A revision the person was shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SeenRevision {
    /// Document.
    pub document: DocumentId,
    /// SHA-256 (hex) of the bytes that were shown.
    pub revision: String,
}

/// Where the person put the signature, when nobody had fixed a place.
#[derive(Debug, Clone, PartialEq)]
pub struct PagePlacement {
    /// Document.
    pub document: DocumentId,
    /// Page, counted from 0.
    pub page: u32,
    /// Left edge, points.
    pub x: f64,
    /// Lower edge, points.
    pub y: f64,
    /// Width, points.
    pub width: f64,
    /// Height, points.
    pub height: f64,
}

/// The picture of the signature.
#[derive(Clone)]
pub enum Picture {
    /// Drawn just now, already checked and prepared.
    Drawn(StampPicture),
    /// None: only possible where nothing visible is asked for.
    Missing,
}

/// A person's act, planned anew on every attempt.
pub(crate) struct PersonAct {
    pub(crate) user: User,
    pub(crate) seen: Vec<SeenRevision>,
    pub(crate) code: String,
    pub(crate) picture: Picture,
    pub(crate) placements: Vec<PagePlacement>,
}

impl PersonAct {
    /// Decides what this act does to the contract as it is now. The code is judged last, so that it is not spoilt by a refusal
    /// that the person cannot help.
    pub(crate) async fn plan(
        &self,
        app: &App,
        contract: &Contract,
        documents: &[DocumentAids],
    ) -> Result<PlannedAct, AppError> {
        let party = party_in_turn(contract, &self.user)?;
        check_revisions(contract, &self.seen)?;
        let stampers = self.stampers(party, documents)?;
        let name = party
            .tenant_name
            .clone()
            .or_else(|| self.user.name.clone())
            .unwrap_or_else(|| self.user.masked());
        let mut marks = Vec::with_capacity(stampers.len());
        for stamper in stampers {
            marks.push(self.mark(app, stamper, &name)?);
        }
        let given = marks.len();
        let confirmation = self.confirm(app, contract).await?;
        let contact = self.user.normalised();
        Ok(PlannedAct {
            step: Step::Personal(party.id),
            party: party.id,
            marks,
            given,
            locate_all_keywords: false,
            subject: person_subject(app, &name, &contact),
            signer_name: name,
            performed_by: Some(self.user.clone()),
            confirm: match self.user.contact_type {
                ContactType::Email => IntentionConfirm::Email,
                _ => IntentionConfirm::Sms,
            },
            confirmation: Some(confirmation),
        })
    }

    /// Fixed positions; else those the person chose.
    fn stampers(&self, party: &Signatory, documents: &[DocumentAids]) -> Result<Vec<Stamper>, AppError> {
        let visible = party
            .stampers
            .iter()
            .any(|stamper| stamper.stamper_type == StamperType::Personal);
        if visible {
            return Ok(party.stampers.clone());
        }
        if self.placements.is_empty() {
            return Err(AppError::PlacementRequired);
        }
        let mut stampers = party.stampers.clone();
        for placement in &self.placements {
            stampers.push(chosen(placement, documents)?);
        }
        Ok(stampers)
    }

    fn mark(&self, app: &App, stamper: Stamper, name: &str) -> Result<Mark, AppError> {
        if stamper.stamper_type == StamperType::Timestamp {
            return Mark::date(app, stamper);
        }
        match &self.picture {
            Picture::Drawn(picture) => Ok(Mark::picture(stamper, picture.clone(), name.to_owned())),
            Picture::Missing => Err(AppError::PictureRequired),
        }
    }

    /// Judges the code.
    ///
    /// # Errors
    /// [`AppError::CodeWrong`], [`AppError::CodeClosed`].
    pub(super) async fn confirm(
        &self,
        app: &App,
        contract: &Contract,
    ) -> Result<confirm::Confirmation, AppError> {
        let (contact, revision) = (self.user.normalised(), revisions_text(&self.seen));
        let binding = Binding {
            contract: Some(contract.id),
            contact: &contact,
            purpose: "SIGN",
            revision: &revision,
        };
        match confirm::check(&app.store, &binding, &self.code, app.now()).await? {
            Check::Right(confirmation) => Ok(confirmation),
            Check::Wrong { left } => Err(AppError::CodeWrong { left }),
            Check::Closed => Err(AppError::CodeClosed),
        }
    }
}

/// The subject of a person's one-time certificate. Until an identity number is verified, the contact that received the code
/// tells people of one name apart; only its keyed digest enters the certificate.
pub(super) fn person_subject(app: &App, name: &str, contact: &str) -> VerifiedSubject {
    let digest = app.store.lookup_digest("certificate subject", contact);
    VerifiedSubject {
        holder: Holder::Person {
            name: name.to_owned(),
        },
        reference: Reference::PlatformId(hex::encode(digest)),
    }
}

/// A place the person chose, as a position.
pub(super) fn chosen(placement: &PagePlacement, documents: &[DocumentAids]) -> Result<Stamper, AppError> {
    let refused = || {
        AppError::invalid(
            "placements",
            "a place on a page of the contract's documents is expected",
        )
    };
    let document = documents
        .iter()
        .find(|document| document.id == placement.document)
        .ok_or_else(refused)?;
    let page = usize::try_from(placement.page)
        .ok()
        .and_then(|page| document.page_sizes().get(page).copied());
    let page = page.ok_or_else(refused)?;
    let fits = |value: f64, low: f64, high: f64| value.is_finite() && (low..=high).contains(&value);
    let box_fits = fits(placement.width, 10.0, 120.0) && fits(placement.height, 4.0, 48.0);
    if !box_fits || !fits(placement.x, 0.0, page.width) || !fits(placement.y, 0.0, page.height) {
        return Err(refused());
    }
    let mut stamper = Stamper::new(StamperType::Personal);
    stamper.document_id = Some(placement.document.get());
    stamper.page = i32::try_from(placement.page + 1).ok();
    stamper.offset_x = Some(placement.x / page.width);
    stamper.offset_y = Some(placement.y / page.height);
    stamper.width = Some(placement.width);
    stamper.height = Some(placement.height);
    Ok(stamper)
}

/// The personal party that this person has to sign for now.
///
/// # Errors
/// `1101`, `1107`; [`AppError::AlreadySigned`]; `1110` when the person is no party at all.
pub(super) fn party_in_turn<'a>(contract: &'a Contract, user: &User) -> Result<&'a Signatory, AppError> {
    if contract.void_request().is_some() {
        return void_party(contract, user);
    }
    let own = |party: &&Signatory| {
        !party.tenant_type.is_company()
            && party
                .receiver
                .as_ref()
                .is_some_and(|receiver| receiver.same_contact(user))
    };
    let mut parties = contract.signatories.iter().filter(own).peekable();
    if parties.peek().is_none() {
        return Err(AppError::NoViewPermission);
    }
    let parties: Vec<&Signatory> = parties.collect();
    if contract.state != ContractState::Signing {
        let signed = parties
            .iter()
            .all(|party| party.status == SignatoryStatus::Signed);
        let refusal = Refusal::WrongStatus {
            status: contract.state.name(),
        };
        return Err(if signed {
            AppError::AlreadySigned
        } else {
            refusal.into()
        });
    }
    if let Some(party) = parties
        .iter()
        .find(|party| party.status == SignatoryStatus::Signing)
    {
        return Ok(party);
    }
    let signed = parties
        .iter()
        .all(|party| party.status == SignatoryStatus::Signed);
    Err(if signed {
        AppError::AlreadySigned
    } else {
        Refusal::NotInTurn.into()
    })
}

/// The person must have seen every document as it is now.
///
/// # Errors
/// [`AppError::RevisionChanged`].
pub(super) fn check_revisions(contract: &Contract, seen: &[SeenRevision]) -> Result<(), AppError> {
    let current = |document: &qishu_model::contract::Document| {
        seen.iter()
            .any(|seen| seen.document == document.id && seen.revision == document.revision_hash)
    };
    if contract.shown_documents().all(current) {
        Ok(())
    } else {
        Err(AppError::RevisionChanged)
    }
}

/// One text for a set of revisions, whatever their order.
pub(super) fn revisions_text(seen: &[SeenRevision]) -> String {
    let mut revisions: Vec<String> = seen
        .iter()
        .map(|seen| format!("{}={}", seen.document, seen.revision))
        .collect();
    revisions.sort_unstable();
    revisions.dedup();
    revisions.join(",")
}
