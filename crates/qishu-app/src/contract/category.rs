//! The category of a draft, and what it presets.

use qishu_model::category::{Category, CategoryState, PresetAction, PresetSignatory};
use qishu_model::contract::TenantType;
use qishu_model::contract::draft::{ActionDraft, CategorySelector, SignatoryDraft};
use qishu_model::id::CompanyId;
use qishu_store::category::CategoryFilter;
use qishu_store::{Page, Reader, Scope, Versioned, category};

use crate::AppError;
use crate::seal::is_usable;

/// The category a draft names, or the company's default one.
///
/// # Errors
/// `1302` when it does not exist, belongs to another company or is disabled.
pub(super) async fn select_category(
    reader: &mut Reader,
    company: CompanyId,
    selector: Option<&CategorySelector>,
) -> Result<Category, AppError> {
    let found = match selector {
        Some(CategorySelector { id: Some(id), .. }) => {
            category::find(reader, Scope::Company(company), *id).await?
        }
        Some(CategorySelector { name: Some(name), .. }) => {
            category::find_by_name(reader, company, name).await?
        }
        _ => default_category(reader, company).await?,
    };
    let usable = found
        .map(|found| found.value)
        .filter(|category| category.state == CategoryState::Enabled);
    let mut category = usable.ok_or_else(|| AppError::CategoryNotFound {
        selector: describe(selector),
    })?;
    drop_unusable_seals(reader, &mut category).await?;
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
