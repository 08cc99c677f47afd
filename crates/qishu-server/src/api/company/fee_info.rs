//! 公司费用查询: GET `/v2/company/fee/info`

use qishu_app::company::company_account;
use qishu_wire::answers::FeeAnswer;
use qishu_wire::requests::FeeInfoRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = FeeInfoRequest::read(&call.fields)?;
    let name = request.company_name.as_deref();
    let (company, account) = company_account(&call.app, &call.caller, name).await?;
    answer(&FeeAnswer::new(&company, account.as_ref()))
}
