//! 获取个人认证链接 — POST `/v2/personalauth`; 查询个人认证状态 — GET `/v2/personalauth/result`

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::ModifyField;
use qishu_model::id::PersonAuthId;
use qishu_model::person_auth::{AuthMode, PaperType, PersonData, WantedMode};

use super::objects::{CALLBACK_URL, NAME, PAGE_URL, language, theme_color, user, web_address};
use crate::fields::{FieldError, Fields, Object, Problem};
use crate::language::Language;

/// Contacts that a person can be authenticated by.
const CONTACTS: [ContactType; 2] = [ContactType::Email, ContactType::Mobile];

/// A link under which a person proves who they are (8.1).
#[derive(Debug, Clone, PartialEq)]
pub struct PersonAuthLinkRequest {
    /// Who.
    pub user: User,
    /// Method and prefill.
    pub auth: AuthPrefillFields,
    /// Where the result is told.
    pub callback_url: Option<String>,
    /// Where the page leads afterwards; http or https.
    pub callback_page: Option<String>,
    /// Language; absent = the person's.
    pub language: Option<Language>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
}

impl PersonAuthLinkRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the user is missing or named by something else than mobile or mail, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let mut auth = AuthPrefillFields::read(&root)?;
        // Legacy; one client spells it wrongly.
        let manual = match root.boolean("manualSwitch")? {
            None => root.boolean("manaulSwitch")?,
            given => given,
        };
        if manual == Some(true) && !auth.other_modes.contains(&AuthMode::Manual) {
            auth.other_modes.push(AuthMode::Manual);
        }
        Ok(Self {
            user: reachable_user(&root)?,
            auth,
            callback_url: web_address(&root, "callbackUrl", CALLBACK_URL)?,
            callback_page: web_address(&root, "callbackPage", PAGE_URL)?,
            language: language(&root)?,
            theme_color: page_color(&root)?,
        })
    }
}

/// Method and prefill of an authentication (2.13, 8.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthPrefillFields {
    /// Method demanded.
    pub mode: WantedMode,
    /// Methods offered after a failure.
    pub other_modes: Vec<AuthMode>,
    /// Kind of document.
    pub paper_type: PaperType,
    /// What is filled in.
    pub prefill: PersonData,
    /// What of it may be changed.
    pub modify_fields: Vec<ModifyField>,
}

impl AuthPrefillFields {
    /// Reads the members of an object.
    ///
    /// # Errors
    /// When one has the wrong form.
    pub fn read(object: &Object<'_>) -> Result<Self, FieldError> {
        let text = |name: &str| object.text(name, NAME);
        Ok(Self {
            mode: wanted_mode(object)?,
            other_modes: other_modes(object)?,
            paper_type: object
                .one_of("paperType", &PaperType::ALL, PaperType::name)?
                .unwrap_or_default(),
            prefill: PersonData {
                name: text("username")?,
                id_card_no: text("idCardNo")?,
                mobile: None,
                bank_no: text("bankNo")?,
                bank_mobile: text("bankMobile")?,
            },
            modify_fields: object.list_of("modifyFields", &ModifyField::ALL, ModifyField::name)?,
        })
    }
}

/// Reads `mode`: `DEFAULT` or a method; review by staff cannot be demanded.
fn wanted_mode(object: &Object<'_>) -> Result<WantedMode, FieldError> {
    const NAMES: [&str; 6] = ["DEFAULT", "IVS", "FACE", "FACEID", "BANK", "ALIPAY"];
    Ok(match object.one_of("mode", &NAMES, |name| name)? {
        None | Some("DEFAULT") => WantedMode::Any,
        Some("IVS") => WantedMode::Only(AuthMode::Ivs),
        Some("BANK") => WantedMode::Only(AuthMode::Bank),
        Some("ALIPAY") => WantedMode::Only(AuthMode::Alipay),
        // The query calls it FACEID (D-28).
        Some(_) => WantedMode::Only(AuthMode::Face),
    })
}

fn other_modes(object: &Object<'_>) -> Result<Vec<AuthMode>, FieldError> {
    let names: [(&str, AuthMode); 6] = [
        ("IVS", AuthMode::Ivs),
        ("FACE", AuthMode::Face),
        ("FACEID", AuthMode::Face),
        ("BANK", AuthMode::Bank),
        ("ALIPAY", AuthMode::Alipay),
        ("MANUAL", AuthMode::Manual),
    ];
    let mut modes = Vec::new();
    for (_, mode) in object.list_of("otherModes", &names, |(name, _)| name)? {
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    Ok(modes)
}

/// Reads `user`, by mobile number or mail address.
pub(super) fn reachable_user(root: &Object<'_>) -> Result<User, FieldError> {
    let found = root.require("user", user(root, "user")?)?;
    if CONTACTS.contains(&found.contact_type) {
        Ok(found)
    } else {
        let problem = Problem::NotOneOf("MOBILE EMAIL".to_owned());
        Err(root.error("user.contactType", problem))
    }
}

/// Reads the colour of `pageStyle`, or of `pageStyleInfo` in forms (2.12).
pub(super) fn page_color(root: &Object<'_>) -> Result<Option<String>, FieldError> {
    let style = root.object("pageStyle")?.or(root.object("pageStyleInfo")?);
    Ok(style.as_ref().map(theme_color).transpose()?.flatten())
}

/// How an authentication came out (8.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonAuthResultRequest {
    /// By contact.
    Contact(User),
    /// By id; wins.
    Id(PersonAuthId),
    /// By an id that is none of ours.
    NoId(String),
}

impl PersonAuthResultRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When id and contact are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        if let Some(text) = root.text("authId", NAME)? {
            return Ok(text.parse().map_or(Self::NoId(text), Self::Id));
        }
        let contact = root.text("contact", NAME)?;
        let contact = contact.ok_or_else(|| root.error("authId", Problem::MissingUnless("contact")))?;
        let contact_type = root.one_of("contactType", &CONTACTS, ContactType::name)?;
        Ok(Self::Contact(User {
            name: None,
            contact_type: contact_type.unwrap_or_else(|| ContactType::guess(&contact)),
            contact,
        }))
    }
}
