//! The category of a draft, and what it presets.

use qishu_model::category::{Category, CategoryState, PresetAction, PresetSignatory};
use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_model::contract::TenantType;
use qishu_model::contract::draft::{ActionDraft, CategorySelector, SignatoryDraft};
use qishu_model::id::CompanyId;
use qishu_store::category::CategoryFilter;
use qishu_store::{Page, Reader, Scope, Versioned, category};

use crate::AppError;
use crate::company::require_employee;
use crate::seal::{is_usable, require_seal};

/// The category a draft names, or the company's default one.
///
/// # Errors
/// `1302` when it does not exist, belongs to another company or is disabled.
pub(super) async fn select_category(
    reader: &mut Reader,
    company: CompanyId,
    selector: Option<&CategorySelector>,
) -> Result<Versioned<Category>, AppError> {
    let found = match selector {
        Some(CategorySelector { id: Some(id), .. }) => {
            category::find(reader, Scope::Company(company), *id).await?
        }
        Some(CategorySelector { name: Some(name), .. }) => {
            category::find_by_name(reader, company, name).await?
        }
        _ => default_category(reader, company).await?,
    };
    let usable = found.filter(|category| category.value.state == CategoryState::Enabled);
    let mut category = usable.ok_or_else(|| AppError::CategoryNotFound {
        selector: describe(selector),
    })?;
    drop_unusable_seals(reader, &mut category.value).await?;
    Ok(category)
}

/// A seal that was disabled or removed since the category named it binds nobody: the step may use any other one
/// (`organisation` 5.8).
async fn drop_unusable_seals(reader: &mut Reader, category: &mut Category) -> Result<(), AppError> {
    let owner = category.company_id;
    for step in category
        .signatories
        .iter_mut()
        .flat_map(|party| &mut party.actions)
    {
        let mut usable = Vec::with_capacity(step.seal_ids.len());
        for id in &step.seal_ids {
            if is_usable(reader, owner, *id).await? {
                usable.push(*id);
            }
        }
        step.seal_ids = usable;
    }
    Ok(())
}

async fn default_category(
    reader: &mut Reader,
    company: CompanyId,
) -> Result<Option<Versioned<Category>>, AppError> {
    let filter = CategoryFilter {
        company,
        modified_from: None,
        modified_to: None,
    };
    let all = category::list(
        reader,
        &filter,
        Page {
            offset: 0,
            limit: 1000,
        },
    )
    .await?;
    Ok(all.rows.into_iter().find(|category| category.value.default))
}

fn describe(selector: Option<&CategorySelector>) -> String {
    let named = selector.and_then(|selector| {
        selector
            .id
            .map(|id| id.to_string())
            .or_else(|| selector.name.clone())
    });
    named.unwrap_or_else(|| "(default)".to_owned())
}

/// Whether somebody may start contracts of the category.
///
/// # Errors
/// `1151`.
pub(super) fn check_starter(category: &Category, creator: &User) -> Result<(), AppError> {
    let named = |starter: &User| starter.same_contact(creator);
    if category.starters.is_empty() || category.starters.iter().any(named) {
        return Ok(());
    }
    Err(AppError::CategoryNotAllowed {
        contact: creator.masked(),
        category: category.name.clone(),
    })
}

/// Whether the seals and people that the category presets for the initiator are still there.
///
/// # Errors
/// `1302` saying what is gone.
pub(super) async fn check_presets(
    reader: &mut Reader,
    company: &Company,
    category: &Category,
) -> Result<(), AppError> {
    let steps = category
        .signatories
        .iter()
        .filter(|party| party.sponsor)
        .flat_map(|party| &party.actions);
    for step in steps {
        let of_positions = step.stampers.iter().filter_map(|stamper| stamper.seal_id);
        for seal in step.seal_ids.iter().copied().chain(of_positions) {
            broken(category, require_seal(reader, company.id, seal).await)?;
        }
        for user in &step.operators {
            broken(category, require_employee(reader, company, user).await)?;
        }
    }
    Ok(())
}

fn broken<T>(category: &Category, checked: Result<T, AppError>) -> Result<(), AppError> {
    match checked {
        Ok(_) => Ok(()),
        Err(AppError::Internal(cause)) => Err(AppError::Internal(cause)),
        Err(gone) => Err(AppError::CategoryBroken {
            detail: format!("category {}: {gone}", category.name),
        }),
    }
}

