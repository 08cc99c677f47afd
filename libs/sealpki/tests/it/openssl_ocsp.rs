//! OpenSSL as judge of revocation lists and OCSP, and as their maker.

use sealpki::{
    CertificateStatus, KeyAlgorithm, OcspHash, OcspRequest, RevocationList, RevocationReason,
    RevokedCertificate, sign_crl, verify_ocsp_response,
};

use crate::openssl_tool::OpenSsl;
use crate::pki::{NOW, Pki, SERVICES};
use crate::revocation::{answer, crl_template, entry, responder};

const LEAF: &str = "张三";
const ALGORITHMS: [KeyAlgorithm; 2] = [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048];

fn revoked() -> CertificateStatus {
    CertificateStatus::Revoked {
        at_unix_s: NOW - 86_400,
        reason: Some(RevocationReason::KeyCompromise),
    }
}

#[test]
fn openssl_accepts_our_answers() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in ALGORITHMS {
        let pki = Pki::from_rows(algorithm, SERVICES);
        openssl.write_pki(&pki);
        for (status, said) in [
            (CertificateStatus::Good, "leaf.pem: good"),
            (revoked(), "Reason: keyCompromise"),
            (CertificateStatus::Unknown, "leaf.pem: unknown"),
        ] {
            let made = answer(&pki, OcspHash::Sha1, status);
            openssl.write(
                "answer.der",
                &responder(&pki).respond(&[made], None, NOW).unwrap(),
            );
            // The status times are compared with the present; a wide margin makes the test independent of it.
            let text = openssl.accepts(&format!(
                "ocsp -respin answer.der -issuer issuing.pem -cert leaf.pem -CAfile root.pem -verify_other \
                 issuing.pem -attime {NOW} -validity_period 3000000000"
            ));
            assert!(text.contains("Response verify OK"), "{text}");
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        let text = openssl.accepts("ocsp -respin answer.der -resp_text -noverify");
        assert!(text.contains("Responder Id: "), "{text}");
    }
}

/// OpenSSL asks about what we name, and answers it.
#[test]
fn answers_of_openssl_are_accepted() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in ALGORITHMS {
        let pki = Pki::from_rows(algorithm, SERVICES);
        openssl.write_pki(&pki);
        openssl.write_certificate(&pki, "responder", "Test Responder");
        openssl.write_key(&pki, "responder", "Test Responder");
        let leaf = pki.certificate(LEAF);
        let serial = leaf.serial().to_string().to_uppercase();
        let request = OcspRequest {
            nonce: Some(vec![9; 16]),
            ..OcspRequest::new(leaf, pki.issuing())
        };
        openssl.write("request.der", &request.to_der());
        let cases = [
            (format!("V\t301231235959Z\t\t{serial}\tunknown\t/CN=x\n"), "good"),
            (
                format!("R\t301231235959Z\t260101000000Z,superseded\t{serial}\tunknown\t/CN=x\n"),
                "revoked",
            ),
            (String::new(), "unknown"),
        ];
        for (index, expected) in cases {
            openssl.write("index.txt", index.as_bytes());
            for options in ["", "-resp_key_id", "-resp_no_certs"] {
                openssl.accepts(&format!(
                    "ocsp -index index.txt -rsigner responder.pem -rkey responder.key.pem -CA issuing.pem \
                     -reqin request.der -respout answer.der -ndays 3 {options}"
                ));
                let response = openssl.read("answer.der");
                let known = [pki.certificate("Test Responder").clone()];
                let verified = verify_ocsp_response(&response, leaf, pki.issuing(), &known).unwrap();
                let said = match verified.status {
                    CertificateStatus::Good => "good",
                    CertificateStatus::Revoked { at_unix_s, reason } => {
                        assert_eq!(at_unix_s, 1_767_225_600);
                        assert_eq!(reason, Some(RevocationReason::Superseded));
                        "revoked"
                    }
                    CertificateStatus::Unknown => "unknown",
                };
                assert_eq!(said, expected, "{options}");
                assert_eq!(verified.nonce.as_deref(), Some(&[9; 16][..]));
                assert!(verified.is_current_at(verified.produced_at_unix_s, 0));
            }
        }
    }
}

