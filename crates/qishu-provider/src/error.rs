//! Why a message was not sent.

use std::time::Duration;

use crate::message::Channel;

/// Why a message was not sent. Nothing in it shows the receiver, the text or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No sender is set up for the channel.
    #[error("no {} provider is set up: set {}.provider in the settings", .channel.name(), .channel.name().to_lowercase())]
    NotConfigured {
        /// The channel.
        channel: Channel,
    },
    /// The settings of a sender cannot work.
    #[error("{setting}: {problem}")]
    Settings {
        /// The setting to change.
        setting: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The message itself cannot be sent: another try would fail too.
    #[error("the message cannot be sent: {problem}")]
    Message {
        /// What is wrong with it.
        problem: String,
    },
    /// The other side did not answer in time.
    #[error("{service} did not answer within {} s", .after.as_secs_f32())]
    Timeout {
        /// Who.
        service: &'static str,
        /// How long it was given.
        after: Duration,
    },
    /// The other side could not be reached, or failed in a way that may pass.
    #[error("{service} is not available: {cause}")]
    Unavailable {
        /// Who.
        service: &'static str,
        /// What happened.
        cause: String,
    },
    /// The other side refused for good.
    #[error("{service} refused the message: {reason}")]
    Refused {
        /// Who.
        service: &'static str,
        /// What it said.
        reason: String,
    },
    /// The other side answered something that proves nothing.
    #[error("{service} gave an answer that cannot be trusted: {problem}")]
    Answer {
        /// Who.
        service: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

impl SendError {
    /// Whether another try later may succeed.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. } | Self::Unavailable { .. } | Self::Answer { .. }
        )
    }
}
