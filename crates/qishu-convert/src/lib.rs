//! Finds out what an uploaded file is and turns it into PDF.
//!
//! [`kind`] judges by content, never by name alone; [`picture`] makes PDFs of pictures, or gives the bare pixels of one;
//! [`text`] reads plain text; [`template`] finds and fills the parameters of Word and HTML templates. Their results
//! depend on nothing but the bytes given. [`worker`] has such work done in locked-in processes, and [`office`] has
//! LibreOffice convert office files and HTML in one.

pub mod kind;
pub mod office;
mod package;
pub mod picture;
pub mod template;
pub mod text;
pub mod worker;

pub use kind::{FileKind, KindError, decide_kind};
pub use package::PackageError;
pub use picture::{PictureError, Pixels, decode_picture, picture_to_pdf};
