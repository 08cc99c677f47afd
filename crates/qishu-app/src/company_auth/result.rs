//! 查询认证结果: `GET /companyauth/result`.

use qishu_model::company_auth::{CompanyAuth, CompanyAuthState};
use qishu_model::time::Timestamp;
use qishu_store::company_auth;

use super::finish::auth_info;
use crate::{ApiCaller, App, AppError};

/// Which one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompanyAuthSelector {
    /// By `requestId`.
    pub request_id: Option<String>,
    /// By the company's name.
    pub company_name: Option<String>,
}

/// How an authentication stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyAuthResult {
    /// -1 no record, 1 not submitted, 2 passed, 3 failed, 4 in progress, 6 lapsed.
    pub status: i8,
    /// 1 under review, 2 failed, 3 passed.
    pub basic_status: Option<u8>,
    /// Why the basic data failed.
    pub basic_reason: Option<String>,
    /// Why the letter failed.
    pub letter_reason: Option<String>,
    /// Until when it is good.
    pub until: Option<Timestamp>,
    /// The five keys as JSON text.
    pub auth_info: String,
    /// The authentication.
    pub auth: CompanyAuth,
}

/// How the authentication of a company stands; nothing for one that nobody asked for here, or somebody else did (D-29, R-15).
///
/// # Errors
/// `1005` when neither id nor name is given.
pub async fn company_auth_result(
    app: &App,
    caller: &ApiCaller,
    selector: &CompanyAuthSelector,
) -> Result<Option<CompanyAuthResult>, AppError> {
    let platform = caller.company.id;
    let mut reader = app.store.read("company_auth_result");
    let found = match (&selector.request_id, &selector.company_name) {
        (Some(id), name) => company_auth::find_by_request(&mut reader, platform, id)
            .await?
            .filter(|found| name.as_ref().is_none_or(|name| *name == found.value.data.name)),
        (None, Some(name)) => company_auth::list_by_name(&mut reader, platform, name)
            .await?
            .into_iter()
            .next(),
        (None, None) => {
            return Err(AppError::invalid(
                "companyName",
                "one of companyName, requestId is required",
            ));
        }
    };
    Ok(found.map(|found| result(found.value, app.now())))
}

fn result(auth: CompanyAuth, now: Timestamp) -> CompanyAuthResult {
    let (mut basic_reason, mut letter_reason, mut until) = (None, None, None);
    match &auth.state {
        CompanyAuthState::BasicFailed { reason } => basic_reason = Some(reason.clone()),
        CompanyAuthState::LetterFailed { reason } => letter_reason = Some(reason.clone()),
        CompanyAuthState::Passed { until: end, .. } => until = Some(*end),
        _ => {}
    }
    CompanyAuthResult {
        status: auth.query_status(now),
        basic_status: auth.basic_status(),
        basic_reason,
        letter_reason,
        until,
        auth_info: auth_info(&auth).to_string(),
        auth,
    }
}
