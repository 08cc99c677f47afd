//! Delivers one callback once.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::time::{Instant, timeout};
use url::{Host, Url};

use crate::body::Prepared;
use crate::client::{Fault, Reply, send};
use crate::guard::{AddressPolicy, Blocked, check_url};
use crate::verdict::{Failure, ReplyRule};

/// A name being resolved.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Turns names into addresses. The system's resolver in production, a double in tests.
pub trait NameResolver: Send + Sync {
    /// All addresses of a name.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a>;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl NameResolver for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|address| address.ip())
                .collect())
        })
    }
}

/// Times and sizes of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For resolving the name, for connecting, and for the TLS handshake, each.
    pub connect_timeout: Duration,
    /// For everything.
    pub total_timeout: Duration,
    /// Bytes of the reply's head at most.
    pub reply_header_bytes: usize,
    /// Bytes of the reply's body that are read.
    pub reply_bytes: usize,
}

impl Default for Limits {
    /// 5 s, 15 s, 16 KB, 64 KB.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(15),
            reply_header_bytes: 16 * 1024,
            reply_bytes: 64 * 1024,
        }
    }
}

/// Why deliveries cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("TLS cannot be set up for callbacks: {0}; are the system's root certificates installed?")]
pub struct SetUpError(String);

/// Why a file was not got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address is not called: not http or https, or not a public one.
    #[error("the address is not a public http or https address")]
    Blocked,
    /// The file is larger than allowed.
    #[error("the file is too large")]
    TooLarge,
    /// There is no file there, or not in time.
    #[error("nothing could be fetched from the address")]
    Unreachable,
}

/// What became of one try, for the ledger of attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What became of it.
    pub outcome: Outcome,
    /// HTTP status, when there was a reply.
    pub status: Option<u16>,
    /// Address that was called, when one was.
    pub address: Option<IpAddr>,
    /// Beginning of the reply, at most 200 characters.
    pub reply: String,
    /// How long it took.
    pub took: Duration,
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Received,
    /// The address is not called; no connection was made. Another try is made on schedule all the same, because a name
    /// may point elsewhere by then.
    Blocked(Blocked),
    /// The reply does not count as received.
    Denied(Failure),
    /// There was no reply: the text says why.
    NoReply(String),
}

impl Attempt {
    /// Whether the receiver has the callback.
    #[must_use]
    pub fn is_received(&self) -> bool {
        self.outcome == Outcome::Received
    }
}

/// Delivers callbacks. Cheap to clone; keeps no connection, so each try resolves and checks afresh.
#[derive(Clone)]
pub struct Deliverer {
    policy: Arc<AddressPolicy>,
    resolver: Arc<dyn NameResolver>,
    tls: Arc<rustls::ClientConfig>,
    limits: Limits,
}

impl Deliverer {
    /// A deliverer that trusts the certificate authorities of the system.
    ///
    /// # Errors
    /// [`SetUpError`] when TLS cannot be set up.
    pub fn new(policy: AddressPolicy) -> Result<Self, SetUpError> {
        let wrong = |error: rustls::Error| SetUpError(error.to_string());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(wrong)?
            .with_platform_verifier()
            .map_err(wrong)?
            .with_no_client_auth();
        Ok(Self::with_parts(
            policy,
            Arc::new(SystemResolver),
            Arc::new(tls),
            Limits::default(),
        ))
    }

    /// A deliverer made of given parts: another resolver, own certificate authorities, other limits.
    #[must_use]
    pub fn with_parts(
        policy: AddressPolicy,
        resolver: Arc<dyn NameResolver>,
        tls: Arc<rustls::ClientConfig>,
        limits: Limits,
    ) -> Self {
        Self {
            policy: Arc::new(policy),
            resolver,
            tls,
            limits,
        }
    }

    pub(crate) const fn total_timeout(&self) -> Duration {
        self.limits.total_timeout
    }

    pub(crate) const fn parts(&self) -> (&Arc<rustls::ClientConfig>, &Limits) {
        (&self.tls, &self.limits)
    }

