//! Contracts, with their parties and documents as far as queries need them.
//!
//! The aggregate is one sealed body. Rows of `contract_party` and `document` follow it with every write, so that lists of received
//! contracts and look-ups by document need not open bodies.

use qishu_model::contract::{Contract, Signatory};
use qishu_model::id::{CategoryId, CompanyId, ContractId, DocumentId, SignatoryId};
use qishu_model::time::Timestamp;

use crate::document;
use crate::error::StoreError;
use crate::person::contact_digest;
use crate::scope::{Listed, Page, Scope};
use crate::table::{CONTRACT, CONTRACT_PARTY, DOCUMENT};
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Row, Value, values};

/// Stores a new contract.
///
/// # Errors
/// `Duplicate` of `contract.biz_id` when the company has one with that id.
pub async fn insert(transaction: &mut Transaction, contract: &Contract) -> Result<(), StoreError> {
    let columns = columns(transaction, contract)?;
    transaction
        .insert(CONTRACT, contract.id.as_i64(), columns)
        .await?;
    write_parties(transaction, contract).await?;
    write_documents(transaction, contract).await
}

/// Stores a changed contract.
///
/// # Errors
/// `Conflict` when it was changed since it was read; `Duplicate` as for [`insert`].
pub async fn update(transaction: &mut Transaction, contract: &Versioned<Contract>) -> Result<(), StoreError> {
    let columns = columns(transaction, &contract.value)?;
    transaction
        .update(
            CONTRACT,
            contract.value.id.as_i64(),
            Some(contract.version),
            columns,
        )
        .await?;
    write_parties(transaction, &contract.value).await?;
    write_documents(transaction, &contract.value).await
}

/// Deletes a contract with its parties, documents and their revisions. Meant for drafts: a contract that was ever signed or
/// had events cannot be deleted.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn delete(transaction: &mut Transaction, contract: &Versioned<Contract>) -> Result<(), StoreError> {
    let id = contract.value.id;
    for party in party_rows(transaction, id).await? {
        transaction.delete(CONTRACT_PARTY, party.int("id")?, None).await?;
    }
    for document in document_ids(transaction, id).await? {
        delete_document(transaction, document).await?;
    }
    transaction
        .delete(CONTRACT, id.as_i64(), Some(contract.version))
        .await
}

fn columns(transaction: &Transaction, contract: &Contract) -> Result<Columns, StoreError> {
    let category = contract.category.as_ref().map(|category| category.id.as_i64());
    let publish = contract.publish_time.map(Timestamp::ms);
    Ok(vec![
        ("company_id", Value::from(contract.company_id.as_i64())),
        ("biz_id", Value::from(contract.biz_id.as_deref())),
        ("status", Value::from(contract.state.name())),
        ("category_id", Value::from(category)),
        ("create_ms", Value::from(contract.create_time.ms())),
        (
            "listed_ms",
            Value::from(publish.unwrap_or(contract.create_time.ms())),
        ),
        ("publish_ms", Value::from(publish)),
        ("expire_ms", Value::from(contract.deadline().map(Timestamp::ms))),
        transaction.body(CONTRACT, contract.id.as_i64(), contract)?,
    ])
}

async fn party_rows(transaction: &mut Transaction, contract: ContractId) -> Result<Vec<Row>, StoreError> {
    let sql =
        "SELECT id, company_id, contact_digest, sponsor, status FROM contract_party WHERE contract_id = $1";
    transaction.fetch(sql, values![contract.as_i64()]).await
}

