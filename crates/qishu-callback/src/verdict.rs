//! What counts as received.

use serde_json::Value as Json;

/// Characters of a reply that are kept for the delivery log.
const KEPT: usize = 200;

/// Which reply means that a callback was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyRule {
    /// HTTP 2xx and a reply that says so: JSON with `code` 0 or `responseCode` of zeros, or the word success or ok
    /// (authentication, seal review; D-56).
    Acknowledged,
    /// Any HTTP status below 400 (personal-signature authorisation).
    BelowFourHundred,
    /// HTTP 2xx, unless the reply is a word of failure (contract status; D22).
    NotDenied,
}

/// Why a reply does not count as received.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The HTTP status is an error, or a redirect: redirects are not followed.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The reply says that it failed, or does not say that it succeeded.
    #[error("the receiver replied {0:?}")]
    Reply(String),
}

impl ReplyRule {
    /// Judges a reply by its HTTP status and its body.
    ///
    /// # Errors
    /// Why it does not count as received.
    pub fn judge(self, status: u16, body: &[u8]) -> Result<(), Failure> {
        let good = match self {
            Self::BelowFourHundred => status < 400,
            Self::Acknowledged | Self::NotDenied => (200..300).contains(&status),
        };
        if !good {
            return Err(Failure::Status(status));
        }
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{FEFF}').trim();
        let received = match self {
            Self::BelowFourHundred => true,
            Self::NotDenied => !is_denial(text),
            Self::Acknowledged => is_acknowledgement(text),
        };
        if received {
            Ok(())
        } else {
            Err(Failure::Reply(text.chars().take(KEPT).collect()))
        }
    }
}

fn is_denial(text: &str) -> bool {
    let word = text.to_lowercase();
    ["fail", "failure", "failed", "error", "false"].contains(&word.as_str())
}

fn is_acknowledgement(text: &str) -> bool {
    let word = text.trim_matches(['"', '\'']).to_lowercase();
    if word == "success" || word == "ok" {
        return true;
    }
    match serde_json::from_str::<Json>(text) {
        Ok(json) => json.get("code").is_some_and(is_zero) || json.get("responseCode").is_some_and(is_zeros),
        Err(_) => is_documented_but_malformed(text),
    }
}

fn is_zero(value: &Json) -> bool {
    value.as_f64() == Some(0.0) || value.as_str() == Some("0")
}

fn is_zeros(value: &Json) -> bool {
    is_zero(value)
        || value
            .as_str()
            .is_some_and(|text| !text.is_empty() && text.bytes().all(|b| b == b'0'))
}

/// The documentation prints `{"responseCode":00000000}`, which is not JSON; receivers copy it.
fn is_documented_but_malformed(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(rest) = bare.split_once("\"responseCode\":").map(|(_, rest)| rest) else {
        return false;
    };
    let value = rest.split([',', '}']).next().unwrap_or_default();
    !value.is_empty() && value.bytes().all(|b| b == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(rule: ReplyRule, status: u16, body: &str) -> bool {
        rule.judge(status, body.as_bytes()).is_ok()
    }

    #[test]
    fn contract_callbacks_are_received_unless_denied() {
        let rule = ReplyRule::NotDenied;
        for body in [
            "",
            "success",
            "SUCCESS",
            "{\"code\":1}",
            "{\"code\":200}",
            "<html>",
            "failing",
            "no error",
        ] {
            assert!(received(rule, 200, body), "{body}");
        }
        for body in [
            "fail",
            " FAIL\r\n",
            "Failure",
            "failed",
            "error",
            "False",
            "\u{FEFF}fail",
        ] {
            assert!(!received(rule, 200, body), "{body}");
        }
        assert!(received(rule, 204, ""));
        for status in [100, 199, 300, 301, 302, 307, 400, 401, 404, 500, 503] {
            assert_eq!(rule.judge(status, b"success"), Err(Failure::Status(status)));
        }
    }

    #[test]
    fn authentication_callbacks_need_an_acknowledgement() {
        let rule = ReplyRule::Acknowledged;
        let good = [
            "{\"code\":0}",
            "{\"code\":\"0\",\"message\":\"x\"}",
            "{\"code\": 0.0}",
            "{\"responseCode\":\"00000000\"}",
            "{\"responseCode\":0}",
            "{\"responseCode\":00000000}",
            "{ \"responseCode\" : 00000000 , \"a\":1}",
            "success",
            "\"ok\"",
            "OK\n",
        ];
        for body in good {
            assert!(received(rule, 200, body), "{body}");
        }
        let bad = [
            "",
            "{\"code\":1}",
            "{}",
            "{\"responseCode\":00000001}",
            "{\"responseCode\":}",
            "<html>ok</html>",
            "0",
        ];
        for body in bad {
            assert!(!received(rule, 200, body), "{body}");
        }
        assert!(!received(rule, 302, "{\"code\":0}"));
    }

    #[test]
    fn authorisation_callbacks_go_by_the_status_alone() {
        for (status, good) in [(200, true), (302, true), (399, true), (400, false), (500, false)] {
            assert_eq!(
                received(ReplyRule::BelowFourHundred, status, "fail"),
                good,
                "{status}"
            );
        }
    }

    #[test]
    fn long_replies_are_cut_in_the_log() {
        let body = format!("{{\"code\":1,\"message\":\"{}\"}}", "契".repeat(5000));
        let Err(Failure::Reply(kept)) = ReplyRule::Acknowledged.judge(200, body.as_bytes()) else {
            panic!()
        };
        assert_eq!(kept.chars().count(), KEPT);
        assert!(!received(ReplyRule::Acknowledged, 200, "\u{0}\u{1}"));
        assert!(ReplyRule::NotDenied.judge(200, &[0xFF, 0xFE]).is_ok());
    }
}
