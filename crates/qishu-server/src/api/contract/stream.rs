//! 获取合同操作记录: GET `/v2/contract/stream`

use qishu_app::contract::{StreamRow, contract_stream};
use qishu_wire::answers::{ListAnswer, StreamEntry};
use qishu_wire::requests::StreamRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = StreamRequest::read(&call.fields)?;
    let rows = contract_stream(&call.app, &call.caller, &request.address).await?;
    let wanted = |row: &StreamRow| request.operations.iter().any(|group| group.holds(row.operate));
    let list: Vec<StreamEntry> = rows.into_iter().filter(wanted).map(entry).collect();
    answer(&ListAnswer {
        total_count: list.len() as u64,
        list,
    })
}

fn entry(row: StreamRow) -> StreamEntry {
    StreamEntry {
        user_name: row.user_name,
        user_id: row.user_id.and_then(|id| id.parse().ok()),
        contact: row.contact,
        comments: row.comments,
        address: row.address,
        client: row.client,
        browser: row.browser,
        ..StreamEntry::new(row.operate, row.time)
    }
}
