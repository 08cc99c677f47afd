//! Asking an integrator's server, behind the same guard as callbacks: redirects are not followed, nothing is resolved twice.

use hyper::Method;
use tokio::time::{Instant, timeout};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::body::Prepared;
use crate::client::{Fault, send};
use crate::deliver::{Deliverer, Outcome};

/// What an integrator's server answered, cut at the limit of replies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// HTTP status.
    pub status: u16,
    /// Beginning of the body.
    pub body: Vec<u8>,
}

/// Why there is no answer. It says nothing that was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The address is internal, or no web address.
    #[error("the address is not called: {0}")]
    Blocked(String),
    /// Nothing came back.
    #[error("{0}")]
    NoAnswer(String),
}

impl Deliverer {
    /// Sends parameters to an address: posted as a form, or with `get` in its query.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(&self, url: &Url, parameters: &[(&str, &str)], get: bool) -> Result<Asked, AskError> {
        let started = Instant::now();
        let mut prepared = Prepared {
            url: url.clone(),
            body: Vec::new(),
            headers: vec![("accept", "application/json, text/xml, text/plain".to_owned())],
        };
        let method = if get {
            prepared.url.query_pairs_mut().extend_pairs(parameters);
            Method::GET
        } else {
            let form = Serializer::new(String::new()).extend_pairs(parameters).finish();
            prepared.body = form.into_bytes();
            Method::POST
        };
        let limit = self.total_timeout();
        let asked = timeout(limit, self.exchange(method, &prepared)).await;
        asked.unwrap_or_else(|_| {
            let seconds = started.elapsed().as_secs();
            Err(AskError::NoAnswer(format!(
                "no complete answer within {seconds} s"
            )))
        })
    }

    async fn exchange(&self, method: Method, prepared: &Prepared) -> Result<Asked, AskError> {
        let addresses = self.addresses(prepared).await.map_err(|outcome| match outcome {
            Outcome::Blocked(why) => AskError::Blocked(why.to_string()),
            Outcome::NoReply(why) => AskError::NoAnswer(why),
            other => AskError::NoAnswer(format!("{other:?}")),
        })?;
        let (tls, limits) = self.parts();
        match send(method, prepared, &addresses, tls, limits).await {
            Ok(reply) => Ok(Asked {
                status: reply.status,
                body: reply.body,
            }),
            Err(Fault::Connect(why) | Fault::Tls(why) | Fault::Exchange(why)) => Err(AskError::NoAnswer(why)),
        }
    }
}
