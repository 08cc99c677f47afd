//! 下载合同文档: GET `/v2/document/download`

use qishu_app::document::document_file;
use qishu_wire::requests::DocumentDownloadRequest;

use crate::api::{Answer, Call, Reply};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = DocumentDownloadRequest::read(&call.fields)?;
    let file = document_file(&call.app, &call.caller, request.document_id).await?;
    Ok(Reply::File {
        content_type: "application/pdf",
        name: Some(format!("{}.pdf", file.title)),
        bytes: file.bytes,
    })
}
