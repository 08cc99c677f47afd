//! 合同管理

pub(super) mod addwartermark;
pub(super) mod detail;
pub(super) mod download;
pub(super) mod downloadurl;
pub(super) mod draft;
pub(super) mod list;
pub(super) mod send;
pub(super) mod stream;
pub(super) mod viewurl;
