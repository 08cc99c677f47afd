//! Why an operation did not happen. Nothing changed when one of these comes back.

use qishu_blob::BlobError;
use qishu_model::company_auth::CompanyAuthRefusal;
use qishu_model::contract::Refusal;
use qishu_model::id::NotAnId;
use qishu_model::person_auth::AuthRefusal;
use qishu_model::placement::PlacementRefusal;
use qishu_model::seal::NotRemovable;
use qishu_model::time::Timestamp;
use qishu_store::StoreError;

/// One variant per thing a caller can mend; everything else is [`AppError::Internal`].
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// `1005`
    #[error("{field}: {reason}")]
    InvalidParam {
        /// Path of the field, e.g. `signatories[0].receiver`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A contract that does not exist, or has nothing to do with the caller.
    #[error("contract not found")]
    ContractNotFound,
    /// `1402`
    #[error("document not found")]
    DocumentNotFound,
    /// `1404`
    #[error("no attachment has been handed in")]
    AttachmentNotFound,
    /// `1125`
    #[error("no unknown personal signatory is waiting")]
    NoUnknownParty,
    /// Status, turn or completeness (see [`Refusal`]).
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// `1112`
    #[error("bizId {biz_id} belongs to a contract that is no longer a draft")]
    DuplicateBizId {
        /// The caller's own id.
        biz_id: String,
    },
    /// `1106`
    #[error("a position of type {kind} is not allowed here")]
    InvalidStamperType {
        /// Wire name of the type.
        kind: &'static str,
    },
    /// `1108`
    #[error("{detail}")]
    KeywordNotFound {
        /// Which keyword in which document.
        detail: String,
    },
    /// `1109`
    #[error("{detail}")]
    PageBeyond {
        /// Which page in which document.
        detail: String,
    },
    /// `1110`
    #[error("this person may not see or sign the contract")]
    NoViewPermission,
    /// `1002`
    #[error("permission denied: {reason}")]
    PermissionDenied {
        /// What is missing.
        reason: &'static str,
    },
    /// `1201`
    #[error("seal not found: {detail}")]
    SealNotFound {
        /// Which seal was looked for.
        detail: String,
    },
    /// `1203`
    #[error("seal {name} is disabled")]
    SealDisabled {
        /// Its name.
        name: String,
    },
    /// `1203` on removal.
    #[error(transparent)]
    SealNotRemovable(#[from] NotRemovable),
    /// `1204`
    #[error("{company} has a seal of its legal representative already")]
    LegalPersonSealExists {
        /// Name of the company.
        company: String,
    },
    /// `1205`
    #[error("a seal of the legal representative of {company} awaits review")]
    LegalPersonSealInReview {
        /// Name of the company.
        company: String,
    },
    /// `2210`
    #[error("the seal cannot be drawn: {reason}")]
    SealDrawing {
        /// What stands in the way.
        reason: String,
    },
    /// `1302`
    #[error("category {selector} not found")]
    CategoryNotFound {
        /// Id or name that was asked for.
        selector: String,
    },
    /// `1301`
    #[error("{detail}")]
    CategoryMismatch {
        /// Where the parties differ from the preset ones.
        detail: String,
    },
    /// `1304`
    #[error("the category does not allow to add parties after sending")]
    ContinueSendingForbidden,
    /// Files of a type that is not accepted.
    #[error("{detail}")]
    UnsupportedFile {
        /// What was found and what is accepted.
        detail: String,
    },
    /// `1501`
    #[error("template {id} not found")]
    TemplateNotFound {
        /// Id that was asked for.
        id: String,
    },
    /// `1502`
    #[error("{detail}")]
    TemplateStatus {
        /// What stands in the way.
        detail: String,
    },
    /// `1503`
    #[error("{detail}")]
    InvalidTemplateFile {
        /// What is wrong with the file.
        detail: String,
    },
    /// `1116`
    #[error("{detail}")]
    RequiredParamEmpty {
        /// Which parameters of which document.
        detail: String,
    },
    /// `1302`, of a category that names what is no longer there.
    #[error("{detail}")]
    CategoryBroken {
        /// What is wrong with it.
        detail: String,
    },
    /// `1151`
    #[error("{contact} may not start contracts of category {category}")]
    CategoryNotAllowed {
        /// Masked contact.
        contact: String,
        /// Name of the category.
        category: String,
    },
    /// `1403`
    #[error("{detail}")]
    InvalidFile {
        /// What is wrong with the file.
        detail: String,
    },
    /// `1010`
    #[error("the file has {size_bytes} bytes; at most {limit_bytes} are accepted")]
    FileTooLarge {
        /// Size of the upload.
        size_bytes: usize,
        /// Limit in force.
        limit_bytes: usize,
    },
    /// `1701`
    #[error("{contact} is not an employee of {company}")]
    EmployeeNotFound {
        /// Masked contact.
        contact: String,
        /// Company.
        company: String,
    },
    /// `1702`
    #[error("{contact} has left {company}")]
    EmployeeDismissed {
        /// Masked contact.
        contact: String,
        /// Company.
        company: String,
    },
    /// `1703`
    #[error("the verified name of {contact} differs from the given name")]
    NameMismatch {
        /// Masked contact.
        contact: String,
    },
    /// `1705`
    #[error("{contact} has not registered")]
    EmployeeUnregistered {
        /// Masked contact.
        contact: String,
    },
    /// `1706`
    #[error("{contact} is the only system administrator of {company}; name somebody who takes over")]
    LastAdministrator {
        /// Masked contact.
        contact: String,
        /// Company.
        company: String,
    },
    /// `1707`
    #[error("employee number {number} is used in {company}")]
    DuplicateEmployeeNumber {
        /// The number.
        number: String,
        /// Company.
        company: String,
    },
    /// `1601`
    #[error("the account of {company} does not cover another contract")]
    InsufficientBalance {
        /// Company whose account it is.
        company: String,
    },
    /// `1607`
    #[error("no such evidence or report")]
    EvidenceNotFound,
    /// `1608`
    #[error("the report is {state}")]
    ReportNotReady {
        /// Wire name of its state.
        state: &'static str,
    },
    /// `1801`
    #[error("company {name} not found")]
    CompanyNotFound {
        /// Name that was asked for.
        name: String,
    },
    /// `1802`
    #[error("company {name} is not the platform company or one of its subsidiaries")]
    CompanyNotOwn {
        /// Name that was asked for.
        name: String,
    },
    /// `1405`
    #[error("downloads of this document are locked until {}", until.date_time_text())]
    DownloadLocked {
        /// When they are free again.
        until: Timestamp,
    },
    /// `1803`
    #[error("company {name} is not authenticated")]
    CompanyNotAuthed {
        /// Name of the company.
        name: String,
    },
    /// `1804`
    #[error("company {name} {reason}")]
    CompanyMembership {
        /// Name of the company.
        name: String,
        /// What stands in the way.
        reason: &'static str,
    },
    /// `1604`
    #[error("authentication {id} does not exist")]
    AuthNotFound {
        /// Id that was asked for.
        id: String,
    },
    /// `1605`
    #[error("company {name} is authenticated already")]
    CompanyAlreadyAuthed {
        /// Name of the company.
        name: String,
    },
    /// `1606`
    #[error("the person has authorised nothing that is in force")]
    AuthorisationNotFound,
    /// Whoever knows official data did not answer, or nothing that can be trusted; a later try may succeed.
    #[error("the check could not be made: {0}")]
    CheckUnavailable(String),
    /// The page of an authentication is over, or it was decided.
    #[error("the authentication is over, ask for a new link")]
    AuthOver,
    /// The person must be authenticated first.
    #[error("real-name authentication comes first")]
    AuthRequired,
    /// The person's signature is already there.
    #[error("already signed")]
    AlreadySigned,
    /// The code is used, expired, or was tried too often.
    #[error("the code is no longer valid; ask for a new one")]
    CodeClosed,
    /// A wrong code.
    #[error("wrong code, {left} tries left")]
    CodeWrong {
        /// Tries left.
        left: u32,
    },
    /// A link that does not exist or no longer works.
    #[error("the link has expired")]
    LinkExpired,
    /// `1201`: nobody gave this person a seal for the step.
    #[error(
        "this person may use no enabled seal that fits the step; a seal administrator of the company can change that"
    )]
    NoSealRight,
    /// A wrong signing password.
    #[error("wrong signing password, {left} tries left")]
    PasswordWrong {
        /// Tries left.
        left: u32,
    },
    /// The signing password was tried too often.
    #[error("the signing password was wrong too often; confirm with a code, or try again in an hour")]
    PasswordClosed,
    /// A signing password is not offered here: not allowed by the link, none set, or its half hour is over.
    #[error("confirm with a code")]
    PasswordNotOffered,
    /// The party has to confirm with the signing password (`signValidateWay`).
    #[error("confirm with the signing password")]
    PasswordRequired,
    /// No picture of a signature was given.
    #[error("a signature is required")]
    PictureRequired,
    /// Nobody fixed a place for the signature, and the person chose none.
    #[error("a place for the signature is required")]
    PlacementRequired,
    /// The document was signed by somebody else since it was shown.
    #[error("the document has changed since it was shown")]
    RevisionChanged,
    /// The page's session has ended.
    #[error("the session has ended, open the link again")]
    SessionExpired,
    /// Too many messages or tries.
    #[error("too often; try again in {retry_after_seconds} s")]
    TooOften {
        /// When the next try may succeed.
        retry_after_seconds: u32,
    },
    /// Somebody else changed the same object again and again; a later try will succeed.
    #[error("the contract is busy, try again")]
    Busy,
    /// Something the operator has not set up; `1001`, and it may be said (D-34).
    #[error("{0}")]
    NotConfigured(&'static str),
    /// A fault of ours, or of something we need. The cause is logged, never answered.
    #[error("internal error: {0}")]
    Internal(String),
}

