//! 签署个人签名 — POST `/v2/contract/personalsign`

use qishu_model::contact::User;
use qishu_model::id::CompanyId;

use super::objects::{NAME, user};
use super::sign::SignRequest;
use crate::fields::{FieldError, Fields};

/// A person's signature by API (5.12).
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalSignRequest {
    /// Contract, seal and positions.
    pub sign: SignRequest,
    /// Who signs.
    pub user: User,
    /// Sign a step of this company instead of a party of the person's own.
    pub company_signatory: Option<CompanySelector>,
}

/// A company by id or name; the id wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanySelector {
    /// Id.
    pub id: Option<CompanyId>,
    /// Full name.
    pub name: Option<String>,
}

impl PersonalSignRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address or user are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let company = match root.object("companySignatory")? {
            Some(object) => Some(CompanySelector {
                id: object.id("id")?,
                name: object.text("name", NAME)?,
            }),
            None => None,
        };
        Ok(Self {
            sign: SignRequest::read(fields)?,
            user: root.require("user", user(&root, "user")?)?,
            company_signatory: company.filter(|company| company.id.is_some() || company.name.is_some()),
        })
    }
}