/// Puts the preset steps of the category into the parties of a draft.
///
/// Preset receivers must match the given ones in number, type and order; preset steps then replace those of the request
/// unless the party says `fixedFlow`.
///
/// # Errors
/// `1301` telling where the parties differ.
pub(super) fn apply_presets(
    category: &Category,
    parties: &mut [SignatoryDraft],
    sponsor: usize,
) -> Result<(), AppError> {
    if category.define_signatories {
        check_order(category, parties, sponsor)?;
        let preset = category.signatories.iter().filter(|preset| !preset.sponsor);
        let given = parties
            .iter_mut()
            .enumerate()
            .filter(|(index, _)| *index != sponsor)
            .map(|(_, party)| party);
        match_receivers(&preset.collect::<Vec<_>>(), &mut given.collect::<Vec<_>>())?;
    }
    if let (Some(preset), Some(party)) = (
        category.signatories.iter().find(|preset| preset.sponsor),
        parties.get_mut(sponsor),
    ) {
        if category.define_sponsor {
            take_steps(preset, party);
        } else {
            complete_steps(preset, party);
        }
    }
    Ok(())
}

/// The initiator stands among the given parties where the category has it: parties match in order (4.1).
fn check_order(category: &Category, parties: &[SignatoryDraft], sponsor: usize) -> Result<(), AppError> {
    let mut preset: Vec<&PresetSignatory> = category.signatories.iter().collect();
    preset.sort_by_key(|party| party.serial_no);
    let Some(expected) = preset.iter().position(|party| party.sponsor) else {
        return Ok(());
    };
    let mut given: Vec<usize> = (0..parties.len()).collect();
    given.sort_by_key(|place| {
        let serial_no = parties.get(*place).and_then(|party| party.serial_no);
        serial_no.unwrap_or_else(|| i32::try_from(place + 1).unwrap_or(i32::MAX))
    });
    match given.iter().position(|place| *place == sponsor) {
        Some(place) if place == expected => Ok(()),
        Some(place) => Err(AppError::CategoryMismatch {
            detail: format!(
                "the category has the initiator as party {}, it was given as party {}",
                expected + 1,
                place + 1
            ),
        }),
        None => Err(AppError::CategoryMismatch {
            detail: "the category presets the initiator as a party; add it".to_owned(),
        }),
    }
}

fn match_receivers(preset: &[&PresetSignatory], given: &mut [&mut SignatoryDraft]) -> Result<(), AppError> {
    if preset.len() != given.len() {
        let detail = format!(
            "the category presets {} receivers, {} were given",
            preset.len(),
            given.len()
        );
        return Err(AppError::CategoryMismatch { detail });
    }
    for (place, (preset, party)) in preset.iter().zip(given).enumerate() {
        if preset.tenant_type != party.tenant_type {
            let detail = format!(
                "receiver {} must be {}, {} was given",
                place + 1,
                preset.tenant_type.name(),
                party.tenant_type.name()
            );
            return Err(AppError::CategoryMismatch { detail });
        }
        take_steps(preset, party);
    }
    Ok(())
}

fn take_steps(preset: &PresetSignatory, party: &mut SignatoryDraft) {
    party.serial_no = party.serial_no.or(Some(preset.serial_no));
    if party.fixed_flow {
        return;
    }
    if party.tenant_type == TenantType::Company {
        party.actions = preset.actions.iter().map(step).collect();
    }
    if party.stampers.is_empty() {
        party.stampers.clone_from(&preset.stampers);
    }
}

/// For a seal step of the initiator without seal or people, those configured in the category are used.
fn complete_steps(preset: &PresetSignatory, party: &mut SignatoryDraft) {
    for action in &mut party.actions {
        let Some(known) = preset
            .actions
            .iter()
            .find(|known| known.action_type == action.action_type)
        else {
            continue;
        };
        if action.seal_ids.is_empty() {
            action.seal_ids.clone_from(&known.seal_ids);
        }
        if action.operators.is_empty() {
            action.operators.clone_from(&known.operators);
        }
    }
}

fn step(preset: &PresetAction) -> ActionDraft {
    ActionDraft {
        action_type: preset.action_type,
        name: Some(preset.name.clone()),
        serial_no: Some(preset.serial_no),
        seal_ids: preset.seal_ids.clone(),
        operators: preset.operators.clone(),
        auto_sign: false,
        stampers: preset.stampers.clone(),
        action_no: None,
    }
}
