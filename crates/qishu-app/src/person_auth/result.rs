//! 查询个人认证状态: `GET /v2/personalauth/result`.

use qishu_model::contact::{User, mask};
use qishu_model::id::{CompanyId, PersonAuthId, PersonId};
use qishu_model::person_auth::AuthMode;
use qishu_store::{Reader, Scope, company, employee, person, person_auth, person_identity};

use crate::{ApiCaller, App, AppError};

/// Which authentication, or whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthSelector {
    /// By `authId`.
    Id(PersonAuthId),
    /// By contact.
    Contact(User),
}

/// Who the person is. Numbers are masked (D-28).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthIdentity {
    /// Real name.
    pub name: String,
    /// Contact.
    pub contact: String,
    /// Number of the document.
    pub id_card_no: String,
    /// Bank card, when one was checked.
    pub bank_no: Option<String>,
    /// Mobile number known to the bank.
    pub bank_mobile: Option<String>,
}

/// How it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthResult {
    /// The person is known for sure.
    pub real_name: bool,
    /// By which method, when asked for by `authId`.
    pub mode: Option<AuthMode>,
    /// Who it is.
    pub user: Option<AuthIdentity>,
}

const UNKNOWN: AuthResult = AuthResult {
    real_name: false,
    mode: None,
    user: None,
};

/// How an authentication came out, or whether a person is known for sure. A person the caller has nothing to do with is
/// answered like an unknown one.
///
/// # Errors
/// `1604` for an id that is nobody's or somebody else's.
pub async fn person_auth_result(
    app: &App,
    caller: &ApiCaller,
    selector: &AuthSelector,
) -> Result<AuthResult, AppError> {
    let mut reader = app.store.read("person_auth_result");
    match selector {
        AuthSelector::Id(id) => {
            let found = person_auth::find(&mut reader, Some(caller.company.id), *id).await?;
            let auth = found.ok_or(AppError::AuthNotFound { id: id.to_string() })?.value;
            let Some(mode) = auth.passed_by() else {
                return Ok(UNKNOWN);
            };
            let mut result = of_person(&mut reader, auth.person_id, &auth.user).await?;
            result.mode = Some(mode).filter(|_| result.real_name);
            Ok(result)
        }
        AuthSelector::Contact(user) => {
            let known = person::find_by_contact(&mut reader, user.contact_type, &user.contact).await?;
            match known {
                Some(known) if is_related(&mut reader, caller.company.id, known.value.id).await? => {
                    of_person(&mut reader, known.value.id, user).await
                }
                _ => Ok(UNKNOWN),
            }
        }
    }
}

async fn of_person(reader: &mut Reader, id: PersonId, user: &User) -> Result<AuthResult, AppError> {
    let Some(record) = person_identity::material(reader, id).await? else {
        return Ok(UNKNOWN);
    };
    Ok(AuthResult {
        real_name: true,
        mode: None,
        user: Some(AuthIdentity {
            name: record.name,
            contact: user.contact.clone(),
            id_card_no: mask(&record.id_card_no),
            bank_no: record.bank_no.as_deref().map(mask),
            bank_mobile: record.bank_mobile.as_deref().map(mask),
        }),
    })
}

/// Whether a group has to do with a person: it asked for an authentication, or employs them.
async fn is_related(reader: &mut Reader, platform: CompanyId, id: PersonId) -> Result<bool, AppError> {
    let asked = person_auth::list_of_person(reader, id).await?;
    if asked.iter().any(|auth| auth.value.platform_id == platform) {
        return Ok(true);
    }
    for employment in employee::list_of_person(reader, id).await? {
        let own = company::find(reader, Scope::Platform(platform), employment.value.company_id).await?;
        if own.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
