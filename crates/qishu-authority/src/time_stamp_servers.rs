//! Time-stamps of others (RFC 3161 over HTTP): a list of servers, asked in their order.
//!
//! Nothing is believed but a token about exactly these bytes, with the nonce of the request, signed by a certificate that
//! leads to a trusted anchor, and with a time that is near ours. A server that fails several times in a row rests for
//! a while, so that an outage costs a waiting signer one time-out and not one per act. When no server answers the caller is
//! told why; nothing here ever puts an own time in place of the one asked for.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use sealpki::{Certificate, DigestAlgorithm, MessageImprint, TimeStampRequest, time_stamp_token};

/// The longest token taken, in bytes; room for it is kept in every signature.
pub const EXTERNAL_TOKEN_LEN_MAX: usize = 12 * 1024;
/// Answers have some kilobytes; more is not read.
const ANSWER_LEN_MAX: usize = 64 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Failures in a row after which a server rests.
const FAILURES_MAX: u32 = 2;
/// How long it rests, in milliseconds. Documents that wait for a time-stamp get it within a minute of its return.
const REST_MS: i64 = 20_000;
/// How far a server's time may be from ours, in seconds.
const TIME_TOLERANCE_S: i64 = 120;

/// Which servers to ask.
#[derive(Debug, Clone)]
pub struct TimeStampSettings {
    /// Addresses, the preferred one first.
    pub urls: Vec<String>,
    /// Certificates that those of the servers must lead to.
    pub anchors: Vec<Certificate>,
    /// Until one server is given up.
    pub timeout: Duration,
}

/// A time-stamp that was given and believed.
#[derive(Debug, Clone)]
pub struct ExternalTimeStamp {
    /// TimeStampToken in DER.
    pub token: Vec<u8>,
    /// Who signed it.
    pub certificate: Certificate,
    /// The certificates above, up to the anchor.
    pub chain: Vec<Certificate>,
}

/// Why there is no time-stamp: what went wrong with each server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no time-stamp server answered: {}", .0.join("; "))]
pub struct TimeStampOutage(pub Vec<String>);

/// The servers cannot be asked at all.
#[derive(Debug, thiserror::Error)]
#[error("the time-stamp servers cannot be used: {0}")]
pub struct TimeStampSettingsError(String);

/// How a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerHealth {
    /// Its address.
    pub url: String,
    /// Failures since it last answered.
    pub failures: u32,
    /// What went wrong last; absent while it answers.
    pub problem: Option<String>,
}

#[derive(Debug, Default)]
struct Health {
    failures: u32,
    rests_until_ms: i64,
    problem: Option<String>,
}

/// The servers. To be shared between tasks.
pub struct TimeStampServers {
    client: Client,
    servers: Vec<(String, Mutex<Health>)>,
    anchors: Vec<Certificate>,
}

impl TimeStampServers {
    /// Sets the servers up; nothing is asked yet.
    ///
    /// # Errors
    /// [`TimeStampSettingsError`] without an address or an anchor, or when the HTTP client cannot be made.
    pub fn new(settings: TimeStampSettings) -> Result<Self, TimeStampSettingsError> {
        if settings.urls.is_empty() || settings.anchors.is_empty() {
            let problem = "an address and a trusted certificate are needed";
            return Err(TimeStampSettingsError(problem.to_owned()));
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT.min(settings.timeout))
            .timeout(settings.timeout)
            .build()
            .map_err(|error| TimeStampSettingsError(error.to_string()))?;
        let fresh = |url| (url, Mutex::new(Health::default()));
        Ok(Self {
            client,
            servers: settings.urls.into_iter().map(fresh).collect(),
            anchors: settings.anchors,
        })
    }

