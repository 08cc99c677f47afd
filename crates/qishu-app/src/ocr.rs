//! 身份证识别: `POST /v2/ocr/idcard`; 银行卡识别: `POST /v2/ocr/bankcard` (D-36). What is read is answered and not kept.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
pub use qishu_provider::{BankCard, CardSide, IdentityCard};
use qishu_provider::{Ocr, OcrError};
use qishu_store::ledger::Entry;
use serde_json::json;

use crate::{ApiCaller, App, AppError};

/// Largest picture.
const MOST_BYTES: usize = 5 << 20;
/// Until fetching a picture is given up.
const FETCH_TIME: Duration = Duration::from_secs(10);

/// A picture of a card.
#[derive(Debug, Clone)]
pub enum CardPicture {
    /// Uploaded.
    File(Bytes),
    /// To be fetched from this address.
    Address(String),
}

/// Reads one side of an identity card.
///
/// # Errors
/// `1005` for a picture that nobody can read and for an address that is not public or has none; `1010` beyond 5 MB; `1001` when
/// nobody reads cards here, or the reader does not answer.
pub async fn read_identity_card(
    app: &App,
    caller: &ApiCaller,
    picture: CardPicture,
) -> Result<IdentityCard, AppError> {
    let reader = reader(app)?;
    let picture = load(app, picture).await?;
    let read = reader.identity_card(&picture, app.now().ms()).await;
    record(app, caller, "OCR_IDCARD", read.is_ok()).await?;
    read.map_err(unread)
}

/// Reads a bank card.
///
/// # Errors
/// As [`read_identity_card`].
pub async fn read_bank_card(
    app: &App,
    caller: &ApiCaller,
    picture: CardPicture,
) -> Result<BankCard, AppError> {
    let reader = reader(app)?;
    let picture = load(app, picture).await?;
    let read = reader.bank_card(&picture, app.now().ms()).await;
    record(app, caller, "OCR_BANKCARD", read.is_ok()).await?;
    read.map_err(unread)
}

fn reader(app: &App) -> Result<&Arc<dyn Ocr>, AppError> {
    let missing = "nobody reads cards here (ocr.provider)";
    app.ocr.as_ref().ok_or(AppError::NotConfigured(missing))
}

fn unread(error: OcrError) -> AppError {
    match error {
        OcrError::Unreadable { reason } => AppError::invalid("image", format!("cannot be read: {reason}")),
        OcrError::Service(error) => AppError::internal("card reader", error),
    }
}

async fn load(app: &App, picture: CardPicture) -> Result<Bytes, AppError> {
    let bytes = match picture {
        CardPicture::File(bytes) => bytes,
        CardPicture::Address(address) => fetch(app, &address).await?,
    };
    if bytes.len() > MOST_BYTES {
        return Err(AppError::FileTooLarge {
            size_bytes: bytes.len(),
            limit_bytes: MOST_BYTES,
        });
    }
    if bytes.is_empty() {
        return Err(AppError::invalid("image", "is empty"));
    }
    Ok(bytes)
}

async fn fetch(app: &App, address: &str) -> Result<Bytes, AppError> {
    use qishu_callback::FetchError;
    let wrong = |reason: &dyn std::fmt::Display| AppError::invalid("imageUrl", reason.to_string());
    match app.deliverer.fetch(address.trim(), MOST_BYTES, FETCH_TIME).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(FetchError::TooLarge) => Err(AppError::FileTooLarge {
            size_bytes: MOST_BYTES + 1,
            limit_bytes: MOST_BYTES,
        }),
        Err(error) => Err(wrong(&error)),
    }
}

/// That a card was read is recorded, what stands on it is not.
async fn record(app: &App, caller: &ApiCaller, kind: &'static str, read: bool) -> Result<(), AppError> {
    let mut transaction = app.store.begin("read_card");
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(caller.company.id),
        kind,
        subject: Some(caller.company.id.get()),
        actor: caller.actor(),
        details: json!({ "read": read }),
    });
    Ok(transaction.commit().await?)
}
