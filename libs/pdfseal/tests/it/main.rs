//! One test binary for the crate; a module per subject.
#[cfg(test)]
mod attack;
#[cfg(test)]
mod encrypted;
#[cfg(test)]
mod long_term;
#[cfg(test)]
mod read_corpus;
#[cfg(test)]
mod read_mutations;
#[cfg(test)]
mod read_rules;
#[cfg(test)]
mod read_streams;
#[cfg(test)]
mod rebuild_corpus;
#[cfg(test)]
mod rebuild_rules;
#[cfg(test)]
mod sign;
#[cfg(test)]
mod sign_verify;
#[cfg(test)]
mod sm2;
#[cfg(test)]
mod text_pdf;
