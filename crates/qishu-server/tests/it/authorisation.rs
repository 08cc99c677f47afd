//! Who may call what: every served endpoint × {without signature, disabled application, another tenant with our ids, the
//! right caller}. A new endpoint is part of the matrix by being served; one that takes no id of ours says so here.

use qishu_model::application::{Application, SecretText};
use qishu_model::company::{Company, CompanyStatus};
use qishu_model::id::{ApplicationId, CompanyId};
use qishu_store::ledger::{Actor, Entry};
use qishu_testkit::on_both;
use qishu_wire::endpoints::{ENDPOINTS, Endpoint, Method};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, contract_pdf};
use crate::embedded::{escaped, open_frame};
use crate::flow::{PERSON, draft, draft_body, send};

/// Endpoints that take no id of an object, so that there is nothing to guess.
const WITHOUT_ID: &[&str] = &[
    "/v2/contract/list",
    "/v2/company/list",
    "/v2/subcompany/invite",
    "/v2/subcompany/remove",
    "/company/platforminfo",
    "/v2/company/detail",
    "/v2/employee/list",
    "/v2/employee/create",
    "/v2/employee/update",
    "/v2/employee/detail",
    "/v2/role/manage",
    "/v2/employee/remove",
    "/company/token/get",
    "/company/token/update/callback",
    "/v2/company/fee/info",
    "/v2/seal/list",
    "/v2/seal/employeesealimage",
    "/v2/seal/autocreate",
    "/v2/seal/createbyimage",
    "/v2/template/list",
    "/v3/template/createbyword",
    "/v2/category/list",
    "/v2/personalauth",
    "/v2/personalauth/result",
    "/companyauth/pcpage",
    "/companyauth/h5page",
    "/companyauth/pcpagewithlicense",
    "/companyauth/h5pagewithlicense",
    "/companyauth/result",
    "/v2/customer/add",
    "/v2/ssoprivilege/url",
    "/v2/personalsign/authurl",
    "/v2/personalsign/deauthorize",
    "/v2/personalsign/query",
    "/v2/verify",
    "/v2/identity/verify",
    "/v2/companyinfo/verify",
    "/v2/checkhealth",
    "/v2/ocr/idcard",
    "/v2/ocr/bankcard",
    "/v2/chain/notary",
];

/// Well-formed, and nobody's.
pub(crate) const NOBODYS: &str = "3014826187358859384";

pub(crate) const TOKEN: &str = "OtherApp01";
pub(crate) const SECRET: &str = "OtherSecret0123456789abcdef01234";

/// A second platform company with an application of its own.
pub(crate) async fn add_stranger(app: &TestApp) {
    let (known, _) = qishu_app::request_guard::find_application(&app.app, qishu_app::demo::APP_TOKEN)
        .await
        .unwrap()
        .unwrap();
    let company = Company {
        id: CompanyId::new(app.app.next_id()),
        name: "别家科技有限公司".to_owned(),
        register_no: None,
        legal_person: None,
        status: CompanyStatus::AuthSuccess,
        parent: None,
        auth_end: None,
        create_time: app.app.now(),
    };
    let application = Application {
        id: ApplicationId::new(app.app.next_id()),
        company_id: company.id,
        token: TOKEN.to_owned(),
        secrets: vec![SecretText::new(SECRET.to_owned())],
        ..known
    };
    let mut transaction = app.app.store.begin("add_stranger");
    qishu_store::company::insert(&mut transaction, &company)
        .await
        .unwrap();
    qishu_store::application::insert(&mut transaction, &application)
        .await
        .unwrap();
    transaction.record(test_entry(app));
    transaction.commit().await.unwrap();
}

/// An entry for what a test stores by itself.
pub(crate) fn test_entry(app: &TestApp) -> Entry {
    Entry {
        at: app.app.now(),
        tenant: None,
        kind: "TEST",
        subject: None,
        actor: Actor::default(),
        details: json!({}),
    }
}

