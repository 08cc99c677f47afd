//! Templates, their parameters, and categories that put documents into contracts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::category::{CategoryDefinition, remove_category, save_category, set_category_state};
use qishu_app::contract::set_params;
use qishu_app::demo::{APP_TOKEN, PLATFORM_COMPANY, SUBSIDIARY, WORD_TEMPLATE};
use qishu_app::{ApiCaller, Language};
use qishu_convert::template::make::{Block, word_document};
use qishu_model::company::Company;
use qishu_model::contract::{ContractAddress, TemplateParam};
use qishu_model::template::{ParameterType, Template, TemplateParameter};
use qishu_store::ledger::Actor;
use qishu_store::{Scope, company};
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Answer;
use crate::flow::{PERSON, code, draft_body, open_page, person, signature, status};

/// A lease with a table, the name of the lessee in two places.
fn lease() -> Vec<u8> {
    let paragraph = |text: &str| Block::Paragraph(text.to_owned());
    let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
    word_document(&[
        Block::Title("租赁合同".to_owned()),
        paragraph("出租方：{{出租方}}"),
        paragraph("承租方：{{承租方}}，住址：{{住址}}，起租日：{{起租日}}"),
        Block::Table(vec![row(["物品", "数量"]), row(["{{物品}}", ""])]),
        paragraph("承租方签字：{{承租方}}"),
        paragraph("出租方盖章："),
    ])
    .unwrap()
}

pub(crate) async fn create(app: &TestApp, title: &str) -> String {
    let created = app
        .upload("/v3/template/createbyword", &[("title", title)], &lease())
        .await
        .result();
    assert_eq!(created["id"], created["templateId"]);
    created["id"].as_str().unwrap().to_owned()
}

async fn detail(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/v2/template/detail?templateId={id}"))
        .await
        .result()
}

async fn platform(app: &TestApp) -> Company {
    company::find_by_name(&mut app.app.store.read("test"), Scope::System, PLATFORM_COMPANY)
        .await
        .unwrap()
        .unwrap()
        .value
}

pub(crate) fn can_convert(app: &TestApp) -> bool {
    app.app.files.office().program().is_some()
}

/// A way to spoil a request.
type Change<'a> = &'a dyn Fn(&mut Value);

