//! 个人认证-获取个人认证链接: POST `/v2/personalauth`

use qishu_app::person_auth::{PersonAuthRequest, person_auth_url};
use qishu_wire::answers::PersonAuthLinkAnswer;
use qishu_wire::requests::PersonAuthLinkRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = PersonAuthLinkRequest::read(&call.fields)?;
    let lang = request.language.map(crate::api::language);
    let asked = PersonAuthRequest {
        user: request.user,
        mode: request.auth.mode,
        other_modes: request.auth.other_modes,
        paper_type: request.auth.paper_type,
        prefill: request.auth.prefill,
        modify_fields: request.auth.modify_fields,
        callback_url: request.callback_url,
        callback_page: request.callback_page,
        lang: lang.map(|lang| lang.name().to_owned()),
        theme_color: request.theme_color,
    };
    let link = person_auth_url(&call.app, &call.caller, asked).await?;
    answer(&PersonAuthLinkAnswer {
        auth_url: link.url,
        auth_id: link.id,
    })
}
