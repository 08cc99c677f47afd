//! 印章管理

pub(super) mod autocreate;
pub(super) mod image;
pub(super) mod list;
pub(super) mod sealdetail;
