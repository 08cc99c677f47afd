//! Links to hosted pages, and the browser sessions they are traded for. Tokens are stored as hashes only.

use aws_lc_rs::digest::{SHA256, digest};
use qishu_model::id::ContractId;
use qishu_model::time::Timestamp;
use serde_json::Value as Json;

use crate::error::StoreError;
use crate::transaction::{Reader, Transaction};
use crate::value::values;

/// What a link leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLink {
    /// What it is good for; it is good for nothing else.
    pub purpose: String,
    /// Contract it is bound to.
    pub contract_id: Option<ContractId>,
    /// When it stops working.
    pub expire: Timestamp,
    /// Person and everything else it is bound to; stored sealed.
    pub data: Json,
}

/// A browser that came through a link.
#[derive(Debug, Clone, PartialEq)]
pub struct PageSession {
    /// Contract it is bound to.
    pub contract_id: Option<ContractId>,
    /// When it ends.
    pub expire: Timestamp,
    /// Person, purpose and everything else it is bound to; stored sealed.
    pub data: Json,
}

/// Hash under which a token is stored. Tokens have 256 random bits, so a plain hash suffices.
fn hash(token: &str) -> String {
    hex::encode(digest(&SHA256, token.as_bytes()))
}

/// Stores a link under its token.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert_link(
    transaction: &mut Transaction,
    token: &str,
    link: &PageLink,
) -> Result<(), StoreError> {
    let hash = hash(token);
    let body = transaction.seal("page_link", &hash, &link.data)?;
    let insert = "INSERT INTO page_link (token_hash, purpose, contract_id, expire_ms, body) VALUES ($1, $2, $3, $4, $5)";
    let contract = link.contract_id.map(ContractId::as_i64);
    let row = values![hash, link.purpose.as_str(), contract, link.expire.ms(), body];
    transaction.execute(insert, row).await.map(drop)
}

/// The link of a token, while it works.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_link(
    reader: &mut Reader,
    token: &str,
    now: Timestamp,
) -> Result<Option<PageLink>, StoreError> {
    let hash = hash(token);
    let sql = "SELECT purpose, contract_id, expire_ms, body FROM page_link WHERE token_hash = $1 AND expire_ms > $2";
    let Some(row) = reader
        .fetch_optional(sql, values![hash.as_str(), now.ms()])
        .await?
    else {
        return Ok(None);
    };
    Ok(Some(PageLink {
        purpose: row.text("purpose")?.to_owned(),
        contract_id: row.optional_int("contract_id")?.map(ContractId::from_i64),
        expire: Timestamp::from_ms(row.int("expire_ms")?),
        data: reader.open("page_link", &hash, row.bytes("body")?)?,
    }))
}

/// Removes a link, e.g. one that may be used once. Gives back whether it was there: of several users at once one wins.
///
/// # Errors
/// See [`StoreError`].
pub async fn remove_link(transaction: &mut Transaction, token: &str) -> Result<bool, StoreError> {
    let removed = transaction
        .execute(
            "DELETE FROM page_link WHERE token_hash = $1",
            values![hash(token)],
        )
        .await?;
    Ok(removed > 0)
}

/// Stores a session under its token.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert_session(
    transaction: &mut Transaction,
    token: &str,
    session: &PageSession,
) -> Result<(), StoreError> {
    let hash = hash(token);
    let body = transaction.seal("page_session", &hash, &session.data)?;
    let insert =
        "INSERT INTO page_session (token_hash, contract_id, expire_ms, body) VALUES ($1, $2, $3, $4)";
    let contract = session.contract_id.map(ContractId::as_i64);
    transaction
        .execute(insert, values![hash, contract, session.expire.ms(), body])
        .await
        .map(drop)
}

/// The session of a token, while it lasts.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_session(
    reader: &mut Reader,
    token: &str,
    now: Timestamp,
) -> Result<Option<PageSession>, StoreError> {
    let hash = hash(token);
    let sql =
        "SELECT contract_id, expire_ms, body FROM page_session WHERE token_hash = $1 AND expire_ms > $2";
    let Some(row) = reader
        .fetch_optional(sql, values![hash.as_str(), now.ms()])
        .await?
    else {
        return Ok(None);
    };
    Ok(Some(PageSession {
        contract_id: row.optional_int("contract_id")?.map(ContractId::from_i64),
        expire: Timestamp::from_ms(row.int("expire_ms")?),
        data: reader.open("page_session", &hash, row.bytes("body")?)?,
    }))
}

/// Ends a session.
///
/// # Errors
/// See [`StoreError`].
pub async fn remove_session(transaction: &mut Transaction, token: &str) -> Result<(), StoreError> {
    transaction
        .execute(
            "DELETE FROM page_session WHERE token_hash = $1",
            values![hash(token)],
        )
        .await
        .map(drop)
}

/// Removes everything that stopped working before `now`; gives how much.
///
/// # Errors
/// See [`StoreError`].
pub async fn sweep(transaction: &mut Transaction, now: Timestamp) -> Result<u64, StoreError> {
    let links = transaction
        .execute("DELETE FROM page_link WHERE expire_ms <= $1", values![now.ms()])
        .await?;
    let sessions = transaction
        .execute(
            "DELETE FROM page_session WHERE expire_ms <= $1",
            values![now.ms()],
        )
        .await?;
    Ok(links + sessions)
}
