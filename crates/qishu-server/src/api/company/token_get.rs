//! 查询开放平台应用信息: GET `/company/token/get`

use qishu_wire::answers::ApplicationAnswer;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    answer(&ApplicationAnswer::from(&call.caller.application))
}
