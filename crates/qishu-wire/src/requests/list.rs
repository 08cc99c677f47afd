//! 获取合同列表 — GET `/v2/contract/list`

use qishu_model::contract::ContractState;

use super::objects::{NAME, Paging, TimeSpan, paging, tenant_name, time_span};
use crate::fields::{FieldError, Fields, RoundedId};

/// Order of rows by creation time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortOrder {
    /// Oldest first.
    Ascending,
    /// Newest first.
    #[default]
    Descending,
}

/// The company's part in the contracts listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignatoryFilter {
    /// Contracts it started.
    #[default]
    Sponsor,
    /// Contracts it received.
    Receiver,
    /// Both.
    All,
}

/// Contracts of one company (4.13).
#[derive(Debug, Clone, PartialEq)]
pub struct ListRequest {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// Wire names of statuses, see [`ContractState::NAMES`]; empty = all.
    pub statuses: Vec<&'static str>,
    /// Which rows.
    pub paging: Paging,
    /// Order by creation time.
    pub order: SortOrder,
    /// Category by id, possibly rounded (D-30).
    pub category_id: Option<RoundedId>,
    /// Category by name.
    pub category_name: Option<String>,
    /// When sent; absent ends mean six months ago and now. Drafts count by their creation time (D-30).
    pub published: TimeSpan,
    /// The company's part.
    pub signatory_type: SignatoryFilter,
}

impl ListRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When a status is unknown or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let orders = [SortOrder::Ascending, SortOrder::Descending];
        let order = root.one_of("createTimeOrder", &orders, |order| match order {
            SortOrder::Ascending => "ASC",
            SortOrder::Descending => "DESC",
        })?;
        let parts = [
            SignatoryFilter::Sponsor,
            SignatoryFilter::Receiver,
            SignatoryFilter::All,
        ];
        let part = root.one_of("signatoryType", &parts, |part| match part {
            SignatoryFilter::Sponsor => "SPONSOR",
            SignatoryFilter::Receiver => "RECEIVER",
            SignatoryFilter::All => "ALL",
        })?;
        Ok(Self {
            tenant_name: tenant_name(&root)?,
            statuses: root.list_of("status", &ContractState::NAMES, |name| name)?,
            paging: paging(&root)?,
            order: order.unwrap_or_default(),
            category_id: root.rounded_id("categoryId")?,
            category_name: root.text("categoryName", NAME)?,
            published: time_span(&root, "publishTimeStart", "publishTimeEnd")?,
            signatory_type: part.unwrap_or_default(),
        })
    }
}
