//! 获取合同操作记录 — GET `/v2/contract/stream`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::log::OperateType;

use super::objects::contract_address;
use crate::fields::{FieldError, Fields};

/// A group of log entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Everything.
    All,
    /// Looked at.
    View,
    /// Everything that is not looking, downloading or printing (D-36).
    Modify,
    /// Downloaded.
    Download,
    /// Printed.
    Print,
}

impl Operation {
    const EVERY: [Self; 5] = [Self::All, Self::View, Self::Modify, Self::Download, Self::Print];

    const fn name(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::View => "VIEW",
            Self::Modify => "MODIFY",
            Self::Download => "DOWNLOAD",
            Self::Print => "PRINT",
        }
    }

    /// Whether entries of this kind belong to the group.
    #[must_use]
    pub const fn holds(self, kind: OperateType) -> bool {
        match self {
            Self::All => true,
            Self::View => matches!(kind, OperateType::View),
            Self::Download => matches!(kind, OperateType::Download),
            Self::Print => matches!(kind, OperateType::Print),
            Self::Modify => !matches!(
                kind,
                OperateType::View | OperateType::Download | OperateType::Print
            ),
        }
    }
}

/// The log of a contract (4.21).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Groups wanted, at least one.
    pub operations: Vec<Operation>,
}

impl StreamRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a group is unknown.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let mut operations = root.list_of("operation", &Operation::EVERY, Operation::name)?;
        if operations.is_empty() {
            operations.push(Operation::All);
        }
        Ok(Self {
            address: contract_address(&root)?,
            operations,
        })
    }

    /// Whether entries of this kind are wanted.
    #[must_use]
    pub fn wants(&self, kind: OperateType) -> bool {
        self.operations.iter().any(|operation| operation.holds(kind))
    }
}
