//! 业务分类

pub(super) mod detail;
pub(super) mod list;
