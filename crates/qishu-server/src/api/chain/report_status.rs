//! 出证报告状态: GET `/chain/evidence/complete/report/status`

use qishu_app::evidence::evidence_status;
use qishu_wire::answers::ProveStatusAnswer;
use qishu_wire::requests::ProveIdRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ProveIdRequest::read(&call.fields)?;
    let evidence = evidence_status(&call.app, &call.caller, request.prove_id).await?;
    answer(&ProveStatusAnswer::from(evidence))
}
