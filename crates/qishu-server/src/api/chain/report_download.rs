//! 出证报告下载: GET `/chain/evidence/complete/report/download`

use qishu_app::evidence::evidence_file;
use qishu_wire::requests::ProveIdRequest;

use crate::api::{Answer, Call, Reply};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ProveIdRequest::read(&call.fields)?;
    let bytes = evidence_file(&call.app, &call.caller, request.prove_id).await?;
    Ok(Reply::File {
        content_type: "application/pdf",
        name: Some(format!("出证报告 {}.pdf", request.prove_id)),
        bytes,
    })
}
