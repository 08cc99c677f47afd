//! 用模板添加合同文档: POST `/v2/document/addbytemplate`

use qishu_app::document::{AddByTemplate, add_by_template};
use qishu_wire::answers::DocumentIdAnswer;
use qishu_wire::requests::AddByTemplateRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = AddByTemplateRequest::read(&call.fields)?;
    let wanted = AddByTemplate {
        address: request.address,
        template_id: request.template_id,
        title: request.title,
        params: request.template_params,
        sort: request.document_sort,
        stampers: request.stampers,
        stamper_rule: request.stamper_rule,
    };
    let document_id = add_by_template(&call.app, &call.caller, wanted).await?;
    answer(&DocumentIdAnswer { document_id })
}
