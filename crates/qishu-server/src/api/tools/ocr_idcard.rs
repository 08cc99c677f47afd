//! 身份证识别: POST `/v2/ocr/idcard`

use qishu_app::ocr::{CardSide, read_identity_card};
use qishu_wire::answers::IdentityCardAnswer;
use qishu_wire::requests::OcrRequest;

use super::picture;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = OcrRequest::read(&call.fields)?;
    let card = read_identity_card(&call.app, &call.caller, picture(request)).await?;
    answer(&IdentityCardAnswer {
        side: card.side.map(|side| match side {
            CardSide::Back => "BACK",
            CardSide::Front => "FRONT",
        }),
        name: card.name,
        sex: card.sex,
        nation: card.nation,
        birth: card.birth,
        address: card.address,
        id_card_no: card.number,
        authority: card.authority,
        valid_from: card.valid_from,
        valid_to: card.valid_to,
    })
}
