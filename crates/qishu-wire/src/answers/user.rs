//! A person as answers show them (3.3).

use qishu_model::contact::User;
use serde::Serialize;

/// Name and contact of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserAnswer {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Contact as it was given.
    pub contact: String,
    /// Kind of contact.
    pub contact_type: &'static str,
    /// Verified name; present when asked for and known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real_name: Option<String>,
}

impl From<&User> for UserAnswer {
    fn from(user: &User) -> Self {
        Self {
            name: user.name.clone(),
            contact: user.contact.clone(),
            contact_type: user.contact_type.name(),
            real_name: None,
        }
    }
}

/// Answers for several persons.
pub(super) fn users(users: &[User]) -> Vec<UserAnswer> {
    users.iter().map(UserAnswer::from).collect()
}
