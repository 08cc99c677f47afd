//! 合同延期: POST `/v2/contract/delay`

use qishu_app::AppError;
use qishu_app::contract::{Delay, delay_contract};
use qishu_wire::requests::DelayRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = DelayRequest::read(&call.fields)?;
    let delay = match (request.days, request.until) {
        (Some(days), _) => Delay::Days(days),
        (None, Some(until)) => Delay::Until(until),
        (None, None) => return Err(AppError::invalid("days", "days or expireDate is required").into()),
    };
    delay_contract(&call.app, &call.caller, &request.address, delay).await?;
    done()
}