#[tokio::test(flavor = "multi_thread")]
async fn word_templates_are_made_listed_changed_and_removed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = create(&app, "租赁合同模板").await;
        let listed = app.get("/v2/template/list?selectLimit=1").await.result();
        assert_eq!(listed["totalCount"], 3, "two come with the sandbox");
        assert_eq!(listed["list"][0]["id"], json!(id), "newest first");
        let made = detail(&app, &id).await;
        assert_eq!((made["state"].clone(), made["companyName"].clone()), (json!(true), json!(PLATFORM_COMPANY)));
        let names: Vec<&str> = made["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["出租方", "承租方", "住址", "起租日", "物品"]);
        assert_eq!(made["parameters"][0], json!({ "name": "出租方", "required": false, "type": "text" }));
        let edit = json!({ "templateId": id, "title": "租赁合同（新）", "managers": [{ "contact": "13800000001" }],
            "templateParams": [{ "name": "承租方", "required": "true", "defaultValue": "张三", "description": "全名" }, { "name": "没有" }] });
        let edited = app.post("/v2/template/edit", &edit).await.result();
        assert_eq!(edited["name"], "租赁合同（新）");
        assert_eq!(
            edited["parameters"][1],
            json!({ "name": "承租方", "required": true, "type": "text", "defaultValue": "张三", "description": "全名" })
        );
        let file = app.get(&format!("/v2/template/download?templateId={id}")).await;
        assert_eq!(file.body, lease(), "the file as it came");
        for (operate, state) in [("DISABLE", false), ("DISABLE", false), ("ENABLE", true)] {
            let body = json!({ "templateId": id, "operate": operate });
            assert_eq!(app.post("/v2/template/status", &body).await.code(), 0);
            assert_eq!(detail(&app, &id).await["state"], json!(state));
        }
        let link = app.get(&format!("/v2/template/pageurl?templateId={id}")).await.result();
        let path = link["pageUrl"].as_str().unwrap().rsplit_once("/t/").unwrap().1.to_owned();
        for _ in 0..2 {
            let page = app.get_with(&format!("/t/{path}"), "").await;
            assert!(page.status == 200 && page.text().contains("租赁合同（新）"), "{}", page.text());
            assert!(page.head.to_lowercase().contains("content-security-policy"));
        }
        assert_eq!(app.get(&format!("/v2/template/remove?templateId={id}")).await.code(), 0);
        assert_eq!(app.get(&format!("/v2/template/detail?templateId={id}")).await.code(), 1501);
        assert_eq!(app.get_with(&format!("/t/{path}"), "").await.status, 410);
        assert_eq!(app.get_with("/t/nothing", "").await.status, 410);
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn template_calls_are_refused_with_the_documented_code() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let upload = async |fields: &[(&str, &str)], file: &[u8]| {
            app.upload("/v3/template/createbyword", fields, file).await
        };
        let code = async |fields: &[(&str, &str)], file: &[u8]| upload(fields, file).await.code();
        let file = lease();
        let title = ("title", "模板");
        assert_eq!(code(&[], &file).await, 1005, "no title");
        assert_eq!(code(&[("title", &"长".repeat(101))], &file).await, 1011);
        assert_eq!(code(&[title, ("status", "ON")], &file).await, 1005);
        assert_eq!(code(&[title, ("tenantName", "没有这家公司")], &file).await, 1801);
        assert_eq!(code(&[title, ("managersInfo", "[{\"contact\":\"13911112222\"}]")], &file).await, 1701);
        assert_eq!(code(&[title], b"%PDF-1.7").await, 1503);
        assert_eq!(code(&[title], &vec![0; 10 * 1024 * 1024]).await, 1010);
        let fields = [title, ("status", "DISABLE"), ("tenantName", SUBSIDIARY), ("renameRepeatParam", "1")];
        let made = upload(&fields, &file).await.result();
        assert_eq!((made["state"].clone(), made["companyName"].clone()), (json!(false), json!(SUBSIDIARY)));
        assert_eq!(made["parameters"][1]["name"], "承租方1");
        assert_eq!(made["parameters"][5]["name"], "承租方2");
        let nobodys = "3014826187358859384";
        for path in ["detail", "pageurl", "download", "remove"] {
            let target = format!("/v2/template/{path}?templateId=");
            assert_eq!(app.get(&format!("{target}{nobodys}")).await.code(), 1501, "{path}");
            assert_eq!(app.get(&format!("{target}abc")).await.code(), 1005, "{path}");
            assert_eq!(app.get(&format!("/v2/template/{path}")).await.code(), 1005, "{path}");
        }
        let id = create(&app, "模板").await;
        let post = async |path: &str, body: Value| app.post(&format!("/v2/template/{path}"), &body).await.code();
        assert_eq!(post("status", json!({ "templateId": id, "operate": "STOP" })).await, 1005);
        assert_eq!(post("status", json!({ "templateId": id })).await, 1005);
        assert_eq!(post("status", json!({ "templateId": nobodys, "operate": "ENABLE" })).await, 1501);
        assert_eq!(post("edit", json!({ "templateId": nobodys })).await, 1501);
        assert_eq!(post("edit", json!({ "templateId": id, "templateParams": [{}] })).await, 1005);
        assert_eq!(post("edit", json!({ "templateId": id, "range": [{ "contact": "13911112222" }] })).await, 1701);
        let long = json!({ "templateId": id, "templateParams": [{ "name": "住址", "defaultValue": "长".repeat(1001) }] });
        assert_eq!(post("edit", long).await, 1011);
        let used = app.get("/v2/template/list").await.result();
        let used = used["list"].as_array().unwrap().iter().find(|row| row["name"] == WORD_TEMPLATE).unwrap().clone();
        let refused = app.get(&format!("/v2/template/remove?templateId={}", used["id"].as_str().unwrap())).await;
        assert_eq!(refused.code(), 1502, "{}", refused.text());
        assert!(refused.text().contains("预设流程演示"));
    })
    .await;
}

