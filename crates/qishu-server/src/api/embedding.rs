//! JS SDK, 小程序插件

pub(super) mod contract_miniappexchange;
pub(super) mod contract_miniappexchange_view;
pub(super) mod uniformapi;
