//! The password function of PKCS #12 (RFC 7292 appendix B).

use std::num::NonZeroU32;

use aws_lc_rs::{digest, hmac};
use zeroize::Zeroizing;

use crate::der::oid;
use crate::digest::UnacceptedAlgorithm;

/// Digests files are protected with. SHA-1 is among them because old files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Function {
    pub(super) fn from_oid(identifier: &[u8]) -> Result<Self, UnacceptedAlgorithm> {
        match identifier {
            oid::SHA1 => Ok(Self::Sha1),
            oid::SHA256 => Ok(Self::Sha256),
            oid::SHA384 => Ok(Self::Sha384),
            oid::SHA512 => Ok(Self::Sha512),
            other => Err(UnacceptedAlgorithm::Unknown(oid::to_text(other))),
        }
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }

    pub(super) fn len_bytes(self) -> usize {
        self.digest().output_len()
    }

    /// Block length of the digest, `v` in the standard.
    fn block_len(self) -> usize {
        self.digest().block_len()
    }

    /// Compares in constant time.
    pub(super) fn is_mac_of(self, key: &[u8], content: &[u8], code: &[u8]) -> bool {
        let algorithm = match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        };
        hmac::verify(&hmac::Key::new(algorithm, key), content, code).is_ok()
    }
}

/// What the derived bytes are for; the number is the ID byte of the standard.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// Derives `length` bytes.
pub(super) fn derive(
    function: Function,
    purpose: Purpose,
    password: &str,
    salt: &[u8],
    rounds: NonZeroU32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let block = function.block_len();
    let fill = |bytes: &[u8]| -> Vec<u8> {
        let whole = bytes.len().div_ceil(block) * block;
        bytes.iter().copied().cycle().take(whole).collect()
    };
    // Appendix B.1: BMPString with a terminator.
    let units = password.encode_utf16().chain(std::iter::once(0));
    let text = Zeroizing::new(units.flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
    let mut input = Zeroizing::new([fill(salt), fill(&text)].concat());
    let diversifier = vec![purpose as u8; block];
    let mut output = Zeroizing::new(Vec::new());
    while output.len() < length {
        let mut context = digest::Context::new(function.digest());
        context.update(&diversifier);
        context.update(&input);
        let mut hash = context.finish();
        for _ in 1..rounds.get() {
            hash = digest::digest(function.digest(), hash.as_ref());
        }
        output.extend_from_slice(hash.as_ref());
        let addend = fill(hash.as_ref());
        for part in input.chunks_exact_mut(block) {
            add_plus_one(part, addend.get(..block).unwrap_or(&addend));
        }
    }
    output.truncate(length);
    output
}

/// Adds a big-endian number and one, modulo the length.
fn add_plus_one(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1u16;
    for (digit, added) in number.iter_mut().rev().zip(addend.iter().rev()) {
        let sum = u16::from(*digit) + u16::from(*added) + carry;
        let [high, low] = sum.to_be_bytes();
        *digit = low;
        carry = u16::from(high);
    }
}
