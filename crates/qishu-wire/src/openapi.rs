//! The Open API as an OpenAPI 3.1 document, made by running the readers of [`crate::requests`] on a request that has every field.
//!
//! Fields, limits, allowed names and what is mandatory are what the code reads, not what somebody wrote down about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::code::ErrorCode;
use crate::endpoints::{ENDPOINTS, Endpoint, Method};
use crate::fields::{Asked, FieldError, Fields, Kind, PASSES, Recorder};
use crate::requests::{
    AddByFileRequest, AddByFilesRequest, AddByTemplateRequest, AddSignatoryRequest, AddWatermarkRequest,
    AppointUrlRequest, AttachmentDownloadRequest, AuthorisationQueryRequest, CategoryDetailRequest,
    CategoryListRequest, CompanyAuthLinkRequest, CompanyAuthResultRequest, CompanyDetailRequest,
    CompanyInfoVerifyRequest, ContractTicketRequest, CopySendRequest, CreateByWordRequest,
    CustomerAddRequest, DeauthorizeRequest, DelayRequest, DetailRequest, DocumentDownloadRequest,
    DownloadRequest, DownloadUrlRequest, DraftRequest, EditOperatorsRequest, EditSignatoryRequest,
    EmployeeAuditRequest, EmployeeListRequest, EmployeeRemoveRequest, EmployeeRequest,
    EmployeeSealImageRequest, FeeInfoRequest, ForceEndFileRequest, ForceEndRequest, IdentityRequest,
    IdentityVerifyRequest, InvalidByFileRequest, InvalidByTemplateRequest, InvalidRequest,
    InvalidSignRequest, JoinUrlRequest, ListRequest, ModifyRequest, NotaryRequest, NoticeRequest, OcrRequest,
    PageUrlRequest, PersonAuthLinkRequest, PersonAuthResultRequest, PersonalSignAuthUrlRequest,
    PersonalSignRequest, ProveIdRequest, ProveRequest, RequiredDetailRequest, ResendRequest,
    RoleManageRequest, SealAutoCreateRequest, SealByImageRequest, SealEditRequest, SealIdRequest,
    SealListRequest, SealStatusRequest, SendRequest, ShortUrlRequest, SignRequest, SsoPrivilegeUrlRequest,
    StreamRequest, SubcompanyInviteRequest, SubcompanyRemoveRequest, TemplateEditRequest, TemplateIdRequest,
    TemplateListRequest, TemplateStatusRequest, UniformRequest, UpdateCallbackRequest, VerifyRequest,
    ViewTicketRequest, ViewUrlRequest,
};

type Reader = fn(&Fields) -> Result<(), FieldError>;

macro_rules! readers {
    ($($path:literal => $request:ident::$read:ident,)*) => {
        /// How the request of each described path is read.
        const READERS: &[(&str, Reader)] = &[
            $(($path, |fields| $request::$read(fields).map(drop)),)*
        ];
    };
}

