//! 签署方待加入链接: GET `/v2/contract/joinurl`

use qishu_app::contract::{FreePlaces, join_urls};
use qishu_wire::answers::{JoinUrlAnswer, JoinUrlsAnswer};
use qishu_wire::requests::JoinUrlRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = JoinUrlRequest::read(&call.fields)?;
    let places = FreePlaces::Delayed(request.tenant_type);
    let urls = join_urls(&call.app, &call.caller, &request.address, places).await?;
    answer(&answered(urls))
}

pub(super) fn answered(urls: Vec<(i32, String)>) -> JoinUrlsAnswer {
    let urls = urls.into_iter();
    JoinUrlsAnswer {
        join_urls: urls
            .map(|(serial_no, url)| JoinUrlAnswer { serial_no, url })
            .collect(),
    }
}
