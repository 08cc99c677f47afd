//! 添加员工: POST `/v2/employee/create`

use qishu_app::employee::{NewEmployee, add_employee};
use qishu_wire::requests::EmployeeRequest;

use super::shown;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EmployeeRequest::read_new(&call.fields)?;
    let new = NewEmployee {
        user: request.user,
        number: request.number,
        tenant_name: request.tenant_name,
    };
    answer(&shown(&add_employee(&call.app, &call.caller, &new).await?))
}
