//! The system's clock, and whether it can be trusted.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use qishu_app::Clock;
use qishu_model::time::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// How far the clock may stray from the time that has passed.
const STRAY_MS: i64 = 1_000;
/// After it was set, the clock must stand firm for this long.
const FIRM_MS: i64 = 60_000;

/// Asks the system, and remembers what it showed.
pub(crate) struct SystemClock(Mutex<Guard>);

impl SystemClock {
    /// A clock that must not show less than `not_before`, the time of the last entry in the ledger.
    pub(crate) fn starting_after(not_before: Option<Timestamp>) -> Self {
        let highest_ms = not_before.map_or(i64::MIN, Timestamp::ms);
        Self(Mutex::new(Guard::new(
            system_now().ms(),
            since_boot_ms(),
            highest_ms,
        )))
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        system_now()
    }

    fn fault(&self) -> Option<String> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guard.fault(system_now().ms(), since_boot_ms())
    }
}

/// The time of the system.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that asks the system"
)]
pub(crate) fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Milliseconds since the machine started, sleep included; nobody can set this one.
fn since_boot_ms() -> i64 {
    let passed = clock_gettime(ClockId::Boottime);
    passed.tv_sec * 1_000 + passed.tv_nsec / 1_000_000
}

/// Compares the clock with the time that passes.
#[derive(Debug)]
struct Guard {
    /// The clock and the time since the start of the machine, taken together.
    base_ms: (i64, i64),
    highest_ms: i64,
    /// Until this time since the start of the machine the clock counts as just set.
    firm_from_ms: i64,
}

impl Guard {
    const fn new(now_ms: i64, boot_ms: i64, highest_ms: i64) -> Self {
        Self {
            base_ms: (now_ms, boot_ms),
            highest_ms,
            firm_from_ms: boot_ms,
        }
    }

    fn fault(&mut self, now_ms: i64, boot_ms: i64) -> Option<String> {
        let stray_ms = now_ms - (self.base_ms.0 + boot_ms - self.base_ms.1);
        if stray_ms.abs() > STRAY_MS {
            self.base_ms = (now_ms, boot_ms);
            self.firm_from_ms = boot_ms + FIRM_MS;
        }
        if now_ms < self.highest_ms - STRAY_MS {
            let behind_s = (self.highest_ms - now_ms).div_euclid(1_000);
            return Some(format!(
                "it is {behind_s} s behind what it showed before; set it right"
            ));
        }
        self.highest_ms = self.highest_ms.max(now_ms);
        let left_ms = self.firm_from_ms - boot_ms;
        (left_ms > 0).then(|| {
            let left_s = left_ms / 1_000 + 1;
            format!("it was set to another time; signing goes on in {left_s} s if it stands firm")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000_000;

    #[test]
    fn a_clock_that_runs_with_the_time_is_trusted() {
        let mut guard = Guard::new(NOW, 5_000, NOW - 10);
        for passed in [0, 1, 900, 3_600_000, 86_400_000] {
            assert_eq!(guard.fault(NOW + passed + 200, 5_000 + passed), None);
        }
    }

    #[test]
    fn a_clock_that_was_set_is_trusted_again_when_it_stands_firm_for_a_minute() {
        let mut guard = Guard::new(NOW, 0, i64::MIN);
        assert!(guard.fault(NOW + 10_000, 1_000).is_some());
        assert!(guard.fault(NOW + 60_000, 51_000).is_some());
        assert_eq!(guard.fault(NOW + 70_001, 61_001), None);
    }

    #[test]
    fn a_clock_that_was_set_back_waits_until_the_time_it_had_shown() {
        let mut guard = Guard::new(NOW, 0, i64::MIN);
        assert_eq!(guard.fault(NOW, 0), None);
        let fault = guard.fault(NOW - 600_000, 1_000).unwrap();
        assert!(fault.starts_with("it is 600 s behind"), "{fault}");
        assert!(guard.fault(NOW - 500_000, 101_000).is_some());
        assert_eq!(guard.fault(NOW, 601_000), None);
    }

    #[test]
    fn a_start_before_the_last_entry_of_the_ledger_is_noticed() {
        let mut guard = Guard::new(NOW, 0, NOW + 5_000);
        assert!(guard.fault(NOW, 0).is_some());
        assert_eq!(guard.fault(NOW + 5_000, 5_000), None);
    }
}
