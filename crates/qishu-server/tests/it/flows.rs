//! The flows of the official samples (`contracts` chapter 10), and what is seen in practice.

use pdfseal::Limits;
use pdfseal::verify::verify;
use qishu_app::demo::{PLATFORM_COMPANY, SUBSIDIARY};
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::contract_pdf;
use crate::flow::{PERSON, code, open_page, signature};
use crate::stage::{WANG, callbacks, detail, individual, list, log, mobile, send, standing, text};

async fn add_pdf(app: &TestApp, contract: &str) -> String {
    let fields = [("contractId", contract), ("title", "正文"), ("fileSuffix", "pdf")];
    let added = app
        .upload("/v2/document/addbyfile", &fields, contract_pdf())
        .await;
    text(&added.result()["documentId"])
}

async fn person_signs(app: &TestApp, contract: &str, contact: &str) {
    let (session, revisions) = open_page(app, contract, contact).await;
    let code = code(app, &session, &revisions, contact).await;
    let signed = app
        .page("/sign", &session, Some(&signature(&revisions, &code)))
        .await;
    assert_eq!(signed.status, 200, "{}", signed.text());
}

fn assert_signatures(app: &TestApp, pdf: &[u8], count: usize) {
    let anchors = [app.app.authority.root_certificate().clone()];
    let report = verify(pdf, &Limits::default(), &anchors, app.clock.now_ms() / 1000);
    assert!(report.all_passed(), "{report:?}");
    assert_eq!(report.signatures.len(), count);
}

/// A. By code: parties, steps and positions come from the calls.
#[tokio::test(flavor = "multi_thread")]
async fn a_contract_by_code() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let seals = app.get("/v2/seal/list").await.result();
        let seal = list(&seals["list"]).iter().find(|seal| seal["name"] == "合同专用章").unwrap()["id"].clone();
        let steps = json!([
            { "type": "AUDIT", "name": "部门审批", "serialNo": "0", "operators": [mobile("王晓", WANG)] },
            { "type": "COMPANY", "serialNo": 1, "sealId": seal },
            { "type": "LP", "serialNo": 2 },
        ]);
        let initiator = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "serialNo": 1, "actions": steps });
        let mut person = individual(PERSON);
        person["serialNo"] = json!(2);
        let body = json!({ "subject": "劳动合同", "send": false, "signatories": [initiator, person] });
        let drafted = app.post("/v2/contract/draft", &body).await.result();
        let id = text(&drafted["id"]);
        let document = add_pdf(&app, &id).await;
        let actions = list(&drafted["signatories"][0]["actions"]);
        let on = |owner: &str, id: &Value, kind: &str, keyword: &str| {
            let mut stamper = json!({ "documentId": document, "type": kind, "keyword": keyword });
            stamper[owner] = id.clone();
            stamper
        };
        let stampers = json!([
            on("actionId", &actions[1]["id"], "COMPANY", "甲方"),
            on("actionId", &actions[1]["id"], "TIMESTAMP", "日期"),
            on("actionId", &actions[2]["id"], "LP", "甲方"),
            on("signatoryId", &drafted["signatories"][1]["id"], "PERSONAL", "乙方"),
        ]);
        let sending = json!({ "contractId": id, "stampers": stampers });
        assert_eq!(app.post("/v2/contract/send", &sending).await.code(), 0);
        for path in ["employeeaudit", "companysign", "legalpersonsign"] {
            let body = json!({ "contractId": id, "pass": true });
            let answer = app.post(&format!("/v2/contract/{path}"), &body).await;
            assert_eq!(answer.code(), 0, "{path}: {}", answer.text());
        }
        person_signs(&app, &id, PERSON).await;
        assert_eq!(standing(&app, &id).await, "COMPLETE [SIGNED(FINISH FINISH FINISH), SIGNED]");
        assert_eq!(callbacks(&app, &id).await, ["SEND_SIGNING", "AUDIT", "SEAL", "LEGAL_PERSON", "PERSONAL", "COMPLETE"]);
        assert_signatures(&app, &app.get(&format!("/v2/document/download?documentId={document}")).await.body, 3);
        let zip = app.get(&format!("/v2/contract/download?contractId={id}")).await;
        assert!(zip.head.to_lowercase().contains("application/zip"), "{}", zip.head);
        let stats = app.get(&format!("/v2/contract/detail?contractId={id}&querySealStats=true")).await.result();
        let counted = &stats["signatories"][0]["actions"][1]["sealActStatisticsInfos"][0];
        assert_eq!((&counted["sealType"], &counted["sealId"], &counted["count"]), (&json!("COMPANY"), &seal, &json!(1)));
    })
    .await;
}

