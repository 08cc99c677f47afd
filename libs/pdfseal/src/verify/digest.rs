//! Digests of what signatures cover, in one pass over the file for all of them.

use aws_lc_rs::digest::{self, Context};
use sealpki::DigestAlgorithm;

use super::coverage::Coverage;

/// Digest states of the file up to some position, one per algorithm that was asked for; they move forward only. Asked in
/// the order of the revisions, n signatures cost one digest of the file and not n.
#[derive(Default)]
pub(super) struct Running {
    states: Vec<State>,
}

struct State {
    algorithm: DigestAlgorithm,
    context: Context,
    position: usize,
}

impl Running {
    /// The digest of everything but the hole. An algorithm this crate does not compute gives nothing, which no signature
    /// matches.
    pub(super) fn digest(&mut self, file: &[u8], coverage: &Coverage, algorithm: DigestAlgorithm) -> Vec<u8> {
        let kind = match algorithm {
            DigestAlgorithm::Sha256 => &digest::SHA256,
            DigestAlgorithm::Sha384 => &digest::SHA384,
            DigestAlgorithm::Sha512 => &digest::SHA512,
            _ => return Vec::new(),
        };
        let fresh = || State {
            algorithm,
            context: Context::new(kind),
            position: 0,
        };
        let index = match self.states.iter().position(|state| state.algorithm == algorithm) {
            Some(index) => index,
            None => {
                self.states.push(fresh());
                self.states.len() - 1
            }
        };
        let Some(state) = self.states.get_mut(index) else {
            return Vec::new();
        };
        if coverage.hole.start < state.position {
            *state = fresh();
        }
        state
            .context
            .update(file.get(state.position..coverage.hole.start).unwrap_or_default());
        state.position = coverage.hole.start;
        let mut whole = state.context.clone();
        whole.update(file.get(coverage.hole.end..coverage.end).unwrap_or_default());
        whole.finish().as_ref().to_vec()
    }
}
