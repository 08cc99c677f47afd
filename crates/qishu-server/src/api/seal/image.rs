//! 印章图片: GET `/v2/seal/image`

use qishu_app::seal::seal_image;
use qishu_wire::requests::SealIdRequest;

use crate::api::{Answer, Call, Reply};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SealIdRequest::read(&call.fields)?;
    let bytes = seal_image(&call.app, &call.caller, request.seal_id).await?;
    Ok(Reply::File {
        content_type: "image/png",
        name: None,
        bytes,
    })
}
