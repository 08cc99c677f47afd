//! A tree over the hashes of rows, as in RFC 6962 2.1: with its root and a few hashes beside the way, one row is proved
//! to be among all of them, without showing any other.

use aws_lc_rs::digest::{Context, SHA256};

/// A leaf and an inner node never have the same hash (RFC 6962 2.1).
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// The root over these hashes; that of nothing is zero bytes.
#[must_use]
pub fn root(hashes: &[[u8; 32]]) -> [u8; 32] {
    match hashes {
        [] => [0; 32],
        [one] => leaf(one),
        more => {
            let (left, right) = more.split_at(split(more.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The hashes beside the way from a row to the root, lowest first; none for a row that is not there.
#[must_use]
pub fn path(hashes: &[[u8; 32]], index: usize) -> Vec<[u8; 32]> {
    if hashes.len() < 2 || index >= hashes.len() {
        return Vec::new();
    }
    let at = split(hashes.len());
    let (left, right) = hashes.split_at(at);
    let (mut way, beside) = if index < at {
        (path(left, index), root(right))
    } else {
        (path(right, index - at), root(left))
    };
    way.push(beside);
    way
}

/// The root that follows from row `index` of `count`, its hash and its way; `None` when the way has another length.
#[must_use]
pub fn root_of_path(hash: &[u8; 32], index: usize, count: usize, way: &[[u8; 32]]) -> Option<[u8; 32]> {
    if index >= count {
        return None;
    }
    if count == 1 {
        return way.is_empty().then(|| leaf(hash));
    }
    let (beside, rest) = way.split_last()?;
    let at = split(count);
    if index < at {
        Some(node(&root_of_path(hash, index, at, rest)?, beside))
    } else {
        Some(node(beside, &root_of_path(hash, index - at, count - at, rest)?))
    }
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: usize) -> usize {
    count.div_ceil(2).next_power_of_two()
}

fn leaf(hash: &[u8; 32]) -> [u8; 32] {
    digest(&[&[LEAF], hash])
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    digest(&[&[NODE], left, right])
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(count: u8) -> Vec<[u8; 32]> {
        (0..count).map(|number| [number; 32]).collect()
    }

    #[test]
    fn every_row_of_every_tree_is_proved_and_nothing_else() {
        for count in 1..=33_u8 {
            let hashes = hashes(count);
            let (root, count) = (root(&hashes), usize::from(count));
            for (index, hash) in hashes.iter().enumerate() {
                let way = path(&hashes, index);
                assert_eq!(
                    root_of_path(hash, index, count, &way),
                    Some(root),
                    "{index} of {count}"
                );
                assert_ne!(root_of_path(&[99; 32], index, count, &way), Some(root));
                assert_ne!(
                    root_of_path(hash, (index + 1) % count, count, &way).filter(|_| count > 1),
                    Some(root)
                );
                assert_eq!(root_of_path(hash, count, count, &way), None);
                let mut longer = way.clone();
                longer.push([0; 32]);
                assert_ne!(root_of_path(hash, index, count, &longer), Some(root));
            }
        }
    }

    #[test]
    fn trees_split_at_powers_of_two() {
        let at: Vec<usize> = (2..=9).map(split).collect();
        assert_eq!(at, [1, 2, 2, 4, 4, 4, 4, 8]);
        let all = hashes(3);
        assert_eq!(root(&all), node(&root(&all[..2]), &leaf(&all[2])));
    }
}
