//! 编辑模板, 管理模板状态, 删除模板; and the console's change of parameter types.

use qishu_model::contact::User;
use qishu_model::id::TemplateId;
use qishu_model::template::{ParameterEdit, Template, TemplateParameter, TemplateState};
use qishu_store::category::{self, CategoryFilter};
use qishu_store::{Page, Reader, Transaction, Versioned, template};

use super::create::{check_definition, entry};
use super::read::{locate, owners};
use crate::company::require_employee;
use crate::{ApiCaller, App, AppError};

/// A change through the API; what is empty stays (6.5).
#[derive(Debug, Clone, Default)]
pub struct TemplateEdit {
    /// New name.
    pub title: Option<String>,
    /// Changes of parameters; names that the template does not have are ignored (D-48).
    pub parameters: Vec<ParameterEdit>,
    /// All managers from now on.
    pub managers: Vec<User>,
    /// All users from now on.
    pub range: Vec<User>,
}

/// Changes a template; answers it with the name of its owner.
///
/// # Errors
/// `1501`; `1005` naming the parameter; `1701`, `1702`, `1705` for people.
pub async fn edit_template(
    app: &App,
    caller: &ApiCaller,
    id: TemplateId,
    edit: TemplateEdit,
) -> Result<(Template, String), AppError> {
    let mut transaction = app.store.begin("edit_template");
    let mut template = locate(&mut transaction, caller, id).await?;
    let owner = qishu_store::company::find(
        &mut transaction,
        qishu_store::Scope::System,
        template.value.company_id,
    )
    .await?
    .ok_or_else(|| AppError::Internal(format!("template {id} has no owner")))?
    .value;
    for user in edit.managers.iter().chain(&edit.range) {
        require_employee(&mut transaction, &owner, user).await?;
    }
    let kind = template.value.kind;
    if let Some(title) = edit.title {
        template.value.name = title;
    }
    for (place, change) in edit.parameters.into_iter().enumerate() {
        let known = template
            .value
            .parameters
            .iter_mut()
            .find(|known| known.name == change.name);
        let Some(known) = known else { continue };
        known.required = change.required.unwrap_or(known.required);
        known.default_value = change.default_value.or(known.default_value.take());
        known.description = change.description.or(known.description.take());
        check_definition(kind, known).map_err(|reason| {
            AppError::invalid(
                format!("templateParams[{place}]"),
                format!("{}: {reason}", known.name),
            )
        })?;
    }
    if !edit.managers.is_empty() {
        template.value.managers = edit.managers;
    }
    if !edit.range.is_empty() {
        template.value.range = edit.range;
    }
    store(app, caller, &mut transaction, &mut template, "TEMPLATE_EDIT").await?;
    transaction.commit().await?;
    Ok((template.value, owner.name))
}

/// Changes what the parameters of a template are: type, options, whether mandatory, default, hint. Columns come from the
/// file and stay. Parameters that are not named stay.
///
/// # Errors
/// `1501`; `1005` naming the parameter.
pub async fn define_parameters(
    app: &App,
    caller: &ApiCaller,
    id: TemplateId,
    defined: Vec<TemplateParameter>,
) -> Result<(Template, String), AppError> {
    let mut transaction = app.store.begin("define_parameters");
    let mut template = locate(&mut transaction, caller, id).await?;
    let kind = template.value.kind;
    for (place, mut parameter) in defined.into_iter().enumerate() {
        let field = format!("parameters[{place}]");
        let known = template
            .value
            .parameters
            .iter_mut()
            .find(|known| known.name == parameter.name);
        let Some(known) = known else {
            let reason = format!("the template has no parameter {}", parameter.name);
            return Err(AppError::invalid(field, reason));
        };
        parameter.columns.clone_from(&known.columns);
        check_definition(kind, &parameter)
            .map_err(|reason| AppError::invalid(field, format!("{}: {reason}", parameter.name)))?;
        *known = parameter;
    }
    store(app, caller, &mut transaction, &mut template, "TEMPLATE_EDIT").await?;
    let names = owners(&mut transaction, [template.value.company_id]).await?;
    transaction.commit().await?;
    let name = names.get(&template.value.company_id).cloned().unwrap_or_default();
    Ok((template.value, name))
}

/// Enables or disables a template; doing so twice is no error.
///
/// # Errors
/// `1501`.
pub async fn set_template_state(
    app: &App,
    caller: &ApiCaller,
    id: TemplateId,
    enabled: bool,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("set_template_state");
    let mut template = locate(&mut transaction, caller, id).await?;
    let (state, kind) = if enabled {
        (TemplateState::Enabled, "TEMPLATE_ENABLE")
    } else {
        (TemplateState::Disabled, "TEMPLATE_DISABLE")
    };
    if template.value.state == state {
        return Ok(());
    }
    template.value.state = state;
    store(app, caller, &mut transaction, &mut template, kind).await?;
    Ok(transaction.commit().await?)
}

/// Removes a template. Documents that were made of it keep it.
///
/// # Errors
/// `1501`; `1502` while a category refers to it (D-27).
pub async fn remove_template(app: &App, caller: &ApiCaller, id: TemplateId) -> Result<(), AppError> {
    let mut transaction = app.store.begin("remove_template");
    let mut template = locate(&mut transaction, caller, id).await?;
    if let Some(category) = referring_category(&mut transaction, &template.value).await? {
        return Err(AppError::TemplateStatus {
            detail: format!("category {category} refers to the template; change the category first"),
        });
    }
    template.value.state = TemplateState::Deleted;
    store(app, caller, &mut transaction, &mut template, "TEMPLATE_REMOVE").await?;
    Ok(transaction.commit().await?)
}

async fn referring_category(reader: &mut Reader, template: &Template) -> Result<Option<String>, AppError> {
    const ROWS: u32 = 1_000;
    let filter = CategoryFilter {
        company: template.company_id,
        modified_from: None,
        modified_to: None,
    };
    let mut offset = 0;
    loop {
        let listed = category::list(reader, &filter, Page { offset, limit: ROWS }).await?;
        let refers = |row: &&Versioned<qishu_model::category::Category>| {
            row.value.templates.iter().any(|used| used.id == template.id)
        };
        if let Some(found) = listed.rows.iter().find(refers) {
            return Ok(Some(found.value.name.clone()));
        }
        offset += ROWS;
        if u64::from(offset) >= listed.total {
            return Ok(None);
        }
    }
}

async fn store(
    app: &App,
    caller: &ApiCaller,
    transaction: &mut Transaction,
    template: &mut Versioned<Template>,
    kind: &'static str,
) -> Result<(), AppError> {
    template.value.modify_time = app.now();
    template::update(transaction, template).await?;
    transaction.record(entry(app, &template.value, kind, caller.actor()));
    Ok(())
}
