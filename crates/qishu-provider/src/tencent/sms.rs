//! Text messages (`sms` 2021-01-11). The supplier sends approved templates only: one per kind of message.

use serde_json::json;

use super::{TencentAction, TencentClient, untrusted};
use crate::error::SendError;
use crate::message::{Message, MessageKind, Receipt};
use crate::messenger::{MessageSender, Sending};

const SEND: TencentAction = TencentAction {
    service: "sms",
    version: "2021-01-11",
    action: "SendSms",
};

/// What the supplier's console gave.
#[derive(Debug, Clone)]
pub struct TencentSmsSettings {
    /// Id of the SMS application.
    pub app_id: String,
    /// Approved signature, without brackets.
    pub sign_name: String,
    /// Template with the code as its only parameter.
    pub code_template: String,
    /// Template with the whole text as its only parameter, for everything else; absent = such messages are not sent.
    pub text_template: Option<String>,
}

/// Sends text messages through Tencent Cloud.
#[derive(Clone)]
pub struct TencentSms {
    client: TencentClient,
    settings: TencentSmsSettings,
}

impl TencentSms {
    /// With a client and what the supplier's console gave.
    #[must_use]
    pub const fn new(client: TencentClient, settings: TencentSmsSettings) -> Self {
        Self { client, settings }
    }

    async fn post(&self, message: &Message, now_ms: i64) -> Result<Receipt, SendError> {
        let (template, parameter) = match (message.kind, &message.code, &self.settings.text_template) {
            (MessageKind::Code, Some(code), _) => (&self.settings.code_template, code),
            (_, _, Some(template)) => (template, &message.text),
            _ => {
                return Err(SendError::Message {
                    problem: format!(
                        "no template is set up for messages of kind {}",
                        message.kind.name()
                    ),
                });
            }
        };
        let number = match message.contact.starts_with('+') {
            true => message.contact.clone(),
            false => format!("+86{}", message.contact),
        };
        let body = json!({
            "PhoneNumberSet": [number], "SmsSdkAppId": self.settings.app_id, "SignName": self.settings.sign_name,
            "TemplateId": template, "TemplateParamSet": [parameter], "SessionContext": message.id,
        });
        let answer = self.client.call(SEND, &body, now_ms).await?;
        let sent = &answer["SendStatusSet"][0];
        if sent["SessionContext"].as_str() != Some(message.id.as_str()) {
            return Err(untrusted("it is about another message".to_owned()));
        }
        match sent["Code"].as_str() {
            Some("Ok") => Ok(Receipt {
                provider_id: sent["SerialNo"].as_str().map(str::to_owned),
                simulated: false,
            }),
            Some(code) => Err(SendError::Refused {
                service: super::SERVICE,
                reason: code.chars().take(100).collect(),
            }),
            None => Err(untrusted("it has no Code".to_owned())),
        }
    }
}

impl MessageSender for TencentSms {
    fn send<'a>(&'a self, message: &'a Message, now_ms: i64) -> Sending<'a> {
        Box::pin(self.post(message, now_ms))
    }
}
