//! Refusals as the pages explain them: a code the front end knows, and words for the case that it does not.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use qishu_app::AppError;
use qishu_model::contract::Refusal;
use serde_json::{Value, json};

/// A refusal on its way to the page.
#[derive(Debug)]
pub(crate) struct PageError(pub(crate) AppError);

impl From<AppError> for PageError {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

/// Status, code, Chinese and English words.
struct Told {
    status: u16,
    code: &'static str,
    chinese: &'static str,
    english: &'static str,
}

const fn told(status: u16, code: &'static str, chinese: &'static str, english: &'static str) -> Told {
    Told {
        status,
        code,
        chinese,
        english,
    }
}

/// Refusals of codes and passwords.
fn tell_confirmation(error: &AppError) -> Option<Told> {
    Some(match error {
        AppError::CodeClosed => told(
            400,
            "CODE_EXPIRED",
            "验证码已失效，请重新获取",
            "The code is no longer valid, ask for a new one",
        ),
        AppError::CodeWrong { left: 0 } => told(
            400,
            "CODE_LOCKED",
            "验证码错误次数过多，请重新获取",
            "Too many wrong codes, ask for a new one",
        ),
        AppError::CodeWrong { .. } => told(400, "CODE_WRONG", "验证码不正确", "The code is wrong"),
        AppError::PasswordClosed => told(
            429,
            "PASSWORD_LOCKED",
            "签署密码错误次数过多，请使用验证码确认",
            "Too many wrong passwords, confirm with a code",
        ),
        AppError::PasswordNotOffered => told(
            409,
            "PASSWORD_NOT_OFFERED",
            "请使用验证码确认",
            "Confirm with a code",
        ),
        AppError::PasswordRequired => told(
            409,
            "PASSWORD_REQUIRED",
            "发起方要求使用签署密码确认",
            "The initiator asks you to confirm with your signing password",
        ),
        AppError::PasswordWrong { .. } => told(
            400,
            "PASSWORD_WRONG",
            "签署密码不正确",
            "The signing password is wrong",
        ),
        _ => return None,
    })
}

/// Refusals of authentications.
fn tell_identity(error: &AppError) -> Option<Told> {
    Some(match error {
        AppError::AuthOver => told(
            410,
            "AUTH_OVER",
            "认证页面已失效或认证已结束，请重新获取链接",
            "The authentication is over, ask for a new link",
        ),
        AppError::AuthRequired => told(
            409,
            "AUTH_REQUIRED",
            "请先完成实名认证",
            "Real-name authentication comes first",
        ),
        AppError::CheckUnavailable(_) => told(
            503,
            "CHECK_UNAVAILABLE",
            "核验服务暂时没有响应，请稍后重试或换一种认证方式",
            "The check got no answer, try again later or choose another way",
        ),
        AppError::NotConfigured(_) => told(
            503,
            "NOT_CONFIGURED",
            "该认证方式尚未开通",
            "This way of authentication is not set up",
        ),
        AppError::CompanyAlreadyAuthed { .. } => told(
            409,
            "COMPANY_AUTHED",
            "该公司已完成认证",
            "The company is authenticated already",
        ),
        _ => return None,
    })
}

fn tell(error: &AppError) -> Told {
    if let Some(told) = tell_confirmation(error).or_else(|| tell_identity(error)) {
        return told;
    }
    match error {
        AppError::AlreadySigned => told(409, "ALREADY_SIGNED", "您已签署", "You have already signed"),
        AppError::ContractNotFound | AppError::Refused(Refusal::WrongStatus { .. }) => told(
            409,
            "CONTRACT_CLOSED",
            "合同当前状态不能签署",
            "The contract can no longer be signed",
        ),
        AppError::LinkExpired => told(
            410,
            "LINK_EXPIRED",
            "链接已失效，请向发起方重新索取",
            "The link has expired, ask the initiator for a new one",
        ),
        AppError::Refused(Refusal::NotInTurn) => {
            told(409, "NOT_YOUR_TURN", "还未轮到您签署", "It is not your turn yet")
        }
        AppError::NoSealRight => told(
            403,
            "NO_SEAL_RIGHT",
            "您没有可用的印章，请联系企业的印章管理员授权",
            "You may use no seal for this step, ask your company's seal administrator",
        ),
        AppError::PictureRequired => told(
            400,
            "PICTURE_REQUIRED",
            "请先绘制签名",
            "Draw your signature first",
        ),
        AppError::PlacementRequired => told(
            400,
            "PLACEMENT_REQUIRED",
            "请选择签名位置",
            "Choose a place for your signature",
        ),
        AppError::RevisionChanged => told(
            409,
            "REVISION_CHANGED",
            "文件已更新，请重新查看",
            "The document has changed, please read it again",
        ),
        AppError::SessionExpired => told(
            401,
            "SESSION_EXPIRED",
            "页面已过期，请重新打开链接",
            "The page has expired, open the link again",
        ),
        AppError::DownloadLocked { .. } => told(
            429,
            "DOWNLOAD_LOCKED",
            "下载过于频繁，该文件已被暂时锁定",
            "Downloaded too often, the file is locked for some hours",
        ),
        AppError::TooOften { .. } => told(
            429,
            "TOO_OFTEN",
            "操作过于频繁，请稍后再试",
            "Too often, try again later",
        ),
        AppError::NoViewPermission => told(
            403,
            "NO_PERMISSION",
            "您没有查看或签署该合同的权限",
            "You may not view or sign this contract",
        ),
        AppError::PermissionDenied { .. } => {
            told(403, "PERMISSION_DENIED", "该操作未开放", "This is not offered")
        }
        AppError::RequiredParamEmpty { .. } => told(
            400,
            "PARAM_REQUIRED",
            "请填写所有必填项",
            "Fill everything that is mandatory",
        ),
        AppError::Busy => told(
            503,
            "BUSY",
            "系统繁忙，请稍后再试",
            "The system is busy, try again",
        ),
        _ => tell_of_input(error),
    }
}

/// Refusals of what the person gave, and everything nobody can help.
fn tell_of_input(error: &AppError) -> Told {
    match error {
        AppError::Refused(Refusal::AttachmentRequired { .. }) => told(
            409,
            "ATTACHMENT_REQUIRED",
            "请先上传要求的附件",
            "Hand in the files that are asked for first",
        ),
        AppError::DocumentNotFound | AppError::Refused(Refusal::UnknownAttachment) => {
            told(404, "NOT_FOUND", "文件不存在", "There is no such document")
        }
        AppError::UnsupportedFile { .. } | AppError::InvalidFile { .. } => told(
            400,
            "INVALID_FILE",
            "文件类型不支持或文件已损坏",
            "The file is of a type that is not accepted, or damaged",
        ),
        AppError::InvalidParam { .. }
        | AppError::InvalidStamperType { .. }
        | AppError::FileTooLarge { .. }
        | AppError::NameMismatch { .. }
        | AppError::Refused(Refusal::RepeatedSignatory { .. })
        | AppError::SealNotFound { .. } => told(
            400,
            "INVALID_PARAM",
            "提交的内容有误",
            "Something in the request is wrong",
        ),
        AppError::Refused(_)
        | AppError::KeywordNotFound { .. }
        | AppError::PageBeyond { .. }
        | AppError::SealDisabled { .. } => told(
            409,
            "NOT_SENDABLE",
            "合同信息不完整或有误，暂不能发起",
            "Something is missing or wrong, the contract cannot be sent yet",
        ),
        _ => told(
            500,
            "INTERNAL",
            "系统出错，请稍后再试",
            "Something failed on our side, try again later",
        ),
    }
}

/// Status of a page that is only text.
pub(super) fn status(error: &AppError) -> StatusCode {
    StatusCode::from_u16(tell(error).status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Words for a page that is only text.
pub(super) fn plain(error: &AppError) -> String {
    let told = tell(error);
    format!("{}\n{}\n", told.chinese, told.english)
}

impl PageError {
    /// Status and what the page is told.
    pub(crate) fn told(&self) -> (StatusCode, Value) {
        let told = tell(&self.0);
        let mut body = json!({ "code": told.code, "message": told.chinese, "messageEn": told.english });
        if let AppError::InvalidParam { field, reason } = &self.0 {
            body["field"] = json!(field);
            body["messageEn"] = json!(format!("{field}: {reason}"));
        }
        if let AppError::RequiredParamEmpty { detail } = &self.0 {
            body["message"] = json!(format!("{}：{detail}", told.chinese));
            body["messageEn"] = json!(format!("{}: {detail}", told.english));
        }
        if told.code == "NOT_SENDABLE" {
            body["messageEn"] = json!(self.0.to_string());
        }
        if let AppError::CodeWrong { left } | AppError::PasswordWrong { left } = self.0 {
            body["triesLeft"] = json!(left);
        }
        if let AppError::TooOften { retry_after_seconds } = self.0 {
            body["retryAfterSeconds"] = json!(retry_after_seconds);
        }
        let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, body)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, body) = self.told();
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %self.0, "a page request failed");
        }
        let mut response = (status, Json(body)).into_response();
        if let AppError::TooOften { retry_after_seconds } = self.0 {
            response
                .headers_mut()
                .insert("retry-after", HeaderValue::from(retry_after_seconds));
        }
        response
            .headers_mut()
            .insert("cache-control", HeaderValue::from_static("no-store"));
        response
    }
}
