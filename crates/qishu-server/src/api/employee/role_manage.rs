//! 管理员工角色: POST `/v2/role/manage`

use qishu_app::employee::{RoleChange, manage_role};
use qishu_wire::requests::{Operate, RoleManageRequest};

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = RoleManageRequest::read(&call.fields)?;
    let change = RoleChange {
        tenant_name: request.tenant_name,
        role: request.role,
        give: request.operate == Operate::Add,
        users: request.users,
    };
    manage_role(&call.app, &call.caller, &change).await?;
    done()
}
