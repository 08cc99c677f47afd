//! 创建合同草稿: POST `/v2/contract/draft`

use qishu_app::contract::draft_contract;
use qishu_wire::answers::{ContractAnswer, DetailView};
use qishu_wire::requests::DraftRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = DraftRequest::read(&call.fields)?;
    let contract = draft_contract(&call.app, &call.caller, request.contract).await?;
    answer(&ContractAnswer::new(&contract, &DetailView::default()))
}
