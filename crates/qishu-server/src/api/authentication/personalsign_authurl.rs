//! 授权管理-个人签名授权页面: POST `/v2/personalsign/authurl`

use qishu_app::authorisation::{AskAuthorisation, AuthPrefill, authorisation_url};
use qishu_wire::answers::PageAnswer;
use qishu_wire::requests::{AuthPrefillFields, PersonalSignAuthUrlRequest};

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = PersonalSignAuthUrlRequest::read(&call.fields)?;
    let ask = AskAuthorisation {
        user: request.user,
        until: request.auth_deadline,
        remark: request.remark,
        callback_url: request.callback_url,
        callback_page: request.callback_page,
        tenant_name: request.tenant_name,
        auth_method: request.auth_method,
        prefill: request.auth_info.map(prefill),
        theme_color: request.theme_color,
        allow_personal_auto: request.allow_personal_auto,
        until_modifiable: request.auth_time_modifiable,
    };
    let page_url = authorisation_url(&call.app, &call.caller, ask).await?;
    answer(&PageAnswer { page_url })
}

fn prefill(fields: AuthPrefillFields) -> AuthPrefill {
    AuthPrefill {
        mode: fields.mode,
        other_modes: fields.other_modes,
        paper_type: fields.paper_type,
        data: fields.prefill,
        modify_fields: fields.modify_fields,
    }
}
