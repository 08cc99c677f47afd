//! 小程序插件-生成合同签署令牌: POST `/v2/contract/miniappexchange`

use qishu_app::page::{ContractTicket, contract_ticket};
use qishu_wire::answers::TicketAnswer;
use qishu_wire::requests::ContractTicketRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ContractTicketRequest::read(&call.fields)?;
    let asked = ContractTicket {
        address: request.address,
        user: request.user,
        allow_password: request.allow_password_sign,
        hide_password_settings: request.hide_password_settings,
    };
    let ticket = contract_ticket(&call.app, &call.caller, asked).await?;
    answer(&TicketAnswer { ticket })
}
