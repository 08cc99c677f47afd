//! 发起合同: POST `/v2/contract/send`

use qishu_app::contract::{SendOptions, send_contract};
use qishu_wire::requests::SendRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SendRequest::read(&call.fields)?;
    let options = SendOptions {
        stampers: request.stampers,
        stamper_rule: request.stamper_rule,
        locate_all_keywords: request.locate_all_keywords,
    };
    send_contract(&call.app, &call.caller, &request.address, options).await?;
    done()
}
