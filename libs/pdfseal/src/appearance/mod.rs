//! Stamps: what a signature looks like on the page.
//!
//! A picture is turned into ready PDF objects **once**, when a seal is made ([`StampPicture`]); signing then only copies
//! those bytes. [`PageGeometry`] maps the place a reader sees to the page's own coordinates, so that a stamp stands
//! upright on rotated, cropped and scaled pages. Nothing here knows about signatures, files or time.

mod emit;
mod geometry;
mod jpeg;
mod picture;
mod png;
mod stamp;
mod text;
mod vector;

pub(crate) use emit::{deflate, push_integer, push_number, push_numbers, push_reference};
pub(crate) use stamp::appearance_form;
pub use {
    geometry::{PageGeometry, WidgetPlace},
    picture::{MAX_PICTURE_PIXELS, PictureError, StampPicture},
    stamp::{Slice, Stamp},
    vector::{FillRule, Rgb, Segment, VectorPath, VectorPicture},
};
