//! 合同文档

pub(super) mod addbyfile;
pub(super) mod addbyfiles;
pub(super) mod addbytemplate;
pub(super) mod attachment_download;
pub(super) mod download;
