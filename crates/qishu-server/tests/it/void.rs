//! 作废: voiding complete contracts (5.8 to 5.11, 6.1).

use pdfseal::Limits;
use pdfseal::verify::verify;
use qishu_app::demo::{PLATFORM_COMPANY, SUBSIDIARY};
use qishu_model::contract::ContractAddress;
use qishu_model::id::ContractId;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, contract_pdf};
use crate::flow::{Drafted, PERSON, code, draft, draft_body, open_page, send, signature, status};

/// A contract that the company and these people have signed.
async fn complete(app: &TestApp, contacts: &[&str]) -> Drafted {
    let drafted = draft(app, &draft_body(contacts)).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    let body = json!({ "contractId": drafted.contract });
    assert_eq!(app.post("/v2/contract/companysign", &body).await.code(), 0);
    for contact in contacts {
        let signed = sign_as(app, &drafted.contract, contact, json!([])).await;
        assert_eq!(signed.status, 200, "{}", signed.text());
    }
    assert_eq!(status(app, &drafted.contract).await, "COMPLETE");
    drafted
}

/// Signs on the page, with places chosen where none are fixed.
async fn sign_as(app: &TestApp, contract: &str, contact: &str, placements: Value) -> Answer {
    let (session, revisions) = open_page(app, contract, contact).await;
    app.clock.advance_ms(61_000);
    let code = code(app, &session, &revisions, contact).await;
    let mut body = signature(&revisions, &code);
    body["placements"] = placements;
    app.page("/sign", &session, Some(&body)).await
}

async fn invalid(app: &TestApp, contract: &str, more: Value) -> Answer {
    let mut body = json!({ "contractId": contract });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.post("/v2/contract/invalid", &body).await
}

async fn detail(app: &TestApp, contract: &str) -> Value {
    app.get(&format!("/v2/contract/detail?contractId={contract}"))
        .await
        .result()
}

async fn events(app: &TestApp, contract: &str) -> Vec<String> {
    let id: ContractId = contract.parse().unwrap();
    let events = qishu_store::callback::list(&mut app.app.store.read("test"), id)
        .await
        .unwrap();
    events.into_iter().map(|event| event.event.kind).collect()
}

async fn promises_hold(app: &TestApp) {
    for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
        assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
    }
}

fn party_states(detail: &Value) -> Vec<&str> {
    let parties = detail["signatories"].as_array().unwrap();
    parties
        .iter()
        .map(|party| party["status"].as_str().unwrap())
        .collect()
}

fn documents(detail: &Value) -> Vec<&str> {
    let documents = detail["documents"].as_array().unwrap();
    documents
        .iter()
        .map(|document| document["contentType"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_void_when_every_party_has_signed_the_agreement() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = complete(&app, &[PERSON]).await;
        let id = drafted.contract.as_str();
        let asked = invalid(
            &app,
            id,
            json!({ "sealId": "", "reason": "改签新合同", "deleteDoc": false, "expireTime": "2027-01-01" }),
        )
        .await;
        assert_eq!(asked.code(), 0, "{}", asked.text());
        let before = detail(&app, id).await;
        assert_eq!(before["status"], "INVALIDING");
        assert_eq!(
            (
                before["invalidReason"].clone(),
                before["invalidExpireTime"].clone()
            ),
            (json!("改签新合同"), json!("2027-01-01 23:59:59"))
        );
        assert_eq!(party_states(&before), ["INVALIDED", "INVALIDING"]);
        assert_eq!(documents(&before), ["CONTRACT", "INVALID"], "D-17");
        app.work().await;
        let told = app.simulator.messages(Some(PERSON));
        assert!(
            told.last()
                .unwrap()
                .text
                .contains("请您确认并签署作废协议《劳动合同》，请在2027-01-01前完成")
        );
        assert_eq!(invalid(&app, id, json!({})).await.code(), 1101);
        let (session, _) = open_page(&app, id, PERSON).await;
        let page = app.page("/contract", &session, None).await.json();
        let void = before["documents"][1]["id"].clone();
        assert_eq!(
            (&page["void"]["documentId"], &page["openDocumentId"]),
            (&void, &void)
        );
        assert_eq!(page["step"]["canReject"], true);
        assert!(
            page["placements"]
                .as_array()
                .unwrap()
                .iter()
                .all(|place| place["documentId"] == void)
        );
        let signed = sign_as(&app, id, PERSON, json!([])).await;
        assert_eq!(signed.json()["contractStatus"], "INVALIDED", "{}", signed.text());
        let after = detail(&app, id).await;
        assert_eq!(party_states(&after), ["INVALIDED", "INVALIDED"]);
        assert_eq!(documents(&after), ["CONTRACT", "INVALID"]);
        let pdf = app
            .get(&format!(
                "/v2/document/download?documentId={}",
                void.as_str().unwrap()
            ))
            .await;
        let anchors = [app.app.authority.root_certificate().clone()];
        let report = verify(&pdf.body, &Limits::default(), &anchors, app.clock.now_ms() / 1000);
        assert!(report.all_passed(), "{report:?}");
        assert_eq!(report.signatures.len(), 2);
        keep(&pdf.body, "void-signed.pdf");
        keep(app.app.authority.root_certificate().der(), "void-root.der");
        assert_eq!(
            events(&app, id).await[3..],
            [
                "COMPLETE",
                "SEND_INVALID",
                "INVALIDING",
                "INVALIDING",
                "INVALIDED"
            ]
        );
        let stream = app
            .get(&format!("/v2/contract/stream?contractId={id}&operation=MODIFY"))
            .await
            .result();
        let rows = stream["list"].as_array().unwrap();
        let voided: Vec<&Value> = rows
            .iter()
            .filter(|row| row["operateType"] == "INVALID")
            .collect();
        assert_eq!((voided.len(), &voided[0]["comments"]), (4, &json!("改签新合同")));
        assert_eq!(invalid(&app, id, json!({})).await.code(), 1101, "void is void");
        promises_hold(&app).await;
    })
    .await;
}

