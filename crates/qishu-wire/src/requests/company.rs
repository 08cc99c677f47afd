//! 公司详情 — GET `/v2/company/detail`; 公司费用查询 — GET `/v2/company/fee/info`; 发送子公司邀请 — POST `/v2/subcompany/invite`;
//! 移除子公司 — GET `/v2/subcompany/remove`; 新增外部客户 — POST `/v2/customer/add`

use qishu_model::contact::User;
use qishu_model::contract::TenantType;

use super::objects::{BIZ_ID, CALLBACK_URL, NAME, user, web_address};
use crate::fields::{FieldError, Fields, Object, Problem};

/// Characters of a registration number; the unified credit code has 18, older ones fewer.
const REGISTER_NO: usize = 50;

/// A company by full name, by registration number, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyKey {
    /// Full legal name.
    pub name: Option<String>,
    /// Registration number.
    pub register_no: Option<String>,
}

fn company_key(root: &Object<'_>) -> Result<CompanyKey, FieldError> {
    let key = CompanyKey {
        name: root.text("companyName", NAME)?,
        register_no: root.text("registerNo", REGISTER_NO)?,
    };
    if key.name.is_none() && key.register_no.is_none() {
        return Err(root.error("companyName", Problem::MissingUnless("registerNo")));
    }
    Ok(key)
}

/// One company (4.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyDetailRequest {
    /// Which one.
    pub company: CompanyKey,
}

impl CompanyDetailRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When neither name nor number is given, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        Ok(Self {
            company: company_key(&fields.root())?,
        })
    }
}

/// What a company has paid and may still send (4.15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeInfoRequest {
    /// Company; absent = platform company.
    pub company_name: Option<String>,
}

impl FeeInfoRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        Ok(Self {
            company_name: fields.root().text("companyName", NAME)?,
        })
    }
}

/// Invites a company into the group (4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubcompanyInviteRequest {
    /// Whom.
    pub company: CompanyKey,
    /// The caller's own id of the invitation.
    pub biz_id: Option<String>,
    /// Where the answer is told.
    pub callback_url: Option<String>,
}

impl SubcompanyInviteRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the company is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            company: company_key(&root)?,
            biz_id: root.text("bizId", BIZ_ID)?,
            callback_url: web_address(&root, "callbackUrl", CALLBACK_URL)?,
        })
    }
}

/// Takes a company out of the group (4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubcompanyRemoveRequest {
    /// Full name of the subsidiary.
    pub company_name: String,
}

impl SubcompanyRemoveRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the name is missing or has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            company_name: root.require("companyName", root.text("companyName", NAME)?)?,
        })
    }
}

/// Adds a customer to the address book (10.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerAddRequest {
    /// `COMPANY` or `PERSONAL`.
    pub tenant_type: TenantType,
    /// Name of the company; always there for companies, never for persons.
    pub company_name: Option<String>,
    /// The person, or the contact person; always with a name.
    pub user: User,
    /// Second contact value.
    pub alternate_contact: Option<String>,
}

impl CustomerAddRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When kind, person, the person's name or a company's name are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let types = [TenantType::Company, TenantType::Personal];
        let tenant_type = root.one_of("tenantType", &types, TenantType::name)?;
        let tenant_type = root.require("tenantType", tenant_type)?;
        let company_name = root.text("companyName", NAME)?;
        if tenant_type.is_company() && company_name.is_none() {
            return Err(root.error("companyName", Problem::Missing));
        }
        let user = root.require("user", user(&root, "user")?)?;
        if user.name.is_none() {
            return Err(root.error("user.name", Problem::Missing));
        }
        Ok(Self {
            tenant_type,
            company_name: company_name.filter(|_| tenant_type.is_company()),
            user,
            alternate_contact: root.text("alternateContact", NAME)?,
        })
    }
}
