//! How a person is addressed: phone, mail, or a number of the integrator's (D-06, D-10).

use serde::{Deserialize, Serialize};

/// Kind of a contact, with its wire name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ContactType {
    /// Unique number of the person in the integrator's system.
    BizId,
    /// Mail address.
    Email,
    /// Employee id of ours.
    EmployeeId,
    /// Mobile number.
    Mobile,
    /// Employee number given by the company.
    Number,
}

impl ContactType {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::BizId,
        Self::Email,
        Self::EmployeeId,
        Self::Mobile,
        Self::Number,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BizId => "BIZID",
            Self::Email => "EMAIL",
            Self::EmployeeId => "EMPLOYEEID",
            Self::Mobile => "MOBILE",
            Self::Number => "NUMBER",
        }
    }

    /// The kind that a contact without one has: `@` means mail, anything else a mobile number (D-10).
    #[must_use]
    pub fn guess(contact: &str) -> Self {
        if contact.contains('@') {
            Self::Email
        } else {
            Self::Mobile
        }
    }
}

/// A person as a request names them; also what answers show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The person's name, when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Contact as it was given.
    pub contact: String,
    /// Kind of contact.
    pub contact_type: ContactType,
}

impl User {
    /// The form under which two spellings of one contact are equal (D-06): mobiles without blanks, dashes and
    /// the prefix of China, mails in lower case, anything else trimmed.
    #[must_use]
    pub fn normalised(&self) -> String {
        normalise(&self.contact, self.contact_type)
    }

    /// Whether both name the same contact.
    #[must_use]
    pub fn same_contact(&self, other: &Self) -> bool {
        self.contact_type == other.contact_type && self.normalised() == other.normalised()
    }

    /// The contact with its middle hidden, for pages, logs and messages.
    #[must_use]
    pub fn masked(&self) -> String {
        mask(&self.contact)
    }
}

/// See [`User::normalised`].
#[must_use]
pub fn normalise(contact: &str, kind: ContactType) -> String {
    match kind {
        ContactType::Mobile => {
            let digits: String = contact
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '-')
                .collect();
            let local = digits
                .strip_prefix("+86")
                .or_else(|| digits.strip_prefix("0086"))
                .unwrap_or(&digits);
            local.to_owned()
        }
        ContactType::Email => contact.trim().to_lowercase(),
        ContactType::BizId | ContactType::EmployeeId | ContactType::Number => contact.trim().to_owned(),
    }
}

/// Hides the middle: `138****0000`, `li***@example.com`; short texts lose all but the first character.
#[must_use]
pub fn mask(contact: &str) -> String {
    if let Some((local, domain)) = contact.split_once('@') {
        let shown: String = local.chars().take(2).collect();
        return format!("{shown}***@{domain}");
    }
    let characters: Vec<char> = contact.chars().collect();
    if characters.len() < 8 {
        return format!(
            "{}***",
            characters.first().map(char::to_string).unwrap_or_default()
        );
    }
    let head: String = characters[..3].iter().collect();
    let tail: String = characters[characters.len() - 4..].iter().collect();
    format!("{head}****{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(contact: &str) -> User {
        User {
            name: None,
            contact: contact.to_owned(),
            contact_type: ContactType::guess(contact),
        }
    }

    #[test]
    fn spellings_of_one_mobile_are_equal() {
        for text in ["13900000000", "+86 139 0000 0000", "0086-139-0000-0000"] {
            assert!(user(text).same_contact(&user("13900000000")), "{text}");
        }
    }

    #[test]
    fn mails_compare_without_case() {
        assert!(user("Li@Example.com").same_contact(&user("li@example.com")));
        assert!(!user("li@example.com").same_contact(&user("13900000000")));
    }

    #[test]
    fn masks_keep_what_the_owner_recognises() {
        assert_eq!(mask("13900001234"), "139****1234");
        assert_eq!(mask("liming@example.com"), "li***@example.com");
        assert_eq!(mask("E12"), "E***");
    }
}
