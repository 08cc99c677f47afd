//! 个人认证, 企业认证, 授权管理

pub(super) mod companyauth;
pub(super) mod companyauth_result;
pub(super) mod personalauth;
pub(super) mod personalauth_result;
pub(super) mod personalsign_authurl;
pub(super) mod personalsign_deauthorize;
pub(super) mod personalsign_query;
pub(super) mod ssoprivilege_url;