#[test]
fn requests_of_openssl_are_read() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    openssl.write_pki(&pki);
    for options in ["", "-no_nonce", "-sha256", "-sha512"] {
        openssl.accepts(&format!(
            "ocsp {options} -issuer issuing.pem -cert leaf.pem -reqout request.der"
        ));
        let request = OcspRequest::from_der(&openssl.read("request.der")).unwrap();
        assert_eq!(request.certificates.len(), 1);
        assert!(request.certificates[0].is_issued_by(pki.issuing()), "{options}");
        assert_eq!(request.certificates[0].serial(), pki.certificate(LEAF).serial());
        assert_eq!(request.nonce.is_none(), options == "-no_nonce");
    }
}

#[test]
fn openssl_accepts_our_revocation_lists() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in ALGORITHMS {
        let pki = Pki::from_rows(algorithm, SERVICES);
        openssl.write_pki(&pki);
        let own = RevokedCertificate {
            serial: pki.certificate(LEAF).serial().clone(),
            ..entry(0, Some(RevocationReason::CessationOfOperation))
        };
        for (revoked, is_good) in [
            (vec![entry(0x77, None)], true),
            (vec![own], false),
            (vec![], true),
        ] {
            let list = sign_crl(&crl_template(&pki, revoked), &pki.key("Test Issuing")).unwrap();
            openssl.write("list.crl", list.der());
            openssl.accepts("crl -inform DER -in list.crl -out list.pem");
            let text = openssl.accepts("crl -in list.pem -CAfile issuing.pem -noout -text");
            assert!(text.contains("verify OK"), "{text}");
            assert!(
                text.contains("X509v3 CRL Number: \n                128"),
                "{text}"
            );
            let (accepted, text) = openssl.run(&format!(
                "verify -crl_check -x509_strict -CRLfile list.pem -attime {NOW} -CAfile root.pem -untrusted \
                 issuing.pem leaf.pem"
            ));
            assert_eq!(accepted, is_good, "{text}");
            assert_eq!(text.contains("certificate revoked"), !is_good, "{text}");
        }
    }
}

#[test]
fn revocation_lists_of_openssl_are_accepted() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in ALGORITHMS {
        let pki = Pki::from_rows(algorithm, SERVICES);
        openssl.write_pki(&pki);
        openssl.write_key(&pki, "issuing", "Test Issuing");
        let serial = pki.certificate(LEAF).serial().to_string().to_uppercase();
        let index = format!(
            "R\t301231235959Z\t260101000000Z,keyCompromise\t{serial}\tunknown\t/CN=x\n\
             R\t301231235959Z\t260101000000Z\t0102030405060708\tunknown\t/CN=y\n"
        );
        openssl.write("index.txt", index.as_bytes());
        openssl.write("number", b"1F");
        openssl.write(
            "ca.cnf",
            b"[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\ncrlnumber = number\ndefault_md = sha256\n\
              default_crl_days = 30\ncrl_extensions = list\n[list]\nauthorityKeyIdentifier = keyid\n",
        );
        openssl.accepts("ca -gencrl -config ca.cnf -keyfile issuing.key.pem -cert issuing.pem -out list.pem");
        openssl.accepts("crl -in list.pem -outform DER -out list.crl");
        let list = RevocationList::from_der(&openssl.read("list.crl")).unwrap();
        assert_eq!(list.verify(pki.issuing()), Ok(()));
        assert_eq!(list.number().unwrap().to_string(), "1f");
        assert_eq!(list.revoked().len(), 2);
        let found = list.find(pki.certificate(LEAF).serial()).unwrap();
        assert_eq!(found.reason, Some(RevocationReason::KeyCompromise));
        assert_eq!(found.at_unix_s, 1_767_225_600);
    }
}
