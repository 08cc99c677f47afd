//! The node number of a serving process: two processes on one database must never make the same id.

use std::time::Duration;

use qishu_app::App;
use qishu_store::{Store, node};

use crate::Failure;
use crate::clock::system_now;

/// A number nobody renews is free again after this long: longer than any pause a process survives unnoticed.
const LEASE_MS: i64 = 10 * 60_000;
const RENEWAL: Duration = Duration::from_mins(1);

/// A number held by this process.
pub(crate) struct NodeLease {
    number: u16,
    owner: [u8; 16],
}

impl NodeLease {
    /// Takes a free number.
    pub(crate) async fn claim(store: &Store) -> Result<Self, Failure> {
        let mut owner = [0; 16];
        aws_lc_rs::rand::fill(&mut owner).map_err(|_| "the system gave no random bytes")?;
        let now = system_now();
        let mut transaction = store.begin("claim_node");
        let number = node::claim(&mut transaction, &owner, now, now.plus_ms(LEASE_MS)).await?;
        transaction.commit().await?;
        Ok(Self { number, owner })
    }

    /// The number.
    pub(crate) const fn number(&self) -> u16 {
        self.number
    }

    /// Holds the number; answers when it was lost, and then this process must stop.
    pub(crate) async fn hold(&self, app: &App) {
        loop {
            tokio::time::sleep(RENEWAL).await;
            match self.renew(app).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::error!(
                        node = self.number,
                        "another process has taken the node number: this one was away for too long"
                    );
                    return;
                }
                Err(error) => tracing::warn!(%error, "the node number could not be renewed; tried again"),
            }
        }
    }

    async fn renew(&self, app: &App) -> Result<bool, Failure> {
        let mut transaction = app.store.begin("renew_node");
        let until = app.now().plus_ms(LEASE_MS);
        let held = node::renew(&mut transaction, self.number, &self.owner, until).await?;
        transaction.commit().await?;
        Ok(held)
    }

    /// Gives the number back, so that the next start can have it at once.
    pub(crate) async fn release(&self, store: &Store) -> Result<(), Failure> {
        let mut transaction = store.begin("release_node");
        node::renew(&mut transaction, self.number, &self.owner, system_now()).await?;
        transaction.commit().await?;
        Ok(())
    }
}
