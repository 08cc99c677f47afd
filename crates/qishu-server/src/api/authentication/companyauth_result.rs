//! 企业认证-查询认证结果: GET `/companyauth/result`

use qishu_app::company_auth::{CompanyAuthResult, CompanyAuthSelector, company_auth_result};
use qishu_model::time::Timestamp;
use qishu_wire::answers::CompanyAuthResultAnswer;
use qishu_wire::requests::CompanyAuthResultRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = CompanyAuthResultRequest::read(&call.fields)?;
    let selector = CompanyAuthSelector {
        request_id: request.request_id,
        company_name: request.company_name,
    };
    let result = company_auth_result(&call.app, &call.caller, &selector).await?;
    let unknown = CompanyAuthResultAnswer {
        status: -1,
        ..CompanyAuthResultAnswer::default()
    };
    answer(&result.map_or(unknown, told))
}

fn told(result: CompanyAuthResult) -> CompanyAuthResultAnswer {
    let auth = result.auth;
    CompanyAuthResultAnswer {
        status: result.status,
        name: Some(auth.data.name),
        register_no: auth.data.register_no,
        legal_person: auth.data.legal_person,
        applicant_name: auth.applicant.name.clone(),
        applicant: auth.applicant.name,
        applicant_phone: Some(auth.applicant.contact),
        auth_info: Some(result.auth_info),
        basic_status: result.basic_status,
        basic_reason: result.basic_reason,
        oper_authorization_reason: result.letter_reason,
        auth_end_time: result.until.map(Timestamp::date_time_text),
    }
}
