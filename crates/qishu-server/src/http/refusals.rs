//! At most 30 answers 442 and 443 per minute and address: guessing tokens and signatures ends there.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use qishu_model::time::Timestamp;

const PER_MINUTE: u32 = 30;
const MINUTE_MS: i64 = 60_000;
/// Addresses remembered; past this the oldest minutes are forgotten first.
const MOST_ADDRESSES: usize = 100_000;

/// Counts refusals by address and minute, in this process.
#[derive(Debug, Default)]
pub(crate) struct RefusalCounter {
    counts: Mutex<HashMap<IpAddr, (i64, u32)>>,
}

impl RefusalCounter {
    /// Whether the address has used up its refusals of this minute.
    pub(crate) fn is_exhausted(&self, address: IpAddr, now: Timestamp) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .get(&address)
            .is_some_and(|(minute, count)| *minute == minute_of(now) && *count >= PER_MINUTE)
    }

    /// Counts one refusal.
    pub(crate) fn count(&self, address: IpAddr, now: Timestamp) {
        let minute = minute_of(now);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_ADDRESSES {
            counts.retain(|_, (known, _)| *known == minute);
        }
        let entry = counts.entry(address).or_insert((minute, 0));
        if entry.0 != minute {
            *entry = (minute, 0);
        }
        entry.1 = entry.1.saturating_add(1);
    }
}

const fn minute_of(now: Timestamp) -> i64 {
    now.ms().div_euclid(MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirty_first_refusal_of_a_minute_is_one_too_many() {
        let counter = RefusalCounter::default();
        let (address, now) = (
            IpAddr::from([203, 0, 113, 9]),
            Timestamp::from_ms(1_795_000_000_000),
        );
        for _ in 0..30 {
            assert!(!counter.is_exhausted(address, now));
            counter.count(address, now);
        }
        assert!(counter.is_exhausted(address, now));
        assert!(!counter.is_exhausted(IpAddr::from([203, 0, 113, 10]), now));
        assert!(!counter.is_exhausted(address, now.plus_ms(60_000)));
    }
}
