//! The preview of a template: a page without script, and the template as a PDF beside it.

use std::fmt::Write as _;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use qishu_app::AppError;
use qishu_app::template::{TemplatePreview, preview_by_link, preview_file_by_link};
use qishu_model::template::{ParameterType, TemplateParameter};

use super::{error, security};
use crate::Shared;

/// Name, parameters and warnings of a template.
pub(crate) async fn page(State(shared): State<Shared>, Path(token): Path<String>) -> Response {
    let response = match preview_by_link(&shared.app, &token).await {
        Ok(preview) => {
            let mut response = Response::new(Body::from(page_text(&preview, &token)));
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            response
        }
        Err(refused) => refusal(&refused),
    };
    security::protect(response, &shared.settings)
}

/// The template as a PDF.
pub(crate) async fn file(State(shared): State<Shared>, Path(token): Path<String>) -> Response {
    let response = match preview_file_by_link(&shared.app, &token).await {
        Ok(pdf) => {
            let mut response = Response::new(Body::from(pdf));
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
            response
        }
        Err(refused) => refusal(&refused),
    };
    security::protect(response, &shared.settings)
}

fn refusal(refused: &AppError) -> Response {
    let status = match refused {
        AppError::LinkExpired => StatusCode::GONE,
        AppError::Internal(cause) => {
            tracing::error!(%cause, "a template could not be shown");
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut response = Response::new(Body::from(error::plain(refused)));
    *response.status_mut() = status;
    response
}

fn page_text(preview: &TemplatePreview, token: &str) -> String {
    let template = &preview.template;
    let name = escaped(&template.name);
    let mut page = format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{name}</title></head><body><h1>{name}</h1><p>{}</p>\
         <p><a href=\"/t/{token}/file.pdf\">预览文件 Preview (PDF)</a></p>",
        escaped(&preview.company_name)
    );
    if !template.ignored.is_empty() {
        let names: Vec<String> = template.ignored.iter().map(|name| escaped(name)).collect();
        // Writing to a text cannot fail.
        let _ = write!(
            page,
            "<p role=\"alert\">以下名称使用了全角括号，不会被识别为参数 These names stand in full-width braces and are no \
             parameters: {}</p>",
            names.join("、")
        );
    }
    page.push_str(
        "<table border=\"1\"><caption>参数 Parameters</caption><thead><tr><th scope=\"col\">名称 Name</th>\
         <th scope=\"col\">类型 Type</th><th scope=\"col\">必填 Required</th><th scope=\"col\">默认值 Default</th>\
         <th scope=\"col\">说明 Description</th></tr></thead><tbody>",
    );
    for parameter in &template.parameters {
        page.push_str(&row(parameter));
    }
    page.push_str("</tbody></table></body></html>");
    page
}

fn row(parameter: &TemplateParameter) -> String {
    let required = if parameter.required { "是 yes" } else { "否 no" };
    let text = |text: &Option<String>| text.as_deref().map(escaped).unwrap_or_default();
    let mut kind = kind_text(parameter.parameter_type).to_owned();
    let choices = if parameter.parameter_type == ParameterType::Table {
        &parameter.columns
    } else {
        &parameter.options
    };
    if !choices.is_empty() && parameter.parameter_type != ParameterType::Text {
        let choices: Vec<String> = choices.iter().map(|choice| escaped(choice)).collect();
        let _ = write!(kind, " ({})", choices.join("、"));
    }
    format!(
        "<tr><th scope=\"row\">{}</th><td>{kind}</td><td>{required}</td><td>{}</td><td>{}</td></tr>",
        escaped(&parameter.name),
        text(&parameter.default_value),
        text(&parameter.description)
    )
}

const fn kind_text(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Checkbox => "多选 checkbox",
        ParameterType::Date => "日期 date",
        ParameterType::IdCard => "身份证号 idcard",
        ParameterType::Image => "图片 image",
        ParameterType::Person => "人员 person",
        ParameterType::Radio => "单选 radio",
        ParameterType::Seal => "印章位置 seal",
        ParameterType::Signature => "签名位置 signature",
        ParameterType::Table => "动态表格 table",
        ParameterType::Text => "单行文本 text",
        ParameterType::TextArea => "多行文本 textarea",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