readers! {
    "/v2/contract/draft" => DraftRequest::read,
    "/v2/document/addbyfile" => AddByFileRequest::read,
    "/v2/document/addbyfiles" => AddByFilesRequest::read,
    "/v2/document/addbytemplate" => AddByTemplateRequest::read,
    "/v2/contract/send" => SendRequest::read,
    "/v2/contract/copysend" => CopySendRequest::read,
    "/v2/signatory/edit" => EditSignatoryRequest::read,
    "/v3/signatory/edit" => EditSignatoryRequest::read_v3,
    "/v2/signatory/operators/edit" => EditOperatorsRequest::read,
    "/v2/signatory/add" => AddSignatoryRequest::read,
    "/v2/contract/viewurl" => ViewUrlRequest::read,
    "/v2/contract/detail" => DetailRequest::read,
    "/v2/contract/list" => ListRequest::read,
    "/v2/contract/download" => DownloadRequest::read,
    "/v2/document/download" => DocumentDownloadRequest::read,
    "/v2/attachment/download" => AttachmentDownloadRequest::read,
    "/v2/contract/forceend" => ForceEndRequest::read,
    "/v2/contract/forceend/addattachment" => ForceEndFileRequest::read,
    "/v2/contract/addwartermark" => AddWatermarkRequest::read,
    "/v2/contract/delay" => DelayRequest::read,
    "/v2/contract/stream" => StreamRequest::read,
    "/v2/contract/downloadurl" => DownloadUrlRequest::read,
    "/v2/contract/contractModify" => ModifyRequest::read,
    "/v2/contract/resend" => ResendRequest::read,
    "/v2/contract/joinurl" => JoinUrlRequest::read,
    "/v2/contract/personal/joinurl" => JoinUrlRequest::read_personal,
    "/v2/contract/required/detail" => RequiredDetailRequest::read,
    "/v2/contract/companysign" => SignRequest::read,
    "/v2/contract/legalpersonsign" => SignRequest::read,
    "/v2/contract/employeeaudit" => EmployeeAuditRequest::read,
    "/v2/contract/notice" => NoticeRequest::read,
    "/v2/contract/pageurl" => PageUrlRequest::read,
    "/v2/contract/appointurl" => AppointUrlRequest::read,
    "/v2/contract/shorturl" => ShortUrlRequest::read,
    "/v2/contract/invalid" => InvalidRequest::read,
    "/v2/contract/invalidbyfile" => InvalidByFileRequest::read,
    "/v2/contract/invalidbytemplate" => InvalidByTemplateRequest::read,
    "/v2/contract/invalidsign" => InvalidSignRequest::read,
    "/v2/contract/personalsign" => PersonalSignRequest::read,
    "/v2/subcompany/invite" => SubcompanyInviteRequest::read,
    "/v2/subcompany/remove" => SubcompanyRemoveRequest::read,
    "/v2/company/detail" => CompanyDetailRequest::read,
    "/v2/employee/list" => EmployeeListRequest::read,
    "/v2/employee/create" => EmployeeRequest::read_new,
    "/v2/employee/update" => EmployeeRequest::read,
    "/v2/employee/detail" => EmployeeRequest::read,
    "/v2/role/manage" => RoleManageRequest::read,
    "/v2/employee/remove" => EmployeeRemoveRequest::read,
    "/company/token/update/callback" => UpdateCallbackRequest::read,
    "/v2/company/fee/info" => FeeInfoRequest::read,
    "/v2/seal/list" => SealListRequest::read,
    "/v2/seal/image" => SealIdRequest::read,
    "/v2/seal/employeesealimage" => EmployeeSealImageRequest::read,
    "/v2/seal/autocreate" => SealAutoCreateRequest::read,
    "/v2/seal/sealdetail" => SealIdRequest::read,
    "/v2/seal/edit" => SealEditRequest::read,
    "/v2/seal/createbyimage" => SealByImageRequest::read,
    "/v2/seal/status" => SealStatusRequest::read,
    "/v2/seal/remove" => SealIdRequest::read,
    "/v2/template/list" => TemplateListRequest::read,
    "/v2/template/detail" => TemplateIdRequest::read,
    "/v2/template/pageurl" => TemplateIdRequest::read,
    "/v3/template/createbyword" => CreateByWordRequest::read,
    "/v2/template/edit" => TemplateEditRequest::read,
    "/v2/template/status" => TemplateStatusRequest::read,
    "/v2/template/download" => TemplateIdRequest::read,
    "/v2/template/remove" => TemplateIdRequest::read,
    "/v2/category/list" => CategoryListRequest::read,
    "/v2/category/detail" => CategoryDetailRequest::read,
    "/v2/personalauth" => PersonAuthLinkRequest::read,
    "/v2/personalauth/result" => PersonAuthResultRequest::read,
    "/companyauth/pcpage" => CompanyAuthLinkRequest::read,
    "/companyauth/h5page" => CompanyAuthLinkRequest::read,
    "/companyauth/pcpagewithlicense" => CompanyAuthLinkRequest::read_with_license,
    "/companyauth/h5pagewithlicense" => CompanyAuthLinkRequest::read_with_license,
    "/companyauth/result" => CompanyAuthResultRequest::read,
    "/v2/customer/add" => CustomerAddRequest::read,
    "/v2/ssoprivilege/url" => SsoPrivilegeUrlRequest::read,
    "/v2/personalsign/authurl" => PersonalSignAuthUrlRequest::read,
    "/v2/personalsign/deauthorize" => DeauthorizeRequest::read,
    "/v2/personalsign/query" => AuthorisationQueryRequest::read,
    "/v2/verify" => VerifyRequest::read,
    "/v2/identity/verify" => IdentityVerifyRequest::read,
    "/v2/companyinfo/verify" => CompanyInfoVerifyRequest::read,
    "/v2/ocr/idcard" => OcrRequest::read,
    "/v2/ocr/bankcard" => OcrRequest::read,
    "/v2/chain/notary" => NotaryRequest::read,
    "/chain/evidence/electronic/prove/apply" => ProveRequest::read_proof,
    "/chain/evidence/complete/report/apply" => ProveRequest::read_report,
    "/chain/evidence/complete/report/status" => ProveIdRequest::read,
    "/chain/evidence/complete/report/download" => ProveIdRequest::read,
    "/v2/signatory/identity" => IdentityRequest::read,
    "/uniformapi" => UniformRequest::read,
    "/v2/contract/miniappexchange" => ContractTicketRequest::read,
    "/v2/contract/miniappexchange/view" => ViewTicketRequest::read,
}

