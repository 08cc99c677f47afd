//! Which positions belong to which step, and which of them a signing call uses (`contracts` 7.7).

use qishu_model::contract::{Action, ActionType, Contract, Signatory, Stamper, StamperRule, StamperType};
use qishu_model::id::{ActionId, SignatoryId};

use crate::AppError;

/// Binds positions of a request to the steps and parties they name; `documents` are checked by placing.
///
/// # Errors
/// `1005` when a position names no step or party of the contract, `1106` when its type does not fit there.
pub(crate) fn bind_stampers(contract: &mut Contract, stampers: Vec<Stamper>) -> Result<(), AppError> {
    for (index, stamper) in stampers.into_iter().enumerate() {
        let place = format!("stampers[{index}]");
        bind(contract, &place, stamper)?;
    }
    Ok(())
}

/// A step or party is signed somewhere: before, or in the call.
///
/// # Errors
/// `1005` when there is no position.
pub(crate) fn require_positions(stampers: &[Stamper]) -> Result<(), AppError> {
    if stampers.is_empty() {
        return Err(AppError::invalid(
            "stampers",
            "STAMPER REQUIRED: no position was given before or in this call",
        ));
    }
    Ok(())
}

fn bind(contract: &mut Contract, place: &str, mut stamper: Stamper) -> Result<(), AppError> {
    let (action_id, signatory_id) = (stamper.action_id.take(), stamper.signatory_id.take());
    if action_id.is_none() && signatory_id.is_none() {
        return Err(AppError::invalid(
            format!("{place}.actionId"),
            "actionId or signatoryId is required",
        ));
    }
    let party = find_party(contract, action_id, signatory_id).ok_or_else(|| {
        AppError::invalid(
            format!("{place}.actionId"),
            "no such step or party in this contract",
        )
    })?;
    if !party.tenant_type.is_company() {
        check_type(stamper.stamper_type, None)?;
        party.stampers.push(stamper);
        return Ok(());
    }
    let action = step_for(party, action_id, stamper.stamper_type);
    let action = action.ok_or(AppError::InvalidStamperType {
        kind: stamper.stamper_type.name(),
    })?;
    check_type(stamper.stamper_type, Some(action.action_type))?;
    action.stampers.push(stamper);
    Ok(())
}

/// Both ids may be given; the one that fits the party wins (D-16).
fn find_party(
    contract: &mut Contract,
    action: Option<ActionId>,
    signatory: Option<SignatoryId>,
) -> Option<&mut Signatory> {
    let holds = |party: &Signatory| action.is_some_and(|id| party.action(id).is_some());
    let by_action = contract.signatories.iter().position(holds);
    let named = |party: &Signatory| Some(party.id) == signatory;
    let position = by_action.or_else(|| contract.signatories.iter().position(named))?;
    contract.signatories.get_mut(position)
}

/// The step a company position is for: the named one, else the first one its type fits.
fn step_for(party: &mut Signatory, id: Option<ActionId>, kind: StamperType) -> Option<&mut Action> {
    match id {
        Some(id) => party.actions.iter_mut().find(|action| action.id == id),
        None => party
            .actions
            .iter_mut()
            .find(|action| check_type(kind, Some(action.action_type)).is_ok()),
    }
}

/// Whether a position of this type may belong to a step of this kind; `None` is a personal party.
///
/// # Errors
/// `1106`.
pub(crate) fn check_type(kind: StamperType, step: Option<ActionType>) -> Result<(), AppError> {
    let fits = match kind {
        StamperType::Timestamp => step != Some(ActionType::Audit),
        StamperType::Personal => matches!(step, None | Some(ActionType::Personal | ActionType::Operator)),
        StamperType::Lp => step == Some(ActionType::Lp),
        StamperType::Company => matches!(step, Some(ActionType::Company | ActionType::Practice)),
        _ => step == Some(ActionType::Company),
    };
    if fits {
        Ok(())
    } else {
        Err(AppError::InvalidStamperType { kind: kind.name() })
    }
}

/// The positions a signing call uses: those given before, those of the call, or both (D-55); and how many of them, from the
/// front, were given before.
pub(crate) fn effective_stampers(
    given: &[Stamper],
    call: &[Stamper],
    rule: StamperRule,
) -> (Vec<Stamper>, usize) {
    match rule {
        _ if call.is_empty() => (given.to_vec(), given.len()),
        StamperRule::MustForbid if !given.is_empty() => (given.to_vec(), given.len()),
        StamperRule::MustAllow => (given.iter().chain(call).cloned().collect(), given.len()),
        StamperRule::MustForbid | StamperRule::Optional => (call.to_vec(), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(page: i32) -> Stamper {
        Stamper {
            page: Some(page),
            ..Stamper::new(StamperType::Company)
        }
    }

    fn pages(stampers: &[Stamper]) -> Vec<i32> {
        stampers.iter().filter_map(|stamper| stamper.page).collect()
    }

    #[test]
    fn the_rule_decides_between_given_positions_and_those_of_the_call() {
        let (given, call) = ([at(1)], [at(2)]);
        let effective =
            |given: &[Stamper], call: &[Stamper], rule| pages(&effective_stampers(given, call, rule).0);
        assert_eq!(effective(&given, &[], StamperRule::MustForbid), [1]);
        assert_eq!(effective(&given, &call, StamperRule::MustAllow), [1, 2]);
        assert_eq!(effective(&given, &call, StamperRule::Optional), [2]);
        assert_eq!(effective(&given, &call, StamperRule::MustForbid), [1]);
        assert_eq!(effective(&[], &call, StamperRule::MustForbid), [2]);
    }

    #[test]
    fn types_fit_steps() {
        assert!(check_type(StamperType::AcrossPage, Some(ActionType::Company)).is_ok());
        assert!(check_type(StamperType::AcrossPage, None).is_err());
        assert!(check_type(StamperType::Personal, None).is_ok());
        assert!(check_type(StamperType::Personal, Some(ActionType::Company)).is_err());
        assert!(check_type(StamperType::Timestamp, None).is_ok());
        assert!(check_type(StamperType::Company, Some(ActionType::Lp)).is_err());
    }
}
