//! 修改签署方 (v3): POST `/v3/signatory/edit`

use qishu_app::contract::edit_party;
use qishu_wire::requests::EditSignatoryRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EditSignatoryRequest::read_v3(&call.fields)?;
    edit_party(&call.app, &call.caller, super::party_edit(request)).await?;
    done()
}
