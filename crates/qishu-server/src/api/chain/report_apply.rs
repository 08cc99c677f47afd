//! 出证报告申请: POST `/chain/evidence/complete/report/apply`

use qishu_app::evidence::apply_evidence;
use qishu_wire::answers::ProveIdAnswer;
use qishu_wire::requests::ProveRequest;

use super::order;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ProveRequest::read_report(&call.fields)?;
    let applied = apply_evidence(&call.app, &call.caller, order(request)).await?;
    answer(&ProveIdAnswer { prove_id: applied.id })
}
