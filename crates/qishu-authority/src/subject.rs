//! Who a one-time certificate is about. All rules on its subject stand in this file; those on extensions and on what
//! is checked before a certificate is signed stand in the lint rules of `sealpki`.
//!
//! | attribute | company | person |
//! |---|---|---|
//! | C | the country of the authority | the same |
//! | O | name | – |
//! | OU | operator, when given | – |
//! | OU | signing act | signing act |
//! | CN | name | name |
//! | serialNumber | keyed digest of the reference | the same |
//!
//! A subject never carries an identity number, a register number or a phone number: certificates travel with every
//! copy of a contract. The keyed digest tells people of one name apart, and the operator of the platform can
//! recompute it as proof.

use sealpki::{AttributeKind, DistinguishedName, NameError};

use crate::master::MasterKey;

/// Longest common and organisation name (X.520 upper bounds), in characters.
const NAME_CHARS_MAX: usize = 64;
/// Longest id of a signing act, in characters.
const ACT_ID_CHARS_MAX: usize = 40;
/// A row of digits this long is a phone or identity number and no part of a person's name.
const DIGITS_IN_NAME_MAX: usize = 6;

/// A company or person whose identity was verified for the signing act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSubject {
    /// The company or person.
    pub holder: Holder,
    /// What tells holders of one name apart.
    pub reference: Reference,
}

/// Whose signature it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A company.
    Company {
        /// Full legal name.
        name: String,
        /// Name of the person who acts for the company, when the certificate is to show it.
        operator: Option<String>,
    },
    /// A natural person.
    Person {
        /// Real name.
        name: String,
    },
}

/// The verified mark of identity. Only its keyed digest enters the certificate.
#[derive(Clone, PartialEq, Eq)]
pub enum Reference {
    /// Keyed digest of an identity number, as it is stored for look-up.
    IdentityDigest([u8; 32]),
    /// The platform's own id, where no official number was verified.
    PlatformId(String),
    /// Unified social credit code or register number of a company.
    RegisterNo(String),
}

/// Only the kind: the values must not reach a log.
impl std::fmt::Debug for Reference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::IdentityDigest(_) => "IdentityDigest(…)",
            Self::PlatformId(_) => "PlatformId(…)",
            Self::RegisterNo(_) => "RegisterNo(…)",
        })
    }
}

/// Why there is no subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// The id of the signing act is not 1 to 40 letters, digits or hyphens.
    #[error("the id of a signing act must be 1 to 40 letters, digits or hyphens")]
    ActId,
    /// The name contains a phone or identity number.
    #[error("the name of the signer contains a number of more than 6 digits; it must be a real name")]
    NumberInName,
    /// The name cannot be part of a certificate.
    #[error("the name of the signer cannot be part of a certificate: {0}")]
    Name(#[from] NameError),
    /// The reference is empty.
    #[error("the reference of the signer is empty")]
    Reference,
}

/// The subject of a certificate for one signing act.
pub(crate) fn subject_name(
    subject: &VerifiedSubject,
    act_id: &str,
    country: &str,
    digester: &Digester,
) -> Result<DistinguishedName, SubjectError> {
    use AttributeKind::{CommonName, Country, Organisation, OrganisationalUnit, SerialNumber};
    let act = act_unit(act_id)?;
    let serial = digester.digest(&subject.reference)?;
    let name = match &subject.holder {
        Holder::Company { name, operator } => {
            let name = shortened(name);
            let operator = operator.as_deref().map(operator_unit).transpose()?;
            let mut attributes = vec![(Country, country), (Organisation, name.as_str())];
            attributes.extend(operator.as_deref().map(|operator| (OrganisationalUnit, operator)));
            attributes.extend([(OrganisationalUnit, act.as_str()), (CommonName, &name)]);
            attributes.push((SerialNumber, &serial));
            DistinguishedName::new(&attributes)?
        }
        Holder::Person { name } => {
            check_person_name(name)?;
            DistinguishedName::new(&[
                (Country, country),
                (OrganisationalUnit, &act),
                (CommonName, &shortened(name)),
                (SerialNumber, &serial),
            ])?
        }
    };
    Ok(name)
}

fn act_unit(act_id: &str) -> Result<String, SubjectError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if act_id.is_empty() || act_id.len() > ACT_ID_CHARS_MAX || !act_id.chars().all(allowed) {
        return Err(SubjectError::ActId);
    }
    Ok(format!("Signing act {act_id}"))
}

fn operator_unit(name: &str) -> Result<String, SubjectError> {
    check_person_name(name)?;
    Ok(shortened(&format!("Operator {name}")))
}

/// People who never gave a name are known by their phone number; that must not become a certificate's name.
fn check_person_name(name: &str) -> Result<(), SubjectError> {
    let longest = name
        .split(|character: char| !character.is_numeric())
        .map(|run| run.chars().count())
        .max();
    if longest > Some(DIGITS_IN_NAME_MAX) {
        Err(SubjectError::NumberInName)
    } else {
        Ok(())
    }
}

/// Names longer than a certificate can hold are cut and marked; the digest in the serial number still tells them apart.
fn shortened(name: &str) -> String {
    let name = name.trim();
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    name.chars()
        .take(NAME_CHARS_MAX - 1)
        .chain(std::iter::once('…'))
        .collect()
}

