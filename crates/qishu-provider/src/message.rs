//! What is sent.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// Mail.
    Mail,
    /// Text message to a mobile phone.
    Sms,
}

impl Channel {
    /// Wire name: `MAIL` or `SMS`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "MAIL",
            Self::Sms => "SMS",
        }
    }

    /// The channel that reaches a contact: mail when it has an at sign.
    #[must_use]
    pub fn of_contact(contact: &str) -> Self {
        if contact.contains('@') {
            Self::Mail
        } else {
            Self::Sms
        }
    }
}

/// What a message is about; gateways choose their template by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageKind {
    /// A confirmation code; lives minutes, never logged.
    Code,
    /// An invitation, for instance to sign or to join a company.
    Invitation,
    /// News about a contract.
    Notice,
}

impl MessageKind {
    /// Wire name: `CODE`, `INVITATION`, `NOTICE`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "CODE",
            Self::Invitation => "INVITATION",
            Self::Notice => "NOTICE",
        }
    }
}

/// A message to one contact.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// How it travels.
    pub channel: Channel,
    /// Mobile number or mail address of the receiver.
    pub contact: String,
    /// What it is about.
    pub kind: MessageKind,
    /// Subject of a mail; text messages have none.
    pub subject: String,
    /// The whole text, code included.
    pub text: String,
    /// The confirmation code in the text, for gateways that fill templates of their own.
    pub code: Option<String>,
    /// Stable over repeated tries of the same message, so that a gateway can drop a repetition.
    pub id: String,
}

/// Shows neither the receiver nor the text: both are personal, and the text may hold a code.
impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Message")
            .field("id", &self.id)
            .field("channel", &self.channel)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What the other side answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Number that the provider gave the message, when it gave one.
    pub provider_id: Option<String>,
    /// Nobody received anything: a simulator took it.
    pub simulated: bool,
}
