//! What can go wrong between an operation and its database, sorted by what the caller can do about it.

use crate::value::ColumnError;

/// Failure of a store operation.
///
/// Cloneable, because one failed group commit fails every operation of its group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The row was changed or removed since it was read. Read again, decide again.
    #[error("{table} {key} was changed by somebody else; read it again")]
    Conflict {
        /// Table of the row.
        table: &'static str,
        /// Key of the row.
        key: String,
    },
    /// The row or document cannot be used because of what the database holds: damaged, or sealed by another key.
    #[error("stored data is damaged: {what}")]
    Corrupt {
        /// Which row or column, without its content.
        what: String,
    },
    /// A unique value is taken.
    #[error("{what} is taken")]
    Duplicate {
        /// `table.column` of the last column of the unique index; `table.key` for the primary key.
        what: String,
    },
    /// Rows of a backup go only into a database that never held any.
    #[error("the database is not empty, its ledger has {entries} entries; restore into a new one")]
    NotEmpty {
        /// Rows of its ledger.
        entries: i64,
    },
    /// A transaction that wrote business tables was committed without a ledger entry, or the other way round; or a
    /// statement cannot be prepared. A mistake in our code, never in the caller's data.
    #[error("the operation {operation} is programmed wrongly: {what}")]
    Programming {
        /// Name of the transaction.
        operation: &'static str,
        /// What is wrong.
        what: String,
    },
    /// The database cannot take the operation now; nothing of it is stored. It can be tried again.
    #[error("the database is not available: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
    },
    /// The outcome of a commit is unknown: the connection was lost and could not be made again to ask.
    #[error("it is unknown whether {operation} was stored: {reason}")]
    Unknown {
        /// Name of the transaction.
        operation: &'static str,
        /// What happened.
        reason: String,
    },
    /// The data key given is not the one this database was sealed with.
    #[error(
        "the data key (version {version}) does not open this database; give the key it was made with, a new one is never made \
         over existing data"
    )]
    WrongKey {
        /// Version of the key that was tried.
        version: u32,
    },
}

impl StoreError {
    /// Whether the same operation may succeed when it is simply tried again.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Whether a unique value named `what` (`table.column`) was taken.
    #[must_use]
    pub fn is_duplicate_of(&self, what: &str) -> bool {
        matches!(self, Self::Duplicate { what: taken } if taken == what)
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable {
            reason: reason.into(),
        }
    }
}

impl From<ColumnError> for StoreError {
    fn from(error: ColumnError) -> Self {
        Self::corrupt(error.to_string())
    }
}
