//! The headers of the request signature: one value each, whatever a proxy made of them (2.1, D4).

use super::AuthRefusal;

/// AppToken of the application.
pub const TOKEN: &str = "x-qys-open-accesstoken";
/// Unix time in milliseconds.
pub const TIMESTAMP: &str = "x-qys-open-timestamp";
/// Unique text of this request.
pub const NONCE: &str = "x-qys-open-nonce";
/// The signature made with the application's pair.
pub const SIGNATURE: &str = "x-qys-open-signature";
/// AgentToken of an agent platform.
pub const AGENT_TOKEN: &str = "x-qys-open-agentaccesstoken";
/// The signature made with the agent's pair.
pub const AGENT_SIGNATURE: &str = "x-qys-open-agentsignature";
/// Signature over the whole request, our own addition.
pub const SIGNATURE_V2: &str = "x-open-signature-v2";

/// Longest nonce in characters.
const NONCE_CHARACTERS: usize = 64;

/// Headers of the request signature as they arrived, duplicates settled.
#[derive(Debug, Clone, Default)]
pub struct AuthHeaders {
    token: Header,
    timestamp: Header,
    nonce: Header,
    signature: Header,
    agent_token: Header,
    agent_signature: Header,
    signature_v2: Header,
}

impl AuthHeaders {
    /// Picks the headers of the signature out of all headers of a request. Names are compared without case.
    pub fn read<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut read = Self::default();
        for (name, value) in headers {
            if let Some(slot) = read.slot(name) {
                slot.add(value, name.eq_ignore_ascii_case(NONCE));
            }
        }
        read
    }

    /// Token, timestamp, nonce and signature of the application.
    ///
    /// # Errors
    /// [`AuthRefusal::HeaderRequired`] naming the first of token, timestamp, signature, nonce (in this order) that is
    /// missing (the nonce may be), contradictory or unreadable.
    pub fn application(&self) -> Result<Credential<'_>, AuthRefusal> {
        self.credential((TOKEN, &self.token), (SIGNATURE, &self.signature))
    }

    /// The same of the agent platform. A request for `/saas/v2/…` must have it; on other paths it is checked when
    /// [`AuthHeaders::has_agent`] (D40).
    ///
    /// # Errors
    /// As [`AuthHeaders::application`].
    pub fn agent(&self) -> Result<Credential<'_>, AuthRefusal> {
        self.credential(
            (AGENT_TOKEN, &self.agent_token),
            (AGENT_SIGNATURE, &self.agent_signature),
        )
    }

    /// Whether the request carries a token of an application.
    #[must_use]
    pub const fn has_application(&self) -> bool {
        !matches!(self.token, Header::Missing)
    }

    /// Whether the request carries a token of an agent platform.
    #[must_use]
    pub const fn has_agent(&self) -> bool {
        !matches!(self.agent_token, Header::Missing)
    }

    fn credential<'a>(
        &'a self,
        token: (&'static str, &'a Header),
        signature: (&'static str, &'a Header),
    ) -> Result<Credential<'a>, AuthRefusal> {
        let token = token.1.required(token.0)?;
        let timestamp = self.timestamp.required(TIMESTAMP)?;
        let signature = signature.1.required(signature.0)?;
        let nonce = self.nonce.optional(NONCE)?;
        if nonce.is_some_and(|nonce| nonce.len() > NONCE_CHARACTERS) {
            return Err(AuthRefusal::HeaderRequired(NONCE));
        }
        let signature_v2 = self.signature_v2.optional(SIGNATURE_V2)?;
        Ok(Credential {
            token,
            timestamp,
            nonce,
            signature,
            signature_v2,
        })
    }

    fn slot(&mut self, name: &str) -> Option<&mut Header> {
        let slots = [
            (TOKEN, &mut self.token),
            (TIMESTAMP, &mut self.timestamp),
            (NONCE, &mut self.nonce),
            (SIGNATURE, &mut self.signature),
            (AGENT_TOKEN, &mut self.agent_token),
            (AGENT_SIGNATURE, &mut self.agent_signature),
            (SIGNATURE_V2, &mut self.signature_v2),
        ];
        slots
            .into_iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, slot)| slot)
    }
}

/// What one pair of token and secret claims about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential<'a> {
    /// AppToken or AgentToken; look the application up by it.
    pub token: &'a str,
    /// Timestamp, exactly as sent.
    pub timestamp: &'a str,
    /// Nonce, exactly as sent; absent in old clients.
    pub nonce: Option<&'a str>,
    /// Signature, exactly as sent.
    pub signature: &'a str,
    /// Value of `x-open-signature-v2`.
    pub signature_v2: Option<&'a str>,
}

/// One header. An empty value counts as missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Header {
    #[default]
    Missing,
    Value(String),
    /// Two different values, or bytes that are not printable ASCII.
    Unusable,
}

