//! The timestamp of a request: judged as a number, signed as text (D6, R-12; C# sends a fraction).

use qishu_model::time::Timestamp;

/// Digits after the point that are read; more make the text no timestamp.
const FRACTION_DIGITS: usize = 9;
/// Clocks shifted by whole hours: no zone is further than this from another.
const LARGEST_SHIFT_HOURS: i64 = 26;
const HOUR_MS: i64 = 3_600_000;

/// Reads 13 digits as milliseconds or 10 digits as seconds, each with an optional fraction. Anything else is no
/// timestamp: the fixed lengths are what keeps a nonce from moving into the timestamp unseen (see
/// [`super::Verified::replay_key`]).
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > FRACTION_DIGITS {
        return None;
    }
    let number = whole.parse::<i64>().ok()?;
    match whole.len() {
        13 => Some(Timestamp::from_ms(number)),
        10 => {
            let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
            Some(Timestamp::from_ms(
                number * 1000 + thousandths.parse::<i64>().ok()?,
            ))
        }
        _ => None,
    }
}

/// Whether `sent` lies within `window_ms` of `now`; 0 switches the check off. With `whole_hour_shift` a clock that is
/// wrong by a whole number of hours passes too (clients that take local time for UTC).
pub(super) fn in_window(sent: Timestamp, now: Timestamp, window_ms: u32, whole_hour_shift: bool) -> bool {
    let (window, distance) = (i64::from(window_ms), sent.ms().saturating_sub(now.ms()));
    if window == 0 || distance.saturating_abs() <= window {
        return true;
    }
    let hours = (distance.saturating_add(HOUR_MS / 2)).div_euclid(HOUR_MS);
    let rest = distance.saturating_sub(hours.saturating_mul(HOUR_MS));
    whole_hour_shift && hours.abs() <= LARGEST_SHIFT_HOURS && rest.abs() <= window
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_timestamps() {
        for (text, ms) in [
            ("1700000000000", 1_700_000_000_000),
            ("1795317519885.75", 1_795_317_519_885),
            ("1700000000", 1_700_000_000_000),
            ("1700000000.5", 1_700_000_000_500),
            ("1700000000.123456", 1_700_000_000_123),
        ] {
            assert_eq!(read(text).map(Timestamp::ms), Some(ms), "{text}");
        }
        for text in [
            "",
            "abc",
            "-1700000000000",
            "+1700000000000",
            "17000000000000",
            "170000000000",
            "1700000000000.",
            ".5",
            "1.7E12",
            "1700000000000.0000000001",
            "1700000000000.5.5",
            "１７００００００００",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn window_and_shift() {
        let now = Timestamp::from_ms(1_700_000_000_000);
        let at = |offset: i64, window: u32, shift: bool| in_window(now.plus_ms(offset), now, window, shift);
        assert!(at(600_000, 600_000, false) && at(-600_000, 600_000, false));
        assert!(!at(600_001, 600_000, false) && !at(-600_001, 600_000, false));
        assert!(at(i64::MAX, 0, false));
        assert!(!at(8 * HOUR_MS, 600_000, false));
        assert!(at(8 * HOUR_MS + 30_000, 600_000, true) && at(-8 * HOUR_MS - 30_000, 600_000, true));
        assert!(!at(8 * HOUR_MS + 601_000, 600_000, true));
        assert!(!at(400 * HOUR_MS, 600_000, true));
    }
}
