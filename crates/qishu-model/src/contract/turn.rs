//! Who may act now (6.2, 6.3): turns of parties, turns of steps inside a company.

use super::{Action, ActionStatus, Contract, Signatory, SignatoryStatus};

impl Contract {
    /// Puts every party and step that is now in turn to work. Idempotent.
    ///
    /// Sequential contracts: the lowest group of equal numbers with an unfinished party is in turn. Parallel
    /// contracts: everybody is.
    pub(super) fn advance_turns(&mut self) {
        let lowest_open = self
            .signatories
            .iter()
            .filter(|party| party.status.is_open())
            .map(|party| party.serial_no)
            .min();
        let Some(lowest_open) = lowest_open else { return };
        let ordinal = self.ordinal;
        for party in self.signatories.iter_mut().filter(|party| party.status.is_open()) {
            let in_turn = !ordinal || party.serial_no == lowest_open;
            if in_turn {
                party.status = SignatoryStatus::Signing;
                party.advance_steps();
            } else {
                party.status = SignatoryStatus::Waiting;
            }
        }
    }
}

impl Signatory {
    /// Starts the lowest group of unfinished steps.
    fn advance_steps(&mut self) {
        let lowest = self
            .actions
            .iter()
            .filter(|action| action.status.is_open())
            .map(|action| action.serial_no)
            .min();
        for action in &mut self.actions {
            if action.status == ActionStatus::Init && Some(action.serial_no) == lowest {
                action.status = ActionStatus::Start;
            }
        }
    }

    /// Every step is finished (a person has none).
    pub(super) fn all_steps_finished(&self) -> bool {
        self.actions
            .iter()
            .all(|action| action.status == ActionStatus::Finish)
    }

    /// Ends every open step with `status`.
    pub(super) fn end_steps(&mut self, status: ActionStatus) {
        let open = |action: &&mut Action| action.status.is_open();
        self.actions
            .iter_mut()
            .filter(open)
            .for_each(|action| action.status = status);
    }

    /// Steps that wait for their people now.
    pub fn started_actions(&self) -> impl Iterator<Item = &Action> {
        self.actions
            .iter()
            .filter(|action| action.status == ActionStatus::Start)
    }
}
