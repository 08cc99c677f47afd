//! 签署作废合同: POST `/v2/contract/invalidsign`

use qishu_app::void::{InvalidSign, invalid_sign};
use qishu_wire::requests::InvalidSignRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = InvalidSignRequest::read(&call.fields)?;
    let sign = InvalidSign {
        address: request.address,
        seal_id: request.seal_id,
        stampers: request.stampers,
        locate_all_keywords: request.locate_all_keywords,
    };
    invalid_sign(&call.app, &call.caller, sign).await?;
    done()
}
