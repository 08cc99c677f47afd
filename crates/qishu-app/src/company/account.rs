//! 公司费用查询: `GET /v2/company/fee/info`, and paying for contracts (D-19). Nobody pays until the operator says so.

use qishu_model::account::Account;
use qishu_model::company::Company;
use qishu_model::id::CompanyId;
use qishu_store::ledger::Entry;
use qishu_store::{Reader, Scope, StoreError, Transaction, Versioned, account, company};
use serde_json::json;

use super::acting::acting_company;
use super::set_up::{find_company, operator_actor};
use crate::{ApiCaller, App, AppError};

/// A company of the caller, and the account that pays for its contracts: its own, else the platform company's.
///
/// # Errors
/// `1801`, `1802`.
pub async fn company_account(
    app: &App,
    caller: &ApiCaller,
    name: Option<&str>,
) -> Result<(Company, Option<Account>), AppError> {
    let mut reader = app.store.read("company_account");
    let company = acting_company(&mut reader, caller, name).await?;
    let payer = payer(&mut reader, company.id).await?;
    let paying = match payer {
        Some(payer) => account::find(&mut reader, payer).await?,
        None => None,
    };
    Ok((company, paying.map(|account| account.value)))
}

/// The company whose account pays, if anybody's does.
async fn payer(reader: &mut Reader, id: CompanyId) -> Result<Option<CompanyId>, AppError> {
    if account::find(reader, id).await?.is_some() {
        return Ok(Some(id));
    }
    let company = company::find(reader, Scope::System, id).await?;
    let Some(parent) = company.and_then(|company| company.value.parent) else {
        return Ok(None);
    };
    Ok(account::find(reader, parent).await?.map(|_| parent))
}

/// Pays for a contract that is being sent, in the transaction that sends it.
///
/// # Errors
/// `1601` when the balance is too low.
pub(crate) async fn charge_contract(
    app: &App,
    transaction: &mut Transaction,
    company: CompanyId,
) -> Result<(), AppError> {
    let Some(payer) = payer(transaction, company).await? else {
        return Ok(());
    };
    // Read again under a lock: two contracts that are sent at once must not be paid from the same money.
    let Some(stored) = account::find_for_update(transaction, payer).await? else {
        return Ok(());
    };
    let version = stored.version;
    let charged = stored.value.charged(app.now());
    let Ok(value) = charged else {
        let payer = company::find(transaction, Scope::System, payer).await?;
        return Err(AppError::InsufficientBalance {
            company: payer.map(|payer| payer.value.name).unwrap_or_default(),
        });
    };
    Ok(account::update(transaction, &Versioned { version, value }).await?)
}

/// What the operator makes of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountChange {
    /// Money is added (or, below 0, taken), and the price set when given; a new account needs one.
    Add {
        /// In fen.
        amount_fen: i64,
        /// Price of a contract in fen.
        price_fen: Option<i64>,
    },
    /// Nothing is counted any more.
    Unlimited,
}

/// Changes the account of a company; answers it, unless nothing is counted now.
///
/// # Errors
/// `1801` unknown company; `1005` for a new account without price, a price of 0, or a balance below 0.
pub async fn set_account(app: &App, name: &str, change: AccountChange) -> Result<Option<Account>, AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("set_account");
    let company = find_company(&mut transaction, name).await?;
    let stored = account::find_for_update(&mut transaction, company.id).await?;
    let after = match change {
        AccountChange::Unlimited => {
            let Some(stored) = stored else { return Ok(None) };
            account::delete(&mut transaction, &stored).await?;
            None
        }
        AccountChange::Add {
            amount_fen,
            price_fen,
        } => Some(add(&mut transaction, app, company.id, stored, amount_fen, price_fen).await?),
    };
    transaction.record(Entry {
        at: now,
        tenant: Some(company.id),
        kind: "ACCOUNT_CHANGE",
        subject: Some(company.id.get()),
        actor: operator_actor(),
        details: json!({ "balanceFen": after.as_ref().map(|account| account.balance_fen) }),
    });
    transaction.commit().await?;
    Ok(after)
}

async fn add(
    transaction: &mut Transaction,
    app: &App,
    company_id: CompanyId,
    stored: Option<Versioned<Account>>,
    amount_fen: i64,
    price_fen: Option<i64>,
) -> Result<Account, AppError> {
    let before = stored.as_ref().map(|stored| &stored.value);
    let price_fen = price_fen.or(before.map(|account| account.price_fen));
    let price_fen = price_fen
        .filter(|price| *price > 0)
        .ok_or_else(|| AppError::invalid("price", "a price above 0 is needed for a new account"))?;
    let balance_fen = before
        .map_or(0, |account| account.balance_fen)
        .checked_add(amount_fen);
    let balance_fen = balance_fen
        .filter(|balance| *balance >= 0)
        .ok_or_else(|| AppError::invalid("amount", "the balance cannot fall below 0"))?;
    let account = Account {
        company_id,
        balance_fen,
        price_fen,
        sent: before.map_or(0, |account| account.sent),
        modify_time: app.now(),
    };
    match stored {
        Some(stored) => {
            let changed = Versioned {
                version: stored.version,
                value: account.clone(),
            };
            account::update(transaction, &changed).await?;
        }
        None => account::insert(transaction, &account)
            .await
            .map_err(|error| match error {
                StoreError::Duplicate { .. } => AppError::Busy,
                other => other.into(),
            })?,
    }
    Ok(account)
}
