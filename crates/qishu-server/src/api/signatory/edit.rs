//! 修改签署方: POST `/v2/signatory/edit`

use qishu_app::contract::edit_party;
use qishu_wire::requests::EditSignatoryRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EditSignatoryRequest::read(&call.fields)?;
    edit_party(&call.app, &call.caller, super::party_edit(request)).await?;
    done()
}
