//! 业务分类列表 — GET `/v2/category/list`; 业务分类详情 — GET `/v2/category/detail`

use super::objects::{NAME, Paging, TimeSpan, paging, tenant_name, time_span};
use crate::fields::{FieldError, Fields, Problem, RoundedId};

/// Categories of a company (7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryListRequest {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// Which rows.
    pub paging: Paging,
    /// When changed last.
    pub modified: TimeSpan,
}

impl CategoryListRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            tenant_name: tenant_name(&root)?,
            paging: paging(&root)?,
            modified: time_span(&root, "modifyTimeStart", "modifyTimeEnd")?,
        })
    }
}

/// How a category is named; the id wins over the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryName {
    /// By id, possibly rounded.
    Id(RoundedId),
    /// By name, unique in its company.
    Name(String),
}

/// One category (7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryDetailRequest {
    /// Which one.
    pub category: CategoryName,
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
}

impl CategoryDetailRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When neither id nor name is given, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let name = root.text("categoryName", NAME)?;
        let category = root
            .rounded_id("categoryId")?
            .map(CategoryName::Id)
            .or(name.map(CategoryName::Name));
        let missing = || root.error("categoryId", Problem::MissingUnless("categoryName"));
        Ok(Self {
            category: category.ok_or_else(missing)?,
            tenant_name: tenant_name(&root)?,
        })
    }
}
