//! 企业身份校验: POST `/v2/companyinfo/verify`

use qishu_app::identity::{CompanyClaim, verify_company_data};
use qishu_wire::requests::CompanyInfoVerifyRequest;

use super::identity_answer;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = CompanyInfoVerifyRequest::read(&call.fields)?;
    let factors = 2 + usize::from(request.legal_person.is_some());
    let claim = CompanyClaim {
        name: request.company_name,
        register_no: request.register_no,
        legal_person: request.legal_person,
    };
    let result = verify_company_data(&call.app, &call.caller, &claim).await?;
    answer(&identity_answer(&result, factors, call.caller.language))
}