async fn disable_stranger(app: &TestApp) {
    let mut transaction = app.app.store.begin("disable_stranger");
    let mut found = qishu_store::application::find_enabled(&mut transaction, TOKEN)
        .await
        .unwrap()
        .unwrap();
    found.value.enabled = false;
    qishu_store::application::update(&mut transaction, &found)
        .await
        .unwrap();
    transaction.record(test_entry(app));
    transaction.commit().await.unwrap();
}

/// Ids of objects of the demo company, under every parameter name that takes one.
pub(crate) struct Ids(pub(crate) Vec<(&'static str, String)>);

impl Ids {
    pub(crate) async fn of_demo(app: &TestApp) -> Self {
        let drafted = draft(app, &draft_body(&[PERSON])).await;
        assert_eq!(send(app, &drafted).await.code(), 0);
        let first = async |target: &str| {
            let list = app.get(target).await.result();
            list["list"][0]["id"].as_str().unwrap_or(NOBODYS).to_owned()
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let data = json!({ "notaryName": "日志", "notaryDataID": drafted.contract, "notaryType": "HASH",
                           "hashAlgorithm": "SHA256", "notaryDataHash": "ab".repeat(32) });
        let notary = app.post("/v2/chain/notary", &data).await.result();
        let order = json!({ "chainId": notary["chainId"] });
        let proof = app
            .post("/chain/evidence/electronic/prove/apply", &order)
            .await
            .result();
        Self(vec![
            ("contractId", drafted.contract.clone()),
            ("id", drafted.contract),
            ("documentId", drafted.document),
            ("actionId", drafted.action),
            ("signatoryId", drafted.people[0].clone()),
            ("sealId", first("/v2/seal/list").await),
            ("categoryId", first("/v2/category/list").await),
            ("templateId", first("/v2/template/list").await),
            ("chainId", text(&notary["chainId"])),
            ("proveId", text(&proof["proveId"])),
        ])
    }

    fn nobodys(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|(name, _)| (*name, NOBODYS.to_owned()))
                .collect(),
        )
    }

    /// An answer with its ids made equal.
    fn masked(&self, answer: &Answer) -> (u16, String) {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let masked = self.0.iter().fold(text, |text, (_, id)| text.replace(id, "ID"));
        (answer.status, masked)
    }
}

/// What an endpoint needs beside ids before it looks at them.
pub(crate) fn other_fields(path: &str) -> Value {
    let user = json!({ "name": "张三", "contact": PERSON, "contactType": "MOBILE" });
    match path {
        "/v2/contract/draft" => json!({ "subject": "劳动合同" }),
        "/v2/contract/invalidbytemplate" => json!({ "templateId": NOBODYS, "title": "作废协议" }),
        "/v2/contract/addwartermark" => json!({ "watermarks": [{ "type": "TEXT", "content": "合同专用" }] }),
        "/v2/template/status" => json!({ "operate": "ENABLE" }),
        "/v2/seal/status" => json!({ "operate": "ENABLE" }),
        "/v2/contract/pageurl" | "/v2/contract/personalsign" | "/v2/contract/miniappexchange" => {
            json!({ "user": user })
        }
        "/v2/contract/copysend" => json!({ "receivers": [{ "receiver": user }] }),
        "/v2/signatory/edit" | "/v3/signatory/edit" => json!({ "receiver": user }),
        "/v2/signatory/operators/edit" => json!({ "actionOperators": [user] }),
        "/v2/signatory/add" => {
            json!({ "signatory": { "tenantType": "PERSONAL", "tenantName": "张三", "receiver": user } })
        }
        "/v2/contract/forceend" => json!({ "reason": "终止" }),
        "/v2/contract/delay" => json!({ "days": 1 }),
        "/v2/contract/employeeaudit" => json!({ "pass": true }),
        "/v2/contract/joinurl" => json!({ "type": "PERSONAL" }),
        "/v2/signatory/identity" => json!({ "contact": PERSON }),
        "/chain/evidence/complete/report/apply" => json!({ "proveSource": 3 }),
        _ => json!({}),
    }
}

pub(crate) async fn call(app: &TestApp, endpoint: &Endpoint, headers: &str, ids: &Ids) -> Answer {
    let path = endpoint.path;
    let uploads = [
        "/v2/document/addbyfile",
        "/v2/document/addbyfiles",
        "/v2/contract/forceend/addattachment",
    ];
    if uploads.contains(&path) {
        let file = if path.ends_with('s') { "files" } else { "file" };
        let mut fields: Vec<(&str, &str)> = ids.0.iter().map(|(name, id)| (*name, id.as_str())).collect();
        fields.extend([("title", "合同正文"), ("fileSuffix", "pdf")]);
        return app
            .upload_with(path, headers, &fields, (file, contract_pdf()))
            .await;
    }
    if path == "/v2/contract/invalidbyfile" {
        let info: Value = ids
            .0
            .iter()
            .map(|(name, id)| ((*name).to_owned(), json!(id)))
            .collect();
        let info = info.to_string();
        return app
            .upload_with(
                path,
                headers,
                &[("invalidInfo", info.as_str())],
                ("file", contract_pdf()),
            )
            .await;
    }
    if path == "/uniformapi" {
        let contract = ids.0.iter().find(|(name, _)| *name == "contractId").unwrap();
        let data = open_frame(&contract.1, PERSON);
        return match endpoint.method {
            Method::Get => {
                let target = format!("{path}?requestData={}", escaped(&data));
                app.get_with(&target, headers).await
            }
            Method::Post => {
                app.post_with(path, headers, &json!({ "requestData": data }))
                    .await
            }
        };
    }
    match endpoint.method {
        Method::Get => {
            let mut query: Vec<String> = ids.0.iter().map(|(name, id)| format!("{name}={id}")).collect();
            let others = other_fields(path);
            let members = others.as_object().into_iter().flatten();
            query.extend(members.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())));
            app.get_with(&format!("{path}?{}", query.join("&")), headers)
                .await
        }
        Method::Post => {
            let mut body = other_fields(path);
            for (name, id) in &ids.0 {
                body[*name] = json!(id);
            }
            app.post_with(path, headers, &body).await
        }
    }
}

