//! Mail through an SMTP server.

use std::time::Duration;

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor};

use crate::error::SendError;
use crate::message::{Message, Receipt};
use crate::messenger::{MessageSender, Sending};

const SERVICE: &str = "the mail server";

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpProtection {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, which must succeed.
    StartTls,
    /// None: for a server on this machine only.
    Plain,
}

/// Settings of the mail server.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Name of the server; its certificate must be for this name.
    pub host: String,
    /// Port of the server.
    pub port: u16,
    /// How the connection is protected.
    pub protection: SmtpProtection,
    /// Account and password; `None` to send without login.
    pub login: Option<(String, String)>,
    /// Sender, as `Qishu <no-reply@example.com>`.
    pub from: String,
    /// Until one message is given up.
    pub timeout: Duration,
}

/// Sends mail, one connection per message.
pub struct SmtpMail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
    timeout: Duration,
}

impl SmtpMail {
    /// Sets up the sender; nothing is sent yet.
    ///
    /// # Errors
    /// [`SendError::Settings`] when the sender's address or the server's name cannot work.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SendError> {
        let wrong = |setting, problem: String| SendError::Settings { setting, problem };
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|error| wrong("mail.from", format!("{error}")))?;
        let parameters = || {
            TlsParameters::new(settings.host.clone()).map_err(|error| wrong("mail.host", error.to_string()))
        };
        let tls = match settings.protection {
            SmtpProtection::Tls => Tls::Wrapper(parameters()?),
            SmtpProtection::StartTls => Tls::Required(parameters()?),
            SmtpProtection::Plain => Tls::None,
        };
        let domain = from.email.domain().to_owned();
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .hello_name(ClientId::Domain(domain.clone()))
            .timeout(Some(settings.timeout));
        if let Some((user, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from,
            domain,
            timeout: settings.timeout,
        })
    }

    fn compose(&self, message: &Message, now_ms: i64) -> Result<Mail, SendError> {
        let wrong = |problem: String| SendError::Message { problem };
        let to: Mailbox = message
            .contact
            .parse()
            .map_err(|_| wrong("the contact is not a mail address".to_owned()))?;
        if message.subject.contains(['\r', '\n']) {
            return Err(wrong("the subject has a line break".to_owned()));
        }
        // The id is stable over repeated tries, so a receiver's server can drop a repetition.
        let id: String = message.id.chars().filter(char::is_ascii_alphanumeric).collect();
        let millis = u64::try_from(now_ms).map_err(|_| wrong("the time lies before 1970".to_owned()))?;
        let text = SinglePart::builder()
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::Base64)
            .body(message.text.clone());
        Mail::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.clone())
            .date(std::time::UNIX_EPOCH + Duration::from_millis(millis))
            .message_id(Some(format!("<{id}@{}>", self.domain)))
            .singlepart(text)
            .map_err(|error| wrong(error.to_string()))
    }

    async fn deliver(&self, message: &Message, now_ms: i64) -> Result<Receipt, SendError> {
        let mail = self.compose(message, now_ms)?;
        // The transport's own limit is per step: a server that answers one byte at a time would hold us for ever.
        let sent = tokio::time::timeout(self.timeout, self.transport.send(mail)).await;
        let after = self.timeout;
        let response = sent
            .map_err(|_| SendError::Timeout {
                service: SERVICE,
                after,
            })?
            .map_err(|e| self.failed(&e))?;
        let provider_id = response.first_line().map(|line| line.chars().take(200).collect());
        Ok(Receipt {
            provider_id,
            simulated: false,
        })
    }

    fn failed(&self, error: &SmtpError) -> SendError {
        if error.is_timeout() {
            return SendError::Timeout {
                service: SERVICE,
                after: self.timeout,
            };
        }
        let cause = error.to_string();
        if error.is_permanent() {
            return SendError::Refused {
                service: SERVICE,
                reason: cause,
            };
        }
        SendError::Unavailable {
            service: SERVICE,
            cause,
        }
    }
}

impl MessageSender for SmtpMail {
    fn send<'a>(&'a self, message: &'a Message, now_ms: i64) -> Sending<'a> {
        Box::pin(self.deliver(message, now_ms))
    }
}

#[cfg(test)]
mod tests;
