//! Named transactions. A [`Reader`] reads; a [`Transaction`] is a reader that also writes, and sees to it that nothing
//! changes a business table without a ledger entry in the same commit (R-64, P1, P2).

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

use crate::dialect::{Session, Sql};
use crate::error::StoreError;
use crate::ledger::{self, Entry};
use crate::sealing::Place;
use crate::store::Shared;
use crate::table::Table;
use crate::value::{Row, Value};

/// A stored value and the version it was read at. Updates name the version they saw; to update twice in one transaction, add 1 to
/// the version after the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// Counts from 1 and grows by 1 with every update.
    pub version: i64,
    /// The value.
    pub value: T,
}

/// A transaction that reads. All it reads is of one moment.
pub struct Reader {
    pub(crate) shared: Arc<Shared>,
    name: &'static str,
    writing: bool,
    session: Option<Session>,
    /// A statement failed. PostgreSQL refuses to go on then, so we do on both.
    failed: bool,
    span: tracing::Span,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>, name: &'static str, writing: bool) -> Self {
        let span = tracing::debug_span!("transaction", name, writing);
        Self {
            shared,
            name,
            writing,
            session: None,
            failed: false,
            span,
        }
    }

    async fn session(&mut self) -> Result<&mut Session, StoreError> {
        if self.session.is_none() {
            let database = &self.shared.database;
            let begun = if self.writing {
                database.begin_write(self.name).await
            } else {
                database.begin_read().await
            };
            return Ok(self.session.insert(begun?));
        }
        self.session
            .as_mut()
            .ok_or_else(|| StoreError::unavailable("the transaction is over"))
    }

    pub(crate) async fn fetch(
        &mut self,
        sql: impl Into<Sql>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.go_on()?;
        let span = self.span.clone();
        let sql = sql.into();
        let fetched = async { self.session().await?.fetch(sql, values).await }
            .instrument(span)
            .await;
        self.failed = fetched.is_err();
        fetched
    }

    fn go_on(&self) -> Result<(), StoreError> {
        if self.failed {
            Err(self.programming("it goes on after a failed statement"))
        } else {
            Ok(())
        }
    }

    fn programming(&self, what: &str) -> StoreError {
        StoreError::Programming {
            operation: self.name,
            what: what.to_owned(),
        }
    }

    pub(crate) async fn fetch_optional(
        &mut self,
        sql: impl Into<Sql>,
        values: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(sql, values).await?.into_iter().next())
    }

    /// The single number a `SELECT count(*) AS n …` answers.
    pub(crate) async fn count(&mut self, sql: impl Into<Sql>, values: Vec<Value>) -> Result<u64, StoreError> {
        let row = self.fetch_optional(sql, values).await?;
        let counted = row.map(|row| row.int("n")).transpose()?;
        Ok(counted.and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
    }

    pub(crate) fn lookup_digest(&self, kind: &str, value: &str) -> Vec<u8> {
        self.shared.keys.lookup_digest(kind, value)
    }

    /// Opens the sealed column `body` of a row.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        table: &str,
        key: &str,
        sealed: &[u8],
    ) -> Result<T, StoreError> {
        let place = Place {
            table,
            column: "body",
            row: key,
        };
        let plain = self.shared.keys.open(&place, sealed)?;
        // The error of the JSON reader may quote personal data; only its place is passed on.
        serde_json::from_slice(&plain)
            .map_err(|error| StoreError::corrupt(format!("{place}: unreadable at byte {}", error.column())))
    }

    /// Opens the sealed column `body` of a row that was selected with its version.
    pub(crate) fn open_versioned<T: DeserializeOwned>(
        &self,
        table: Table,
        row: &Row,
    ) -> Result<Versioned<T>, StoreError> {
        let key = Key::of(table, row)?.to_string();
        let value = self.open(table.name, &key, row.bytes("body")?)?;
        Ok(Versioned {
            version: row.int("version")?,
            value,
        })
    }
}

