//! 小程序插件-浏览: POST `/v2/contract/miniappexchange/view`

use qishu_app::page::{ViewTicket, view_ticket};
use qishu_wire::answers::TicketAnswer;
use qishu_wire::requests::ViewTicketRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ViewTicketRequest::read(&call.fields)?;
    let asked = ViewTicket {
        address: request.address,
        document: request.document_id,
        lang: request
            .language
            .map(|language| crate::api::language(language).name().to_owned()),
        theme_color: request.theme_color,
    };
    let ticket = view_ticket(&call.app, &call.caller, asked).await?;
    answer(&TicketAnswer { ticket })
}
