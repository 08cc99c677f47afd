//! The simulator of every question about identities. It works offline, always answers alike, and agrees with everything that
//! is well formed (D-57), except for the data below, so that every course of an authentication can be tried:
//!
//! | data | what happens |
//! |---|---|
//! | identity number with birth year 1904 | name and number do not belong together |
//! | … 1905 | the check gets no answer (time-out); a check of the face never ends |
//! | … 1906 | the source is undecided: staff has to look |
//! | … 1907 | the face is somebody else's |
//! | mobile number ending in 404 | belongs to somebody else |
//! | … 504 | the check gets no answer (time-out) |
//! | bank card beginning with 404 | belongs to somebody else |
//! | … 504 | the check gets no answer (time-out) |
//! | registration number containing `404` at its end | unknown company |
//! | … `504` | the check gets no answer (time-out) |
//! | … `606` | the source is undecided: staff has to look |
//! | account number ending in 404 | the payment is refused |

use std::time::Duration;

use super::{
    Asking, BankTransfer, Checking, CompanyCheck, CompanyClaim, FaceCheck, FaceClaim, FaceResult, FaceStart,
    IdentityResult, PersonCheck, PersonClaim, TransferClaim, TransferReceipt,
};
use crate::error::SendError;

/// Name under which records show the simulator.
pub const SIMULATOR_NAME: &str = "simulator";

/// See the table of the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdentitySimulator;

impl PersonCheck for IdentitySimulator {
    fn check_person<'a>(&'a self, claim: &'a PersonClaim, _now_ms: i64) -> Checking<'a> {
        let year = birth_year(&claim.card_no);
        let mobile = claim.mobile.as_deref().unwrap_or_default();
        let card = claim.bankcard_no.as_deref().unwrap_or_default();
        if year == Some("1905") || mobile.ends_with("504") || card.starts_with("504") {
            return Box::pin(std::future::ready(Err(no_answer())));
        }
        let unknown = year == Some("1904");
        let wrong = [
            (!is_name(&claim.name) || unknown, "name"),
            (!is_identity_number(&claim.card_no) || unknown, "cardNo"),
            (
                claim.mobile.is_some() && (!is_mobile(mobile) || mobile.ends_with("404")),
                "mobile",
            ),
            (
                claim.bankcard_no.is_some() && (!is_bank_card(card) || card.starts_with("404")),
                "bankcardNo",
            ),
        ];
        answer(&wrong, year == Some("1906"))
    }
}

impl CompanyCheck for IdentitySimulator {
    fn check_company<'a>(&'a self, claim: &'a CompanyClaim, _now_ms: i64) -> Checking<'a> {
        let number = claim.register_no.as_str();
        if number.ends_with("504") {
            return Box::pin(std::future::ready(Err(no_answer())));
        }
        let wrong = [
            (!is_name(&claim.name), "companyName"),
            (
                !is_register_number(number) || number.ends_with("404"),
                "registerNo",
            ),
            (
                claim.legal_person.as_deref().is_some_and(|it| !is_name(it)),
                "legalPerson",
            ),
        ];
        answer(&wrong, number.ends_with("606"))
    }
}

impl FaceCheck for IdentitySimulator {
    fn start_face<'a>(&'a self, claim: &'a FaceClaim, _now_ms: i64) -> Asking<'a, FaceStart> {
        let verdict = match birth_year(&claim.card_no) {
            Some("1905") => "wait",
            Some("1904" | "1907") => "fail",
            _ => "pass",
        };
        Box::pin(std::future::ready(Ok(FaceStart {
            ticket: format!("{verdict}-{}", claim.order),
            page_url: None,
            simulated: true,
        })))
    }

