//! Seals (2.6 of the organisation group).

use qishu_model::id::SealId;
use qishu_model::seal::Seal;
use serde::Serialize;

use super::user::{UserAnswer, users};

/// A seal: row of `seal/list`, and with its users result of `sealdetail` and `autocreate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SealAnswer {
    /// Id.
    pub id: SealId,
    /// Name.
    pub name: String,
    /// `ENTERPRISE`, `LP` or `PRACTICING_SEAL`.
    pub seal_type: &'static str,
    /// Size name.
    pub spec: String,
    /// `NORMAL` or `FREEZE`.
    pub status: &'static str,
    /// When created.
    pub create_time: String,
    /// People who may use it; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<UserAnswer>>,
}

impl SealAnswer {
    /// A row of a list.
    #[must_use]
    pub fn row(seal: &Seal) -> Self {
        Self {
            id: seal.id,
            name: seal.name.clone(),
            seal_type: seal.seal_type.name(),
            spec: seal.spec.clone(),
            status: seal.status.name(),
            create_time: seal.create_time.date_time_text(),
            users: None,
        }
    }

    /// The seal with its users.
    #[must_use]
    pub fn detail(seal: &Seal) -> Self {
        Self {
            users: Some(users(&seal.users)),
            ..Self::row(seal)
        }
    }
}
