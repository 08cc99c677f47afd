//! Reads PDF files strictly, stamps and signs them by incremental update, verifies signatures.
//!
//! Levels, each usable alone: objects and their notation ([`object`], [`serialize`]), a file opened for
//! reading ([`Document`]), a clean rewrite before the first signature ([`rebuild()`], with watermarks [`overlay`]),
//! new documents ([`compose`]), signatures, validation data and time-stamps as appended revisions ([`sign`]), judging
//! all of them ([`verify`](mod@verify)). The library has no
//! clock, no I/O, no global state and no unsafe code; every loop over foreign input is bounded by [`Limits`].

#![deny(missing_docs)]

pub mod appearance;
mod attachment;
pub mod compose;
mod crypt;
mod document;
mod error;
mod filter;
pub mod font;
mod lexer;
mod limits;
pub mod object;
mod page;
mod rebuild;
mod revision;
pub mod serialize;
pub mod sign;
mod signed;
pub mod text;
pub mod verify;
mod xref;

pub use attachment::AttachedFile;
pub use document::{Document, RawDictionary};
pub use error::{Place, ReadError};
pub use lexer::RawEntry;
pub use limits::Limits;
pub use object::{Dictionary, Name, Object, PdfString, Reference, Stream, StreamData};
pub use page::{Page, Rectangle};
pub use rebuild::{Mark, MergeError, Rebuilt, Removed, RemovedKind, merge, overlay, rebuild};
pub use revision::{Revision, XrefKind};