/// Brings the rows of the parties in line; rows that did not change are left alone.
async fn write_parties(transaction: &mut Transaction, contract: &Contract) -> Result<(), StoreError> {
    let mut stored = party_rows(transaction, contract.id).await?;
    for party in &contract.signatories {
        let id = party.id.as_i64();
        let mut columns = party_columns(transaction, party);
        match stored.iter().position(|row| row.int("id") == Ok(id)) {
            None => {
                columns.push(("contract_id", Value::from(contract.id.as_i64())));
                transaction.insert(CONTRACT_PARTY, id, columns).await?;
            }
            Some(place) if is_same(&stored.swap_remove(place), &columns) => {}
            Some(_) => transaction.update(CONTRACT_PARTY, id, None, columns).await?,
        }
    }
    for gone in stored {
        transaction.delete(CONTRACT_PARTY, gone.int("id")?, None).await?;
    }
    Ok(())
}

fn party_columns(reader: &Reader, party: &Signatory) -> Columns {
    let contact = party
        .receiver
        .as_ref()
        .map(|user| contact_digest(reader, user.contact_type, &user.contact));
    vec![
        ("company_id", Value::from(party.company_id.map(CompanyId::as_i64))),
        ("contact_digest", Value::from(contact)),
        ("sponsor", Value::from(party.sponsor)),
        ("status", Value::from(party.status.name())),
    ]
}

fn is_same(row: &Row, columns: &Columns) -> bool {
    columns.iter().all(|(name, value)| match value {
        Value::Bytes(bytes) => row
            .optional_bytes(name)
            .is_ok_and(|stored| stored == bytes.as_deref()),
        Value::Int(number) => row.optional_int(name).is_ok_and(|stored| stored == *number),
        Value::Text(text) => row
            .optional_text(name)
            .is_ok_and(|stored| stored == text.as_deref()),
    })
}

async fn document_ids(
    transaction: &mut Transaction,
    contract: ContractId,
) -> Result<Vec<DocumentId>, StoreError> {
    let sql = "SELECT id FROM document WHERE contract_id = $1 ORDER BY id";
    let rows = transaction.fetch(sql, values![contract.as_i64()]).await?;
    rows.iter()
        .map(|row| Ok(DocumentId::from_i64(row.int("id")?)))
        .collect()
}

async fn write_documents(transaction: &mut Transaction, contract: &Contract) -> Result<(), StoreError> {
    let stored = document_ids(transaction, contract.id).await?;
    let documents: Vec<DocumentId> = contract.signed_documents().map(|document| document.id).collect();
    for document in &documents {
        if !stored.contains(document) {
            let columns = vec![("contract_id", Value::from(contract.id.as_i64()))];
            transaction.insert(DOCUMENT, document.as_i64(), columns).await?;
        }
    }
    // What is replaced after sending (a file that is handed in again) stays: an act that came to nothing may name it.
    if contract.publish_time.is_some() {
        return Ok(());
    }
    for gone in stored.into_iter().filter(|id| !documents.contains(id)) {
        delete_document(transaction, gone).await?;
    }
    Ok(())
}

async fn delete_document(transaction: &mut Transaction, id: DocumentId) -> Result<(), StoreError> {
    document::delete_revisions(transaction, id).await?;
    transaction.delete(DOCUMENT, id.as_i64(), None).await
}

/// The condition that a contract concerns the scope: a company in it started the contract, or received it.
fn related(scope: Scope, parameters: &mut Vec<Value>) -> String {
    if scope == Scope::System {
        return "1 = 1".to_owned();
    }
    let started = scope.condition("contract.company_id", parameters);
    let received = received(scope, parameters);
    format!("({started} OR {received})")
}

fn received(scope: Scope, parameters: &mut Vec<Value>) -> String {
    let party = scope.condition("party.company_id", parameters);
    format!(
        "(contract.status <> 'DRAFT' AND EXISTS (SELECT 1 FROM contract_party party \
         WHERE party.contract_id = contract.id AND party.sponsor = 0 AND {party}))"
    )
}

const SELECT: &str = "SELECT contract.id, contract.version, contract.body FROM contract";

