//! 移除子公司: GET `/v2/subcompany/remove`

use qishu_app::company::remove_subsidiary;
use qishu_wire::requests::SubcompanyRemoveRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SubcompanyRemoveRequest::read(&call.fields)?;
    remove_subsidiary(&call.app, &call.caller, &request.company_name).await?;
    done()
}
