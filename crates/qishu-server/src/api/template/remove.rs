//! 删除模板: GET `/v2/template/remove`

use qishu_app::template::remove_template;
use qishu_wire::requests::TemplateIdRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = TemplateIdRequest::read(&call.fields)?;
    remove_template(&call.app, &call.caller, request.template_id).await?;
    done()
}
