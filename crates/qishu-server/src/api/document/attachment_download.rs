//! 下载合同附件: GET `/v2/attachment/download`

use qishu_app::download::download_attachments;
use qishu_wire::requests::AttachmentDownloadRequest;

use crate::api::{Answer, Call, Reply};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = AttachmentDownloadRequest::read(&call.fields)?;
    let file = download_attachments(&call.app, &call.caller, &request.address, request.origin).await?;
    Ok(Reply::File {
        content_type: file.content_type,
        name: Some(file.name),
        bytes: file.bytes,
    })
}
