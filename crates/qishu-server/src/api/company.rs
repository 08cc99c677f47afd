//! 组织架构: 公司, 业务系统, 外部客户

pub(super) mod customer_add;
pub(super) mod detail;
pub(super) mod fee_info;
pub(super) mod list;
pub(super) mod platforminfo;
pub(super) mod subcompany_invite;
pub(super) mod subcompany_remove;
pub(super) mod token_get;
pub(super) mod token_update_callback;
