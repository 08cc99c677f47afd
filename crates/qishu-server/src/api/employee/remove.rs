//! 移除员工: POST `/v2/employee/remove`

use qishu_app::employee::{Removal, remove_employee};
use qishu_wire::answers::RemovedEmployeeAnswer;
use qishu_wire::requests::EmployeeRemoveRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EmployeeRemoveRequest::read(&call.fields)?;
    let removal = Removal {
        user: request.user,
        heir: request.heir,
        tenant_name: request.tenant_name,
    };
    let gone = remove_employee(&call.app, &call.caller, &removal).await?;
    answer(&RemovedEmployeeAnswer {
        id: gone.id,
        name: gone.name,
    })
}
