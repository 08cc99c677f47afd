//! 组织架构: the caller's own company and application

pub(super) mod platforminfo;
pub(super) mod token_get;
pub(super) mod token_update_callback;