/// Computes the serial numbers of subjects.
pub(crate) struct Digester {
    /// Its own key, so that the authority does not have to keep the master key.
    key: MasterKey,
}

impl Digester {
    pub(crate) fn new(master: &MasterKey) -> Self {
        Self {
            key: MasterKey::from_bytes(master.keyed_digest("certificate subject key", b"")),
        }
    }

    /// 160 bits of the keyed digest in hexadecimal digits. The kind of reference is part of it.
    fn digest(&self, reference: &Reference) -> Result<String, SubjectError> {
        let (purpose, value): (&str, &[u8]) = match reference {
            Reference::IdentityDigest(digest) => ("identity", digest),
            Reference::PlatformId(id) => ("platform id", id.as_bytes()),
            Reference::RegisterNo(number) => ("register number", number.as_bytes()),
        };
        if value.is_empty() {
            return Err(SubjectError::Reference);
        }
        let digest = self.key.keyed_digest(purpose, value);
        Ok(hex::encode(digest.get(..20).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(holder: Holder, reference: Reference) -> Result<String, SubjectError> {
        let digester = Digester::new(&MasterKey::from_bytes([3; 32]));
        subject_name(&VerifiedSubject { holder, reference }, "2801-1", "CN", &digester)
            .map(|name| name.to_string())
    }

    fn person(text: &str) -> Result<String, SubjectError> {
        name(
            Holder::Person {
                name: text.to_owned(),
            },
            Reference::IdentityDigest([5; 32]),
        )
    }

    fn company(text: &str, operator: Option<&str>) -> Result<String, SubjectError> {
        let holder = Holder::Company {
            name: text.to_owned(),
            operator: operator.map(str::to_owned),
        };
        name(holder, Reference::RegisterNo("91310000MA1FL0000X".to_owned()))
    }

    #[test]
    fn subjects_show_names_and_hide_numbers() {
        let subject = person("张三").unwrap();
        let (serial, rest) = subject.split_once(',').unwrap();
        assert_eq!(rest, "CN=张三,OU=Signing act 2801-1,C=CN");
        assert_eq!(serial.len(), "serialNumber=".len() + 40);
        let subject = company("契书演示科技有限公司", Some("李四")).unwrap();
        assert!(!subject.contains("91310000"), "{subject}");
        assert!(subject.ends_with(
            "CN=契书演示科技有限公司,OU=Signing act 2801-1,OU=Operator 李四,O=契书演示科技有限公司,C=CN"
        ));
        assert!(!company("契书", None).unwrap().contains("Operator"));
    }

    #[test]
    fn references_of_another_kind_or_value_have_other_digests() {
        let serial = |reference| {
            let subject = name(
                Holder::Person {
                    name: "张三".to_owned(),
                },
                reference,
            )
            .unwrap();
            subject.split_once(',').unwrap().0.to_owned()
        };
        let first = serial(Reference::PlatformId("1".to_owned()));
        assert_eq!(first, serial(Reference::PlatformId("1".to_owned())));
        assert_ne!(first, serial(Reference::PlatformId("2".to_owned())));
        assert_ne!(first, serial(Reference::RegisterNo("1".to_owned())));
        let debug = format!("{:?}", Reference::RegisterNo("91310000MA1FL0000X".to_owned()));
        assert_eq!(debug, "RegisterNo(…)");
    }

    #[test]
    fn numbers_do_not_pass_as_names() {
        for number in [
            "13800000000",
            "张三13800000000",
            "110101199003070000",
            "１３８００００００００",
        ] {
            assert_eq!(person(number), Err(SubjectError::NumberInName), "{number}");
            assert_eq!(
                company("契书", Some(number)),
                Err(SubjectError::NumberInName),
                "{number}"
            );
        }
        assert!(person("张三2").is_ok());
    }

    #[test]
    fn long_names_are_cut_and_marked() {
        let subject = company(&"长".repeat(90), None).unwrap();
        assert!(
            subject.contains(&format!("CN={}…,", "长".repeat(63))),
            "{subject}"
        );
        assert!(
            company(&"长".repeat(64), None)
                .unwrap()
                .contains(&format!("CN={},", "长".repeat(64)))
        );
    }

    #[test]
    fn what_cannot_be_a_subject_is_refused() {
        assert!(matches!(
            person(" "),
            Err(SubjectError::Name(NameError::Empty(_)))
        ));
        assert!(matches!(
            person("张\u{0}三"),
            Err(SubjectError::Name(NameError::Character(_)))
        ));
        let empty = name(
            Holder::Person {
                name: "张三".to_owned(),
            },
            Reference::PlatformId(String::new()),
        );
        assert_eq!(empty, Err(SubjectError::Reference));
        let digester = Digester::new(&MasterKey::from_bytes([3; 32]));
        let holder = Holder::Person {
            name: "张三".to_owned(),
        };
        let subject = VerifiedSubject {
            holder,
            reference: Reference::PlatformId("1".to_owned()),
        };
        for act_id in ["", "a b", "号", &"1".repeat(41)] {
            assert_eq!(
                subject_name(&subject, act_id, "CN", &digester),
                Err(SubjectError::ActId),
                "{act_id}"
            );
        }
    }
}
