//! OpenSSL as judge of time-stamps, and as a time-stamping authority.

use sealpki::{
    Certificate, DigestAlgorithm, KeyAlgorithm, MessageImprint, SerialNumber, TimeStampError,
    TimeStampRequest, add_signature_time_stamp, sha256, verify_detached, verify_time_stamp,
};

use crate::openssl_tool::OpenSsl;
use crate::pki::{NOW, Pki, SERVICES};
use crate::tsp::authority;

const CONTENT: &[u8] = b"contract\n";

fn imprint(algorithm: DigestAlgorithm) -> MessageImprint {
    MessageImprint::of(algorithm, CONTENT)
}

/// A configuration for `openssl ts -reply`.
const CONFIGURATION: &str = "
[tsa]
default_tsa = tsa1
[tsa1]
serial = serial
crypto_device = builtin
signer_cert = time.pem
certs = issuing.pem
signer_key = time.key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
";

#[test]
fn openssl_accepts_our_requests_and_time_stamps() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let pki = Pki::from_rows(algorithm, SERVICES);
        openssl.write_pki(&pki);
        openssl.write("content", CONTENT);
        let request = TimeStampRequest::new(imprint(DigestAlgorithm::Sha256), [0x9c; 8]);
        openssl.write("request.tsq", &request.to_der());
        let text = openssl.accepts("ts -query -in request.tsq -text");
        assert!(text.contains("Hash Algorithm: sha256"), "{text}");
        assert!(text.contains("Certificate required: yes"), "{text}");
        let serial = SerialNumber::from_random([5; 16]);
        let answer = authority(&pki).respond(&request.to_der(), serial, NOW);
        openssl.write("answer.tsr", &answer.response);
        let text = openssl.accepts("ts -reply -in answer.tsr -text");
        assert!(text.contains("Time stamp: Jan 15 08:00:00 2027 GMT"), "{text}");
        assert!(text.contains("Accuracy: 0x01 seconds"), "{text}");
        let trust = format!("-CAfile root.pem -attime {NOW}");
        openssl.accepts(&format!(
            "ts -verify -queryfile request.tsq -in answer.tsr {trust}"
        ));
        openssl.accepts(&format!("ts -verify -data content -in answer.tsr {trust}"));
        openssl.write("other", b"other");
        assert!(
            !openssl
                .run(&format!("ts -verify -data other -in answer.tsr {trust}"))
                .0
        );
    }
}

#[test]
fn openssl_reads_our_refusals() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    let answer = authority(&pki).respond(b"junk", SerialNumber::from_random([5; 16]), NOW);
    openssl.write("answer.tsr", &answer.response);
    let text = openssl.accepts("ts -reply -in answer.tsr -text");
    assert!(text.contains("Status: Rejected."), "{text}");
    assert!(
        text.contains("Failure info: the data submitted has the wrong format"),
        "{text}"
    );
}

#[test]
fn time_stamps_of_openssl_are_accepted() {
    let Some(openssl) = OpenSsl::find() else { return };
    for (algorithm, digest) in [
        (KeyAlgorithm::EcdsaP256, DigestAlgorithm::Sha512),
        (KeyAlgorithm::Rsa2048, DigestAlgorithm::Sha256),
    ] {
        let pki = Pki::from_rows(algorithm, SERVICES);
        openssl.write_pki(&pki);
        openssl.write_certificate(&pki, "time", "Test Time");
        openssl.write_key(&pki, "time", "Test Time");
        openssl.write("serial", b"0A1B");
        openssl.write("tsa.cnf", CONFIGURATION.as_bytes());
        let request = TimeStampRequest::new(imprint(digest), [0x11; 8]);
        openssl.write("request.tsq", &request.to_der());
        openssl.accepts("ts -reply -config tsa.cnf -section tsa1 -queryfile request.tsq -out answer.tsr");
        let verified = request.verify_response(&openssl.read("answer.tsr"), &[]).unwrap();
        assert_eq!(verified.certificate, *pki.certificate("Test Time"));
        assert_eq!(verified.info.policy, "1.2.3.4.1");
        assert_eq!(
            verified.info.tsa.as_ref(),
            Some(pki.certificate("Test Time").subject())
        );
        let accuracy = verified.info.accuracy.unwrap();
        assert_eq!(
            (accuracy.seconds, accuracy.millis, accuracy.micros),
            (1, 500, 100)
        );
        assert!(verified.info.ordering);
        assert!(verified.build_path(&[], &[pki.root().clone()]).is_ok());

        openssl.accepts(
            "ts -reply -config tsa.cnf -section tsa1 -queryfile request.tsq -token_out -out token.der",
        );
        let token = openssl.read("token.der");
        assert!(verify_time_stamp(&token, |algorithm| algorithm.digest(CONTENT), &[]).is_ok());
        assert_eq!(
            verify_time_stamp(&token, |algorithm| algorithm.digest(b"other"), &[]).unwrap_err(),
            TimeStampError::Imprint
        );
        // A request we would not grant.
        openssl.accepts("ts -query -digest 0123456789012345678901234567890123456789 -sha1 -out sha1.tsq");
        assert!(TimeStampRequest::from_der(&openssl.read("sha1.tsq")).is_err());
    }
}

