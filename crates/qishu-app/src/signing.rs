//! Signing: from positions to stamps, from stamps to a signed revision, from there to the next state.

mod audit;
mod auto_sign;
mod company_sign;
mod layer;
mod level;
mod mark;
mod personal_sign;
mod pipeline;
mod place;
mod positions;
mod recover;

pub use audit::{Audit, employee_audit};
pub(crate) use auto_sign::auto_sign;
pub(crate) use company_sign::system_actor;
pub use company_sign::{SignParam, company_sign, legal_person_sign};
pub(crate) use layer::{CHINA_OFFSET_MINUTES, SIGNER_RESERVE};
pub(crate) use level::{extend, stamp, time_stamp_reserve, with_time_stamp};
pub(crate) use mark::Mark;
pub use personal_sign::{CompanyChoice, PersonalSign, personal_sign};
pub(crate) use pipeline::{Act, ActRequest, PlannedAct, company_subject, perform, perform_locked};
pub use place::Found;
pub(crate) use place::{DocumentAids, check_positions, find_positions, load_aids};
pub(crate) use positions::{bind_stampers, check_type, require_positions};
pub use recover::recover_acts;
