//! First set-up without a console: companies, made by the operator.

use qishu_model::company::{Company, CompanyStatus};
use qishu_model::id::CompanyId;
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{Reader, Scope, StoreError, category, company};
use serde_json::json;

use crate::demo::plain_category;
use crate::{App, AppError};

/// Longest name of a company (`organisation` 4.2).
const NAME: usize = 100;

/// A company to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCompany {
    /// Full legal name.
    pub name: String,
    /// Registration number.
    pub register_no: Option<String>,
    /// Name of the legal representative.
    pub legal_person: Option<String>,
    /// Name of the platform company it is subordinate to; absent for a company that stands alone.
    pub parent: Option<String>,
    /// The operator has seen its papers.
    pub authenticated: bool,
}

/// Makes a company, with a default category, so that it can start contracts.
///
/// # Errors
/// `1005` for a name or number that is empty, too long or taken; `1801` for an unknown parent; `1804` for a parent that is
/// a subsidiary itself.
pub async fn create_company(app: &App, new: NewCompany) -> Result<Company, AppError> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME {
        return Err(AppError::invalid("name", "1 to 100 characters are expected"));
    }
    let mut transaction = app.store.begin("create_company");
    if let Some(number) = &new.register_no
        && let Some(taken) = company::find_by_register_no(&mut transaction, number).await?
    {
        let reason = format!("{} has this number", taken.value.name);
        return Err(AppError::invalid("register-no", reason));
    }
    let parent = match &new.parent {
        Some(parent) => Some(platform_company(&mut transaction, parent).await?.id),
        None => None,
    };
    let made = Company {
        id: CompanyId::new(app.next_id()),
        name,
        register_no: new.register_no,
        legal_person: new.legal_person,
        status: if new.authenticated {
            CompanyStatus::AuthSuccess
        } else {
            CompanyStatus::Unregistered
        },
        parent,
        auth_end: None,
        create_time: app.now(),
    };
    company::insert(&mut transaction, &made)
        .await
        .map_err(|error| match error {
            StoreError::Duplicate { .. } => {
                AppError::invalid("name", format!("there is a company {}", made.name))
            }
            other => other.into(),
        })?;
    category::insert(&mut transaction, &plain_category(app, made.id)).await?;
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(made.id),
        kind: "COMPANY_CREATE",
        subject: Some(made.id.get()),
        actor: operator_actor(),
        details: json!({ "parent": made.parent }),
    });
    transaction.commit().await?;
    Ok(made)
}

/// A company that can have subsidiaries and applications.
///
/// # Errors
/// `1801` unknown; `1804` for a subsidiary.
pub(crate) async fn platform_company(reader: &mut Reader, name: &str) -> Result<Company, AppError> {
    let found = find_company(reader, name).await?;
    if found.parent.is_some() {
        return Err(AppError::CompanyMembership {
            name: name.to_owned(),
            reason: "is a subsidiary; name its platform company",
        });
    }
    Ok(found)
}

/// A company by its full name, whoever it belongs to: for the operator.
///
/// # Errors
/// `1801`.
pub async fn find_company(reader: &mut Reader, name: &str) -> Result<Company, AppError> {
    let found = company::find_by_name(reader, Scope::System, name.trim()).await?;
    found
        .map(|found| found.value)
        .ok_or_else(|| AppError::CompanyNotFound {
            name: name.to_owned(),
        })
}

/// Every company, oldest first: for the operator.
///
/// # Errors
/// Internal when the store fails.
pub async fn list_companies(app: &App) -> Result<Vec<Company>, AppError> {
    let all = company::list(&mut app.store.read("list_companies"), Scope::System).await?;
    Ok(all.into_iter().map(|found| found.value).collect())
}

/// The operator at the command line, as the log names them.
pub(crate) fn operator_actor() -> Actor {
    Actor {
        client: Some("OPERATOR".to_owned()),
        ..Actor::default()
    }
}
