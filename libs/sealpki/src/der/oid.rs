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

/// Contents octets of a text form; `None` when it is none (X.660: at least two arcs, the first 0 to 2, the second below
/// 40 under 0 and 1).
pub(crate) fn from_text(text: &str) -> Option<Vec<u8>> {
    let arc = |part: &str| {
        let canonical = part == "0" || !part.starts_with('0');
        let digits = part.bytes().all(|octet| octet.is_ascii_digit());
        (canonical && digits).then(|| part.parse::<u64>().ok()).flatten()
    };
    let mut parts = text.split('.').map(arc);
    let (first, second) = (parts.next()??, parts.next()??);
    if first > 2 || (first < 2 && second > 39) {
        return None;
    }
    let mut octets = Vec::new();
    push_arc(&mut octets, second.checked_add(first * 40)?);
    for part in parts {
        push_arc(&mut octets, part?);
    }
    Some(octets)
}

/// Seven bits an octet, the highest first, bit 8 set on all but the last (X.690 8.19.2).
fn push_arc(octets: &mut Vec<u8>, arc: u64) {
    let groups = (64 - arc.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let low = u8::try_from((arc >> (group * 7)) & 0x7f).unwrap_or_default();
        octets.push(if group == 0 { low } else { low | 0x80 });
    }
}

// PKCS #1 and ANSI X9.62 keys and signatures
pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
pub(crate) const MD2_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x02];
pub(crate) const MD5_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04];
pub(crate) const SHA1_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05];
pub(crate) const SHA1_WITH_RSA_OIW: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1d];
pub(crate) const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
pub(crate) const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
pub(crate) const SHA384_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c];
pub(crate) const SHA512_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];
pub(crate) const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
pub(crate) const CURVE_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
pub(crate) const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
pub(crate) const CURVE_P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
pub(crate) const ECDSA_WITH_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
pub(crate) const ECDSA_WITH_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
pub(crate) const ECDSA_WITH_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
pub(crate) const DSA_WITH_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03];
pub(crate) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
// Chinese algorithms (GM/T 0006) and content types (GM/T 0010, GB/T 35275)
pub(crate) const SM2_CURVE: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];
pub(crate) const SM2_SIGN: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x01];
pub(crate) const SM2_WITH_SM3: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75];
pub(crate) const SM2_WITH_SM3_MISSPELT: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x83, 0x75];
pub(crate) const SM3: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x11];
pub(crate) const GM_DATA: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x06, 0x01, 0x04, 0x02, 0x01];
pub(crate) const GM_SIGNED_DATA: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x06, 0x01, 0x04, 0x02, 0x02];
// Digests. SHA-1 only names certificates in OCSP, which knows no other way to be understood everywhere (RFC 5019 2.1.1).
pub(crate) const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
pub(crate) const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05];
pub(crate) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
pub(crate) const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
pub(crate) const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
// CMS (RFC 5652) and ESS (RFC 5035)
pub(crate) const CMS_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
pub(crate) const CMS_SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
pub(crate) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
pub(crate) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
pub(crate) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
pub(crate) const SIGNING_CERTIFICATE_V2: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];
// Time-stamps (RFC 3161)
pub(crate) const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
pub(crate) const SIGNATURE_TIME_STAMP: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e];
// X.520 attribute types
pub(crate) const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
pub(crate) const SERIAL_NUMBER: &[u8] = &[0x55, 0x04, 0x05];
pub(crate) const COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
pub(crate) const LOCALITY: &[u8] = &[0x55, 0x04, 0x07];
pub(crate) const STATE: &[u8] = &[0x55, 0x04, 0x08];
pub(crate) const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
pub(crate) const ORGANISATIONAL_UNIT: &[u8] = &[0x55, 0x04, 0x0b];
pub(crate) const ORGANISATION_IDENTIFIER: &[u8] = &[0x55, 0x04, 0x61];
pub(crate) const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01];
// Certificate extensions (RFC 5280 4.2)
pub(crate) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
pub(crate) const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
pub(crate) const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 0x14];
pub(crate) const REASON_CODE: &[u8] = &[0x55, 0x1d, 0x15];
pub(crate) const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 0x18];
pub(crate) const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 0x1c];
pub(crate) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 0x1f];
pub(crate) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 0x20];
pub(crate) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
pub(crate) const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
// Access methods and extended key usages
pub(crate) const ACCESS_OCSP: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];
pub(crate) const ACCESS_CA_ISSUERS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02];
pub(crate) const EKU_EMAIL_PROTECTION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04];
pub(crate) const EKU_TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
pub(crate) const EKU_OCSP_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];
pub(crate) const EKU_DOCUMENT_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x24];
// OCSP (RFC 6960)
pub(crate) const OCSP_BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
pub(crate) const OCSP_NONCE: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];
pub(crate) const OCSP_NO_CHECK: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x05];

