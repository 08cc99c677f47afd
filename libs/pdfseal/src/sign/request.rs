//! What one signing act wants: stamps, texts and a time.

use crate::appearance::{Stamp, StampPicture};

/// One signing act: one signature over the whole file, shown as any number of stamps.
///
/// Each stamp becomes a signature field with one widget; all of them share the same signature. Without stamps the
/// signature is invisible.
#[derive(Clone, Debug)]
pub struct SignRequest<'a> {
    /// Visible stamps, in any order.
    pub stamps: &'a [Stamp],
    /// Pictures the stamps point at by index. A picture already in the file from an earlier signature is not embedded
    /// again.
    pub pictures: &'a [&'a StampPicture],
    /// Start of the field names, unique in the document (for example the id of the signing act): field n is called
    /// `<prefix>-<n>`. One to 100 ASCII letters, digits, `_` or `-`.
    pub field_prefix: &'a str,
    /// Who signs (`/Name`).
    pub signer_name: Option<&'a str>,
    /// Why (`/Reason`).
    pub reason: Option<&'a str>,
    /// Where (`/Location`).
    pub location: Option<&'a str>,
    /// When the signer says the signature was made (`/M`).
    pub time: SigningTime,
    /// Bytes kept free for the CMS: `SignerIdentity::cms_len_max` plus whatever is added to it. A larger CMS is refused.
    pub contents_reserve: usize,
}

/// What a signature shall forbid later ones, and what it is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignOptions {
    /// Certify the document (DocMDP). Only the first signature can.
    pub certification: Option<Certification>,
    /// Lock form fields with this signature (FieldMDP, and `/Lock` of its fields).
    pub lock: Option<Lock>,
    /// What will be put into `/Contents`.
    pub format: SignatureFormat,
}

/// What is in `/Contents`, as `/Filter` and `/SubFilter` say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureFormat {
    /// A CMS as PAdES wants it: `ETSI.CAdES.detached`. Also for SM2 keys, with either layout of the CMS.
    #[default]
    Cades,
    /// A CMS under the older name `adbe.pkcs7.detached`, which some Chinese validators look for.
    Pkcs7,
    /// SES_Signature of GB/T 38540 or GM/T 0031. No names are registered for it, so they are given: 1 to 100 ASCII letters,
    /// digits or `.` each. [`SignatureFormat::seal`] has the usual ones.
    Seal {
        /// `/Filter`.
        filter: String,
        /// `/SubFilter`.
        sub_filter: String,
    },
}

impl SignatureFormat {
    /// SES_Signature under the names most readers know: `GM.PKILite` and `GM.sm2seal`.
    #[must_use]
    pub fn seal() -> Self {
        Self::Seal {
            filter: "GM.PKILite".to_owned(),
            sub_filter: "GM.sm2seal".to_owned(),
        }
    }

    pub(super) fn names(&self) -> (&str, &str) {
        match self {
            Self::Cades => ("Adobe.PPKLite", "ETSI.CAdES.detached"),
            Self::Pkcs7 => ("Adobe.PPKLite", "adbe.pkcs7.detached"),
            Self::Seal { filter, sub_filter } => (filter, sub_filter),
        }
    }
}

/// What may be done to a certified document (ISO 32000-2, table 257). Level 1 is not offered because viewers disagree on
/// whether it forbids validation data, level 3 because it allows annotations over the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certification {
    /// Level 2: filling in forms and signing. Later signatures are invisible, as a stamp could hide what was certified.
    FillInAndSign,
}

/// Which form fields a signature locks (ISO 32000-2, tables 236 and 259).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lock {
    /// All, so that nobody can sign any more: for the last signature. Validation data and time-stamps can still follow.
    AllFields,
    /// The fields with these names.
    Fields(Vec<String>),
}

/// A point in time with the offset it is written in (ISO 32000-2, 7.9.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningTime {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: i64,
    /// Minutes east of Greenwich, -720 to 840; 480 is UTC+8.
    pub offset_minutes: i16,
}

impl SigningTime {
    /// `D:20260131120000+08'00'`. Years outside 0 to 9999 and offsets out of range give `None`.
    #[must_use]
    pub fn to_pdf_date(self) -> Option<String> {
        if !(-720..=840).contains(&self.offset_minutes) {
            return None;
        }
        let local = self
            .unix_seconds
            .checked_add(i64::from(self.offset_minutes) * 60)?;
        let (year, month, day) = civil_date(local.div_euclid(86_400))?;
        let second = local.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let offset = self.offset_minutes.unsigned_abs();
        let (offset_hours, offset_minutes) = (offset / 60, offset % 60);
        Some(format!(
            "D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{sign}{offset_hours:02}'{offset_minutes:02}'"
        ))
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
fn civil_date(days: i64) -> Option<(i64, i64, i64)> {
    // Days are counted from 0000-03-01, so that the leap day is the last of its year; 400 years have 146,097 days.
    let shifted = days.checked_add(719_468)?;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (0..=9999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(unix_seconds: i64, offset_minutes: i16) -> Option<String> {
        SigningTime {
            unix_seconds,
            offset_minutes,
        }
        .to_pdf_date()
    }

    #[test]
    fn dates_carry_their_offset() {
        assert_eq!(date(0, 0).unwrap(), "D:19700101000000+00'00'");
        assert_eq!(date(951_782_400, 480).unwrap(), "D:20000229080000+08'00'");
        assert_eq!(date(1_795_330_000, -210).unwrap(), "D:20261122031640-03'30'");
        assert_eq!(date(-1, 0).unwrap(), "D:19691231235959+00'00'");
    }

    #[test]
    fn impossible_times_are_refused() {
        assert_eq!(date(0, 900), None);
        assert_eq!(date(i64::MAX, 0), None);
        assert_eq!(date(i64::MAX - 86_400, 480), None);
    }
}
