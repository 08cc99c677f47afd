//! 员工列表 — GET `/v2/employee/list`; 添加员工, 更新员工, 员工详情, 移除员工 — POST `/v2/employee/create`, `update`, `detail`,
//! `remove`; 管理员工角色 — POST `/v2/role/manage`

use qishu_model::company::Role;
use qishu_model::contact::{ContactType, User};

use super::objects::{NAME, Paging, paging, tenant_name, user, users};
use super::seal_manage::{Operate, flat_user, operate};
use crate::fields::{FieldError, Fields, Object, Problem};

/// Characters of an employee number; not documented.
const NUMBER: usize = 50;

/// Current employees of a company (4.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeListRequest {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// Only those who hold this role.
    pub role: Option<Role>,
    /// Which rows.
    pub paging: Paging,
}

impl EmployeeListRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let listed = [Role::SystemAdmin, Role::SealAdmin, Role::TemplateAdmin];
        Ok(Self {
            tenant_name: tenant_name(&root)?,
            role: root.one_of("role", &listed, Role::name)?,
            paging: paging(&root)?,
        })
    }
}

/// Adds an employee (4.8), or names one (4.9, 4.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeRequest {
    /// Who.
    pub user: User,
    /// Employee number.
    pub number: Option<String>,
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
}

impl EmployeeRequest {
    /// Reads a request that names an employee.
    ///
    /// # Errors
    /// When the user is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            user: root.require("user", user(&root, "user")?)?,
            number: root.text("number", NUMBER)?,
            tenant_name: tenant_name(&root)?,
        })
    }

    /// Reads a request that adds an employee: with a name, by mobile number or mail address.
    ///
    /// # Errors
    /// When name or contact are missing, or a field has the wrong form.
    pub fn read_new(fields: &Fields) -> Result<Self, FieldError> {
        let request = Self::read(fields)?;
        let refuse = |path: &str, problem| FieldError {
            path: path.to_owned(),
            problem,
        };
        if request.user.name.is_none() {
            return Err(refuse("user.name", Problem::Missing));
        }
        if !matches!(
            request.user.contact_type,
            ContactType::Mobile | ContactType::Email
        ) {
            return Err(refuse(
                "user.contactType",
                Problem::NotOneOf("MOBILE EMAIL".to_owned()),
            ));
        }
        Ok(request)
    }
}

/// Gives a role to employees, or takes it (4.11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleManageRequest {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// The role: seal or template administrator.
    pub role: Role,
    /// Give or take.
    pub operate: Operate,
    /// Who.
    pub users: Vec<User>,
}

impl RoleManageRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When role or users are missing, the role cannot be managed here, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let role = root.one_of("role", &[Role::SealAdmin, Role::TemplateAdmin], Role::name)?;
        let users = users(&root, "users")?;
        if users.is_empty() {
            return Err(root.error("users", Problem::Missing));
        }
        Ok(Self {
            tenant_name: tenant_name(&root)?,
            role: root.require("role", role)?,
            operate: operate(&root)?,
            users,
        })
    }
}

/// Removes an employee (4.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeRemoveRequest {
    /// Who leaves.
    pub user: User,
    /// Who takes over.
    pub heir: Option<User>,
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
}

impl EmployeeRemoveRequest {
    /// Reads the request. The person stands in the request itself or in `user`; `transferEmployee` is an object, its JSON
    /// text, or a bare contact (D-18).
    ///
    /// # Errors
    /// When the person is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let leaving = match user(&root, "user")? {
            Some(user) => user,
            None => flat_user(&root)?,
        };
        Ok(Self {
            user: leaving,
            heir: heir(&root)?,
            tenant_name: tenant_name(&root)?,
        })
    }
}

fn heir(root: &Object<'_>) -> Result<Option<User>, FieldError> {
    const FIELD: &str = "transferEmployee";
    let bare = root
        .text_only(FIELD, usize::MAX)?
        .filter(|text| !text.starts_with('{'));
    let Some(contact) = bare else {
        return user(root, FIELD);
    };
    if contact.chars().count() > NAME {
        return Err(root.error(FIELD, Problem::TooLong { limit: NAME }));
    }
    Ok(Some(User {
        name: None,
        contact_type: ContactType::guess(&contact),
        contact,
    }))
}
