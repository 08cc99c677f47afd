//! 子公司列表: `GET /v2/company/list`; 公司详情: `GET /v2/company/detail`; 移除子公司: `GET /v2/subcompany/remove`.

use qishu_model::company::Company;
use qishu_store::ledger::Entry;
use qishu_store::{Reader, Scope, company};
use serde_json::json;

use crate::{ApiCaller, App, AppError};

/// A company by full name, by registration number, or both, which must then agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyKey {
    /// Full legal name.
    pub name: Option<String>,
    /// Registration number.
    pub register_no: Option<String>,
}

impl CompanyKey {
    /// The text a refusal names.
    pub(super) fn shown(&self) -> String {
        self.name
            .clone()
            .or_else(|| self.register_no.clone())
            .unwrap_or_default()
    }
}

/// The subsidiaries of the caller's company, oldest first.
///
/// # Errors
/// Internal when the store fails.
pub async fn list_group(app: &App, caller: &ApiCaller) -> Result<Vec<Company>, AppError> {
    let mut reader = app.store.read("list_group");
    let all = company::list(&mut reader, Scope::Platform(caller.company.id)).await?;
    Ok(all
        .into_iter()
        .map(|found| found.value)
        .filter(|found| found.id != caller.company.id)
        .collect())
}

/// Any company the platform knows, whoever it belongs to: what is answered stands in public registers (4.5).
///
/// # Errors
/// Internal when the store fails.
pub async fn company_detail(app: &App, key: &CompanyKey) -> Result<Option<Company>, AppError> {
    find_by_key(&mut app.store.read("company_detail"), key).await
}

pub(super) async fn find_by_key(reader: &mut Reader, key: &CompanyKey) -> Result<Option<Company>, AppError> {
    let found = match (&key.name, &key.register_no) {
        (Some(name), _) => company::find_by_name(reader, Scope::System, name).await?,
        (None, Some(number)) => company::find_by_register_no(reader, number).await?,
        (None, None) => None,
    };
    let agrees = |company: &Company| match (&key.name, &key.register_no, &company.register_no) {
        (Some(_), Some(asked), Some(own)) => own.eq_ignore_ascii_case(asked),
        _ => true,
    };
    Ok(found.map(|found| found.value).filter(agrees))
}

/// Takes a subsidiary out of the group. Its contracts stay; it can no longer be acted for.
///
/// # Errors
/// `1801` unknown; `1802` for a company of another group; `1804` for one that is not a member, the platform company
/// among them.
pub async fn remove_subsidiary(app: &App, caller: &ApiCaller, name: &str) -> Result<(), AppError> {
    let mut transaction = app.store.begin("remove_subsidiary");
    let found = company::find_by_name(&mut transaction, Scope::System, name).await?;
    let mut stored = found.ok_or_else(|| AppError::CompanyNotFound {
        name: name.to_owned(),
    })?;
    if stored.value.parent != Some(caller.company.id) {
        return Err(match stored.value.parent {
            Some(_) => AppError::CompanyNotOwn {
                name: name.to_owned(),
            },
            None => AppError::CompanyMembership {
                name: name.to_owned(),
                reason: "is not a subsidiary of the platform company",
            },
        });
    }
    stored.value.parent = None;
    company::update(&mut transaction, &stored).await?;
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(caller.company.id),
        kind: "COMPANY_LEAVE",
        subject: Some(stored.value.id.get()),
        actor: caller.actor(),
        details: json!({}),
    });
    transaction.commit().await?;
    Ok(())
}
