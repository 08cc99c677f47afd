//! 创建图片印章: POST `/v2/seal/createbyimage`

use qishu_app::seal::{PictureSeal, create_seal_by_image};
use qishu_wire::answers::ApplyIdAnswer;
use qishu_wire::requests::SealByImageRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SealByImageRequest::read(&call.fields)?;
    let order = PictureSeal {
        tenant_name: request.tenant_name,
        name: request.name,
        image: request.image,
        seal_type: request.seal_type,
        letter: request.letter,
        spec: request.size.spec.to_owned(),
        width_mm: request.size.width_mm,
        height_mm: request.size.height_mm,
        users: request.users,
        callback_url: request.callback_url,
    };
    let apply_id = create_seal_by_image(&call.app, &call.caller, order).await?;
    answer(&ApplyIdAnswer { apply_id })
}
