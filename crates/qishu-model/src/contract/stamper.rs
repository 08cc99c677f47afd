//! Positions of seals, signatures and dates (`contracts` 3.6 and chapter 7).

use serde::{Deserialize, Serialize};

use crate::id::{ActionId, SealId, SignatoryId};

/// Kind of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StamperType {
    /// Across pages, all of them.
    AcrossPage,
    /// Across even pages.
    AcrossPageEven,
    /// Across odd pages.
    AcrossPageOdd,
    /// Across the pages of `sealPageConfig`.
    AcrossPageScope,
    /// Company seal or professional seal.
    Company,
    /// Seal of the legal representative.
    Lp,
    /// Personal signature.
    Personal,
    /// Date of signing.
    Timestamp,
}

impl StamperType {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::AcrossPage,
        Self::AcrossPageEven,
        Self::AcrossPageOdd,
        Self::AcrossPageScope,
        Self::Company,
        Self::Lp,
        Self::Personal,
        Self::Timestamp,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcrossPage => "ACROSS_PAGE",
            Self::AcrossPageEven => "ACROSS_PAGE_EVEN",
            Self::AcrossPageOdd => "ACROSS_PAGE_ODD",
            Self::AcrossPageScope => "ACROSS_PAGE_SCOPE",
            Self::Company => "COMPANY",
            Self::Lp => "LP",
            Self::Personal => "PERSONAL",
            Self::Timestamp => "TIMESTAMP",
        }
    }

    /// One of the four across-page kinds.
    #[must_use]
    pub const fn is_across(self) -> bool {
        matches!(
            self,
            Self::AcrossPage | Self::AcrossPageEven | Self::AcrossPageOdd | Self::AcrossPageScope
        )
    }
}

/// Whether an across-page seal spans one document or all of them as one sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AcrossType {
    /// All documents count as one page sequence.
    AllDocument,
    /// Each document separately.
    #[default]
    SingleDocument,
}

impl AcrossType {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllDocument => "ALL_DOCUMENT",
            Self::SingleDocument => "SINGLE_DOCUMENT",
        }
    }
}

/// Style of a printed date; wire names as documented, capital letters included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DatePattern {
    /// 二〇二六年一月三十一日
    #[serde(rename = "ALL_Chinese")]
    AllChinese,
    /// 2026年01月31日
    #[serde(rename = "Chinese")]
    Chinese,
    /// January 31, 2026
    #[serde(rename = "ENGLISH")]
    English,
    /// 2026-01-31
    #[default]
    #[serde(rename = "HYPHEN")]
    Hyphen,
}

impl DatePattern {
    /// Every style.
    pub const ALL: [Self; 4] = [Self::AllChinese, Self::Chinese, Self::English, Self::Hyphen];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllChinese => "ALL_Chinese",
            Self::Chinese => "Chinese",
            Self::English => "ENGLISH",
            Self::Hyphen => "HYPHEN",
        }
    }

    /// The date in this style; `month` 1 to 12, `day` 1 to 31.
    #[must_use]
    pub fn write(self, year: i32, month: u8, day: u8) -> String {
        match self {
            Self::AllChinese => {
                let year: String = year.to_string().chars().filter_map(chinese_digit).collect();
                format!("{year}年{}月{}日", chinese_number(month), chinese_number(day))
            }
            Self::Chinese => format!("{year}年{month:02}月{day:02}日"),
            Self::English => {
                let name = MONTHS
                    .get(usize::from(month).wrapping_sub(1))
                    .copied()
                    .unwrap_or_default();
                format!("{name} {day}, {year}")
            }
            Self::Hyphen => format!("{year}-{month:02}-{day:02}"),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const CHINESE_DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

fn chinese_digit(digit: char) -> Option<char> {
    digit
        .to_digit(10)
        .and_then(|digit| CHINESE_DIGITS.get(digit as usize))
        .copied()
}

/// 1 to 99 as people write days: 三, 十, 十一, 二十, 三十一.
fn chinese_number(number: u8) -> String {
    let (tens, ones) = (usize::from(number / 10), usize::from(number % 10));
    let mut text = String::new();
    if tens > 1 {
        text.extend(CHINESE_DIGITS.get(tens));
    }
    if tens > 0 {
        text.push('十');
    }
    if ones > 0 || tens == 0 {
        text.extend(CHINESE_DIGITS.get(ones));
    }
    text
}

/// Whether given positions bind the signer (7.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StamperRule {
    /// Sign at every given position, more are allowed.
    MustAllow,
    /// Sign at every given position and nowhere else.
    MustForbid,
    /// Given positions need not be used.
    Optional,
}

impl StamperRule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::MustAllow, Self::MustForbid, Self::Optional];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MustAllow => "MUST_ALLOW",
            Self::MustForbid => "MUST_FORBID",
            Self::Optional => "OPTIONAL",
        }
    }
}

/// A position as requested, and as it is kept with the step or party it belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamper {
    /// Step of a company party it is bound to; only read from requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
    /// Party it is bound to; only read from requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory_id: Option<SignatoryId>,
    /// Kind.
    pub stamper_type: StamperType,
    /// Reach of an across-page kind.
    #[serde(default)]
    pub across_type: AcrossType,
    /// Pages of `ACROSS_PAGE_SCOPE`, e.g. `2,4~7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_page_config: Option<String>,
    /// Document, or in a draft request the id of a template (D-15): therefore a bare number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_id: Option<u64>,
    /// Documents of `ALL_DOCUMENT`; empty = all.
    #[serde(default)]
    pub document_ids: Vec<u64>,
    /// Seal to use here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_id: Option<SealId>,
    /// Text to look for; wins over the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// 1 = first hit, n = n-th, 0 = every, -1 = last; absent = 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword_index: Option<i32>,
    /// 1-based page, 0 = every page, -1 = last; absent = 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<i32>,
    /// Fraction of the page width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_x: Option<f64>,
    /// Fraction of the page height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_y: Option<f64>,
    /// Allowed date styles; the first is the default.
    #[serde(default)]
    pub date_patterns: Vec<DatePattern>,
    /// Box width in points (PERSONAL, TIMESTAMP), 10 to 120.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
    /// Box height in points (PERSONAL, TIMESTAMP), 4 to 48.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<f64>,
    /// Clockwise, 0 to 360 degrees.
    #[serde(default)]
    pub rotation_degrees: f64,
}

impl Stamper {
    /// A position of this kind with nothing else said.
    #[must_use]
    pub const fn new(stamper_type: StamperType) -> Self {
        Self {
            action_id: None,
            signatory_id: None,
            stamper_type,
            across_type: AcrossType::SingleDocument,
            seal_page_config: None,
            document_id: None,
            document_ids: Vec::new(),
            seal_id: None,
            keyword: None,
            keyword_index: None,
            page: None,
            offset_x: None,
            offset_y: None,
            date_patterns: Vec::new(),
            width: None,
            height: None,
            rotation_degrees: 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_style() {
        let write = |pattern: DatePattern| pattern.write(2026, 1, 31);
        assert_eq!(write(DatePattern::Hyphen), "2026-01-31");
        assert_eq!(write(DatePattern::Chinese), "2026年01月31日");
        assert_eq!(write(DatePattern::AllChinese), "二〇二六年一月三十一日");
        assert_eq!(write(DatePattern::English), "January 31, 2026");
    }

    #[test]
    fn chinese_days() {
        let days: Vec<String> = [1, 10, 11, 20, 21, 30].map(chinese_number).to_vec();
        assert_eq!(days, ["一", "十", "十一", "二十", "二十一", "三十"]);
    }
}