async fn caller(app: &TestApp) -> ApiCaller {
    let found = qishu_app::request_guard::find_application(&app.app, APP_TOKEN)
        .await
        .unwrap();
    let (application, company) = found.unwrap();
    ApiCaller {
        application,
        company,
        address: None,
        client: None,
        language: Language::Chinese,
    }
}

/// Makes the parameters of a lease what they are meant to be.
pub(crate) async fn define(app: &TestApp, id: &str) {
    let caller = caller(app).await;
    let parameter = |name: &str, parameter_type| TemplateParameter {
        name: name.to_owned(),
        parameter_type,
        required: true,
        options: Vec::new(),
        default_value: None,
        description: None,
        columns: Vec::new(),
    };
    let defined = vec![
        parameter("承租方", ParameterType::Person),
        parameter("住址", ParameterType::TextArea),
        parameter("起租日", ParameterType::Date),
        TemplateParameter {
            required: false,
            ..parameter("物品", ParameterType::Table)
        },
    ];
    let (made, _): (Template, String) =
        qishu_app::template::define_parameters(&app.app, &caller, id.parse().unwrap(), defined)
            .await
            .unwrap();
    assert_eq!(made.parameter("物品").unwrap().columns, ["物品", "数量"]);
}

pub(crate) struct Leased {
    pub(crate) contract: String,
    pub(crate) action: String,
    pub(crate) lessee: String,
}

pub(crate) async fn draft_lease(app: &TestApp) -> Leased {
    let contract = app
        .post("/v2/contract/draft", &draft_body(&[PERSON]))
        .await
        .result();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Leased {
        contract: text(&contract["id"]),
        action: text(&contract["signatories"][0]["actions"][0]["id"]),
        lessee: text(&contract["signatories"][1]["id"]),
    }
}

fn filled(lessee: &str) -> Value {
    json!([
        { "name": "出租方", "value": "甲<公司>&\"子\"", "readOnly": "true" },
        { "name": "承租方", "value": "张三" },
        { "name": "住址", "signatoryId": lessee },
        { "name": "起租日", "signatoryId": lessee },
        { "name": "物品", "value": [{ "物品": "书桌", "数量": 2 }, { "column1": "椅子", "column2": "4" }] },
        { "name": "没有", "value": "不影响" },
        ""
    ])
}

pub(crate) async fn add(app: &TestApp, leased: &Leased, template: &str, params: Value) -> Answer {
    let body = json!({ "contractId": leased.contract, "templateId": template, "templateParams": params,
        "stampers": [
            { "actionId": leased.action, "type": "COMPANY", "keyword": "出租方盖章：" },
            { "signatoryId": leased.lessee, "type": "PERSONAL", "keyword": "承租方签字：" } ] });
    app.post("/v2/document/addbytemplate", &body).await
}

