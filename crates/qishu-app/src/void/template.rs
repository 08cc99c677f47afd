//! 自定义模板文件作废合同: `POST /v2/contract/invalidbytemplate`.

use qishu_model::contract::{DocumentTemplate, TemplateParam};
use qishu_model::id::TemplateId;
use qishu_model::template::TemplateState;
use qishu_store::{Scope, template};

use super::start::{VoidPaper, void_with, voidable};
use crate::contract::{check_given, give_values};
use crate::document::{Upload, params_of};
use crate::template::fill;
use crate::{ApiCaller, App, AppError};

/// Voids a complete contract with a document made of a template. Nobody has signed it then.
///
/// # Errors
/// `1101`; `1005` for the template and its values, `1116` for mandatory parameters without one; `1403` when the document
/// cannot be made; `1005`, `1106`, `1108`, `1109` for the positions. Nothing has changed then.
pub async fn void_by_template(
    app: &App,
    caller: &ApiCaller,
    paper: VoidPaper,
    id: TemplateId,
    given: &[TemplateParam],
) -> Result<(), AppError> {
    let mut reader = app.store.read("void_by_template");
    let contract = voidable(app, &mut reader, caller, &paper).await?;
    let found = template::find(&mut reader, Scope::Company(contract.company_id), id).await?;
    drop(reader);
    let template = found
        .map(|found| found.value)
        .filter(|template| template.state == TemplateState::Enabled)
        .ok_or_else(|| AppError::invalid("templateId", "TEMPLATE NOT FOUND"))?;
    check_given(&contract, given)?;
    let mut params = params_of(&template);
    give_values(template.kind, &mut params, given, false)?;
    let missing: Vec<&str> = params
        .iter()
        .filter(|param| param.is_missing())
        .map(|param| param.name.as_str())
        .collect();
    if !missing.is_empty() {
        // Nobody fills a document that is to be signed at once.
        return Err(AppError::RequiredParamEmpty {
            detail: missing.join(", "),
        });
    }
    let source = DocumentTemplate {
        kind: template.kind,
        file: template.file.clone(),
        of_category: false,
    };
    let file = Upload {
        suffix: Some(template.kind.suffix().to_owned()),
        bytes: fill(app, &source, &params).await?,
    };
    void_with(app, caller, &contract, paper, file).await
}
