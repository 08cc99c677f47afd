//! Seals: making, choosing, drawing, listing, changing, reviewing, and the record of their use.

mod choose;
mod create;
mod draw;
mod edit;
pub(crate) mod picture;
mod read;
mod review;
mod status;
mod users;
mod uses;

pub(crate) use choose::{choose_seal, enabled_seals, is_usable, require_seal};
pub(crate) use create::draw_company_seal;
pub use create::{SealImage, SealOrder, create_seal};
pub(crate) use draw::{draw_text, load_picture, store_pictures, vector_picture};
pub use edit::{SealEdit, edit_seal};
pub use picture::{PictureSeal, create_seal_by_image};
pub use read::{SealQuery, employee_seal_image, list_seals, seal_detail, seal_image};
pub use review::{Verdict, pending_reviews, review_seal};
pub use status::{remove_seal, set_seal_enabled};
pub(crate) use users::{as_user, hand_over_seals};
pub(crate) use uses::record_uses;
pub use uses::seal_uses;
