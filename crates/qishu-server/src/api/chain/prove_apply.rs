//! 电子存证证明申请: POST `/chain/evidence/electronic/prove/apply`

use qishu_app::evidence::apply_evidence;
use qishu_wire::answers::ProofAnswer;
use qishu_wire::requests::ProveRequest;

use super::order;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ProveRequest::read_proof(&call.fields)?;
    let applied = apply_evidence(&call.app, &call.caller, order(request)).await?;
    answer(&ProofAnswer::from(applied))
}
