//! A public-key infrastructure for tests, declared as data.

use std::collections::BTreeMap;

use sealpki::{
    AttributeKind, Certificate, CertificateTemplate, DistinguishedName, Issuer, KeyAlgorithm, PrivateKey,
    Profile, SerialNumber, SignatureAlgorithm, SignerIdentity, sign_certificate,
};

/// Within the validity of every certificate that says nothing else.
pub(crate) const NOW: i64 = 1_800_000_000;
const YEAR: i64 = 365 * 86_400;

/// Name, issuer, profile, years before and after [`NOW`] it is valid.
pub(crate) type Row = (&'static str, &'static str, Profile, i64, i64);

pub(crate) const STANDARD: &[Row] = &[
    ("Test Root", "Test Root", Profile::Root, 5, 20),
    ("Test Issuing", "Test Root", Profile::IssuingCa, 5, 10),
    ("张三", "Test Issuing", Profile::DocumentSigning, 1, 1),
];

/// The standard hierarchy with the services of its authority.
pub(crate) const SERVICES: &[Row] = &[
    ("Test Root", "Test Root", Profile::Root, 5, 20),
    ("Test Issuing", "Test Root", Profile::IssuingCa, 5, 10),
    ("张三", "Test Issuing", Profile::DocumentSigning, 1, 1),
    ("Test Time", "Test Issuing", Profile::TimeStamping, 4, 10),
    ("Test Responder", "Test Issuing", Profile::OcspResponder, 1, 1),
];

pub(crate) struct Pki {
    algorithm: KeyAlgorithm,
    signature_algorithm: SignatureAlgorithm,
    entries: BTreeMap<&'static str, (Certificate, Vec<u8>)>,
}

impl Pki {
    pub(crate) fn standard(algorithm: KeyAlgorithm) -> Self {
        Self::from_rows(algorithm, STANDARD)
    }

    pub(crate) fn from_rows(algorithm: KeyAlgorithm, rows: &[Row]) -> Self {
        let mut pki = Self::empty(algorithm, algorithm.signature_algorithm());
        for row in rows {
            let key = pki.new_key();
            pki.add(row, &key);
        }
        pki
    }

    /// All keys sign with this algorithm. They are one and the same key, because making RSA keys takes long.
    pub(crate) fn with_signatures(
        algorithm: KeyAlgorithm,
        signature_algorithm: SignatureAlgorithm,
        rows: &[Row],
    ) -> Self {
        let mut pki = Self::empty(algorithm, signature_algorithm);
        let key = pki.new_key();
        for row in rows {
            pki.add(row, &key);
        }
        pki
    }

    fn empty(algorithm: KeyAlgorithm, signature_algorithm: SignatureAlgorithm) -> Self {
        Self {
            algorithm,
            signature_algorithm,
            entries: BTreeMap::new(),
        }
    }

    fn new_key(&self) -> PrivateKey {
        PrivateKey::generate(self.algorithm)
            .and_then(|key| key.with_signature_algorithm(self.signature_algorithm))
            .unwrap()
    }

    fn add(&mut self, &(name, issuer, profile, years_before, years_after): &Row, key: &PrivateKey) {
        let mut template = template(name, key, profile);
        template.serial = SerialNumber::from_random([u8::try_from(self.entries.len()).unwrap(); 16]);
        template.not_before_unix_s = NOW - years_before * YEAR;
        template.not_after_unix_s = NOW + years_after * YEAR;
        let certificate = if issuer == name {
            sign_certificate(&template, key)
        } else {
            template.issuer = Issuer::from_certificate(self.certificate(issuer));
            sign_certificate(&template, &self.key(issuer))
        };
        self.entries.insert(
            name,
            (certificate.unwrap(), key.to_pkcs8().unwrap().expose().to_vec()),
        );
    }

    pub(crate) fn certificate(&self, name: &str) -> &Certificate {
        &self.entries[name].0
    }

    pub(crate) fn key(&self, name: &str) -> PrivateKey {
        PrivateKey::from_pkcs8(self.pkcs8(name))
            .and_then(|key| key.with_signature_algorithm(self.signature_algorithm))
            .unwrap()
    }

    pub(crate) fn pkcs8(&self, name: &str) -> &[u8] {
        &self.entries[name].1
    }

    pub(crate) fn root(&self) -> &Certificate {
        self.certificate("Test Root")
    }

    pub(crate) fn issuing(&self) -> &Certificate {
        self.certificate("Test Issuing")
    }

    pub(crate) fn signer(&self) -> SignerIdentity {
        let chain = vec![self.issuing().clone(), self.root().clone()];
        SignerIdentity::new(self.key("张三"), self.certificate("张三").clone(), chain).unwrap()
    }
}

/// A self-issued template that passes every rule of its profile but, except for roots, the one on the issuer.
pub(crate) fn template(name: &str, key: &PrivateKey, profile: Profile) -> CertificateTemplate {
    let subject = DistinguishedName::new(&[
        (AttributeKind::Country, "CN"),
        (AttributeKind::Organisation, "契书测试"),
        (AttributeKind::CommonName, name),
    ])
    .unwrap();
    CertificateTemplate {
        serial: SerialNumber::from_random([0x55; 16]),
        issuer: Issuer {
            name: subject.clone(),
            key_id: key.public_key().key_id().to_vec(),
        },
        subject,
        not_before_unix_s: NOW - YEAR,
        not_after_unix_s: NOW + YEAR,
        public_key: key.public_key().clone(),
        profile,
        ca_issuers_url: None,
        ocsp_url: None,
        crl_url: None,
    }
}
