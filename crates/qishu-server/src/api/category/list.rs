//! 业务分类列表: GET `/v2/category/list`

use qishu_app::category::{CategoryQuery, list_categories};
use qishu_wire::answers::{CategoryRow, ListAnswer};
use qishu_wire::requests::CategoryListRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = CategoryListRequest::read(&call.fields)?;
    let query = CategoryQuery {
        tenant_name: request.tenant_name,
        modified_from: request.modified.start,
        modified_to: request.modified.end,
        offset: u32::try_from(request.paging.offset).unwrap_or(u32::MAX),
        limit: request.paging.limit,
    };
    let listed = list_categories(&call.app, &call.caller, query).await?;
    answer(&ListAnswer {
        total_count: listed.total,
        list: listed.rows.iter().map(CategoryRow::from).collect(),
    })
}
