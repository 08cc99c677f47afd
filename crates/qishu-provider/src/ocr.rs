//! Reads identity cards and bank cards in pictures: a trait, and a simulator that reads what a test wrote into the file.

use std::future::Future;
use std::pin::Pin;

use crate::error::SendError;

/// A picture being read.
pub type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<T, OcrError>> + Send + 'a>>;

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OcrError {
    /// The picture is no such card, or nobody can read it: another picture may do.
    #[error("the picture cannot be read: {reason}")]
    Unreadable {
        /// What the reader says.
        reason: String,
    },
    /// The reader did not do its work.
    #[error(transparent)]
    Service(#[from] SendError),
}

/// The two sides of an identity card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardSide {
    /// With the national emblem: authority and validity.
    Back,
    /// With the portrait: who it is.
    Front,
}

/// What stands on an identity card; what is on the other side is absent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct IdentityCard {
    /// Which side was read.
    pub side: Option<CardSide>,
    /// Name.
    pub name: Option<String>,
    /// Sex, as printed.
    pub sex: Option<String>,
    /// Nation, as printed.
    pub nation: Option<String>,
    /// Day of birth, `yyyy-MM-dd`.
    pub birth: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Number.
    pub number: Option<String>,
    /// Who issued it.
    pub authority: Option<String>,
    /// First day of validity, `yyyy-MM-dd`.
    pub valid_from: Option<String>,
    /// Last day of validity, `yyyy-MM-dd`, or `长期`.
    pub valid_to: Option<String>,
}

/// What stands on a bank card.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BankCard {
    /// Number, digits only.
    pub number: String,
    /// Name of the bank.
    pub bank: Option<String>,
    /// It is a credit card; absent when the reader cannot tell.
    pub credit: Option<bool>,
    /// Until when it is valid, as printed.
    pub valid: Option<String>,
}

/// Somebody who reads cards.
pub trait Ocr: Send + Sync {
    /// Reads one side of an identity card. `now_ms` is the present, for those who sign their requests.
    fn identity_card<'a>(&'a self, picture: &'a [u8], now_ms: i64) -> Reading<'a, IdentityCard>;

    /// Reads a bank card.
    fn bank_card<'a>(&'a self, picture: &'a [u8], now_ms: i64) -> Reading<'a, BankCard>;
}

/// Marks a picture that the simulator can read.
const MARK: &[u8] = b"qishu-ocr:";

/// Reads pictures that say themselves what is on them, for sandboxes: somewhere in the file (in a comment, or behind its end)
/// stands `qishu-ocr:`, then `name=value` pairs with semicolons between them up to the end of the line. The names are
/// those of the API's answers: `side`, `name`, `sex`, `nation`, `birth`, `address`, `idCardNo`, `authority`, `validFrom`,
/// `validTo`; `bankNo`, `bankName`, `cardType`, `validDate`. `fail=timeout` stands for a reader that does not answer. Every
/// other picture is unreadable.
#[derive(Debug, Clone, Copy, Default)]
pub struct OcrSimulator;

impl Ocr for OcrSimulator {
    fn identity_card<'a>(&'a self, picture: &'a [u8], _now_ms: i64) -> Reading<'a, IdentityCard> {
        Box::pin(std::future::ready(simulated_identity_card(picture)))
    }

    fn bank_card<'a>(&'a self, picture: &'a [u8], _now_ms: i64) -> Reading<'a, BankCard> {
        Box::pin(std::future::ready(simulated_bank_card(picture)))
    }
}

fn simulated_identity_card(picture: &[u8]) -> Result<IdentityCard, OcrError> {
    let pairs = written(picture)?;
    let value = |name: &str| find(&pairs, name);
    let side = match value("side").as_deref() {
        Some("BACK") => CardSide::Back,
        _ => CardSide::Front,
    };
    let card = IdentityCard {
        side: Some(side),
        name: value("name"),
        sex: value("sex"),
        nation: value("nation"),
        birth: value("birth"),
        address: value("address"),
        number: value("idCardNo"),
        authority: value("authority"),
        valid_from: value("validFrom"),
        valid_to: value("validTo"),
    };
    if card.number.is_some() || card.authority.is_some() {
        Ok(card)
    } else {
        Err(unreadable("it is no identity card"))
    }
}

fn simulated_bank_card(picture: &[u8]) -> Result<BankCard, OcrError> {
    let pairs = written(picture)?;
    let number = find(&pairs, "bankNo").ok_or_else(|| unreadable("it is no bank card"))?;
    Ok(BankCard {
        number,
        bank: find(&pairs, "bankName"),
        credit: find(&pairs, "cardType").map(|kind| kind == "CREDIT"),
        valid: find(&pairs, "validDate"),
    })
}

pub(crate) fn unreadable(reason: &str) -> OcrError {
    OcrError::Unreadable {
        reason: reason.to_owned(),
    }
}

fn find(pairs: &[(String, String)], name: &str) -> Option<String> {
    let found = pairs.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone())
}

/// The pairs that a picture carries.
fn written(picture: &[u8]) -> Result<Vec<(String, String)>, OcrError> {
    let at = picture.windows(MARK.len()).position(|window| window == MARK);
    let rest = at.and_then(|at| picture.get(at + MARK.len()..));
    let rest = rest.ok_or_else(|| unreadable("the simulator finds nothing written in it"))?;
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0));
    let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let pairs: Vec<(String, String)> = line
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    if find(&pairs, "fail").as_deref() == Some("timeout") {
        return Err(SendError::Timeout {
            service: "the simulated card reader",
            after: std::time::Duration::from_secs(10),
        }
        .into());
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_simulator_reads_what_a_picture_says_of_itself() {
        let picture =
            "\u{89}PNG qishu-ocr:name=张三;idCardNo=11010519491231002X;birth=1949-12-31\nrest".as_bytes();
        let card = OcrSimulator.identity_card(picture, 0).await.ok().unwrap();
        assert_eq!(
            (card.side, card.name.as_deref()),
            (Some(CardSide::Front), Some("张三"))
        );
        assert_eq!(card.birth.as_deref(), Some("1949-12-31"));
        let back = "qishu-ocr:side=BACK;authority=北京市公安局;validTo=长期".as_bytes();
        let card = OcrSimulator.identity_card(back, 0).await.ok().unwrap();
        assert_eq!(
            (card.side, card.valid_to.as_deref()),
            (Some(CardSide::Back), Some("长期"))
        );
        let bank = "qishu-ocr:bankNo=4111111111111111;cardType=CREDIT".as_bytes();
        let card = OcrSimulator.bank_card(bank, 0).await.ok().unwrap();
        assert_eq!(
            (card.number.as_str(), card.credit),
            ("4111111111111111", Some(true))
        );
    }

    #[tokio::test]
    async fn it_reads_nothing_else() {
        for picture in ["", "a picture", "qishu-ocr:", "qishu-ocr:name=张三"] {
            let read = OcrSimulator.identity_card(picture.as_bytes(), 0).await;
            assert!(matches!(read, Err(OcrError::Unreadable { .. })), "{picture}");
            let read = OcrSimulator.bank_card(picture.as_bytes(), 0).await;
            assert!(matches!(read, Err(OcrError::Unreadable { .. })), "{picture}");
        }
        let late = OcrSimulator.bank_card(b"qishu-ocr:fail=timeout", 0).await;
        assert!(matches!(late, Err(OcrError::Service(SendError::Timeout { .. }))));
    }
}
