//! What becomes of somebody's part in contracts when they leave a company (`organisation` 4.12).

use super::{Contract, SignatoryStatus};
use crate::contact::User;
use crate::id::CompanyId;

impl Contract {
    /// Puts `heir` wherever a person of `company` whom `leaving` recognises still has something to do: as the one who
    /// made the contract, as the receiver of an open party, as the performer of an open step. Where the heir stands already,
    /// the person is only taken out. What was done stays in the name of the one who did it. Answers whether anything changed.
    pub fn hand_over(&mut self, company: CompanyId, leaving: impl Fn(&User) -> bool, heir: &User) -> bool {
        let mut changed = false;
        if self.company_id == company {
            changed |= replace(self.creator.iter_mut(), &leaving, heir);
        }
        for party in &mut self.signatories {
            if party.company_id != Some(company)
                || !(party.status.is_open() || party.status == SignatoryStatus::Draft)
            {
                continue;
            }
            changed |= replace(party.receiver.iter_mut(), &leaving, heir);
            for action in party.actions.iter_mut().filter(|action| action.status.is_open()) {
                changed |= replace(action.operators.iter_mut(), &leaving, heir);
                let mut seen: Vec<User> = Vec::new();
                action.operators.retain(|user| {
                    let first = !seen.iter().any(|other| other.same_contact(user));
                    seen.push(user.clone());
                    first
                });
            }
        }
        changed
    }
}

fn replace<'a>(
    users: impl Iterator<Item = &'a mut User>,
    leaving: &impl Fn(&User) -> bool,
    heir: &User,
) -> bool {
    let mut changed = false;
    for user in users.filter(|user| leaving(user)) {
        user.clone_from(heir);
        changed = true;
    }
    changed
}
