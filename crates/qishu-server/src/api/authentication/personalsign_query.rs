//! 授权管理-查询个人静默签授权记录: POST `/v2/personalsign/query`. The result is an array.

use qishu_app::authorisation::{AuthorisationRow, list_authorisations};
use qishu_model::contract::IntentionConfirm;
use qishu_wire::answers::AuthorisationAnswer;
use qishu_wire::requests::AuthorisationQueryRequest;

use crate::api::{Answer, Call, answer};

/// The service provider: there is one, this platform.
const AGENT: &str = "10000";

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = AuthorisationQueryRequest::read(&call.fields)?;
    let company = request.company.as_deref();
    let rows = list_authorisations(&call.app, &call.caller, &request.user, request.status, company).await?;
    let name = &call.caller.application.name;
    let told: Vec<_> = rows.into_iter().map(|row| told(row, name)).collect();
    answer(&told)
}

fn told(row: AuthorisationRow, app_name: &str) -> AuthorisationAnswer {
    let record = row.authorisation;
    AuthorisationAnswer {
        id: record.id,
        agent_id: AGENT,
        token_id: record.application_id,
        app_name: app_name.to_owned(),
        company_id: record.company_id,
        company_name: row.company.name,
        user_id: record.person_id,
        auth_method: record.confirmed.map(IntentionConfirm::name),
        auth_status: row.status.name(),
        auth_deadline: record.until.date_time_text(),
        create_time: record.create_time().date_time_text(),
        update_time: record.update_time().date_time_text(),
        remark: record.remark,
        callback_url: record.callback_url,
        allow_personal_auto: record.allow_personal_auto,
        delete: false,
    }
}
