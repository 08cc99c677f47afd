//! Links to pages: 256 random bits, stored as a hash, bound to contract, person and purpose.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qishu_model::contact::User;
use qishu_model::contract::{Contract, ContractAddress, ContractState, Refusal};
use qishu_model::id::{ContractId, DocumentId};
use qishu_model::rights::Operation;
use qishu_model::time::Timestamp;
use qishu_store::page::{PageLink, insert_link};
use qishu_store::{Reader, Transaction};
use serde::{Deserialize, Serialize};

use super::initiator::may_govern;
use super::session::Purpose;
use super::task::may_perform;
use crate::company::find_employee;
use crate::contract::{locate, locate_for_party, locate_initiated};
use crate::{ApiCaller, App, AppError};

/// Purpose of links that give out files, zipped when there are several.
pub(crate) const DOWNLOAD_PURPOSE: &str = "DOWNLOAD";

/// Links inside messages live as long as the contract; this is longer than any contract is open.
const SHORT_LINK_DAYS: i64 = 3_650;

/// A view link works for 30 minutes (4.11).
const VIEW_LINK_MS: i64 = 30 * 60_000;

/// How long a link works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    ms: i64,
}

impl Lifetime {
    /// From the request's figures: 5 minutes to 90 days, 30 minutes when absent (2.12 of the protocol).
    ///
    /// # Errors
    /// `1005` outside these limits.
    pub fn new(amount: Option<i64>, in_days: bool) -> Result<Self, AppError> {
        let unit_ms: i64 = if in_days { 86_400_000 } else { 60_000 };
        let ms = amount.map_or(Some(30 * 60_000), |amount| amount.checked_mul(unit_ms));
        let allowed = 5 * 60_000..=90 * 86_400_000;
        match ms.filter(|ms| allowed.contains(ms)) {
            Some(ms) => Ok(Self { ms }),
            None => Err(AppError::invalid("expireTime", "between 5 minutes and 90 days")),
        }
    }
}

/// What the page looks like and offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the API has a switch per button")]
pub struct PageOptions {
    /// `cn` or `en`; absent = the person's language.
    pub lang: Option<String>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
    /// Where to go after signing.
    pub callback_page: Option<String>,
    /// The application has listed that address.
    #[serde(default)]
    pub callback_trusted: bool,
    /// Document opened first.
    pub document: Option<DocumentId>,
    /// Offer a download.
    pub download: bool,
    /// Offer to print.
    pub print: bool,
    /// Hide "back".
    pub hide_return: bool,
    /// Hide "reject".
    pub hide_reject: bool,
    /// Hide "recall".
    pub hide_recall: bool,
    /// Hide "end signing".
    pub hide_end: bool,
    /// Hide "signing state".
    pub hide_state: bool,
    /// Show "start again".
    pub show_resend: bool,
    /// The signing password may be used.
    #[serde(default)]
    pub allow_password: bool,
    /// The signing password may not be set here.
    #[serde(default)]
    pub hide_password_settings: bool,
    /// `SIGN`, `PRINT` or `DIRECT_SIGN`; empty on view pages.
    pub page_type: String,
    /// Name that is shown as the integrator's, on the page of a company's authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_name: Option<String>,
    /// What a page that prepares a draft offers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appoint: Option<AppointOptions>,
}

/// What a page for preparing a draft opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AppointMode {
    /// Placing positions.
    Appoint,
    /// Basic data.
    Draft,
    /// Values of template parameters.
    FillParameters,
}

/// What a page for preparing a draft offers (5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the API has a switch per button")]
pub struct AppointOptions {
    /// What it opens with.
    pub mode: AppointMode,
    /// Sending.
    pub send: bool,
    /// Saving and closing.
    pub save: bool,
    /// Going over to the positions.
    pub locations: bool,
    /// Going over to the parameters.
    pub params: bool,
}

/// What a link is bound to besides its contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LinkData {
    /// Person; absent for links that anybody who has them may open.
    pub(crate) user: Option<User>,
    /// Looks.
    pub(crate) options: PageOptions,
    /// Items of a download link.
    #[serde(default)]
    pub(crate) items: Vec<String>,
    /// Client that opened a mini-program's ticket first, and the only one that may open it again (D42).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<String>,
}

