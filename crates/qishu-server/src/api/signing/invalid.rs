//! 撤回/作废合同: POST `/v2/contract/invalid`

use qishu_app::contract::invalidate_contract;
use qishu_wire::requests::InvalidRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = InvalidRequest::read(&call.fields)?;
    invalidate_contract(&call.app, &call.caller, &request.address, request.reason).await?;
    done()
}
