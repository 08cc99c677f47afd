//! 签署个人签名: POST `/v2/contract/personalsign`

use qishu_app::signing::{CompanyChoice, PersonalSign, personal_sign};
use qishu_wire::requests::PersonalSignRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = PersonalSignRequest::read(&call.fields)?;
    let company = request.company_signatory.map(|company| CompanyChoice {
        id: company.id,
        name: company.name,
    });
    let sign = PersonalSign {
        sign: super::sign_param(request.sign),
        user: request.user,
        company,
    };
    personal_sign(&call.app, &call.caller, sign).await?;
    done()
}
