//! 抄送合同: POST `/v2/contract/copysend`

use qishu_app::contract::copy_send_contract;
use qishu_wire::requests::CopySendRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = CopySendRequest::read(&call.fields)?;
    copy_send_contract(&call.app, &call.caller, &request.address, request.receivers).await?;
    done()
}
