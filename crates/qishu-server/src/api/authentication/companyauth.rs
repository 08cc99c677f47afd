//! 企业认证-获取企业认证链接: POST `/companyauth/pcpage`, `/companyauth/h5page`; 带营业执照: POST `/companyauth/pcpagewithlicense`,
//! `/companyauth/h5pagewithlicense`

use qishu_app::company_auth::{CompanyAuthRequest, company_auth_url};
use qishu_wire::answers::CompanyAuthLinkAnswer;
use qishu_wire::requests::CompanyAuthLinkRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn pc_page(call: Call) -> Answer {
    let request = CompanyAuthLinkRequest::read(&call.fields)?;
    link(call, request, false).await
}

pub(in crate::api) async fn h5_page(call: Call) -> Answer {
    let request = CompanyAuthLinkRequest::read(&call.fields)?;
    link(call, request, true).await
}

pub(in crate::api) async fn pc_page_with_license(call: Call) -> Answer {
    let request = CompanyAuthLinkRequest::read_with_license(&call.fields)?;
    link(call, request, false).await
}

pub(in crate::api) async fn h5_page_with_license(call: Call) -> Answer {
    let request = CompanyAuthLinkRequest::read_with_license(&call.fields)?;
    link(call, request, true).await
}

async fn link(call: Call, request: CompanyAuthLinkRequest, phone: bool) -> Answer {
    let lang = request.language.map(crate::api::language);
    let asked = CompanyAuthRequest {
        data: request.data,
        applicant: request.applicant,
        license: request.license.map(|file| file.bytes),
        modify_fields: request.modify_fields,
        callback_url: request.callback_url,
        close_button: request.close_button,
        phone,
        lang: lang.map(|lang| lang.name().to_owned()),
        theme_color: request.theme_color,
        platform_name: request.platform_name,
    };
    let link = company_auth_url(&call.app, &call.caller, asked).await?;
    answer(&CompanyAuthLinkAnswer {
        auth_url: link.url,
        request_id: link.request_id,
    })
}
