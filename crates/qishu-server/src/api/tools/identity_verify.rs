//! 个人身份校验: POST `/v2/identity/verify`

use qishu_app::identity::{PersonClaim, verify_person};
use qishu_wire::requests::IdentityVerifyRequest;

use super::identity_answer;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = IdentityVerifyRequest::read(&call.fields)?;
    let factors = 2 + usize::from(request.mobile.is_some()) + usize::from(request.bankcard_no.is_some());
    let claim = PersonClaim {
        name: request.name,
        card_no: request.card_no,
        mobile: request.mobile,
        bankcard_no: request.bankcard_no,
    };
    let result = verify_person(&call.app, &call.caller, &claim).await?;
    answer(&identity_answer(&result, factors, call.caller.language))
}
