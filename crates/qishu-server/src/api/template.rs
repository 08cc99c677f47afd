//! 模板管理

pub(super) mod createbyword;
pub(super) mod detail;
pub(super) mod download;
pub(super) mod edit;
pub(super) mod list;
pub(super) mod pageurl;
pub(super) mod remove;
pub(super) mod status;