/// The text of a contract's first document, without blanks.
pub(crate) async fn document_text(app: &TestApp, contract: &str) -> String {
    let detail = app
        .get(&format!("/v2/contract/detail?contractId={contract}"))
        .await
        .result();
    let id = detail["documents"][0]["id"].as_str().unwrap().to_owned();
    let pdf = app.get(&format!("/v2/document/download?documentId={id}")).await;
    let index = pdfseal::text::TextIndex::read(&pdf.body, &pdfseal::text::TextLimits::default()).unwrap();
    let glyphs = index
        .pages()
        .iter()
        .flat_map(|page| &page.runs)
        .flat_map(|run| &run.glyphs);
    let text: String = glyphs.map(|glyph| glyph.text.as_ref()).collect();
    text.chars()
        .filter(|character| !character.is_whitespace())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_fills_what_the_initiator_left_open_and_then_all_sign() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        if !can_convert(&app) {
            return;
        }
        let template = create(&app, "租赁合同").await;
        define(&app, &template).await;
        let leased = draft_lease(&app).await;
        let added = add(&app, &leased, &template, filled(&leased.lessee)).await;
        assert_eq!(added.code(), 0, "{}", added.text());
        let address = json!({ "contractId": leased.contract });
        let required = app.post("/v2/contract/required/detail", &address).await.result();
        assert_eq!(
            (required["complete"].clone(), required["sponsorComplete"].clone()),
            (json!(false), json!(true))
        );
        assert_eq!(
            required["documents"][0]["params"][1],
            json!({ "name": "住址", "required": true, "type": "textarea", "readOnly": false,
                    "signatoryId": leased.lessee, "belongToSponsor": false, "filled": false })
        );
        let sent = app.post("/v2/contract/send", &address).await;
        assert_eq!(sent.code(), 0, "{}", sent.text());
        assert_eq!(status(&app, &leased.contract).await, "FILLING");
        assert_eq!(app.post("/v2/contract/companysign", &address).await.code(), 1101);
        let before = document_text(&app, &leased.contract).await;
        assert!(
            before.contains("甲<公司>&\"子\"") && before.contains("书桌2椅子4"),
            "{before}"
        );
        let (session, _) = open_page(&app, &leased.contract, PERSON).await;
        let page = app.page("/contract", &session, None).await.json();
        let names: Vec<&Value> = page["fill"]["params"]
            .as_array()
            .unwrap()
            .iter()
            .map(|param| &param["name"])
            .collect();
        assert_eq!(names, ["住址", "起租日"]);
        let fill = async |params: Value| {
            app.page("/fill", &session, Some(&json!({ "params": params })))
                .await
        };
        let missing = fill(json!([{ "name": "住址", "value": "上海" }])).await;
        assert_eq!(
            (missing.status, missing.json()["code"].clone()),
            (400, json!("PARAM_REQUIRED"))
        );
        let wrong =
            fill(json!([{ "name": "住址", "value": "上海" }, { "name": "起租日", "value": "明天" }])).await;
        assert_eq!(wrong.status, 400, "{}", wrong.text());
        assert_eq!(
            status(&app, &leased.contract).await,
            "FILLING",
            "nothing has changed"
        );
        let done = fill(
            json!([{ "name": "住址", "value": "上海市\n黄浦区" }, { "name": "起租日", "value": "2027-01-01" },
                               { "name": "承租方", "value": "李四" }]),
        )
        .await;
        assert_eq!(done.json()["contractStatus"], "SIGNING", "{}", done.text());
        assert_eq!(fill(json!([])).await.status, 409);
        let after = document_text(&app, &leased.contract).await;
        assert!(
            after.contains("上海市黄浦区") && after.contains("2027-01-01"),
            "{after}"
        );
        assert!(
            after.contains("张三") && !after.contains("李四"),
            "only the own parameters: {after}"
        );
        app.work().await;
        let events =
            qishu_store::callback::list(&mut app.app.store.read("test"), leased.contract.parse().unwrap())
                .await
                .unwrap();
        let kinds: Vec<&str> = events.iter().map(|event| event.event.kind.as_str()).collect();
        assert_eq!(kinds, ["SEND_FILLING", "FILLED"]);
        let required = app.post("/v2/contract/required/detail", &address).await.result();
        assert_eq!(required["complete"], json!(true));
        let sealed = app.post("/v2/contract/companysign", &address).await;
        assert_eq!(sealed.code(), 0, "{}", sealed.text());
        let (session, revisions) = open_page(&app, &leased.contract, PERSON).await;
        let code = code(&app, &session, &revisions, PERSON).await;
        let signed = app
            .page("/sign", &session, Some(&signature(&revisions, &code)))
            .await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_templates_are_refused_with_the_documented_code() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        if !can_convert(&app) {
            return;
        }
        let template = create(&app, "租赁合同").await;
        define(&app, &template).await;
        let leased = draft_lease(&app).await;
        let code = async |name: &str, value: Value| {
            let params = json!([{ "name": name, "value": value }]);
            add(&app, &leased, &template, params).await.code()
        };
        assert_eq!(code("起租日", json!("2026-2-30")).await, 1005);
        assert_eq!(code("出租方", json!("长".repeat(1001))).await, 1005);
        assert_eq!(code("物品", json!("[[\"1\",\"2\",\"3\"]]")).await, 1005);
        assert_eq!(code("物品", json!([{ "价格": 1 }])).await, 1005);
        let unknown = add(&app, &leased, "3014826187358859384", json!([])).await;
        assert_eq!(unknown.code(), 1005);
        assert!(
            unknown.text().contains("TEMPLATE NOT FOUND"),
            "{}",
            unknown.text()
        );
        let stranger = json!([{ "name": "住址", "signatoryId": "3014826187358859384" }]);
        assert_eq!(add(&app, &leased, &template, stranger).await.code(), 1005);
        let disable = json!({ "templateId": template, "operate": "DISABLE" });
        assert_eq!(app.post("/v2/template/status", &disable).await.code(), 0);
        assert_eq!(
            add(&app, &leased, &template, json!([])).await.code(),
            1005,
            "disabled"
        );
        let enable = json!({ "templateId": template, "operate": "ENABLE" });
        assert_eq!(app.post("/v2/template/status", &enable).await.code(), 0);
        let address = json!({ "contractId": leased.contract });
        assert_eq!(
            app.post("/v2/contract/send", &address).await.code(),
            1401,
            "nothing was stored"
        );
        let picture = json!([{ "name": "出租方", "value": "甲" }]);
        assert_eq!(add(&app, &leased, &template, picture).await.code(), 0);
        let empty = app.post("/v2/contract/send", &address).await;
        assert_eq!(empty.code(), 1116, "{}", empty.text());
        assert!(empty.text().contains("承租方, 住址, 起租日"), "{}", empty.text());
        assert_eq!(status(&app, &leased.contract).await, "DRAFT");
        let caller = caller(&app).await;
        let address = ContractAddress {
            contract_id: Some(leased.contract.parse().unwrap()),
            biz_id: None,
            tenant_name: None,
        };
        let values = ["承租方", "住址"].map(|name| TemplateParam {
            name: name.to_owned(),
            value: Some("上海".to_owned()),
            read_only: false,
            signatory_id: None,
        });
        let changed = set_params(&app.app, &caller, &address, &values).await.unwrap();
        assert_eq!(changed.documents[0].params[2].value.as_deref(), Some("上海"));
        assert!(
            document_text(&app, &leased.contract)
                .await
                .contains("承租方：上海，住址：上海")
        );
        let modify = json!({ "id": leased.contract, "subject": "新的租约", "templateParams": [{ "name": "住址", "value": "北京" }] });
        let modified = app.post("/v2/contract/contractModify", &modify).await.result();
        assert_eq!(modified["documents"][0]["params"][2]["value"], "北京");
        assert!(document_text(&app, &leased.contract).await.contains("承租方：上海，住址：北京"));
        let wrong = json!({ "id": leased.contract, "templateParams": [{ "name": "起租日", "value": "x" }] });
        assert_eq!(app.post("/v2/contract/contractModify", &wrong).await.code(), 1005);
        let body = json!({ "contractId": leased.contract, "templateId": template, "stampers": [
            { "actionId": leased.action, "type": "COMPANY", "keyword": "没有这几个字" } ] });
        assert_eq!(app.post("/v2/document/addbytemplate", &body).await.code(), 1108);
    })
    .await;
}

