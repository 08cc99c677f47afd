//! 获取合同列表: GET `/v2/contract/list`

use qishu_app::contract::{CategoryFilter, ContractQuery, SignatoryRole, list_contracts};
use qishu_model::id::CategoryId;
use qishu_wire::answers::{ContractRow, ListAnswer};
use qishu_wire::fields::RoundedId;
use qishu_wire::requests::{ListRequest, SignatoryFilter, SortOrder};

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ListRequest::read(&call.fields)?;
    let by_id = request.category_id.map(category);
    let query = ContractQuery {
        tenant_name: request.tenant_name,
        side: match request.signatory_type {
            SignatoryFilter::All => SignatoryRole::All,
            SignatoryFilter::Receiver => SignatoryRole::Receiver,
            SignatoryFilter::Sponsor => SignatoryRole::Sponsor,
        },
        statuses: request.statuses.into_iter().map(str::to_owned).collect(),
        category: by_id.or_else(|| request.category_name.map(CategoryFilter::Name)),
        from: request.published.start,
        to: request.published.end,
        ascending: request.order == SortOrder::Ascending,
        offset: u32::try_from(request.paging.offset).unwrap_or(u32::MAX),
        limit: request.paging.limit,
    };
    let listed = list_contracts(&call.app, &call.caller, query).await?;
    answer(&ListAnswer {
        total_count: listed.total,
        list: listed.rows.iter().map(ContractRow::from).collect(),
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the client lost the precision; equal floats are looked for"
)]
fn category(id: RoundedId) -> CategoryFilter {
    if id.rounded {
        CategoryFilter::Rounded(id.value as f64)
    } else {
        CategoryFilter::Id(CategoryId::new(id.value))
    }
}
