//! 修改签署方 — POST `/v2/signatory/edit`, `/v3/signatory/edit`; 修改签署节点签署人 — POST `/v2/signatory/operators/edit`;
//! 添加签署方 — POST `/v2/signatory/add`

use qishu_model::contact::User;
use qishu_model::contract::SignValidateWay;
use qishu_model::contract::draft::{ContractAddress, SignatoryDraft};
use qishu_model::id::{ActionId, SignatoryId};

use super::objects::{contract_address, locate_all_keywords, tenant_name, user, users};
use super::party::signatory;
use crate::fields::{FieldError, Fields, Problem};

/// New data of a party (4.7, 4.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditSignatoryRequest {
    /// The party.
    pub signatory_id: SignatoryId,
    /// New name.
    pub tenant_name: Option<String>,
    /// New handler or person.
    pub receiver: Option<User>,
    /// How the signer confirms; v3 only.
    pub sign_validate_way: Option<SignValidateWay>,
    /// Employee who makes the change; v3 only.
    pub operator: Option<User>,
}

impl EditSignatoryRequest {
    /// Reads the request of v2.
    ///
    /// # Errors
    /// When the party, or both `tenantName` and `receiver`, are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let request = Self {
            signatory_id: root.require("signatoryId", root.id("signatoryId")?)?,
            tenant_name: tenant_name(&root)?,
            receiver: user(&root, "receiver")?,
            sign_validate_way: None,
            operator: None,
        };
        if request.tenant_name.is_none() && request.receiver.is_none() {
            return Err(root.error("tenantName", Problem::MissingUnless("receiver")));
        }
        Ok(request)
    }

    /// Reads the request of v3.
    ///
    /// # Errors
    /// When the party, or all three of `tenantName`, `signValidateWay` and `receiver`, are missing, or a field has the
    /// wrong form.
    pub fn read_v3(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let request = Self {
            signatory_id: root.require("signatoryId", root.id("signatoryId")?)?,
            tenant_name: tenant_name(&root)?,
            receiver: user(&root, "receiver")?,
            sign_validate_way: root.one_of(
                "signValidateWay",
                &SignValidateWay::ALL,
                SignValidateWay::name,
            )?,
            operator: user(&root, "operator")?,
        };
        if request.tenant_name.is_none() && request.receiver.is_none() && request.sign_validate_way.is_none()
        {
            let others = "signValidateWay or receiver";
            return Err(root.error("tenantName", Problem::MissingUnless(others)));
        }
        Ok(request)
    }
}

/// What becomes of the people of a step (D-26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OperatorsEdit {
    /// They are added.
    Add,
    /// They are removed.
    Remove,
    /// They replace those there were.
    #[default]
    Replace,
}

impl OperatorsEdit {
    /// Every accepted spelling with its meaning.
    const NAMES: [(&'static str, Self); 6] = [
        ("REPLACE", Self::Replace),
        ("COVER", Self::Replace),
        ("ADD", Self::Add),
        ("APPEND", Self::Add),
        ("DELETE", Self::Remove),
        ("REMOVE", Self::Remove),
    ];
}

/// Other people for a step (4.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditOperatorsRequest {
    /// The contract.
    pub address: ContractAddress,
    /// The step.
    pub action_id: ActionId,
    /// The people; at least one.
    pub operators: Vec<User>,
    /// What becomes of them.
    pub edit: OperatorsEdit,
    /// Employee who makes the change.
    pub operator: Option<User>,
}

impl EditOperatorsRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address, step or people are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let operators = users(&root, "actionOperators")?;
        if operators.is_empty() {
            return Err(root.error("actionOperators", Problem::Missing));
        }
        let edit = root.one_of("editType", &OperatorsEdit::NAMES, |(name, _)| name)?;
        Ok(Self {
            address: contract_address(&root)?,
            action_id: root.require("actionId", root.id("actionId")?)?,
            operators,
            edit: edit.map(|(_, edit)| edit).unwrap_or_default(),
            operator: user(&root, "operator")?,
        })
    }
}

/// One more party (4.10).
#[derive(Debug, Clone, PartialEq)]
pub struct AddSignatoryRequest {
    /// The contract.
    pub address: ContractAddress,
    /// The party.
    pub signatory: SignatoryDraft,
    /// Every keyword must be found; default true.
    pub locate_all_keywords: bool,
}

impl AddSignatoryRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address or party are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let party = root.object("signatory")?.as_ref().map(signatory).transpose()?;
        Ok(Self {
            address: contract_address(&root)?,
            signatory: root.require("signatory", party)?,
            locate_all_keywords: locate_all_keywords(&root)?,
        })
    }
}
