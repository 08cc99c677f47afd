//! The victim: a small contract with the traps an attacker would have prepared in it, signed by an honest signer.

use pdfseal::{Document, Limits, Object};
use sealpki::{
    AttributeKind, Certificate, CertificateTemplate, DistinguishedName, Issuer, KeyAlgorithm, PrivateKey,
    Profile, SerialNumber, SignerIdentity, sign_certificate,
};

use super::forge::{Update, last_position, plain};
use crate::sign::demo::{Services, Stamper};
use crate::sign::{NOW, pdf, pdf_with_stream, sign_first, stamp};

/// Objects of the contract. 10, 12, 13 and 16 wait for a later revision to use them, as in shadow attacks.
pub(crate) const CONTRACT: [&str; 17] = [
    "<< /Type /Catalog /Pages 2 0 R /AcroForm 7 0 R /OCProperties 13 0 R >>",
    "<< /Type /Pages /Count 2 /Kids [3 0 R 14 0 R] /MediaBox [0 0 595 842] >>",
    PAGE,
    "<< /Length 41 >>\nstream\nBT /F 12 Tf 72 700 Td (Pay 100) Tj ET    \nendstream",
    "[11 0 R]",
    "[11 0 R]",
    "<< /SigFlags 3 /Fields 6 0 R /DA (/F 12 Tf 0 g) >>",
    "<< /Title (Contract) >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Type /XObject /Subtype /Form /BBox [0 0 99 99] /Length 26 >>\nstream\nBT (Pay 9999) Tj ET       \nendstream",
    "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /F 4 /P 3 0 R /Rect [72 600 172 620] /AP << /N 17 0 R >> >>",
    "<< /Length 41 >>\nstream\nBT /F 12 Tf 72 700 Td (Pay 9999) Tj ET   \nendstream",
    "<< /OCGs [16 0 R] /D << /OFF [16 0 R] >> >>",
    "<< /Type /Page /Parent 2 0 R /Contents 15 0 R /Annots [] /Missing 40 0 R >>",
    "<< /Length 8 >>\nstream\n0 0 m 1 \nendstream",
    "<< /Type /OCG /Name (hidden) >>",
    "<< /Type /XObject /Subtype /Form /BBox [0 0 100 20] /Length 12 >>\nstream\n(100) Tj    \nendstream",
];

/// The contract before anybody signed.
pub(crate) fn contract() -> Vec<u8> {
    with_information(pdf(&CONTRACT))
}

/// The same with a cross-reference stream.
pub(crate) fn contract_with_stream() -> Vec<u8> {
    with_information(pdf_with_stream(&CONTRACT))
}

/// Nothing has an offset behind the trailer.
fn with_information(mut file: Vec<u8>) -> Vec<u8> {
    let at = last_position(&file, b"/Root 1 0 R");
    file.splice(at..at, b"/Info 8 0 R ".iter().copied());
    file
}

pub(crate) const PAGE: &str = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots 5 0 R /Resources << /Font << /F 9 0 R >> /XObject << /X 10 0 R >> >> >>";

/// The widget of a signature by the attacker.
pub(crate) const FIELD: &str =
    "<< /Type /Annot /Subtype /Widget /FT /Sig /T (forged) /F 132 /P 3 0 R /Rect [0 0 0 0] /V 90 0 R >>";

pub(crate) struct Scene {
    pub(crate) algorithm: KeyAlgorithm,
    pub(crate) root: Certificate,
    root_key: PrivateKey,
    key: SecretKey,
    /// The honest signer.
    pub(crate) signer: SignerIdentity,
    /// Somebody with a certificate of their own authority.
    pub(crate) stranger: SignerIdentity,
    /// The signed contract.
    pub(crate) file: Vec<u8>,
    /// Numbers of the victim's field, signature and appearance.
    pub(crate) field: u32,
    pub(crate) value: u32,
    pub(crate) appearance: u32,
}

struct SecretKey(Vec<u8>);

