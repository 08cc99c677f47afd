//! 上传强制结束附件: POST `/v2/contract/forceend/addattachment`

use qishu_app::contract::add_force_end_file;
use qishu_app::document::Upload;
use qishu_wire::answers::AttachmentIdAnswer;
use qishu_wire::requests::ForceEndFileRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ForceEndFileRequest::read(&call.fields)?;
    let upload = Upload {
        suffix: Some(request.file_suffix),
        bytes: request.file.bytes,
    };
    let id = add_force_end_file(&call.app, &call.caller, &request.address, request.title, upload).await?;
    answer(&AttachmentIdAnswer::new(id))
}
