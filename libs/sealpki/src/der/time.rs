//! Certificate times (RFC 5280 4.1.2.5) as seconds since 1970-01-01T00:00:00Z.

use super::{DerError, Element, Writer, tag};

/// 1950-01-01T00:00:00Z, the earliest time UTCTime can say.
const UTC_TIME_FIRST: i64 = -631_152_000;
/// 2050-01-01T00:00:00Z, the first time that needs GeneralizedTime.
const UTC_TIME_END: i64 = 2_524_608_000;
/// 9999-12-31T23:59:59Z, the last time GeneralizedTime can say.
pub(crate) const LAST: i64 = 253_402_300_799;

const SECONDS_PER_DAY: i64 = 86_400;

/// Writes UTCTime up to 2049 and GeneralizedTime from 2050 on; times outside 1950..=9999 are moved to the nearest
/// time inside (lint refuses them before).
pub(crate) fn write(writer: &mut Writer, unix_s: i64) {
    let unix_s = unix_s.clamp(UTC_TIME_FIRST, LAST);
    if unix_s < UTC_TIME_END {
        write_utc(writer, unix_s);
    } else {
        write_generalized(writer, unix_s);
    }
}

/// Writes `YYMMDDHHMMSSZ`, for structures that allow nothing else; years outside 1950..=2049 are moved to the nearest
/// inside.
pub(crate) fn write_utc(writer: &mut Writer, unix_s: i64) {
    let text = digits(unix_s.clamp(UTC_TIME_FIRST, UTC_TIME_END - 1));
    let short = text.get(2..).unwrap_or_default();
    writer.element(tag::UTC_TIME, short.as_bytes());
}

/// Writes `YYYYMMDDHHMMSSZ`, for structures that allow nothing else; years outside 1950..=9999 are moved to the
/// nearest inside.
pub(crate) fn write_generalized(writer: &mut Writer, unix_s: i64) {
    writer.element(
        tag::GENERALIZED_TIME,
        digits(unix_s.clamp(UTC_TIME_FIRST, LAST)).as_bytes(),
    );
}

/// `YYYYMMDDHHMMSSZ`.
fn digits(unix_s: i64) -> String {
    let (year, month, day) = civil_from_days(unix_s.div_euclid(SECONDS_PER_DAY));
    let second_of_day = unix_s.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
}

/// Reads a GeneralizedTime that may have a fraction of a second, as time-stamps have (RFC 3161 2.4.2): seconds, and the
/// fraction cut to microseconds. A fraction ends neither in a zero nor in the point.
pub(crate) fn read_generalized(element: Element<'_>) -> Result<(i64, u32), DerError> {
    if element.tag != tag::GENERALIZED_TIME {
        return Err(DerError::Tag {
            expected: tag::GENERALIZED_TIME,
            found: element.tag,
        });
    }
    let Some(point) = element.contents.iter().position(|&octet| octet == b'.') else {
        return Ok((read(element)?, 0));
    };
    let (whole, fraction) = element.contents.split_at(point);
    let [b'.', fraction @ .., b'Z'] = fraction else {
        return Err(DerError::Value);
    };
    if fraction.last().is_none_or(|&last| last == b'0') || fraction.len() > 18 {
        return Err(DerError::Value);
    }
    number(fraction)?;
    let micros = fraction
        .iter()
        .chain(std::iter::repeat(&b'0'))
        .take(6)
        .fold(0u32, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let contents = [whole, b"Z"].concat();
    let seconds = read(Element {
        tag: element.tag,
        contents: &contents,
        whole: element.whole,
    })?;
    Ok((seconds, micros))
}

/// Reads `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, the only forms RFC 5280 allows.
pub(crate) fn read(element: Element<'_>) -> Result<i64, DerError> {
    let year_digits = match element.tag {
        tag::UTC_TIME => 2,
        tag::GENERALIZED_TIME => 4,
        found => {
            return Err(DerError::Tag {
                expected: tag::UTC_TIME,
                found,
            });
        }
    };
    let (year, rest) = element
        .contents
        .split_at_checked(year_digits)
        .ok_or(DerError::Value)?;
    let mut year = number(year)?;
    if year_digits == 2 {
        year += if year < 50 { 2000 } else { 1900 };
    }
    let [m1, m2, d1, d2, h1, h2, n1, n2, s1, s2, b'Z'] = *rest else {
        return Err(DerError::Value);
    };
    let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?);
    let days = days_from_civil(year, month, day);
    let exists = (1..=12).contains(&month) && civil_from_days(days) == (year, month, day);
    if !exists || hour > 23 || minute > 59 || second > 59 {
        return Err(DerError::Value);
    }
    Ok(days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second)
}

