//! 预签署页面: POST `/v2/contract/appointurl`

use qishu_app::page::{AppointMode, AppointOptions, AppointPage, Lifetime, PageOptions, appoint_page_url};
use qishu_wire::answers::PageLinkAnswer;
use qishu_wire::requests::{AppointPageType, AppointUrlRequest};

use crate::api::{Answer, Call, answer};

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = AppointUrlRequest::read(&call.fields)?;
    let appoint = AppointOptions {
        mode: match request.page_type {
            AppointPageType::Appoint => AppointMode::Appoint,
            AppointPageType::Draft => AppointMode::Draft,
            AppointPageType::FillParameters => AppointMode::FillParameters,
        },
        send: request.allowed_send,
        save: request.can_save_or_close,
        locations: request.specify_location_button,
        params: request.fill_param_button,
    };
    let options = PageOptions {
        lang: request
            .language
            .map(|language| crate::api::language(language).name().to_owned()),
        theme_color: request.theme_color,
        callback_page: request.callback_page,
        hide_return: request.hide_return_button,
        platform_name: None,
        appoint: Some(appoint),
        ..PageOptions::default()
    };
    let page = AppointPage {
        address: request.address,
        options,
        lifetime: Lifetime::new(Some(i64::from(request.expire_minutes)), false)?,
    };
    answer(&PageLinkAnswer {
        page_url: appoint_page_url(&call.app, &call.caller, page).await?,
    })
}
