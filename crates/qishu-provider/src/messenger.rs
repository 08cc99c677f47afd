//! Chooses the sender of a channel.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::SendError;
use crate::message::{Channel, Message, Receipt};
use crate::simulator::Simulator;

/// A send under way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Receipt, SendError>> + Send + 'a>>;

/// Somebody who sends messages of one channel.
pub trait MessageSender: Send + Sync {
    /// Sends one message; `now_ms` is the time in milliseconds since 1970.
    ///
    /// `Ok` means that the other side took responsibility for it, checked as far as its answer allows.
    fn send<'a>(&'a self, message: &'a Message, now_ms: i64) -> Sending<'a>;

    /// Whether nobody receives anything.
    fn is_simulated(&self) -> bool {
        false
    }
}

/// Sends messages, each by the sender of its channel. Cheap to clone.
#[derive(Clone, Default)]
pub struct Messenger {
    sms: Option<Arc<dyn MessageSender>>,
    mail: Option<Arc<dyn MessageSender>>,
}

impl Messenger {
    /// A messenger without senders: every message is refused as not configured.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A messenger that simulates both channels, and the outbox behind it.
    #[must_use]
    pub fn simulated(simulator: &Simulator) -> Self {
        Self::new()
            .with(Channel::Sms, simulator.clone())
            .with(Channel::Mail, simulator.clone())
    }

    /// Sets the sender of a channel.
    #[must_use]
    pub fn with(mut self, channel: Channel, sender: impl MessageSender + 'static) -> Self {
        let slot = match channel {
            Channel::Mail => &mut self.mail,
            Channel::Sms => &mut self.sms,
        };
        *slot = Some(Arc::new(sender));
        self
    }

    /// Sends a message; `now_ms` is the time in milliseconds since 1970.
    ///
    /// # Errors
    /// What the sender says, or [`SendError::NotConfigured`] when the channel has none.
    pub async fn send(&self, message: &Message, now_ms: i64) -> Result<Receipt, SendError> {
        let channel = message.channel;
        self.sender(channel)
            .ok_or(SendError::NotConfigured { channel })?
            .send(message, now_ms)
            .await
    }

    /// Whether messages of a channel can be sent at all.
    #[must_use]
    pub fn is_configured(&self, channel: Channel) -> bool {
        self.sender(channel).is_some()
    }

    /// Whether messages of a channel reach nobody: pages and reports must say so.
    #[must_use]
    pub fn is_simulated(&self, channel: Channel) -> bool {
        self.sender(channel).is_some_and(|sender| sender.is_simulated())
    }

    fn sender(&self, channel: Channel) -> Option<&Arc<dyn MessageSender>> {
        match channel {
            Channel::Mail => self.mail.as_ref(),
            Channel::Sms => self.sms.as_ref(),
        }
    }
}
