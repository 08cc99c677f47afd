//! Steps of companies on the page: handler, seals, legal representative, approval; what the initiator's people may do; the
//! signing password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pdfseal::Limits;
use pdfseal::verify::verify;
use qishu_app::demo::PLATFORM_COMPANY;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, contract_pdf};
use crate::flow::{PERSON, code, draft, draft_body, send, status};

/// Administrator of the demo company: may use every seal.
const ADMIN: &str = "13800000000";
const CLERK: &str = "13800000001";
const OTHER_CLERK: &str = "13800000002";

pub(crate) const STROKE: &[u8] = include_bytes!("stroke.png");

/// A contract with these parties, sent; answers its id and document.
async fn sent(app: &TestApp, parties: Value, stampers: impl Fn(&Value, &str) -> Value) -> (String, String) {
    let body = json!({ "subject": "采购合同", "signatories": parties });
    let contract = app.post("/v2/contract/draft", &body).await.result();
    let id = contract["id"].as_str().unwrap().to_owned();
    let fields = [
        ("contractId", id.as_str()),
        ("title", "合同正文"),
        ("fileSuffix", "pdf"),
    ];
    let document = app
        .upload("/v2/document/addbyfile", &fields, contract_pdf())
        .await
        .result();
    let document = document["documentId"].as_str().unwrap().to_owned();
    let stampers = stampers(&contract, &document);
    let sent = app
        .post(
            "/v2/contract/send",
            &json!({ "contractId": id, "stampers": stampers }),
        )
        .await;
    assert_eq!(sent.code(), 0, "{}", sent.text());
    (id, document)
}

fn company(actions: &Value) -> Value {
    json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "serialNo": 1, "actions": actions })
}

fn user(contact: &str) -> Value {
    json!({ "contact": contact, "contactType": "MOBILE" })
}

