//! 签署页面: POST `/v2/contract/pageurl`

use qishu_app::page::{Lifetime, PageOptions, SignPage, sign_page_url};
use qishu_wire::answers::PageUrlAnswer;
use qishu_wire::requests::{PageType, PageUrlRequest};

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = PageUrlRequest::read(&call.fields)?;
    let options = PageOptions {
        lang: request
            .language
            .map(|language| crate::api::language(language).name().to_owned()),
        theme_color: request.theme_color,
        callback_page: request.callback_page,
        callback_trusted: false,
        document: None,
        download: true,
        print: request.page_type == PageType::Print,
        hide_return: request.hide_return_button,
        hide_reject: request.hide_reject_button,
        hide_recall: request.hide_recall_button,
        hide_end: request.hide_end_button,
        hide_state: request.hide_state_button,
        show_resend: request.show_resend_button,
        allow_password: request.allow_password_sign,
        hide_password_settings: request.hide_password_settings,
        page_type: request.page_type.name().to_owned(),
        platform_name: None,
        appoint: None,
    };
    let lifetime = Lifetime::new(Some(i64::from(request.expire_minutes)), false)?;
    let page = SignPage {
        address: request.address,
        user: request.user,
        options,
        lifetime,
    };
    let (page_url, status) = sign_page_url(&call.app, &call.caller, page).await?;
    answer(&PageUrlAnswer { page_url, status })
}
