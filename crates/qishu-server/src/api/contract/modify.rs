//! 修改合同: POST `/v2/contract/contractModify`

use qishu_app::contract::modify_contract;
use qishu_wire::answers::{ContractAnswer, DetailView};
use qishu_wire::requests::ModifyRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ModifyRequest::read(&call.fields)?;
    let contract = modify_contract(&call.app, &call.caller, &request.address, request.change).await?;
    answer(&ContractAnswer::new(&contract, &DetailView::default()))
}