impl Scene {
    pub(crate) fn new(algorithm: KeyAlgorithm) -> Self {
        let (root_key, root) = authority(algorithm, "Test Root", 1);
        let (stranger_key, stranger_root) = authority(algorithm, "Test Root", 2);
        let key = PrivateKey::generate(algorithm).unwrap();
        let secret = SecretKey(key.to_pkcs8().unwrap().expose().to_vec());
        let certificate = issue(
            &root_key,
            &root,
            &key,
            "契书演示科技有限公司",
            3,
            (-86_400, 86_400),
        );
        let signer = SignerIdentity::new(key, certificate, vec![root.clone()]).unwrap();
        let key = PrivateKey::generate(algorithm).unwrap();
        let certificate = issue(
            &stranger_key,
            &stranger_root,
            &key,
            "Stranger",
            4,
            (-86_400, 86_400),
        );
        let stranger = SignerIdentity::new(key, certificate, vec![stranger_root]).unwrap();
        let mut file = contract();
        sign_first(&mut file, &signer, "first", &[stamp(0)]);
        let (field, value, appearance) = victim(&file);
        Self {
            algorithm,
            root,
            root_key,
            key: secret,
            signer,
            stranger,
            file,
            field,
            value,
            appearance,
        }
    }

    /// The key of the honest signer.
    pub(crate) fn key(&self) -> PrivateKey {
        PrivateKey::from_pkcs8(&self.key.0).unwrap()
    }

    /// A certificate for the honest signer's key, valid from and to some seconds after the time of signing.
    pub(crate) fn certificate(&self, name: &str, serial: u8, validity: (i64, i64)) -> Certificate {
        issue(&self.root_key, &self.root, &self.key(), name, serial, validity)
    }

    /// The honest signer with another certificate for the same key.
    pub(crate) fn signer_valid(&self, validity: (i64, i64)) -> SignerIdentity {
        let certificate = self.certificate("Other", 7, validity);
        SignerIdentity::new(self.key(), certificate, vec![self.root.clone()]).unwrap()
    }

    /// Time-stamps, OCSP and revocation lists of the honest root; the time-stamping authority is valid from and to some
    /// seconds after the time of signing.
    pub(crate) fn services(&self, validity: (i64, i64)) -> Services {
        services(self.algorithm, (&self.root_key, &self.root), validity)
    }

    /// The same of an authority nobody trusts.
    pub(crate) fn strange_services(&self) -> Services {
        let (key, root) = authority(self.algorithm, "Test Root", 5);
        services(self.algorithm, (&key, &root), (-86_400, 86_400))
    }

    /// The arrays of fields and of annotations of page 1 with elements at their ends, and the attacker's field.
    pub(crate) fn listed(&self, more: &str) -> Vec<(u32, String)> {
        vec![
            (91, FIELD.to_owned()),
            (5, format!("[11 0 R {} 0 R {more}]", self.field)),
            (6, format!("[11 0 R {} 0 R {more}]", self.field)),
        ]
    }

    /// A revision signed by the honest signer in which something else happens as well.
    pub(crate) fn countersigned(&self, objects: &[(u32, String)]) -> Vec<u8> {
        let objects = merged(&self.listed("91 0 R"), objects);
        Update::of(&self.file).objects(&objects).signed(&self.signer)
    }

    /// The same contract, signed for the first time, by a signature dictionary of one's own making.
    pub(crate) fn forged(&self, dictionary: impl Fn(&str, &str) -> String) -> Vec<u8> {
        self.forged_range(dictionary, |start, end, length| {
            format!("[0 {start} {end} {}]", length - end)
        })
    }

    pub(crate) fn forged_range(
        &self,
        dictionary: impl Fn(&str, &str) -> String,
        range: impl Fn(usize, usize, usize) -> String,
    ) -> Vec<u8> {
        self.first_by_hand().signed_as(&self.signer, &dictionary, &range)
    }

    pub(crate) fn with_range(&self, range: impl Fn(usize, usize, usize) -> String) -> Vec<u8> {
        self.forged_range(plain, range)
    }

