//! 下载模板: GET `/v2/template/download`

use qishu_app::template::template_file;
use qishu_wire::requests::TemplateIdRequest;

use crate::api::{Answer, Call, Reply};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = TemplateIdRequest::read(&call.fields)?;
    let file = template_file(&call.app, &call.caller, request.template_id).await?;
    Ok(Reply::File {
        content_type: file.content_type,
        name: Some(file.name),
        bytes: file.bytes,
    })
}
