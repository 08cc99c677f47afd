//! 印章列表 — GET `/v2/seal/list`; 印章图片 — GET `/v2/seal/image`; 印章详情 — GET `/v2/seal/sealdetail`

use qishu_model::id::SealId;
use qishu_model::seal::SealStatus;

use super::objects::{Paging, TimeSpan, paging, tenant_name, time_span};
use crate::fields::{FieldError, Fields};

/// Which seals of a company are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealStatusFilter {
    /// Seals in this status; the default is [`SealStatus::Normal`].
    Only(SealStatus),
    /// Every seal.
    All,
}

impl SealStatusFilter {
    const EVERY: [Self; 3] = [
        Self::Only(SealStatus::Normal),
        Self::Only(SealStatus::Freeze),
        Self::All,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Only(status) => status.name(),
            Self::All => "ALL",
        }
    }
}

/// Seals of a company (5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealListRequest {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// Which rows.
    pub paging: Paging,
    /// Which statuses.
    pub status: SealStatusFilter,
    /// When changed last.
    pub modified: TimeSpan,
}

impl SealListRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let status = root.one_of("status", &SealStatusFilter::EVERY, SealStatusFilter::name)?;
        Ok(Self {
            tenant_name: tenant_name(&root)?,
            paging: paging(&root)?,
            status: status.unwrap_or(SealStatusFilter::Only(SealStatus::Normal)),
            modified: time_span(&root, "modifyTimeStart", "modifyTimeEnd")?,
        })
    }
}

/// One seal: its picture (5.2) or its detail (5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealIdRequest {
    /// The seal.
    pub seal_id: SealId,
}

impl SealIdRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the id is missing or no id.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            seal_id: root.require("sealId", root.id("sealId")?)?,
        })
    }
}
