//! Making revocation lists.

use super::{CrlError, RevocationList, RevocationReason, RevokedCertificate};
use crate::certificate::Issuer;
use crate::der::{encode, oid, time};
use crate::extension;
use crate::key::PrivateKey;

/// Everything that goes into a revocation list but the signature.
#[derive(Debug, Clone)]
pub struct CrlTemplate {
    /// Who issued the certificates and this list.
    pub issuer: Issuer,
    /// Higher than that of every earlier list of this issuer (RFC 5280 5.2.3).
    pub number: u64,
    /// When the list was made, in seconds since 1970-01-01T00:00:00Z.
    pub this_update_unix_s: i64,
    /// When the next one will be there at the latest, in seconds since 1970-01-01T00:00:00Z.
    pub next_update_unix_s: i64,
    /// All certificates that are revoked and not expired. The order does not matter.
    pub revoked: Vec<RevokedCertificate>,
}

/// Signs a revocation list (version 2, with number and authority key identifier) and reads the result back.
///
/// # Errors
/// [`CrlError::Validity`] for a list that ends before it begins, [`CrlError::Duplicate`] for a certificate that is in it
/// twice, [`CrlError::Key`] when the key fails.
pub fn sign_crl(template: &CrlTemplate, issuer_key: &PrivateKey) -> Result<RevocationList, CrlError> {
    if template.next_update_unix_s <= template.this_update_unix_s {
        return Err(CrlError::Validity);
    }
    let mut revoked: Vec<&RevokedCertificate> = template.revoked.iter().collect();
    revoked.sort_by(|one, other| one.serial.cmp(&other.serial));
    if let Some([first, _]) = revoked
        .array_windows()
        .find(|[one, next]| one.serial == next.serial)
    {
        return Err(CrlError::Duplicate(first.serial.to_string()));
    }
    let algorithm = issuer_key.signature_algorithm();
    let to_be_signed = encode(|w| {
        w.sequence(|w| {
            w.small_integer(1);
            algorithm.write(w);
            w.raw(template.issuer.name.as_der());
            time::write(w, template.this_update_unix_s);
            time::write(w, template.next_update_unix_s);
            // RFC 5280 5.1.2.6: without entries the field must be absent.
            if !revoked.is_empty() {
                w.sequence(|w| revoked.iter().for_each(|entry| write_entry(w, entry)));
            }
            w.explicit(0, |w| {
                w.sequence(|w| {
                    let key_id = extension::authority_key_id(&template.issuer.key_id);
                    extension::write(w, oid::AUTHORITY_KEY_ID, false, &key_id);
                    let number = encode(|w| w.unsigned_integer(&template.number.to_be_bytes()));
                    extension::write(w, oid::CRL_NUMBER, false, &number);
                });
            });
        });
    });
    let signature = issuer_key.sign(&to_be_signed)?;
    let der = encode(|w| {
        w.sequence(|w| {
            w.raw(&to_be_signed);
            algorithm.write(w);
            w.bit_string_octets(&signature);
        });
    });
    RevocationList::from_der(&der)
}

fn write_entry(writer: &mut crate::der::Writer, entry: &RevokedCertificate) {
    writer.sequence(|w| {
        w.element(crate::der::tag::INTEGER, entry.serial.as_octets());
        time::write(w, entry.at_unix_s);
        // RFC 5280 5.3.1: "unspecified" is said by saying nothing.
        if let Some(reason) = entry
            .reason
            .filter(|reason| *reason != RevocationReason::Unspecified)
        {
            w.sequence(|w| {
                let code = encode(|w| w.enumerated(reason.code()));
                extension::write(w, oid::REASON_CODE, false, &code);
            });
        }
    });
}
