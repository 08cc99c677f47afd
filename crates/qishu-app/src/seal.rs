//! Seals: choosing, drawing, listing.

mod choose;
mod create;
mod draw;
mod read;

pub(crate) use choose::{choose_seal, require_seal};
pub(crate) use create::draw_company_seal;
pub use create::{SealImage, SealOrder, create_seal};
pub(crate) use draw::{draw_text, load_picture, store_pictures};
pub use read::{SealQuery, list_seals, seal_detail, seal_image};
