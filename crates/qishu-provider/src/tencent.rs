//! Tencent Cloud: requests signed with TC3-HMAC-SHA256, answers checked as far as they allow. What is asked is in the
//! modules below: text messages, data of people and their bank cards, faces, cards in pictures.

mod identity;
mod ocr;
mod sms;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use url::Url;

pub use identity::TencentIdentity;
pub use ocr::TencentOcr;
pub use sms::{TencentSms, TencentSmsSettings};

use crate::breaker::Breaker;
use crate::error::SendError;

const SERVICE: &str = "Tencent Cloud";
const JSON: &str = "application/json; charset=utf-8";
/// Answers are short: more is not read.
const ANSWER_LIMIT: usize = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const DAY_S: i64 = 86_400;

/// An account at Tencent Cloud.
#[derive(Clone)]
pub struct TencentSettings {
    /// Id of the key.
    pub secret_id: String,
    /// The key.
    pub secret_key: String,
    /// Region, e.g. `ap-guangzhou`.
    pub region: String,
    /// Address of the service in place of `https://{service}.tencentcloudapi.com`, for private clouds and tests.
    pub endpoint: Option<String>,
    /// Until a request is given up.
    pub timeout: Duration,
}

/// Signs requests and checks answers. Cheap to clone; clones share the breaker.
#[derive(Clone)]
pub struct TencentClient {
    client: Client,
    settings: Arc<TencentSettings>,
    breaker: Arc<Breaker>,
}

/// What is called.
#[derive(Debug, Clone, Copy)]
pub struct TencentAction {
    /// Name of the service, e.g. `faceid`.
    pub service: &'static str,
    /// Version of its API.
    pub version: &'static str,
    /// Name of the action.
    pub action: &'static str,
}

impl TencentClient {
    /// Sets up a client; nothing is sent yet.
    ///
    /// # Errors
    /// [`SendError::Settings`] when the settings cannot work.
    pub fn new(settings: TencentSettings) -> Result<Self, SendError> {
        let wrong = |setting, problem: &str| SendError::Settings {
            setting,
            problem: problem.to_owned(),
        };
        if settings.secret_id.is_empty() || settings.secret_key.is_empty() {
            return Err(wrong(
                "tencent.secret_id",
                "id and key are needed to sign requests",
            ));
        }
        if let Some(endpoint) = &settings.endpoint {
            let url = Url::parse(endpoint).map_err(|error| wrong("tencent.endpoint", &error.to_string()))?;
            if url.scheme() != "https" && url.host_str() != Some("127.0.0.1") {
                return Err(wrong("tencent.endpoint", "must begin with https://"));
            }
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(settings.timeout)
            .build()
            .map_err(|error| wrong("tencent.endpoint", &error.to_string()))?;
        Ok(Self {
            client,
            settings: Arc::new(settings),
            breaker: Arc::default(),
        })
    }

    /// Calls an action and answers the content of `Response`, which always has a `RequestId`.
    ///
    /// # Errors
    /// [`SendError`]: an `Error` in the answer is a refusal, or passing when its code says so.
    pub async fn call(&self, what: TencentAction, body: &Value, now_ms: i64) -> Result<Value, SendError> {
        self.breaker.check(SERVICE, now_ms)?;
        let result = self.exchange(what, body, now_ms).await;
        self.breaker.learn(&result, now_ms);
        result
    }

    async fn exchange(&self, what: TencentAction, body: &Value, now_ms: i64) -> Result<Value, SendError> {
        let standard = format!("https://{}.tencentcloudapi.com", what.service);
        let address = self.settings.endpoint.as_deref().unwrap_or(&standard);
        let url = Url::parse(address).map_err(|error| SendError::Settings {
            setting: "tencent.endpoint",
            problem: error.to_string(),
        })?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
            None => url.host_str().unwrap_or_default().to_owned(),
        };
        let payload = body.to_string();
        let now_s = now_ms.div_euclid(1000);
        let authorization = authorization(&self.settings, what.service, &host, &payload, now_s);
        let request = self
            .client
            .post(url)
            .header(HOST, host)
            .header(CONTENT_TYPE, JSON)
            .header(AUTHORIZATION, authorization)
            .header("x-tc-action", what.action)
            .header("x-tc-version", what.version)
            .header("x-tc-region", &self.settings.region)
            .header("x-tc-timestamp", now_s.to_string())
            .body(payload);
        let response = request.send().await.map_err(|error| self.failed(&error))?;
        let status = response.status();
        let bytes = self.read(response).await?;
        judge(status, &bytes)
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, SendError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&error))? {
            if bytes.len() + chunk.len() > ANSWER_LIMIT {
                return Err(untrusted(format!("it is longer than {ANSWER_LIMIT} bytes")));
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
        let what = if error.is_connect() {
            "cannot connect"
        } else {
            "the exchange failed"
        };
        SendError::Unavailable {
            service: SERVICE,
            cause: what.to_owned(),
        }
    }
}

/// An answer that proves nothing.
fn untrusted(problem: String) -> SendError {
    SendError::Answer {
        service: SERVICE,
        problem,
    }
}

fn judge(status: StatusCode, bytes: &[u8]) -> Result<Value, SendError> {
    if status != StatusCode::OK {
        return Err(SendError::Unavailable {
            service: SERVICE,
            cause: format!("HTTP status {}", status.as_u16()),
        });
    }
    let mut answer: Value =
        serde_json::from_slice(bytes).map_err(|_| untrusted("it is no JSON".to_owned()))?;
    let response = answer["Response"].take();
    if response["RequestId"].as_str().is_none_or(str::is_empty) {
        return Err(untrusted("it has no RequestId".to_owned()));
    }
    let Some(code) = response["Error"]["Code"].as_str() else {
        if response.get("Error").is_some_and(|error| !error.is_null()) {
            return Err(untrusted("its error has no code".to_owned()));
        }
        return Ok(response);
    };
    // The message may repeat what was sent; only the code is told.
    let passing = [
        "InternalError",
        "RequestLimitExceeded",
        "ResourceUnavailable",
        "LimitExceeded",
    ];
    let reason: String = code.chars().take(100).collect();
    if passing.iter().any(|prefix| code.starts_with(prefix)) {
        return Err(SendError::Unavailable {
            service: SERVICE,
            cause: reason,
        });
    }
    Err(SendError::Refused {
        service: SERVICE,
        reason,
    })
}

/// The header `Authorization` (TC3-HMAC-SHA256), over content type, host and body.
fn authorization(settings: &TencentSettings, service: &str, host: &str, payload: &str, now_s: i64) -> String {
    let date = utc_date(now_s);
    let scope = format!("{date}/{service}/tc3_request");
    let canonical = format!(
        "POST\n/\n\ncontent-type:{JSON}\nhost:{host}\n\ncontent-type;host\n{}",
        hex::encode(digest(&SHA256, payload.as_bytes()))
    );
    let to_sign = format!(
        "TC3-HMAC-SHA256\n{now_s}\n{scope}\n{}",
        hex::encode(digest(&SHA256, canonical.as_bytes()))
    );
    let mut key = format!("TC3{}", settings.secret_key).into_bytes();
    for part in [date.as_str(), service, "tc3_request"] {
        key = mac(&key, part.as_bytes());
    }
    let signature = hex::encode(mac(&key, to_sign.as_bytes()));
    format!(
        "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={signature}",
        settings.secret_id
    )
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text)
        .as_ref()
        .to_vec()
}

/// Day in UTC of a time in seconds since 1970 (the days-to-civil conversion by eras of 400 years).
fn utc_date(seconds: i64) -> String {
    let days = seconds.div_euclid(DAY_S) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
