//! 用模板添加合同文档: `POST /v2/document/addbytemplate`; and documents made anew when their values change.

use bytes::Bytes;
use qishu_model::contract::{
    Contract, ContractAddress, Document, DocumentParam, DocumentTemplate, Stamper, StamperRule, TemplateParam,
};
use qishu_model::id::{DocumentId, TemplateId};
use qishu_model::log::OperateType;
use qishu_model::template::{Template, TemplateState};
use qishu_store::document::insert_revision;
use qishu_store::{Scope, contract, template};
use serde_json::json;

use super::add::{StoredDocument, check_stampers, require_draft, store_blobs};
use super::import::{Imported, Upload, import};
use crate::contract::{check_given, entry, give_values, locate_initiated};
use crate::signing::bind_stampers;
use crate::template::fill;
use crate::{ApiCaller, App, AppError};

/// A document to be made of a template.
#[derive(Debug, Clone)]
pub struct AddByTemplate {
    /// The draft.
    pub address: ContractAddress,
    /// Template of the initiating company.
    pub template_id: TemplateId,
    /// Title; absent = the template's name (D-22).
    pub title: Option<String>,
    /// Values, and who fills what.
    pub params: Vec<TemplateParam>,
    /// Place among the documents (D-20).
    pub sort: Option<i32>,
    /// Positions in this document.
    pub stampers: Vec<Stamper>,
    /// Rule for positions.
    pub stamper_rule: Option<StamperRule>,
}

/// Adds a document that is made of a template to a draft.
///
/// # Errors
/// `1101` when it is no draft; `1005` for the template (D-22) and for values; `1108`, `1109`, `1106` for positions. Nothing
/// is stored then.
pub async fn add_by_template(
    app: &App,
    caller: &ApiCaller,
    request: AddByTemplate,
) -> Result<DocumentId, AppError> {
    let mut reader = app.store.read("add_by_template");
    let contract = locate_initiated(&mut reader, caller, &request.address)
        .await?
        .value;
    require_draft(&contract)?;
    let scope = Scope::Company(contract.company_id);
    let found = template::find(&mut reader, scope, request.template_id).await?;
    drop(reader);
    let template = found.map(|found| found.value);
    let template = template
        .filter(|template| template.state == TemplateState::Enabled)
        .ok_or_else(|| AppError::invalid("templateId", "TEMPLATE NOT FOUND"))?;
    let mut params = params_of(&template);
    // What the draft gave for parameters of this name holds here too (3.8); the call's own values win.
    check_given(&contract, &request.params)?;
    give_values(template.kind, &mut params, &contract.template_params, false)?;
    give_values(template.kind, &mut params, &request.params, false)?;
    let title = request.title.unwrap_or_else(|| template.name.clone());
    let made = make(app, &template, (&title, request.sort), params, false).await?;
    let stampers = check_stampers(app, &request.stampers, &made).await?;
    let id = made.document.id;
    let mut transaction = app.store.begin("add_by_template");
    let mut contract = locate_initiated(&mut transaction, caller, &request.address).await?;
    require_draft(&contract.value)?;
    check_given(&contract.value, &request.params)?;
    contract.value.add_document(made.document);
    bind_stampers(&mut contract.value, stampers)?;
    contract.value.stamper_rule = request.stamper_rule.or(contract.value.stamper_rule);
    contract::update(&mut transaction, &contract).await?;
    insert_revision(&mut transaction, &made.revision).await?;
    let mut logged = entry(app, &contract.value, OperateType::Modify, caller.actor());
    logged.details = json!({ "document": id, "title": title, "template": request.template_id });
    transaction.record(logged);
    transaction.commit().await?;
    Ok(id)
}

/// The parameters of a template, without values.
pub(crate) fn params_of(template: &Template) -> Vec<DocumentParam> {
    template.parameters.iter().map(DocumentParam::of).collect()
}

/// A new document of a template; its bytes are stored, its rows are not.
///
/// # Errors
/// `1005` for values, `1403` when the file cannot be converted.
pub(crate) async fn make(
    app: &App,
    template: &Template,
    (title, sort): (&str, Option<i32>),
    params: Vec<DocumentParam>,
    of_category: bool,
) -> Result<StoredDocument, AppError> {
    let source = DocumentTemplate {
        kind: template.kind,
        file: template.file.clone(),
        of_category,
    };
    let (upload, imported) = render(app, &source, &params).await?;
    let id = DocumentId::new(app.next_id());
    let mut made = store_blobs(app, id, (title, sort), &[upload], &imported).await?;
    made.document.template_id = Some(template.id);
    made.document.template = Some(source);
    made.document.params = params;
    Ok(made)
}

/// A document with the values that its parameters have now; `None` when it was made of no template.
///
/// # Errors
/// As [`make`].
pub(crate) async fn remake(app: &App, document: &Document) -> Result<Option<StoredDocument>, AppError> {
    let Some(source) = &document.template else {
        return Ok(None);
    };
    let (upload, imported) = render(app, source, &document.params).await?;
    let place = (document.title.as_str(), document.sort);
    let made = store_blobs(app, document.id, place, &[upload], &imported).await?;
    let document = Document {
        template_id: document.template_id,
        template: document.template.clone(),
        params: document.params.clone(),
        create_time: document.create_time,
        ..made.document
    };
    Ok(Some(StoredDocument { document, ..made }))
}

async fn render(
    app: &App,
    source: &DocumentTemplate,
    params: &[DocumentParam],
) -> Result<(Upload, Imported), AppError> {
    let upload = Upload {
        suffix: Some(source.kind.suffix().to_owned()),
        bytes: fill(app, source, params).await?,
    };
    let imported = import(app, std::slice::from_ref(&upload)).await?;
    Ok((upload, imported))
}

/// Files as one PDF, for looking at only.
///
/// # Errors
/// `1402`, `1403` for the files.
pub(crate) async fn to_pdf(app: &App, files: &[Upload]) -> Result<Bytes, AppError> {
    Ok(import(app, files).await?.pdf)
}

/// Whether a contract may still get other values: nothing is signed yet.
pub(crate) fn is_unsigned(contract: &Contract) -> bool {
    contract.documents.iter().all(|document| document.revision == 0)
}
