//! 模板列表: GET `/v2/template/list`

use qishu_app::template::{TemplateQuery, list_templates};
use qishu_wire::answers::{ListAnswer, TemplateAnswer};
use qishu_wire::requests::TemplateListRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = TemplateListRequest::read(&call.fields)?;
    let query = TemplateQuery {
        tenant_name: request.tenant_name,
        modified_from: request.modified.start,
        modified_to: request.modified.end,
        offset: u32::try_from(request.paging.offset).unwrap_or(u32::MAX),
        limit: request.paging.limit,
    };
    let (listed, owner) = list_templates(&call.app, &call.caller, query).await?;
    let row = |template| TemplateAnswer::new(template, &owner);
    answer(&ListAnswer {
        total_count: listed.total,
        list: listed.rows.iter().map(row).collect(),
    })
}
