//! 签署法人章: POST `/v2/contract/legalpersonsign`

use qishu_app::signing::legal_person_sign;
use qishu_wire::requests::SignRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SignRequest::read(&call.fields)?;
    legal_person_sign(&call.app, &call.caller, super::sign_param(request)).await?;
    done()
}
