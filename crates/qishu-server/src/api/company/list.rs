//! 子公司列表: GET `/v2/company/list`

use qishu_app::company::list_group;
use qishu_wire::answers::CompanyListAnswer;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let subsidiaries = list_group(&call.app, &call.caller).await?;
    answer(&CompanyListAnswer::new(&call.caller.company, &subsidiaries))
}
