//! Business categories: read through the API (chapter 7 of the organisation group), made and changed by the console and by
//! `qishu category import`.

mod definition;
mod manage;
mod read;

pub use definition::{CategoryDefinition, DefinitionError, StamperPlace};
pub use manage::{remove_category, save_category, set_category_state};
pub use read::{CategoryDetail, CategoryQuery, category_detail, list_categories};
