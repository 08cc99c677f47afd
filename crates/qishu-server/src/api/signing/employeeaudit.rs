//! 审批: POST `/v2/contract/employeeaudit`

use qishu_app::signing::{Audit, employee_audit};
use qishu_wire::requests::EmployeeAuditRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EmployeeAuditRequest::read(&call.fields)?;
    let audit = Audit {
        address: request.address,
        pass: request.pass,
        comment: request.comment,
        employee: request.employee,
    };
    employee_audit(&call.app, &call.caller, audit).await?;
    done()
}
