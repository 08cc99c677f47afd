//! Digests of what signatures cover, in one pass over the file for all of them.

use aws_lc_rs::digest::{self, Context};
use sealpki::{DigestAlgorithm, Sm3State};

use super::coverage::Coverage;

/// Digest states of the file up to some position, one per algorithm that was asked for; they move forward only. Asked in
/// the order of the revisions, n signatures cost one digest of the file and not n.
#[derive(Default)]
pub(super) struct Running {
    states: Vec<State>,
}

#[derive(Clone)]
struct State {
    algorithm: DigestAlgorithm,
    hasher: Hasher,
    position: usize,
}

#[derive(Clone)]
enum Hasher {
    Sha2(Box<Context>),
    Sm3(Box<Sm3State>),
}

impl Running {
    /// The digest of everything but the hole. An algorithm this crate does not compute gives nothing, which no signature
    /// matches.
    pub(super) fn digest(&mut self, file: &[u8], coverage: &Coverage, algorithm: DigestAlgorithm) -> Vec<u8> {
        let Some(hasher) = Hasher::new(algorithm) else {
            return Vec::new();
        };
        let fresh = State {
            algorithm,
            hasher,
            position: 0,
        };
        let index = match self.states.iter().position(|state| state.algorithm == algorithm) {
            Some(index) => index,
            None => {
                self.states.push(fresh.clone());
                self.states.len() - 1
            }
        };
        let Some(state) = self.states.get_mut(index) else {
            return Vec::new();
        };
        if coverage.hole.start < state.position {
            *state = fresh;
        }
        state
            .hasher
            .update(file.get(state.position..coverage.hole.start).unwrap_or_default());
        state.position = coverage.hole.start;
        let mut whole = state.hasher.clone();
        whole.update(file.get(coverage.hole.end..coverage.end).unwrap_or_default());
        whole.finish()
    }
}

impl Hasher {
    fn new(algorithm: DigestAlgorithm) -> Option<Self> {
        let sha2 = |kind| Self::Sha2(Box::new(Context::new(kind)));
        Some(match algorithm {
            DigestAlgorithm::Sha256 => sha2(&digest::SHA256),
            DigestAlgorithm::Sha384 => sha2(&digest::SHA384),
            DigestAlgorithm::Sha512 => sha2(&digest::SHA512),
            DigestAlgorithm::Sm3 => Self::Sm3(Box::new(Sm3State::new())),
            _ => return None,
        })
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha2(context) => context.update(bytes),
            Self::Sm3(state) => state.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha2(context) => context.finish().as_ref().to_vec(),
            Self::Sm3(state) => state.finish().to_vec(),
        }
    }
}