fn number(digits: &[u8]) -> Result<i64, DerError> {
    digits.iter().try_fold(0i64, |sum, digit| match digit {
        b'0'..=b'9' => Ok(sum * 10 + i64::from(digit - b'0')),
        _ => Err(DerError::Value),
    })
}

/// Days since 1970-01-01 of a date in the Gregorian calendar. Years are counted from March, so that the day a leap
/// year adds is the last one of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`]: year, month, day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::{Reader, encode};

    fn text(unix_s: i64) -> String {
        let der = encode(|w| write(w, unix_s));
        String::from_utf8(der[2..].to_vec()).unwrap()
    }

    fn parse(tag: u8, text: &str) -> Result<i64, DerError> {
        let der = encode(|w| w.element(tag, text.as_bytes()));
        read(Reader::new(&der).any().unwrap())
    }

    #[test]
    fn known_times_are_written_in_the_right_form() {
        assert_eq!(text(0), "700101000000Z");
        assert_eq!(text(951_782_400), "000229000000Z");
        assert_eq!(text(1_795_317_519), "261122031839Z");
        assert_eq!(text(UTC_TIME_END - 1), "491231235959Z");
        assert_eq!(text(UTC_TIME_END), "20500101000000Z");
        assert_eq!(text(i64::MAX), "99991231235959Z");
        assert_eq!(text(i64::MIN), "500101000000Z");
    }

    #[test]
    fn every_written_time_is_read_back() {
        let mut unix_s = UTC_TIME_FIRST;
        while unix_s < LAST {
            let der = encode(|w| write(w, unix_s));
            assert_eq!(read(Reader::new(&der).any().unwrap()), Ok(unix_s));
            unix_s += 7_654_321_987 / 1000;
        }
    }

    #[test]
    fn impossible_times_are_refused() {
        for bad in [
            "260229000000Z",
            "261301000000Z",
            "260100000000Z",
            "260101240000Z",
            "260101006000Z",
        ] {
            assert_eq!(parse(tag::UTC_TIME, bad), Err(DerError::Value), "{bad}");
        }
        for bad in [
            "2601010000Z",
            "260101000000+0800",
            "26010100000Z",
            "",
            "2601010000000",
            "26o101000000Z",
        ] {
            assert_eq!(parse(tag::UTC_TIME, bad), Err(DerError::Value), "{bad}");
        }
        assert_eq!(
            parse(tag::GENERALIZED_TIME, "20500101000000.5Z"),
            Err(DerError::Value)
        );
        assert!(parse(tag::UTF8_STRING, "260101000000Z").is_err());
    }

    #[test]
    fn fractions_of_a_second_are_read_where_they_are_allowed() {
        let parse = |text: &str| {
            let der = encode(|w| w.element(tag::GENERALIZED_TIME, text.as_bytes()));
            read_generalized(Reader::new(&der).any().unwrap())
        };
        assert_eq!(parse("19700101000001Z"), Ok((1, 0)));
        assert_eq!(parse("19700101000001.5Z"), Ok((1, 500_000)));
        assert_eq!(parse("19700101000001.1234567Z"), Ok((1, 123_456)));
        for bad in [
            "19700101000001.Z",
            "19700101000001.50Z",
            "19700101000001.5",
            "19700101000001.x1Z",
            "19700101000001.1234567890123456789Z",
        ] {
            assert_eq!(parse(bad), Err(DerError::Value), "{bad}");
        }
    }
}
