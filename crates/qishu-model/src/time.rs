//! Times as the wire writes them: China standard time (UTC+8) without a zone suffix.

use serde::{Deserialize, Serialize};
use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

const CHINA: UtcOffset = offset!(+8);
const DATE_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The text is not `yyyy-MM-dd HH:mm:ss` or `yyyy-MM-dd`, or names a day that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time: yyyy-MM-dd HH:mm:ss or yyyy-MM-dd is expected")]
pub struct NotATime;

/// A moment, in Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From Unix milliseconds.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Unix milliseconds.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Later by `ms` milliseconds (earlier when negative).
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Later by `days` days of 24 hours.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_ms(days.saturating_mul(86_400_000))
    }

    /// The same day and time of day `years` years later; 29 February becomes 28 February.
    #[must_use]
    pub fn plus_years(self, years: i32) -> Self {
        let moment = self.china();
        let year = moment.year().saturating_add(years);
        let moved = moment
            .replace_year(year)
            .or_else(|_| moment.replace_day(28).and_then(|m| m.replace_year(year)));
        moved.map_or(self, Self::from_date_time)
    }

    /// `yyyy-MM-dd HH:mm:ss` in China time.
    #[must_use]
    pub fn date_time_text(self) -> String {
        self.china().format(DATE_TIME).unwrap_or_default()
    }

    /// `yyyy-MM-dd` in China time.
    #[must_use]
    pub fn date_text(self) -> String {
        self.china().format(DATE).unwrap_or_default()
    }

    /// Year, month and day in China time.
    #[must_use]
    pub fn china_date(self) -> (i32, u8, u8) {
        let (year, month, day) = self.china().to_calendar_date();
        (year, month.into(), day)
    }

    /// 23:59:59 of the same day in China time.
    #[must_use]
    pub fn end_of_day(self) -> Self {
        let last_second = Time::from_hms(23, 59, 59).unwrap_or(Time::MIDNIGHT);
        let moment = self.china();
        Self::from_date_time(moment.replace_time(last_second))
    }

    /// Reads `yyyy-MM-dd HH:mm:ss` as China time.
    ///
    /// # Errors
    /// [`NotATime`] for any other form or a day that does not exist.
    pub fn parse_date_time(text: &str) -> Result<Self, NotATime> {
        let local = PrimitiveDateTime::parse(text, DATE_TIME).map_err(|_| NotATime)?;
        Ok(Self(local.assume_offset(CHINA).unix_timestamp() * 1000))
    }

    /// Reads `yyyy-MM-dd` as midnight in China time.
    ///
    /// # Errors
    /// [`NotATime`] for any other form or a day that does not exist.
    pub fn parse_date(text: &str) -> Result<Self, NotATime> {
        let date = Date::parse(text, DATE).map_err(|_| NotATime)?;
        Ok(Self(date.midnight().assume_offset(CHINA).unix_timestamp() * 1000))
    }

    fn china(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1000))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .to_offset(CHINA)
    }

    fn from_date_time(moved: OffsetDateTime) -> Self {
        Self(moved.unix_timestamp() * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn china_time_is_eight_hours_ahead() {
        let moment = Timestamp::from_ms(1_700_000_000_123);
        assert_eq!(moment.date_time_text(), "2023-11-15 06:13:20");
        assert_eq!(
            Timestamp::parse_date_time("2023-11-15 06:13:20").unwrap().ms(),
            1_700_000_000_000
        );
        assert_eq!(moment.end_of_day().date_time_text(), "2023-11-15 23:59:59");
        assert_eq!(
            Timestamp::parse_date("2023-11-15").unwrap().date_time_text(),
            "2023-11-15 00:00:00"
        );
    }

    #[test]
    fn impossible_days_and_other_forms_are_refused() {
        for text in [
            "2023-02-29 00:00:00",
            "2023-11-15",
            "15.11.2023",
            "",
            "2023-11-15T06:13:20",
        ] {
            assert_eq!(Timestamp::parse_date_time(text), Err(NotATime), "{text}");
        }
    }

    #[test]
    fn years_keep_the_day() {
        let leap = Timestamp::parse_date_time("2024-02-29 10:00:00").unwrap();
        assert_eq!(leap.plus_years(2).date_time_text(), "2026-02-28 10:00:00");
        assert_eq!(leap.plus_days(1).date_text(), "2024-03-01");
        assert_eq!(leap.china_date(), (2024, 2, 29));
    }
}
