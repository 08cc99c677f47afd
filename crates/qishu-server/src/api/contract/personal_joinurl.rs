//! 未知个人签署方链接: GET `/v2/contract/personal/joinurl`

use qishu_app::contract::{FreePlaces, join_urls};
use qishu_wire::requests::JoinUrlRequest;

use super::joinurl::answered;
use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = JoinUrlRequest::read_personal(&call.fields)?;
    let urls = join_urls(
        &call.app,
        &call.caller,
        &request.address,
        FreePlaces::UnknownPersons,
    )
    .await?;
    answer(&answered(urls))
}
