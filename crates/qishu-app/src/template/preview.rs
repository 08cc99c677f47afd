//! 模版预览页面: `GET /v2/template/pageurl`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use qishu_model::contract::DocumentTemplate;
use qishu_model::id::TemplateId;
use qishu_model::template::{Template, TemplateParameter};
use qishu_store::page::{PageLink, find_link, insert_link};
use qishu_store::{Scope, template};
use serde_json::json;

use super::read::{locate, owners};
use super::render::fill;
use crate::document::{Upload, to_pdf};
use crate::{ApiCaller, App, AppError};

/// Purpose of the links.
const PURPOSE: &str = "TEMPLATE";
/// A link works for 30 minutes, as often as it is opened (D-25).
const LINK_MS: i64 = 30 * 60_000;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplatePreview {
    /// The template.
    pub template: Template,
    /// Its owner's name.
    pub company_name: String,
}

/// A link to the preview of a template.
///
/// # Errors
/// `1501`.
pub async fn template_page_url(app: &App, caller: &ApiCaller, id: TemplateId) -> Result<String, AppError> {
    let mut transaction = app.store.begin("template_page_url");
    locate(&mut transaction, caller, id).await?;
    let token = URL_SAFE_NO_PAD.encode(app.random_bytes::<32>()?);
    let link = PageLink {
        purpose: PURPOSE.to_owned(),
        contract_id: None,
        expire: app.now().plus_ms(LINK_MS),
        data: json!({ "template": id }),
    };
    insert_link(&mut transaction, &token, &link).await?;
    transaction.commit().await?;
    Ok(format!("{}/t/{token}", app.settings.base_url))
}

/// What the link of [`template_page_url`] leads to.
///
/// # Errors
/// [`AppError::LinkExpired`] for unknown and expired links, and when the template was removed.
pub async fn preview_by_link(app: &App, token: &str) -> Result<TemplatePreview, AppError> {
    let mut reader = app.store.read("preview_template");
    let link = find_link(&mut reader, token, app.now()).await?;
    let link = link
        .filter(|link| link.purpose == PURPOSE)
        .ok_or(AppError::LinkExpired)?;
    let id = link.data.get("template").and_then(|id| id.as_str());
    let id: TemplateId = id.ok_or(AppError::LinkExpired)?.parse()?;
    let found = template::find(&mut reader, Scope::System, id).await?;
    let template = found.ok_or(AppError::LinkExpired)?.value;
    let names = owners(&mut reader, [template.company_id]).await?;
    let company_name = names.get(&template.company_id).cloned().unwrap_or_default();
    Ok(TemplatePreview {
        template,
        company_name,
    })
}

/// The template as a PDF; a parameter without a default shows its own name.
///
/// # Errors
/// As [`preview_by_link`]; `1403` when the file cannot be converted.
pub async fn preview_file_by_link(app: &App, token: &str) -> Result<Bytes, AppError> {
    let template = preview_by_link(app, token).await?.template;
    let source = DocumentTemplate {
        kind: template.kind,
        file: template.file.clone(),
        of_category: false,
    };
    let params: Vec<_> = template.parameters.iter().map(shown).collect();
    let bytes = fill(app, &source, &params).await?;
    let upload = Upload {
        suffix: Some(template.kind.suffix().to_owned()),
        bytes,
    };
    to_pdf(app, &[upload]).await
}

fn shown(parameter: &TemplateParameter) -> qishu_model::contract::DocumentParam {
    let mut param = qishu_model::contract::DocumentParam::of(parameter);
    if param.default_value.is_none() && param.parameter_type.takes_value() {
        param.parameter_type = qishu_model::template::ParameterType::Text;
        param.value = Some(format!("[{}]", parameter.name));
    }
    param
}
