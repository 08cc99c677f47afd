//! 自定义模板文件作废合同: POST `/v2/contract/invalidbytemplate`

use qishu_app::void::{VoidPaper, void_by_template};
use qishu_wire::requests::InvalidByTemplateRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = InvalidByTemplateRequest::read(&call.fields)?;
    let paper = VoidPaper {
        address: request.address,
        title: Some(request.title),
        reason: request.reason,
        delete_doc: request.delete_doc,
        stampers: request.stampers,
        locate_all_keywords: request.locate_all_keywords,
        receivers: request.receivers,
    };
    let (template, params) = (request.template_id, request.template_params);
    void_by_template(&call.app, &call.caller, paper, template, &params).await?;
    done()
}
