//! Accounts of companies that pay for contracts. The key is the company's id.

use qishu_model::account::Account;
use qishu_model::id::CompanyId;

use crate::error::StoreError;
use crate::table::ACCOUNT;
use crate::transaction::{Reader, Transaction, Versioned};
use crate::value::values;

/// Stores a new account.
///
/// # Errors
/// `Duplicate` of `account.key` when the company has one.
pub async fn insert(transaction: &mut Transaction, account: &Account) -> Result<(), StoreError> {
    let body = transaction.body(ACCOUNT, account.company_id.as_i64(), account)?;
    transaction
        .insert(ACCOUNT, account.company_id.as_i64(), vec![body])
        .await
}

/// Stores a changed account.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(transaction: &mut Transaction, account: &Versioned<Account>) -> Result<(), StoreError> {
    let body = transaction.body(ACCOUNT, account.value.company_id.as_i64(), &account.value)?;
    transaction
        .update(
            ACCOUNT,
            account.value.company_id.as_i64(),
            Some(account.version),
            vec![body],
        )
        .await
}

/// Removes an account: the company is unlimited then.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn delete(transaction: &mut Transaction, account: &Versioned<Account>) -> Result<(), StoreError> {
    transaction
        .delete(ACCOUNT, account.value.company_id.as_i64(), Some(account.version))
        .await
}

/// The account of a company, if it has one of its own.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, company: CompanyId) -> Result<Option<Versioned<Account>>, StoreError> {
    read(reader, company, "").await
}

/// Like [`find`], and keeps others from changing the account until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_for_update(
    transaction: &mut Transaction,
    company: CompanyId,
) -> Result<Option<Versioned<Account>>, StoreError> {
    let lock = transaction.shared.database.for_update();
    read(transaction, company, lock).await
}

async fn read(
    reader: &mut Reader,
    company: CompanyId,
    lock: &'static str,
) -> Result<Option<Versioned<Account>>, StoreError> {
    let sql = format!("SELECT id, version, body FROM account WHERE id = $1{lock}");
    let row = reader.fetch_optional(sql, values![company.as_i64()]).await?;
    row.map(|row| reader.open_versioned(ACCOUNT, &row)).transpose()
}
