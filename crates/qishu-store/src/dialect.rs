//! The one place that knows which database is behind the store: connections, parameters, rows, errors, and the two
//! clauses that SQLite does not have. Everything above it speaks one SQL text.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePoolOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, PgConnection, PgPool, Postgres, Row as _, Sqlite, SqlitePool, TypeInfo as _,
    ValueRef as _,
};

use crate::error::StoreError;
use crate::migrate;
use crate::sqlite::{self, Writer};
use crate::table::key_column;
use crate::value::{Cell, Row, Value};

/// Text of a statement: a literal, or put together from literals (values are always parameters).
pub(crate) type Sql = Cow<'static, str>;

/// How long an operation waits for a connection before it is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The database behind a store.
pub(crate) enum Database {
    Postgres(PgPool),
    Sqlite {
        readers: SqlitePool,
        writer: Writer,
        options: Box<SqliteConnectOptions>,
    },
}

impl Database {
    /// Connects to `sqlite:<path>` or `postgres://…`.
    pub(crate) async fn connect(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return connect_sqlite(Path::new(path), max_connections).await;
        }
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(StoreError::unavailable(
                "its address starts with neither sqlite: nor postgres://",
            ));
        }
        let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| from_sqlx(&error))?;
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT);
        let connected = pool.connect_with(options.application_name("qishu")).await;
        Ok(Self::Postgres(connected.map_err(|error| from_sqlx(&error))?))
    }

    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        let done = match self {
            Self::Postgres(pool) => migrate::postgres().run(pool).await,
            // On a connection of its own: the writer's statements must not be prepared against older tables.
            Self::Sqlite { options, .. } => {
                let pool = SqlitePoolOptions::new()
                    .max_connections(1)
                    .connect_lazy_with(options.as_ref().clone());
                let done = migrate::sqlite().run(&pool).await;
                pool.close().await;
                done
            }
        };
        done.map_err(|error| {
            StoreError::unavailable(format!("its tables cannot be brought up to date: {error}"))
        })
    }

    /// Clause that locks selected rows until the end of the transaction. SQLite has one writer anyway.
    pub(crate) const fn for_update(&self) -> &'static str {
        match self {
            Self::Postgres(_) => " FOR UPDATE",
            Self::Sqlite { .. } => "",
        }
    }

    /// Like [`Database::for_update`], passing over rows that others hold.
    pub(crate) const fn for_update_skip_locked(&self) -> &'static str {
        match self {
            Self::Postgres(_) => " FOR UPDATE SKIP LOCKED",
            Self::Sqlite { .. } => "",
        }
    }

    /// Statement that lists the tables whose `id` is numbered by the database, as `name`, where numbering does not go on by itself
    /// behind rows that brought their own numbers. SQLite goes on.
    pub(crate) const fn counted_tables(&self) -> Option<&'static str> {
        match self {
            Self::Postgres(_) => Some(
                "SELECT table_name::text AS name FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES'",
            ),
            Self::Sqlite { .. } => None,
        }
    }

    /// Starts a read-only session: everything it reads is of one moment.
    pub(crate) async fn begin_read(&self) -> Result<Session, StoreError> {
        let begun = match self {
            Self::Postgres(pool) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Session::Postgres),
            Self::Sqlite { readers, .. } => readers.begin().await.map(Session::SqliteRead),
        };
        begun.map_err(|error| from_sqlx(&error))
    }

    /// Starts a writing session.
    pub(crate) async fn begin_write(&self, name: &'static str) -> Result<Session, StoreError> {
        match self {
            Self::Postgres(pool) => pool
                .begin()
                .await
                .map(Session::Postgres)
                .map_err(|error| from_sqlx(&error)),
            Self::Sqlite { writer, .. } => Ok(Session::SqliteWrite(writer.begin(name).await?)),
        }
    }

    /// Whether the store still writes (R-61: after a failed sync it does not).
    pub(crate) fn writes(&self) -> bool {
        match self {
            Self::Postgres(pool) => !pool.is_closed(),
            Self::Sqlite { writer, .. } => writer.writes(),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Postgres(pool) => pool.close().await,
            Self::Sqlite { readers, writer, .. } => {
                writer.close().await;
                readers.close().await;
            }
        }
    }
}

async fn connect_sqlite(path: &Path, max_connections: u32) -> Result<Database, StoreError> {
    let options = sqlite::options(path)?;
    let writer = Writer::start(options.clone()).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.clone().pragma("query_only", "ON"))
        .await
        .map_err(|error| from_sqlx(&error))?;
    Ok(Database::Sqlite {
        readers,
        writer,
        options: Box::new(options),
    })
}

