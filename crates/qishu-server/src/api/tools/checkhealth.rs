//! 健康检查: GET `/v2/checkhealth`

use qishu_app::request_guard::check_health;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    check_health(&call.app).await?;
    done()
}