/// B. By category: steps, seals and positions are preset, sealing needs only the contract's id.
#[tokio::test(flavor = "multi_thread")]
async fn b_contract_by_category() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let initiator = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY });
        let params = json!([{ "name": "乙方姓名", "value": "张三" }, { "name": "岗位", "value": "工程师" }]);
        let body = json!({ "category": { "name": "预设流程演示" }, "templateParams": params,
                           "signatories": [initiator, individual(PERSON)] });
        let drafted = app.post("/v2/contract/draft", &body).await.result();
        let id = text(&drafted["id"]);
        assert_eq!(drafted["documents"][0]["title"], "劳动合同");
        assert_eq!(app.post("/v2/contract/send", &json!({ "contractId": id })).await.code(), 0);
        let approved = app.post("/v2/contract/employeeaudit", &json!({ "contractId": id, "pass": true })).await;
        assert_eq!(approved.code(), 0, "{}", approved.text());
        assert_eq!(app.post("/v2/contract/companysign", &json!({ "contractId": id })).await.code(), 0);
        person_signs(&app, &id, PERSON).await;
        assert_eq!(standing(&app, &id).await, "COMPLETE [SIGNED(FINISH FINISH), SIGNED]");
        let mismatch = json!({ "category": { "name": "预设流程演示" }, "signatories": [individual(PERSON), individual("13900000002")] });
        assert_eq!(app.post("/v2/contract/draft", &mismatch).await.code(), 1301);
    })
    .await;
}

/// C. Void: the initiator signs the agreement at once, a person on the page, the platform company as receiver by API.
#[tokio::test(flavor = "multi_thread")]
async fn c_void() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let seal = json!([{ "type": "COMPANY" }]);
        let subsidiary = json!({ "tenantType": "COMPANY", "tenantName": SUBSIDIARY, "actions": seal });
        let platform = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "actions": seal,
                               "receiver": mobile("王晓", WANG) });
        let body = json!({ "subject": "三方协议", "tenantName": SUBSIDIARY,
                           "signatories": [subsidiary, platform, individual(PERSON)] });
        let id = text(&crate::stage::sent(&app, &body).await["id"]);
        for name in [SUBSIDIARY, PLATFORM_COMPANY] {
            let sealing = json!({ "contractId": id, "tenantName": name });
            assert_eq!(
                app.post("/v2/contract/companysign", &sealing).await.code(),
                0,
                "{name}"
            );
        }
        person_signs(&app, &id, PERSON).await;
        assert_eq!(
            standing(&app, &id).await,
            "COMPLETE [SIGNED(FINISH), SIGNED(FINISH), SIGNED]"
        );

        let asking = json!({ "contractId": id, "reason": "双方协商一致", "deleteDoc": false });
        assert_eq!(app.post("/v2/contract/invalid", &asking).await.code(), 0);
        assert_eq!(
            standing(&app, &id).await,
            "INVALIDING [INVALIDED(FINISH), INVALIDING(FINISH), INVALIDING]"
        );
        app.clock.advance_ms(60_000);
        person_signs(&app, &id, PERSON).await;
        let receiver = json!({ "contractId": id });
        assert_eq!(app.post("/v2/contract/invalidsign", &receiver).await.code(), 0);
        assert_eq!(
            standing(&app, &id).await,
            "INVALIDED [INVALIDED(FINISH), INVALIDED(FINISH), INVALIDED]"
        );
        let events = callbacks(&app, &id).await;
        assert_eq!(
            events[5..],
            [
                "SEND_INVALID",
                "INVALIDING",
                "INVALIDING",
                "INVALIDING",
                "INVALIDED"
            ],
            "{events:?}"
        );
        let told = detail(&app, &id).await;
        assert_eq!(told["invalidReason"], "双方协商一致");
        let kinds: Vec<&Value> = list(&told["documents"])
            .iter()
            .map(|document| &document["contentType"])
            .collect();
        assert_eq!(kinds, ["CONTRACT", "INVALID"]);
        for document in list(&told["documents"]) {
            let path = format!("/v2/document/download?documentId={}", text(&document["id"]));
            assert_signatures(&app, &app.get(&path).await.body, 3);
        }
    })
    .await;
}

