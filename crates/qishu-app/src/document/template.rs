//! 用模板添加合同文档: `POST /v2/document/addbytemplate`; and documents made anew when their values change.

use bytes::Bytes;
use qishu_model::contract::{
    ContentType, Contract, ContractAddress, Document, DocumentParam, DocumentTemplate, Stamper, StamperRule,
    TemplateParam,
};
use qishu_model::id::{ContractId, DocumentId, TemplateId};
use qishu_model::log::OperateType;
use qishu_model::template::{Template, TemplateState};
use qishu_store::document::{Revision, replace_unsigned};
use qishu_store::{Scope, Transaction, contract, template};
use serde_json::json;

use super::add::{NewDocument, check_stampers, require_draft, store_document};
use super::import::{Upload, import};
use crate::contract::{check_given, entry, give_values, locate_initiated};
use crate::page::{ContractLink, insert_contract_link};
use crate::signing::{DocumentAids, bind_stampers};
use crate::template::fill;
use crate::watermark::mark_new;
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
    let made = make(
        app,
        Some(&contract),
        &template,
        (&title, request.sort),
        params,
        false,
    )
    .await?;
    let stampers = check_stampers(app, &request.stampers, &made.aids).await?;
    let id = made.document.id;
    let watermarks = contract.watermarks;
    let mut transaction = app.store.begin("add_by_template");
    let mut contract = locate_initiated(&mut transaction, caller, &request.address).await?;
    require_draft(&contract.value)?;
    check_given(&contract.value, &request.params)?;
    if contract.value.watermarks != watermarks {
        // Marks were added or removed meanwhile: the document does not bear them.
        return Err(AppError::Busy);
    }
    contract.value.add_document(made.document.clone());
    bind_stampers(&mut contract.value, stampers)?;
    contract.value.stamper_rule = request.stamper_rule.or(contract.value.stamper_rule);
    contract::update(&mut transaction, &contract).await?;
    store_made(app, &mut transaction, contract.value.id, vec![made]).await?;
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

/// A document made of a template: its bytes are stored, its rows are not.
pub(crate) struct MadeDocument {
    /// The document.
    pub(crate) document: Document,
    /// Revision 0, and the one with the contract's marks if it has any.
    revisions: Vec<Revision>,
    /// Links in the QR codes among the marks.
    links: Vec<ContractLink>,
    /// For finding positions.
    aids: DocumentAids,
}

/// A new document of a template; `marks` is the contract whose marks it bears.
///
/// # Errors
/// `1005` for values, `1403` when the file cannot be converted.
pub(crate) async fn make(
    app: &App,
    marks: Option<&Contract>,
    template: &Template,
    (title, sort): (&str, Option<i32>),
    params: Vec<DocumentParam>,
    of_category: bool,
) -> Result<MadeDocument, AppError> {
    let source = DocumentTemplate {
        kind: template.kind,
        file: template.file.clone(),
        of_category,
    };
    let wanted = Wanted {
        id: DocumentId::new(app.next_id()),
        title,
        sort,
    };
    let mut made = render(app, marks, &wanted, &source, &params).await?;
    made.document.template_id = Some(template.id);
    made.document.template = Some(source);
    made.document.params = params;
    Ok(made)
}

/// A document with the values that its parameters have now; `None` when it was made of no template.
///
/// # Errors
/// As [`make`].
pub(crate) async fn remake(
    app: &App,
    contract: &Contract,
    document: &Document,
) -> Result<Option<MadeDocument>, AppError> {
    let Some(source) = &document.template else {
        return Ok(None);
    };
    let wanted = Wanted {
        id: document.id,
        title: &document.title,
        sort: document.sort,
    };
    let mut made = render(app, Some(contract), &wanted, source, &document.params).await?;
    made.document.template_id = document.template_id;
    made.document.template.clone_from(&document.template);
    made.document.params.clone_from(&document.params);
    made.document.create_time = document.create_time;
    Ok(Some(made))
}

struct Wanted<'a> {
    id: DocumentId,
    title: &'a str,
    sort: Option<i32>,
}

async fn render(
    app: &App,
    marks: Option<&Contract>,
    wanted: &Wanted<'_>,
    source: &DocumentTemplate,
    params: &[DocumentParam],
) -> Result<MadeDocument, AppError> {
    let upload = Upload {
        suffix: Some(source.kind.suffix().to_owned()),
        bytes: fill(app, source, params).await?,
    };
    let files = [upload];
    let imported = import(app, &files).await?;
    let new = NewDocument {
        id: wanted.id,
        title: wanted.title,
        sort: wanted.sort,
        content_type: ContentType::Contract,
        files: &files,
    };
    let stored = store_document(app, &new, &imported).await?;
    let base = stored.revision.clone();
    let (stored, marked, links) = match marks {
        Some(contract) => mark_new(app, contract, stored).await?,
        None => (stored, None, Vec::new()),
    };
    Ok(MadeDocument {
        document: stored.document,
        revisions: std::iter::once(base).chain(marked).collect(),
        links,
        aids: stored.aids,
    })
}

/// Stores the rows of documents that were made; those that the contract had before lose their old revisions. The
/// contract's own row is stored before, in the same transaction.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn store_made(
    app: &App,
    transaction: &mut Transaction,
    contract: ContractId,
    made: Vec<MadeDocument>,
) -> Result<(), AppError> {
    for made in made {
        replace_unsigned(transaction, made.document.id, &made.revisions).await?;
        for link in made.links {
            insert_contract_link(app, transaction, contract, link).await?;
        }
    }
    Ok(())
}

/// Files as one PDF, for looking at only.
///
/// # Errors
/// `1402`, `1403` for the files.
pub(crate) async fn to_pdf(app: &App, files: &[Upload]) -> Result<Bytes, AppError> {
    Ok(import(app, files).await?.pdf)
}