/// 签署页面: `POST /v2/contract/pageurl`.
#[derive(Debug, Clone)]
pub struct SignPage {
    /// Contract.
    pub address: ContractAddress,
    /// Who signs.
    pub user: User,
    /// Looks.
    pub options: PageOptions,
    /// How long the link works.
    pub lifetime: Lifetime,
}

/// 预签署页面: `POST /v2/contract/appointurl`.
#[derive(Debug, Clone)]
pub struct AppointPage {
    /// Contract.
    pub address: ContractAddress,
    /// Looks.
    pub options: PageOptions,
    /// How long the link works.
    pub lifetime: Lifetime,
}

/// 浏览页面: `GET /v2/contract/viewurl`.
#[derive(Debug, Clone)]
pub struct ViewPage {
    /// Contract.
    pub address: ContractAddress,
    /// Looks.
    pub options: PageOptions,
}

/// A signing link for a person of the contract, and the contract's status.
///
/// # Errors
/// `1101` for drafts; `1110` for people who have nothing to do with the contract.
pub async fn sign_page_url(
    app: &App,
    caller: &ApiCaller,
    request: SignPage,
) -> Result<(String, &'static str), AppError> {
    let mut transaction = app.store.begin("sign_page_url");
    let contract = locate_for_party(&mut transaction, caller, &request.address, None)
        .await?
        .contract
        .value;
    require_sent(&contract)?;
    let mut options = with_defaults(caller, request.options);
    check_callback_page(options.callback_page.as_deref())?;
    options.callback_trusted = is_listed(
        &caller.application.return_origins,
        options.callback_page.as_deref(),
    );
    if !concerns(&mut transaction, &contract, &request.user).await? {
        return Err(AppError::NoViewPermission);
    }
    options
        .lang
        .get_or_insert_with(|| caller.language.name().to_owned());
    let data = LinkData {
        user: Some(request.user),
        options,
        items: Vec::new(),
        client: None,
    };
    let expire = app.now().plus_ms(request.lifetime.ms);
    let token = store_link(
        app,
        &mut transaction,
        &contract,
        Purpose::Sign.name(),
        expire,
        &data,
    )
    .await?;
    transaction.commit().await?;
    Ok((
        format!("{}/s/{token}", app.settings.base_url),
        contract.state.name(),
    ))
}

/// A link under which a draft is prepared: whoever has it acts for the initiator.
///
/// # Errors
/// `1101` for anything but a draft; `1002` for a party that is not the initiator.
pub async fn appoint_page_url(
    app: &App,
    caller: &ApiCaller,
    request: AppointPage,
) -> Result<String, AppError> {
    let mut transaction = app.store.begin("appoint_page_url");
    let contract = locate_initiated(&mut transaction, caller, &request.address)
        .await?
        .value;
    if contract.state != ContractState::Draft {
        let status = contract.state.name();
        return Err(Refusal::WrongStatus { status }.into());
    }
    let mut options = with_defaults(caller, request.options);
    check_callback_page(options.callback_page.as_deref())?;
    options.callback_trusted = is_listed(
        &caller.application.return_origins,
        options.callback_page.as_deref(),
    );
    options
        .lang
        .get_or_insert_with(|| caller.language.name().to_owned());
    let link = insert_draft_link(app, &mut transaction, &contract, options, request.lifetime).await?;
    transaction.commit().await?;
    Ok(link)
}

/// Stores a link to the page that prepares a draft and answers its address.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn insert_draft_link(
    app: &App,
    transaction: &mut Transaction,
    draft: &Contract,
    options: PageOptions,
    lifetime: Lifetime,
) -> Result<String, AppError> {
    let data = LinkData {
        user: None,
        options,
        items: Vec::new(),
        client: None,
    };
    let expire = app.now().plus_ms(lifetime.ms);
    let purpose = Purpose::Appoint.name();
    let token = store_link(app, transaction, draft, purpose, expire, &data).await?;
    Ok(format!("{}/s/{token}", app.settings.base_url))
}

