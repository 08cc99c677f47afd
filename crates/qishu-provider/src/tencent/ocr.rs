//! IDCardOCR and BankCardOCR (version 2018-11-19).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{TencentAction, TencentClient, untrusted};
use crate::error::SendError;
use crate::ocr::{BankCard, CardSide, IdentityCard, Ocr, OcrError, Reading};

const fn ocr(action: &'static str) -> TencentAction {
    TencentAction {
        service: "ocr",
        version: "2018-11-19",
        action,
    }
}

/// Codes that say something about the picture rather than about the account or the service.
const ABOUT_PICTURE: [&str; 12] = [
    "FailedOperation.DownLoadError",
    "FailedOperation.EmptyImageError",
    "FailedOperation.IdCardInfoIllegal",
    "FailedOperation.ImageBlur",
    "FailedOperation.ImageDecodeFailed",
    "FailedOperation.ImageNoIdCard",
    "FailedOperation.ImageNoBankCard",
    "FailedOperation.ImageSizeTooLarge",
    "FailedOperation.NoBankCard",
    "FailedOperation.OcrFailed",
    "InvalidParameterValue.InvalidParameterValueLimit",
    "LimitExceeded.TooLargeFileError",
];

/// Reads cards with Tencent Cloud.
pub struct TencentOcr {
    client: TencentClient,
}

impl TencentOcr {
    /// With a client.
    #[must_use]
    pub const fn new(client: TencentClient) -> Self {
        Self { client }
    }

    async fn read(&self, action: &'static str, picture: &[u8], now_ms: i64) -> Result<Value, OcrError> {
        let body = json!({ "ImageBase64": STANDARD.encode(picture) });
        let answer = self.client.call(ocr(action), &body, now_ms).await;
        answer.map_err(|error| match error {
            // Too large a picture stands among the limits of the account.
            SendError::Refused { reason: code, .. } | SendError::Unavailable { cause: code, .. }
                if ABOUT_PICTURE.contains(&code.as_str()) =>
            {
                OcrError::Unreadable { reason: code }
            }
            other => other.into(),
        })
    }

    async fn read_identity_card(&self, picture: &[u8], now_ms: i64) -> Result<IdentityCard, OcrError> {
        let result = self.read("IDCardOCR", picture, now_ms).await?;
        let text = |name: &str| given(&result, name);
        let (valid_from, valid_to) = text("ValidDate")
            .map(|range| validity(&range))
            .unwrap_or_default();
        let card = IdentityCard {
            side: Some(if text("IdNum").is_some() {
                CardSide::Front
            } else {
                CardSide::Back
            }),
            name: text("Name"),
            sex: text("Sex"),
            nation: text("Nation"),
            birth: text("Birth").map(|day| plain_day(&day)),
            address: text("Address"),
            number: text("IdNum"),
            authority: text("Authority"),
            valid_from,
            valid_to,
        };
        if card.number.is_none() && card.authority.is_none() {
            return Err(untrusted("it has neither a number nor an authority".to_owned()).into());
        }
        Ok(card)
    }

    async fn read_bank_card(&self, picture: &[u8], now_ms: i64) -> Result<BankCard, OcrError> {
        let result = self.read("BankCardOCR", picture, now_ms).await?;
        let number: String = given(&result, "CardNo")
            .unwrap_or_default()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        if number.is_empty() {
            return Err(untrusted("it has no card number".to_owned()).into());
        }
        Ok(BankCard {
            number,
            // "招商银行(03080010)": the number in brackets is the issuer's.
            bank: given(&result, "BankInfo")
                .map(|bank| bank.split('(').next().unwrap_or_default().to_owned()),
            credit: given(&result, "CardType").map(|kind| kind.contains("贷记")),
            valid: given(&result, "ValidDate"),
        })
    }
}

impl Ocr for TencentOcr {
    fn identity_card<'a>(&'a self, picture: &'a [u8], now_ms: i64) -> Reading<'a, IdentityCard> {
        Box::pin(self.read_identity_card(picture, now_ms))
    }

    fn bank_card<'a>(&'a self, picture: &'a [u8], now_ms: i64) -> Reading<'a, BankCard> {
        Box::pin(self.read_bank_card(picture, now_ms))
    }
}

fn given(result: &Value, name: &str) -> Option<String> {
    let text = result.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `1987/1/1`, `1987.1.1` → `1987-01-01`; anything else as it is.
fn plain_day(text: &str) -> String {
    let parts: Vec<Option<u32>> = text
        .split(['/', '.', '-'])
        .map(|part| part.trim().parse().ok())
        .collect();
    match parts[..] {
        [Some(year), Some(month), Some(day)] => format!("{year:04}-{month:02}-{day:02}"),
        _ => text.to_owned(),
    }
}

/// `2010.07.21-2020.07.21` or `2010.07.21-长期`.
fn validity(range: &str) -> (Option<String>, Option<String>) {
    match range.split_once('-') {
        Some((from, to)) => (Some(plain_day(from)), Some(plain_day(to))),
        None => (None, Some(range.to_owned())),
    }
}
