//! Stops asking somebody who does not answer, so that nobody waits for a time-out after another.

use std::sync::{Mutex, PoisonError};

use crate::error::SendError;

/// Failures in a row after which nobody is asked for a while.
const FAILURES: u32 = 5;
/// How long.
const OPEN_MS: i64 = 30_000;

/// Counts failures in a row. The time is passed in.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until_ms: i64,
}

impl Breaker {
    /// Whether somebody may be asked now. After the pause one failure is enough for the next.
    pub(crate) fn check(&self, service: &'static str, now_ms: i64) -> Result<(), SendError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now_ms < state.open_until_ms {
            return Err(SendError::Unavailable {
                service,
                cause: "it failed several times in a row and is left alone for a while".to_owned(),
            });
        }
        Ok(())
    }

    /// Learns what came of it: only failures of the service itself count.
    pub(crate) fn learn<T>(&self, result: &Result<T, SendError>, now_ms: i64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Err(error) if error.is_transient() => {
                state.failures += 1;
                if state.failures >= FAILURES {
                    state.open_until_ms = now_ms + OPEN_MS;
                }
            }
            _ => *state = State::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_pauses_after_five_failures_in_a_row_and_closes_with_a_success() {
        let breaker = Breaker::default();
        let failed: Result<(), SendError> = Err(SendError::Unavailable {
            service: "x",
            cause: "y".to_owned(),
        });
        for _ in 0..FAILURES {
            breaker.check("x", 0).unwrap();
            breaker.learn(&failed, 0);
        }
        assert!(breaker.check("x", OPEN_MS - 1).is_err());
        breaker.check("x", OPEN_MS).unwrap();
        breaker.learn(&failed, OPEN_MS);
        assert!(breaker.check("x", OPEN_MS + 1).is_err(), "still not well");
        breaker.learn(&Ok(()), 2 * OPEN_MS);
        breaker.check("x", 2 * OPEN_MS).unwrap();
    }
}
