//! The account of a company that pays for contracts (`organisation` 4.15, D-19). A company without one is unlimited.

use serde::{Deserialize, Serialize};

use crate::id::CompanyId;
use crate::time::Timestamp;

/// Money that contracts are paid from, in fen (1/100 yuan).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Owner: the platform company, or a subsidiary with an account of its own.
    pub company_id: CompanyId,
    /// What is left.
    pub balance_fen: i64,
    /// Price of sending one contract; above 0.
    pub price_fen: i64,
    /// Contracts paid so far.
    pub sent: u64,
    /// When last changed.
    pub modify_time: Timestamp,
}

/// The balance does not pay for another contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the balance does not cover another contract")]
pub struct BalanceTooLow;

impl Account {
    /// The account after one more contract was paid.
    ///
    /// # Errors
    /// [`BalanceTooLow`].
    pub fn charged(mut self, now: Timestamp) -> Result<Self, BalanceTooLow> {
        if self.balance_fen < self.price_fen {
            return Err(BalanceTooLow);
        }
        self.balance_fen -= self.price_fen;
        self.sent += 1;
        self.modify_time = now;
        Ok(self)
    }

    /// How many more contracts the balance pays for.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        let times = self.balance_fen.checked_div(self.price_fen).unwrap_or_default();
        u64::try_from(times).unwrap_or_default()
    }
}

/// An amount in yuan with two decimals.
#[must_use]
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// Reads an amount in yuan with at most two decimals, as `12`, `12.5`, `12.50`.
#[must_use]
pub fn parse_yuan(text: &str) -> Option<i64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let fen: i64 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_are_paid_until_the_balance_is_too_low() {
        let now = Timestamp::from_ms(1_795_140_000_000);
        let account = Account {
            company_id: CompanyId::new(1),
            balance_fen: 450,
            price_fen: 200,
            sent: 7,
            modify_time: now.plus_ms(-5),
        };
        assert_eq!(account.remaining(), 2);
        let account = account.charged(now).unwrap().charged(now).unwrap();
        assert_eq!(
            (account.balance_fen, account.sent, account.remaining()),
            (50, 9, 0)
        );
        assert_eq!(account.charged(now), Err(BalanceTooLow));
    }

    #[test]
    fn amounts_have_two_decimals() {
        assert_eq!(
            (yuan(0), yuan(1205), yuan(-7)),
            ("0.00".to_owned(), "12.05".to_owned(), "-0.07".to_owned())
        );
        assert_eq!(
            (parse_yuan("12.5"), parse_yuan("12"), parse_yuan("0.05")),
            (Some(1250), Some(1200), Some(5))
        );
        for wrong in ["", ".5", "1.234", "-1", "1e3", "99999999999999999999"] {
            assert_eq!(parse_yuan(wrong), None, "{wrong}");
        }
    }
}
