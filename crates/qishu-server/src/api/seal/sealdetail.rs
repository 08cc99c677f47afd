//! 印章详情: GET `/v2/seal/sealdetail`

use qishu_app::seal::seal_detail;
use qishu_wire::answers::SealAnswer;
use qishu_wire::requests::SealIdRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SealIdRequest::read(&call.fields)?;
    answer(&SealAnswer::detail(
        &seal_detail(&call.app, &call.caller, request.seal_id).await?,
    ))
}
