//! One test binary for the crate; a module per subject.
mod read_corpus;
mod rebuild_corpus;
mod sign;
