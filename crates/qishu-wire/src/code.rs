//! The one table of answer codes: short number, 8-digit text and English name of every condition (D19, D56).
//!
//! Sources are the tables 3.2 to 3.4 of the protocol, chapter 8 of the contract group and chapter 3 of the
//! organisation group. Where two of them give different numbers for one condition the newer 8-digit form counts;
//! where two conditions share a number both stand here, because the message tells them apart.

use std::fmt;

/// Declares [`ErrorCode`] and its table from one list.
macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident = $number:literal, $response:literal, $name:literal;)*) => {
        /// A condition that an answer can report. `Success` is one of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$meta])* $variant,)*
        }

        impl ErrorCode {
            /// Every condition, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            const fn row(self) -> (u16, &'static str, &'static str) {
                match self {
                    $(Self::$variant => ($number, $response, $name),)*
                }
            }
        }
    };
}

codes! {
    /// Everything went well.
    Success = 0, "00000000", "SUCCESS";

    /// The path is not served (D15); HTTP 404.
    PathNotFound = 404, "11990404", "NOT FOUND";
    /// The path is served under another method (D15); HTTP 405.
    MethodNotAllowed = 405, "11990405", "METHOD NOT ALLOWED";
    /// A header of the request signature is missing, contradictory or unreadable; HTTP 441.
    HeaderRequired = 441, "11990441", "HEADER REQUIRED";
    /// The application token is unknown or disabled; HTTP 442.
    InvalidToken = 442, "11990442", "INVALID TOKEN";
    /// The signature fits no accepted form (D8); HTTP 443.
    InvalidSignature = 443, "11990443", "INVALID SIGNATURE";
    /// The timestamp is not a time or outside the window (D8); HTTP 444.
    InvalidTimestamp = 444, "11990444", "INVALID TIMESTAMP";
    /// The request was seen before (D8, R-11); HTTP 445.
    DuplicateNonce = 445, "11990445", "DUPLICATE NONCE";
    /// The source address is not on the application's list (D9); HTTP 446.
    IpNotAllowed = 446, "11990446", "IP NOT ALLOWED";

    /// Something failed on our side.
    InternalError = 1001, "21990001", "ERROR";
    /// The caller has no right to the object or function.
    PermissionDenied = 1002, "14990002", "PERMISSION DENIED";
    /// The contract does not exist, on every page but those of [`ErrorCode::contract_not_found`].
    ContractNotFound = 1003, "11101003", "CONTRACT NOT FOUND";
    /// A parameter is missing or wrong.
    InvalidParam = 1005, "11990005", "INVALID PARAM";
    /// Called too often.
    TooFrequent = 1006, "11990006", "REQUEST TOO FREQUENT";
    /// A file is larger than allowed.
    FileTooLarge = 1010, "11990010", "FILE TOO LARGE";
    /// A parameter is longer than allowed.
    ParamTooLong = 1011, "11990011", "PARAM TOO LONG";

    /// The contract's status does not allow the operation.
    InvalidContractStatus = 1101, "11011101", "INVALID CONTRACT STATUS";
    /// The same party occurs twice.
    RepeatingSignatory = 1102, "11011102", "REPEATING SIGNATORY";
    /// A company party has no step.
    ActionRequired = 1103, "11011103", "ACTION REQUIRED";
    /// An approval step has no people.
    ActionOperatorsRequired = 1105, "11011105", "ACTION OPERATORS REQUIRED";
    /// A position of a type that this call does not allow.
    InvalidStamperType = 1106, "11011106", "INVALID STAMPER TYPE";
    /// It is not this party's turn, or there is no such step.
    NotSignStep = 1107, "11011107", "NOT SIGN STEP";
    /// The keyword of a position was not found.
    KeywordNotFound = 1108, "11011108", "KEYWORD NOT FOUND";
    /// A position lies on a page that the document does not have.
    SignPageBeyond = 1109, "11011109", "SIGN PAGE BEYOND";
    /// The user may not see or sign the contract.
    NoViewPermission = 1110, "11011110", "NO VIEW PERMISSION";
    /// The same on the signing page, which documents another 8-digit code.
    NoPagePermission = 1110, "11011121", "NO VIEW PERMISSION";
    /// The handler of a party is missing.
    OperatorRequired = 1111, "11011111", "OPERATOR REQUIRED";
    /// The business id belongs to a contract that is no longer a draft.
    DuplicateBizId = 1112, "11011112", "DUPLICATE BIZID";
    /// The contract has no party.
    SignatoryRequired = 1113, "11011113", "SIGNATORY REQUIRED";
    /// Mandatory template parameters of the initiator are empty.
    RequiredParamEmpty = 1116, "11011116", "REQUIRED PARAM EMPTY";
    /// No unknown personal party is waiting.
    UnknownSignatoryNotFound = 1125, "11011125", "UNKNOWN SIGNATORY NOT FOUND";
    /// The contract does not exist, on the pages of recall, voiding and reminding.
    ContractNotFoundOnRecall = 1126, "11011126", "CONTRACT NOT FOUND";
    /// The caller may not start contracts of this category.
    CategoryNotAllowed = 1151, "11011151", "CATEGORY NOT ALLOWED";

    /// The seal or personal signature does not exist.
    SealNotFound = 1201, "11011201", "SEAL NOT FOUND";
    /// The seal is disabled; on removal: not disabled, or removed already.
    InvalidSealStatus = 1203, "11011203", "INVALID SEAL STATUS";
    /// The company has a seal of its legal representative already.
    LegalPersonSealExists = 1204, "11011204", "LEGAL PERSON SEAL EXISTS";
    /// A seal of the legal representative awaits review.
    LegalPersonSealInReview = 1205, "11011205", "LEGAL PERSON SEAL IN REVIEW";
    /// The list of seal users is empty.
    SealUsersRequired = 1207, "11011207", "SEAL USERS REQUIRED";

    /// The parties differ from those the category prescribes.
    CategoryConfigNotMatch = 1301, "11011301", "CATEGORY CONFIG NOT MATCH";
    /// The category's settings are broken, e.g. a configured employee has left.
    CategoryConfigError = 1302, "11011302", "CATEGORY CONFIG ERROR";
    /// The category does not exist; the organisation group gives it the same number (its D-09).
    CategoryNotFound = 1302, "11011302", "CATEGORY NOT FOUND";
    /// The category does not allow adding parties after sending.
    ContinueSendingNotAllowed = 1304, "11011304", "CONTINUE SENDING NOT ALLOWED";

    /// Sending without any document.
    DocumentRequired = 1401, "11011401", "DOCUMENT REQUIRED";
    /// The document does not exist.
    DocumentNotFound = 1402, "11011402", "DOCUMENT NOT FOUND";
    /// The type of the file is not allowed; shares its number with the one before.
    UnsupportedFileType = 1402, "11011402", "UNSUPPORTED FILE TYPE";
    /// The file is damaged, or its type differs from the stated suffix.
    InvalidFile = 1403, "11011403", "INVALID FILE";
    /// The contract has no such attachment.
    AttachmentNotFound = 1404, "11011404", "ATTACHMENT NOT FOUND";
    /// Downloads of this document are locked (D-32; off by default).
    DownloadLocked = 1405, "11011405", "DOWNLOAD LOCKED";

    /// The template does not exist.
    TemplateNotFound = 1501, "11011501", "TEMPLATE NOT FOUND";
    /// The template's state does not allow the operation.
    InvalidTemplateStatus = 1502, "11011502", "INVALID TEMPLATE STATUS";
    /// The template file cannot be read.
    InvalidTemplateFile = 1503, "11011503", "INVALID TEMPLATE FILE";

    /// The account's balance is too low.
    InsufficientBalance = 1601, "11011601", "INSUFFICIENT BALANCE";
    /// No such authentication request.
    InvalidAuthId = 1604, "11011604", "INVALID_AUTHID";
    /// The company is authenticated already; integrators look for 已完成认证 in the text (D-03).
    CompanyAlreadyAuthed = 1605, "11011605", "COMPANY ALREADY AUTHED,该公司已完成认证";
    /// No such authorisation record.
    AuthorisationNotFound = 1606, "11011606", "AUTHORISATION NOT FOUND";
    /// No such evidence or report.
    EvidenceNotFound = 1607, "11011607", "EVIDENCE NOT FOUND";
    /// The report is not ready.
    ReportNotReady = 1608, "11011608", "REPORT NOT READY";

    /// The person is no employee of the company.
    EmployeeNotFound = 1701, "11041701", "EMPLOYEE NOT FOUND";
    /// The employee has left the company.
    EmployeeDismissed = 1702, "11041702", "EMPLOYEE DISMISSED";
    /// The name differs from the real name on file.
    EmployeeNameNotMatch = 1703, "11041703", "EMPLOYEE NAME NOT MATCH";
    /// The employee has not registered.
    EmployeeUnregistered = 1705, "11041705", "EMPLOYEE UNREGISTERED";
    /// The employee is the company's only system administrator.
    LastAdministrator = 1706, "11041706", "LAST ADMINISTRATOR";
    /// The employee number is used in this company.
    DuplicateEmployeeNumber = 1707, "11041707", "DUPLICATE EMPLOYEE NUMBER";

    /// The company does not exist.
    CompanyNotFound = 1801, "11041801", "COMPANY NOT FOUND";
    /// The company is neither the caller's own nor a subordinate one.
    CompanyNotJoined = 1802, "11041802", "COMPANY NOT JOINED";
    /// The invited company is not authenticated.
    CompanyNotAuthed = 1803, "11041803", "COMPANY NOT AUTHED";
    /// The company is a member of the group already, or is not a member.
    CompanyMembership = 1804, "11041804", "COMPANY MEMBERSHIP CONFLICT";

    /// A seal could not be drawn.
    SealCreationFailed = 2210, "12072210", "SEAL CREATION FAILED";
    /// The contract does not exist, on the link page of unknown parties.
    ContractNotFoundOnJoin = 3004, "11013004", "CONTRACT NOT FOUND";
}