/// One transaction on one connection.
pub(crate) enum Session {
    Postgres(sqlx::Transaction<'static, Postgres>),
    SqliteRead(sqlx::Transaction<'static, Sqlite>),
    SqliteWrite(sqlite::Operation),
}

impl Session {
    pub(crate) async fn fetch(&mut self, sql: Sql, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Postgres(transaction) => fetch_postgres(transaction, sql, values).await,
            Self::SqliteRead(transaction) => fetch_sqlite(transaction, sql, values).await,
            Self::SqliteWrite(operation) => operation.fetch(sql, values).await,
        }
        .map_err(|error| from_sqlx(&error))
    }

    pub(crate) async fn execute(&mut self, sql: Sql, values: Vec<Value>) -> Result<u64, StoreError> {
        match self {
            Self::Postgres(transaction) => execute_postgres(transaction, sql, values).await,
            Self::SqliteRead(transaction) => execute_sqlite(transaction, sql, values).await,
            Self::SqliteWrite(operation) => operation.execute(sql, values).await,
        }
        .map_err(|error| from_sqlx(&error))
    }

    /// Makes the session's work durable. `Err` with [`StoreError::Unknown`] when the connection was lost meanwhile.
    pub(crate) async fn commit(self, operation: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Postgres(transaction) => transaction.commit().await.map_err(|error| {
                let undone = error
                    .as_database_error()
                    .and_then(|error| error.code())
                    .is_some_and(|code| is_undone(&code));
                if undone {
                    from_sqlx(&error)
                } else {
                    StoreError::Unknown {
                        operation,
                        reason: error.to_string(),
                    }
                }
            }),
            Self::SqliteRead(transaction) => transaction.commit().await.map_err(|error| from_sqlx(&error)),
            Self::SqliteWrite(written) => written.commit(operation).await,
        }
    }
}

macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql));
        for value in $values {
            query = match value {
                Value::Bytes(bytes) => query.bind(bytes),
                Value::Int(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
            };
        }
        query
    }};
}

async fn fetch_postgres(
    connection: &mut PgConnection,
    sql: Sql,
    values: Vec<Value>,
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = bound!(sql, values).fetch_all(connection).await?;
    let columns = rows.first().map_or_else(
        || [].into(),
        |row| names(row.columns().iter().map(|column| column.name())),
    );
    rows.iter()
        .map(|row| Ok(Row::new(Arc::clone(&columns), postgres_cells(row)?)))
        .collect()
}

async fn execute_postgres(
    connection: &mut PgConnection,
    sql: Sql,
    values: Vec<Value>,
) -> Result<u64, sqlx::Error> {
    Ok(bound!(sql, values).execute(connection).await?.rows_affected())
}

pub(crate) async fn fetch_sqlite(
    connection: &mut SqliteConnection,
    sql: Sql,
    values: Vec<Value>,
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = bound!(sql, values).fetch_all(connection).await?;
    let columns = rows.first().map_or_else(
        || [].into(),
        |row| names(row.columns().iter().map(|column| column.name())),
    );
    rows.iter()
        .map(|row| Ok(Row::new(Arc::clone(&columns), sqlite_cells(row)?)))
        .collect()
}

pub(crate) async fn execute_sqlite(
    connection: &mut SqliteConnection,
    sql: Sql,
    values: Vec<Value>,
) -> Result<u64, sqlx::Error> {
    Ok(bound!(sql, values).execute(connection).await?.rows_affected())
}

fn names<'a>(columns: impl Iterator<Item = &'a str>) -> Arc<[String]> {
    columns.map(str::to_owned).collect()
}

fn postgres_cells(row: &PgRow) -> Result<Vec<Cell>, sqlx::Error> {
    let cell = |index| {
        let raw = row.try_get_raw(index)?;
        if raw.is_null() {
            return Ok(Cell::Null);
        }
        match raw.type_info().name() {
            "BYTEA" => Ok(Cell::Bytes(row.try_get(index)?)),
            "BOOL" => Ok(Cell::Int(i64::from(row.try_get::<bool, _>(index)?))),
            "INT4" => Ok(Cell::Int(i64::from(row.try_get::<i32, _>(index)?))),
            "INT8" => Ok(Cell::Int(row.try_get(index)?)),
            // Anything else that is not text is refused by the driver.
            _ => Ok(Cell::Text(row.try_get(index)?)),
        }
    };
    (0..row.len()).map(cell).collect()
}

