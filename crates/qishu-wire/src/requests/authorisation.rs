//! 单点登录模块授权页面 — POST `/v2/ssoprivilege/url`; 个人签名授权页面 — POST `/v2/personalsign/authurl`; 取消个人签名授权 — POST
//! `/v2/personalsign/deauthorize`; 查询个人静默签授权记录 — POST `/v2/personalsign/query`

use qishu_model::authorisation::{AuthMethod, AuthorisationStatus};
use qishu_model::contact::User;
use qishu_model::id::CompanyId;
use qishu_model::time::Timestamp;

use super::objects::{CALLBACK_URL, NAME, PAGE_URL, REASON, tenant_name, user, web_address};
use super::person_auth::{AuthPrefillFields, page_color, reachable_user};
use crate::fields::{FieldError, Fields, Problem};

/// A page on which a company opens its modules to single sign-on (11.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoPrivilegeUrlRequest {
    /// Company by id; wins.
    pub company_id: Option<CompanyId>,
    /// Company by full name.
    pub company_name: Option<String>,
    /// Who opens the page.
    pub user: User,
    /// Where the page leads after success.
    pub success_url: Option<String>,
    /// Where the answer is told.
    pub callback_url: Option<String>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
}

impl SsoPrivilegeUrlRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When company or user are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let company = root.require("company", root.object("company")?)?;
        let (company_id, company_name) = (company.id("id")?, company.text("name", NAME)?);
        if company_id.is_none() && company_name.is_none() {
            return Err(company.error("id", Problem::MissingUnless("name")));
        }
        Ok(Self {
            company_id,
            company_name,
            user: reachable_user(&root)?,
            success_url: web_address(&root, "successUrl", PAGE_URL)?,
            callback_url: web_address(&root, "callbackUrl", CALLBACK_URL)?,
            theme_color: page_color(&root)?,
        })
    }
}

/// A page on which a person lets a company sign in their name (11.2).
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalSignAuthUrlRequest {
    /// Who.
    pub user: User,
    /// Last day, to its last second.
    pub auth_deadline: Timestamp,
    /// What it is for.
    pub remark: String,
    /// Where it is told.
    pub callback_url: Option<String>,
    /// Where the page leads afterwards.
    pub callback_page: Option<String>,
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// How it has to be confirmed; absent = as the person chooses.
    pub auth_method: Option<AuthMethod>,
    /// Prefill for a person who is not known for sure.
    pub auth_info: Option<AuthPrefillFields>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
    /// Also for contracts in which the person is a party of their own.
    pub allow_personal_auto: bool,
    /// The person may change the deadline.
    pub auth_time_modifiable: bool,
}

impl PersonalSignAuthUrlRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When user, deadline or remark are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let deadline = root.require("authDeadline", root.date("authDeadline")?)?;
        let info = root.object("authInfo")?;
        Ok(Self {
            user: reachable_user(&root)?,
            auth_deadline: deadline.end_of_day(),
            remark: root.require("remark", root.text("remark", REASON)?)?,
            callback_url: web_address(&root, "callbackUrl", CALLBACK_URL)?,
            callback_page: web_address(&root, "callbackPage", PAGE_URL)?,
            tenant_name: tenant_name(&root)?,
            auth_method: root.one_of("authMethod", &AuthMethod::ALL, AuthMethod::name)?,
            auth_info: info.as_ref().map(AuthPrefillFields::read).transpose()?,
            theme_color: page_color(&root)?,
            allow_personal_auto: root.boolean("allowPersonalAuto")?.unwrap_or_default(),
            auth_time_modifiable: root.boolean("authTimeModifiable")?.unwrap_or_default(),
        })
    }
}

/// Withdraws what a person allowed (11.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeauthorizeRequest {
    /// Who.
    pub user: User,
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
}

impl DeauthorizeRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the user is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            user: root.require("user", user(&root, "user")?)?,
            tenant_name: tenant_name(&root)?,
        })
    }
}

/// What a person was asked for (11.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorisationQueryRequest {
    /// Who.
    pub user: User,
    /// Only those that stand so.
    pub status: Option<AuthorisationStatus>,
    /// Only those for this company.
    pub company: Option<String>,
}

impl AuthorisationQueryRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the user is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let all = AuthorisationStatus::QUERIED;
        Ok(Self {
            user: root.require("user", user(&root, "user")?)?,
            status: root.one_of("authStatus", &all, AuthorisationStatus::name)?,
            company: root.text_only("company", NAME)?,
        })
    }
}