/// Keeps a file in `target/tmp` for people to look at.
pub(crate) fn keep(bytes: &[u8], name: &str) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join(name), bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_may_refuse_and_the_contract_holds() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = complete(&app, &[PERSON]).await;
        let id = drafted.contract.as_str();
        assert_eq!(invalid(&app, id, json!({})).await.code(), 0);
        let user = json!({ "contact": PERSON, "contactType": "MOBILE" });
        let link = app
            .post("/v2/contract/pageurl", &json!({ "contractId": id, "user": user }))
            .await
            .result();
        let token = link["pageUrl"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned();
        let session = app
            .page("/open", "", Some(&json!({ "token": token })))
            .await
            .json()["session"]
            .clone();
        let session = session.as_str().unwrap();
        assert_eq!(
            app.page("/reject", session, Some(&json!({ "reason": " " })))
                .await
                .status,
            400
        );
        let refused = app
            .page("/reject", session, Some(&json!({ "reason": "合同已部分履行" })))
            .await;
        assert_eq!(refused.json()["contractStatus"], "COMPLETE", "{}", refused.text());
        let after = detail(&app, id).await;
        assert_eq!(after["invalidFailType"], "INVALID_REJECTED");
        assert_eq!(after["signatories"][1]["rejectInvalidReason"], "合同已部分履行");
        assert_eq!(party_states(&after), ["SIGNED", "SIGNED"]);
        assert_eq!(documents(&after), ["CONTRACT"], "what failed is not shown");
        assert_eq!(events(&app, id).await.last().unwrap(), "INVALID_REJECTED");
        assert_eq!(
            app.post("/v2/contract/invalidsign", &json!({ "contractId": id }))
                .await
                .code(),
            1101
        );
        assert_eq!(
            invalid(&app, id, json!({ "autoSign": "false" })).await.code(),
            0,
            "it can be tried again"
        );
        let again = detail(&app, id).await;
        assert_eq!(party_states(&again), ["INVALIDING", "INVALIDING"]);
        assert!(again["signatories"][1].get("rejectInvalidReason").is_none());
        let address = ContractAddress {
            contract_id: Some(id.parse().unwrap()),
            biz_id: None,
            tenant_name: None,
        };
        let (application, company) =
            qishu_app::request_guard::find_application(&app.app, qishu_app::demo::APP_TOKEN)
                .await
                .unwrap()
                .unwrap();
        let caller = qishu_app::ApiCaller {
            application,
            company,
            address: None,
            client: None,
            language: qishu_app::Language::Chinese,
        };
        qishu_app::void::cancel_void(&app.app, &caller, &address)
            .await
            .unwrap();
        let cancelled = detail(&app, id).await;
        assert_eq!(
            (&cancelled["status"], &cancelled["invalidFailType"]),
            (&json!("COMPLETE"), &json!("INVALID_CANCEL"))
        );
        assert_eq!(events(&app, id).await.last().unwrap(), "COMPLETE");
        assert!(
            qishu_app::void::cancel_void(&app.app, &caller, &address)
                .await
                .is_err()
        );
        promises_hold(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_alone_voids_at_once_and_others_are_told() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = complete(&app, &[]).await;
        let id = drafted.contract.as_str();
        let receiver =
            |name: &str| json!({ "receiver": { "name": name, "contact": PERSON, "contactType": "MOBILE" } });
        let more = json!({ "receivers": [receiver("张三"), receiver("又是张三")], "deleteDoc": "true" });
        let voided = invalid(&app, id, more).await;
        assert_eq!(voided.code(), 0, "{}", voided.text());
        let after = detail(&app, id).await;
        assert_eq!(
            (&after["status"], party_states(&after)),
            (&json!("INVALIDED"), vec!["INVALIDED"])
        );
        assert_eq!(
            documents(&after),
            ["INVALID"],
            "the contract's own files are gone from sight"
        );
        assert_eq!(after["copySendReceivers"].as_array().unwrap().len(), 1);
        assert_eq!(events(&app, id).await[2..], ["COMPLETE", "INVALIDED"]);
        app.work().await;
        let told = app.simulator.messages(Some(PERSON));
        assert_eq!(told.len(), 1);
        assert!(told[0].text.contains("已作废"));
        let gone = app
            .get(&format!("/v2/document/download?documentId={}", drafted.document))
            .await;
        assert_eq!(gone.code(), 1402);
        promises_hold(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_can_delete_the_files_from_sight() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let id = drafted.contract.as_str();
        assert_eq!(
            invalid(&app, id, json!({ "deleteDoc": true, "reason": "有误" }))
                .await
                .code(),
            0
        );
        let after = detail(&app, id).await;
        assert_eq!(
            (&after["status"], &after["comments"]),
            (&json!("RECALLED"), &json!("有误"))
        );
        assert!(documents(&after).is_empty());
        for target in [
            format!("/v2/document/download?documentId={}", drafted.document),
            format!("/v2/contract/download?contractId={id}&downloadItems=CONTRACT"),
            format!("/v2/contract/downloadurl?contractId={id}&downloadItems=CONTRACT"),
        ] {
            assert_eq!(app.get(&target).await.code(), 1402, "{target}");
        }
        assert_eq!(
            app.get(&format!("/v2/contract/viewurl?contractId={id}"))
                .await
                .code(),
            1401
        );
        promises_hold(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_cannot_void_change_nothing() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = complete(&app, &[PERSON]).await;
        let id = drafted.contract.as_str();
        let seals = app.get("/v2/seal/list").await.result();
        let other = app
            .get(&format!("/v2/seal/list?tenantName={SUBSIDIARY}"))
            .await
            .result();
        let own = seals["list"][0]["id"].as_str().unwrap();
        let foreign = other["list"]
            .as_array()
            .and_then(|list| list.first())
            .map(|seal| seal["id"].clone());
        for (more, expected) in [
            (json!({ "expireTime": "2020-01-01" }), 1005),
            (json!({ "expireTime": "2099-01-01" }), 1005),
            (json!({ "expireTime": "2027-01-01 10:00" }), 1005),
            (json!({ "autoSign": "perhaps" }), 1005),
            (json!({ "deleteDoc": "perhaps" }), 1005),
            (json!({ "sealId": "x" }), 1005),
            (json!({ "sealId": "3014826187358859384" }), 1201),
            (
                json!({ "receivers": [{ "receiver": { "contact": PERSON } }] }),
                1005,
            ),
            (
                json!({ "sealId": foreign.unwrap_or_else(|| json!("3014826187358859384")) }),
                1201,
            ),
        ] {
            let refused = invalid(&app, id, more.clone()).await;
            assert_eq!(refused.code(), expected, "{more}: {}", refused.text());
        }
        assert_eq!(app.post("/v2/contract/invalid", &json!({})).await.code(), 1005);
        let unknown = invalid(&app, "3014826187358859384", json!({})).await;
        assert_eq!(unknown.json()["responseCode"], "11011126");
        disable(&app, own).await;
        assert_eq!(invalid(&app, id, json!({ "sealId": own })).await.code(), 1203);
        let after = detail(&app, id).await;
        assert_eq!(
            (&after["status"], documents(&after)),
            (&json!("COMPLETE"), vec!["CONTRACT"])
        );
        assert!(after.get("invalidFailType").is_none());
        promises_hold(&app).await;
    })
    .await;
}

async fn disable(app: &TestApp, id: &str) {
    let mut transaction = app.app.store.begin("test");
    let found = qishu_store::seal::find(&mut transaction, qishu_store::Scope::System, id.parse().unwrap());
    let mut seal = found.await.unwrap().unwrap();
    seal.value.status = qishu_model::seal::SealStatus::Freeze;
    qishu_store::seal::update(&mut transaction, &seal).await.unwrap();
    transaction.record(qishu_store::ledger::Entry {
        at: app.app.now(),
        tenant: None,
        kind: "TEST",
        subject: None,
        actor: qishu_store::ledger::Actor::default(),
        details: json!({}),
    });
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_initiator_may_sign_later_and_a_receiver_by_the_same_call() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let party = |name: &str| json!({ "tenantType": "COMPANY", "tenantName": name, "actions": [{ "type": "COMPANY" }], "receiver": { "contact": "13800000000", "contactType": "MOBILE" } });
        let mut body = draft_body(&[]);
        body["signatories"] = json!([party(SUBSIDIARY), party(PLATFORM_COMPANY)]);
        body["tenantName"] = json!(SUBSIDIARY);
        let drafted = draft(&app, &body).await;
        let id = drafted.contract.as_str();
        assert_eq!(app.post("/v2/contract/send", &json!({ "contractId": id })).await.code(), 0);
        for name in [SUBSIDIARY, PLATFORM_COMPANY] {
            let seal = app.get(&format!("/v2/seal/list?tenantName={name}")).await.result()["list"][0]["id"].clone();
            let stamper = json!({ "type": "COMPANY", "documentId": drafted.document, "page": 1, "offsetX": 0.3, "offsetY": 0.3 });
            let body = json!({ "contractId": id, "tenantName": name, "sealId": seal, "stampers": [stamper] });
            let sealed = app.post("/v2/contract/companysign", &body).await;
            assert_eq!(sealed.code(), 0, "{}", sealed.text());
        }
        assert_eq!(status(&app, id).await, "COMPLETE");
        let sign = async |more: Value| {
            let mut body = json!({ "contractId": id });
            for (name, value) in more.as_object().unwrap() {
                body[name] = value.clone();
            }
            app.post("/v2/contract/invalidsign", &body).await.code()
        };
        assert_eq!(sign(json!({})).await, 1101);
        assert_eq!(invalid(&app, id, json!({ "autoSign": false })).await.code(), 0);
        assert_eq!(party_states(&detail(&app, id).await), ["INVALIDING", "INVALIDING"]);
        assert_eq!(sign(json!({ "sealId": "3014826187358859384" })).await, 1201);
        assert_eq!(sign(json!({ "stampers": [{ "type": "PERSONAL", "page": 1 }] })).await, 1106);
        assert_eq!(sign(json!({ "stampers": "x" })).await, 1005);
        assert_eq!(sign(json!({})).await, 0, "as the initiator");
        assert_eq!(party_states(&detail(&app, id).await), ["INVALIDED", "INVALIDING"]);
        app.clock.advance_ms(1);
        assert_eq!(sign(json!({})).await, 0, "as the receiver");
        assert_eq!(status(&app, id).await, "INVALIDED");
        assert_eq!(sign(json!({})).await, 1101);
        promises_hold(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_signed_already_has_nothing_to_sign() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = complete(&app, &[PERSON]).await;
        let id = drafted.contract.as_str();
        assert_eq!(invalid(&app, id, json!({})).await.code(), 0);
        app.clock.advance_ms(1);
        assert_eq!(
            app.post("/v2/contract/invalidsign", &json!({ "contractId": id }))
                .await
                .code(),
            1107
        );
        app.clock.advance_ms(10_000);
        app.work().await;
        assert_eq!(
            party_states(&detail(&app, id).await),
            ["INVALIDED", "INVALIDING"],
            "the job finds nothing to do"
        );
    })
    .await;
}

