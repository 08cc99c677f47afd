//! 管理模板状态: POST `/v2/template/status`

use qishu_app::template::set_template_state;
use qishu_wire::requests::TemplateStatusRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = TemplateStatusRequest::read(&call.fields)?;
    set_template_state(&call.app, &call.caller, request.template_id, request.enable).await?;
    done()
}
