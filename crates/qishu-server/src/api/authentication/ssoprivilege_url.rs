//! 授权管理-单点登录模块授权页面: POST `/v2/ssoprivilege/url`

use qishu_app::sso_privilege::{SsoPrivilegeRequest, sso_privilege_url};
use qishu_wire::answers::PageAnswer;
use qishu_wire::requests::SsoPrivilegeUrlRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SsoPrivilegeUrlRequest::read(&call.fields)?;
    let asked = SsoPrivilegeRequest {
        company_id: request.company_id,
        company_name: request.company_name,
        user: request.user,
        success_url: request.success_url,
        callback_url: request.callback_url,
        theme_color: request.theme_color,
    };
    let page_url = sso_privilege_url(&call.app, &call.caller, asked).await?;
    answer(&PageAnswer { page_url })
}
