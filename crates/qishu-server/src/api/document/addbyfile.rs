//! 用文件添加合同文档: POST `/v2/document/addbyfile`

use qishu_app::document::{AddFiles, Upload, add_files};
use qishu_wire::answers::DocumentIdAnswer;
use qishu_wire::requests::AddByFileRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = AddByFileRequest::read(&call.fields)?;
    // The stated suffix wins; without one the file name's counts, then the content alone (D-19).
    let suffix = request.file_suffix.or_else(|| request.file.suffix());
    let files = AddFiles {
        address: request.address,
        title: request.title,
        files: vec![Upload {
            suffix,
            bytes: request.file.bytes,
        }],
        sort: request.document_sort,
        stampers: request.stampers,
        stamper_rule: request.stamper_rule,
    };
    let document_id = add_files(&call.app, &call.caller, files).await?;
    answer(&DocumentIdAnswer { document_id })
}