/// A link that shows the contract.
///
/// # Errors
/// `1401` for a contract without documents; `1005` when the document is not one of it.
pub async fn view_page_url(app: &App, caller: &ApiCaller, request: ViewPage) -> Result<String, AppError> {
    let mut transaction = app.store.begin("view_page_url");
    let contract = locate(&mut transaction, caller, &request.address)
        .await?
        .contract
        .value;
    if contract.shown_documents().next().is_none() {
        return Err(Refusal::NoDocument.into());
    }
    let mut options = with_defaults(caller, request.options);
    if options
        .document
        .is_some_and(|id| contract.shown_document(id).is_none())
    {
        return Err(AppError::invalid("documentId", "no document of this contract"));
    }
    options
        .lang
        .get_or_insert_with(|| caller.language.name().to_owned());
    let data = LinkData {
        user: None,
        options,
        items: Vec::new(),
        client: None,
    };
    let expire = app.now().plus_ms(VIEW_LINK_MS);
    let token = store_link(
        app,
        &mut transaction,
        &contract,
        Purpose::View.name(),
        expire,
        &data,
    )
    .await?;
    transaction.commit().await?;
    Ok(format!("{}/s/{token}", app.settings.base_url))
}

/// 获取短链接: `GET /v2/contract/shorturl`. The page asks for log-in; the link lives as long as the contract (D-45).
///
/// # Errors
/// `1101` for drafts.
pub async fn contract_short_url(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    contact: Option<User>,
) -> Result<String, AppError> {
    let mut transaction = app.store.begin("contract_short_url");
    let contract = locate(&mut transaction, caller, address).await?.contract.value;
    require_sent(&contract)?;
    let link = short_link(app, &mut transaction, &contract, contact.as_ref()).await?;
    transaction.commit().await?;
    Ok(link)
}

/// A link that asks whoever opens it to log in as `user`, or as anybody the contract concerns.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn short_link(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    user: Option<&User>,
) -> Result<String, AppError> {
    let data = LinkData {
        user: user.cloned(),
        options: PageOptions {
            download: true,
            ..PageOptions::default()
        },
        items: Vec::new(),
        client: None,
    };
    let expire = app.now().plus_days(SHORT_LINK_DAYS);
    let token = store_link(app, transaction, contract, Purpose::LogIn.name(), expire, &data).await?;
    Ok(format!("{}/s/{token}", app.settings.base_url))
}

/// A link printed on the contract itself, made before it is stored.
pub(crate) struct ContractLink {
    /// 256 random bits.
    pub(crate) token: String,
    /// Whoever has it may look; otherwise it asks for log-in.
    pub(crate) public: bool,
}

/// Stores a link that lives as long as the contract.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn insert_contract_link(
    app: &App,
    transaction: &mut Transaction,
    contract: ContractId,
    link: ContractLink,
) -> Result<(), AppError> {
    let data = LinkData {
        user: None,
        options: PageOptions::default(),
        items: Vec::new(),
        client: None,
    };
    let purpose = if link.public {
        Purpose::View
    } else {
        Purpose::LogIn
    };
    let data = serde_json::to_value(&data).map_err(|error| AppError::internal("link", error))?;
    let stored = PageLink {
        purpose: purpose.name().to_owned(),
        contract_id: Some(contract),
        expire: app.now().plus_days(SHORT_LINK_DAYS),
        data,
    };
    insert_link(transaction, &link.token, &stored).await?;
    Ok(())
}

/// A link back to the signing page of a person, half an hour long.
///
/// # Errors
/// Internal when the store or the source of chance fails.
pub(super) async fn store_sign_link(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    user: &User,
    options: &PageOptions,
) -> Result<String, AppError> {
    let data = LinkData {
        user: Some(user.clone()),
        options: options.clone(),
        items: Vec::new(),
        client: None,
    };
    let expire = app.now().plus_ms(VIEW_LINK_MS);
    let token = store_link(app, transaction, contract, Purpose::Sign.name(), expire, &data).await?;
    Ok(format!("{}/s/{token}", app.settings.base_url))
}

