//! A clock that moves only when told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A settable clock, in Unix milliseconds. Clones show the same time.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<AtomicI64>);

impl Default for FakeClock {
    fn default() -> Self {
        Self::new(Self::START_MS)
    }
}

impl FakeClock {
    /// Where a default clock stands: 2026-11-20 10:00:00 in China.
    pub const START_MS: i64 = 1_795_140_000_000;

    /// A clock that stands at `now_ms`.
    #[must_use]
    pub fn new(now_ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(now_ms)))
    }

    /// What it shows.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Sets it, forwards or back.
    pub fn set_ms(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    /// Moves it on by `ms` (back when negative) and gives the new time.
    pub fn advance_ms(&self, ms: i64) -> i64 {
        self.0.fetch_add(ms, Ordering::SeqCst) + ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_the_same_time() {
        let clock = FakeClock::default();
        let other = clock.clone();
        assert_eq!(clock.advance_ms(60_000), FakeClock::START_MS + 60_000);
        assert_eq!(other.now_ms(), FakeClock::START_MS + 60_000);
        other.set_ms(5);
        assert_eq!(clock.now_ms(), 5);
    }
}
