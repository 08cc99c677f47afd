//! Finds out what an uploaded file is and turns it into PDF.
//!
//! [`kind`] judges by content, never by name alone; [`picture`] makes a one-page PDF of a PNG or JPEG picture, or gives the
//! bare pixels of a picture. Office files, HTML and other pictures are recognised, so that the caller can say clearly
//! what they are, but not converted here. Their results depend on nothing but the bytes given. [`worker`] has such work
//! done in locked-in processes.

pub mod kind;
pub mod picture;
pub mod worker;

pub use kind::{FileKind, KindError, decide_kind};
pub use picture::{PictureError, Pixels, decode_picture, picture_to_pdf};