    /// Gets a file that a caller named by its address, behind the same guard: at most `most_bytes`, within `total`.
    ///
    /// # Errors
    /// [`FetchError`], which names neither the address nor what is behind it.
    pub async fn fetch(
        &self,
        address: &str,
        most_bytes: usize,
        total: Duration,
    ) -> Result<Vec<u8>, FetchError> {
        let prepared = Prepared {
            url: Url::parse(address).map_err(|_| FetchError::Blocked)?,
            body: Vec::new(),
            headers: Vec::new(),
        };
        let limits = Limits {
            total_timeout: total,
            reply_bytes: most_bytes.saturating_add(1),
            ..self.limits
        };
        let asked = async {
            let addresses = self.addresses(&prepared).await.map_err(|outcome| match outcome {
                Outcome::Blocked(_) => FetchError::Blocked,
                _ => FetchError::Unreachable,
            })?;
            let sent = send(Method::GET, &prepared, &addresses, &self.tls, &limits).await;
            sent.map_err(|_| FetchError::Unreachable)
        };
        let reply = timeout(total, asked)
            .await
            .map_err(|_| FetchError::Unreachable)??;
        match reply.status {
            200 if reply.body.len() > most_bytes => Err(FetchError::TooLarge),
            200 => Ok(reply.body),
            _ => Err(FetchError::Unreachable),
        }
    }

    /// Makes one try. Never fails: what went wrong is the outcome.
    pub async fn deliver(&self, prepared: &Prepared, rule: ReplyRule) -> Attempt {
        let started = Instant::now();
        let mut attempt = match timeout(self.limits.total_timeout, self.attempt(prepared, rule)).await {
            Ok(attempt) => attempt,
            Err(_) => {
                let seconds = self.limits.total_timeout.as_secs_f32();
                failed(
                    Outcome::NoReply(format!("no complete reply within {seconds} s")),
                    None,
                )
            }
        };
        attempt.took = started.elapsed();
        attempt
    }

    async fn attempt(&self, prepared: &Prepared, rule: ReplyRule) -> Attempt {
        let addresses = match self.addresses(prepared).await {
            Ok(addresses) => addresses,
            Err(outcome) => return failed(outcome, None),
        };
        let first = addresses.first().map(SocketAddr::ip);
        match send(Method::POST, prepared, &addresses, &self.tls, &self.limits).await {
            Ok(reply) => judged(&reply, rule, first),
            Err(Fault::Connect(why)) => failed(Outcome::NoReply(format!("cannot connect: {why}")), first),
            Err(Fault::Tls(why)) => failed(Outcome::NoReply(format!("no secure connection: {why}")), first),
            Err(Fault::Exchange(why)) => {
                failed(Outcome::NoReply(format!("the exchange failed: {why}")), first)
            }
        }
    }

    /// The addresses to connect to. One internal address among them blocks them all: a name that points inside and
    /// outside at once is an attack or a mistake.
    pub(crate) async fn addresses(&self, prepared: &Prepared) -> Result<Vec<SocketAddr>, Outcome> {
        let (host, port) = check_url(&prepared.url).map_err(Outcome::Blocked)?;
        let ips = match host {
            Host::Ipv4(ip) => vec![IpAddr::V4(ip)],
            Host::Ipv6(ip) => vec![IpAddr::V6(ip)],
            Host::Domain(name) => timeout(self.limits.connect_timeout, self.resolver.resolve(name))
                .await
                .map_err(|_| Outcome::NoReply("resolving the host name took too long".to_owned()))?
                .map_err(|error| Outcome::NoReply(format!("the host name cannot be resolved: {error}")))?,
        };
        for ip in &ips {
            self.policy.check(*ip).map_err(Outcome::Blocked)?;
        }
        Ok(ips.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
    }
}

fn failed(outcome: Outcome, address: Option<IpAddr>) -> Attempt {
    Attempt {
        outcome,
        status: None,
        address,
        reply: String::new(),
        took: Duration::ZERO,
    }
}

fn judged(reply: &Reply, rule: ReplyRule, address: Option<IpAddr>) -> Attempt {
    let outcome = rule
        .judge(reply.status, &reply.body)
        .map_or_else(Outcome::Denied, |()| Outcome::Received);
    Attempt {
        outcome,
        status: Some(reply.status),
        address,
        reply: String::from_utf8_lossy(&reply.body).chars().take(200).collect(),
        took: Duration::ZERO,
    }
}

#[cfg(test)]
mod tests;
