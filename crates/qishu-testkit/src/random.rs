//! Bytes that look random and repeat from run to run.

use std::sync::atomic::{AtomicU64, Ordering};

/// A deterministic source (SplitMix64). Never for keys that protect anything.
#[derive(Debug)]
pub struct TestRandom(AtomicU64);

impl TestRandom {
    /// A source that always gives the same bytes for the same seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next 64 bits.
    pub fn next_u64(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut bits = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound` (which must not be 0).
    pub fn below(&self, bound: u64) -> u64 {
        self.next_u64() % bound
    }

    /// Fills `out`.
    pub fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let bytes = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_for_a_seed_and_differs_between_seeds() {
        let draw = |seed| {
            let mut out = [0; 21];
            TestRandom::new(seed).fill(&mut out);
            out
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!((0..100).all(|seed| TestRandom::new(seed).below(6) < 6));
    }
}
