//! Keys in a PKCS#11 token: made there, used there, never seen outside.
//!
//! RSA and ECDSA keys can be kept so; SM2 has no mechanism in the standard, its keys are sealed files. A file beside the
//! certificate names the key by its CKA_ID. One session is kept open and opened again when the token was away.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::rand;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use sealpki::{DigestAlgorithm, ExternalKey, KeyAlgorithm, KeyError, PrivateKey, SecretBytes};

/// SubjectPublicKeyInfo of a P-256 and a P-384 key up to the uncompressed point (RFC 5480 2).
const P256_HEAD: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const P384_HEAD: &[u8] = &[
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81,
    0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
];
/// The curves as CKA_EC_PARAMS names them.
const P256_CURVE: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384_CURVE: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// AlgorithmIdentifier of an RSA key (RFC 3279 2.3.1).
const RSA_ALGORITHM: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];
const ID_LEN: usize = 16;

/// Which token to use.
pub struct TokenSettings {
    /// The library of its maker.
    pub module: PathBuf,
    /// Its label.
    pub label: String,
    /// The PIN of its user.
    pub pin: SecretBytes,
}

/// Why a token cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The library answers with an error.
    #[error("the token answers: {0}")]
    Library(#[from] Error),
    /// What the token says of the key cannot be used.
    #[error("the key {0} in the token cannot be used: {1}")]
    Key(String, &'static str),
    /// There is no such key.
    #[error("there is no key {0} in the token; is it the right one?")]
    NoKey(String),
    /// There is no token with this label.
    #[error("no token has the label {0:?}; there are: {1}")]
    NoToken(String, String),
    /// The PIN is not text.
    #[error("the PIN of the token is not text")]
    Pin,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for the name of a key")]
    Random,
    /// Keys of this kind are not kept in tokens.
    #[error("keys of the kind {0:?} are not kept in tokens")]
    Unsupported(KeyAlgorithm),
}

/// A token. To be shared between threads; it does one thing at a time.
pub struct Token {
    context: Pkcs11,
    slot: Slot,
    label: String,
    pin: AuthPin,
    session: Mutex<Option<Session>>,
}

impl Token {
    /// Opens a token and logs in.
    ///
    /// # Errors
    /// [`TokenError`] when the library cannot be loaded, no token has the label, or the PIN is wrong.
    pub fn open(settings: &TokenSettings) -> Result<Arc<Self>, TokenError> {
        let context = Pkcs11::new(&settings.module)?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Somebody else in this process uses the same library.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error.into()),
        }
        let mut labels = Vec::new();
        let mut found = None;
        for slot in context.get_slots_with_initialized_token()? {
            let label = context.get_token_info(slot)?.label().to_owned();
            if label == settings.label {
                found = Some(slot);
            }
            labels.push(label);
        }
        let slot = found.ok_or_else(|| TokenError::NoToken(settings.label.clone(), labels.join(", ")))?;
        let pin = std::str::from_utf8(settings.pin.expose()).map_err(|_| TokenError::Pin)?;
        let token = Self {
            context,
            slot,
            label: settings.label.clone(),
            pin: AuthPin::new(pin.into()),
            session: Mutex::new(None),
        };
        token.with_session(|_| Ok(()))?;
        Ok(Arc::new(token))
    }

    /// Its label.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Makes a key that cannot leave the token. `purpose` becomes its label.
    ///
    /// # Errors
    /// [`TokenError`] when the token refuses, or for SM2.
    pub(crate) fn generate(
        self: &Arc<Self>,
        algorithm: KeyAlgorithm,
        purpose: &str,
    ) -> Result<PrivateKey, TokenError> {
        let mut id = vec![0; ID_LEN];
        rand::fill(&mut id).map_err(|_| TokenError::Random)?;
        let common = [
            Attribute::Token(true),
            Attribute::Id(id.clone()),
            Attribute::Label(purpose.as_bytes().to_vec()),
        ];
        let mut public = common.to_vec();
        public.extend([Attribute::Private(false), Attribute::Verify(true)]);
        let mut private = common.to_vec();
        private.extend([
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ]);
        let (mechanism, parameters) = match algorithm {
            KeyAlgorithm::EcdsaP256 => ecdsa(P256_CURVE),
            KeyAlgorithm::EcdsaP384 => ecdsa(P384_CURVE),
            KeyAlgorithm::Rsa2048 => rsa(2048),
            KeyAlgorithm::Rsa3072 => rsa(3072),
            KeyAlgorithm::Rsa4096 => rsa(4096),
            other => return Err(TokenError::Unsupported(other)),
        };
        public.extend(parameters);
        let made = self.with_session(|session| {
            session
                .generate_key_pair(&mechanism, &public, &private)
                .map(|(public, _)| public)
        })?;
        let reference = hex::encode(&id);
        let spki = self.public_key(made, algorithm, &reference)?;
        self.key(reference, id, &spki)
    }

    /// The key with this reference, whose public half is known from its certificate.
    ///
    /// # Errors
    /// [`TokenError::NoKey`] when it is not there.
    pub(crate) fn find(self: &Arc<Self>, reference: &str, spki: &[u8]) -> Result<PrivateKey, TokenError> {
        let no_key = || TokenError::NoKey(reference.to_owned());
        let id = hex::decode(reference).map_err(|_| no_key())?;
        let handles = self.with_session(|session| session.find_objects(&private_key(&id)))?;
        if handles.len() != 1 {
            return Err(no_key());
        }
        self.key(reference.to_owned(), id, spki)
    }

    fn key(self: &Arc<Self>, reference: String, id: Vec<u8>, spki: &[u8]) -> Result<PrivateKey, TokenError> {
        let key = TokenKey {
            token: Arc::clone(self),
            id,
            reference: reference.clone(),
        };
        PrivateKey::external(spki, Arc::new(key))
            .map_err(|_| TokenError::Key(reference, "it is of no kind that is used here"))
    }

    fn public_key(
        &self,
        handle: ObjectHandle,
        algorithm: KeyAlgorithm,
        reference: &str,
    ) -> Result<Vec<u8>, TokenError> {
        let wanted = [
            AttributeType::EcPoint,
            AttributeType::Modulus,
            AttributeType::PublicExponent,
        ];
        let wanted = match algorithm {
            KeyAlgorithm::EcdsaP256 | KeyAlgorithm::EcdsaP384 => &wanted[..1],
            _ => &wanted[1..],
        };
        let (mut point, mut modulus, mut exponent) = (Vec::new(), Vec::new(), Vec::new());
        for attribute in self.with_session(|session| session.get_attributes(handle, wanted))? {
            match attribute {
                Attribute::EcPoint(value) => point = value,
                Attribute::Modulus(value) => modulus = value,
                Attribute::PublicExponent(value) => exponent = value,
                _ => {}
            }
        }
        let spki = match algorithm {
            KeyAlgorithm::EcdsaP256 => ec_public_key(P256_HEAD, &point, 65),
            KeyAlgorithm::EcdsaP384 => ec_public_key(P384_HEAD, &point, 97),
            _ => Some(rsa_public_key(&modulus, &exponent)),
        };
        spki.ok_or_else(|| TokenError::Key(reference.to_owned(), "its public point is no uncompressed one"))
    }

    /// Does something in the session; once more in a new one when the token was away meanwhile.
    fn with_session<T>(&self, work: impl Fn(&Session) -> Result<T, Error>) -> Result<T, Error> {
        let mut held = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = held.as_ref() {
            match work(session) {
                Err(Error::Pkcs11(
                    RvError::SessionHandleInvalid
                    | RvError::SessionClosed
                    | RvError::DeviceRemoved
                    | RvError::TokenNotPresent
                    | RvError::UserNotLoggedIn,
                    _,
                )) => *held = None,
                other => return other,
            }
        }
        let session = self.context.open_rw_session(self.slot)?;
        match session.login(UserType::User, Some(&self.pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => return Err(error),
        }
        let result = work(&session);
        *held = Some(session);
        result
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Token")
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

/// One private key of a token.
struct TokenKey {
    token: Arc<Token>,
    id: Vec<u8>,
    reference: String,
}

impl ExternalKey for TokenKey {
    fn sign(&self, algorithm: KeyAlgorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let by_token = |mechanism: Mechanism<'_>, data: &[u8]| {
            self.token.with_session(|session| {
                let found = session.find_objects(&private_key(&self.id))?;
                let handle = found.first().copied().ok_or(Error::NotSupported)?;
                session.sign(&mechanism, handle, data)
            })
        };
        let signed = match algorithm {
            KeyAlgorithm::EcdsaP256 => by_token(Mechanism::Ecdsa, &DigestAlgorithm::Sha256.digest(message)),
            KeyAlgorithm::EcdsaP384 => by_token(Mechanism::Ecdsa, &DigestAlgorithm::Sha384.digest(message)),
            _ => return by_token(Mechanism::Sha256RsaPkcs, message).map_err(|_| KeyError::Signing),
        };
        Ok(ecdsa_value(&signed.map_err(|_| KeyError::Signing)?))
    }

    fn reference(&self) -> &str {
        &self.reference
    }
}

fn private_key(id: &[u8]) -> [Attribute; 2] {
    [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Id(id.to_vec()),
    ]
}

fn ecdsa(curve: &[u8]) -> (Mechanism<'static>, Vec<Attribute>) {
    (
        Mechanism::EccKeyPairGen,
        vec![Attribute::EcParams(curve.to_vec())],
    )
}

fn rsa(bits: u64) -> (Mechanism<'static>, Vec<Attribute>) {
    let exponent = vec![1, 0, 1];
    let parameters = vec![
        Attribute::ModulusBits(bits.into()),
        Attribute::PublicExponent(exponent),
    ];
    (Mechanism::RsaPkcsKeyPairGen, parameters)
}

/// CKA_EC_POINT is an OCTET STRING with the point; some tokens give the bare point.
fn ec_public_key(head: &[u8], point: &[u8], length: usize) -> Option<Vec<u8>> {
    let bare = point.get(point.len().checked_sub(length)?..)?;
    (bare.first() == Some(&4)).then(|| [head, bare].concat())
}

fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = [integer(modulus), integer(exponent)].concat();
    let key = [&[0][..], &der(0x30, &numbers)].concat();
    der(0x30, &[RSA_ALGORITHM, &der(0x03, &key)].concat())
}

