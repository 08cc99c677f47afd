//! 修改开放平台应用回调配置: POST `/company/token/update/callback`

use qishu_app::company::{CallbackChange, update_callback};
use qishu_wire::answers::ApplicationAnswer;
use qishu_wire::requests::UpdateCallbackRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = UpdateCallbackRequest::read(&call.fields)?;
    let change = CallbackChange {
        url: request.callback_url,
        encrypt: request.encrypt,
        encrypt_type: request.encrypt_type,
    };
    answer(&ApplicationAnswer::from(
        &update_callback(&call.app, &call.caller, change).await?,
    ))
}
