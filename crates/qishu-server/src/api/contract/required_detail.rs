//! 查询文件必填项填写详情: POST `/v2/contract/required/detail`

use qishu_app::contract::{belongs_to_sponsor, required_detail};
use qishu_wire::answers::RequiredDetailAnswer;
use qishu_wire::requests::RequiredDetailRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = RequiredDetailRequest::read(&call.fields)?;
    let contract = required_detail(&call.app, &call.caller, &request.address).await?;
    answer(&RequiredDetailAnswer::new(&contract, |param| {
        belongs_to_sponsor(&contract, param)
    }))
}
