//! 模版预览页面: GET `/v2/template/pageurl`

use qishu_app::template::template_page_url;
use qishu_wire::answers::TemplatePageAnswer;
use qishu_wire::requests::TemplateIdRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = TemplateIdRequest::read(&call.fields)?;
    let page_url = template_page_url(&call.app, &call.caller, request.template_id).await?;
    answer(&TemplatePageAnswer { page_url })
}