async fn by_file(app: &TestApp, contract: &str, more: Value, file: &[u8]) -> Answer {
    let mut info =
        json!({ "contractId": contract, "title": "解除协议", "fileSuffix": "pdf", "deleteDoc": false });
    for (name, value) in more.as_object().unwrap() {
        info[name] = value.clone();
    }
    let fields = [("invalidInfo", info.to_string())];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    app.upload("/v2/contract/invalidbyfile", &fields, file).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_voided_by_a_file_of_the_callers() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = complete(&app, &[PERSON]).await;
        let id = drafted.contract.as_str();
        let parties = detail(&app, id).await["signatories"].clone();
        let (company, person) = (parties[0]["id"].clone(), parties[1]["id"].clone());
        let at = |party: &Value, kind: &str| json!({ "signatoryId": party, "type": kind, "page": 1, "offsetX": 0.2, "offsetY": 0.2 });
        let by_keyword = |keyword: &str| json!({ "signatoryId": company, "type": "COMPANY", "keyword": keyword });
        let pdf = contract_pdf();
        for (stampers, expected) in [
            (json!([{ "type": "COMPANY", "page": 1 }]), 1005),
            (json!([at(&json!("3014826187358859384"), "COMPANY")]), 1005),
            (json!([at(&company, "PERSONAL")]), 1106),
            (json!([at(&person, "COMPANY")]), 1106),
            (json!([at(&company, "LP")]), 1106),
            (json!([by_keyword("没有这个词")]), 1108),
            (json!([{ "signatoryId": company, "type": "COMPANY", "page": 99 }]), 1109),
            (json!("x"), 1005),
        ] {
            let refused = by_file(&app, id, json!({ "stampers": stampers }), pdf).await;
            assert_eq!(refused.code(), expected, "{stampers}: {}", refused.text());
        }
        assert_eq!(by_file(&app, id, json!({}), b"%PDF-1.7 broken").await.code(), 1403);
        assert_eq!(by_file(&app, id, json!({ "fileSuffix": "png" }), pdf).await.code(), 1403);
        assert_eq!(by_file(&app, id, json!({ "contractId": "" }), pdf).await.code(), 1005);
        assert_eq!(by_file(&app, "3014826187358859384", json!({}), pdf).await.json()["responseCode"], "11011126");
        assert_eq!(status(&app, id).await, "COMPLETE");
        let lenient = json!({ "stampers": [by_keyword("甲方（盖章）"), by_keyword("没有这个词")], "locateAllStamperKeywords": "false", "invalidReason": "协商解除" });
        assert_eq!(by_file(&app, id, lenient, pdf).await.code(), 0);
        let shown = detail(&app, id).await;
        assert_eq!((&shown["documents"][1]["title"], &shown["invalidReason"]), (&json!("解除协议"), &json!("协商解除")));
        assert_eq!(party_states(&shown), ["INVALIDING", "INVALIDING"], "nobody has signed yet");
        assert_eq!(by_file(&app, id, json!({}), pdf).await.code(), 1101);
        let sign = json!({ "contractId": id, "stampers": [{ "type": "COMPANY", "page": 1 }] });
        assert_eq!(app.post("/v2/contract/invalidsign", &sign).await.code(), 0);
        let missing = sign_as(&app, id, PERSON, json!([])).await;
        assert_eq!(missing.json()["code"], "PLACEMENT_REQUIRED");
        let place = json!([{ "documentId": shown["documents"][1]["id"], "page": 1, "x": 100.0, "y": 100.0, "width": 100.0, "height": 40.0 }]);
        let elsewhere = json!([{ "documentId": drafted.document, "page": 1, "x": 100.0, "y": 100.0, "width": 100.0, "height": 40.0 }]);
        assert_eq!(sign_as(&app, id, PERSON, elsewhere).await.status, 400, "the contract is not signed again");
        let signed = sign_as(&app, id, PERSON, place).await;
        assert_eq!(signed.json()["contractStatus"], "INVALIDED", "{}", signed.text());
        promises_hold(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_positions_the_call_has_to_give_them() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = complete(&app, &[PERSON]).await;
        let id = drafted.contract.as_str();
        assert_eq!(by_file(&app, id, json!({ "stampers": [] }), contract_pdf()).await.code(), 0);
        let sign = async |stampers: Value| {
            let body = json!({ "contractId": id, "stampers": stampers });
            app.post("/v2/contract/invalidsign", &body).await.code()
        };
        assert_eq!(sign(json!([])).await, 1005);
        assert_eq!(sign(json!([{ "type": "COMPANY", "page": 9 }])).await, 1109);
        assert_eq!(sign(json!([{ "type": "COMPANY", "keyword": "没有这个词" }])).await, 1108);
        let place = json!([{ "type": "COMPANY", "page": 2, "offsetX": 0.1, "offsetY": 0.1 }, { "type": "ACROSS_PAGE" }, { "type": "TIMESTAMP", "page": 2 }]);
        assert_eq!(sign(place).await, 0);
        promises_hold(&app).await;
    })
    .await;
}

