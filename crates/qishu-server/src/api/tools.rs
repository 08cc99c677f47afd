//! 辅助工具

pub(super) mod checkhealth;
pub(super) mod verify;
