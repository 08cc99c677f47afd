//! 印章列表: GET `/v2/seal/list`

use qishu_app::seal::{SealQuery, list_seals};
use qishu_wire::answers::{ListAnswer, SealAnswer};
use qishu_wire::requests::{SealListRequest, SealStatusFilter};

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = SealListRequest::read(&call.fields)?;
    let query = SealQuery {
        tenant_name: request.tenant_name,
        status: match request.status {
            SealStatusFilter::All => None,
            SealStatusFilter::Only(status) => Some(status),
        },
        modified_from: request.modified.start,
        modified_to: request.modified.end,
        offset: u32::try_from(request.paging.offset).unwrap_or(u32::MAX),
        limit: request.paging.limit,
    };
    let listed = list_seals(&call.app, &call.caller, query).await?;
    answer(&ListAnswer {
        total_count: listed.total,
        list: listed.rows.iter().map(SealAnswer::row).collect(),
    })
}
