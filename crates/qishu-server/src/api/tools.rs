//! 辅助工具

pub(super) mod checkhealth;
