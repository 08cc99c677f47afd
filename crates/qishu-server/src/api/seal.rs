//! 印章管理

pub(super) mod autocreate;
pub(super) mod createbyimage;
pub(super) mod edit;
pub(super) mod employeesealimage;
pub(super) mod image;
pub(super) mod list;
pub(super) mod remove;
pub(super) mod sealdetail;
pub(super) mod status;