/// D. Draft in a page: the integrator gives parties and file, a person places the positions and sends.
#[tokio::test(flavor = "multi_thread")]
async fn d_draft_in_a_page() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let initiator = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "actions": [{ "type": "COMPANY" }] });
        let body = json!({ "subject": "采购合同", "signatories": [initiator, individual(PERSON)] });
        let id = text(&crate::stage::drafted(&app, &body).await["id"]);
        let asking = json!({ "contractId": id, "callbackPage": "https://erp.example.com/done" });
        let link = text(&app.post("/v2/contract/appointurl", &asking).await.result()["pageUrl"]);

        let token = json!({ "token": link.rsplit('/').next().unwrap() });
        let opened = app.page("/open", "", Some(&token)).await.json();
        let session = text(&opened["session"]);
        let draft = app.page("/appoint", &session, None).await.json();
        let [company, person] = &list(&draft["parties"])[..] else { panic!("two parties: {draft}") };
        let at = |party: &Value, step: &Value, kind: &str, x: f64| {
            json!({ "signatoryId": party["id"], "actionId": step["id"], "kind": kind, "documentId": draft["documents"][0]["id"],
                    "page": 1, "x": x, "y": 150.0, "width": 112.0, "height": 48.0 })
        };
        let positions = json!({ "positions": [
            at(company, &company["steps"][0], "COMPANY", 90.0),
            at(person, &Value::Null, "PERSONAL", 350.0),
        ] });
        assert_eq!(app.page("/appoint/positions", &session, Some(&positions)).await.status, 200);
        assert_eq!(app.page("/appoint/send", &session, Some(&json!({}))).await.status, 200);

        assert_eq!(app.post("/v2/contract/companysign", &json!({ "contractId": id })).await.code(), 0);
        person_signs(&app, &id, PERSON).await;
        assert_eq!(standing(&app, &id).await, "COMPLETE [SIGNED(FINISH), SIGNED]");
        assert_eq!(callbacks(&app, &id).await, ["SEND_SIGNING", "SEAL", "PERSONAL", "COMPLETE"]);
    })
    .await;
}

/// Seen in practice: the platform company is the receiver of what its subsidiary starts, and seals by API.
#[tokio::test(flavor = "multi_thread")]
async fn the_platform_company_as_receiver() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let seal = json!([{ "type": "COMPANY" }]);
        let subsidiary = json!({ "tenantType": "COMPANY", "tenantName": SUBSIDIARY, "actions": seal });
        let platform = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "actions": seal,
                               "receiver": mobile("王晓", WANG) });
        let body = json!({ "subject": "内部协议", "tenantName": SUBSIDIARY, "bizId": "INNER-1",
                           "signatories": [subsidiary, platform] });
        let drafted = app.post("/v2/contract/draft", &body).await.result();
        let id = text(&drafted["id"]);
        add_pdf(&app, &id).await;
        assert_eq!(send(&app, &detail(&app, &id).await).await.code(), 0);
        let early = json!({ "bizId": "INNER-1", "draftsmanName": SUBSIDIARY });
        assert_eq!(
            app.post("/v2/contract/companysign", &early).await.code(),
            1107,
            "the subsidiary is first"
        );
        let sealed = app
            .post(
                "/v2/contract/companysign",
                &json!({ "contractId": id, "tenantName": SUBSIDIARY }),
            )
            .await;
        assert_eq!(sealed.code(), 0, "{}", sealed.text());
        assert_eq!(app.post("/v2/contract/companysign", &early).await.code(), 0);
        assert_eq!(
            standing(&app, &id).await,
            "COMPLETE [SIGNED(FINISH), SIGNED(FINISH)]"
        );
        let received = app.get("/v2/contract/list?signatoryType=RECEIVER").await.result();
        assert_eq!(received["list"][0]["id"], json!(id));
        assert_eq!(
            log(&app, &id).await,
            ["CREATE", "MODIFY", "SEND", "SIGN", "SIGN", "COMPLETE"]
        );
    })
    .await;
}

