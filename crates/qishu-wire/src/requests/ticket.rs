//! 生成合同签署令牌 — POST `/v2/contract/miniappexchange`, and `…/view` for reading only (7.3 of the protocol)

use qishu_model::contact::User;
use qishu_model::contract::draft::ContractAddress;
use qishu_model::id::DocumentId;

use super::objects::{contract_address, language, theme_color, user};
use crate::fields::{FieldError, Fields};
use crate::language::Language;

/// A ticket with which a person signs in a mini-program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractTicketRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Who signs.
    pub user: User,
    /// Hide the settings of the signing password.
    pub hide_password_settings: bool,
    /// After one signature confirmed by code the signing password will do for 30 minutes on the same client.
    pub allow_password_sign: bool,
}

impl ContractTicketRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address or user are missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            user: root.require("user", user(&root, "user")?)?,
            hide_password_settings: root.boolean("hidePasswordSettings")?.unwrap_or_default(),
            allow_password_sign: root.boolean("allowPasswordSign")?.unwrap_or_default(),
        })
    }
}

/// A ticket that shows a contract in a mini-program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewTicketRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Document opened first; absent = the first.
    pub document_id: Option<DocumentId>,
    /// Language.
    pub language: Option<Language>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
}

impl ViewTicketRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            document_id: root.id("documentId")?,
            language: language(&root)?,
            theme_color: theme_color(&root)?,
        })
    }
}