/// Opens a page of the contract for a person; `extra` are fields of the call.
pub(crate) async fn open(app: &TestApp, contract: &str, contact: &str, extra: Value) -> String {
    let mut body = json!({ "contractId": contract, "user": user(contact) });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    let link = app.post("/v2/contract/pageurl", &body).await.result()["pageUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.rsplit('/').next().unwrap();
    let opened = app.page("/open", "", Some(&json!({ "token": token }))).await;
    opened.json()["session"].as_str().unwrap().to_owned()
}

pub(crate) async fn page(app: &TestApp, session: &str) -> Value {
    let page = app.page("/contract", session, None).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.json()
}

pub(crate) fn revisions(page: &Value) -> Value {
    let all = page["documents"].as_array().unwrap().iter();
    all.map(|document| json!({ "documentId": document["id"], "revision": document["revision"] }))
        .collect()
}

fn steps(page: &Value) -> Vec<String> {
    let tasks = page["tasks"].as_array().unwrap().iter();
    tasks
        .map(|task| task["type"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) fn step_ids(page: &Value) -> Value {
    page["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["id"].clone())
        .collect()
}

/// Signs whatever waits on the page, with a fresh code; `extra` are further fields.
pub(crate) async fn sign(app: &TestApp, session: &str, contact: &str, extra: Value) -> Answer {
    let shown = page(app, session).await;
    let seen = revisions(&shown);
    let code = code(app, session, &seen, contact).await;
    let mut body = json!({
        "revisions": seen, "code": code, "steps": step_ids(&shown),
        "signature": { "pngBase64": STANDARD.encode(STROKE) },
    });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.page("/sign", session, Some(&body)).await
}

pub(crate) fn refused(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    (answer.status, code)
}

async fn signatures_in(app: &TestApp, document: &str) -> usize {
    let pdf = app
        .get(&format!("/v2/document/download?documentId={document}"))
        .await;
    let anchors = [app.app.authority.root_certificate().clone()];
    let report = verify(&pdf.body, &Limits::default(), &anchors, app.clock.now_ms() / 1000);
    assert!(report.all_passed(), "{report:?}");
    report.signatures.len()
}

async fn promises_hold(app: &TestApp) {
    for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
        assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn approval_seal_and_legal_representative_are_done_on_pages_by_those_who_may() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let actions = json!([
            { "type": "AUDIT", "serialNo": 1, "operators": [user(CLERK)] },
            { "type": "COMPANY", "serialNo": 2 },
            { "type": "LP", "serialNo": 3 },
        ]);
        let (contract, document) = sent(&app, json!([company(&actions)]), |contract, document| {
            let steps = &contract["signatories"][0]["actions"];
            json!([
                { "actionId": steps[1]["id"], "documentId": document, "type": "COMPANY", "keyword": "甲方（盖章）" },
                { "actionId": steps[1]["id"], "documentId": document, "type": "TIMESTAMP", "page": 1,
                  "offsetX": 0.1, "offsetY": 0.1, "datePatterns": ["HYPHEN", "Chinese"] },
                { "actionId": steps[2]["id"], "documentId": document, "type": "LP", "page": 2, "offsetX": 0.2, "offsetY": 0.2 },
            ])
        })
        .await;

        let approver = open(&app, &contract, CLERK, json!({})).await;
        let shown = page(&app, &approver).await;
        assert_eq!(steps(&shown), ["AUDIT"]);
        assert_eq!(shown["buttons"]["recall"], false, "the approver is not the initiator's person");
        let administrator = open(&app, &contract, ADMIN, json!({})).await;
        assert_eq!(page(&app, &administrator).await["step"]["refusalCode"], "NOT_YOUR_TURN");

        let seen = revisions(&shown);
        let code = code(&app, &approver, &seen, CLERK).await;
        let audit = |code: &str| {
            json!({ "stepId": shown["tasks"][0]["id"], "revisions": seen, "pass": true, "comment": "同意用印", "code": code })
        };
        let unconfirmed = app.page("/audit", &approver, Some(&audit("000000"))).await;
        assert_eq!(refused(&unconfirmed), (400, "CODE_WRONG".to_owned()));
        let approved = app.page("/audit", &approver, Some(&audit(&code))).await;
        assert_eq!(approved.json()["status"], "APPROVED", "{}", approved.text());
        assert_eq!(page(&app, &approver).await["step"]["refusalCode"], "ALREADY_SIGNED");
        let log = app.get(&format!("/v2/contract/stream?contractId={contract}")).await.result();
        let remark = |row: &&Value| row["operateType"] == "AUDIT" && row["comments"] == "同意用印";
        assert_eq!(log["list"].as_array().unwrap().iter().filter(remark).count(), 1);

        let shown = page(&app, &administrator).await;
        assert_eq!(steps(&shown), ["COMPANY", "LP"], "one visit, one confirmation");
        let seals = shown["tasks"][0]["seals"].as_array().unwrap();
        assert_eq!(seals.len(), 2);
        assert_eq!(shown["tasks"][0]["datePatterns"], json!(["HYPHEN", "Chinese"]));
        let picture = format!("/steps/{}/seals/{}", shown["tasks"][0]["id"].as_str().unwrap(), seals[1]["id"].as_str().unwrap());
        let picture = app.page(&picture, &administrator, None).await;
        assert!(picture.body.starts_with(b"\x89PNG"), "{}", picture.head);
        let choice = json!({ "seals": [{ "stepId": shown["tasks"][0]["id"], "sealId": seals[1]["id"] }], "datePattern": "Chinese" });
        let signed = sign(&app, &administrator, ADMIN, choice).await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
        assert_eq!(signatures_in(&app, &document).await, 2);
        let detail = app.get(&format!("/v2/contract/detail?contractId={contract}&queryActionOperator=true")).await.result();
        let steps = &detail["signatories"][0]["actions"];
        assert_eq!((&steps[1]["status"], &steps[1]["intentionConfirm"]), (&json!("FINISH"), &json!("SMS")));
        promises_hold(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_refuses_with_a_comment() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let actions = json!([{ "type": "AUDIT", "serialNo": 1, "operators": [user(CLERK)] }, { "type": "COMPANY", "serialNo": 2 }]);
        let (contract, _) = sent(&app, json!([company(&actions)]), |_, _| json!([])).await;
        let approver = open(&app, &contract, CLERK, json!({})).await;
        let shown = page(&app, &approver).await;
        let refuse = |comment: &str| {
            json!({ "stepId": shown["tasks"][0]["id"], "revisions": revisions(&shown), "pass": false, "comment": comment })
        };
        let silent = app.page("/audit", &approver, Some(&refuse(" "))).await;
        assert_eq!(refused(&silent), (400, "INVALID_PARAM".to_owned()));
        let answer = app.page("/audit", &approver, Some(&refuse("价格有误"))).await;
        assert_eq!(answer.json()["contractStatus"], "REJECTED", "{}", answer.text());
        let detail = app.get(&format!("/v2/contract/detail?contractId={contract}")).await.result();
        assert_eq!(detail["comments"], "价格有误");
        assert_eq!(detail["signatories"][0]["actions"][0]["status"], "STOP");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn employees_sign_in_order_and_people_without_a_step_get_no_page() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let actions = json!([
            { "type": "PERSONAL", "serialNo": 1, "operators": [user(CLERK)] },
            { "type": "PERSONAL", "serialNo": 2, "operators": [{ "contact": "E002", "contactType": "NUMBER" }] },
        ]);
        let (contract, document) = sent(&app, json!([company(&actions)]), |contract, document| {
            let first = &contract["signatories"][0]["actions"][0]["id"];
            json!([{ "actionId": first, "documentId": document, "type": "PERSONAL", "page": 1, "offsetX": 0.3, "offsetY": 0.3 }])
        })
        .await;
        let stranger = json!({ "contractId": contract, "user": user(PERSON) });
        assert_eq!(app.post("/v2/contract/pageurl", &stranger).await.code(), 1110);

        let first = open(&app, &contract, CLERK, json!({})).await;
        let second = open(&app, &contract, OTHER_CLERK, json!({})).await;
        let shown = page(&app, &second).await;
        let early = json!({ "revisions": revisions(&shown), "code": "123456",
            "steps": [page(&app, &first).await["tasks"][0]["id"]] });
        assert_eq!(refused(&app.page("/sign", &second, Some(&early)).await), (409, "NOT_YOUR_TURN".to_owned()));
        let signed = sign(&app, &first, CLERK, json!({})).await;
        assert_eq!(signed.json()["status"], "SIGNED", "{}", signed.text());

        let shown = page(&app, &second).await;
        assert_eq!((steps(&shown), shown["tasks"][0]["needsPlacement"].clone()), (vec!["PERSONAL".to_owned()], json!(true)));
        let nowhere = sign(&app, &second, OTHER_CLERK, json!({})).await;
        assert_eq!(refused(&nowhere), (400, "PLACEMENT_REQUIRED".to_owned()));
        app.clock.advance_ms(60_000);
        let place = json!({ "placements": [{ "stepId": shown["tasks"][0]["id"], "documentId": document, "page": 1,
            "x": 300.0, "y": 200.0, "width": 112.0, "height": 48.0 }] });
        let signed = sign(&app, &second, OTHER_CLERK, place).await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
        assert_eq!(signatures_in(&app, &document).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handler_of_an_outside_company_signs_and_seals_in_one_visit() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let outside = "上海明远贸易有限公司";
        let party = json!({ "tenantType": "COMPANY", "tenantName": outside,
            "receiver": { "name": "周婷", "contact": PERSON, "contactType": "MOBILE" },
            "actions": [{ "type": "COMPANY" }, { "type": "OPERATOR" }, { "type": "LP" }] });
        let (contract, document) = sent(&app, json!([party.clone()]), |contract, document| {
            let steps = contract["signatories"][0]["actions"].as_array().unwrap();
            let at = |kind: &str, stamper: &str, x: f64| {
                let step = steps.iter().find(|step| step["type"] == kind).unwrap();
                json!({ "actionId": step["id"], "documentId": document, "type": stamper, "page": 1, "offsetX": x, "offsetY": 0.2 })
            };
            json!([at("OPERATOR", "PERSONAL", 0.1), at("LP", "LP", 0.4), at("COMPANY", "COMPANY", 0.6)])
        })
        .await;
        let handler = open(&app, &contract, PERSON, json!({})).await;
        let shown = page(&app, &handler).await;
        assert_eq!(steps(&shown), ["OPERATOR", "LP", "COMPANY"]);
        assert_eq!(shown["tasks"][1]["company"], json!({ "name": outside, "needsLegalPerson": true }));
        let preview = format!("/steps/{}/seals/standard", shown["tasks"][2]["id"].as_str().unwrap());
        assert!(app.page(&preview, &handler, None).await.body.starts_with(b"\x89PNG"));

        let unconfirmed = sign(&app, &handler, PERSON, json!({})).await;
        assert_eq!(refused(&unconfirmed), (400, "INVALID_PARAM".to_owned()));
        assert_eq!(steps(&page(&app, &handler).await), ["LP", "COMPANY"], "the own signature is made and stays");
        assert_eq!(status(&app, &contract).await, "SIGNING");
        app.clock.advance_ms(60_000);
        let confirmed = json!({ "company": { "name": outside, "legalPerson": "周明远" } });
        let signed = sign(&app, &handler, PERSON, confirmed.clone()).await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
        assert_eq!(signatures_in(&app, &document).await, 3);
        promises_hold(&app).await;

        let (again, _) = sent(&app, json!([party]), |_, _| json!([])).await;
        let handler = open(&app, &again, PERSON, json!({})).await;
        app.clock.advance_ms(60_000);
        let shown = page(&app, &handler).await;
        let places: Vec<Value> = shown["tasks"].as_array().unwrap().iter().map(|task| {
            json!({ "stepId": task["id"], "documentId": shown["documents"][0]["id"], "page": 0,
                "x": 60.0, "y": 80.0, "width": 112.0, "height": 48.0 })
        }).collect();
        let mut choice = confirmed;
        choice["placements"] = json!(places);
        let signed = sign(&app, &handler, PERSON, choice).await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "the company and its seals are known now: {}", signed.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_seals_for_an_authenticated_company_without_a_right_to_its_seals() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let actions = json!([{ "type": "COMPANY", "operators": [user(CLERK)] }]);
        let (contract, _) = sent(&app, json!([company(&actions)]), |contract, document| {
            let step = &contract["signatories"][0]["actions"][0]["id"];
            json!([{ "actionId": step, "documentId": document, "type": "COMPANY", "page": 1, "offsetX": 0.6, "offsetY": 0.2 }])
        })
        .await;
        let clerk = open(&app, &contract, CLERK, json!({})).await;
        let shown = page(&app, &clerk).await;
        assert_eq!((steps(&shown).len(), shown["step"]["refusalCode"].clone()), (0, json!("NO_SEAL_RIGHT")));
        let forced = sign(&app, &clerk, CLERK, json!({})).await;
        assert_eq!(refused(&forced), (403, "NO_SEAL_RIGHT".to_owned()));

        // Another spelling of the name does not get around it, and nobody sees a seal drawn in the name of the company.
        let lookalike = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY.replace("有限", " 有限"),
            "receiver": { "name": "周婷", "contact": PERSON, "contactType": "MOBILE" }, "actions": [{ "type": "COMPANY" }] });
        let (alike, _) = sent(&app, json!([lookalike]), |_, _| json!([])).await;
        let handler = open(&app, &alike, PERSON, json!({})).await;
        let shown = page(&app, &handler).await;
        assert_eq!((steps(&shown).len(), shown["step"]["refusalCode"].clone()), (0, json!("NO_SEAL_RIGHT")));
        let detail = app.get(&format!("/v2/contract/detail?contractId={alike}")).await.result();
        let step = detail["signatories"][0]["actions"][0]["id"].as_str().unwrap().to_owned();
        let drawn = app.page(&format!("/steps/{step}/seals/standard"), &handler, None).await;
        assert_eq!(drawn.status, 400, "{}", drawn.head);

        let seal = app.get("/v2/seal/list").await.result()["list"][1]["id"].clone();
        let actions = json!([{ "type": "COMPANY", "sealId": seal, "operators": [user(CLERK)] }]);
        let (named, document) = sent(&app, json!([company(&actions)]), |_, _| json!([])).await;
        let clerk = open(&app, &named, CLERK, json!({})).await;
        let shown = page(&app, &clerk).await;
        assert_eq!(shown["tasks"][0]["seals"][0]["id"], seal, "the company named person and seal");
        app.clock.advance_ms(60_000);
        let place = json!({ "placements": [{ "documentId": document, "page": 0, "x": 300.0, "y": 100.0, "width": 119.0, "height": 119.0 }] });
        let signed = sign(&app, &clerk, CLERK, place).await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_initiators_people_recall_and_end_where_the_link_offers_it() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for (path, reason, ended) in [("/recall", "", "RECALLED"), ("/end", "项目取消", "FORCE_END")] {
            let drafted = draft(&app, &draft_body(&[PERSON])).await;
            assert_eq!(send(&app, &drafted).await.code(), 0);
            let id = drafted.contract.as_str();
            let hidden = open(
                &app,
                id,
                ADMIN,
                json!({ "hideRecallButton": true, "hideEndButton": "true" }),
            )
            .await;
            let buttons = page(&app, &hidden).await["buttons"].clone();
            assert_eq!(
                (buttons["recall"].clone(), buttons["end"].clone()),
                (json!(false), json!(false))
            );
            let reason = json!({ "reason": reason });
            assert_eq!(
                refused(&app.page(path, &hidden, Some(&reason)).await),
                (403, "PERMISSION_DENIED".to_owned())
            );
            let person = open(&app, id, PERSON, json!({})).await;
            assert_eq!(
                refused(&app.page(path, &person, Some(&reason)).await),
                (403, "PERMISSION_DENIED".to_owned())
            );
            assert_eq!(status(&app, id).await, "SIGNING");

            let administrator = open(&app, id, ADMIN, json!({})).await;
            let shown = page(&app, &administrator).await;
            assert_eq!(
                (
                    shown["buttons"]["recall"].clone(),
                    shown["buttons"]["end"].clone()
                ),
                (json!(true), json!(true))
            );
            assert_eq!(
                shown["parties"][0]["steps"].as_array().unwrap().len(),
                1,
                "the state of signing, steps included"
            );
            let answer = app.page(path, &administrator, Some(&reason)).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(status(&app, id).await, ended);
            let late = app.page(path, &administrator, Some(&reason)).await;
            assert_eq!(refused(&late), (409, "CONTRACT_CLOSED".to_owned()));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_inside_a_company_are_not_shown_to_others_nor_where_the_state_is_hidden() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let person = open(&app, &drafted.contract, PERSON, json!({})).await;
        assert_eq!(page(&app, &person).await["parties"][0]["steps"], json!([]));
        let hidden = open(&app, &drafted.contract, ADMIN, json!({ "hideStateButton": true })).await;
        let shown = page(&app, &hidden).await;
        assert_eq!(
            (
                shown["parties"][0]["steps"].clone(),
                shown["buttons"]["state"].clone()
            ),
            (json!([]), json!(false))
        );
    })
    .await;
}

/// A sent contract on which the person is in turn at once.
async fn parallel_contract(app: &TestApp) -> String {
    let mut body = draft_body(&[PERSON]);
    body["ordinal"] = json!(false);
    let drafted = draft(app, &body).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    drafted.contract
}

/// The ticket of a client, out of the cookie of an answer.
fn client_ticket(answer: &Answer) -> String {
    let line = answer
        .head
        .lines()
        .find(|line| line.to_lowercase().contains("qishu-client="))
        .expect("a ticket");
    let (_, rest) = line.split_once("qishu-client=").unwrap();
    rest.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_confirms_for_half_an_hour_after_a_code_on_the_same_client() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let allowed = json!({ "allowPasswordSign": true });
        let first = parallel_contract(&app).await;
        let plain = open(&app, &first, PERSON, json!({})).await;
        assert_eq!(
            page(&app, &plain).await["password"],
            json!({ "usable": false, "isSet": false, "maySet": false, "required": false })
        );
        assert_eq!(
            app.page("/password/code", &plain, Some(&json!({}))).await.status,
            403
        );
        let session = open(&app, &first, PERSON, allowed.clone()).await;
        assert_eq!(
            page(&app, &session).await["password"],
            json!({ "usable": false, "isSet": false, "maySet": true, "required": false })
        );
        assert_eq!(
            app.page("/password/code", &session, Some(&json!({})))
                .await
                .status,
            200
        );
        app.work().await;
        let code = app.simulator.last_code(PERSON).unwrap();
        let set = |password: &str| json!({ "code": code, "password": password });
        assert_eq!(
            refused(&app.page("/password", &session, Some(&set("123456"))).await).1,
            "INVALID_PARAM"
        );
        assert_eq!(
            app.page("/password", &session, Some(&set("k7#mQ2")),)
                .await
                .status,
            200
        );
        app.clock.advance_ms(60_000);
        let signed = sign(&app, &session, PERSON, json!({})).await;
        assert_eq!(signed.status, 200, "{}", signed.text());
        let ticket = client_ticket(&signed);

        let second = parallel_contract(&app).await;
        let session = open(&app, &second, PERSON, allowed.clone()).await;
        let with = |ticket: &str| {
            format!("X-Qishu-Session: {session}\r\nX-Qishu-Page: 1\r\nCookie: qishu-client={ticket}\r\n")
        };
        let shown = app.get_with("/page/api/contract", &with(&ticket)).await.json();
        assert_eq!(shown["password"]["usable"], true);
        assert_eq!(
            page(&app, &session).await["password"]["usable"],
            false,
            "another client"
        );
        let body = |password: &str| {
            json!({ "revisions": revisions(&shown), "password": password, "steps": step_ids(&shown),
                    "signature": { "pngBase64": STANDARD.encode(STROKE) } })
        };
        let wrong = app
            .post_with("/page/api/sign", &with(&ticket), &body("wrong"))
            .await;
        assert_eq!(
            (refused(&wrong), wrong.json()["triesLeft"].clone()),
            ((400, "PASSWORD_WRONG".to_owned()), json!(4))
        );
        let elsewhere = app.post_with("/page/api/sign", &with("x"), &body("k7#mQ2")).await;
        assert_eq!(refused(&elsewhere), (409, "PASSWORD_NOT_OFFERED".to_owned()));
        app.clock.advance_ms(29 * 60_000);
        let signed = app
            .post_with("/page/api/sign", &with(&ticket), &body("k7#mQ2"))
            .await;
        assert_eq!(signed.status, 200, "{}", signed.text());
        let detail = app
            .get(&format!("/v2/contract/detail?contractId={second}"))
            .await
            .result();
        assert_eq!(detail["signatories"][1]["intentionConfirm"], "SIGNPWD");
        let ticket = client_ticket(&signed);

        let third = parallel_contract(&app).await;
        let session = open(&app, &third, PERSON, allowed).await;
        let with =
            format!("X-Qishu-Session: {session}\r\nX-Qishu-Page: 1\r\nCookie: qishu-client={ticket}\r\n");
        app.clock.advance_ms(29 * 60_000);
        assert_eq!(
            app.get_with("/page/api/contract", &with).await.json()["password"]["usable"],
            true,
            "started anew"
        );
        app.clock.advance_ms(60_000);
        assert_eq!(
            app.get_with("/page/api/contract", &with).await.json()["password"]["usable"],
            false
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_closed_after_five_wrong_tries() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = draft_body(&[PERSON, "13900000002"]);
        body["ordinal"] = json!(false);
        let drafted = draft(&app, &body).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let session = open(
            &app,
            &drafted.contract,
            PERSON,
            json!({ "allowPasswordSign": true }),
        )
        .await;
        app.page("/password/code", &session, Some(&json!({}))).await;
        app.work().await;
        let code = app.simulator.last_code(PERSON).unwrap();
        let set = json!({ "code": code, "password": "k7#mQ2" });
        assert_eq!(app.page("/password", &session, Some(&set)).await.status, 200);
        app.clock.advance_ms(60_000);
        let ticket = client_ticket(&sign(&app, &session, PERSON, json!({})).await);

        let again = draft(&app, &body).await;
        assert_eq!(send(&app, &again).await.code(), 0);
        let session = open(
            &app,
            &again.contract,
            PERSON,
            json!({ "allowPasswordSign": true }),
        )
        .await;
        let with =
            format!("X-Qishu-Session: {session}\r\nX-Qishu-Page: 1\r\nCookie: qishu-client={ticket}\r\n");
        let shown = page(&app, &session).await;
        let attempt = async |password: &str| {
            let body = json!({ "revisions": revisions(&shown), "password": password,
                "signature": { "pngBase64": STANDARD.encode(STROKE) } });
            refused(&app.post_with("/page/api/sign", &with, &body).await)
        };
        for _ in 0..5 {
            assert_eq!(attempt("wrong-1").await, (400, "PASSWORD_WRONG".to_owned()));
        }
        assert_eq!(
            attempt("k7#mQ2").await,
            (429, "PASSWORD_LOCKED".to_owned()),
            "even the right one"
        );
        assert_eq!(status(&app, &again.contract).await, "SIGNING");
    })
    .await;
}
