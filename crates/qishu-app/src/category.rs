//! Categories: list and detail.

use qishu_model::category::Category;
use qishu_model::id::CategoryId;
use qishu_model::time::Timestamp;
use qishu_store::category::{self, CategoryFilter};
use qishu_store::{Listed, Page, Scope};

use crate::company::acting_company;
use crate::{ApiCaller, App, AppError};

/// Which categories to list.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryQuery {
    /// Owner; absent = platform company.
    pub tenant_name: Option<String>,
    /// Changed at or after this.
    pub modified_from: Option<Timestamp>,
    /// Changed at or before this.
    pub modified_to: Option<Timestamp>,
    /// Rows to skip.
    pub offset: u32,
    /// Rows at most.
    pub limit: u32,
}

/// Categories of a company.
///
/// # Errors
/// `1801`, `1802`.
pub async fn list_categories(
    app: &App,
    caller: &ApiCaller,
    query: CategoryQuery,
) -> Result<Listed<Category>, AppError> {
    let mut reader = app.store.read("list_categories");
    let company = acting_company(&mut reader, caller, query.tenant_name.as_deref()).await?;
    let filter = CategoryFilter {
        company: company.id,
        modified_from: query.modified_from,
        modified_to: query.modified_to,
    };
    let listed = category::list(
        &mut reader,
        &filter,
        Page {
            offset: query.offset,
            limit: query.limit,
        },
    )
    .await?;
    Ok(Listed {
        total: listed.total,
        rows: listed.rows.into_iter().map(|row| row.value).collect(),
    })
}

/// One category, by id among all of the caller's companies, or by name within one of them.
///
/// # Errors
/// `1005` without id and name, `1302` when there is none, `1801`, `1802`.
pub async fn category_detail(
    app: &App,
    caller: &ApiCaller,
    id: Option<CategoryId>,
    name: Option<&str>,
    tenant_name: Option<&str>,
) -> Result<Category, AppError> {
    let mut reader = app.store.read("category_detail");
    let found = match (id, name) {
        (Some(id), _) => category::find(&mut reader, Scope::Platform(caller.company.id), id).await?,
        (None, Some(name)) => {
            let company = acting_company(&mut reader, caller, tenant_name).await?;
            category::find_by_name(&mut reader, company.id, name).await?
        }
        (None, None) => {
            return Err(AppError::invalid(
                "categoryId",
                "categoryId or categoryName is required",
            ));
        }
    };
    let selector = id
        .map(|id| id.to_string())
        .or_else(|| name.map(str::to_owned))
        .unwrap_or_default();
    found
        .map(|found| found.value)
        .ok_or(AppError::CategoryNotFound { selector })
}