    /// The certificates that the servers' must lead to.
    pub fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }

    /// A time-stamp over `imprint` from the first server that gives one. `random` are fresh random bytes for the nonce.
    ///
    /// # Errors
    /// [`TimeStampOutage`] when none does; those that rest are named and not asked.
    pub async fn time_stamp(
        &self,
        imprint: &MessageImprint,
        random: [u8; 8],
        now_ms: i64,
    ) -> Result<ExternalTimeStamp, TimeStampOutage> {
        let request = TimeStampRequest::new(imprint.clone(), random);
        let mut problems = Vec::new();
        for (url, health) in &self.servers {
            let rests_until_ms = lock(health).rests_until_ms;
            if now_ms < rests_until_ms {
                problems.push(format!("{url} rests after failures"));
                continue;
            }
            match self.ask(url, &request, now_ms).await {
                Ok(stamp) => {
                    *lock(health) = Health::default();
                    return Ok(stamp);
                }
                Err(problem) => {
                    lock(health).failed(&problem, now_ms);
                    problems.push(format!("{url}: {problem}"));
                }
            }
        }
        Err(TimeStampOutage(problems))
    }

    /// Asks every server for a time-stamp over nothing in particular: who answered, or what went wrong. Servers that rest are
    /// asked too.
    pub async fn ask_each(&self, random: [u8; 8], now_ms: i64) -> Vec<(String, Result<String, String>)> {
        let imprint = MessageImprint::of(DigestAlgorithm::Sha256, b"probe");
        let request = TimeStampRequest::new(imprint, random);
        let mut answers = Vec::with_capacity(self.servers.len());
        for (url, _) in &self.servers {
            let answer = self.ask(url, &request, now_ms).await;
            answers.push((
                url.clone(),
                answer.map(|stamp| stamp.certificate.subject().to_string()),
            ));
        }
        answers
    }

    /// How each server is, in their order.
    pub fn health(&self) -> Vec<ServerHealth> {
        let one = |(url, health): &(String, Mutex<Health>)| {
            let health = lock(health);
            ServerHealth {
                url: url.clone(),
                failures: health.failures,
                problem: health.problem.clone(),
            }
        };
        self.servers.iter().map(one).collect()
    }

    async fn ask(
        &self,
        url: &str,
        request: &TimeStampRequest,
        now_ms: i64,
    ) -> Result<ExternalTimeStamp, String> {
        let answer = self.post(url, request.to_der()).await?;
        let verified = request
            .verify_response(&answer, &[])
            .map_err(|error| error.to_string())?;
        let away_s = verified.info.time_unix_s - now_ms.div_euclid(1000);
        if away_s.abs() > TIME_TOLERANCE_S {
            return Err(format!("its time is {away_s} s away from ours"));
        }
        let path = verified
            .build_path(&[], &self.anchors)
            .map_err(|error| format!("its certificate is not trusted: {error}"))?;
        let token = time_stamp_token(&answer).map_err(|error| error.to_string())?;
        if token.len() > EXTERNAL_TOKEN_LEN_MAX {
            return Err(format!(
                "its token has {} bytes, more than {EXTERNAL_TOKEN_LEN_MAX}",
                token.len()
            ));
        }
        Ok(ExternalTimeStamp {
            token: token.to_vec(),
            certificate: verified.certificate,
            chain: path.into_iter().skip(1).collect(),
        })
    }

    async fn post(&self, url: &str, body: Vec<u8>) -> Result<Vec<u8>, String> {
        let sent = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/timestamp-query")
            .body(body)
            .send();
        let mut response = sent.await.map_err(|error| cause(&error))?;
        if response.status() != StatusCode::OK {
            return Err(format!("HTTP status {}", response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
            if bytes.len() + chunk.len() > ANSWER_LEN_MAX {
                return Err(format!("its answer is longer than {ANSWER_LEN_MAX} bytes"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

impl Health {
    fn failed(&mut self, problem: &str, now_ms: i64) {
        self.failures = self.failures.saturating_add(1);
        self.problem = Some(problem.to_owned());
        if self.failures >= FAILURES_MAX {
            self.rests_until_ms = now_ms + REST_MS;
        }
    }
}

/// The innermost text says most: the outer ones repeat the address.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    let mut text = error.to_string();
    let mut inner = std::error::Error::source(error);
    while let Some(error) = inner {
        text = error.to_string();
        inner = error.source();
    }
    text
}

/// A thread that panicked elsewhere leaves a health behind that is whole.
fn lock(health: &Mutex<Health>) -> MutexGuard<'_, Health> {
    health.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for TimeStampServers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let urls: Vec<&String> = self.servers.iter().map(|(url, _)| url).collect();
        formatter
            .debug_struct("TimeStampServers")
            .field("urls", &urls)
            .finish_non_exhaustive()
    }
}
