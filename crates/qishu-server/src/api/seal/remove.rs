//! 删除印章: GET `/v2/seal/remove`

use qishu_app::seal::remove_seal;
use qishu_wire::requests::SealIdRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SealIdRequest::read(&call.fields)?;
    remove_seal(&call.app, &call.caller, request.seal_id).await?;
    done()
}
