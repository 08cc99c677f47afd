//! 编辑印章 — POST `/v2/seal/edit`; 管理印章状态 — POST `/v2/seal/status`; 员工默认签名图片 — GET `/v2/seal/employeesealimage`

use qishu_model::contact::{ContactType, User};
use qishu_model::id::SealId;

use super::objects::{NAME, tenant_name, users};
use crate::fields::{FieldError, Fields, Object, Problem};

/// Put in or taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operate {
    /// Put in; the default.
    Add,
    /// Taken out.
    Remove,
}

impl Operate {
    const fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Remove => "REMOVE",
        }
    }
}

/// Reads `operate`, by default `ADD`.
///
/// # Errors
/// When it is neither word.
pub(super) fn operate(root: &Object<'_>) -> Result<Operate, FieldError> {
    let operate = root.one_of("operate", &[Operate::Add, Operate::Remove], Operate::name)?;
    Ok(operate.unwrap_or(Operate::Add))
}

/// Changes name and users of a seal (5.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealEditRequest {
    /// The seal.
    pub seal_id: SealId,
    /// New name; absent = unchanged.
    pub name: Option<String>,
    /// What to do with the users.
    pub operate: Operate,
    /// Employees to put in or take out.
    pub users: Vec<User>,
}

impl SealEditRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the seal is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            seal_id: root.require("sealId", root.id("sealId")?)?,
            name: root.text("sealName", NAME)?,
            operate: operate(&root)?,
            users: users(&root, "sealUsers")?,
        })
    }
}

/// Enables or disables a seal (5.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealStatusRequest {
    /// The seal.
    pub seal_id: SealId,
    /// Enable it, or disable it.
    pub enable: bool,
}

impl SealStatusRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When a field is missing or has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let name = |enable| if enable { "ENABLE" } else { "DISABLE" };
        let operate = root.one_of("operate", &[true, false], name)?;
        Ok(Self {
            seal_id: root.require("sealId", root.id("sealId")?)?,
            enable: root.require("operate", operate)?,
        })
    }
}

/// Asks for an employee's default signature (5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeSealImageRequest {
    /// Employer; absent = platform company.
    pub company_name: Option<String>,
    /// The employee.
    pub user: User,
}

impl EmployeeSealImageRequest {
    /// Reads the request. The company goes by `companyName` here, and by `tenantName` as everywhere else.
    ///
    /// # Errors
    /// When the contact is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            company_name: root.text("companyName", NAME)?.or(tenant_name(&root)?),
            user: flat_user(&root)?,
        })
    }
}

/// Reads a person whose members stand in the request itself.
///
/// # Errors
/// When the contact is missing, or a member has the wrong form.
pub(super) fn flat_user(root: &Object<'_>) -> Result<User, FieldError> {
    let contact = root.text("contact", NAME)?;
    let contact_type = root.one_of("contactType", &ContactType::ALL, ContactType::name)?;
    let contact = contact.ok_or_else(|| root.error("contact", Problem::Missing))?;
    Ok(User {
        name: root.text("name", NAME)?,
        contact_type: contact_type.unwrap_or_else(|| ContactType::guess(&contact)),
        contact,
    })
}
