//! 合同延期: `POST /v2/contract/delay`.

use qishu_model::contract::{Command, ContractAddress, ContractState};
use qishu_model::time::Timestamp;

use super::events::store_change;
use super::locate::locate_to_change;
use crate::{ApiCaller, App, AppError};

/// How far the deadline moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// By this many days from the present deadline.
    Days(i64),
    /// To this moment.
    Until(Timestamp),
}

/// Moves the deadline of a contract in signing, or brings an expired one back to where it was (D-35).
///
/// # Errors
/// `1101` by status; `1005` for a deadline before the present one, in the past, or more than two years after sending.
pub async fn delay_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    delay: Delay,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("delay_contract");
    let stored = locate_to_change(&mut transaction, caller, address).await?;
    let contract = &stored.value;
    if !matches!(
        contract.state,
        ContractState::Signing | ContractState::Expired { .. }
    ) {
        return Err(contract.wrong_status().into());
    }
    let now = app.now();
    let present = contract.expire_time.unwrap_or(now);
    let sent = contract.publish_time.unwrap_or(contract.create_time);
    let until = new_deadline(present, sent, delay, now)?;
    let transition = contract.apply(Command::Delay { until }, app.now())?;
    store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    transaction.commit().await?;
    Ok(())
}

fn new_deadline(
    present: Timestamp,
    sent: Timestamp,
    delay: Delay,
    now: Timestamp,
) -> Result<Timestamp, AppError> {
    let (field, until) = match delay {
        Delay::Days(days) => ("days", present.plus_days(days)),
        Delay::Until(until) => ("expireDate", until),
    };
    if until < present {
        return Err(AppError::invalid(field, "before the present deadline"));
    }
    // Otherwise the contract would expire again at once.
    if until <= now {
        return Err(AppError::invalid(field, "the new deadline has passed already"));
    }
    if until > sent.plus_years(2) {
        return Err(AppError::invalid(field, "more than two years after sending"));
    }
    Ok(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_ms(1_795_000_000_000 + number * DAY_MS)
    }

    #[test]
    fn the_new_deadline_lies_between_the_present_one_and_two_years_after_sending() {
        let at = |delay, now| new_deadline(day(30), day(0), delay, day(now)).ok();
        assert_eq!(at(Delay::Days(5), 1), Some(day(35)));
        assert_eq!(
            at(Delay::Until(day(30)), 1),
            Some(day(30)),
            "not before is not after"
        );
        assert_eq!(at(Delay::Until(day(29)), 1), None);
        assert_eq!(at(Delay::Days(5), 40), None, "expired again at once");
        assert_eq!(at(Delay::Days(11), 40), Some(day(41)));
        assert_eq!(at(Delay::Days(730), 1), None);
        let latest = day(0).plus_years(2);
        assert_eq!(at(Delay::Until(latest), 1), Some(latest));
    }
}
