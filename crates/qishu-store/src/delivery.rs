//! How far the delivery of an event got, and every attempt. Events of contracts ([`crate::callback`]) and events that a
//! request asked for ([`crate::request_event`]) are delivered alike, each kind in tables of its own.

use qishu_model::id::EventId;
use qishu_model::time::Timestamp;
use serde_json::Value as Json;

use crate::error::StoreError;
use crate::transaction::Transaction;
use crate::value::{Row, values};

/// How far the delivery of an event got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Given up after the last try: somebody must look, and can resend it.
    Dead {
        /// Tries so far.
        attempts: u32,
    },
    /// The receiver took it.
    Delivered {
        /// Tries so far.
        attempts: u32,
    },
    /// To be tried at `due`.
    Waiting {
        /// Tries so far.
        attempts: u32,
        /// When the next one is due.
        due: Timestamp,
    },
}

/// One try.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took_ms: u32,
    /// HTTP status of the answer; absent when there was none.
    pub status: Option<u16>,
    /// Address, beginning of the answer, or what failed; stored sealed.
    pub details: Json,
}

/// What follows from a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was the last one: given up.
    Dead,
    /// The receiver took it.
    Delivered,
    /// To be tried again.
    Retry {
        /// When.
        due: Timestamp,
    },
}

/// Where deliveries of one kind of event are.
pub(crate) struct DeliveryTables {
    pub(crate) delivery: &'static str,
    pub(crate) attempt: &'static str,
}

impl DeliveryTables {
    /// Makes a new event due at `at`.
    pub(crate) async fn begin(
        &self,
        transaction: &mut Transaction,
        event: EventId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO {} (event_id, state, attempts, due_ms) VALUES ($1, 'WAITING', 0, $2)",
            self.delivery
        );
        let row = values![event.as_i64(), at.ms()];
        transaction.execute(sql, row).await.map(drop)
    }

    /// Records a try and what follows from it: `Conflict` when the event is not waiting, or tries were recorded since
    /// `attempts` was read.
    pub(crate) async fn record_attempt(
        &self,
        transaction: &mut Transaction,
        event: EventId,
        attempts: u32,
        attempt: &Attempt,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        let (state, due, settled) = match outcome {
            Outcome::Dead => ("DEAD", attempt.at, Some(attempt.at.ms())),
            Outcome::Delivered => ("DELIVERED", attempt.at, Some(attempt.at.ms())),
            Outcome::Retry { due } => ("WAITING", due, None),
        };
        let sql = format!(
            "UPDATE {} SET state = $3, due_ms = $4, settled_ms = $5, attempts = attempts + 1 \
             WHERE event_id = $1 AND attempts = $2 AND state = 'WAITING'",
            self.delivery
        );
        let parameters = values![event.as_i64(), i64::from(attempts), state, due.ms(), settled];
        self.expect_change(transaction.execute(sql, parameters).await?, event)?;
        let number = i64::from(attempts) + 1;
        let body = transaction.seal(self.attempt, &format!("{event}/{number}"), &attempt.details)?;
        let insert = format!(
            "INSERT INTO {} (event_id, number, at_ms, took_ms, status, body) VALUES ($1, $2, $3, $4, $5, $6)",
            self.attempt
        );
        let (took, status) = (i64::from(attempt.took_ms), attempt.status.map(i64::from));
        let row = values![event.as_i64(), number, attempt.at.ms(), took, status, body];
        transaction.execute(insert, row).await.map(drop)
    }

    /// Makes a dead or delivered event due again: `Conflict` when there is no such event.
    pub(crate) async fn resend(
        &self,
        transaction: &mut Transaction,
        event: EventId,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE {} SET state = 'WAITING', due_ms = $2, settled_ms = NULL WHERE event_id = $1",
            self.delivery
        );
        let changed = transaction
            .execute(sql, values![event.as_i64(), due.ms()])
            .await?;
        self.expect_change(changed, event)
    }

    /// The delivery in a row that was selected with its state.
    pub(crate) fn read(&self, row: &Row) -> Result<Delivery, StoreError> {
        let attempts = u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX);
        match row.text("state")? {
            "DEAD" => Ok(Delivery::Dead { attempts }),
            "DELIVERED" => Ok(Delivery::Delivered { attempts }),
            "WAITING" => Ok(Delivery::Waiting {
                attempts,
                due: Timestamp::from_ms(row.int("due_ms")?),
            }),
            _ => {
                let id = row.int("id")?;
                Err(StoreError::corrupt(format!(
                    "{} {id} has an unknown state",
                    self.delivery
                )))
            }
        }
    }

    fn expect_change(&self, changed: u64, event: EventId) -> Result<(), StoreError> {
        if changed > 0 {
            return Ok(());
        }
        Err(StoreError::Conflict {
            table: self.delivery,
            key: event.to_string(),
        })
    }
}
