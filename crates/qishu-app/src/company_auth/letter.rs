//! The stamped letter, and the payment that proves the account.

use bytes::Bytes;
use qishu_model::company_auth::Payment;
use qishu_provider::TransferClaim;
use qishu_store::Versioned;

use super::basics::check_file;
use super::finish::apply;
use super::{keep_file, load_open};
use crate::identity_page::IdentitySession;
use crate::person_auth::unavailable;
use crate::{App, AppError};

/// Takes the stamped letter; the staff looks at it.
///
/// # Errors
/// `1010`, `1402`; `1002` when it is not its turn; [`AppError::AuthOver`].
pub async fn add_letter(app: &App, session: &IdentitySession, file: Bytes) -> Result<(), AppError> {
    check_file(&file)?;
    let mut transaction = app.store.begin("add_letter");
    let stored = load_open(app, &mut transaction, session).await?;
    stored.value.require_authorising()?;
    let blob = keep_file(app, &mut transaction, &stored.value, "letter", &file).await?;
    let stored = Versioned {
        version: stored.version,
        value: stored.value.letter_uploaded(blob)?,
    };
    apply(
        app,
        &mut transaction,
        &stored,
        &[],
        "COMPANY_AUTH_LETTER",
        session.actor(),
    )
    .await?;
    Ok(transaction.commit().await?)
}

/// Pays a random amount below one yuan to the company's account. Answers the amount when a simulator "paid", because nobody can
/// look at that account.
///
/// # Errors
/// `1005` for an account that is none; `1002` without a letter or while a payment waits; [`AppError::CheckUnavailable`].
pub async fn pay_company(
    app: &App,
    session: &IdentitySession,
    account_no: &str,
    bank_name: &str,
) -> Result<Option<i64>, AppError> {
    let account_no: String = account_no.chars().filter(|c| !c.is_whitespace()).collect();
    if !(8..=32).contains(&account_no.len()) || !account_no.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AppError::invalid("accountNo", "8 to 32 digits"));
    }
    let bank_name = bank_name.trim();
    if bank_name.is_empty() || bank_name.chars().count() > 100 {
        return Err(AppError::invalid("bankName", "1 to 100 characters"));
    }
    let transfer = app.identity.transfer.as_ref().ok_or(AppError::NotConfigured(
        "no payment provider is configured (identity.provider)",
    ))?;
    let mut reader = app.store.read("pay_company");
    let stored = load_open(app, &mut reader, session).await?;
    drop(reader);
    let amount_fen = random_amount(app)?;
    let order = app.next_id().to_string();
    let proposed = Payment {
        amount_fen,
        number: order.clone(),
        wrong: 0,
        confirmed: false,
        at: app.now(),
        simulated: false,
    };
    // Asked before any money moves.
    stored.value.clone().paid(proposed.clone())?;
    let claim = TransferClaim {
        order,
        account_name: stored.value.data.name.clone(),
        account_no,
        bank_name: bank_name.to_owned(),
        amount_fen,
    };
    let receipt = transfer.pay(&claim, app.now().ms()).await.map_err(unavailable)?;
    let payment = Payment {
        number: receipt.number,
        simulated: receipt.simulated,
        ..proposed
    };
    let stored = Versioned {
        version: stored.version,
        value: stored.value.paid(payment)?,
    };
    let mut transaction = app.store.begin("pay_company");
    apply(
        app,
        &mut transaction,
        &stored,
        &[],
        "COMPANY_AUTH_PAY",
        session.actor(),
    )
    .await?;
    transaction.commit().await?;
    Ok(receipt.shown_fen)
}

/// 1 to 99 fen, each equally likely.
fn random_amount(app: &App) -> Result<i64, AppError> {
    loop {
        let [byte] = app.random_bytes::<1>()?;
        // 198 is the last multiple of 99 that a byte holds.
        if byte < 198 {
            return Ok(i64::from(byte % 99) + 1);
        }
    }
}

/// The company says which amount it got; answers whether it was the right one.
///
/// # Errors
/// `1002` when no payment waits; [`AppError::AuthOver`].
pub async fn confirm_amount(app: &App, session: &IdentitySession, amount_fen: i64) -> Result<bool, AppError> {
    let mut transaction = app.store.begin("confirm_amount");
    let stored = load_open(app, &mut transaction, session).await?;
    let (value, news) = stored.value.amount_given(amount_fen, app.now())?;
    let right = value.payment.as_ref().is_some_and(|payment| payment.confirmed);
    let stored = Versioned {
        version: stored.version,
        value,
    };
    let news: Vec<_> = news.into_iter().collect();
    apply(
        app,
        &mut transaction,
        &stored,
        &news,
        "COMPANY_AUTH_AMOUNT",
        session.actor(),
    )
    .await?;
    transaction.commit().await?;
    app.wake();
    Ok(right)
}