fn sqlite_cells(row: &SqliteRow) -> Result<Vec<Cell>, sqlx::Error> {
    let cell = |index| {
        let raw = row.try_get_raw(index)?;
        if raw.is_null() {
            return Ok(Cell::Null);
        }
        match raw.type_info().name() {
            "BLOB" => Ok(Cell::Bytes(row.try_get(index)?)),
            "BOOLEAN" | "INTEGER" => Ok(Cell::Int(row.try_get(index)?)),
            _ => Ok(Cell::Text(row.try_get(index)?)),
        }
    };
    (0..row.len()).map(cell).collect()
}

/// Sorts a driver's error by what the caller can do.
pub(crate) fn from_sqlx(error: &sqlx::Error) -> StoreError {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                StoreError::corrupt(error.to_string())
            }
            _ => StoreError::unavailable(error.to_string()),
        };
    };
    // PostgreSQL ended this transaction in favour of another one that it raced: serialization_failure, deadlock_detected.
    if matches!(database.code().as_deref(), Some("40001" | "40P01")) {
        return StoreError::Conflict {
            table: "a row of another transaction",
            key: database.message().to_owned(),
        };
    }
    if database.is_unique_violation() {
        let what = match (database.table(), database.constraint()) {
            (Some(table), Some(index)) => postgres_duplicate(table, index),
            _ => sqlite_duplicate(database.message()),
        };
        return StoreError::Duplicate { what };
    }
    let message = database.message();
    if database.is_foreign_key_violation() || database.is_check_violation() {
        return StoreError::Programming {
            operation: "a statement",
            what: message.to_owned(),
        };
    }
    let code = database.code().unwrap_or_default();
    if is_statement_fault(&code) {
        return StoreError::Programming {
            operation: "a statement",
            what: message.to_owned(),
        };
    }
    StoreError::unavailable(format!("{message} (code {code})"))
}

/// Faults that no repetition heals: on PostgreSQL class 22 (bad value) and 42 (bad SQL), on SQLite a plain error, a
/// broken constraint, a wrong type or index.
fn is_statement_fault(code: &str) -> bool {
    match code.len() {
        5 => code.starts_with("22") || code.starts_with("42"),
        _ => code
            .parse::<i32>()
            .is_ok_and(|code| matches!(code & 0xff, 1 | 19 | 20 | 25)),
    }
}

/// Errors of COMMIT that say for certain that nothing was stored: a broken constraint (class 23) or a lost race (40). Anything
/// else may be the end of a connection whose transaction was stored.
fn is_undone(code: &str) -> bool {
    code.len() == 5 && (code.starts_with("23") || code.starts_with("40"))
}

/// `contract_biz_id` on `contract` is `contract.biz_id`; the primary key is `contract.key`.
fn postgres_duplicate(table: &str, index: &str) -> String {
    let column = index
        .strip_prefix(table)
        .and_then(|rest| rest.strip_prefix('_'))
        .unwrap_or(index);
    if column == "pkey" {
        format!("{table}.key")
    } else {
        format!("{table}.{column}")
    }
}

/// `UNIQUE constraint failed: contract.company_id, contract.biz_id` is `contract.biz_id`.
fn sqlite_duplicate(message: &str) -> String {
    let last = message.rsplit([' ', ',']).next().unwrap_or(message);
    match last.split_once('.') {
        Some((table, column)) if key_column(table) == Some(column) => format!("{table}.key"),
        _ => last.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_have_one_name_on_both_databases() {
        for (sqlite, table, index, name) in [
            (
                "UNIQUE constraint failed: contract.company_id, contract.biz_id",
                "contract",
                "contract_biz_id",
                "contract.biz_id",
            ),
            (
                "UNIQUE constraint failed: contract.id",
                "contract",
                "contract_pkey",
                "contract.key",
            ),
            (
                "UNIQUE constraint failed: certificate.serial",
                "certificate",
                "certificate_pkey",
                "certificate.key",
            ),
            (
                "UNIQUE constraint failed: callback_event.contract_id, callback_event.number",
                "callback_event",
                "callback_event_number",
                "callback_event.number",
            ),
        ] {
            assert_eq!(sqlite_duplicate(sqlite), name);
            assert_eq!(postgres_duplicate(table, index), name);
        }
    }

    #[test]
    fn only_faults_of_the_statement_are_ours() {
        for code in ["22P02", "42P01", "1", "19", "787", "20", "25"] {
            assert!(is_statement_fault(code), "{code}");
        }
        for code in ["40001", "40P01", "53100", "57P01", "5", "13", "1034", "10", ""] {
            assert!(!is_statement_fault(code), "{code}");
        }
    }
}