impl AppError {
    /// `1005` for a field.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::InvalidParam {
            field: field.into(),
            reason: reason.into(),
        }
    }

    /// A fault of ours, with what was being done.
    pub fn internal(doing: &str, error: impl std::fmt::Display) -> Self {
        Self::Internal(format!("{doing}: {error}"))
    }

    /// Maps a refusal of placement; `document` names the document for the one who must act.
    #[must_use]
    pub fn from_placement(refusal: &PlacementRefusal) -> Self {
        match refusal {
            PlacementRefusal::KeywordNotFound { .. } => Self::KeywordNotFound {
                detail: refusal.to_string(),
            },
            PlacementRefusal::PageBeyond { .. } => Self::PageBeyond {
                detail: refusal.to_string(),
            },
            PlacementRefusal::InvalidField {
                stamper,
                field,
                reason,
            } => Self::invalid(
                format!("stampers[{stamper}].{}", field.api_name()),
                reason.clone(),
            ),
            PlacementRefusal::UnusablePicture { .. } => Self::Internal(refusal.to_string()),
        }
    }
}

impl From<AuthRefusal> for AppError {
    fn from(refusal: AuthRefusal) -> Self {
        match refusal {
            AuthRefusal::Over | AuthRefusal::NotReviewing => Self::AuthOver,
            AuthRefusal::NotOffered => Self::PermissionDenied {
                reason: "this way of authentication is not offered",
            },
            AuthRefusal::PictureMissing => Self::invalid("photo", "a picture of the document is missing"),
        }
    }
}

impl From<CompanyAuthRefusal> for AppError {
    fn from(refusal: CompanyAuthRefusal) -> Self {
        match refusal {
            CompanyAuthRefusal::Over => Self::AuthOver,
            CompanyAuthRefusal::WrongStep => Self::PermissionDenied {
                reason: "this step of the authentication is not open",
            },
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => Self::Busy,
            other => Self::internal("store", other),
        }
    }
}

impl From<BlobError> for AppError {
    fn from(error: BlobError) -> Self {
        Self::internal("blob", error)
    }
}

impl From<NotAnId> for AppError {
    fn from(error: NotAnId) -> Self {
        Self::internal("stored id", error)
    }
}

impl From<tokio::task::JoinError> for AppError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::internal("background work", error)
    }
}
