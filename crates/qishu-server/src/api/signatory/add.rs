//! 添加签署方: POST `/v2/signatory/add`

use qishu_app::contract::add_party;
use qishu_wire::answers::AddedSignatoryAnswer;
use qishu_wire::requests::AddSignatoryRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = AddSignatoryRequest::read(&call.fields)?;
    let party = add_party(
        &call.app,
        &call.caller,
        &request.address,
        request.signatory,
        request.locate_all_keywords,
    )
    .await?;
    answer(&AddedSignatoryAnswer::new(&party))
}
