//! Object identifiers by name, as the contents octets of their encoding.

/// Text form (`1.2.840…`) of contents octets, for messages and for attributes without a short name.
pub(crate) fn to_text(oid: &[u8]) -> String {
    let mut text = String::new();
    let mut arc = 0u128;
    for &octet in oid {
        arc = (arc.saturating_mul(128)).saturating_add(u128::from(octet & 0x7f));
        if octet & 0x80 != 0 {
            continue;
        }
        if text.is_empty() {
            let first = (arc / 40).min(2);
            text = format!("{first}.{}", arc - first * 40);
        } else {
            text.push('.');
            text.push_str(&arc.to_string());
        }
        arc = 0;
    }
    text
}

// PKCS #1 and ANSI X9.62 keys and signatures
pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
pub(crate) const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
pub(crate) const CURVE_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
pub(crate) const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
// NIST digests
pub(crate) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
// CMS (RFC 5652) and ESS (RFC 5035)
pub(crate) const CMS_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
pub(crate) const CMS_SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
pub(crate) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
pub(crate) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
pub(crate) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
pub(crate) const SIGNING_CERTIFICATE_V2: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];
// X.520 attribute types
pub(crate) const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
pub(crate) const SERIAL_NUMBER: &[u8] = &[0x55, 0x04, 0x05];
pub(crate) const COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
pub(crate) const LOCALITY: &[u8] = &[0x55, 0x04, 0x07];
pub(crate) const STATE: &[u8] = &[0x55, 0x04, 0x08];
pub(crate) const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
pub(crate) const ORGANISATIONAL_UNIT: &[u8] = &[0x55, 0x04, 0x0b];
pub(crate) const ORGANISATION_IDENTIFIER: &[u8] = &[0x55, 0x04, 0x61];
// Certificate extensions (RFC 5280 4.2)
pub(crate) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
pub(crate) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 0x1f];
pub(crate) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 0x20];
pub(crate) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
pub(crate) const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
// Access methods and extended key usages
pub(crate) const ACCESS_OCSP: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];
pub(crate) const ACCESS_CA_ISSUERS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02];
pub(crate) const EKU_EMAIL_PROTECTION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04];
pub(crate) const EKU_DOCUMENT_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x24];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_the_registered_numbers() {
        assert_eq!(to_text(SHA256_WITH_RSA), "1.2.840.113549.1.1.11");
        assert_eq!(to_text(ECDSA_WITH_SHA256), "1.2.840.10045.4.3.2");
        assert_eq!(to_text(CURVE_P256), "1.2.840.10045.3.1.7");
        assert_eq!(to_text(SHA256), "2.16.840.1.101.3.4.2.1");
        assert_eq!(to_text(SIGNING_CERTIFICATE_V2), "1.2.840.113549.1.9.16.2.47");
        assert_eq!(to_text(EKU_DOCUMENT_SIGNING), "1.3.6.1.5.5.7.3.36");
        assert_eq!(to_text(EXTENDED_KEY_USAGE), "2.5.29.37");
        assert_eq!(to_text(ORGANISATION_IDENTIFIER), "2.5.4.97");
    }
}
