//! 员工默认签名图片: GET `/v2/seal/employeesealimage`

use qishu_app::seal::employee_seal_image;
use qishu_wire::requests::EmployeeSealImageRequest;

use crate::api::{Answer, Call, Reply};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EmployeeSealImageRequest::read(&call.fields)?;
    let company = request.company_name.as_deref();
    let bytes = employee_seal_image(&call.app, &call.caller, company, &request.user).await?;
    Ok(Reply::File {
        content_type: "image/png",
        name: None,
        bytes,
    })
}
