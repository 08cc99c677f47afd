//! Employees (2.4 of the organisation group).

use qishu_model::company::{Company, Employee};
use qishu_model::id::EmployeeId;
use serde::Serialize;

use super::company::CompanyAnswer;

/// An employee: row of `employee/list`, result of `create`, `update` and `detail`. Mobile and mail are complete, because
/// integrators compare them with their own record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmployeeAnswer {
    /// Id.
    pub id: EmployeeId,
    /// Name.
    pub name: String,
    /// Mobile number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Employee number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Passed real-name authentication.
    pub real_name: bool,
    /// When added.
    pub create_time: String,
    /// Companies of the group the person works in.
    pub companies: Vec<CompanyAnswer>,
    /// Codes of the roles held in this company.
    pub roles: Vec<&'static str>,
}

impl EmployeeAnswer {
    /// The answer for an employee, with whether the person passed real-name authentication and where else they work.
    #[must_use]
    pub fn new(employee: &Employee, real_name: bool, companies: &[Company]) -> Self {
        Self {
            id: employee.id,
            name: employee.name.clone(),
            mobile: employee.mobile.clone(),
            email: employee.email.clone(),
            number: employee.number.clone(),
            real_name,
            create_time: employee.create_time.date_time_text(),
            companies: companies.iter().map(CompanyAnswer::from).collect(),
            roles: employee.roles.iter().map(|role| role.name()).collect(),
        }
    }
}

/// Result of `employee/remove` (D-18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemovedEmployeeAnswer {
    /// Id.
    pub id: EmployeeId,
    /// Name.
    pub name: String,
}
