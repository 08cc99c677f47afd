//! 合同催签: POST `/v2/contract/notice`

use qishu_app::contract::notice_contract;
use qishu_wire::requests::NoticeRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = NoticeRequest::read(&call.fields)?;
    let (signatory, only_signing) = (request.signatory_id, request.only_signing);
    notice_contract(&call.app, &call.caller, &request.address, signatory, only_signing).await?;
    done()
}
