//! 修改签署节点签署人: POST `/v2/signatory/operators/edit`

use qishu_app::contract::{OperatorsChange, OperatorsEdit, edit_operators};
use qishu_wire::requests::{self, EditOperatorsRequest};

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = EditOperatorsRequest::read(&call.fields)?;
    let edit = OperatorsEdit {
        address: request.address,
        action: request.action_id,
        people: request.operators,
        change: match request.edit {
            requests::OperatorsEdit::Add => OperatorsChange::Add,
            requests::OperatorsEdit::Remove => OperatorsChange::Remove,
            requests::OperatorsEdit::Replace => OperatorsChange::Replace,
        },
        operator: request.operator,
    };
    edit_operators(&call.app, &call.caller, edit).await?;
    done()
}
