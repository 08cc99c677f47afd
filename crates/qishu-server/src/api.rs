//! The Open API: one module per group, groups and order as in the documentation. This file is the table of contents.

mod authentication;
mod category;
mod chain;
mod company;
mod contract;
mod document;
mod embedding;
mod employee;
mod seal;
mod signatory;
mod signing;
mod template;
mod tools;

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use qishu_app::{ApiCaller, App, Language};
use qishu_model::rights::Area;
use qishu_wire::code::ErrorCode;
use qishu_wire::envelope;
use qishu_wire::fields::Fields;
use serde::Serialize;

use crate::Shared;
use crate::error::ApiError;

/// A verified call with its parameters.
pub(crate) struct Call {
    pub(crate) app: App,
    /// For pages shown through an integrator's proxy, which are served here.
    pub(crate) shared: Shared,
    pub(crate) caller: ApiCaller,
    pub(crate) fields: Fields,
}

/// What a handler answers.
pub(crate) enum Reply {
    /// The envelope, ready to send.
    Json(Vec<u8>),
    /// A file; `name` makes it an attachment.
    File {
        content_type: &'static str,
        name: Option<String>,
        bytes: Bytes,
    },
    /// An envelope that refuses and carries data all the same.
    Refused { code: ErrorCode, bytes: Bytes },
}

pub(crate) type Answer = Result<Reply, ApiError>;
type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A success without data.
#[expect(clippy::unnecessary_wraps, reason = "reads as the end of a handler")]
pub(crate) fn done() -> Answer {
    Ok(Reply::Json(envelope::success()))
}

/// A success with data.
#[expect(clippy::unnecessary_wraps, reason = "reads as the end of a handler")]
pub(crate) fn answer(result: &impl Serialize) -> Answer {
    Ok(Reply::Json(envelope::success_with(result)))
}

/// The application's language for the protocol's.
pub(crate) fn language(language: qishu_wire::language::Language) -> Language {
    Language::from_name(language.name())
}

/// The area a path belongs to, for applications that are confined to some; none for what tells nothing but that the
/// credentials are right. A path nobody thought of belongs to contracts, the area with the most to lose.
pub(crate) fn area(path: &str) -> Option<Area> {
    let mut parts = path
        .split('/')
        .filter(|part| !part.is_empty() && !matches!(*part, "v2" | "v3"));
    match (parts.next()?, parts.next()) {
        ("checkhealth", _) | ("company", Some("platforminfo" | "token")) => None,
        ("company", Some("changeinfo"))
        | (
            "personalauth" | "companyauth" | "personalsign" | "ssoprivilege" | "verify" | "identity"
            | "companyinfo" | "ocr" | "chain",
            _,
        ) => Some(Area::Identity),
        ("company" | "subcompany" | "employee" | "role" | "customer", _) => Some(Area::Organisation),
        ("seal", _) => Some(Area::Seals),
        ("template" | "category", _) => Some(Area::Templates),
        _ => Some(Area::Contracts),
    }
}

macro_rules! routes {
    ($($path:literal => $handler:path;)*) => {
        /// Paths this build serves, in the order of the documentation.
        pub const SERVED: &[&str] = &[$($path),*];

        /// The handler of a documented path.
        pub(crate) fn handler(path: &str) -> Option<Handler> {
            match path {
                $($path => Some(|call| Box::pin($handler(call))),)*
                _ => None,
            }
        }
    };
}