/// A category that presets two parties and the lease, whose lessee fills the address.
fn lease_category(template: &str) -> Value {
    json!({
        "name": "租赁", "defineSignatories": true, "defineSponsor": true, "subjectRule": "{category} {date}",
        "snRule": "ZL-{date}-{id}", "expireDays": 7, "notifySponsor": true,
        "copySendReceivers": [{ "name": "法务", "contact": "legal@example.com" }],
        "starters": [{ "contact": "13800000001" }],
        "templates": [{ "template": template, "fillers": [{ "parameter": "住址", "receiver": 1 }] }],
        "signatories": [
            { "tenantType": "COMPANY", "sponsor": true, "actions": [
                { "type": "COMPANY", "seals": ["合同专用章"], "stampers": [
                    { "type": "COMPANY", "template": template, "keyword": "出租方盖章：" } ] } ] },
            { "tenantType": "PERSONAL", "stampers": [
                { "type": "PERSONAL", "template": template, "keyword": "承租方签字：" } ] } ]
    })
}

async fn save(app: &TestApp, definition: &Value) -> Result<String, String> {
    let definition =
        CategoryDefinition::read(definition.to_string().as_bytes()).map_err(|error| error.to_string())?;
    let owner = platform(app).await;
    let saved = save_category(&app.app, Actor::default(), &owner, None, &definition).await;
    saved
        .map(|category| category.id.to_string())
        .map_err(|error| error.to_string())
}

