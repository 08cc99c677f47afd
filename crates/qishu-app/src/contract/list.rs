//! 获取合同列表: `GET /v2/contract/list`.

use qishu_model::contract::{Contract, ContractState};
use qishu_model::id::CategoryId;
use qishu_model::time::Timestamp;
use qishu_store::contract::{self, Side};
use qishu_store::{Listed, Page, Scope, category};

use crate::company::acting_company;
use crate::{ApiCaller, App, AppError};

pub use qishu_store::contract::Side as SignatoryRole;

/// Months the list goes back when no begin is given.
const DEFAULT_DAYS: i64 = 183;

/// How a request names a category.
#[derive(Debug, Clone, PartialEq)]
pub enum CategoryFilter {
    /// By id.
    Id(CategoryId),
    /// By an id that a client rounded to a 64-bit float (D-30).
    Rounded(f64),
    /// By name.
    Name(String),
}

/// Which contracts to list.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractQuery {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// Side the company is on.
    pub side: Side,
    /// Wire names of statuses; empty = all.
    pub statuses: Vec<String>,
    /// Category.
    pub category: Option<CategoryFilter>,
    /// Sent (drafts: made) at or after this; absent = six months ago.
    pub from: Option<Timestamp>,
    /// Sent (drafts: made) at or before this; absent = now.
    pub to: Option<Timestamp>,
    /// Oldest first.
    pub ascending: bool,
    /// Rows to skip.
    pub offset: u32,
    /// Rows at most.
    pub limit: u32,
}

/// A page of a company's contracts.
///
/// # Errors
/// `1005` for an unknown status, `1801`, `1802`.
pub async fn list_contracts(
    app: &App,
    caller: &ApiCaller,
    query: ContractQuery,
) -> Result<Listed<Contract>, AppError> {
    let mut reader = app.store.read("list_contracts");
    let company = acting_company(&mut reader, caller, query.tenant_name.as_deref()).await?;
    let statuses = statuses(&query.statuses)?;
    let category = match &query.category {
        None => None,
        Some(CategoryFilter::Id(id)) => Some(*id),
        Some(CategoryFilter::Name(name)) => {
            let found = category::find_by_name(&mut reader, company.id, name).await?;
            Some(found.map_or(CategoryId::new(0), |found| found.value.id))
        }
        Some(CategoryFilter::Rounded(rounded)) => {
            let known = category::list_ids(&mut reader, Scope::Company(company.id)).await?;
            Some(unrounded(&known, *rounded).unwrap_or(CategoryId::new(0)))
        }
    };
    let now = app.now();
    let filter = contract::ContractFilter {
        company: company.id,
        side: query.side,
        statuses: &statuses,
        category,
        from: query.from.unwrap_or_else(|| now.plus_days(-DEFAULT_DAYS)),
        to: query.to.unwrap_or(now),
        ascending: query.ascending,
    };
    let page = Page {
        offset: query.offset,
        limit: query.limit,
    };
    let listed = contract::list(&mut reader, &filter, page).await?;
    Ok(Listed {
        total: listed.total,
        rows: listed.rows.into_iter().map(|row| row.value).collect(),
    })
}

/// Deleted contracts have a status that no list asks for.
fn statuses(wanted: &[String]) -> Result<Vec<&'static str>, AppError> {
    if wanted.is_empty() {
        return Ok(ContractState::NAMES.to_vec());
    }
    let known = |wanted: &String| {
        let found = ContractState::NAMES
            .into_iter()
            .find(|name| name.eq_ignore_ascii_case(wanted.trim()));
        found.ok_or_else(|| AppError::invalid("status", format!("{wanted} is no contract status")))
    };
    wanted.iter().map(known).collect()
}

/// The one category whose id rounds to the same float.
#[expect(clippy::cast_precision_loss, reason = "the loss is what is being undone")]
fn unrounded(known: &[CategoryId], rounded: f64) -> Option<CategoryId> {
    #[expect(clippy::float_cmp, reason = "both were rounded in the same way")]
    let mut fitting = known.iter().filter(|id| id.get() as f64 == rounded);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Some(*only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounded_id_is_found_when_it_is_unique() {
        let known = [
            CategoryId::new(2_490_828_768_980_361_631),
            CategoryId::new(2_490_828_768_980_999_999),
        ];
        assert_eq!(unrounded(&known, 2_490_828_768_980_361_630.0), Some(known[0]));
        let twins = [
            CategoryId::new(2_490_828_768_980_361_631),
            CategoryId::new(2_490_828_768_980_361_632),
        ];
        assert_eq!(unrounded(&twins, 2_490_828_768_980_361_630.0), None);
    }
}
