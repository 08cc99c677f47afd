//! 编辑模板: POST `/v2/template/edit`

use qishu_app::template::{TemplateEdit, edit_template};
use qishu_wire::answers::TemplateAnswer;
use qishu_wire::requests::TemplateEditRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = TemplateEditRequest::read(&call.fields)?;
    let edit = TemplateEdit {
        title: request.title,
        parameters: request.parameters,
        managers: request.managers,
        range: request.range,
    };
    let (template, owner) = edit_template(&call.app, &call.caller, request.template_id, edit).await?;
    answer(&TemplateAnswer::new(&template, &owner))
}
