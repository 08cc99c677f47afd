//! 新增外部客户: POST `/v2/customer/add`

use qishu_app::company::{NewCustomer, add_customer};
use qishu_wire::answers::CustomerIdAnswer;
use qishu_wire::requests::CustomerAddRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = CustomerAddRequest::read(&call.fields)?;
    let new = NewCustomer {
        tenant_type: request.tenant_type,
        company_name: request.company_name,
        user: request.user,
        alternate_contact: request.alternate_contact,
    };
    let id = add_customer(&call.app, &call.caller, new).await?;
    answer(&CustomerIdAnswer { id })
}