    fn face_result<'a>(&'a self, ticket: &'a str, order: &'a str, _now_ms: i64) -> Asking<'a, FaceResult> {
        let result = match ticket.split_once('-') {
            Some((verdict, own)) if own == order => match verdict {
                "wait" => Ok(FaceResult::Pending),
                verdict => Ok(FaceResult::Done {
                    passed: verdict == "pass",
                    provider: SIMULATOR_NAME,
                    number: Some(format!("sim-{order}")),
                    simulated: true,
                }),
            },
            _ => Err(SendError::Answer {
                service: "the identity simulator",
                problem: "the ticket belongs to another check".to_owned(),
            }),
        };
        Box::pin(std::future::ready(result))
    }
}

impl BankTransfer for IdentitySimulator {
    fn pay<'a>(&'a self, claim: &'a TransferClaim, _now_ms: i64) -> Asking<'a, TransferReceipt> {
        let result = if claim.account_no.ends_with("404") {
            Err(SendError::Refused {
                service: "the identity simulator",
                reason: "there is no such account".to_owned(),
            })
        } else {
            Ok(TransferReceipt {
                number: format!("sim-{}", claim.order),
                simulated: true,
                shown_fen: Some(claim.amount_fen),
            })
        };
        Box::pin(std::future::ready(result))
    }
}

fn no_answer() -> SendError {
    SendError::Timeout {
        service: "the identity simulator",
        after: Duration::ZERO,
    }
}

fn answer<'a>(wrong: &[(bool, &'static str)], undecided: bool) -> Checking<'a> {
    let mismatch: Vec<&'static str> = wrong
        .iter()
        .filter(|(is_wrong, _)| *is_wrong)
        .map(|(_, field)| *field)
        .collect();
    let result = IdentityResult {
        undecided: undecided && mismatch.is_empty(),
        mismatch,
        provider: SIMULATOR_NAME,
        number: None,
        simulated: true,
    };
    Box::pin(std::future::ready(Ok(result)))
}

fn birth_year(number: &str) -> Option<&str> {
    number.trim().get(6..10)
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

    fn person(card_no: &str, mobile: &str, bankcard_no: Option<&str>) -> PersonClaim {
        PersonClaim {
            name: "张三".to_owned(),
            card_no: card_no.to_owned(),
            mobile: Some(mobile.to_owned()),
            bankcard_no: bankcard_no.map(str::to_owned),
        }
    }

    #[tokio::test]
    async fn the_documented_numbers_lead_where_the_table_says() {
        const GOOD: &str = "11010519491231002X";
        let checked = async |claim: PersonClaim| IdentitySimulator.check_person(&claim, 0).await;
        assert!(checked(person(GOOD, "13800000001", None)).await.unwrap().agrees());
        let wrong = checked(person(GOOD, "13800000404", None)).await.unwrap();
        assert_eq!(wrong.mismatch, ["mobile"]);
        let unknown = checked(person("110105190412310025", "13800000001", None)).await;
        assert_eq!(unknown.unwrap().mismatch, ["name", "cardNo"]);
        let undecided = checked(person("11010519061231002X", "13800000001", None))
            .await
            .unwrap();
        assert!(undecided.undecided && !undecided.agrees());
        let slow = checked(person(GOOD, "13800000504", None)).await;
        assert!(slow.unwrap_err().is_transient());
        let card = checked(person(GOOD, "13800000001", Some("4041111111111114"))).await;
        assert!(card.unwrap().mismatch.contains(&"bankcardNo"));
    }

    #[tokio::test]
    async fn a_face_ticket_is_good_for_its_own_check_only() {
        let claim = FaceClaim {
            order: "17".to_owned(),
            name: "张三".to_owned(),
            card_no: "11010519491231002X".to_owned(),
            return_url: "https://example.com".to_owned(),
        };
        let started = IdentitySimulator.start_face(&claim, 0).await.unwrap();
        let result = IdentitySimulator
            .face_result(&started.ticket, "17", 0)
            .await
            .unwrap();
        assert!(matches!(
            result,
            FaceResult::Done {
                passed: true,
                simulated: true,
                ..
            }
        ));
        assert!(
            IdentitySimulator
                .face_result(&started.ticket, "18", 0)
                .await
                .is_err()
        );
    }
}
