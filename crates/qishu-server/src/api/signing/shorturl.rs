//! 获取短链接: GET `/v2/contract/shorturl`

use qishu_app::page::contract_short_url;
use qishu_model::contact::{ContactType, User};
use qishu_wire::answers::ShortUrlAnswer;
use qishu_wire::requests::ShortUrlRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ShortUrlRequest::read(&call.fields)?;
    let contact = request.contact.map(|contact| User {
        name: None,
        contact_type: ContactType::guess(&contact),
        contact,
    });
    answer(&ShortUrlAnswer::new(
        contract_short_url(&call.app, &call.caller, &request.address, contact).await?,
    ))
}
