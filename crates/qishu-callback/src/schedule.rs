//! When a callback is tried again: pure functions of the number of tries.

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The schedule of a kind of callback (4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Personal and company authentication: once more at once, then twice after a minute; 4 tries.
    Authentication,
    /// Personal-signature authorisation: 5 min, 2 h, 12 h, 24 h; 5 tries.
    Authorisation,
    /// Contract status: 5 min, four times 2 h, 12 h, 24 h; 8 tries.
    ContractStatus,
    /// Review of a picture seal: 5 min, 2 h, 12 h, 24 h; 5 tries.
    SealReview,
}

impl Schedule {
    /// Waiting times between tries, in milliseconds.
    #[must_use]
    pub const fn delays_ms(self) -> &'static [i64] {
        match self {
            Self::Authentication => &[0, MINUTE_MS, MINUTE_MS],
            Self::Authorisation | Self::SealReview => {
                &[5 * MINUTE_MS, 2 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS]
            }
            Self::ContractStatus => &[
                5 * MINUTE_MS,
                2 * HOUR_MS,
                2 * HOUR_MS,
                2 * HOUR_MS,
                2 * HOUR_MS,
                12 * HOUR_MS,
                24 * HOUR_MS,
            ],
        }
    }

    /// How long to wait after so many failed tries, in milliseconds; `None` when the callback is dead (also for zero
    /// failed tries, after which nothing is to be repeated).
    #[must_use]
    pub fn delay_ms(self, failed_tries: u32) -> Option<i64> {
        let index = usize::try_from(failed_tries.checked_sub(1)?).ok()?;
        self.delays_ms().get(index).copied()
    }

    /// How often a callback is tried at most, the first try included.
    #[must_use]
    pub fn most_tries(self) -> usize {
        self.delays_ms().len() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_callbacks_are_tried_eight_times() {
        let minutes: Vec<i64> = (1..)
            .map_while(|tries| Schedule::ContractStatus.delay_ms(tries))
            .map(|ms| ms / MINUTE_MS)
            .collect();
        assert_eq!(minutes, [5, 120, 120, 120, 120, 720, 1440]);
        assert_eq!(Schedule::ContractStatus.most_tries(), 8);
    }

    #[test]
    fn other_kinds_have_their_own_schedules() {
        let minutes = |schedule: Schedule| {
            schedule
                .delays_ms()
                .iter()
                .map(|ms| ms / MINUTE_MS)
                .collect::<Vec<_>>()
        };
        assert_eq!(minutes(Schedule::Authentication), [0, 1, 1]);
        assert_eq!(minutes(Schedule::SealReview), [5, 120, 720, 1440]);
        assert_eq!(minutes(Schedule::Authorisation), [5, 120, 720, 1440]);
    }

    #[test]
    fn odd_counts_end_the_schedule() {
        assert_eq!(Schedule::ContractStatus.delay_ms(0), None);
        assert_eq!(Schedule::ContractStatus.delay_ms(8), None);
        assert_eq!(Schedule::ContractStatus.delay_ms(u32::MAX), None);
    }
}
