//! EJBCA over its REST API: `/ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll`, with a client certificate (mutual TLS).
//!
//! Each signing act becomes an end entity of its own, named by the act, under a certificate profile and an end entity profile that
//! the operator has set up. The certificate's state is asked for by OCSP where an address is given.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, Identity, Response, StatusCode};
use sealpki::{Certificate, OcspRequest, verify_ocsp_response};
use serde::{Deserialize, Serialize};

use crate::external::{Answering, CertificateSource, Enrolment, ExternalError, IssuedCertificate};
use crate::time_stamp_servers::cause;

const PATH: &str = "/ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll";
const NAME: &str = "EJBCA";
/// A chain has some kilobytes; more is not read.
const ANSWER_LEN_MAX: usize = 256 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Characters of its error message that are repeated.
const MESSAGE_CHARS_MAX: usize = 300;

/// How to reach it and what to ask for.
pub struct EjbcaSettings {
    /// Address of the server, such as `https://ca.example.com:8443`.
    pub url: String,
    /// PEM with the client's private key and certificate.
    pub client_pem: Vec<u8>,
    /// PEM of the certificates that the server's TLS certificate leads to; empty for those of the system.
    pub server_roots_pem: Vec<Vec<u8>>,
    /// Name of the CA that issues.
    pub authority: String,
    /// Certificate profile.
    pub certificate_profile: String,
    /// End entity profile.
    pub end_entity_profile: String,
    /// Roots that the issued certificates lead to.
    pub anchors: Vec<Certificate>,
    /// Address of its OCSP responder; without it signatures carry no state of their certificate.
    pub ocsp_url: Option<String>,
    /// Until a request is given up.
    pub timeout: Duration,
}

/// The adapter.
pub struct Ejbca {
    client: Client,
    settings: EjbcaSettings,
}

/// What is sent; EJBCA writes its names so.
#[derive(Serialize)]
struct Request<'a> {
    certificate_request: String,
    certificate_profile_name: &'a str,
    end_entity_profile_name: &'a str,
    certificate_authority_name: &'a str,
    username: String,
    password: &'a str,
    include_chain: bool,
}

#[derive(Deserialize)]
struct Answer {
    certificate: String,
    #[serde(default)]
    certificate_chain: Vec<String>,
    #[serde(default)]
    response_format: Option<String>,
}

#[derive(Deserialize, Default)]
struct Refusal {
    #[serde(default)]
    error_message: String,
}

impl Ejbca {
    /// Sets the adapter up; nothing is asked yet.
    ///
    /// # Errors
    /// [`ExternalError::Settings`] for certificates that cannot be read, or without an anchor.
    pub fn new(settings: EjbcaSettings) -> Result<Self, ExternalError> {
        let wrong = |problem: String| ExternalError::Settings(problem);
        if settings.anchors.is_empty() {
            return Err(wrong(
                "there is no certificate that those issued must lead to".to_owned(),
            ));
        }
        let identity = Identity::from_pem(&settings.client_pem).map_err(|error| {
            wrong(format!(
                "the client's key and certificate cannot be read: {error}"
            ))
        })?;
        let mut client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .identity(identity)
            .connect_timeout(CONNECT_TIMEOUT.min(settings.timeout))
            .timeout(settings.timeout);
        if !settings.server_roots_pem.is_empty() {
            let mut roots = Vec::with_capacity(settings.server_roots_pem.len());
            for pem in &settings.server_roots_pem {
                let root = reqwest::Certificate::from_pem(pem);
                roots
                    .push(root.map_err(|error| wrong(format!("a root of its TLS cannot be read: {error}")))?);
            }
            client = client.tls_certs_only(roots);
        }
        Ok(Self {
            client: client.build().map_err(|error| wrong(cause(&error)))?,
            settings,
        })
    }