async fn find_one(
    reader: &mut Reader,
    condition: String,
    parameters: Vec<Value>,
) -> Result<Option<Versioned<Contract>>, StoreError> {
    let row = reader
        .fetch_optional(format!("{SELECT} WHERE {condition}"), parameters)
        .await?;
    row.map(|row| reader.open_versioned(CONTRACT, &row)).transpose()
}

/// The contract with this id, when a company in the scope started or received it. What the caller may do with it is for the
/// caller to decide from its parties.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    scope: Scope,
    id: ContractId,
) -> Result<Option<Versioned<Contract>>, StoreError> {
    let mut parameters = values![id.as_i64()];
    let related = related(scope, &mut parameters);
    find_one(reader, format!("contract.id = $1 AND {related}"), parameters).await
}

/// Like [`find`], and keeps others from changing the contract until the transaction ends: operations on one contract queue up
/// instead of meeting a `Conflict`.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_for_update(
    transaction: &mut Transaction,
    scope: Scope,
    id: ContractId,
) -> Result<Option<Versioned<Contract>>, StoreError> {
    let lock = transaction.shared.database.for_update();
    let mut parameters = values![id.as_i64()];
    let related = related(scope, &mut parameters);
    find_one(
        transaction,
        format!("contract.id = $1 AND {related}{lock}"),
        parameters,
    )
    .await
}

/// The contract of a document, when a company in the scope started or received it.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_document(
    reader: &mut Reader,
    scope: Scope,
    document: DocumentId,
) -> Result<Option<Versioned<Contract>>, StoreError> {
    let mut parameters = values![document.as_i64()];
    let related = related(scope, &mut parameters);
    let condition = format!("contract.id = (SELECT contract_id FROM document WHERE id = $1) AND {related}");
    find_one(reader, condition, parameters).await
}

/// The contract of a party, when a company in the scope started or received it.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_party(
    reader: &mut Reader,
    scope: Scope,
    party: SignatoryId,
) -> Result<Option<Versioned<Contract>>, StoreError> {
    let mut parameters = values![party.as_i64()];
    let related = related(scope, &mut parameters);
    let condition =
        format!("contract.id = (SELECT contract_id FROM contract_party WHERE id = $1) AND {related}");
    find_one(reader, condition, parameters).await
}

/// Contracts that companies in the scope started under this id of the caller's: at most one per company (D-62).
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_biz_id(
    reader: &mut Reader,
    scope: Scope,
    biz_id: &str,
) -> Result<Vec<Versioned<Contract>>, StoreError> {
    let mut parameters = values![biz_id];
    let started = scope.condition("contract.company_id", &mut parameters);
    let sql = format!("{SELECT} WHERE contract.biz_id = $1 AND {started} ORDER BY contract.id LIMIT 100");
    let rows = reader.fetch(sql, parameters).await?;
    rows.iter()
        .map(|row| reader.open_versioned(CONTRACT, row))
        .collect()
}

/// Which side a company is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Contracts it started or received.
    All,
    /// Contracts it received.
    Receiver,
    /// Contracts it started.
    Sponsor,
}

/// Which contracts of a company to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractFilter<'a> {
    /// The company.
    pub company: CompanyId,
    /// Which side it is on.
    pub side: Side,
    /// Wire names of statuses; any when empty.
    pub statuses: &'a [&'a str],
    /// Of this category.
    pub category: Option<CategoryId>,
    /// Sent (drafts: created) at or after this.
    pub from: Timestamp,
    /// Sent (drafts: created) at or before this.
    pub to: Timestamp,
    /// Oldest first, by time of creation.
    pub ascending: bool,
}

