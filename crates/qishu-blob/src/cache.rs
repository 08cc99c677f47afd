//! Verified parts kept in memory: the least recently used go first.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use crate::digest::Digest;

/// At most `limit` bytes of parts.
pub(crate) struct Cache {
    limit: usize,
    used: usize,
    /// Grows with every use; orders parts by their last one.
    turn: u64,
    parts: HashMap<Digest, (u64, Bytes)>,
    order: BTreeMap<u64, Digest>,
}

impl Cache {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            used: 0,
            turn: 0,
            parts: HashMap::new(),
            order: BTreeMap::new(),
        }
    }

    pub(crate) fn find(&mut self, digest: &Digest) -> Option<Bytes> {
        let (last, bytes) = self.parts.get_mut(digest)?;
        self.order.remove(last);
        self.turn += 1;
        *last = self.turn;
        self.order.insert(self.turn, *digest);
        Some(bytes.clone())
    }

    /// Keeps a part that was just verified. One larger than a quarter of the limit is not kept: it would push out everything else.
    pub(crate) fn keep(&mut self, digest: Digest, bytes: &Bytes) {
        if bytes.len() > self.limit / 4 || self.parts.contains_key(&digest) {
            return;
        }
        self.turn += 1;
        self.used += bytes.len();
        self.order.insert(self.turn, digest);
        self.parts.insert(digest, (self.turn, bytes.clone()));
        while self.used > self.limit {
            let Some((_, oldest)) = self.order.pop_first() else {
                return;
            };
            if let Some((_, bytes)) = self.parts.remove(&oldest) {
                self.used -= bytes.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(fill: u8) -> (Digest, Bytes) {
        let bytes = Bytes::from(vec![fill; 10]);
        (Digest::of(&bytes), bytes)
    }

    #[test]
    fn the_least_recently_used_part_goes_first() {
        let mut cache = Cache::new(40);
        for fill in 0..4 {
            let (digest, bytes) = part(fill);
            cache.keep(digest, &bytes);
        }
        assert!(cache.find(&part(0).0).is_some());
        let (digest, bytes) = part(9);
        cache.keep(digest, &bytes);
        let kept: Vec<bool> = (0..4).map(|fill| cache.find(&part(fill).0).is_some()).collect();
        assert_eq!(kept, [true, false, true, true]);
        assert_eq!(cache.used, 40);
    }

    #[test]
    fn large_parts_are_not_kept() {
        let mut cache = Cache::new(40);
        let bytes = Bytes::from(vec![0; 11]);
        cache.keep(Digest::of(&bytes), &bytes);
        assert_eq!(cache.used, 0);
    }
}
