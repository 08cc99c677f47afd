//! 组织架构: 员工与角色

pub(super) mod create;
pub(super) mod detail;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod role_manage;
pub(super) mod update;

use qishu_app::employee::EmployeeView;
use qishu_wire::answers::EmployeeAnswer;

fn shown(view: &EmployeeView) -> EmployeeAnswer {
    EmployeeAnswer::new(&view.employee, view.real_name, &view.companies)
}
