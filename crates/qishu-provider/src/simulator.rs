//! A sender that keeps messages in memory instead of sending them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::message::{Channel, Message, MessageKind, Receipt};
use crate::messenger::{MessageSender, Sending};

/// Messages kept; the oldest go first.
const CAPACITY: usize = 10_000;

/// A message that nobody received, as the outbox shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedMessage {
    /// The message's stable id.
    pub id: String,
    /// Mobile number or mail address.
    pub contact: String,
    /// `SMS` or `MAIL`.
    pub channel: Channel,
    /// `CODE`, `INVITATION` or `NOTICE`.
    pub kind: MessageKind,
    /// Subject of a mail; empty otherwise.
    pub subject: String,
    /// The whole text.
    pub text: String,
    /// The confirmation code in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When it was sent, in milliseconds since 1970.
    pub sent_at_ms: i64,
    /// Always true.
    pub simulated: bool,
}

/// Keeps the last 10,000 messages in memory. Clones share them. Never fails, never waits.
#[derive(Clone, Default)]
pub struct Simulator {
    outbox: Arc<Mutex<VecDeque<SimulatedMessage>>>,
}

impl Simulator {
    /// An empty outbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The messages kept, oldest first; with a contact, only those to it.
    #[must_use]
    pub fn messages(&self, contact: Option<&str>) -> Vec<SimulatedMessage> {
        let outbox = self.lock();
        outbox
            .iter()
            .filter(|message| contact.is_none_or(|contact| message.contact == contact))
            .cloned()
            .collect()
    }

    /// The code that was sent to a contact last.
    #[must_use]
    pub fn last_code(&self, contact: &str) -> Option<String> {
        let outbox = self.lock();
        outbox
            .iter()
            .rev()
            .filter(|message| message.contact == contact)
            .find_map(|message| message.code.clone())
    }

    /// Forgets all messages.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Keeps a message as sent at a time in milliseconds since 1970.
    pub fn record(&self, message: &Message, now_ms: i64) {
        let mut outbox = self.lock();
        if outbox.len() >= CAPACITY {
            outbox.pop_front();
        }
        outbox.push_back(SimulatedMessage {
            id: message.id.clone(),
            contact: message.contact.clone(),
            channel: message.channel,
            kind: message.kind,
            subject: message.subject.clone(),
            text: message.text.clone(),
            code: message.code.clone(),
            sent_at_ms: now_ms,
            simulated: true,
        });
    }

    /// A panic elsewhere cannot leave the list half changed, so a poisoned lock is still good.
    fn lock(&self) -> MutexGuard<'_, VecDeque<SimulatedMessage>> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MessageSender for Simulator {
    fn send<'a>(&'a self, message: &'a Message, now_ms: i64) -> Sending<'a> {
        self.record(message, now_ms);
        Box::pin(std::future::ready(Ok(Receipt {
            provider_id: None,
            simulated: true,
        })))
    }

    fn is_simulated(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Messenger, SendError};

    fn code(contact: &str, code: &str) -> Message {
        Message {
            channel: Channel::of_contact(contact),
            contact: contact.to_owned(),
            kind: MessageKind::Code,
            subject: "验证码".to_owned(),
            text: format!("您的验证码是 {code}"),
            code: Some(code.to_owned()),
            id: format!("id-{code}"),
        }
    }

    #[tokio::test]
    async fn messages_are_listed_by_contact_in_order() {
        let simulator = Simulator::new();
        let messenger = Messenger::simulated(&simulator);
        for (contact, text) in [
            ("13900000001", "111111"),
            ("a@example.com", "222222"),
            ("13900000001", "333333"),
        ] {
            let receipt = messenger.send(&code(contact, text), 1_000).await.unwrap();
            assert!(receipt.simulated);
        }
        let mine = simulator.messages(Some("13900000001"));
        assert_eq!(
            mine.iter()
                .map(|m| m.code.as_deref().unwrap())
                .collect::<Vec<_>>(),
            ["111111", "333333"]
        );
        assert_eq!(simulator.messages(None).len(), 3);
        assert_eq!(simulator.last_code("a@example.com").as_deref(), Some("222222"));
        assert_eq!(
            simulator.messages(Some("a@example.com"))[0].channel,
            Channel::Mail
        );
        simulator.clear();
        assert!(simulator.messages(None).is_empty());
    }

    #[test]
    fn the_outbox_is_json_with_stable_names() {
        let simulator = Simulator::new();
        simulator.record(&code("13900000001", "123456"), 1_700_000_000_000);
        assert_eq!(
            serde_json::to_string(&simulator.messages(None)).unwrap(),
            r#"[{"id":"id-123456","contact":"13900000001","channel":"SMS","kind":"CODE","subject":"验证码","text":"您的验证码是 123456","code":"123456","sentAtMs":1700000000000,"simulated":true}]"#
        );
    }

    #[test]
    fn memory_is_bounded() {
        let simulator = Simulator::new();
        for n in 0..CAPACITY + 5 {
            simulator.record(&code("13900000001", &n.to_string()), 0);
        }
        let kept = simulator.messages(None);
        assert_eq!((kept.len(), kept[0].code.as_deref()), (CAPACITY, Some("5")));
    }

    #[tokio::test]
    async fn a_channel_without_a_sender_is_refused() {
        let messenger = Messenger::new().with(Channel::Sms, Simulator::new());
        let error = messenger.send(&code("a@example.com", "1"), 0).await.unwrap_err();
        assert_eq!(
            error,
            SendError::NotConfigured {
                channel: Channel::Mail
            }
        );
        assert_eq!(
            error.to_string(),
            "no MAIL provider is set up: set mail.provider in the settings"
        );
        assert!(!messenger.is_configured(Channel::Mail) && messenger.is_simulated(Channel::Sms));
    }

    #[test]
    fn debug_output_shows_no_personal_data() {
        let text = format!("{:?}", code("13900000001", "123456"));
        assert!(!text.contains("1390000") && !text.contains("您的"), "{text}");
    }
}
