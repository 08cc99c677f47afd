//! Text messages through a signed request to the operator's gateway.
//!
//! The gateway is a small program of the operator between Qishu and an SMS supplier. It gets a JSON body and proves the
//! sender by the signature; it answers JSON with `accepted`. See [`webhook_signature`] for the exact form.

use std::time::Duration;

use aws_lc_rs::hmac;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::SendError;
use crate::message::{Message, Receipt};
use crate::messenger::{MessageSender, Sending};

const SERVICE: &str = "the SMS gateway";
/// Answers are short: more is not read.
const ANSWER_LIMIT: usize = 16 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Settings of the gateway.
#[derive(Clone)]
pub struct WebhookSettings {
    /// Address of the gateway; https unless the host is a loopback address.
    pub url: String,
    /// Secret of the signature, shared with the gateway.
    pub secret: String,
    /// Until the whole request is given up.
    pub timeout: Duration,
}

/// Sends text messages through a gateway.
pub struct WebhookSms {
    client: Client,
    url: Url,
    key: hmac::Key,
    timeout: Duration,
}

/// The request body. Members that are absent are not sent.
#[derive(Serialize)]
struct Request<'a> {
    id: &'a str,
    contact: &'a str,
    kind: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

/// The answer. `id` must repeat the request's id: a cached or foreign answer is no success.
#[derive(Deserialize)]
struct Answer {
    id: String,
    accepted: bool,
    #[serde(default)]
    message_id: Option<String>,
    #[serde(default)]
    reason: Option<String>,
}

/// The signature of a request: lower-case hex HMAC-SHA256 over the time stamp, a full stop and the body, keyed by the
/// secret. It travels in `x-qishu-signature`, the time stamp (milliseconds since 1970, decimal) in `x-qishu-timestamp`.
/// A gateway should refuse time stamps that are more than five minutes off.
#[must_use]
pub fn webhook_signature(secret: &str, timestamp_ms: i64, body: &[u8]) -> String {
    sign(
        &hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        timestamp_ms,
        body,
    )
}

fn sign(key: &hmac::Key, timestamp_ms: i64, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(timestamp_ms.to_string().as_bytes());
    context.update(b".");
    context.update(body);
    hex::encode(context.sign())
}

impl WebhookSms {
    /// Sets up the sender; nothing is sent yet.
    ///
    /// # Errors
    /// [`SendError::Settings`] when the address or the secret cannot work.
    pub fn new(settings: &WebhookSettings) -> Result<Self, SendError> {
        let wrong = |setting, problem: &str| SendError::Settings {
            setting,
            problem: problem.to_owned(),
        };
        let url = Url::parse(&settings.url)
            .ok()
            .filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
            .ok_or_else(|| {
                wrong(
                    "sms.webhook_url",
                    "must begin with https:// (http:// only on a loopback address)",
                )
            })?;
        if settings.secret.is_empty() {
            return Err(wrong("sms.webhook_secret", "is needed to sign requests"));
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(settings.timeout)
            .build()
            .map_err(|error| wrong("sms.webhook_url", &error.to_string()))?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, settings.secret.as_bytes());
        Ok(Self {
            client,
            url,
            key,
            timeout: settings.timeout,
        })
    }

    async fn post(&self, message: &Message, now_ms: i64) -> Result<Receipt, SendError> {
        let request = Request {
            id: &message.id,
            contact: &message.contact,
            kind: message.kind.name(),
            text: &message.text,
            code: message.code.as_deref(),
        };
        let body = serde_json::to_vec(&request).map_err(|e| SendError::Message {
            problem: e.to_string(),
        })?;
        let response = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("x-qishu-timestamp", now_ms.to_string())
            .header("x-qishu-signature", sign(&self.key, now_ms, &body))
            .body(body)
            .send()
            .await
            .map_err(|error| self.failed(&error))?;
        let status = response.status();
        let answer = self.read(response).await?;
        judge(&message.id, status, &answer)
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, SendError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&error))? {
            if bytes.len() + chunk.len() > ANSWER_LIMIT {
                let problem = format!("it is longer than {ANSWER_LIMIT} bytes");
                return Err(SendError::Answer {
                    service: SERVICE,
                    problem,
                });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn failed(&self, error: &reqwest::Error) -> SendError {
        if error.is_timeout() {
            return SendError::Timeout {
                service: SERVICE,
                after: self.timeout,
            };
        }
        // The error's own text holds the address, which may hold a key: only its causes are told.
        let mut cause = std::error::Error::source(error);
        let mut text = if error.is_connect() {
            "cannot connect".to_owned()
        } else {
            "the exchange failed".to_owned()
        };
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        SendError::Unavailable {
            service: SERVICE,
            cause: text,
        }
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Only a 200 with `accepted: true` for this very message is a success.
fn judge(id: &str, status: StatusCode, body: &[u8]) -> Result<Receipt, SendError> {
    let answered = |problem: String| SendError::Answer {
        service: SERVICE,
        problem,
    };
    if status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
    {
        return Err(SendError::Unavailable {
            service: SERVICE,
            cause: format!("HTTP status {}", status.as_u16()),
        });
    }
    if status != StatusCode::OK {
        return Err(SendError::Refused {
            service: SERVICE,
            reason: format!("HTTP status {}", status.as_u16()),
        });
    }
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|_| answered("it is not JSON with the members id and accepted".to_owned()))?;
    if answer.id != id {
        return Err(answered("it is about another message".to_owned()));
    }
    if !answer.accepted {
        let reason = answer.reason.unwrap_or_else(|| "no reason given".to_owned());
        return Err(SendError::Refused {
            service: SERVICE,
            reason: reason.chars().take(200).collect(),
        });
    }
    Ok(Receipt {
        provider_id: answer.message_id,
        simulated: false,
    })
}

impl MessageSender for WebhookSms {
    fn send<'a>(&'a self, message: &'a Message, now_ms: i64) -> Sending<'a> {
        Box::pin(self.post(message, now_ms))
    }
}

#[cfg(test)]
mod tests;
