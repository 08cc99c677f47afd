//! Which seal was put on what: one row per seal and signing act, written with the act.

use qishu_model::id::{ActId, ContractId, SealId};
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::scope::{Listed, Page};
use crate::table::SEAL_USE;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, Value, values};

/// One use of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealUse {
    /// Id of the record.
    pub id: u64,
    /// The seal.
    pub seal_id: SealId,
    /// The contract it was put on.
    pub contract_id: ContractId,
    /// The act, which names document, certificate and person.
    pub act_id: ActId,
    /// When.
    pub at: Timestamp,
}

/// Stores a use. Call it in the transaction that settles the act.
///
/// # Errors
/// `Duplicate` of `seal_use.act_id` when this act's use of the seal was stored.
pub async fn insert(transaction: &mut Transaction, used: &SealUse) -> Result<(), StoreError> {
    let columns = vec![
        ("seal_id", Value::from(used.seal_id.as_i64())),
        ("contract_id", Value::from(used.contract_id.as_i64())),
        ("act_id", Value::from(used.act_id.as_i64())),
        ("create_ms", Value::from(used.at.ms())),
    ];
    transaction.insert(SEAL_USE, used.id.cast_signed(), columns).await
}

/// Uses of a seal, newest first. Whether the caller may see the seal is decided before.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(reader: &mut Reader, seal: SealId, page: Page) -> Result<Listed<SealUse>, StoreError> {
    let mut parameters = values![seal.as_i64()];
    let total = reader
        .count(
            "SELECT count(*) AS n FROM seal_use WHERE seal_id = $1",
            parameters.clone(),
        )
        .await?;
    let clause = page.clause(&mut parameters);
    let sql = format!(
        "SELECT id, seal_id, contract_id, act_id, create_ms FROM seal_use WHERE seal_id = $1 \
         ORDER BY create_ms DESC, id DESC{clause}"
    );
    let rows = reader.fetch(sql, parameters).await?;
    let rows = rows.iter().map(read).collect::<Result<_, _>>()?;
    Ok(Listed { total, rows })
}

fn read(row: &Row) -> Result<SealUse, StoreError> {
    Ok(SealUse {
        id: row.int("id")?.cast_unsigned(),
        seal_id: SealId::from_i64(row.int("seal_id")?),
        contract_id: ContractId::from_i64(row.int("contract_id")?),
        act_id: ActId::from_i64(row.int("act_id")?),
        at: Timestamp::from_ms(row.int("create_ms")?),
    })
}