/// Described paths that take no fields.
const WITHOUT_FIELDS: &[&str] = &[
    "/v2/company/list",
    "/company/platforminfo",
    "/company/token/get",
    "/v2/checkhealth",
];

/// Whether the document describes a path.
#[must_use]
pub fn describes(path: &str) -> bool {
    WITHOUT_FIELDS.contains(&path) || reader(path).is_some()
}

fn reader(path: &str) -> Option<Reader> {
    READERS
        .iter()
        .find(|(known, _)| *known == path)
        .map(|(_, reader)| *reader)
}

/// What the reader of a path asks for, in its order, and the last refusal if it never came to an end.
fn asked(path: &str) -> (Vec<Asked>, Option<FieldError>) {
    let Some(reader) = reader(path) else {
        return (Vec::new(), None);
    };
    let mut all: Vec<Asked> = Vec::new();
    let mut refusal = None;
    let mut ended = false;
    for pass in 0..PASSES {
        let recorder = Arc::new(Recorder::new(pass));
        let result = reader(&Fields::recording(Arc::clone(&recorder)));
        ended |= result.is_ok();
        refusal = result.err().or(refusal);
        for field in Arc::into_inner(recorder)
            .map(Recorder::into_asked)
            .unwrap_or_default()
        {
            match all.iter_mut().find(|known| known.path == field.path) {
                Some(known) => known.required |= field.required,
                None => all.push(field),
            }
        }
    }
    (all, refusal.filter(|_| !ended))
}

/// The document. `version` is the version of the product.
#[must_use]
pub fn document(version: &str) -> Value {
    let mut paths = Map::new();
    for endpoint in ENDPOINTS.iter().filter(|endpoint| describes(endpoint.path)) {
        let method = endpoint.method.name().to_ascii_lowercase();
        let entry = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        entry[method] = operation(endpoint);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "契书 Qishu Open API",
            "version": version,
            "description": "Wire-compatible with the Open API of Qiyuesuo. Business errors are HTTP 200 with a code that is not 0.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": security_schemes(),
            "schemas": { "Envelope": envelope_schema() },
        },
        "security": [{ "accessToken": [], "timestamp": [], "nonce": [], "signature": [] }],
        "x-codes": codes(),
    })
}

