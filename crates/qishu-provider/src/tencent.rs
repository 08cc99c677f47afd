//! Tencent Cloud: signed requests to its API 3.0 (TC3-HMAC-SHA256), and its reader of cards.
//!
//! Each call is one POST with a JSON body to `https://<service>.tencentcloudapi.com/`. The answer has a member `Response`
//! with either the result or an `Error`; nothing else counts as an answer.

mod ocr;
mod sign;

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use url::Url;

use crate::error::SendError;

pub use ocr::TencentOcr;
pub use sign::tc3_authorization;

const SERVICE: &str = "Tencent Cloud";
/// Answers are JSON of a few kilobytes; with the pictures cut out of a card, of some hundred.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// How Tencent Cloud is reached.
#[derive(Clone)]
pub struct TencentSettings {
    /// SecretId of the account.
    pub secret_id: String,
    /// SecretKey of the account.
    pub secret_key: String,
    /// Address of the service, such as `https://ocr.tencentcloudapi.com`; https unless the host is a loopback address.
    pub endpoint: String,
    /// Region, such as `ap-guangzhou`.
    pub region: String,
    /// Until a call is given up.
    pub timeout: Duration,
}

/// A client of one service.
pub struct TencentClient {
    client: Client,
    settings: TencentSettings,
    url: Url,
    host: String,
}

/// An error that the service itself answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceError {
    /// Code, such as `FailedOperation.ImageBlur`.
    pub(crate) code: String,
    /// Words for it, at most 200 characters.
    pub(crate) message: String,
}

impl TencentClient {
    /// Sets the client up; nothing is sent yet.
    ///
    /// # Errors
    /// [`SendError::Settings`] when the address or the keys cannot work.
    pub fn new(settings: TencentSettings) -> Result<Self, SendError> {
        let wrong = |setting, problem: &str| SendError::Settings {
            setting,
            problem: problem.to_owned(),
        };
        let parsed = Url::parse(&settings.endpoint).ok();
        let url = parsed
            .filter(|url| {
                url.scheme() == "https" || (url.scheme() == "http" && crate::webhook::is_loopback(url))
            })
            .ok_or_else(|| {
                wrong(
                    "tencent.endpoint",
                    "must begin with https:// (http:// only on a loopback address)",
                )
            })?;
        if settings.secret_id.is_empty() || settings.secret_key.is_empty() {
            return Err(wrong(
                "tencent.secret_id",
                "and tencent.secret_key are needed to sign requests",
            ));
        }
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => return Err(wrong("tencent.endpoint", "names no host")),
        };
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(settings.timeout)
            .build()
            .map_err(|error| wrong("tencent.endpoint", &error.to_string()))?;
        Ok(Self {
            client,
            settings,
            url,
            host,
        })
    }

    /// Calls an action: the inner result is what the service says, a result or an error of its own.
    ///
    /// # Errors
    /// [`SendError`] when there is no answer that can be trusted.
    pub(crate) async fn call(
        &self,
        service: &str,
        action: &str,
        version: &str,
        body: &Value,
        now_ms: i64,
    ) -> Result<Result<Value, ServiceError>, SendError> {
        let body = body.to_string();
        let now_s = now_ms.div_euclid(1000);
        let keys = (
            self.settings.secret_id.as_str(),
            self.settings.secret_key.as_str(),
        );
        let authorization = tc3_authorization(keys, service, &self.host, body.as_bytes(), now_s);
        let sent = self
            .client
            .post(self.url.clone())
            .header("content-type", CONTENT_TYPE)
            .header("authorization", authorization)
            .header("x-tc-action", action)
            .header("x-tc-version", version)
            .header("x-tc-region", &self.settings.region)
            .header("x-tc-timestamp", now_s.to_string())
            .body(body)
            .send()
            .await;
        let response = sent.map_err(|error| self.failed(&error))?;
        let status = response.status();
        if status != StatusCode::OK {
            return Err(SendError::Unavailable {
                service: SERVICE,
                cause: format!("HTTP status {}", status.as_u16()),
            });
        }
        judge(&self.read(response).await?)
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, SendError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&error))? {
            if bytes.len() + chunk.len() > ANSWER_LIMIT {
                return Err(untrusted(&format!("it is longer than {ANSWER_LIMIT} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn failed(&self, error: &reqwest::Error) -> SendError {
        if error.is_timeout() {
            return SendError::Timeout {
                service: SERVICE,
                after: self.settings.timeout,
            };
        }
        let cause = if error.is_connect() {
            "cannot connect"
        } else {
            "the exchange failed"
        };
        SendError::Unavailable {
            service: SERVICE,
            cause: cause.to_owned(),
        }
    }
}

fn untrusted(problem: &str) -> SendError {
    SendError::Answer {
        service: SERVICE,
        problem: problem.to_owned(),
    }
}

/// Only an answer with a request id is one of the service.
fn judge(bytes: &[u8]) -> Result<Result<Value, ServiceError>, SendError> {
    let answer: Value = serde_json::from_slice(bytes).map_err(|_| untrusted("it is not JSON"))?;
    let response = answer
        .get("Response")
        .filter(|response| response.get("RequestId").is_some_and(Value::is_string))
        .ok_or_else(|| untrusted("it has no Response with a RequestId"))?;
    let Some(error) = response.get("Error") else {
        return Ok(Ok(response.clone()));
    };
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok(Err(ServiceError {
        code: text("Code").to_owned(),
        message: text("Message").chars().take(200).collect(),
    }))
}

impl ServiceError {
    /// The error as one of the provider: what may pass, and what the account is refused.
    pub(crate) fn into_send_error(self) -> SendError {
        let Self { code, message } = self;
        let passes = ["InternalError", "LimitExceeded", "RequestLimitExceeded"];
        if passes.iter().any(|known| code.starts_with(known)) {
            return SendError::Unavailable {
                service: SERVICE,
                cause: code,
            };
        }
        SendError::Refused {
            service: SERVICE,
            reason: format!("{code}: {message}"),
        }
    }
}

#[cfg(test)]
mod tests;
