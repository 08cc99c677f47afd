//! One struct per endpoint, read from [`crate::fields::Fields`].
//!
//! Each reader knows every documented field of its endpoint with default and limit, and refuses what has the wrong
//! form (1005, 1011, 1010). It decides nothing that needs more than the request: whether a contract exists or a status
//! allows the call is for the operations. Fields that only answers have are not read.
//!
//! `company/platforminfo`, `company/token/get`, `v2/company/list` and `v2/checkhealth` take no fields and so have no struct here.

mod add_by_file;
mod add_by_files;
mod add_by_template;
mod appoint_url;
mod attachment_download;
mod authorisation;
mod category;
mod chain;
mod company;
mod company_auth;
mod copy_send;
mod delay;
mod detail;
mod document_download;
mod download;
mod draft;
mod edit_signatory;
mod employee;
mod employee_audit;
mod force_end;
mod identity;
mod invalid;
mod invalid_by_file;
mod invalid_by_template;
mod invalid_sign;
mod join_url;
mod list;
mod modify;
mod notice;
pub mod objects;
mod ocr;
mod page_url;
mod party;
mod person_auth;
mod personal_sign;
mod resend;
mod seal;
mod seal_autocreate;
mod seal_by_image;
mod seal_manage;
mod send;
mod short_url;
mod sign;
mod stream;
mod template;
#[cfg(test)]
mod tests;
mod ticket;
mod token;
mod uniform;
mod verify;
mod view_url;
mod watermark;

pub use add_by_file::AddByFileRequest;
pub use add_by_files::AddByFilesRequest;
pub use add_by_template::{AddByTemplateRequest, RequiredDetailRequest};
pub use appoint_url::{AppointPageType, AppointUrlRequest};
pub use attachment_download::AttachmentDownloadRequest;
pub use authorisation::{
    AuthorisationQueryRequest, DeauthorizeRequest, PersonalSignAuthUrlRequest, SsoPrivilegeUrlRequest,
};
pub use category::{CategoryDetailRequest, CategoryListRequest, CategoryName};
pub use chain::{NotaryInput, NotaryRequest, ProveIdRequest, ProveRequest};
pub use company::{
    CompanyDetailRequest, CompanyKey, CustomerAddRequest, FeeInfoRequest, SubcompanyInviteRequest,
    SubcompanyRemoveRequest,
};
pub use company_auth::{CompanyAuthLinkRequest, CompanyAuthResultRequest};
pub use copy_send::CopySendRequest;
pub use delay::DelayRequest;
pub use detail::DetailRequest;
pub use document_download::DocumentDownloadRequest;
pub use download::{DownloadItem, DownloadRequest, DownloadUrlRequest, FileNameRule};
pub use draft::DraftRequest;
pub use edit_signatory::{AddSignatoryRequest, EditOperatorsRequest, EditSignatoryRequest, OperatorsEdit};
pub use employee::{EmployeeListRequest, EmployeeRemoveRequest, EmployeeRequest, RoleManageRequest};
pub use employee_audit::EmployeeAuditRequest;
pub use force_end::{ForceEndFileRequest, ForceEndRequest};
pub use identity::IdentityRequest;
pub use invalid::InvalidRequest;
pub use invalid_by_file::InvalidByFileRequest;
pub use invalid_by_template::InvalidByTemplateRequest;
pub use invalid_sign::InvalidSignRequest;
pub use join_url::JoinUrlRequest;
pub use list::{ListRequest, SignatoryFilter, SortOrder};
pub use modify::ModifyRequest;
pub use notice::NoticeRequest;
pub use ocr::OcrRequest;
pub use page_url::{PageType, PageUrlRequest};
pub use person_auth::{AuthPrefillFields, PersonAuthLinkRequest, PersonAuthResultRequest};
pub use personal_sign::{CompanySelector, PersonalSignRequest};
pub use resend::ResendRequest;
pub use seal::{SealIdRequest, SealListRequest, SealStatusFilter};
pub use seal_autocreate::{SealAutoCreateRequest, SealImageInfo, SealSpec, SealStyle};
pub use seal_by_image::{PictureSize, SealByImageRequest};
pub use seal_manage::{EmployeeSealImageRequest, Operate, SealEditRequest, SealStatusRequest};
pub use send::SendRequest;
pub use short_url::ShortUrlRequest;
pub use sign::SignRequest;
pub use stream::{Operation, StreamRequest};
pub use template::{
    CreateByWordRequest, TemplateEditRequest, TemplateIdRequest, TemplateListRequest, TemplateStatusRequest,
};
pub use ticket::{ContractTicketRequest, ViewTicketRequest};
pub use token::UpdateCallbackRequest;
pub use uniform::UniformRequest;
pub use verify::{CompanyInfoVerifyRequest, IdentityVerifyRequest, VerifyRequest};
pub use view_url::ViewUrlRequest;
pub use watermark::AddWatermarkRequest;
