//! 创建Word模板: `POST /v3/template/createbyword`; the console makes HTML and form templates in the same way.

use bytes::Bytes;
use qishu_convert::template::{FoundParameter, TemplateReading};
use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_model::id::TemplateId;
use qishu_model::template::{ParameterType, Template, TemplateKind, TemplateParameter, TemplateState};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::template;
use serde_json::json;

use super::file_kind;
use crate::company::{acting_company, require_employee};
use crate::{ApiCaller, App, AppError};

/// Largest file of a template, in bytes (6.4).
const MOST_BYTES: usize = 10 * 1024 * 1024;

/// A template to be made.
#[derive(Debug, Clone)]
pub struct NewTemplate {
    /// Owner; absent = platform company.
    pub tenant_name: Option<String>,
    /// Name.
    pub title: String,
    /// What the file is.
    pub kind: TemplateKind,
    /// The file.
    pub file: Bytes,
    /// Give repeated parameters numbers.
    pub number_repeated: bool,
    /// People who manage it.
    pub managers: Vec<User>,
    /// People who may use it.
    pub range: Vec<User>,
    /// Everyone may use it when `range` is empty.
    pub all_users: bool,
    /// Ready for use at once.
    pub enabled: bool,
}

/// Makes a template of a file; answers it with the name of its owner.
///
/// # Errors
/// `1010`, `1503` for the file; `1801`, `1802`; `1701`, `1702`, `1705` for people. Nothing is stored then.
pub async fn create_template(
    app: &App,
    caller: &ApiCaller,
    request: NewTemplate,
) -> Result<(Template, String), AppError> {
    if request.file.len() >= MOST_BYTES {
        return Err(AppError::FileTooLarge {
            size_bytes: request.file.len(),
            limit_bytes: MOST_BYTES,
        });
    }
    let mut reader = app.store.read("create_template");
    let owner = acting_company(&mut reader, caller, request.tenant_name.as_deref()).await?;
    for user in request.managers.iter().chain(&request.range) {
        require_employee(&mut reader, &owner, user).await?;
    }
    drop(reader);
    let kind = file_kind(request.kind);
    let (reading, file) = app
        .files
        .read_template(kind, &request.file, request.number_repeated)
        .await?;
    let template = template_of(app, &owner, request, reading, file).await?;
    let mut transaction = app.store.begin("create_template");
    template::insert(&mut transaction, &template).await?;
    transaction.record(entry(app, &template, "TEMPLATE_CREATE", caller.actor()));
    transaction.commit().await?;
    Ok((template, owner.name))
}

/// A template with its files stored, but not its row; `file` is the one that is filled, and `reading` what it holds.
///
/// # Errors
/// `1503` for the parameters that the file declares.
pub(crate) async fn template_of(
    app: &App,
    owner: &Company,
    request: NewTemplate,
    reading: TemplateReading,
    file: Bytes,
) -> Result<Template, AppError> {
    let mut parameters = Vec::with_capacity(reading.parameters.len());
    for found in reading.parameters {
        parameters.push(parameter(request.kind, found)?);
    }
    let source = app.blobs.put(request.file).await?.to_string();
    let file = app.blobs.put(file).await?.to_string();
    let now = app.now();
    Ok(Template {
        id: TemplateId::new(app.next_id()),
        company_id: owner.id,
        name: request.title,
        kind: request.kind,
        state: if request.enabled {
            TemplateState::Enabled
        } else {
            TemplateState::Disabled
        },
        source,
        file,
        parameters,
        ignored: reading.ignored,
        managers: request.managers,
        range: request.range,
        all_users: request.all_users,
        create_time: now,
        modify_time: now,
    })
}

/// A parameter as the file declares it; those of Word files are text until their type is changed (15.2).
fn parameter(kind: TemplateKind, found: FoundParameter) -> Result<TemplateParameter, AppError> {
    let declared = found.declared;
    let parameter_type = match declared.kind.as_deref() {
        None => ParameterType::Text,
        Some(name) => ParameterType::from_name(name).ok_or_else(|| AppError::InvalidTemplateFile {
            detail: format!("parameter {}: there is no type {name}", found.name),
        })?,
    };
    let parameter = TemplateParameter {
        name: found.name,
        parameter_type,
        required: declared.required,
        options: declared.options,
        default_value: declared.default_value,
        description: declared.description,
        columns: found.columns.unwrap_or_default(),
    };
    check_definition(kind, &parameter).map_err(|reason| AppError::InvalidTemplateFile {
        detail: format!("parameter {}: {reason}", parameter.name),
    })?;
    Ok(parameter)
}

/// What a parameter must be like so that it can be filled: choices have options and no default (15.3), tables stand in a row
/// of a table (D-49), a default fits its type.
pub(super) fn check_definition(kind: TemplateKind, parameter: &TemplateParameter) -> Result<(), String> {
    let is_choice = parameter.parameter_type.is_choice();
    if is_choice && parameter.options.is_empty() {
        return Err("a choice needs options".to_owned());
    }
    if is_choice && parameter.options.iter().any(|option| option.contains(',')) {
        return Err(
            "an option cannot hold a comma: values of several options are joined by commas".to_owned(),
        );
    }
    if parameter.parameter_type == ParameterType::Table && parameter.columns.is_empty() {
        return Err(
            "a table must stand in a row of a table, below a row with the names of its columns".to_owned(),
        );
    }
    if !parameter.parameter_type.takes_value() && parameter.required {
        return Err("a place for signing cannot be mandatory".to_owned());
    }
    let Some(default) = &parameter.default_value else {
        return Ok(());
    };
    if is_choice
        || matches!(
            parameter.parameter_type,
            ParameterType::Image | ParameterType::Table
        )
    {
        return Err(format!(
            "parameters of type {} have no default",
            parameter.parameter_type.name()
        ));
    }
    let fits = parameter.read_value(kind, default);
    fits.map(drop).map_err(|wrong| format!("its default: {wrong}"))
}

/// An entry of the ledger about a template.
pub(super) fn entry(app: &App, template: &Template, kind: &'static str, actor: Actor) -> Entry {
    Entry {
        at: app.now(),
        tenant: Some(template.company_id),
        kind,
        subject: Some(template.id.get()),
        actor,
        details: json!({ "name": template.name }),
    }
}
