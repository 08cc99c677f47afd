//! 文件验签 — POST `/v2/verify`; 个人身份校验 — POST `/v2/identity/verify`; 企业身份校验 — POST `/v2/companyinfo/verify`

use super::objects::NAME;
use crate::fields::{FieldError, Fields, UploadedFile};

/// A file whose signatures are to be judged (12.1).
#[derive(Debug, Clone, PartialEq)]
pub struct VerifyRequest {
    /// The file.
    pub file: UploadedFile,
    /// Answer the picture of each signature too.
    pub show_image: bool,
}

impl VerifyRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the file is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            file: root.require("file", fields.file("file").cloned())?,
            show_image: root.boolean("showImg")?.unwrap_or_default(),
        })
    }
}

/// A person whose data are to be compared with official ones (12.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityVerifyRequest {
    /// Name.
    pub name: String,
    /// Number of the identity card.
    pub card_no: String,
    /// Mobile number: third factor.
    pub mobile: Option<String>,
    /// Bank card: fourth factor.
    pub bankcard_no: Option<String>,
}

impl IdentityVerifyRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When name or number are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            name: root.require("name", root.text("name", NAME)?)?,
            card_no: root.require("cardNo", root.text("cardNo", NAME)?)?,
            mobile: root.text("mobile", NAME)?,
            bankcard_no: root.text("bankcardNo", NAME)?,
        })
    }
}

/// A company whose data are to be compared with official ones (12.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyInfoVerifyRequest {
    /// Full legal name.
    pub company_name: String,
    /// Registration number.
    pub register_no: String,
    /// Legal representative: third factor.
    pub legal_person: Option<String>,
}

impl CompanyInfoVerifyRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When name or number are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            company_name: root.require("companyName", root.text("companyName", NAME)?)?,
            register_no: root.require("registerNo", root.text("registerNo", NAME)?)?,
            legal_person: root.text("legalPerson", NAME)?,
        })
    }
}
