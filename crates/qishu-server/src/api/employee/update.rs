//! 更新员工: POST `/v2/employee/update`

use qishu_app::employee::{EmployeeUpdate, update_employee};
use qishu_wire::requests::EmployeeRequest;

use super::shown;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EmployeeRequest::read(&call.fields)?;
    let update = EmployeeUpdate {
        user: request.user,
        number: request.number,
        tenant_name: request.tenant_name,
    };
    answer(&shown(&update_employee(&call.app, &call.caller, &update).await?))
}
