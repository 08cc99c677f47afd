//! 银行卡识别: POST `/v2/ocr/bankcard`

use qishu_app::ocr::read_bank_card;
use qishu_wire::answers::BankCardAnswer;
use qishu_wire::requests::OcrRequest;

use super::picture;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = OcrRequest::read(&call.fields)?;
    let card = read_bank_card(&call.app, &call.caller, picture(request)).await?;
    answer(&BankCardAnswer {
        bank_no: card.number,
        bank_name: card.bank,
        card_type: card.credit.map(|credit| if credit { "CREDIT" } else { "DEBIT" }),
        valid_date: card.valid,
    })
}
