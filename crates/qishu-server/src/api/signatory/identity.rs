//! 签署方身份信息: GET `/v2/signatory/identity`

use qishu_app::contract::party_identity;
use qishu_model::contract::TenantType;
use qishu_wire::answers::IdentityAnswer;
use qishu_wire::requests::IdentityRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = IdentityRequest::read(&call.fields)?;
    let identity = party_identity(&call.app, &call.caller, &request.address, &request.user).await?;
    let kind = if identity.company {
        TenantType::Company
    } else {
        TenantType::Personal
    };
    answer(&IdentityAnswer {
        kind: kind.name(),
        name: identity.name,
        register_no: identity.register_no,
        contact: identity.contact,
        id_card_no: identity.id_card_no,
        bank_no: identity.bank_no,
        bank_mobile: identity.bank_mobile,
    })
}
