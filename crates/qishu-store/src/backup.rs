//! Every row, out of one database and into another one. The rows travel in a form that both databases share, so a backup of
//! SQLite can be restored into PostgreSQL.
//!
//! Sealed columns stay sealed: whoever restores needs the key they were sealed with.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use crate::error::StoreError;
use crate::ledger::{self, Head};
use crate::migrate;
use crate::table::{BUSINESS, OPERATIONAL_TABLES, key_column};
use crate::transaction::{Reader, Transaction};
use crate::value::{Cell, Row, Value, values};

/// Rows of one page.
const PAGE: usize = 500;
/// Tables that others refer to, each after those it refers to itself.
const FIRST: [&str; 12] = [
    "company",
    "application",
    "person",
    "employee",
    "seal",
    "category",
    "contract",
    "document",
    "signing_act",
    "callback_event",
    "request_event",
    "invitation",
];
/// Not carried over: which process makes ids with which number (leases of processes that run), and the proof of the data key, which
/// every database makes for itself.
const LEFT_OUT: [&str; 2] = ["node", "key_check"];

/// Number of the newest migration: rows only fit tables of the same one.
#[must_use]
pub fn schema_version() -> i64 {
    migrate::newest()
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Name of the table.
    pub table: String,
    /// A JSON object per line; bytes are `{"base64": …}`, absent values are left out.
    pub lines: Vec<u8>,
    /// Lines.
    pub rows: u64,
}

/// Reads all tables, page by page.
#[derive(Debug)]
pub struct Export {
    tables: std::vec::IntoIter<&'static str>,
    current: Option<(&'static str, Option<Value>)>,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            tables: tables().into_iter(),
            current: None,
        }
    }
}

impl Export {
    /// The next page; `None` after the last one. With one reader all pages are of one moment.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn next(&mut self, reader: &mut Reader) -> Result<Option<Page>, StoreError> {
        loop {
            let current = self
                .current
                .take()
                .or_else(|| self.tables.next().map(|table| (table, None)));
            let Some((table, last)) = current else {
                return Ok(None);
            };
            let rows = read_page(reader, table, last).await?;
            let Some(end) = rows.last() else { continue };
            self.current = Some((table, Some(key_of(table, end)?)));
            let mut lines = Vec::new();
            for row in &rows {
                lines.extend_from_slice(line(row).to_string().as_bytes());
                lines.push(b'\n');
            }
            return Ok(Some(Page {
                table: table.to_owned(),
                lines,
                rows: rows.len() as u64,
            }));
        }
    }
}

/// All tables that are carried over; those that others refer to come first.
fn tables() -> Vec<&'static str> {
    let business = BUSINESS.iter().map(|table| table.name);
    let all = business.chain(OPERATIONAL_TABLES.iter().map(|table| table.0));
    let others = all.filter(|table| !FIRST.contains(table) && !LEFT_OUT.contains(table));
    FIRST.into_iter().chain(others).collect()
}

fn key_name(table: &str) -> Result<&'static str, StoreError> {
    key_column(table).ok_or_else(|| StoreError::corrupt(format!("a backup names the unknown table {table}")))
}

async fn read_page(reader: &mut Reader, table: &str, last: Option<Value>) -> Result<Vec<Row>, StoreError> {
    let key = key_name(table)?;
    let (guard, parameters) = match last {
        None => (String::new(), Vec::new()),
        Some(last) => (format!(" WHERE {key} > $1"), vec![last]),
    };
    let sql = format!("SELECT * FROM {table}{guard} ORDER BY {key} LIMIT {PAGE}");
    reader.fetch(sql, parameters).await
}

fn key_of(table: &str, row: &Row) -> Result<Value, StoreError> {
    let key = key_name(table)?;
    let cell = row.cells().find(|(name, _)| *name == key).map(|(_, cell)| cell);
    match cell {
        Some(Cell::Int(number)) => Ok(Value::from(*number)),
        Some(Cell::Text(text)) => Ok(Value::from(text.as_str())),
        Some(Cell::Bytes(bytes)) => Ok(Value::from(bytes.as_slice())),
        Some(Cell::Null) | None => Err(StoreError::corrupt(format!("a row of {table} has no key"))),
    }
}

fn line(row: &Row) -> Json {
    let mut made = Map::new();
    for (name, cell) in row.cells() {
        let value = match cell {
            Cell::Null => continue,
            Cell::Int(number) => json!(number),
            Cell::Text(text) => json!(text),
            Cell::Bytes(bytes) => json!({ "base64": STANDARD.encode(bytes) }),
        };
        made.insert(name.to_owned(), value);
    }
    Json::Object(made)
}

/// Writes all tables of a backup into a database that holds nothing yet, in one transaction.
pub struct Import {
    transaction: Transaction,
    /// Companies whose parent has not come yet.
    waiting: Vec<Map<String, Json>>,
    companies: BTreeSet<i64>,
    rows: u64,
}

