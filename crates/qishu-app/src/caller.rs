//! Who calls: an integrator's application, or a person on a page.

use qishu_model::application::Application;
use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_store::ledger::Actor;

/// Language of messages and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// 简体中文
    #[default]
    Chinese,
    /// English
    English,
}

impl Language {
    /// Reads the spellings clients use (D2); anything else is Chinese.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().replace('_', "-").as_str() {
            "en" | "eg" | "eng" | "en-us" => Self::English,
            _ => Self::Chinese,
        }
    }

    /// Name used in links and page data: `cn` or `en`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chinese => "cn",
            Self::English => "en",
        }
    }
}

/// A verified call of the Open API.
#[derive(Debug, Clone)]
pub struct ApiCaller {
    /// The application whose signature was verified.
    pub application: Application,
    /// Its owner, the platform company.
    pub company: Company,
    /// Network address of the client.
    pub address: Option<String>,
    /// What the client says it is.
    pub client: Option<String>,
    /// Language asked for.
    pub language: Language,
}

impl ApiCaller {
    /// The application as the log names it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            user_id: Some(self.application.id.to_string()),
            name: Some(self.application.name.clone()),
            contact: None,
            address: self.address.clone(),
            client: Some(self.client.clone().unwrap_or_else(|| "API".to_owned())),
            browser: None,
        }
    }

    /// The application acting in the name of an employee.
    #[must_use]
    pub fn actor_for(&self, user: Option<&User>) -> Actor {
        let mut actor = self.actor();
        if let Some(user) = user {
            actor.name = user.name.clone().or(actor.name);
            actor.contact = Some(user.contact.clone());
        }
        actor
    }
}