fn served() -> impl Iterator<Item = &'static Endpoint> {
    let served = |endpoint: &&Endpoint| qishu_server::api::SERVED.contains(&endpoint.path);
    ENDPOINTS.iter().filter(served)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_served_without_a_signature_or_to_a_disabled_application() {
    on_both(async |database| {
        let app = TestApp::start_with(database, |settings| settings.refusals_per_minute = 10_000).await;
        add_stranger(&app).await;
        disable_stranger(&app).await;
        let ids = Ids::of_demo(&app).await;
        for endpoint in served().filter(|endpoint| endpoint.path != "/v2/checkhealth") {
            let unsigned = call(&app, endpoint, "", &ids).await;
            assert_eq!(
                (unsigned.status, unsigned.code()),
                (441, 441),
                "{}",
                endpoint.path
            );
            let disabled = call(&app, endpoint, &app.headers_of(TOKEN, SECRET), &ids).await;
            assert_eq!(
                (disabled.status, disabled.code()),
                (442, 442),
                "{}",
                endpoint.path
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_others_are_answered_like_ids_of_nobody() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let mut open = Vec::new();
        let mut ids = Ids::of_demo(&app).await;
        for endpoint in served() {
            if endpoint.method == Method::Post {
                // Fresh objects: the right caller changes them.
                ids = Ids::of_demo(&app).await;
            }
            let nobodys = ids.nobodys();
            let headers = || app.headers_of(TOKEN, SECRET);
            let foreign = ids.masked(&call(&app, endpoint, &headers(), &ids).await);
            let nothing = nobodys.masked(&call(&app, endpoint, &headers(), &nobodys).await);
            assert_eq!(foreign, nothing, "{}", endpoint.path);
            let right = ids.masked(&call(&app, endpoint, &app.signed_headers(), &ids).await);
            let takes_id = !WITHOUT_ID.contains(&endpoint.path);
            // Where the right caller gets the same answer, the request did not come as far as the ids.
            if takes_id && right == nothing {
                open.push((endpoint.path, right));
            }
        }
        assert!(open.is_empty(), "other_fields() lacks something for {open:?}");
    })
    .await;
}
