//! AES-128 with PKCS#7 padding, as integrators decrypt it (4.5).

use aws_lc_rs::cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

/// Length of the key and of a block, in bytes.
pub(crate) const KEY_LENGTH: usize = 16;

/// Electronic code book: equal blocks show. It is what the documentation prescribes.
pub(crate) fn encrypt_ecb(key: &[u8; KEY_LENGTH], plain: &[u8]) -> Option<Vec<u8>> {
    let mut data = plain.to_vec();
    let key = UnboundCipherKey::new(&AES_128, key).ok()?;
    PaddedBlockEncryptingKey::ecb_pkcs7(key)
        .ok()?
        .encrypt(&mut data)
        .ok()?;
    Some(data)
}

/// Cipher block chaining; the initial vector is the key (D26).
pub(crate) fn encrypt_cbc(key: &[u8; KEY_LENGTH], plain: &[u8]) -> Option<Vec<u8>> {
    let mut data = plain.to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(key));
    let key = UnboundCipherKey::new(&AES_128, key).ok()?;
    PaddedBlockEncryptingKey::cbc_pkcs7(key)
        .ok()?
        .less_safe_encrypt(&mut data, context)
        .ok()?;
    Some(data)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const PLAIN: &[u8] =
        br#"{"contractId":"3014826187358859384","callbackType":"COMPLETE","contractStatus":"COMPLETE"}"#;
    const KEY: &[u8; 16] = b"0123456789AbCdEf";

    #[test]
    fn ecb_gives_the_documented_vectors() {
        let expected = "Z3t1HCYR4w3/AwFrdQGZJ/0Wn74izuJItyNw2UTHH8OlXcOyKZxxBcxpwMr/Ora709gLUvOHqErWCvtw6oQ479u61753AdSnjBMLwNv6pNz0OQqRGiuUh/hoPP+g1BqJ";
        assert_eq!(STANDARD.encode(encrypt_ecb(KEY, PLAIN).unwrap()), expected);
        let short = encrypt_ecb(b"0123456789abcdef", br#"{"item":"AUTHORIZE"}"#).unwrap();
        assert_eq!(
            STANDARD.encode(short),
            "0TTxVgVGweNr45kOG+1n9R0SZZUc0zVa5ap9Kb0la6w="
        );
    }

    #[test]
    fn cbc_gives_the_documented_vector() {
        let expected = "pc0R4QC4MmvGtSkPlDn+xjRNi1Woy/YLEQJtnH03lLwueNlHQ5NfoMfzLr8lvXbq1r4IM54yFlj+UZkHSCZABgVg6h0MlyF8leUxW2tBy5WCL8m1EatGmfJDFkhUUm34";
        assert_eq!(STANDARD.encode(encrypt_cbc(KEY, PLAIN).unwrap()), expected);
    }

    #[test]
    fn a_full_block_gets_a_block_of_padding() {
        for length in [0, 1, 15, 16, 17, 32] {
            let padded = (length / 16 + 1) * 16;
            assert_eq!(encrypt_ecb(KEY, &vec![b'x'; length]).unwrap().len(), padded);
            assert_eq!(encrypt_cbc(KEY, &vec![b'x'; length]).unwrap().len(), padded);
        }
    }
}