/// Key of a row: the text form names it in seals, errors and the ledger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Int(i64),
    Text(String),
}

impl Key {
    /// Key of a row that was selected with it.
    pub(crate) fn of(table: Table, row: &Row) -> Result<Self, StoreError> {
        match row.int(table.key) {
            Ok(key) => Ok(Self::Int(key)),
            Err(_) => Ok(Self::Text(row.text(table.key)?.to_owned())),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(key) => write!(formatter, "{key}"),
            Self::Text(key) => formatter.write_str(key),
        }
    }
}

impl From<i64> for Key {
    fn from(key: i64) -> Self {
        Self::Int(key)
    }
}

impl From<&str> for Key {
    fn from(key: &str) -> Self {
        Self::Text(key.to_owned())
    }
}

impl From<&Key> for Value {
    fn from(key: &Key) -> Self {
        match key {
            Key::Int(key) => Self::from(*key),
            Key::Text(key) => Self::from(key.as_str()),
        }
    }
}

/// Column names and values of a row to be written.
pub(crate) type Columns = Vec<(&'static str, Value)>;

/// A transaction that writes. Dropped without [`Transaction::commit`], it leaves nothing.
///
/// After a statement failed, nothing more can be done with it; both databases behave alike in this.
pub struct Transaction {
    reader: Reader,
    entries: Vec<Entry>,
    touched: BTreeMap<(&'static str, Key), Table>,
}

impl Deref for Transaction {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Reader {
        &mut self.reader
    }
}

impl Transaction {
    pub(crate) fn new(shared: Arc<Shared>, name: &'static str) -> Self {
        Self {
            reader: Reader::new(shared, name, true),
            entries: Vec::new(),
            touched: BTreeMap::new(),
        }
    }

    /// Records what this operation did. Every transaction that changes business tables records at least one entry; an
    /// operation with several consequences (the last signature also completes the contract) records each.
    pub fn record(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Makes everything durable. When it answers, the data is on disk.
    ///
    /// # Errors
    /// Nothing is stored on any error but [`StoreError::Unknown`].
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let name = self.reader.name;
        self.go_on()?;
        if !self.touched.is_empty() && self.entries.is_empty() {
            return Err(self.programming("it changed business tables and recorded no ledger entry"));
        }
        let appended = self.append_to_ledger().await?;
        let span = self.reader.span.clone();
        let Some(session) = self.reader.session.take() else {
            return Ok(());
        };
        let committed = session.commit(name).instrument(span).await;
        match (committed, appended) {
            (Err(StoreError::Unknown { reason, .. }), Some(head)) => {
                ledger::resolve(&self.reader.shared, name, &head, reason).await
            }
            (committed, _) => committed,
        }
    }

    /// Gives the work up. The same as dropping the transaction, but said.
    pub fn roll_back(self) {}

    async fn append_to_ledger(&mut self) -> Result<Option<ledger::Head>, StoreError> {
        let entries = std::mem::take(&mut self.entries);
        if entries.is_empty() {
            return Ok(None);
        }
        let mut effects = Vec::with_capacity(self.touched.len());
        for ((name, key), table) in std::mem::take(&mut self.touched) {
            let sql = format!("SELECT * FROM {name} WHERE {} = $1", table.key);
            let row = self.fetch_optional(sql, vec![Value::from(&key)]).await?;
            effects.push(ledger::Effect::new(name, key.to_string(), row.as_ref()));
        }
        ledger::append(self, entries, &effects).await.map(Some)
    }

    /// Runs a statement on an operational table, or one of the ledger itself. Business tables go through
    /// [`Transaction::insert`], [`Transaction::update`] and [`Transaction::delete`].
    pub(crate) async fn execute(
        &mut self,
        sql: impl Into<Sql>,
        values: Vec<Value>,
    ) -> Result<u64, StoreError> {
        self.go_on()?;
        let span = self.reader.span.clone();
        let sql = sql.into();
        let done = async { self.reader.session().await?.execute(sql, values).await }
            .instrument(span)
            .await;
        self.reader.failed = done.is_err();
        done
    }

    /// Inserts a row and notes it for the ledger. Versioned tables start at version 1.
    pub(crate) async fn insert(
        &mut self,
        table: Table,
        key: impl Into<Key>,
        columns: Columns,
    ) -> Result<(), StoreError> {
        let key = key.into();
        let mut names = vec![table.key];
        let mut values = vec![Value::from(&key)];
        if table.versioned {
            names.push("version");
            values.push(Value::from(1));
        }
        for (name, value) in columns {
            names.push(name);
            values.push(value);
        }
        let places: Vec<String> = (1..=values.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            table.name,
            names.join(", "),
            places.join(", ")
        );
        self.execute(sql, values).await?;
        self.touched.insert((table.name, key), table);
        Ok(())
    }

    /// Updates a row, when it still has the version that was seen (versioned tables), and notes it for the ledger.
    pub(crate) async fn update(
        &mut self,
        table: Table,
        key: impl Into<Key>,
        seen: Option<i64>,
        columns: Columns,
    ) -> Result<(), StoreError> {
        let key = key.into();
        let mut values = vec![Value::from(&key)];
        let mut sets = Vec::with_capacity(columns.len() + 1);
        for (name, value) in columns {
            values.push(value);
            sets.push(format!("{name} = ${}", values.len()));
        }
        let mut guard = String::new();
        if table.versioned {
            let seen =
                seen.ok_or_else(|| self.programming("it updates a versioned row without a version"))?;
            values.push(Value::from(seen));
            guard = format!(" AND version = ${}", values.len());
            sets.push("version = version + 1".to_owned());
        }
        let sql = format!(
            "UPDATE {} SET {} WHERE {} = $1{guard}",
            table.name,
            sets.join(", "),
            table.key
        );
        if self.execute(sql, values).await? == 0 {
            return Err(StoreError::Conflict {
                table: table.name,
                key: key.to_string(),
            });
        }
        self.touched.insert((table.name, key), table);
        Ok(())
    }

    /// Deletes a row and notes it for the ledger. Versioned rows must still have the version that was seen.
    pub(crate) async fn delete(
        &mut self,
        table: Table,
        key: impl Into<Key>,
        seen: Option<i64>,
    ) -> Result<(), StoreError> {
        let key = key.into();
        let mut values = vec![Value::from(&key)];
        let mut sql = format!("DELETE FROM {} WHERE {} = $1", table.name, table.key);
        if table.versioned {
            let seen =
                seen.ok_or_else(|| self.programming("it deletes a versioned row without a version"))?;
            values.push(Value::from(seen));
            sql.push_str(" AND version = $2");
        }
        if self.execute(sql, values).await? == 0 {
            return Err(StoreError::Conflict {
                table: table.name,
                key: key.to_string(),
            });
        }
        self.touched.insert((table.name, key), table);
        Ok(())
    }

    /// Seals what goes into the column `body` of a row.
    pub(crate) fn seal(&self, table: &str, key: &str, value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
        let place = Place {
            table,
            column: "body",
            row: key,
        };
        let plain = serde_json::to_vec(value)
            .map_err(|error| self.programming(&format!("{place} cannot be written as JSON: {error}")))?;
        self.reader
            .shared
            .keys
            .seal(self.reader.shared.random.as_ref(), &place, &plain)
    }

    /// [`Transaction::seal`] as a column.
    pub(crate) fn body(
        &self,
        table: Table,
        key: impl Into<Key>,
        value: &impl Serialize,
    ) -> Result<(&'static str, Value), StoreError> {
        Ok((
            "body",
            Value::from(self.seal(table.name, &key.into().to_string(), value)?),
        ))
    }
}
