//! 预签署页面 — POST `/v2/contract/appointurl`

use qishu_model::contract::draft::ContractAddress;

use super::objects::{PAGE_URL, contract_address, language, theme_color, web_address};
use super::page_url::expire_minutes;
use crate::fields::{FieldError, Fields};
use crate::language::Language;

/// What the page opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppointPageType {
    /// Placing positions.
    #[default]
    Appoint,
    /// Basic data.
    Draft,
    /// Values of template parameters.
    FillParameters,
}

impl AppointPageType {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Appoint, Self::Draft, Self::FillParameters];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Appoint => "APPOINT",
            Self::Draft => "DRAFT",
            Self::FillParameters => "FILL_PARAMETERS",
        }
    }
}

/// A link under which a draft is prepared (5.6).
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the documented switches of the page"
)]
pub struct AppointUrlRequest {
    /// The contract.
    pub address: ContractAddress,
    /// What the page opens with.
    pub page_type: AppointPageType,
    /// Where the page leads afterwards; http or https.
    pub callback_page: Option<String>,
    /// Offer "send"; default yes.
    pub allowed_send: bool,
    /// Hide "back".
    pub hide_return_button: bool,
    /// Offer "save" and "close"; default yes.
    pub can_save_or_close: bool,
    /// Offer "specify positions"; default yes.
    pub specify_location_button: bool,
    /// Offer "fill parameters"; default yes.
    pub fill_param_button: bool,
    /// Language; absent = the creator's, else Chinese.
    pub language: Option<Language>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
    /// Life of the link in minutes, 5 to 129,600 (90 days); default 30.
    pub expire_minutes: u32,
}

impl AppointUrlRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing, the life of the link is out of bounds, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let flag = |name: &str, default: bool| Ok::<_, FieldError>(root.boolean(name)?.unwrap_or(default));
        let style = root.object("pageStyle")?.or(root.object("pageStyleInfo")?);
        Ok(Self {
            address: contract_address(&root)?,
            page_type: root
                .one_of("pageType", &AppointPageType::ALL, AppointPageType::name)?
                .unwrap_or_default(),
            callback_page: web_address(&root, "callbackPage", PAGE_URL)?,
            allowed_send: flag("allowedSend", true)?,
            hide_return_button: flag("hideReturnButton", false)?,
            can_save_or_close: flag("canSaveOrClose", true)?,
            specify_location_button: flag("specifyLocationButton", true)?,
            fill_param_button: flag("fillParamButton", true)?,
            language: language(&root)?,
            theme_color: style.as_ref().map(theme_color).transpose()?.flatten(),
            expire_minutes: expire_minutes(&root)?,
        })
    }
}
