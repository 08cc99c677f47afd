//! 撤回/作废合同: POST `/v2/contract/invalid`

use qishu_app::contract::{InvalidContract, invalidate_contract};
use qishu_wire::requests::InvalidRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = InvalidRequest::read(&call.fields)?;
    let invalid = InvalidContract {
        address: request.address,
        seal_id: request.seal_id,
        reason: request.reason,
        delete_doc: request.delete_doc,
        auto_sign: request.auto_sign,
        receivers: request.receivers,
        expire_time: request.expire_time,
    };
    invalidate_contract(&call.app, &call.caller, invalid).await?;
    done()
}
