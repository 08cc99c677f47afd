//! 强制结束合同: POST `/v2/contract/forceend`

use qishu_app::contract::force_end_contract;
use qishu_wire::requests::ForceEndRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ForceEndRequest::read(&call.fields)?;
    force_end_contract(&call.app, &call.caller, &request.address, request.reason).await?;
    done()
}
