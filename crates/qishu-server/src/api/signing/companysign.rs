//! 公章签署: POST `/v2/contract/companysign`

use qishu_app::signing::company_sign;
use qishu_wire::requests::SignRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SignRequest::read(&call.fields)?;
    company_sign(&call.app, &call.caller, super::sign_param(request)).await?;
    done()
}
