//! 创建印章: POST `/v2/seal/autocreate`

use qishu_app::seal::{SealImage, SealOrder, create_seal};
use qishu_wire::answers::SealAnswer;
use qishu_wire::requests::SealAutoCreateRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SealAutoCreateRequest::read(&call.fields)?;
    let image = request.image;
    let order = SealOrder {
        tenant_name: request.tenant_name,
        name: request.name,
        image: SealImage {
            style: Some(image.style.name().to_owned()),
            spec: Some(image.spec.name().to_owned()),
            branch_name: image.branch_name,
            foot: image.foot,
            enterprise_code: image.enterprise_code,
            en_content: image.en_content,
            edge_width_mm: image.edge_width_mm,
            star_size_mm: image.star_size_mm,
        },
        users: request.users,
    };
    answer(&SealAnswer::detail(
        &create_seal(&call.app, &call.caller, order).await?,
    ))
}
