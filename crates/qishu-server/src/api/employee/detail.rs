//! 员工详情: POST `/v2/employee/detail`

use qishu_app::employee::employee_detail;
use qishu_wire::requests::EmployeeRequest;

use super::shown;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EmployeeRequest::read(&call.fields)?;
    let tenant_name = request.tenant_name.as_deref();
    answer(&shown(
        &employee_detail(&call.app, &call.caller, &request.user, tenant_name).await?,
    ))
}
