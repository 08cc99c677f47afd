//! 合同管理

pub(super) mod addwartermark;
pub(super) mod copysend;
pub(super) mod delay;
pub(super) mod detail;
pub(super) mod download;
pub(super) mod downloadurl;
pub(super) mod draft;
pub(super) mod forceend;
pub(super) mod forceend_addattachment;
pub(super) mod joinurl;
pub(super) mod list;
pub(super) mod modify;
pub(super) mod personal_joinurl;
pub(super) mod required_detail;
pub(super) mod resend;
pub(super) mod send;
pub(super) mod stream;
pub(super) mod viewurl;
