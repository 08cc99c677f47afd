//! 对接方信息: GET `/company/platforminfo`

use qishu_wire::answers::CompanyAnswer;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    answer(&CompanyAnswer::from(&call.caller.company))
}
