//! 业务分类详情: GET `/v2/category/detail`

use qishu_app::category::category_detail;
use qishu_model::id::CategoryId;
use qishu_wire::answers::CategoryAnswer;
use qishu_wire::requests::{CategoryDetailRequest, CategoryName};

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = CategoryDetailRequest::read(&call.fields)?;
    let (id, name) = match &request.category {
        CategoryName::Id(id) => (Some((CategoryId::new(id.value), id.rounded)), None),
        CategoryName::Name(name) => (None, Some(name.as_str())),
    };
    let tenant_name = request.tenant_name.as_deref();
    let found = category_detail(&call.app, &call.caller, id, name, tenant_name).await?;
    answer(&CategoryAnswer::new(&found.category, &found.templates))
}
