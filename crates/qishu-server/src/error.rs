//! The one match from errors to documented codes. Causes are logged here, once, and never sent.

use qishu_app::AppError;
use qishu_model::contract::Refusal;
use qishu_wire::body::BodyError;
use qishu_wire::code::ErrorCode;
use qishu_wire::fields::FieldError;

/// Why a call of the Open API is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Field(#[from] FieldError),
}

impl ApiError {
    /// Code and explanation to answer; `path` chooses between numbers that pages document differently (D19).
    pub(crate) fn answer(&self, path: &str) -> (ErrorCode, String) {
        match self {
            Self::App(error) => {
                let code = code_of(error, path);
                (code, explanation(error, code))
            }
            Self::Body(error) => (error.code(), error.to_string()),
            Self::Field(error) => (error.code(), error.to_string()),
        }
    }
}

/// What is said beside the name of the code: nothing that comes from inside.
fn explanation(error: &AppError, code: ErrorCode) -> String {
    match error {
        AppError::Internal(cause) => {
            tracing::error!(%cause, "internal error");
            String::new()
        }
        AppError::CheckUnavailable(cause) => {
            tracing::warn!(%cause, "an identity check could not be made");
            "the check could not be made, try again".to_owned()
        }
        AppError::ContractNotFound | AppError::DocumentNotFound if code != ErrorCode::InternalError => {
            String::new()
        }
        other => other.to_string(),
    }
}

fn code_of(error: &AppError, path: &str) -> ErrorCode {
    match error {
        AppError::Refused(refusal) => code_of_refusal(refusal),
        AppError::ContractNotFound => ErrorCode::contract_not_found(path),
        AppError::NoViewPermission => ErrorCode::no_view_permission(path),
        AppError::InvalidParam { .. } | AppError::PictureRequired | AppError::PlacementRequired => {
            ErrorCode::InvalidParam
        }
        AppError::DocumentNotFound | AppError::LinkExpired => ErrorCode::DocumentNotFound,
        AppError::DownloadLocked { .. } => ErrorCode::DownloadLocked,
        AppError::AttachmentNotFound => ErrorCode::AttachmentNotFound,
        AppError::NoUnknownParty => ErrorCode::UnknownSignatoryNotFound,
        AppError::DuplicateBizId { .. } => ErrorCode::DuplicateBizId,
        AppError::InvalidStamperType { .. } => ErrorCode::InvalidStamperType,
        AppError::KeywordNotFound { .. } => ErrorCode::KeywordNotFound,
        AppError::PageBeyond { .. } => ErrorCode::SignPageBeyond,
        AppError::PermissionDenied { .. }
        | AppError::CodeClosed
        | AppError::CodeWrong { .. }
        | AppError::PasswordClosed
        | AppError::PasswordNotOffered
        | AppError::PasswordRequired
        | AppError::PasswordWrong { .. }
        | AppError::AuthOver
        | AppError::AuthRequired
        | AppError::SessionExpired => ErrorCode::PermissionDenied,
        AppError::SealNotFound { .. } | AppError::NoSealRight => ErrorCode::SealNotFound,
        AppError::SealDisabled { .. } => ErrorCode::InvalidSealStatus,
        AppError::SealNotRemovable(_) => ErrorCode::InvalidSealStatus,
        AppError::LegalPersonSealExists { .. } => ErrorCode::LegalPersonSealExists,
        AppError::LegalPersonSealInReview { .. } => ErrorCode::LegalPersonSealInReview,
        AppError::SealDrawing { .. } => ErrorCode::SealCreationFailed,
        AppError::CategoryNotFound { .. } => ErrorCode::CategoryNotFound,
        AppError::CategoryBroken { .. } => ErrorCode::CategoryConfigError,
        AppError::CategoryNotAllowed { .. } => ErrorCode::CategoryNotAllowed,
        AppError::RequiredParamEmpty { .. } => ErrorCode::RequiredParamEmpty,
        AppError::TemplateNotFound { .. } => ErrorCode::TemplateNotFound,
        AppError::TemplateStatus { .. } => ErrorCode::InvalidTemplateStatus,
        AppError::InvalidTemplateFile { .. } => ErrorCode::InvalidTemplateFile,
        AppError::CategoryMismatch { .. } => ErrorCode::CategoryConfigNotMatch,
        AppError::ContinueSendingForbidden => ErrorCode::ContinueSendingNotAllowed,
        AppError::UnsupportedFile { .. } => ErrorCode::UnsupportedFileType,
        AppError::InvalidFile { .. } => ErrorCode::InvalidFile,
        AppError::FileTooLarge { .. } => ErrorCode::FileTooLarge,
        AppError::EmployeeNotFound { .. } => ErrorCode::EmployeeNotFound,
        AppError::EmployeeDismissed { .. } => ErrorCode::EmployeeDismissed,
        AppError::NameMismatch { .. } => ErrorCode::EmployeeNameNotMatch,
        AppError::EmployeeUnregistered { .. } => ErrorCode::EmployeeUnregistered,
        AppError::LastAdministrator { .. } => ErrorCode::LastAdministrator,
        AppError::DuplicateEmployeeNumber { .. } => ErrorCode::DuplicateEmployeeNumber,
        AppError::InsufficientBalance { .. } => ErrorCode::InsufficientBalance,
        AppError::EvidenceNotFound => ErrorCode::EvidenceNotFound,
        AppError::ReportNotReady { .. } => ErrorCode::ReportNotReady,
        AppError::CompanyNotFound { .. } => ErrorCode::CompanyNotFound,
        AppError::CompanyNotOwn { .. } => ErrorCode::CompanyNotJoined,
        AppError::CompanyNotAuthed { .. } => ErrorCode::CompanyNotAuthed,
        AppError::CompanyMembership { .. } => ErrorCode::CompanyMembership,
        AppError::AuthNotFound { .. } => ErrorCode::InvalidAuthId,
        AppError::CompanyAlreadyAuthed { .. } => ErrorCode::CompanyAlreadyAuthed,
        AppError::AuthorisationNotFound => ErrorCode::AuthorisationNotFound,
        AppError::AlreadySigned => ErrorCode::NotSignStep,
        AppError::RevisionChanged => ErrorCode::InvalidContractStatus,
        AppError::TooOften { .. } => ErrorCode::TooFrequent,
        AppError::Busy
        | AppError::CheckUnavailable(_)
        | AppError::NotConfigured(_)
        | AppError::Internal(_) => ErrorCode::InternalError,
    }
}

const fn code_of_refusal(refusal: &Refusal) -> ErrorCode {
    match refusal {
        Refusal::WrongStatus { .. } | Refusal::PartyLocked { .. } => ErrorCode::InvalidContractStatus,
        Refusal::NotInTurn => ErrorCode::NotSignStep,
        Refusal::NoSignatory => ErrorCode::SignatoryRequired,
        Refusal::NoDocument => ErrorCode::DocumentRequired,
        Refusal::ActionRequired { .. } => ErrorCode::ActionRequired,
        Refusal::AuditOperatorRequired { .. } => ErrorCode::ActionOperatorsRequired,
        Refusal::OperatorRequired { .. } => ErrorCode::OperatorRequired,
        Refusal::RepeatedSignatory { .. } => ErrorCode::RepeatingSignatory,
        Refusal::UnknownParty | Refusal::UnknownStep => ErrorCode::InvalidParam,
        Refusal::UnknownDocument { .. } => ErrorCode::DocumentNotFound,
        Refusal::UnknownAttachment | Refusal::AttachmentRequired { .. } => ErrorCode::AttachmentNotFound,
    }
}
