//! 重新发起合同: POST `/v2/contract/resend`

use qishu_app::contract::resend_contract;
use qishu_wire::answers::{ContractAnswer, DetailView};
use qishu_wire::requests::ResendRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ResendRequest::read(&call.fields)?;
    let contract = resend_contract(&call.app, &call.caller, &request.address, request.resend).await?;
    answer(&ContractAnswer::new(&contract, &DetailView::default()))
}