// Protection by password (RFC 8018) and PKCS #12 (RFC 7292)
pub(crate) const CMS_ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
pub(crate) const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
pub(crate) const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
pub(crate) const HMAC_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07];
pub(crate) const HMAC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09];
pub(crate) const HMAC_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a];
pub(crate) const HMAC_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b];
pub(crate) const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];
pub(crate) const AES_128_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02];
pub(crate) const AES_192_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16];
pub(crate) const AES_256_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a];
pub(crate) const PBE_SHA1_3DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03];
pub(crate) const PBE_SHA1_RC2_128: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x05];
pub(crate) const PBE_SHA1_RC2_40: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x06];
pub(crate) const PKCS12_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x01];
pub(crate) const PKCS12_SHROUDED_KEY_BAG: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x02];
pub(crate) const PKCS12_CERTIFICATE_BAG: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x03];
pub(crate) const PKCS12_X509_CERTIFICATE: &[u8] =
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_octets_are_two_forms_of_one_identifier() {
        for text in [
            "1.2.840.113549.1.9.16.2.14",
            "2.999.3",
            "0.0",
            "1.39.128.16383.16384",
            "2.5.29.37",
        ] {
            assert_eq!(to_text(&from_text(text).unwrap()), text);
        }
        assert_eq!(from_text("1.2.840.113549.1.9.16.1.4").as_deref(), Some(TST_INFO));
        for bad in [
            "",
            "1",
            "3.1",
            "1.40",
            "1..2",
            "1.02",
            "1.2.",
            "1.2.-3",
            "1.2.99999999999999999999",
        ] {
            assert_eq!(from_text(bad), None, "{bad}");
        }
    }

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
        assert_eq!(to_text(SIGNATURE_TIME_STAMP), "1.2.840.113549.1.9.16.2.14");
        assert_eq!(to_text(EKU_TIME_STAMPING), "1.3.6.1.5.5.7.3.8");
        assert_eq!(to_text(EKU_OCSP_SIGNING), "1.3.6.1.5.5.7.3.9");
        assert_eq!(to_text(OCSP_BASIC), "1.3.6.1.5.5.7.48.1.1");
        assert_eq!(to_text(OCSP_NO_CHECK), "1.3.6.1.5.5.7.48.1.5");
        assert_eq!(to_text(SHA1), "1.3.14.3.2.26");
        assert_eq!(to_text(RSASSA_PSS), "1.2.840.113549.1.1.10");
        assert_eq!(to_text(CURVE_P384), "1.3.132.0.34");
        assert_eq!(to_text(ED25519), "1.3.101.112");
        assert_eq!(to_text(DSA_WITH_SHA1), "1.2.840.10040.4.3");
        assert_eq!(to_text(CMS_ENCRYPTED_DATA), "1.2.840.113549.1.7.6");
        assert_eq!(to_text(PBES2), "1.2.840.113549.1.5.13");
        assert_eq!(to_text(HMAC_SHA256), "1.2.840.113549.2.9");
        assert_eq!(to_text(AES_256_CBC), "2.16.840.1.101.3.4.1.42");
        assert_eq!(to_text(PBE_SHA1_RC2_40), "1.2.840.113549.1.12.1.6");
        assert_eq!(to_text(PKCS12_X509_CERTIFICATE), "1.2.840.113549.1.9.22.1");
        assert_eq!(to_text(SM2_CURVE), "1.2.156.10197.1.301");
        assert_eq!(to_text(SM2_SIGN), "1.2.156.10197.1.301.1");
        assert_eq!(to_text(SM2_WITH_SM3), "1.2.156.10197.1.501");
        assert_eq!(to_text(SM2_WITH_SM3_MISSPELT), "1.2.156.10197.501");
        assert_eq!(to_text(SM3), "1.2.156.10197.1.401");
        assert_eq!(to_text(GM_SIGNED_DATA), "1.2.156.10197.6.1.4.2.2");
        assert_eq!(to_text(SHA512), "2.16.840.1.101.3.4.2.3");
    }
}