fn security_schemes() -> Value {
    let header = |name: &str, what: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": what });
    json!({
        "accessToken": header("x-qys-open-accesstoken", "AppToken"),
        "timestamp": header("x-qys-open-timestamp", "Milliseconds since 1970; within ten minutes of the server's clock"),
        "nonce": header("x-qys-open-nonce", "Text never used before, at most 64 characters; may be missing unless the application demands it"),
        "signature": header("x-qys-open-signature", "MD5 of AppToken, AppSecret, timestamp and nonce joined without separator, in hex"),
    })
}

fn envelope_schema() -> Value {
    json!({
        "type": "object",
        "required": ["code", "responseCode", "message"],
        "properties": {
            "code": { "type": "integer", "description": "0 for success" },
            "responseCode": { "type": "string", "pattern": "^[0-9]{8}$" },
            "message": { "type": "string" },
            "result": {},
        },
    })
}

/// The table of answers.
fn codes() -> Vec<Value> {
    let row = |code: &ErrorCode| json!({ "code": code.number(), "responseCode": code.response_code(), "message": code.name() });
    ErrorCode::ALL.iter().map(row).collect()
}

fn operation(endpoint: &Endpoint) -> Value {
    let (fields, _) = asked(endpoint.path);
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "summary": endpoint.title,
        "tags": [tag(endpoint.path)],
        "responses": { "200": { "description": "Success, or a business error", "content": answers(endpoint) } },
    });
    if fields.is_empty() {
        return operation;
    }
    let schema = schema(&fields);
    match endpoint.method {
        Method::Get => operation["parameters"] = parameters(&schema),
        Method::Post => {
            let has_file = fields
                .iter()
                .any(|field| matches!(field.kind, Kind::File | Kind::Files));
            let kind = if has_file {
                "multipart/form-data"
            } else {
                "application/json"
            };
            operation["requestBody"] = json!({ "required": true, "content": { kind: { "schema": schema } } });
        }
    }
    operation
}

fn answers(endpoint: &Endpoint) -> Value {
    let envelope = json!({ "schema": { "$ref": "#/components/schemas/Envelope" } });
    if endpoint.answers_bytes() {
        json!({ "application/octet-stream": {}, "application/json": envelope })
    } else {
        json!({ "application/json": envelope })
    }
}

