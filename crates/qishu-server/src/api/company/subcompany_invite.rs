//! 发送子公司邀请: POST `/v2/subcompany/invite`

use qishu_app::company::{CompanyKey, Invite, invite_company};
use qishu_wire::answers::InviteIdAnswer;
use qishu_wire::requests::SubcompanyInviteRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SubcompanyInviteRequest::read(&call.fields)?;
    let invite = Invite {
        company: CompanyKey {
            name: request.company.name,
            register_no: request.company.register_no,
        },
        biz_id: request.biz_id,
        callback_url: request.callback_url,
    };
    let invite_id = invite_company(&call.app, &call.caller, invite).await?;
    answer(&InviteIdAnswer { invite_id })
}
