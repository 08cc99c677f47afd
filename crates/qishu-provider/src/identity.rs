//! Compares data of people and companies with official ones: a trait, and a simulator that knows their form only.

use std::future::Future;
use std::pin::Pin;

use crate::error::SendError;

/// A comparison under way.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<IdentityResult, SendError>> + Send + 'a>>;

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityResult {
    /// Names of the fields that differ, as in the request; empty = everything agrees.
    pub mismatch: Vec<&'static str>,
    /// Nobody official was asked.
    pub simulated: bool,
}

/// A person as the caller describes them.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonClaim {
    /// Name.
    pub name: String,
    /// Number of the identity card.
    pub card_no: String,
    /// Mobile number registered with the operator.
    pub mobile: Option<String>,
    /// Bank card.
    pub bankcard_no: Option<String>,
}

/// A company as the caller describes it.
#[derive(Clone, PartialEq, Eq)]
pub struct CompanyClaim {
    /// Full legal name.
    pub name: String,
    /// Registration number.
    pub register_no: String,
    /// Legal representative.
    pub legal_person: Option<String>,
}

/// Somebody who knows official data.
pub trait IdentitySource: Send + Sync {
    /// Compares a person's data.
    fn check_person<'a>(&'a self, claim: &'a PersonClaim) -> Checking<'a>;

    /// Compares a company's data.
    fn check_company<'a>(&'a self, claim: &'a CompanyClaim) -> Checking<'a>;
}

/// Agrees with everything that is well formed (D-57): sandboxes have no data source.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdentitySimulator;

impl IdentitySource for IdentitySimulator {
    fn check_person<'a>(&'a self, claim: &'a PersonClaim) -> Checking<'a> {
        let wrong = [
            (!is_name(&claim.name), "name"),
            (!is_identity_number(&claim.card_no), "cardNo"),
            (claim.mobile.as_deref().is_some_and(|it| !is_mobile(it)), "mobile"),
            (
                claim.bankcard_no.as_deref().is_some_and(|it| !is_bank_card(it)),
                "bankcardNo",
            ),
        ];
        answer(&wrong)
    }

    fn check_company<'a>(&'a self, claim: &'a CompanyClaim) -> Checking<'a> {
        let wrong = [
            (!is_name(&claim.name), "companyName"),
            (!is_register_number(&claim.register_no), "registerNo"),
            (
                claim.legal_person.as_deref().is_some_and(|it| !is_name(it)),
                "legalPerson",
            ),
        ];
        answer(&wrong)
    }
}

fn answer<'a>(wrong: &[(bool, &'static str)]) -> Checking<'a> {
    let mismatch = wrong
        .iter()
        .filter(|(is_wrong, _)| *is_wrong)
        .map(|(_, field)| *field);
    let result = IdentityResult {
        mismatch: mismatch.collect(),
        simulated: true,
    };
    Box::pin(std::future::ready(Ok(result)))
}

fn is_name(text: &str) -> bool {
    text.chars().count() >= 2 && text.chars().all(|c| !c.is_control() && !c.is_ascii_digit())
}

/// Eighteen characters whose last one checks the others (GB 11643-1999, ISO 7064 MOD 11-2).
fn is_identity_number(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let characters: Vec<char> = text.trim().to_ascii_uppercase().chars().collect();
    let Some((last, digits)) = characters.split_last().filter(|_| characters.len() == 18) else {
        return false;
    };
    let digits: Option<Vec<u32>> = digits.iter().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let sum: u32 = digits
            .iter()
            .zip(WEIGHTS)
            .map(|(digit, weight)| digit * weight)
            .sum();
        CHECKS.get((sum % 11) as usize) == Some(last)
    })
}

fn is_mobile(text: &str) -> bool {
    text.len() == 11 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Twelve to nineteen digits whose last one checks the others (ISO/IEC 7812-1, the Luhn formula).
fn is_bank_card(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (12..=19).contains(&digits.len())) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A unified credit code (18 letters and digits) or an older registration number (13 to 15 digits).
fn is_register_number(text: &str) -> bool {
    let is_code = text.len() == 18
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_code || ((13..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_numbers_agree() {
        assert!(is_identity_number("11010519491231002X") && is_identity_number("11010519491231002x"));
        assert!(is_bank_card("4111111111111111"));
        assert!(is_register_number("91310000MA1QISHU01") && is_register_number("310115000123456"));
        assert!(is_mobile("13800000001"));
    }

    #[test]
    fn others_differ() {
        for wrong in [
            "110105194912310021",
            "11010519491231002",
            "",
            "abcdefghijklmnopqr",
        ] {
            assert!(!is_identity_number(wrong), "{wrong}");
        }
        assert!(!is_bank_card("4111111111111112") && !is_bank_card("4111"));
        assert!(!is_register_number("91310000ma1qishu01") && !is_register_number("1"));
        assert!(!is_mobile("23800000001") && !is_mobile("138000000"));
    }
}
