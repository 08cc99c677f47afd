//! Categories: list and detail.

use qishu_model::category::{Category, CategoryState};
use qishu_model::id::CategoryId;
use qishu_model::template::Template;
use qishu_model::time::Timestamp;
use qishu_store::category::{self, CategoryFilter};
use qishu_store::{Listed, Page, Reader, Scope, Versioned, template};

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

/// A category with the templates it puts into contracts, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryDetail {
    /// The category.
    pub category: Category,
    /// Its templates that are still there.
    pub templates: Vec<Template>,
}

/// One category, by id among all of the caller's companies, or by name within one of them.
///
/// # Errors
/// `1005` without id and name, `1302` when there is none, `1801`, `1802`.
pub async fn category_detail(
    app: &App,
    caller: &ApiCaller,
    id: Option<(CategoryId, bool)>,
    name: Option<&str>,
    tenant_name: Option<&str>,
) -> Result<CategoryDetail, AppError> {
    let mut reader = app.store.read("category_detail");
    let found = match (id, name) {
        (Some((id, rounded)), _) => find_by_id(&mut reader, caller, id, rounded).await?,
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
        .map(|(id, _)| id.to_string())
        .or_else(|| name.map(str::to_owned))
        .unwrap_or_default();
    let category = found.ok_or(AppError::CategoryNotFound { selector })?.value;
    let mut templates = Vec::with_capacity(category.templates.len());
    for used in &category.templates {
        let found = template::find(&mut reader, Scope::Company(category.company_id), used.id).await?;
        templates.extend(found.map(|found| found.value));
    }
    Ok(CategoryDetail { category, templates })
}

/// The category with this id; an id that may have been rounded on its way means the only category whose id rounds to it
/// (D-30).
async fn find_by_id(
    reader: &mut Reader,
    caller: &ApiCaller,
    id: CategoryId,
    rounded: bool,
) -> Result<Option<Versioned<Category>>, AppError> {
    let own = Scope::Platform(caller.company.id);
    let exact = category::find(reader, own, id).await?;
    if exact.is_some() || !rounded {
        return Ok(exact.filter(|found| found.value.state != CategoryState::Deleted));
    }
    let all = category::list_ids(reader, own).await?;
    let same: Vec<CategoryId> = all.into_iter().filter(|known| rounds_to(*known, id)).collect();
    match same.as_slice() {
        [only] => Ok(category::find(reader, own, *only).await?),
        _ => Ok(None),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "the loss of precision is what is compared"
)]
fn rounds_to(known: CategoryId, given: CategoryId) -> bool {
    known.get() as f64 == given.get() as f64
}
