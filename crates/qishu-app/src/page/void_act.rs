//! A person signing the void document on a page: for themselves, or as handler of a company that signed the contract.

use qishu_authority::{Holder, Reference, VerifiedSubject};
use qishu_model::contact::User;
use qishu_model::contract::{Contract, Signatory, SignatoryStatus, Stamper, StamperType, Step};
use qishu_model::seal::{Seal, SealStatus};
use qishu_store::{Reader, Scope, company, seal};

use super::confirm_way::check_way;
use super::person::find_person;
use super::person_act::{PersonAct, Picture, check_revisions, chosen, person_subject, proven_identity};
use crate::seal::load_picture;
use crate::signing::{DocumentAids, Mark, PlannedAct, company_subject};
use crate::void::used_seal;
use crate::{App, AppError};

/// The party that this person still has to sign the void document for.
///
/// # Errors
/// [`AppError::AlreadySigned`]; `1110` when the person handles no party.
pub(super) fn void_party<'a>(contract: &'a Contract, user: &User) -> Result<&'a Signatory, AppError> {
    let own = |party: &&Signatory| {
        party
            .receiver
            .as_ref()
            .is_some_and(|receiver| receiver.same_contact(user))
    };
    let parties: Vec<&Signatory> = contract.counting_parties().filter(own).collect();
    if parties.is_empty() {
        return Err(AppError::NoViewPermission);
    }
    let waits = |party: &&&Signatory| party.status == SignatoryStatus::Invaliding;
    parties.iter().find(waits).copied().ok_or(AppError::AlreadySigned)
}

/// Positions of a party on the void document.
pub(super) fn void_stampers(contract: &Contract, party: &Signatory) -> Vec<Stamper> {
    let request = contract.void_request();
    request
        .map(|request| request.stampers_of(party.id))
        .unwrap_or_default()
}

/// What the person's act does to a contract that is being voided. The code is judged last.
///
/// # Errors
/// As signing a contract on a page; `1203` when the company's seal was disabled meanwhile.
pub(crate) async fn plan_void(
    act: &PersonAct,
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    documents: &[DocumentAids],
) -> Result<PlannedAct, AppError> {
    let party = void_party(contract, &act.user)?;
    check_revisions(contract, &act.seen)?;
    check_way(party, &act.will)?;
    let company = party.tenant_type.is_company();
    let seal = if company {
        company_seal(reader, contract, party).await?
    } else {
        None
    };
    let mut stampers = void_stampers(contract, party);
    if !stampers
        .iter()
        .any(|stamper| stamper.stamper_type != StamperType::Timestamp)
    {
        if act.placements.is_empty() {
            return Err(AppError::PlacementRequired);
        }
        for placement in &act.placements {
            stampers.push(chosen(placement, StamperType::Personal, documents)?);
        }
    }
    let proven = match find_person(reader, contract, &act.user).await? {
        Some(person) if !company => proven_identity(reader, person).await?,
        _ => None,
    };
    let name = proven
        .as_ref()
        .map(|proven| proven.name.clone())
        .or_else(|| party.tenant_name.clone())
        .or_else(|| act.user.name.clone())
        .unwrap_or_else(|| act.user.masked());
    let mut marks = Vec::with_capacity(stampers.len());
    for stamper in stampers {
        marks.push(mark(app, act, stamper, seal.as_ref(), &name).await?);
    }
    let given = marks.len();
    let subject = if company {
        company_holder(reader, party, &name).await?
    } else {
        person_subject(app, &name, &act.user.normalised(), proven.as_ref())
    };
    let confirm = act.way(reader, contract).await?;
    Ok(PlannedAct {
        step: Step::Void(party.id),
        party: party.id,
        marks,
        given,
        locate_all_keywords: false,
        subject,
        signer_name: name,
        performed_by: Some(act.user.clone()),
        confirm,
        confirmation: None,
        founding: None,
    })
}

/// The seal that the company put on the contract.
async fn company_seal(
    reader: &mut Reader,
    contract: &Contract,
    party: &Signatory,
) -> Result<Option<Seal>, AppError> {
    let Some(id) = used_seal(reader, contract, party).await? else {
        return Ok(None);
    };
    match seal::find(reader, Scope::System, id)
        .await?
        .map(|found| found.value)
    {
        Some(seal) if seal.status != SealStatus::Normal => Err(AppError::SealDisabled { name: seal.name }),
        found => Ok(found),
    }
}

/// A date, the company's seal, or what the person drew.
async fn mark(
    app: &App,
    act: &PersonAct,
    mut stamper: Stamper,
    seal: Option<&Seal>,
    name: &str,
) -> Result<Mark, AppError> {
    if stamper.stamper_type == StamperType::Timestamp {
        return Mark::date(app, stamper);
    }
    if let Some(seal) = seal {
        let picture = load_picture(app, seal).await?;
        stamper.stamper_type = StamperType::Company;
        return Ok(Mark::seal(stamper, seal, picture, name.to_owned()));
    }
    let Picture::Drawn(picture) = &act.picture else {
        return Err(AppError::PictureRequired);
    };
    // A drawing has no size of its own: at the place of a seal it takes the usual box of a signature.
    stamper.stamper_type = StamperType::Personal;
    Ok(Mark::picture(stamper, picture.clone(), name.to_owned()))
}

async fn company_holder(
    reader: &mut Reader,
    party: &Signatory,
    name: &str,
) -> Result<VerifiedSubject, AppError> {
    if let Some(id) = party.company_id
        && let Some(found) = company::find(reader, Scope::System, id).await?
    {
        return Ok(company_subject(&found.value));
    }
    Ok(VerifiedSubject {
        holder: Holder::Company {
            name: name.to_owned(),
            operator: None,
        },
        reference: Reference::PlatformId(party.id.to_string()),
    })
}
