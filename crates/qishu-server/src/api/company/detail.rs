//! 公司详情: GET `/v2/company/detail`

use qishu_app::company::{CompanyKey, company_detail};
use qishu_wire::answers::CompanyDetailAnswer;
use qishu_wire::requests::CompanyDetailRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let asked = CompanyDetailRequest::read(&call.fields)?.company;
    let key = CompanyKey {
        name: asked.name,
        register_no: asked.register_no,
    };
    match company_detail(&call.app, &key).await? {
        Some(company) => answer(&CompanyDetailAnswer::from(&company)),
        None => answer(&CompanyDetailAnswer::unknown(key.name, key.register_no)),
    }
}
