//! 签署页面 — POST `/v2/contract/pageurl`

use qishu_model::contact::User;
use qishu_model::contract::draft::ContractAddress;

use super::objects::{PAGE_URL, contract_address, language, theme_color, user, web_address};
use crate::fields::{FieldError, Fields, Object, Problem};
use crate::language::Language;

/// Life of a link when the caller does not say, in minutes (D41).
const DEFAULT_MINUTES: u32 = 30;
const SHORTEST_MINUTES: u32 = 5;
const LONGEST_MINUTES: u32 = 90 * DAY_MINUTES;
const DAY_MINUTES: u32 = 24 * 60;

/// What the page opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageType {
    /// The contract, with the ways to sign and refuse.
    #[default]
    Sign,
    /// The contract for printing; desktop only.
    Print,
    /// Signing at once; phones.
    DirectSign,
}

impl PageType {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Sign, Self::Print, Self::DirectSign];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sign => "SIGN",
            Self::Print => "PRINT",
            Self::DirectSign => "DIRECT_SIGN",
        }
    }
}

/// A link under which one person signs (5.5).
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the documented switches of the page"
)]
pub struct PageUrlRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Who signs.
    pub user: User,
    /// What the page opens with.
    pub page_type: PageType,
    /// Where the page leads after signing; http or https.
    pub callback_page: Option<String>,
    /// Hide "back".
    pub hide_return_button: bool,
    /// Hide "recall".
    pub hide_recall_button: bool,
    /// Hide "return"; hidden by default.
    pub hide_reject_button: bool,
    /// Hide "end signing".
    pub hide_end_button: bool,
    /// Hide "signing state".
    pub hide_state_button: bool,
    /// Show "start again".
    pub show_resend_button: bool,
    /// After one signature confirmed by code the signing password will do for 30 minutes on the same client.
    pub allow_password_sign: bool,
    /// Hide the settings of the signing password.
    pub hide_password_settings: bool,
    /// Language; absent = the person's.
    pub language: Option<Language>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
    /// Life of the link in minutes, 5 to 129,600 (90 days); default 30.
    pub expire_minutes: u32,
}

impl PageUrlRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address or user are missing, the life of the link is out of bounds, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let flag = |name: &str, default: bool| Ok::<_, FieldError>(root.boolean(name)?.unwrap_or(default));
        let style = root.object("pageStyle")?.or(root.object("pageStyleInfo")?);
        Ok(Self {
            address: contract_address(&root)?,
            user: root.require("user", user(&root, "user")?)?,
            page_type: root
                .one_of("pageType", &PageType::ALL, PageType::name)?
                .unwrap_or_default(),
            callback_page: web_address(&root, "callbackPage", PAGE_URL)?,
            hide_return_button: flag("hideReturnButton", false)?,
            hide_recall_button: flag("hideRecallButton", false)?,
            hide_reject_button: flag("hideRejectButton", true)?,
            hide_end_button: flag("hideEndButton", false)?,
            hide_state_button: flag("hideStateButton", false)?,
            show_resend_button: flag("showResendButton", false)?,
            allow_password_sign: flag("allowPasswordSign", false)?,
            hide_password_settings: flag("hidePasswordSettings", false)?,
            language: language(&root)?,
            theme_color: style.as_ref().map(theme_color).transpose()?.flatten(),
            expire_minutes: expire_minutes(&root)?,
        })
    }
}

/// Reads `expireTime` in `expireTimeUnit` (`MINUTES` by default, or `DAYS`).
pub(super) fn expire_minutes(root: &Object<'_>) -> Result<u32, FieldError> {
    let unit = root.one_of("expireTimeUnit", &["MINUTES", "DAYS"], |name| name)?;
    let factor = if unit == Some("DAYS") { DAY_MINUTES } else { 1 };
    let Some(number) = root.integer("expireTime", 0..=u32::MAX)? else {
        return Ok(DEFAULT_MINUTES);
    };
    let minutes = number
        .checked_mul(factor)
        .filter(|m| (SHORTEST_MINUTES..=LONGEST_MINUTES).contains(m));
    minutes.ok_or_else(|| {
        root.error(
            "expireTime",
            Problem::OutOfRange {
                allowed: "from 5 minutes to 90 days".to_owned(),
            },
        )
    })
}