routes! {
    "/v2/contract/draft" => contract::draft::handle;
    "/v2/document/addbyfile" => document::addbyfile::handle;
    "/v2/document/addbyfiles" => document::addbyfiles::handle;
    "/v2/document/addbytemplate" => document::addbytemplate::handle;
    "/v2/contract/send" => contract::send::handle;
    "/v2/contract/copysend" => contract::copysend::handle;
    "/v2/signatory/edit" => signatory::edit::handle;
    "/v3/signatory/edit" => signatory::edit_v3::handle;
    "/v2/signatory/operators/edit" => signatory::operators_edit::handle;
    "/v2/signatory/add" => signatory::add::handle;
    "/v2/contract/viewurl" => contract::viewurl::handle;
    "/v2/contract/detail" => contract::detail::handle;
    "/v2/contract/list" => contract::list::handle;
    "/v2/contract/download" => contract::download::handle;
    "/v2/document/download" => document::download::handle;
    "/v2/attachment/download" => document::attachment_download::handle;
    "/v2/contract/forceend" => contract::forceend::handle;
    "/v2/contract/forceend/addattachment" => contract::forceend_addattachment::handle;
    "/v2/contract/addwartermark" => contract::addwartermark::handle;
    "/v2/contract/delay" => contract::delay::handle;
    "/v2/contract/stream" => contract::stream::handle;
    "/v2/contract/downloadurl" => contract::downloadurl::handle;
    "/v2/contract/contractModify" => contract::modify::handle;
    "/v2/contract/resend" => contract::resend::handle;
    "/v2/contract/joinurl" => contract::joinurl::handle;
    "/v2/contract/personal/joinurl" => contract::personal_joinurl::handle;
    "/v2/contract/required/detail" => contract::required_detail::handle;
    "/v2/contract/companysign" => signing::companysign::handle;
    "/v2/contract/legalpersonsign" => signing::legalpersonsign::handle;
    "/v2/contract/employeeaudit" => signing::employeeaudit::handle;
    "/v2/contract/notice" => signing::notice::handle;
    "/v2/contract/pageurl" => signing::pageurl::handle;
    "/v2/contract/appointurl" => signing::appointurl::handle;
    "/v2/contract/shorturl" => signing::shorturl::handle;
    "/v2/contract/invalid" => signing::invalid::handle;
    "/v2/contract/invalidbyfile" => signing::invalidbyfile::handle;
    "/v2/contract/invalidbytemplate" => signing::invalidbytemplate::handle;
    "/v2/contract/invalidsign" => signing::invalidsign::handle;
    "/v2/contract/personalsign" => signing::personalsign::handle;
    "/v2/company/list" => company::list::handle;
    "/v2/subcompany/invite" => company::subcompany_invite::handle;
    "/v2/subcompany/remove" => company::subcompany_remove::handle;
    "/company/platforminfo" => company::platforminfo::handle;
    "/v2/company/detail" => company::detail::handle;
    "/v2/employee/list" => employee::list::handle;
    "/v2/employee/create" => employee::create::handle;
    "/v2/employee/update" => employee::update::handle;
    "/v2/employee/detail" => employee::detail::handle;
    "/v2/role/manage" => employee::role_manage::handle;
    "/v2/employee/remove" => employee::remove::handle;
    "/company/token/get" => company::token_get::handle;
    "/company/token/update/callback" => company::token_update_callback::handle;
    "/v2/company/fee/info" => company::fee_info::handle;
    "/v2/seal/list" => seal::list::handle;
    "/v2/seal/image" => seal::image::handle;
    "/v2/seal/employeesealimage" => seal::employeesealimage::handle;
    "/v2/seal/autocreate" => seal::autocreate::handle;
    "/v2/seal/sealdetail" => seal::sealdetail::handle;
    "/v2/seal/edit" => seal::edit::handle;
    "/v2/seal/createbyimage" => seal::createbyimage::handle;
    "/v2/seal/status" => seal::status::handle;
    "/v2/seal/remove" => seal::remove::handle;
    "/v2/template/list" => template::list::handle;
    "/v2/template/detail" => template::detail::handle;
    "/v2/template/pageurl" => template::pageurl::handle;
    "/v3/template/createbyword" => template::createbyword::handle;
    "/v2/template/edit" => template::edit::handle;
    "/v2/template/status" => template::status::handle;
    "/v2/template/download" => template::download::handle;
    "/v2/template/remove" => template::remove::handle;
    "/v2/category/list" => category::list::handle;
    "/v2/category/detail" => category::detail::handle;
    "/v2/personalauth" => authentication::personalauth::handle;
    "/v2/personalauth/result" => authentication::personalauth_result::handle;
    "/companyauth/pcpage" => authentication::companyauth::pc_page;
    "/companyauth/h5page" => authentication::companyauth::h5_page;
    "/companyauth/pcpagewithlicense" => authentication::companyauth::pc_page_with_license;
    "/companyauth/h5pagewithlicense" => authentication::companyauth::h5_page_with_license;
    "/companyauth/result" => authentication::companyauth_result::handle;
    "/v2/customer/add" => company::customer_add::handle;
    "/v2/ssoprivilege/url" => authentication::ssoprivilege_url::handle;
    "/v2/personalsign/authurl" => authentication::personalsign_authurl::handle;
    "/v2/personalsign/deauthorize" => authentication::personalsign_deauthorize::handle;
    "/v2/personalsign/query" => authentication::personalsign_query::handle;
    "/v2/verify" => tools::verify::handle;
    "/v2/identity/verify" => tools::identity_verify::handle;
    "/v2/companyinfo/verify" => tools::companyinfo_verify::handle;
    "/v2/checkhealth" => tools::checkhealth::handle;
    "/v2/ocr/idcard" => tools::ocr_idcard::handle;
    "/v2/ocr/bankcard" => tools::ocr_bankcard::handle;
    "/v2/chain/notary" => chain::notary::handle;
    "/chain/evidence/electronic/prove/apply" => chain::prove_apply::handle;
    "/chain/evidence/complete/report/apply" => chain::report_apply::handle;
    "/chain/evidence/complete/report/status" => chain::report_status::handle;
    "/chain/evidence/complete/report/download" => chain::report_download::handle;
    "/v2/signatory/identity" => signatory::identity::handle;
    "/uniformapi" => embedding::uniformapi::handle;
    "/v2/contract/miniappexchange" => embedding::contract_miniappexchange::handle;
    "/v2/contract/miniappexchange/view" => embedding::contract_miniappexchange_view::handle;
}
