//! 浏览页面: GET `/v2/contract/viewurl`

use qishu_app::page::{PageOptions, ViewPage, view_page_url};
use qishu_wire::answers::ViewUrlAnswer;
use qishu_wire::requests::ViewUrlRequest;

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = ViewUrlRequest::read(&call.fields)?;
    let options = PageOptions {
        lang: request
            .language
            .map(|language| crate::api::language(language).name().to_owned()),
        theme_color: request.theme_color,
        document: request.document_id,
        download: request.download_button,
        print: request.print_button,
        ..PageOptions::default()
    };
    let page = ViewPage {
        address: request.address,
        options,
    };
    answer(&ViewUrlAnswer::new(
        view_page_url(&call.app, &call.caller, page).await?,
    ))
}