/// An ECDSA signature as the token gives it, two numbers of equal length, in DER (RFC 3279 2.2.3).
fn ecdsa_value(numbers: &[u8]) -> Vec<u8> {
    let (r, s) = numbers.split_at(numbers.len() / 2);
    der(0x30, &[integer(r), integer(s)].concat())
}

/// A number in DER: no leading zeros but the one that keeps it positive.
fn integer(octets: &[u8]) -> Vec<u8> {
    let start = octets
        .iter()
        .position(|octet| *octet != 0)
        .unwrap_or(octets.len());
    let digits = octets.get(start..).unwrap_or_default();
    let needs_zero = digits.first().is_none_or(|first| first & 0x80 != 0);
    let zero: &[u8] = if needs_zero { &[0] } else { &[] };
    der(0x02, &[zero, digits].concat())
}

fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let mut encoded = vec![tag];
    let length = contents.len().to_be_bytes();
    let length = length.iter().skip_while(|octet| **octet == 0).copied();
    let length: Vec<u8> = length.collect();
    match contents.len() {
        0..=127 => encoded.push(length.first().copied().unwrap_or_default()),
        // More than 255 octets of length do not fit into an address space.
        _ => {
            encoded.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
            encoded.extend_from_slice(&length);
        }
    }
    encoded.extend_from_slice(contents);
    encoded
}