impl Header {
    fn add(&mut self, value: &[u8], commas_are_text: bool) {
        let Some(text) = printable(value) else {
            *self = Self::Unusable;
            return;
        };
        let (first, all_equal) = split_joined(text);
        let text = match (all_equal, commas_are_text) {
            (true, _) => first,
            (false, true) => text,
            (false, false) => {
                *self = Self::Unusable;
                return;
            }
        };
        match self {
            _ if text.is_empty() => {}
            Self::Missing => *self = Self::Value(text.to_owned()),
            Self::Value(seen) if seen == text => {}
            Self::Value(_) | Self::Unusable => *self = Self::Unusable,
        }
    }

    fn required(&self, name: &'static str) -> Result<&str, AuthRefusal> {
        self.optional(name)?.ok_or(AuthRefusal::HeaderRequired(name))
    }

    fn optional(&self, name: &'static str) -> Result<Option<&str>, AuthRefusal> {
        match self {
            Self::Missing => Ok(None),
            Self::Value(text) => Ok(Some(text)),
            Self::Unusable => Err(AuthRefusal::HeaderRequired(name)),
        }
    }
}

fn printable(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
    text.bytes()
        .all(|byte| (0x20..=0x7e).contains(&byte))
        .then_some(text)
}

/// The first of the comma-joined parts, and whether all parts are the same.
fn split_joined(text: &str) -> (&str, bool) {
    let mut parts = text.split(',').map(|part| part.trim_matches([' ', '\t']));
    let first = parts.next().unwrap_or_default();
    (first, parts.all(|part| part == first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)]) -> AuthHeaders {
        AuthHeaders::read(headers.iter().map(|(name, value)| (*name, value.as_bytes())))
    }

    const COMPLETE: [(&str, &str); 4] = [
        (TOKEN, "t"),
        (TIMESTAMP, "1700000000000"),
        (NONCE, "n"),
        (SIGNATURE, "s"),
    ];

    fn without(name: &str) -> Vec<(&'static str, &'static str)> {
        COMPLETE.into_iter().filter(|(own, _)| *own != name).collect()
    }

    #[test]
    fn missing_headers_are_reported_in_order() {
        assert_eq!(read(&[]).application(), Err(AuthRefusal::HeaderRequired(TOKEN)));
        for name in [TOKEN, TIMESTAMP, SIGNATURE] {
            assert_eq!(
                read(&without(name)).application(),
                Err(AuthRefusal::HeaderRequired(name))
            );
        }
        let headers = read(&without(NONCE));
        assert_eq!(headers.application().unwrap().nonce, None);
        let empty = read(&[(TOKEN, " "), (TIMESTAMP, "1700000000000"), (SIGNATURE, "s")]);
        assert_eq!(empty.application(), Err(AuthRefusal::HeaderRequired(TOKEN)));
    }

    #[test]
    fn names_have_no_case_and_values_lose_outer_blanks() {
        let headers = read(&[
            ("X-QYS-Open-AccessToken", " t\t"),
            ("X-Qys-Open-Timestamp", "1700000000000"),
            ("X-QYS-OPEN-SIGNATURE", "s"),
            ("accept", "text/plain"),
        ]);
        assert_eq!(headers.application().unwrap().token, "t");
    }

    #[test]
    fn identical_duplicates_are_one_and_different_ones_are_refused() {
        for second in ["t", "t, t", "t,t,t"] {
            let mut headers = COMPLETE.to_vec();
            headers.push((TOKEN, second));
            assert_eq!(read(&headers).application().unwrap().token, "t");
        }
        for (name, second) in [
            (TOKEN, "other"),
            (TOKEN, "t,other"),
            (TIMESTAMP, "1700000000001"),
            (SIGNATURE, "x"),
        ] {
            let mut headers = COMPLETE.to_vec();
            headers.push((name, second));
            assert_eq!(
                read(&headers).application(),
                Err(AuthRefusal::HeaderRequired(name)),
                "{second}"
            );
        }
    }

    #[test]
    fn nonces_are_any_printable_ascii_up_to_64() {
        let long = "x".repeat(64);
        for nonce in [
            "7",
            "a,b",
            "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}",
            "~!@ #",
            long.as_str(),
        ] {
            let mut headers = without(NONCE);
            headers.push((NONCE, nonce));
            assert_eq!(read(&headers).application().unwrap().nonce, Some(nonce));
        }
        let too_long = "x".repeat(65);
        for nonce in ["随机", "a\u{1}b", too_long.as_str()] {
            let mut headers = without(NONCE);
            headers.push((NONCE, nonce));
            assert_eq!(
                read(&headers).application(),
                Err(AuthRefusal::HeaderRequired(NONCE)),
                "{nonce}"
            );
        }
    }

    #[test]
    fn agents_have_a_pair_of_their_own() {
        let headers = read(&[
            (AGENT_TOKEN, "agent"),
            (AGENT_SIGNATURE, "s"),
            (TIMESTAMP, "1700000000000"),
            (NONCE, "n"),
        ]);
        assert!(headers.has_agent() && !headers.has_application());
        assert_eq!(headers.agent().unwrap().token, "agent");
        assert_eq!(headers.application(), Err(AuthRefusal::HeaderRequired(TOKEN)));
        assert_eq!(
            read(&COMPLETE).agent(),
            Err(AuthRefusal::HeaderRequired(AGENT_TOKEN))
        );
    }
}
