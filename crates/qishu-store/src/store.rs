//! Opening a store, and opening transactions on it.

use std::sync::Arc;

use crate::dialect::Database;
use crate::error::StoreError;
use crate::sealing::{DataKeys, Place, RandomSource};
use crate::transaction::{Reader, Transaction};
use crate::value::values;

/// How to open a store.
pub struct StoreOptions {
    /// `sqlite:<path>` or `postgres://user@host/database`.
    pub url: String,
    /// Connections kept for reading (SQLite) or for everything (PostgreSQL). 10 suits one node.
    pub max_connections: u32,
    /// Keys of sealed columns.
    pub data_keys: DataKeys,
    /// Source of nonces.
    pub random: Arc<dyn RandomSource>,
}

/// The store. Cheap to clone; all clones share connections.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) keys: DataKeys,
    pub(crate) random: Arc<dyn RandomSource>,
}

const CANARY: &[u8] = b"qishu";
const CANARY_PLACE: Place<'_> = Place {
    table: "key_check",
    column: "canary",
    row: "1",
};

impl Store {
    /// Connects. Call [`Store::migrate`] before anything else.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be reached or its address makes no sense.
    pub async fn connect(options: StoreOptions) -> Result<Self, StoreError> {
        let database = Database::connect(&options.url, options.max_connections.max(1)).await?;
        let shared = Shared {
            database,
            keys: options.data_keys,
            random: options.random,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Brings the tables up to date and checks that the data key is the one this database was made with.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when it is not; [`StoreError::Unavailable`] when a migration fails (it is then rolled back).
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.shared.database.migrate().await?;
        let mut transaction = self.begin("check_data_key");
        let known = transaction
            .fetch_optional("SELECT canary FROM key_check WHERE id = 1", values![])
            .await?;
        if let Some(row) = known {
            let version = self.shared.keys.current_version();
            let opened = self.shared.keys.open(&CANARY_PLACE, row.bytes("canary")?);
            let right = opened.is_ok_and(|plain| plain == CANARY);
            return if right {
                Ok(())
            } else {
                Err(StoreError::WrongKey { version })
            };
        }
        let canary = self
            .shared
            .keys
            .seal(self.shared.random.as_ref(), &CANARY_PLACE, CANARY)?;
        let insert = "INSERT INTO key_check (id, canary) VALUES (1, $1) ON CONFLICT DO NOTHING";
        transaction.execute(insert, values![canary]).await?;
        let insert = "INSERT INTO ledger_head (id, number, hash) VALUES (1, 0, $1) ON CONFLICT DO NOTHING";
        transaction.execute(insert, values![vec![0; 32]]).await?;
        transaction.commit().await
    }

    /// Opens a writing transaction. `name` is the operation's, as `send_contract`; it appears in traces and errors.
    ///
    /// Nothing is held until the first statement. Dropping the transaction takes everything back. On SQLite all
    /// writers share one connection: do slow work before the first statement, not between two.
    #[must_use]
    pub fn begin(&self, name: &'static str) -> Transaction {
        Transaction::new(Arc::clone(&self.shared), name)
    }

    /// Opens a reading transaction: everything read through it is of one moment.
    #[must_use]
    pub fn read(&self, name: &'static str) -> Reader {
        Reader::new(Arc::clone(&self.shared), name, false)
    }

    /// Whether the store takes writes. It stops for good after a failed sync to disk; that needs an alarm.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.shared.database.writes()
    }

    /// Digest under which a personal value is stored for look-ups; `kind` is the field's, e.g. a contact type.
    #[must_use]
    pub fn lookup_digest(&self, kind: &str, value: &str) -> Vec<u8> {
        self.shared.keys.lookup_digest(kind, value)
    }

    /// Lets running operations finish and closes all connections.
    pub async fn close(&self) {
        self.shared.database.close().await;
    }
}
