//! External customers, found by a keyed digest of kind, company and contact.

use qishu_model::customer::Customer;
use qishu_model::id::CompanyId;

use crate::error::StoreError;
use crate::table::CUSTOMER;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new customer.
///
/// # Errors
/// `Duplicate` of `customer.key_digest` when the company has it.
pub async fn insert(transaction: &mut Transaction, customer: &Customer) -> Result<(), StoreError> {
    let columns = columns(transaction, customer)?;
    transaction.insert(CUSTOMER, customer.id.as_i64(), columns).await
}

/// Stores a changed customer.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(transaction: &mut Transaction, customer: &Versioned<Customer>) -> Result<(), StoreError> {
    let columns = columns(transaction, &customer.value)?;
    transaction
        .update(
            CUSTOMER,
            customer.value.id.as_i64(),
            Some(customer.version),
            columns,
        )
        .await
}

fn columns(transaction: &Transaction, customer: &Customer) -> Result<Columns, StoreError> {
    Ok(vec![
        ("company_id", Value::from(customer.company_id.as_i64())),
        ("key_digest", Value::from(digest(transaction, &customer.key()))),
        transaction.body(CUSTOMER, customer.id.as_i64(), customer)?,
    ])
}

fn digest(reader: &Reader, key: &str) -> Vec<u8> {
    reader.lookup_digest("CUSTOMER", key)
}

/// The customer of a company with this [`Customer::key`].
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_key(
    reader: &mut Reader,
    company: CompanyId,
    key: &str,
) -> Result<Option<Versioned<Customer>>, StoreError> {
    let digest = digest(reader, key);
    let sql = "SELECT id, version, body FROM customer WHERE company_id = $1 AND key_digest = $2";
    let row = reader
        .fetch_optional(sql, values![company.as_i64(), digest])
        .await?;
    row.map(|row| reader.open_versioned(CUSTOMER, &row)).transpose()
}
