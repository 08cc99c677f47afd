//! Which seals a person may put on a step of a company.

use qishu_model::company::{Company, CompanyStatus, Employee};
use qishu_model::contact::User;
use qishu_model::contract::{Action, ActionType, Signatory};
use qishu_model::id::CompanyId;
use qishu_model::rights::{About, Operation, permits};
use qishu_model::seal::{Seal, SealType};
use qishu_store::{Reader, Scope, company};

use crate::AppError;
use crate::company::find_employee;
use crate::seal::enabled_seals;

/// The company that signs with a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SigningCompany {
    /// The platform company, a subsidiary, or another company that was authenticated here: it has seals of its own.
    Known(Company),
    /// A company nobody has authenticated; `Some` once one of its handlers has sealed here before.
    Unverified(Option<Company>),
}

/// The company behind a party.
///
/// # Errors
/// Internal when the store fails or one of our companies is gone.
pub(crate) async fn signing_company(
    reader: &mut Reader,
    party: &Signatory,
) -> Result<SigningCompany, AppError> {
    if let Some(id) = party.company_id {
        let found = company::find(reader, Scope::System, id).await?;
        let found = found.ok_or_else(|| AppError::Internal(format!("company {id} is gone")))?;
        return Ok(SigningCompany::Known(found.value));
    }
    let name = party.tenant_name.as_deref().unwrap_or_default();
    let mut unverified = None;
    for spelling in spellings(name) {
        let found = company::find_by_name(reader, Scope::System, &spelling).await?;
        match found.map(|found| found.value) {
            Some(company) if company.status == CompanyStatus::AuthSuccess => {
                return Ok(SigningCompany::Known(company));
            }
            Some(company) if company.name == name => unverified = Some(company),
            _ => {}
        }
    }
    Ok(SigningCompany::Unverified(unverified))
}

/// Spellings under which a company may be authenticated: nobody gets a seal that looks like its own by adding a blank or
/// changing the width of a bracket.
fn spellings(name: &str) -> Vec<String> {
    let plain: String = name.chars().filter(|letter| !letter.is_whitespace()).collect();
    let wide = plain.replace('(', "（").replace(')', "）");
    let narrow = plain.replace('（', "(").replace('）', ")");
    let mut all = vec![name.to_owned(), plain, wide, narrow];
    all.dedup();
    all
}

/// Kind of seal a step needs.
pub(crate) const fn seal_type_of(action: ActionType) -> SealType {
    match action {
        ActionType::Lp => SealType::Lp,
        ActionType::Practice => SealType::PracticingSeal,
        _ => SealType::Enterprise,
    }
}

/// Seals of a known company that this person may put on this step, oldest first. A person named for the step may use the
/// seals named for it; otherwise it takes the right to a seal: the seal administrator has it for all, a seal user for those
/// that list them (chapter 5 of `organisation`). The legal representative may use their own seal.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn usable_seals(
    reader: &mut Reader,
    company: CompanyId,
    action: &Action,
    user: &User,
) -> Result<Vec<Seal>, AppError> {
    let Some(employee) = find_employee(reader, company, user).await? else {
        return Ok(Vec::new());
    };
    let named = action
        .operators
        .iter()
        .any(|operator| operator.same_contact(user) || employee.is(operator));
    let offered = seals_for_step(reader, company, action).await?;
    let usable = |seal: &Seal| (named && !action.seal_ids.is_empty()) || may_use(&employee, seal);
    Ok(offered.into_iter().filter(usable).collect())
}

/// Whether an employee may use any of the seals a step can take.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn has_seal_right(
    reader: &mut Reader,
    employee: &Employee,
    action: &Action,
) -> Result<bool, AppError> {
    let offered = seals_for_step(reader, employee.company_id, action).await?;
    Ok(offered.iter().any(|seal| may_use(employee, seal)))
}

fn may_use(employee: &Employee, seal: &Seal) -> bool {
    permits(
        employee,
        Operation::SealContract,
        About::Seal(seal),
        employee.company_id,
    )
}

/// Enabled seals of the step's type: those named for it, else all of the company.
async fn seals_for_step(
    reader: &mut Reader,
    company: CompanyId,
    action: &Action,
) -> Result<Vec<Seal>, AppError> {
    let wanted = seal_type_of(action.action_type);
    let fits = |seal: &Seal| {
        let named = action.seal_ids.is_empty() || action.seal_ids.contains(&seal.id);
        named && seal.seal_type == wanted
    };
    let mut seals: Vec<Seal> = enabled_seals(reader, company).await?.filter(fits).collect();
    // The first seal named for a step is the one it is meant for.
    seals.sort_by_key(|seal| action.seal_ids.iter().position(|id| *id == seal.id));
    Ok(seals)
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn a_name_is_looked_up_in_every_spelling_that_looks_alike() {
        let all = spellings("契书 (上海)有限公司 ");
        for spelling in [
            "契书 (上海)有限公司 ",
            "契书(上海)有限公司",
            "契书（上海）有限公司",
        ] {
            assert!(all.iter().any(|known| known == spelling), "{spelling}");
        }
        assert_eq!(spellings("契书演示分公司"), ["契书演示分公司"]);
    }
}
