//! Signing: from positions to stamps, from stamps to a signed revision, from there to the next state.

mod auto_sign;
mod company_sign;
mod mark;
mod pipeline;
mod place;
mod positions;
mod recover;

pub(crate) use auto_sign::auto_sign;
pub(crate) use company_sign::system_actor;
pub use company_sign::{SignParam, company_sign, legal_person_sign};
pub(crate) use mark::Mark;
pub(crate) use pipeline::{Act, ActRequest, PlannedAct, company_subject, perform};
pub use place::Found;
pub(crate) use place::{DocumentAids, check_positions, find_positions, load_aids};
pub(crate) use positions::bind_stampers;
pub use recover::recover_acts;
