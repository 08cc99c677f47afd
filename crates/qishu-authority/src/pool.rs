//! Ready keys for one signing act each.
//!
//! Making an RSA key takes some hundred milliseconds, too long while somebody waits for a signature. A background job
//! keeps a few ready. They exist in memory only: a key nobody used is gone with the process, and nothing is lost.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sealpki::{KeyAlgorithm, KeyError, PrivateKey, PublicKey};

/// A key that signs for one act. It can be used only by giving it to [`Authority::issue`](crate::Authority::issue).
#[derive(Debug)]
pub struct OneTimeKey(PrivateKey);

impl OneTimeKey {
    /// Makes a key at once, without a pool.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the cryptographic library fails.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyError> {
        PrivateKey::generate(algorithm).map(Self)
    }

    pub(crate) fn into_private_key(self) -> PrivateKey {
        self.0
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        self.0.public_key()
    }
}

/// Keys of one algorithm, made before they are needed. To be shared between threads.
#[derive(Debug)]
pub struct KeyPool {
    algorithm: KeyAlgorithm,
    ready: Mutex<VecDeque<OneTimeKey>>,
}

impl KeyPool {
    /// An empty pool.
    pub fn new(algorithm: KeyAlgorithm) -> Self {
        Self {
            algorithm,
            ready: Mutex::new(VecDeque::new()),
        }
    }

    /// The algorithm of its keys.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// How many keys are ready.
    pub fn ready(&self) -> usize {
        self.keys().len()
    }

    /// Makes keys until `target` are ready, and returns how many were made. It uses processor time and blocks the
    /// calling thread, never one that takes a key.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the cryptographic library fails; keys made before stay.
    pub fn fill(&self, target: usize) -> Result<usize, KeyError> {
        let mut made = 0;
        while self.ready() < target {
            let key = OneTimeKey::generate(self.algorithm)?;
            self.keys().push_back(key);
            made += 1;
        }
        Ok(made)
    }

    /// Takes a ready key, or makes one when there is none.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the cryptographic library fails.
    pub fn take(&self) -> Result<OneTimeKey, KeyError> {
        let ready = self.keys().pop_front();
        match ready {
            Some(key) => Ok(key),
            None => OneTimeKey::generate(self.algorithm),
        }
    }

    /// A thread that panicked elsewhere leaves complete keys behind: nothing is done to the list that can stop halfway.
    fn keys(&self) -> MutexGuard<'_, VecDeque<OneTimeKey>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_pool_fills_to_its_target_and_never_runs_dry() {
        let pool = KeyPool::new(KeyAlgorithm::EcdsaP256);
        assert_eq!(pool.fill(3).unwrap(), 3);
        assert_eq!(pool.fill(3).unwrap(), 0);
        assert_eq!(pool.ready(), 3);
        let keys: HashSet<Vec<u8>> = (0..5)
            .map(|_| pool.take().unwrap().public_key().spki().to_vec())
            .collect();
        assert_eq!(keys.len(), 5, "no key is given out twice");
        assert_eq!(pool.ready(), 0);
    }

    #[test]
    fn threads_share_a_pool() {
        let pool = KeyPool::new(KeyAlgorithm::EcdsaP256);
        std::thread::scope(|scope| {
            scope.spawn(|| pool.fill(20).unwrap());
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        pool.take().unwrap();
                    }
                });
            }
        });
        assert!(pool.ready() <= 20);
    }
}