impl Import {
    /// Starts. `transaction` must be fresh.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when anything was ever recorded in this database.
    pub async fn begin(mut transaction: Transaction) -> Result<Self, StoreError> {
        let head = ledger::head(&mut transaction).await?;
        if head.number != 0 {
            return Err(StoreError::NotEmpty { entries: head.number });
        }
        transaction.execute("DELETE FROM ledger_head", values![]).await?;
        Ok(Self {
            transaction,
            waiting: Vec::new(),
            companies: BTreeSet::new(),
            rows: 0,
        })
    }

    /// Writes one page; pages must come in the order in which [`Export`] gave them.
    ///
    /// # Errors
    /// `Corrupt` when the page is none of ours; see [`StoreError`] for the rest.
    pub async fn page(&mut self, page: &Page) -> Result<(), StoreError> {
        let known = tables().into_iter().find(|table| *table == page.table);
        let table = known.ok_or_else(|| corrupt(&page.table, "is no table of this version"))?;
        for text in page
            .lines
            .split(|octet| *octet == b'\n')
            .filter(|text| !text.is_empty())
        {
            let row: Map<String, Json> =
                serde_json::from_slice(text).map_err(|_| corrupt(table, "has a line that is no JSON"))?;
            self.rows += 1;
            if table == "company" {
                self.waiting.push(row);
            } else {
                insert(&mut self.transaction, table, row).await?;
            }
        }
        self.insert_companies().await
    }

    /// A company may have joined a group whose head is younger than itself.
    async fn insert_companies(&mut self) -> Result<(), StoreError> {
        loop {
            let is_ready = |row: &Map<String, Json>, known: &BTreeSet<i64>| {
                row.get("parent_id")
                    .and_then(Json::as_i64)
                    .is_none_or(|parent| known.contains(&parent))
            };
            let (ready, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting)
                .into_iter()
                .partition(|row| is_ready(row, &self.companies));
            self.waiting = waiting;
            if ready.is_empty() {
                return Ok(());
            }
            for row in ready {
                self.companies.extend(row.get("id").and_then(Json::as_i64));
                insert(&mut self.transaction, "company", row).await?;
            }
        }
    }

    /// Checks that everything came, and makes it durable.
    ///
    /// # Errors
    /// `Corrupt` when rows or the end of the ledger differ from what the backup said.
    pub async fn finish(mut self, rows: u64, head: Head) -> Result<(), StoreError> {
        if !self.waiting.is_empty() {
            return Err(corrupt("company", "has rows whose parent is missing"));
        }
        if self.rows != rows {
            return Err(StoreError::corrupt(format!(
                "{} rows came, {rows} were stored",
                self.rows
            )));
        }
        let restored = ledger::head(&mut self.transaction).await?;
        if restored != head {
            return Err(corrupt("ledger", "does not end where the backup says"));
        }
        self.continue_counters().await?;
        self.transaction.commit().await
    }

    /// Numbers that the database gives go on behind those that came.
    async fn continue_counters(&mut self) -> Result<(), StoreError> {
        let Some(sql) = self.transaction.shared.database.counted_tables() else {
            return Ok(());
        };
        for row in self.transaction.fetch(sql, values![]).await? {
            let table = row.text("name")?;
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest((SELECT max(id) FROM {table}), 1)) AS n"
            );
            self.transaction.fetch(sql, values![]).await?;
        }
        Ok(())
    }
}

fn corrupt(table: &str, what: &str) -> StoreError {
    StoreError::corrupt(format!("the backup's table {table} {what}"))
}

async fn insert(
    transaction: &mut Transaction,
    table: &'static str,
    row: Map<String, Json>,
) -> Result<(), StoreError> {
    let mut names = Vec::with_capacity(row.len());
    let mut parameters = Vec::with_capacity(row.len());
    for (name, value) in row {
        // Names become part of a statement.
        let is_plain = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_';
        if !name.bytes().all(is_plain) {
            return Err(corrupt(table, "has a column with an impossible name"));
        }
        parameters.push(cell(table, &value)?);
        names.push(name);
    }
    let sql = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        crate::value::places(names.len())
    );
    transaction.execute(sql, parameters).await.map(drop)
}

fn cell(table: &str, value: &Json) -> Result<Value, StoreError> {
    let bytes = || {
        value
            .get("base64")
            .and_then(Json::as_str)
            .and_then(|text| STANDARD.decode(text).ok())
    };
    match value {
        Json::Number(_) => value.as_i64().map(Value::from),
        Json::String(text) => Some(Value::from(text.as_str())),
        Json::Object(_) => bytes().map(Value::from),
        _ => None,
    }
    .ok_or_else(|| corrupt(table, "has a value of an unknown kind"))
}