    async fn issue(&self, request: Enrolment) -> Result<IssuedCertificate, ExternalError> {
        // The password of an end entity that is used once, by this very request.
        let mut password = [0; 16];
        aws_lc_rs::rand::fill(&mut password)
            .map_err(|_| ExternalError::Settings("the system gave no random bytes".to_owned()))?;
        let body = Request {
            certificate_request: pem_request(&request.pkcs10),
            certificate_profile_name: &self.settings.certificate_profile,
            end_entity_profile_name: &self.settings.end_entity_profile,
            certificate_authority_name: &self.settings.authority,
            username: format!("qishu-{}", request.act_id),
            password: &hex::encode(password),
            include_chain: true,
        };
        let body = serde_json::to_vec(&body).map_err(|error| answered(&error.to_string()))?;
        let url = format!("{}{PATH}", self.settings.url.trim_end_matches('/'));
        let (status, body) = self.post(&url, "application/json", body).await?;
        if status == StatusCode::CREATED || status == StatusCode::OK {
            return read_answer(&body);
        }
        let refusal: Refusal = serde_json::from_slice(&body).unwrap_or_default();
        let message: String = refusal.error_message.chars().take(MESSAGE_CHARS_MAX).collect();
        let message = format!("HTTP status {} {message}", status.as_u16());
        Err(
            if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                ExternalError::Unavailable(NAME.to_owned(), message)
            } else {
                ExternalError::Refused(NAME.to_owned(), message)
            },
        )
    }

    async fn ask_state(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Result<Option<Vec<u8>>, ExternalError> {
        let Some(url) = &self.settings.ocsp_url else {
            return Ok(None);
        };
        let request = OcspRequest::new(certificate, issuer).to_der();
        let (status, body) = self.post(url, "application/ocsp-request", request).await?;
        if status != StatusCode::OK {
            let message = format!("HTTP status {}", status.as_u16());
            return Err(ExternalError::Unavailable(format!("{NAME} (OCSP)"), message));
        }
        let state = verify_ocsp_response(&body, certificate, issuer, &[]);
        let state = state.map_err(|error| answered(&format!("OCSP: {error}")))?;
        if state.status == sealpki::CertificateStatus::Good {
            Ok(Some(body))
        } else {
            Err(answered("OCSP: a certificate that was just issued is not good"))
        }
    }

    async fn post(
        &self,
        url: &str,
        kind: &'static str,
        body: Vec<u8>,
    ) -> Result<(StatusCode, Vec<u8>), ExternalError> {
        let away = |error: &reqwest::Error| ExternalError::Unavailable(NAME.to_owned(), cause(error));
        let sent = self.client.post(url).header(CONTENT_TYPE, kind).body(body).send();
        let response = sent.await.map_err(|error| away(&error))?;
        let status = response.status();
        let body = read(response).await.map_err(|error| match error {
            Some(error) => away(&error),
            None => answered("more than 256 KiB"),
        })?;
        Ok((status, body))
    }
}

impl CertificateSource for Ejbca {
    fn name(&self) -> &str {
        NAME
    }

    fn anchors(&self) -> &[Certificate] {
        &self.settings.anchors
    }

    fn enrol(&self, request: Enrolment) -> Answering<'_, IssuedCertificate> {
        Box::pin(self.issue(request))
    }

    fn state<'a>(
        &'a self,
        certificate: &'a Certificate,
        issuer: &'a Certificate,
    ) -> Answering<'a, Option<Vec<u8>>> {
        Box::pin(self.ask_state(certificate, issuer))
    }
}

fn answered(what: &str) -> ExternalError {
    ExternalError::Answer(NAME.to_owned(), what.to_owned())
}

/// Reads a body within its limit; `None` = it is longer.
async fn read(mut response: Response) -> Result<Vec<u8>, Option<reqwest::Error>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Some)? {
        if bytes.len() + chunk.len() > ANSWER_LEN_MAX {
            return Err(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn read_answer(body: &[u8]) -> Result<IssuedCertificate, ExternalError> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|_| answered("no JSON with the members certificate and certificate_chain"))?;
    if answer.response_format.is_some_and(|format| format != "DER") {
        return Err(answered("another format than DER"));
    }
    let one = |text: &String| {
        let der = STANDARD
            .decode(text)
            .map_err(|_| answered("a certificate that is not Base64"))?;
        Certificate::from_der(&der).map_err(|error| answered(&error.to_string()))
    };
    Ok(IssuedCertificate {
        certificate: one(&answer.certificate)?,
        chain: answer
            .certificate_chain
            .iter()
            .map(one)
            .collect::<Result<_, _>>()?,
    })
}

/// RFC 7468 7, lines of 64 characters.
fn pem_request(der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE REQUEST-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        // Writing to a String does not fail.
        let _ = writeln!(pem, "{line}");
        rest = more;
    }
    pem.push_str("-----END CERTIFICATE REQUEST-----\n");
    pem
}