    /// The contract with the attacker's field, up to the signature.
    pub(crate) fn first_by_hand(&self) -> Update {
        Update::of(&contract())
            .object(91, FIELD)
            .object(5, "[11 0 R 91 0 R]")
            .object(6, "[11 0 R 91 0 R]")
    }
}

fn services(
    algorithm: KeyAlgorithm,
    (root_key, root): (&PrivateKey, &Certificate),
    (from, to): (i64, i64),
) -> Services {
    let key = PrivateKey::generate(algorithm).unwrap();
    let template = CertificateTemplate {
        serial: SerialNumber::from_random([0x66; 16]),
        issuer: Issuer::from_certificate(root),
        subject: name("Test Time-Stamps"),
        not_before_unix_s: NOW.unix_seconds + from,
        not_after_unix_s: NOW.unix_seconds + to,
        public_key: key.public_key().clone(),
        profile: Profile::TimeStamping,
        ca_issuers_url: None,
        ocsp_url: None,
        crl_url: None,
    };
    let certificate = sign_certificate(&template, root_key).unwrap();
    Services::new(root, root_key, Stamper { key, certificate }).unwrap()
}

/// `more` replaces objects of the same number in `base`.
fn merged(base: &[(u32, String)], more: &[(u32, String)]) -> Vec<(u32, String)> {
    let kept = base
        .iter()
        .filter(|(number, _)| more.iter().all(|(other, _)| other != number));
    kept.chain(more).cloned().collect()
}

fn name(text: &str) -> DistinguishedName {
    DistinguishedName::new(&[(AttributeKind::CommonName, text)]).unwrap()
}

fn authority(algorithm: KeyAlgorithm, subject: &str, serial: u8) -> (PrivateKey, Certificate) {
    let key = PrivateKey::generate(algorithm).unwrap();
    let issuer = Issuer {
        name: name(subject),
        key_id: key.public_key().key_id().to_vec(),
    };
    let template = CertificateTemplate {
        serial: SerialNumber::from_random([serial; 16]),
        issuer,
        subject: name(subject),
        not_before_unix_s: NOW.unix_seconds - 864_000,
        not_after_unix_s: NOW.unix_seconds + 864_000,
        public_key: key.public_key().clone(),
        profile: Profile::Root,
        ca_issuers_url: None,
        ocsp_url: None,
        crl_url: None,
    };
    let certificate = sign_certificate(&template, &key).unwrap();
    (key, certificate)
}

fn issue(
    issuer_key: &PrivateKey,
    issuer: &Certificate,
    key: &PrivateKey,
    subject: &str,
    serial: u8,
    (from, to): (i64, i64),
) -> Certificate {
    let template = CertificateTemplate {
        serial: SerialNumber::from_random([serial; 16]),
        issuer: Issuer::from_certificate(issuer),
        subject: name(subject),
        not_before_unix_s: NOW.unix_seconds + from,
        not_after_unix_s: NOW.unix_seconds + to,
        public_key: key.public_key().clone(),
        profile: Profile::DocumentSigning,
        ca_issuers_url: None,
        ocsp_url: None,
        crl_url: None,
    };
    sign_certificate(&template, issuer_key).unwrap()
}

/// Numbers of the signature field, its value and its appearance.
fn victim(file: &[u8]) -> (u32, u32, u32) {
    let document = Document::open(file, &Limits::default()).unwrap();
    let fields = document
        .resolve(&Object::Reference(pdfseal::Reference::new(6)))
        .unwrap()
        .into_owned();
    let field = fields
        .as_array()
        .and_then(<[Object]>::last)
        .and_then(Object::as_reference)
        .unwrap();
    let Object::Dictionary(widget) = document.object(field).unwrap() else {
        panic!("the field is no dictionary")
    };
    let value = widget.get("V").and_then(Object::as_reference).unwrap();
    let appearance = widget
        .get("AP")
        .and_then(Object::as_dictionary)
        .and_then(|appearance| appearance.get("N"))
        .and_then(Object::as_reference)
        .unwrap();
    (field.number, value.number, appearance.number)
}
