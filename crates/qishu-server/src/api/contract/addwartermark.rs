//! 合同文档添加水印: POST `/v2/contract/addwartermark`

use qishu_app::watermark::add_watermarks;
use qishu_wire::requests::AddWatermarkRequest;

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = AddWatermarkRequest::read(&call.fields)?;
    add_watermarks(
        &call.app,
        &call.caller,
        &request.address,
        request.delete_old,
        &request.watermarks,
    )
    .await?;
    done()
}
