//! 授权管理-取消个人签名授权: POST `/v2/personalsign/deauthorize`

use qishu_app::authorisation::deauthorize;
use qishu_wire::requests::DeauthorizeRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = DeauthorizeRequest::read(&call.fields)?;
    let tenant = request.tenant_name.as_deref();
    deauthorize(&call.app, &call.caller, &request.user, tenant).await?;
    done()
}
