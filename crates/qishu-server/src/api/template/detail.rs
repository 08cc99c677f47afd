//! 模板详情: GET `/v2/template/detail`

use qishu_app::template::template_detail;
use qishu_wire::answers::TemplateAnswer;
use qishu_wire::requests::TemplateIdRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = TemplateIdRequest::read(&call.fields)?;
    let (template, owner) = template_detail(&call.app, &call.caller, request.template_id).await?;
    answer(&TemplateAnswer::new(&template, &owner))
}