/// `/v2/contract/draft` by POST becomes `postV2ContractDraft`.
fn operation_id(endpoint: &Endpoint) -> String {
    let capital = |part: &str| {
        let (first, rest) = part.split_at_checked(1).unwrap_or((part, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    let parts: String = endpoint.path.split('/').map(capital).collect();
    format!("{}{parts}", endpoint.method.name().to_ascii_lowercase())
}

/// The chapter of the documentation.
fn tag(path: &str) -> &'static str {
    let signing = [
        "companysign",
        "legalpersonsign",
        "employeeaudit",
        "notice",
        "pageurl",
        "appointurl",
        "shorturl",
        "invalid",
        "personalsign",
    ];
    let mut parts = path
        .split('/')
        .filter(|part| !part.is_empty() && !matches!(*part, "v2" | "v3"));
    let (group, operation) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match group {
        "uniformapi" => "JS-SDK",
        _ if path.contains("/miniappexchange") => "小程序插件",
        "contract" if signing.iter().any(|name| operation.starts_with(name)) => "签署服务",
        "contract" | "document" | "attachment" | "signatory" => "合同管理",
        "company" | "subcompany" | "employee" | "role" | "customer" => "组织架构",
        "seal" => "印章管理",
        "template" => "文件模板",
        "category" => "业务分类",
        "personalauth" => "个人认证",
        "companyauth" => "企业认证",
        "personalsign" | "ssoprivilege" => "授权管理",
        "chain" => "存证出证",
        "saas" => "SaaS",
        _ => "工具",
    }
}

fn parameters(schema: &Value) -> Value {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let one = |(name, schema): (&String, &Value)| json!({ "name": name, "in": "query", "required": required.contains(&json!(name)), "schema": schema });
    schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(one)
        .collect()
}

/// Nests the flat list of paths.
fn schema(fields: &[Asked]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut below: BTreeMap<&str, Vec<Asked>> = BTreeMap::new();
    for field in fields {
        if let Some((head, rest)) = field.path.split_once('.') {
            let head = head.trim_end_matches("[]");
            below.entry(head).or_default().push(Asked {
                path: rest.to_owned(),
                ..field.clone()
            });
        }
    }
    for field in fields.iter().filter(|field| !field.path.contains('.')) {
        let members = below.get(field.path.as_str()).map_or(&[][..], Vec::as_slice);
        properties.insert(field.path.clone(), kind_schema(&field.kind, members));
        if field.required {
            required.push(json!(field.path));
        }
    }
    let mut made = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        made["required"] = Value::Array(required);
    }
    made
}

fn kind_schema(kind: &Kind, members: &[Asked]) -> Value {
    let text = |limit: usize| json!({ "type": "string", "maxLength": limit });
    let id = || json!({ "type": ["string", "integer"], "pattern": "^[0-9]{1,19}$" });
    match kind {
        Kind::Text(limit) => text(*limit),
        Kind::Id => id(),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer(smallest, largest) => bounded("integer", smallest, largest),
        Kind::Decimal(smallest, largest) => bounded("number", smallest, largest),
        Kind::DateTime => json!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?$" }),
        Kind::Date => json!({ "type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$" }),
        Kind::OneOf(names) => json!({ "type": "string", "enum": names }),
        Kind::ListOf(names) => json!({ "type": "array", "items": { "type": "string", "enum": names } }),
        Kind::Texts(most, characters) => {
            json!({ "type": "array", "maxItems": most, "items": text(*characters) })
        }
        Kind::Ids(most) => json!({ "type": "array", "maxItems": most, "items": id() }),
        Kind::Object => schema(members),
        Kind::Objects(most) => json!({ "type": "array", "maxItems": most, "items": schema(members) }),
        Kind::File => json!({ "type": "string", "format": "binary" }),
        Kind::Files => json!({ "type": "array", "items": { "type": "string", "format": "binary" } }),
    }
}

fn bounded(kind: &str, smallest: &str, largest: &str) -> Value {
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    json!({ "type": kind, "minimum": number(smallest), "maximum": number(largest) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_comes_to_its_end_on_a_request_with_every_field() {
        let refused: Vec<String> = READERS
            .iter()
            .filter_map(|(path, _)| asked(path).1.map(|refusal| format!("{path}: {refusal}")))
            .collect();
        assert_eq!(refused, Vec::<String>::new());
    }

    #[test]
    fn a_draft_is_described_with_its_parties_and_their_limits() {
        let document = document("0");
        let draft = &document["paths"]["/v2/contract/draft"]["post"];
        let schema = &draft["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(
            schema["properties"]["subject"],
            json!({ "type": "string", "maxLength": 100 })
        );
        let party = &schema["properties"]["signatories"]["items"]["properties"];
        assert_eq!(party["receiver"]["properties"]["contact"]["maxLength"], 100);
        assert!(
            party["actions"]["items"]["properties"]["type"]["enum"]
                .as_array()
                .is_some_and(|names| names.len() > 3)
        );
        let upload = &document["paths"]["/v2/document/addbyfile"]["post"]["requestBody"]["content"];
        let file = &upload["multipart/form-data"]["schema"];
        assert_eq!(file["properties"]["file"]["format"], "binary");
        assert!(
            file["required"]
                .as_array()
                .is_some_and(|names| names.contains(&json!("file")))
        );
        let detail = &document["paths"]["/v2/contract/detail"]["get"]["parameters"];
        assert!(
            detail
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["name"] == "queryLocation"))
        );
    }

    #[test]
    fn what_depends_on_the_kind_of_a_position_is_described() {
        let names: Vec<String> = asked("/v2/contract/send")
            .0
            .into_iter()
            .map(|field| field.path)
            .collect();
        for name in [
            "stampers[].width",
            "stampers[].offsetX",
            "stampers[].sealPageConfig",
        ] {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
    }
}