#[test]
fn requests_of_openssl_are_answered() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    openssl.write_pki(&pki);
    openssl.write("content", CONTENT);
    for options in [
        "-sha256 -cert",
        "-sha384 -no_nonce",
        "-sha512 -cert -tspolicy 1.3.6.1.4.1.99999.1.1",
    ] {
        openssl.accepts(&format!("ts -query -data content {options} -out request.tsq"));
        let asked = openssl.read("request.tsq");
        let answer = authority(&pki).respond(&asked, SerialNumber::from_random([5; 16]), NOW);
        openssl.write("answer.tsr", &answer.response);
        openssl.write(
            "chain.pem",
            &[openssl.read("issuing.pem"), time_pem(&openssl, &pki)].concat(),
        );
        openssl.accepts(&format!(
            "ts -verify -queryfile request.tsq -in answer.tsr -CAfile root.pem -untrusted chain.pem -attime {NOW}"
        ));
    }
}

fn time_pem(openssl: &OpenSsl, pki: &Pki) -> Vec<u8> {
    openssl.write_certificate(pki, "time", "Test Time");
    openssl.read("time.pem")
}

/// A signature with a time-stamp in it is still one for OpenSSL.
#[test]
fn openssl_accepts_a_time_stamped_signature() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::from_rows(KeyAlgorithm::Rsa2048, SERVICES);
    openssl.write_pki(&pki);
    openssl.write("content", CONTENT);
    let cms = pki.signer().sign_detached(&sha256(CONTENT)).unwrap();
    let verified = verify_detached(&cms, |digest| digest.digest(CONTENT)).unwrap();
    let imprint = MessageImprint::of(DigestAlgorithm::Sha256, &verified.signature);
    let token = authority(&pki)
        .issue(
            &TimeStampRequest::new(imprint, [2; 8]),
            SerialNumber::from_random([6; 16]),
            NOW,
        )
        .unwrap();
    openssl.write("stamped.der", &add_signature_time_stamp(&cms, &token).unwrap());
    openssl.write("signature", &verified.signature);
    openssl.accepts(&format!(
        "cms -verify -cades -binary -inform DER -in stamped.der -content content -CAfile root.pem -attime {NOW} \
         -out /dev/null"
    ));
    let text = openssl.accepts("cms -cmsout -print -inform DER -in stamped.der");
    assert!(text.contains("id-smime-aa-timeStampToken"), "{text}");
    openssl.write("token.der", &token);
    openssl.accepts(&format!(
        "ts -verify -data signature -token_in -in token.der -CAfile root.pem -attime {NOW}"
    ));
}

#[test]
fn openssl_reads_the_certificates_of_the_services() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    openssl.write_pki(&pki);
    openssl.write_certificate(&pki, "time", "Test Time");
    openssl.write_certificate(&pki, "responder", "Test Responder");
    let text = openssl.accepts("x509 -in time.pem -noout -text");
    assert!(text.contains("Extended Key Usage: critical"), "{text}");
    let text = openssl.accepts("x509 -in responder.pem -noout -text");
    assert!(text.contains("OCSP No Check"), "{text}");
    for (purpose, file) in [("timestampsign", "time"), ("ocsphelper", "responder")] {
        openssl.accepts(&format!(
            "verify -x509_strict -purpose {purpose} -attime {NOW} -CAfile root.pem -untrusted issuing.pem {file}.pem"
        ));
    }
    let der = openssl.read("responder.der");
    assert!(Certificate::from_der(&der).unwrap().has_ocsp_no_check());
}
