//! Which seal a signature uses (D-41).

use qishu_model::company::Company;
use qishu_model::contract::{Action, Contract};
use qishu_model::id::{CompanyId, SealId};
use qishu_model::seal::{Seal, SealStatus, SealType};
use qishu_store::seal::SealFilter;
use qishu_store::{Page, Reader, Scope, seal};

use crate::AppError;

/// A seal of `company` that may be used now.
///
/// # Errors
/// `1201` unknown or of another company, `1203` disabled.
pub(crate) async fn require_seal(
    reader: &mut Reader,
    company: CompanyId,
    id: SealId,
) -> Result<Seal, AppError> {
    let found = seal::find(reader, Scope::Company(company), id).await?;
    let seal = found
        .ok_or_else(|| AppError::SealNotFound {
            detail: id.to_string(),
        })?
        .value;
    if seal.status == SealStatus::Normal {
        Ok(seal)
    } else {
        Err(AppError::SealDisabled { name: seal.name })
    }
}

/// The seal for one position of a step: the position's or the request's (`wanted`), the step's list, the category's, the
/// company's oldest enabled one of the type.
///
/// # Errors
/// `1201` for a seal outside the step's list, of another company or of another type, or when there is none; `1203`.
pub(crate) async fn choose_seal(
    reader: &mut Reader,
    contract: &Contract,
    company: &Company,
    action: &Action,
    wanted: Option<SealId>,
    seal_type: SealType,
) -> Result<Seal, AppError> {
    if let Some(id) = wanted {
        if !action.seal_ids.is_empty() && !action.seal_ids.contains(&id) {
            return Err(AppError::SealNotFound {
                detail: format!("{id} is not among the seals of this step"),
            });
        }
        return of_type(require_seal(reader, company.id, id).await?, seal_type);
    }
    if let Some(first) = action.seal_ids.first() {
        return of_type(require_seal(reader, company.id, *first).await?, seal_type);
    }
    if let Some(preset) = preset_seal(reader, contract, company.id, action).await?
        && is_usable(reader, company.id, preset).await?
    {
        return of_type(require_seal(reader, company.id, preset).await?, seal_type);
    }
    oldest(reader, company, seal_type).await
}

/// Whether a seal can be used now. One that a category names and that was disabled or removed binds nobody: any other
/// seal may be used instead (`organisation` 5.8).
pub(crate) async fn is_usable(reader: &mut Reader, company: CompanyId, id: SealId) -> Result<bool, AppError> {
    let found = seal::find(reader, Scope::Company(company), id).await?;
    Ok(found.is_some_and(|found| found.value.status == SealStatus::Normal))
}

fn of_type(seal: Seal, wanted: SealType) -> Result<Seal, AppError> {
    if seal.seal_type == wanted {
        return Ok(seal);
    }
    let detail = format!(
        "{} is a seal of type {}, {} is needed",
        seal.id,
        seal.seal_type.name(),
        wanted.name()
    );
    Err(AppError::SealNotFound { detail })
}

async fn preset_seal(
    reader: &mut Reader,
    contract: &Contract,
    company: CompanyId,
    action: &Action,
) -> Result<Option<SealId>, AppError> {
    let Some(category) = &contract.category else {
        return Ok(None);
    };
    let category = qishu_store::category::find(reader, Scope::Company(company), category.id).await?;
    let presets = category
        .into_iter()
        .flat_map(|category| category.value.signatories);
    let steps = presets
        .filter(|party| party.sponsor)
        .flat_map(|party| party.actions);
    let fits = steps
        .filter(|step| step.action_type == action.action_type)
        .find_map(|step| step.seal_ids.first().copied());
    Ok(fits)
}

/// Every seal of a company that may be used now, the oldest first.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn enabled_seals(
    reader: &mut Reader,
    company: CompanyId,
) -> Result<impl Iterator<Item = Seal> + use<>, AppError> {
    let filter = SealFilter {
        company,
        status: Some(SealStatus::Normal),
        modified_from: None,
        modified_to: None,
    };
    let page = Page {
        offset: 0,
        limit: 1000,
    };
    let listed = seal::list(reader, &filter, page).await?;
    Ok(listed.rows.into_iter().map(|row| row.value))
}

async fn oldest(reader: &mut Reader, company: &Company, seal_type: SealType) -> Result<Seal, AppError> {
    let mut seals = enabled_seals(reader, company.id).await?;
    let found = seals.find(|seal| seal.seal_type == seal_type);
    found.ok_or_else(|| AppError::SealNotFound {
        detail: format!(
            "{} has no enabled seal of type {}",
            company.name,
            seal_type.name()
        ),
    })
}