/// A page of a company's contracts, by time of creation.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    reader: &mut Reader,
    filter: &ContractFilter<'_>,
    page: Page,
) -> Result<Listed<Versioned<Contract>>, StoreError> {
    let mut parameters = values![filter.from.ms(), filter.to.ms()];
    let scope = Scope::Company(filter.company);
    let side = match filter.side {
        Side::All => related(scope, &mut parameters),
        Side::Receiver => received(scope, &mut parameters),
        Side::Sponsor => scope.condition("contract.company_id", &mut parameters),
    };
    let mut condition = format!("contract.listed_ms >= $1 AND contract.listed_ms <= $2 AND {side}");
    if let Some(category) = filter.category {
        parameters.push(Value::from(category.as_i64()));
        condition.push_str(&format!(" AND contract.category_id = ${}", parameters.len()));
    }
    if !filter.statuses.is_empty() {
        let mut places = Vec::with_capacity(filter.statuses.len());
        for status in filter.statuses {
            parameters.push(Value::from(*status));
            places.push(format!("${}", parameters.len()));
        }
        condition.push_str(&format!(" AND contract.status IN ({})", places.join(", ")));
    }
    let count = format!("SELECT count(*) AS n FROM contract WHERE {condition}");
    let total = reader.count(count, parameters.clone()).await?;
    let clause = page.clause(&mut parameters);
    let direction = if filter.ascending { "ASC" } else { "DESC" };
    let order = format!("ORDER BY contract.create_ms {direction}, contract.id {direction}");
    let rows = reader
        .fetch(format!("{SELECT} WHERE {condition} {order}{clause}"), parameters)
        .await?;
    let rows = rows
        .iter()
        .map(|row| reader.open_versioned(CONTRACT, row))
        .collect::<Result<_, _>>()?;
    Ok(Listed { total, rows })
}

/// Ids of open contracts whose deadline has passed, and of those whose void request has lapsed; the longest overdue first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_expired(
    reader: &mut Reader,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ContractId>, StoreError> {
    let sql = "SELECT id FROM contract WHERE status IN ('FILLING', 'SIGNING', 'INVALIDING') AND expire_ms < $1 \
               ORDER BY expire_ms LIMIT $2";
    let rows = reader.fetch(sql, values![now.ms(), i64::from(limit)]).await?;
    rows.iter()
        .map(|row| Ok(ContractId::from_i64(row.int("id")?)))
        .collect()
}

/// Ids of the contracts that a company started or received and that are not over yet (drafts and open ones), in order.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_unfinished(reader: &mut Reader, company: CompanyId) -> Result<Vec<ContractId>, StoreError> {
    let sql = "SELECT contract.id FROM contract WHERE contract.status IN ('DRAFT', 'FILLING', 'SIGNING') \
               AND (contract.company_id = $1 OR EXISTS (SELECT 1 FROM contract_party party \
               WHERE party.contract_id = contract.id AND party.company_id = $1)) ORDER BY contract.id";
    let rows = reader.fetch(sql, values![company.as_i64()]).await?;
    rows.iter()
        .map(|row| Ok(ContractId::from_i64(row.int("id")?)))
        .collect()
}

/// Ids of drafts made before `before`, the oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_old_drafts(
    reader: &mut Reader,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<ContractId>, StoreError> {
    let sql = "SELECT id FROM contract WHERE status = 'DRAFT' AND create_ms < $1 ORDER BY create_ms LIMIT $2";
    let rows = reader.fetch(sql, values![before.ms(), i64::from(limit)]).await?;
    rows.iter()
        .map(|row| Ok(ContractId::from_i64(row.int("id")?)))
        .collect()
}

/// Ids of all contracts behind `after`, in order: for checks that walk through everything.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_ids(
    reader: &mut Reader,
    after: Option<ContractId>,
    limit: u32,
) -> Result<Vec<ContractId>, StoreError> {
    let sql = "SELECT id FROM contract WHERE id > $1 ORDER BY id LIMIT $2";
    let parameters = values![after.map_or(0, ContractId::as_i64), i64::from(limit)];
    let rows = reader.fetch(sql, parameters).await?;
    rows.iter()
        .map(|row| Ok(ContractId::from_i64(row.int("id")?)))
        .collect()
}