/// A Word file that asks for one value and has a place for the company.
fn word_template() -> Vec<u8> {
    use std::io::Write as _;
    const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let types = format!(
        "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
         ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{main}\"/></Types>"
    );
    let relations = format!(
        "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
         Target=\"word/document.xml\"/></Relationships>"
    );
    let line = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let body = [line("Void because of {{Cause}}"), line("SEALHERE")].concat();
    let document = format!("<w:document xmlns:w=\"{WORD}\"><w:body>{body}</w:body></w:document>");
    let mut file = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in [
        ("[Content_Types].xml", types),
        ("_rels/.rels", relations),
        ("word/document.xml", document),
    ] {
        file.start_file(name, stored).unwrap();
        file.write_all(content.as_bytes()).unwrap();
    }
    file.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_voided_by_a_template_of_the_callers() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let made = app
            .upload(
                "/v3/template/createbyword",
                &[("title", "解除协议")],
                &word_template(),
            )
            .await;
        let template = made.result()["templateId"].clone();
        let drafted = complete(&app, &[PERSON]).await;
        let id = drafted.contract.as_str();
        let company = detail(&app, id).await["signatories"][0]["id"].clone();
        let by_template = async |more: Value| {
            let mut body = json!({ "contractId": id, "templateId": template, "title": "解除协议",
                                   "templateParams": [{ "name": "Cause", "value": "delay" }] });
            for (name, value) in more.as_object().unwrap() {
                body[name] = value.clone();
            }
            app.post("/v2/contract/invalidbytemplate", &body).await
        };
        let at = |kind: &str| json!([{ "signatoryId": company, "type": kind, "page": 1 }]);
        for (more, expected) in [
            (json!({ "title": "" }), 1005),
            (json!({ "templateId": "" }), 1005),
            (json!({ "templateId": "3014826187358859384" }), 1005),
            (json!({ "templateParams": "x" }), 1005),
            (json!({ "stampers": at("PERSONAL") }), 1106),
            (json!({ "stampers": [{ "type": "COMPANY", "page": 1 }] }), 1005),
        ] {
            let refused = by_template(more.clone()).await;
            assert_eq!(refused.code(), expected, "{more}: {}", refused.text());
        }
        assert_eq!(status(&app, id).await, "COMPLETE");
        if std::path::Path::new("/usr/bin/soffice").exists() {
            let beyond = json!([{ "signatoryId": company, "type": "COMPANY", "page": 9 }]);
            assert_eq!(by_template(json!({ "stampers": beyond })).await.code(), 1109);
            let place = json!([{ "signatoryId": company, "type": "COMPANY", "keyword": "SEALHERE" }]);
            let voided = by_template(json!({ "stampers": place, "invalidReason": "迟延" })).await;
            assert_eq!(voided.code(), 0, "{}", voided.text());
            let shown = detail(&app, id).await;
            assert_eq!(shown["documents"][1]["title"], "解除协议");
            assert_eq!(party_states(&shown), ["INVALIDING", "INVALIDING"]);
            assert_eq!(by_template(json!({})).await.code(), 1101);
            let body = json!({ "contractId": id });
            assert_eq!(app.post("/v2/contract/invalidsign", &body).await.code(), 0);
            promises_hold(&app).await;
        }
    })
    .await;
}
