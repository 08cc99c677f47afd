//! 多文件添加合同文档: POST `/v2/document/addbyfiles`

use qishu_app::document::{AddFiles, Upload, add_files};
use qishu_wire::answers::DocumentIdAnswer;
use qishu_wire::requests::AddByFilesRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = AddByFilesRequest::read(&call.fields)?;
    let stated = request.file_suffix;
    // Each file's own name tells its type; the stated suffix is for those without one (D-19).
    let uploads = request.files.into_iter().map(|file| Upload {
        suffix: file.suffix().or_else(|| stated.clone()),
        bytes: file.bytes,
    });
    let files = AddFiles {
        address: request.address,
        title: request.title,
        files: uploads.collect(),
        sort: request.document_sort,
        stampers: request.stampers,
        stamper_rule: request.stamper_rule,
    };
    let document_id = add_files(&call.app, &call.caller, files).await?;
    answer(&DocumentIdAnswer { document_id })
}