fn parties() -> Value {
    json!([{ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY }, person(PERSON)])
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_drafts_and_sends_by_category() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        if !can_convert(&app) {
            return;
        }
        let template = create(&app, "租赁合同").await;
        define(&app, &template).await;
        // Ids made within one moment round to the same floating-point number.
        app.clock.advance_ms(1000);
        let id = save(&app, &lease_category("租赁合同")).await.unwrap();
        let found = app.get(&format!("/v2/category/detail?categoryId={id}")).await.result();
        assert_eq!((found["state"].clone(), found["defineSponsor"].clone()), (json!(0), json!(true)));
        assert_eq!(found["templates"][0]["templateParams"], found["templates"][0]["parameters"]);
        assert_eq!(found["templates"][0]["templateParams"][1]["type"], "person");
        assert_eq!(found["signatories"][0]["actions"][0]["stampers"][0]["documentId"], json!(template));
        let rounded = format!("{:.0}", id.parse::<f64>().unwrap());
        let by_number = app.get(&format!("/v2/category/detail?categoryId={rounded}")).await;
        assert_eq!(by_number.result()["id"], json!(id), "an id that went through a floating-point number");
        let body = json!({ "category": { "id": id.parse::<u64>().unwrap() }, "send": true, "signatories": parties(),
            "templateParams": [{ "name": "承租方", "value": "张三" }, { "name": "起租日", "value": "2027-01-01" }] });
        let sent = app.post("/v2/contract/draft", &body).await.result();
        assert_eq!(sent["status"], "FILLING");
        assert!(sent["sn"].as_str().unwrap().starts_with("ZL-2"), "{sent}");
        assert!(sent["subject"].as_str().unwrap().starts_with("租赁 2"), "{sent}");
        let params = sent["documents"][0]["params"].as_array().unwrap();
        let address = params.iter().find(|param| param["name"] == "住址").unwrap();
        assert_eq!(address["signatoryId"], sent["signatories"][1]["id"]);
        let contract = sent["id"].as_str().unwrap();
        let detail = app.get(&format!("/v2/contract/detail?contractId={contract}")).await.result();
        assert_eq!(detail["copySendReceivers"][0]["receiver"]["contact"], "legal@example.com");
        let (session, _) = open_page(&app, contract, PERSON).await;
        let fill = json!({ "params": [{ "name": "住址", "value": "上海" }] });
        let done = app.page("/fill", &session, Some(&fill)).await;
        assert_eq!(done.json()["contractStatus"], "SIGNING", "{}", done.text());
        let sealed = app.post("/v2/contract/companysign", &json!({ "contractId": contract })).await;
        assert_eq!(sealed.code(), 0, "positions are preset: {}", sealed.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_follow_their_category_or_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        if !can_convert(&app) {
            return;
        }
        let template = create(&app, "租赁合同").await;
        define(&app, &template).await;
        let id = save(&app, &lease_category("租赁合同")).await.unwrap();
        let draft = async |change: &dyn Fn(&mut Value)| {
            let mut body = json!({ "category": { "id": id }, "signatories": parties() });
            change(&mut body);
            app.post("/v2/contract/draft", &body).await
        };
        let code = async |change: &dyn Fn(&mut Value)| draft(change).await.code();
        assert_eq!(
            code(&|body| body["signatories"] = json!([person(PERSON)])).await,
            1301,
            "no initiator"
        );
        assert_eq!(
            code(&|body| body["signatories"] = json!([person(PERSON), parties()[0]])).await,
            1301,
            "wrong order"
        );
        let two = json!([parties()[0], person(PERSON), person("13900000002")]);
        assert_eq!(
            code(&|body| body["signatories"] = two.clone()).await,
            1301,
            "too many"
        );
        let company =
            json!({ "tenantType": "COMPANY", "tenantName": "别家", "receiver": { "contact": PERSON } });
        assert_eq!(
            code(&|body| body["signatories"][1] = company.clone()).await,
            1301,
            "wrong type"
        );
        assert_eq!(
            code(&|body| body["creator"] = json!({ "contact": "13800000002" })).await,
            1151
        );
        assert_eq!(
            code(&|body| body["templateParams"] = json!([{ "name": "起租日", "value": "x" }])).await,
            1005
        );
        assert_eq!(
            code(&|body| body["send"] = json!(true)).await,
            1116,
            "nothing is stored"
        );
        let first = draft(&|body| body["bizId"] = json!("L-1")).await.result();
        assert_eq!(first["documents"].as_array().unwrap().len(), 1);
        let again = draft(&|body| {
            body["bizId"] = json!("L-1");
            body["templateParams"] = json!([{ "name": "承租方", "value": "李四" }]);
        })
        .await
        .result();
        assert_eq!(
            (again["id"].clone(), again["sn"].clone()),
            (first["id"].clone(), first["sn"].clone())
        );
        assert_eq!(
            again["documents"].as_array().unwrap().len(),
            1,
            "the category's document is replaced"
        );
        assert!(
            document_text(&app, again["id"].as_str().unwrap())
                .await
                .contains("李四")
        );
        let disable = json!({ "templateId": template, "operate": "DISABLE" });
        assert_eq!(app.post("/v2/template/status", &disable).await.code(), 0);
        assert_eq!(code(&|_| {}).await, 1302, "its template is disabled");
        let owner = platform(&app).await;
        set_category_state(&app.app, Actor::default(), &owner, id.parse().unwrap(), false)
            .await
            .unwrap();
        assert_eq!(code(&|_| {}).await, 1302, "disabled");
        remove_category(&app.app, Actor::default(), &owner, id.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(
            app.get(&format!("/v2/category/detail?categoryId={id}"))
                .await
                .code(),
            1302
        );
        assert_eq!(
            app.get(&format!("/v2/template/remove?templateId={template}"))
                .await
                .code(),
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_definition_names_its_faulty_field() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        create(&app, "租赁合同").await;
        let refusal = async |change: &dyn Fn(&mut Value)| {
            let mut definition = lease_category("租赁合同");
            change(&mut definition);
            save(&app, &definition).await.unwrap_err()
        };
        let step = "signatories[0].actions[0]";
        let table: [(Change<'_>, String); 10] = [
            (&|it| it["name"] = json!(""), "name: 1 to 100".to_owned()),
            (
                &|it| it["expireDays"] = json!(0),
                "expireDays: between 1 and 730".to_owned(),
            ),
            (
                &|it| it["snRule"] = json!("ZL"),
                "snRule: must contain {id}".to_owned(),
            ),
            (
                &|it| it["templates"][0]["template"] = json!("没有"),
                "templates[0].template: there is no".to_owned(),
            ),
            (
                &|it| it["templates"][0]["fillers"][0]["parameter"] = json!("没有"),
                "templates[0].fillers[0].parameter".to_owned(),
            ),
            (
                &|it| it["templates"][0]["fillers"][0]["receiver"] = json!(2),
                "templates[0].fillers[0].receiver".to_owned(),
            ),
            (
                &|it| it["starters"][0]["contact"] = json!("13911112222"),
                "starters[0]".to_owned(),
            ),
            (
                &|it| it["signatories"][0]["actions"][0]["seals"] = json!(["没有"]),
                format!("{step}.seals[0]"),
            ),
            (
                &|it| it["signatories"][0]["actions"][0]["stampers"][0]["type"] = json!("LP"),
                format!("{step}.stampers[0].type"),
            ),
            (
                &|it| {
                    it["signatories"][1]["sponsor"] = json!(true);
                    it["templates"] = json!([]);
                },
                "only one party".to_owned(),
            ),
        ];
        for (change, expected) in table {
            let refused = refusal(change).await;
            assert!(refused.contains(&expected), "{expected}: {refused}");
        }
        let first = save(&app, &lease_category("租赁合同")).await.unwrap();
        let mut changed = lease_category("租赁合同");
        changed["default"] = json!(true);
        assert_eq!(
            save(&app, &changed).await.unwrap(),
            first,
            "the same name is the same category"
        );
        changed["default"] = json!(false);
        assert!(
            save(&app, &changed)
                .await
                .unwrap_err()
                .contains("default category")
        );
        let listed = app.get("/v2/category/list").await.result();
        assert_eq!(listed["totalCount"], 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn html_templates_know_every_type() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let listed = app.get("/v2/template/list").await.result();
        let html = listed["list"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["name"] == "入职登记表模板")
            .unwrap();
        let types: Vec<&str> = html["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["type"].as_str().unwrap())
            .collect();
        assert_eq!(
            types,
            [
                "person", "idcard", "radio", "checkbox", "date", "image", "table", "textarea"
            ]
        );
        assert_eq!(html["parameters"][2]["options"], json!(["全职", "兼职", "实习"]));
        if !can_convert(&app) {
            return;
        }
        let leased = draft_lease(&app).await;
        let picture = format!(
            "data:image/png;base64,{}",
            STANDARD.encode(include_bytes!("stroke.png"))
        );
        let body = |changed: Value| {
            let mut values = json!([
                { "name": "姓名", "value": "张三" }, { "name": "证件号码", "value": "11010519491231002X" },
                { "name": "用工形式", "value": "兼职" }, { "name": "掌握语言", "value": "中文,日语" },
                { "name": "入职日期", "value": "2026-12-01" }, { "name": "照片", "value": picture },
                { "name": "工作经历", "value": "[[\"甲公司\",\"会计\",\"3\"],[\"乙公司\",\"出纳\",\"2\"]]" },
                { "name": "自我介绍", "value": "<script>alert(1)</script>\n第二行" } ]);
            values.as_array_mut().unwrap().push(changed);
            json!({ "contractId": leased.contract, "templateId": html["id"], "templateParams": values })
        };
        for (name, value) in [
            ("证件号码", "123"),
            ("用工形式", "全职,兼职"),
            ("掌握语言", "法语"),
            ("照片", "data:image/png;base64,AAAA"),
            ("姓名", &"长".repeat(301)),
        ] {
            let wrong = body(json!({ "name": name, "value": value }));
            let refused = app.post("/v2/document/addbytemplate", &wrong).await;
            assert_eq!(refused.code(), 1005, "{name}");
            assert!(refused.text().contains(name), "{}", refused.text());
        }
        let added = app
            .post("/v2/document/addbytemplate", &body(json!({ "name": "x" })))
            .await;
        assert_eq!(added.code(), 0, "{}", added.text());
        let text = document_text(&app, &leased.contract).await;
        for expected in [
            "张三",
            "11010519491231002X",
            "兼职",
            "中文,日语",
            "甲公司会计3乙公司出纳2",
            "<script>alert(1)</script>第二行",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    })
    .await;
}