impl ErrorCode {
    /// The short number that `code` carries; 0 for success.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.row().0
    }

    /// The 8 digits that `responseCode` carries.
    #[must_use]
    pub const fn response_code(self) -> &'static str {
        self.row().1
    }

    /// The name that starts `message`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().2
    }

    /// The HTTP status of an answer with this code: the number itself for refusals before any business check,
    /// 200 for everything else (D15), because clients hide the envelope of a status of 400 and more.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self.number() {
            status @ (404 | 405 | 441..=446) => status,
            _ => 200,
        }
    }

    /// "Contract not found" as the endpoint with this path documents it (D19): 11011126 for recall, voiding and
    /// reminding, 3004 for links of unknown parties, 11101003 for all others.
    #[must_use]
    pub fn contract_not_found(path: &str) -> Self {
        match path {
            "/v2/contract/invalid"
            | "/v2/contract/invalidbyfile"
            | "/v2/contract/invalidbytemplate"
            | "/v2/contract/invalidsign"
            | "/v2/contract/notice" => Self::ContractNotFoundOnRecall,
            "/v2/contract/personal/joinurl" => Self::ContractNotFoundOnJoin,
            _ => Self::ContractNotFound,
        }
    }

    /// "May not see this contract" as the endpoint with this path documents it: 11011121 for the signing page.
    #[must_use]
    pub fn no_view_permission(path: &str) -> Self {
        if path == "/v2/contract/pageurl" {
            Self::NoPagePermission
        } else {
            Self::NoViewPermission
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.response_code(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_row_is_well_formed() {
        for code in ErrorCode::ALL {
            let digits = code.response_code();
            assert!(
                digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()),
                "{code}"
            );
            assert!(!code.name().contains(['"', '\\', '\n']), "{code}");
            let english = code.name().split(',').next().unwrap();
            assert!(english.is_ascii() && english == english.to_uppercase(), "{code}");
        }
    }

    #[test]
    fn the_short_number_ends_the_long_one_except_where_documented() {
        // The general codes drop the thousands (1005 ↔ 11990005), and 1110 has a page of its own.
        for code in ErrorCode::ALL
            .iter()
            .filter(|code| **code != ErrorCode::NoPagePermission)
        {
            let long = &code.response_code()[4..];
            let number = code.number();
            let general = format!("{:04}", number % 1000);
            assert!(
                long == format!("{number:04}") || long == general,
                "{code}: {number}"
            );
        }
    }

    #[test]
    fn numbers_are_shared_only_on_purpose() {
        let mut uses: HashMap<u16, Vec<ErrorCode>> = HashMap::new();
        for code in ErrorCode::ALL {
            uses.entry(code.number()).or_default().push(*code);
        }
        let mut shared: Vec<u16> = uses
            .into_iter()
            .filter(|(_, codes)| codes.len() > 1)
            .map(|(n, _)| n)
            .collect();
        shared.sort_unstable();
        assert_eq!(shared, [1110, 1302, 1402]);
    }

    #[test]
    fn business_errors_are_http_200() {
        let refusals: Vec<u16> = ErrorCode::ALL
            .iter()
            .map(|code| code.http_status())
            .filter(|status| *status != 200)
            .collect();
        assert_eq!(refusals, [404, 405, 441, 442, 443, 444, 445, 446]);
    }

    #[test]
    fn contract_not_found_depends_on_the_page() {
        let answer = |path: &str| ErrorCode::contract_not_found(path).response_code();
        assert_eq!(answer("/v2/contract/notice"), "11011126");
        assert_eq!(answer("/v2/contract/invalid"), "11011126");
        assert_eq!(answer("/v2/contract/detail"), "11101003");
        assert_eq!(
            ErrorCode::no_view_permission("/v2/contract/pageurl").response_code(),
            "11011121"
        );
        assert_eq!(
            ErrorCode::no_view_permission("/v2/contract/viewurl").response_code(),
            "11011110"
        );
    }
}
