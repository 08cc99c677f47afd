//! 模板列表, 模板详情, 下载模板.

use std::collections::BTreeMap;

use bytes::Bytes;
use qishu_model::id::{CompanyId, TemplateId};
use qishu_model::template::Template;
use qishu_model::time::Timestamp;
use qishu_store::template::{self, TemplateFilter};
use qishu_store::{Listed, Page, Reader, Scope, Versioned, company};

use crate::company::acting_company;
use crate::document::blob_digest;
use crate::{ApiCaller, App, AppError};

/// Which templates to list.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateQuery {
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

/// A file of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// Name with suffix.
    pub name: String,
    /// Content type.
    pub content_type: &'static str,
    /// The bytes.
    pub bytes: Bytes,
}

/// Templates of a company, with the name of their owner.
///
/// # Errors
/// `1801`, `1802`.
pub async fn list_templates(
    app: &App,
    caller: &ApiCaller,
    query: TemplateQuery,
) -> Result<(Listed<Template>, String), AppError> {
    let mut reader = app.store.read("list_templates");
    let owner = acting_company(&mut reader, caller, query.tenant_name.as_deref()).await?;
    let filter = TemplateFilter {
        company: owner.id,
        modified_from: query.modified_from,
        modified_to: query.modified_to,
    };
    let page = Page {
        offset: query.offset,
        limit: query.limit,
    };
    let listed = template::list(&mut reader, &filter, page).await?;
    let rows = listed.rows.into_iter().map(|row| row.value).collect();
    Ok((
        Listed {
            total: listed.total,
            rows,
        },
        owner.name,
    ))
}

/// One template of the caller's companies, with the name of its owner.
///
/// # Errors
/// `1501` for unknown templates and those of others.
pub async fn template_detail(
    app: &App,
    caller: &ApiCaller,
    id: TemplateId,
) -> Result<(Template, String), AppError> {
    let mut reader = app.store.read("template_detail");
    let template = locate(&mut reader, caller, id).await?.value;
    let names = owners(&mut reader, [template.company_id]).await?;
    let name = names.get(&template.company_id).cloned().unwrap_or_default();
    Ok((template, name))
}

/// The file of a template as it came.
///
/// # Errors
/// `1501`.
pub async fn template_file(app: &App, caller: &ApiCaller, id: TemplateId) -> Result<TemplateFile, AppError> {
    let template = locate(&mut app.store.read("template_file"), caller, id)
        .await?
        .value;
    let bytes = app.blobs.get(&blob_digest(&template.source)?).await?;
    let suffix = template.kind.suffix();
    let content_type = if suffix == "docx" {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    } else {
        // Never shown as a page of ours: it came from somebody else.
        "application/octet-stream"
    };
    Ok(TemplateFile {
        name: format!("{}.{suffix}", template.name),
        content_type,
        bytes,
    })
}

/// The template with this id among those of the caller's companies.
///
/// # Errors
/// `1501`.
pub(super) async fn locate(
    reader: &mut Reader,
    caller: &ApiCaller,
    id: TemplateId,
) -> Result<Versioned<Template>, AppError> {
    let found = template::find(reader, Scope::Platform(caller.company.id), id).await?;
    found.ok_or_else(|| AppError::TemplateNotFound { id: id.to_string() })
}

/// Names of companies.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn owners(
    reader: &mut Reader,
    ids: impl IntoIterator<Item = CompanyId>,
) -> Result<BTreeMap<CompanyId, String>, AppError> {
    let mut names = BTreeMap::new();
    for id in ids {
        if let Some(found) = company::find(reader, Scope::System, id).await? {
            names.insert(id, found.value.name);
        }
    }
    Ok(names)
}
