//! Voiding complete contracts (`contracts` 5.8 to 5.11): a further document is signed by every party that signed the contract,
//! through the same pipeline. When the last one has signed the contract is void; when one refuses it stays as it is.

mod act;
mod cancel;
mod follow;
mod sign;
mod start;
mod template;
mod upload;

use qishu_model::contract::{Stamper, StamperType};

pub(crate) use act::{VoidAct, used_seal};
pub use cancel::cancel_void;
pub(crate) use follow::{follow, sign_waiting};
pub use sign::{InvalidSign, invalid_sign};
pub use start::{VoidPaper, void_by_file};
pub(crate) use start::{party_name, start_void};
pub use template::void_by_template;

use crate::AppError;

/// Whether a position of this type may stand for a party on a void document (5.9): seals for companies, signatures for
/// persons, dates for both.
///
/// # Errors
/// `1106`.
fn check_type(stamper: &Stamper, company: bool) -> Result<(), AppError> {
    let kind = stamper.stamper_type;
    let fits = match kind {
        StamperType::Timestamp => true,
        StamperType::Personal => !company,
        StamperType::Company => company,
        StamperType::Lp => false,
        _ => company && kind.is_across(),
    };
    if fits {
        Ok(())
    } else {
        Err(AppError::InvalidStamperType { kind: kind.name() })
    }
}
