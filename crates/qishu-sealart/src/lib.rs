//! Draws seal pictures as vectors: company seals, legal-representative and personal seals, and lines of text.
//!
//! Everything in a [`Drawing`] is a filled outline in millimetres, text included, so a seal looks the same in a PDF,
//! in a browser and on paper, and no reader needs a font. [`Drawing::to_svg`] and [`Drawing::to_png`] turn it into
//! files. The geometry follows the conventions for Chinese company seals (D-38 to D-44); each constant says which.
//!
//! The crate draws what it is told. It does not know who may own a seal, stores nothing, and never leaves a blank
//! where a character should be: a character that the bundled faces lack is an error that names it.

mod company;
mod drawing;
mod error;
mod font;
mod geometry;
mod line;
mod lower;
mod name_seal;
mod photo;
mod png_file;
mod rim;
mod shapes;
mod spec;
mod svg;
mod text;

#[cfg(test)]
mod contact_sheet;

pub use company::{CompanySealSpec, company_seal};
pub use drawing::{Drawing, FillRule, Point, Rgb, Segment, Shape};
pub use error::SealArtError;
pub use font::{sans_font, song_font};
pub use line::{Typeface, text_line};
pub use name_seal::{NameSealSize, PersonalSealShape, legal_person_seal, personal_name_seal};
pub use photo::{PhotoPixels, PhotoSeal, photo_seal};
pub use spec::{SealSpec, SealStyle};
