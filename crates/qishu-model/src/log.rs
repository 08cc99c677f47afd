//! The contract's own log: what `stream` answers (D-36).

use serde::{Deserialize, Serialize};

/// What was done; wire name and Chinese description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OperateType {
    /// A step was approved or refused.
    Audit,
    /// All signatures are there.
    Complete,
    /// Copies went out.
    CopySend,
    /// The draft was made.
    Create,
    /// The deadline moved.
    Delay,
    /// A file was downloaded.
    Download,
    /// The deadline passed.
    Expire,
    /// Parameters were filled.
    Fill,
    /// Ended by the initiator.
    ForceEnd,
    /// Voiding: started, signed, finished or failed.
    Invalid,
    /// Changed.
    Modify,
    /// Parties were reminded.
    Notice,
    /// Printed.
    Print,
    /// Taken back by the initiator.
    Recall,
    /// Returned by a party.
    Reject,
    /// Sent.
    Send,
    /// Signed.
    Sign,
    /// Looked at.
    View,
}

impl OperateType {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.names().0
    }

    /// Chinese description.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        self.names().1
    }

    /// Reads a wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Audit,
        Self::Complete,
        Self::CopySend,
        Self::Create,
        Self::Delay,
        Self::Download,
        Self::Expire,
        Self::Fill,
        Self::ForceEnd,
        Self::Invalid,
        Self::Modify,
        Self::Notice,
        Self::Print,
        Self::Recall,
        Self::Reject,
        Self::Send,
        Self::Sign,
        Self::View,
    ];

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Audit => ("AUDIT", "审批"),
            Self::Complete => ("COMPLETE", "签署完成"),
            Self::CopySend => ("COPY_SEND", "抄送"),
            Self::Create => ("CREATE", "创建"),
            Self::Delay => ("DELAY", "延期"),
            Self::Download => ("DOWNLOAD", "下载"),
            Self::Expire => ("EXPIRE", "过期"),
            Self::Fill => ("FILL", "填写"),
            Self::ForceEnd => ("FORCE_END", "强制结束"),
            Self::Invalid => ("INVALID", "作废"),
            Self::Modify => ("MODIFY", "修改"),
            Self::Notice => ("NOTICE", "催签"),
            Self::Print => ("PRINT", "打印"),
            Self::Recall => ("RECALL", "撤回"),
            Self::Reject => ("REJECT", "退回"),
            Self::Send => ("SEND", "发起"),
            Self::Sign => ("SIGN", "签署"),
            Self::View => ("VIEW", "查看"),
        }
    }
}
