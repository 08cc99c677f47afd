//! 获取企业认证链接 — POST `/companyauth/pcpage`, `h5page`, `pcpagewithlicense`, `h5pagewithlicense`;
//! 查询认证结果 — GET `/companyauth/result`

use qishu_model::company_auth::{CompanyData, CompanyField};
use qishu_model::contact::{ContactType, User};

use super::objects::{CALLBACK_URL, NAME, language, user, web_address};
use super::person_auth::page_color;
use crate::fields::{FieldError, Fields, Problem, UploadedFile};
use crate::language::Language;

/// A link under which a company is authenticated (9.1 to 9.4). Keys count without case, and the applicant may come as
/// `applicant`, `Applicant` or `applicantInfo` (D-05).
#[derive(Debug, Clone, PartialEq)]
pub struct CompanyAuthLinkRequest {
    /// What is filled in, without the licence.
    pub data: CompanyData,
    /// Who submits.
    pub applicant: User,
    /// Business licence; only with the endpoints that take one.
    pub license: Option<UploadedFile>,
    /// Prefilled fields that may be changed.
    pub modify_fields: Vec<CompanyField>,
    /// Where results are told.
    pub callback_url: Option<String>,
    /// Show the close button; by default yes.
    pub close_button: bool,
    /// Language; absent = the applicant's.
    pub language: Option<Language>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
    /// Name shown as the integrator's.
    pub platform_name: Option<String>,
}

impl CompanyAuthLinkRequest {
    /// Reads the request of an endpoint that takes no licence (9.1, 9.2).
    ///
    /// # Errors
    /// When name or applicant are missing, the applicant is named by something else than mobile or mail, or a field has
    /// the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let applicant = match user(&root, "applicant")? {
            None => user(&root, "applicantInfo")?,
            given => given,
        };
        let applicant = root.require("applicant", applicant)?;
        if !matches!(applicant.contact_type, ContactType::Email | ContactType::Mobile) {
            let problem = Problem::NotOneOf("MOBILE EMAIL".to_owned());
            return Err(root.error("applicant.contactType", problem));
        }
        Ok(Self {
            data: CompanyData {
                name: root.require("companyName", root.text("companyName", NAME)?)?,
                register_no: root.text("registerNo", NAME)?,
                legal_person: root.text("legalPerson", NAME)?,
                legal_contact: root.text("legalContact", NAME)?,
                license: None,
            },
            applicant,
            license: None,
            modify_fields: root.list_of("modifyFields", &CompanyField::ALL, CompanyField::name)?,
            callback_url: web_address(&root, "callbackUrl", CALLBACK_URL)?,
            close_button: root.boolean("closeButton")?.unwrap_or(true),
            language: language(&root)?,
            theme_color: page_color(&root)?,
            platform_name: root.text("platformName", NAME)?,
        })
    }

    /// Reads the request of an endpoint that takes one (9.3, 9.4).
    ///
    /// # Errors
    /// As [`CompanyAuthLinkRequest::read`], and without the licence.
    pub fn read_with_license(fields: &Fields) -> Result<Self, FieldError> {
        let license = fields
            .root()
            .require("license", fields.file("license").cloned())?;
        Ok(Self {
            license: Some(license),
            ..Self::read(fields)?
        })
    }
}

/// How the authentication of a company stands (9.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyAuthResultRequest {
    /// By request.
    pub request_id: Option<String>,
    /// By name.
    pub company_name: Option<String>,
}

impl CompanyAuthResultRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When both are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let request = Self {
            request_id: root.text("requestId", NAME)?,
            company_name: root.text("companyName", NAME)?,
        };
        if request.request_id.is_none() && request.company_name.is_none() {
            return Err(root.error("companyName", Problem::MissingUnless("requestId")));
        }
        Ok(request)
    }
}
