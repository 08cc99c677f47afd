//! 管理印章状态: POST `/v2/seal/status`

use qishu_app::seal::set_seal_enabled;
use qishu_wire::requests::SealStatusRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SealStatusRequest::read(&call.fields)?;
    set_seal_enabled(&call.app, &call.caller, request.seal_id, request.enable).await?;
    done()
}
