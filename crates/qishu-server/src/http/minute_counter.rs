//! How often something happened in this minute: refused signatures by address, calls by application.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use qishu_model::time::Timestamp;

const MINUTE_MS: i64 = 60_000;
/// Keys remembered; past this those of other minutes are forgotten first.
const MOST_KEYS: usize = 100_000;

/// Counts by key and minute, in this process.
#[derive(Debug)]
pub(crate) struct MinuteCounter<K> {
    per_minute: u32,
    counts: Mutex<HashMap<K, (i64, u32)>>,
}

impl<K: Eq + Hash> MinuteCounter<K> {
    /// A counter that is exhausted after `per_minute` of one key.
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            counts: Mutex::default(),
        }
    }

    /// Whether the key has used up this minute.
    pub(crate) fn is_exhausted(&self, key: &K, now: Timestamp) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .get(key)
            .is_some_and(|(minute, count)| *minute == minute_of(now) && *count >= self.per_minute)
    }

    /// Counts one, and answers whether it still was within the limit.
    pub(crate) fn count(&self, key: K, now: Timestamp) -> bool {
        let minute = minute_of(now);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_KEYS {
            counts.retain(|_, (known, _)| *known == minute);
        }
        let entry = counts.entry(key).or_insert((minute, 0));
        if entry.0 != minute {
            *entry = (minute, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        entry.1 <= self.per_minute
    }
}

const fn minute_of(now: Timestamp) -> i64 {
    now.ms().div_euclid(MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirty_first_of_a_minute_is_one_too_many() {
        let counter = MinuteCounter::new(30);
        let now = Timestamp::from_ms(1_795_000_000_000);
        for _ in 0..30 {
            assert!(!counter.is_exhausted(&"one", now));
            assert!(counter.count("one", now));
        }
        assert!(counter.is_exhausted(&"one", now));
        assert!(!counter.count("one", now));
        assert!(!counter.is_exhausted(&"other", now));
        assert!(!counter.is_exhausted(&"one", now.plus_ms(60_000)));
        assert!(counter.count("one", now.plus_ms(60_000)));
    }
}
