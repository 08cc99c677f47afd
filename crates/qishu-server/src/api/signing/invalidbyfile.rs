//! 自定义文件作废合同: POST `/v2/contract/invalidbyfile`

use qishu_app::document::Upload;
use qishu_app::void::{VoidPaper, void_by_file};
use qishu_wire::requests::InvalidByFileRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = InvalidByFileRequest::read(&call.fields)?;
    let suffix = request.file_suffix.or_else(|| request.file.suffix());
    let file = Upload {
        suffix,
        bytes: request.file.bytes,
    };
    let paper = VoidPaper {
        address: request.address,
        title: request.title,
        reason: request.reason,
        delete_doc: request.delete_doc,
        stampers: request.stampers,
        locate_all_keywords: request.locate_all_keywords,
        receivers: request.receivers,
    };
    void_by_file(&call.app, &call.caller, paper, file).await?;
    done()
}