/// The first receiver who signs is enough; the others are closed (D-50).
#[tokio::test(flavor = "multi_thread")]
async fn any_receiver_completes_the_contract() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let initiator = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "actions": [{ "type": "COMPANY" }] });
        let body = json!({ "subject": "抢单协议", "ordinal": false, "signFlowStrategy": "ANY_SIGN_FINISH",
                           "signatories": [initiator, individual(PERSON), individual("13900000002")] });
        let contract = crate::stage::sent(&app, &body).await;
        let id = text(&contract["id"]);
        person_signs(&app, &id, "13900000002").await;
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNING(START), SIGNING, SIGNED]", "the initiator is needed");
        assert_eq!(app.post("/v2/contract/companysign", &json!({ "contractId": id })).await.code(), 0);
        assert_eq!(standing(&app, &id).await, "COMPLETE [SIGNED(FINISH), CLOSED, SIGNED]");
    })
    .await;
}

/// What integrators give to find things again comes back as it was given.
#[tokio::test(flavor = "multi_thread")]
async fn own_numbers_labels_and_related_contracts_come_back() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let first = crate::stage::drafted(&app, &json!({ "subject": "框架合同", "signatories": [individual(PERSON)] })).await;
        let steps = json!([{ "type": "COMPANY", "actionNo": "A-1", "name": "盖章" }]);
        let initiator = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "signatoryNo": "S-1", "actions": steps });
        let body = json!({ "subject": "订单", "tags": "采购,2026", "businessData": " {\"order\":7} ",
                           "relatedContractIds": [first["id"], crate::stage::UNKNOWN], "signatories": [initiator, individual(PERSON)],
                           "customFields": [{ "key": "dept", "name": "部门", "value": "采购部" }] });
        let id = text(&crate::stage::drafted(&app, &body).await["id"]);
        let told = app.get(&format!("/v2/contract/detail?contractId={id}&queryRelatedContract=true&queryOperatorRealInfo=true")).await.result();
        assert_eq!((&told["tags"], &told["businessData"]), (&json!(["采购", "2026"]), &json!(" {\"order\":7} ")));
        assert_eq!(told["customFields"], json!([{ "key": "dept", "name": "部门", "value": "采购部" }]));
        assert_eq!(told["relatedContractIds"], json!([first["id"]]), "what does not exist is not told");
        assert_eq!(told["relatedContracts"][0]["subject"], "框架合同");
        assert_eq!((&told["signatories"][0]["signatoryNo"], &told["signatories"][0]["actions"][0]["actionNo"]), (&json!("S-1"), &json!("A-1")));
        let mut twice = body.clone();
        twice["signatories"][1]["signatoryNo"] = json!("S-1");
        assert_eq!(app.post("/v2/contract/draft", &twice).await.code(), 1005, "one number for two parties");
    })
    .await;
}

/// Steps that seal themselves are for the initiator's seal, in drafts that are sent later, without preset parties.
#[tokio::test(flavor = "multi_thread")]
async fn automatic_steps_where_they_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let company = |name: &str, kind: &str| {
            json!({ "tenantType": "COMPANY", "tenantName": name, "receiver": mobile("王晓", WANG),
                                                       "actions": [{ "type": kind, "autoSign": true }] })
        };
        let code = async |change: Value, party: Value| {
            let mut body = json!({ "subject": "a", "signatories": [party] });
            body.as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            app.post("/v2/contract/draft", &body).await.code()
        };
        assert_eq!(code(json!({}), company(PLATFORM_COMPANY, "COMPANY")).await, 0);
        assert_eq!(code(json!({}), company(PLATFORM_COMPANY, "LP")).await, 1005);
        assert_eq!(code(json!({}), company(SUBSIDIARY, "COMPANY")).await, 1005);
        assert_eq!(
            code(json!({ "send": true }), company(PLATFORM_COMPANY, "COMPANY")).await,
            1005
        );
        assert_eq!(
            code(
                json!({}),
                json!({ "tenantType": "COMPANY", "tenantName": SUBSIDIARY, "receiver": mobile("王晓", WANG),
                                           "actions": [{ "type": "PRACTICE" }] })
            )
            .await,
            1005,
            "the initiator's only"
        );
    })
    .await;
}
