//! 员工列表: GET `/v2/employee/list`

use qishu_app::employee::{EmployeeQuery, list_employees};
use qishu_wire::answers::ListAnswer;
use qishu_wire::requests::EmployeeListRequest;

use super::shown;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EmployeeListRequest::read(&call.fields)?;
    let query = EmployeeQuery {
        tenant_name: request.tenant_name,
        role: request.role,
        offset: u32::try_from(request.paging.offset).unwrap_or(u32::MAX),
        limit: request.paging.limit,
    };
    let listed = list_employees(&call.app, &call.caller, query).await?;
    answer(&ListAnswer {
        total_count: listed.total,
        list: listed.rows.iter().map(shown).collect(),
    })
}
