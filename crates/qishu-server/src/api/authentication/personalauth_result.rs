//! 个人认证-查询个人认证状态: GET `/v2/personalauth/result`

use qishu_app::AppError;
use qishu_app::person_auth::{AuthIdentity, AuthSelector, person_auth_result};
use qishu_model::person_auth::AuthMode;
use qishu_wire::answers::{IdentityAnswer, PersonAuthResultAnswer};
use qishu_wire::requests::PersonAuthResultRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let selector = match PersonAuthResultRequest::read(&call.fields)? {
        PersonAuthResultRequest::Contact(user) => AuthSelector::Contact(user),
        PersonAuthResultRequest::Id(id) => AuthSelector::Id(id),
        PersonAuthResultRequest::NoId(id) => return Err(AppError::AuthNotFound { id }.into()),
    };
    let result = person_auth_result(&call.app, &call.caller, &selector).await?;
    answer(&PersonAuthResultAnswer {
        real_name: result.real_name,
        mode: result.mode.map(AuthMode::query_name),
        user: result.user.map(identity),
    })
}

fn identity(user: AuthIdentity) -> IdentityAnswer {
    IdentityAnswer {
        kind: "PERSONAL",
        name: Some(user.name),
        register_no: None,
        contact: user.contact,
        id_card_no: Some(user.id_card_no),
        bank_no: user.bank_no,
        bank_mobile: user.bank_mobile,
    }
}
