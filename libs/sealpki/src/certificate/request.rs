//! Asking an authority elsewhere for a certificate: CertificationRequest (PKCS #10, RFC 2986).

use crate::der::{Writer, encode, tag};
use crate::key::{KeyError, PrivateKey};
use crate::name::DistinguishedName;

/// A request for a certificate of this key under this name, in DER. It has no attributes.
///
/// # Errors
/// [`KeyError`] when the key cannot sign.
pub fn certification_request(subject: &DistinguishedName, key: &PrivateKey) -> Result<Vec<u8>, KeyError> {
    let info = encode(|w| {
        w.sequence(|w| {
            w.small_integer(0);
            w.raw(subject.as_der());
            w.raw(key.subject_public_key_info());
            w.element(tag::context_constructed(0), &[]);
        });
    });
    let signature = key.sign(&info)?;
    Ok(encode(|w: &mut Writer| {
        w.sequence(|w| {
            w.raw(&info);
            key.signature_algorithm().write(w);
            w.bit_string_octets(&signature);
        });
    }))
}