/// Stores a link and answers its token.
///
/// # Errors
/// Internal when the store or the source of chance fails.
pub(super) async fn store_link(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    purpose: &str,
    expire: Timestamp,
    data: &LinkData,
) -> Result<String, AppError> {
    let token = new_token(app)?;
    let data = serde_json::to_value(data).map_err(|error| AppError::internal("link", error))?;
    let link = PageLink {
        purpose: purpose.to_owned(),
        contract_id: Some(contract.id),
        expire,
        data,
    };
    insert_link(transaction, &token, &link).await?;
    Ok(token)
}

/// 256 random bits as they stand in an address.
///
/// # Errors
/// Internal when the source of chance fails.
pub(crate) fn new_token(app: &App) -> Result<String, AppError> {
    Ok(URL_SAFE_NO_PAD.encode(app.random_bytes::<32>()?))
}

pub(crate) fn require_sent(contract: &Contract) -> Result<(), AppError> {
    match contract.state {
        ContractState::Draft => Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into()),
        _ => Ok(()),
    }
}

pub(super) fn with_defaults(caller: &ApiCaller, mut options: PageOptions) -> PageOptions {
    let own = caller.application.theme_color.clone();
    options.theme_color = options.theme_color.or(own);
    options
}

/// Only web addresses; where they lead is judged when the person goes there.
///
/// # Errors
/// `1005`.
pub(crate) fn check_callback_page(page: Option<&str>) -> Result<(), AppError> {
    let fits = |page: &str| page.starts_with("http://") || page.starts_with("https://");
    match page {
        Some(page) if !fits(page) => Err(AppError::invalid(
            "callbackPage",
            "an http(s) address is expected",
        )),
        _ => Ok(()),
    }
}

/// Whether the application has listed the origin of an address (scheme, host and port), so that the page may go there
/// without being asked.
pub(crate) fn is_listed(listed: &[String], page: Option<&str>) -> bool {
    let Some((scheme, rest)) = page.and_then(|page| page.split_once("://")) else {
        return false;
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let origin = format!("{scheme}://{authority}");
    !authority.contains('@') && listed.iter().any(|known| known.eq_ignore_ascii_case(&origin))
}

/// Whether a person has to do with the contract: receiver, operator of a step or holder of a seal for one, creator or
/// administrator of the initiator, or somebody who gets a copy.
pub(crate) async fn concerns(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
) -> Result<bool, AppError> {
    let named = |other: &User| other.same_contact(user);
    let parties = contract.signatories.iter().flat_map(|party| {
        party
            .receiver
            .iter()
            .chain(party.actions.iter().flat_map(|step| &step.operators))
    });
    let copies = contract.copy_send_receivers.iter().map(|copy| &copy.receiver);
    if parties.chain(&contract.creator).chain(copies).any(named) {
        return Ok(true);
    }
    // The same person under another contact, as an employee number.
    for party in &contract.signatories {
        let Some(company) = party.company_id else { continue };
        let Some(employee) = find_employee(reader, company, user).await? else {
            continue;
        };
        let people = party
            .receiver
            .iter()
            .chain(party.actions.iter().flat_map(|step| &step.operators));
        if people.chain(&contract.creator).any(|other| employee.is(other)) {
            return Ok(true);
        }
        for step in &party.actions {
            if may_perform(reader, contract, party, step, user).await? {
                return Ok(true);
            }
        }
    }
    may_govern(reader, contract, user, Operation::RecallContract).await
}

#[cfg(test)]
mod tests {
    use super::is_listed;

    #[test]
    fn only_listed_origins_are_returned_to_without_asking() {
        let listed = ["https://erp.example.com:8443".to_owned()];
        let trusts = |page: &str| is_listed(&listed, Some(page));
        assert!(trusts("https://erp.example.com:8443/done?order=42"));
        assert!(trusts("https://ERP.example.com:8443"));
        for other in [
            "http://erp.example.com:8443/",
            "https://erp.example.com/",
            "https://erp.example.com:8443.evil.example/",
            "https://erp.example.com:8443@evil.example/",
            "https://evil.example\\@erp.example.com:8443/",
            "javascript:alert(1)",
        ] {
            assert!(!trusts(other), "{other}");
        }
        assert!(!is_listed(&listed, None));
        assert!(!is_listed(&[], Some("https://erp.example.com:8443/")));
    }
}
