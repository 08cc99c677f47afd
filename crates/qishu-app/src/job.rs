//! Background work: queued jobs, due callbacks, deadlines, recovery, clean-up.

mod checkpoint;
mod deadline;
mod deliver;
mod queue;
mod request;
mod sweep;

use std::time::Duration;

use tokio::sync::watch;

use crate::signing::recover_acts;
use crate::{App, AppError};

pub use checkpoint::checkpoint_ledger;
pub(crate) use checkpoint::is_genuine;
pub use deadline::{delete_old_drafts, expire_overdue};
pub use deliver::{deliver_due, resend_event};
pub use queue::work_off;
pub(crate) use request::{RequestCallback, tell_request};

/// Seals steps that seal themselves.
pub(crate) const AUTO_SIGN: &str = "auto_sign";
/// Makes an evidence report.
pub(crate) const MAKE_EVIDENCE: &str = "make_evidence";
/// Hands a message to its provider.
pub(crate) const SEND_MESSAGE: &str = "send_message";

/// Signs a void document for the initiator.
pub(crate) const VOID_SIGN: &str = "void_sign";

/// Between two looks at the queue when nothing announces work.
const ROUND: Duration = Duration::from_millis(500);
/// Rounds between two recoveries: 30 s.
const RECOVERY_ROUNDS: u64 = 60;
/// Rounds between two clean-ups: an hour.
const SWEEP_ROUNDS: u64 = 7_200;
/// Rounds between two looks for blobs that nothing names: a day.
const BLOB_ROUNDS: u64 = 24 * SWEEP_ROUNDS;

/// Works until `stop` says so; what was begun is finished first.
///
/// `alone` tells that no other process uses the same store, so that every open intent is one that a crash left.
pub async fn run_background(app: App, alone: bool, mut stop: watch::Receiver<bool>) {
    report("recovery", recover_acts(&app, alone).await.map(drop));
    let mut round: u64 = 0;
    while !*stop.borrow() {
        round = round.wrapping_add(1);
        report("callbacks", deliver_due(&app).await.map(drop));
        report("jobs", work_off(&app).await.map(drop));
        if round.is_multiple_of(2) {
            report("deadlines", expire_overdue(&app).await.map(drop));
        }
        if round.is_multiple_of(RECOVERY_ROUNDS) {
            report("recovery", recover_acts(&app, false).await.map(drop));
        }
        if round.is_multiple_of(SWEEP_ROUNDS) {
            report("clean-up", sweep::sweep(&app).await);
            report("ledger checkpoint", checkpoint_ledger(&app).await);
            report("old drafts", delete_old_drafts(&app).await.map(drop));
        }
        if round.is_multiple_of(BLOB_ROUNDS) {
            report("blob clean-up", sweep::sweep_blobs(&app).await);
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = app.work_announced() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

/// A failed round is tried again by the next one; the log tells.
fn report(what: &'static str, result: Result<(), AppError>) {
    if let Err(error) = result {
        tracing::error!(what, %error, "background work failed and will be tried again");
    }
}
