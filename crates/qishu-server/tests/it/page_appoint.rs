//! The page on which a draft is prepared: positions, basic data, sending (5.6).

use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Answer;
use crate::flow::{Drafted, PERSON, draft, draft_body, send, status};
use crate::templates::{add, can_convert, create, define, document_text, draft_lease};

async fn open(app: &TestApp, contract: &str, extra: &Value) -> String {
    let mut body = json!({ "contractId": contract });
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    let link = app.post("/v2/contract/appointurl", &body).await.result()["pageUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.rsplit('/').next().unwrap();
    let opened = app.page("/open", "", Some(&json!({ "token": token }))).await;
    assert_eq!(opened.json()["purpose"], "APPOINT", "{}", opened.text());
    opened.json()["session"].as_str().unwrap().to_owned()
}

fn seal_and_signature(drafted: &Drafted, shown: &Value) -> Value {
    let parties = shown["parties"].as_array().unwrap();
    json!({ "positions": [
        { "signatoryId": parties[0]["id"], "actionId": parties[0]["steps"][0]["id"], "kind": "COMPANY",
          "documentId": drafted.document, "page": 1, "x": 100.0, "y": 120.0 },
        { "signatoryId": parties[0]["id"], "actionId": parties[0]["steps"][0]["id"], "kind": "ACROSS_PAGE",
          "documentId": drafted.document, "y": 400.0 },
        { "signatoryId": parties[1]["id"], "kind": "PERSONAL", "documentId": drafted.document, "page": 1,
          "x": 330.0, "y": 120.0, "width": 112.0, "height": 48.0 },
        { "signatoryId": parties[1]["id"], "kind": "TIMESTAMP", "documentId": drafted.document, "page": 1,
          "x": 330.0, "y": 100.0, "width": 120.0, "height": 16.0 },
    ] })
}

fn refused(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["code"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_are_placed_and_the_draft_is_sent_from_the_page() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let session = open(&app, &drafted.contract, &json!({})).await;
        let shown = app.page("/appoint", &session, None).await.json();
        assert_eq!(
            (&shown["offer"]["mode"], &shown["offer"]["send"]),
            (&json!("APPOINT"), &json!(true))
        );
        let saved = app
            .page(
                "/appoint/positions",
                &session,
                Some(&seal_and_signature(&drafted, &shown)),
            )
            .await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        let shown = app.page("/appoint", &session, None).await.json();
        let kinds: Vec<&str> = shown["positions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|at| at["kind"].as_str().unwrap())
            .collect();
        assert_eq!(
            kinds,
            ["COMPANY", "ACROSS_PAGE", "ACROSS_PAGE", "PERSONAL", "TIMESTAMP"]
        );
        let signature = &shown["positions"][3];
        assert!((signature["x"].as_f64().unwrap() - 330.0).abs() < 0.01, "{signature}");

        // What is kept stays as it is; what is left out goes.
        let keep = json!({ "positions": [{ "signatoryId": signature["signatoryId"], "keep": 0, "kind": "PERSONAL",
            "documentId": drafted.document }] });
        assert_eq!(app.page("/appoint/positions", &session, Some(&keep)).await.status, 200);
        let shown = app.page("/appoint", &session, None).await.json();
        assert_eq!(shown["positions"].as_array().unwrap().len(), 1);

        assert_eq!(app.page("/appoint/send", &session, Some(&json!({}))).await.status, 200);
        assert_eq!(status(&app, &drafted.contract).await, "SIGNING");
        let late = app.page("/appoint/positions", &session, Some(&keep)).await;
        assert_eq!(refused(&late), (409, json!("CONTRACT_CLOSED")));
        let contract = json!({ "contractId": drafted.contract });
        assert_eq!(app.post("/v2/contract/appointurl", &contract).await.code(), 1101);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_that_cannot_be_change_nothing() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let session = open(&app, &drafted.contract, &json!({})).await;
        let shown = app.page("/appoint", &session, None).await.json();
        let good = seal_and_signature(&drafted, &shown);
        assert_eq!(
            app.page("/appoint/positions", &session, Some(&good)).await.status,
            200
        );
        let before = app.page("/appoint", &session, None).await.json()["positions"].clone();
        let changes = [
            ("page", json!(99)),
            ("x", json!(9_000)),
            ("y", json!(-1)),
            ("kind", json!("PERSONAL")),
            ("actionId", json!("3014826187358859384")),
            ("documentId", json!("3014826187358859384")),
            ("keep", json!(7)),
        ];
        for (field, value) in changes {
            let mut wrong = good.clone();
            wrong["positions"][0][field] = value;
            let answer = app.page("/appoint/positions", &session, Some(&wrong)).await;
            assert_eq!(
                refused(&answer),
                (400, json!("INVALID_PARAM")),
                "{field}: {}",
                answer.text()
            );
        }
        assert_eq!(
            app.page("/appoint", &session, None).await.json()["positions"],
            before
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_data_are_edited_within_their_limits() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let session = open(
            &app,
            &drafted.contract,
            &json!({ "pageType": "DRAFT", "lang": "en" }),
        )
        .await;
        let basics = json!({ "subject": "劳动合同（修订）", "sn": "HR-7", "description": "试用期三个月",
            "expireDate": "2099-01-31", "endDate": "2099-12-31", "ordinal": false });
        let saved = app.page("/appoint/basics", &session, Some(&basics)).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        let detail = app
            .get(&format!("/v2/contract/detail?contractId={}", drafted.contract))
            .await
            .result();
        assert_eq!(
            (
                &detail["subject"],
                &detail["sn"],
                &detail["expireTime"],
                &detail["endTime"],
                &detail["ordinal"]
            ),
            (
                &json!("劳动合同（修订）"),
                &json!("HR-7"),
                &json!("2099-01-31 23:59:59"),
                &json!("2099-12-31 23:59:59"),
                &json!(false)
            )
        );
        for wrong in [
            json!({ "subject": " " }),
            json!({ "subject": "长".repeat(101) }),
            json!({ "expireDate": "2001-01-01" }),
            json!({ "expireDate": "31.01.2099" }),
            json!({ "description": "长".repeat(301) }),
        ] {
            let answer = app.page("/appoint/basics", &session, Some(&wrong)).await;
            assert_eq!(refused(&answer), (400, json!("INVALID_PARAM")), "{wrong}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_offers_what_the_call_allowed_and_nothing_else() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let switches = json!({ "allowedSend": false, "canSaveOrClose": "false", "specifyLocationButton": false,
            "fillParamButton": false, "hideReturnButton": true });
        let session = open(&app, &drafted.contract, &switches).await;
        let offer = app.page("/appoint", &session, None).await.json()["offer"].clone();
        assert_eq!(
            offer,
            json!({ "mode": "APPOINT", "send": false, "save": false, "locations": false, "params": false, "return": false })
        );
        for (path, body) in [
            ("/appoint/send", json!({})),
            ("/appoint/positions", json!({ "positions": [] })),
            ("/appoint/basics", json!({ "subject": "a" })),
            ("/appoint/params", json!({ "params": [] })),
        ] {
            let answer = app.page(path, &session, Some(&body)).await;
            assert_eq!(refused(&answer), (403, json!("PERMISSION_DENIED")), "{path}");
        }
        assert_eq!(status(&app, &drafted.contract).await, "DRAFT");

        // A drafting link signs nothing; a signing link prepares nothing.
        let page = json!({ "revisions": [] });
        assert_eq!(app.page("/code", &session, Some(&page)).await.status, 403);
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let (signer, _) = crate::flow::open_page(&app, &drafted.contract, PERSON).await;
        assert_eq!(app.page("/appoint", &signer, None).await.status, 403);
        assert_eq!(app.page("/appoint/send", &signer, Some(&json!({}))).await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_initiator_fills_its_values_on_the_page_before_it_sends() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        if !can_convert(&app) {
            return;
        }
        let template = create(&app, "租赁合同").await;
        define(&app, &template).await;
        let leased = draft_lease(&app).await;
        let open_values = json!([{ "name": "住址", "signatoryId": leased.lessee }]);
        assert_eq!(add(&app, &leased, &template, open_values).await.code(), 0);
        // Opened for filling, it offers that whatever the button says.
        let mode = json!({ "pageType": "FILL_PARAMETERS", "fillParamButton": false });
        let session = open(&app, &leased.contract, &mode).await;
        let shown = app.page("/appoint", &session, None).await.json();
        assert_eq!(shown["offer"]["mode"], "FILL_PARAMETERS");
        let names: Vec<&str> = shown["params"]
            .as_array()
            .unwrap()
            .iter()
            .map(|param| param["name"].as_str().unwrap())
            .collect();
        assert_eq!(
            names,
            ["出租方", "承租方", "起租日", "物品"],
            "not what the lessee fills"
        );

        let save = async |params: Value| {
            app.page("/appoint/params", &session, Some(&json!({ "params": params })))
                .await
        };
        for (wrong, why) in [
            (json!([{ "name": "住址", "value": "上海" }]), "the lessee's"),
            (json!([{ "name": "没有", "value": "x" }]), "unknown"),
            (
                json!([{ "name": "承租方", "value": "张三" }, { "name": "起租日", "value": "明天" }]),
                "no date",
            ),
        ] {
            assert_eq!(
                refused(&save(wrong).await),
                (400, json!("INVALID_PARAM")),
                "{why}"
            );
        }
        let early = app.page("/appoint/send", &session, Some(&json!({}))).await;
        assert_eq!(refused(&early), (400, json!("PARAM_REQUIRED")));
        let told = early.json();
        for name in ["承租方", "起租日"] {
            assert!(told["message"].as_str().unwrap().contains(name), "{told}");
        }

        let before = shown["documents"][0]["revision"].clone();
        let values = json!([{ "name": "出租方", "value": "契书演示" }, { "name": "承租方", "value": "张三" },
                            { "name": "起租日", "value": "2026-12-01" }, { "name": "物品", "value": "" }]);
        let saved = save(values).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        let shown = app.page("/appoint", &session, None).await.json();
        assert_ne!(shown["documents"][0]["revision"], before, "made anew");
        assert_eq!(shown["params"][0]["value"], "契书演示");
        assert!(document_text(&app, &leased.contract).await.contains("契书演示"));
        assert_eq!(save(json!([{ "name": "承租方", "value": "" }])).await.status, 200);
        assert_eq!(
            app.page("/appoint", &session, None).await.json()["params"][1]["value"],
            Value::Null
        );
        assert_eq!(
            save(json!([{ "name": "承租方", "value": "李四" }])).await.status,
            200
        );

        let sent = app.page("/appoint/send", &session, Some(&json!({}))).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        assert_eq!(
            status(&app, &leased.contract).await,
            "FILLING",
            "the address is the lessee's"
        );
        assert_eq!(refused(&save(json!([])).await), (409, json!("CONTRACT_CLOSED")));
    })
    .await;
}
