//! 编辑印章: POST `/v2/seal/edit`

use qishu_app::seal::{SealEdit, edit_seal};
use qishu_wire::requests::{Operate, SealEditRequest};

use crate::api::{Answer, Call, done};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SealEditRequest::read(&call.fields)?;
    let edit = SealEdit {
        seal: request.seal_id,
        name: request.name,
        add: request.operate == Operate::Add,
        users: request.users,
    };
    edit_seal(&call.app, &call.caller, edit).await?;
    done()
}
