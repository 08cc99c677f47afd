//! Which endpoint works in which status of a contract (`contracts` chapters 4 and 5, "States"), and what every endpoint says of
//! addresses that are no addresses.

use qishu_app::demo::SUBSIDIARY;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::other_fields;
use crate::client::{Answer, contract_pdf};
use crate::flow::PERSON;
use crate::stage::{WANG, company, contract_of, detail, drafted, individual, mobile, sent, standing, text};

/// The statuses that a contract can be brought to by calls alone. `FILLING` has tests of its own beside templates.
const STATUSES: [&str; 9] = [
    "EXPIRED",
    "DRAFT",
    "SIGNING",
    "COMPLETE",
    "RECALLED",
    "REJECTED",
    "FORCE_END",
    "INVALIDING",
    "INVALIDED",
];

/// Changes, and the statuses that the specification allows them in; everywhere else they are answered with 1101.
const CHANGES: &[(&str, &[&str])] = &[
    ("/v2/contract/draft", &["DRAFT"]),
    ("/v2/document/addbyfile", &["DRAFT"]),
    ("/v2/document/addbyfiles", &["DRAFT"]),
    ("/v2/document/addbytemplate", &["DRAFT"]),
    ("/v2/contract/send", &["DRAFT"]),
    ("/v2/signatory/edit", &["DRAFT", "SIGNING"]),
    ("/v3/signatory/edit", &["DRAFT", "SIGNING"]),
    ("/v2/signatory/operators/edit", &["DRAFT", "SIGNING"]),
    ("/v2/signatory/add", &["DRAFT", "SIGNING", "COMPLETE"]),
    ("/v2/contract/forceend", &["SIGNING"]),
    ("/v2/contract/forceend/addattachment", &["SIGNING", "FORCE_END"]),
    ("/v2/contract/addwartermark", &["DRAFT"]),
    ("/v2/contract/delay", &["SIGNING", "EXPIRED"]),
    ("/v2/contract/contractModify", &["DRAFT"]),
    (
        "/v2/contract/resend",
        &["RECALLED", "REJECTED", "EXPIRED", "FORCE_END", "INVALIDED"],
    ),
    ("/v2/contract/companysign", &["SIGNING"]),
    ("/v2/contract/legalpersonsign", &["SIGNING"]),
    ("/v2/contract/employeeaudit", &["SIGNING"]),
    ("/v2/contract/notice", &["SIGNING"]),
    ("/v2/contract/appointurl", &["DRAFT"]),
    (
        "/v2/contract/invalid",
        &["DRAFT", "SIGNING", "COMPLETE", "EXPIRED", "RECALLED", "REJECTED"],
    ),
    ("/v2/contract/invalidbyfile", &["COMPLETE"]),
    ("/v2/contract/invalidbytemplate", &["COMPLETE"]),
    ("/v2/contract/invalidsign", &["INVALIDING"]),
    (
        "/v2/contract/copysend",
        &[
            "EXPIRED",
            "SIGNING",
            "COMPLETE",
            "RECALLED",
            "REJECTED",
            "FORCE_END",
            "INVALIDING",
            "INVALIDED",
        ],
    ),
];

/// Looks, and the statuses in which they are refused.
const LOOKS: &[(&str, &[&str])] = &[
    ("/v2/contract/detail", &[]),
    ("/v2/contract/stream", &[]),
    ("/v2/contract/viewurl", &[]),
    ("/v2/contract/download", &[]),
    ("/v2/contract/downloadurl", &[]),
    ("/v2/contract/required/detail", &[]),
    ("/v2/contract/pageurl", &["DRAFT"]),
    ("/v2/contract/shorturl", &["DRAFT"]),
    ("/v2/contract/miniappexchange", &["DRAFT"]),
    ("/v2/contract/miniappexchange/view", &[]),
];

/// A contract in a status, as its detail.
async fn in_status(app: &TestApp, status: &str) -> Value {
    let both = contract_of(&[
        company(&json!([{ "type": "COMPANY" }])),
        json!({ "tenantType": "COMPANY", "tenantName": SUBSIDIARY, "receiver": mobile("王芳", WANG),
            "actions": [{ "type": "COMPANY" }] }),
    ]);
    let with_person = contract_of(&[company(&json!([{ "type": "COMPANY" }])), individual(PERSON)]);
    let alone = contract_of(&[company(&json!([{ "type": "COMPANY" }]))]);
    let audited = contract_of(&[company(
        &json!([{ "type": "AUDIT", "operators": [mobile("王芳", WANG)] }, { "type": "COMPANY" }]),
    )]);
    let body = match status {
        "COMPLETE" | "INVALIDING" => both,
        "INVALIDED" => alone,
        "REJECTED" => audited,
        _ => with_person,
    };
    let contract = match status {
        "DRAFT" => drafted(app, &body).await,
        _ => sent(app, &body).await,
    };
    let id = text(&contract["id"]);
    let sign = ("companysign", json!({}));
    let other = ("companysign", json!({ "tenantName": SUBSIDIARY }));
    let steps = match status {
        "COMPLETE" => vec![sign, other],
        "INVALIDING" => vec![sign, other, ("invalid", json!({ "reason": "改签" }))],
        "INVALIDED" => vec![sign, ("invalid", json!({ "reason": "改签" }))],
        "RECALLED" => vec![("invalid", json!({}))],
        "REJECTED" => vec![("employeeaudit", json!({ "pass": false }))],
        "FORCE_END" => vec![("forceend", json!({ "reason": "取消" }))],
        _ => Vec::new(),
    };
    for (operation, mut body) in steps {
        body["contractId"] = json!(id);
        let done = app.post(&format!("/v2/contract/{operation}"), &body).await;
        assert_eq!(done.code(), 0, "{status}, {operation}: {}", done.text());
    }
    if status == "EXPIRED" {
        app.clock.advance_ms(400 * 86_400_000);
        app.work().await;
    }
    // A call that repeats one of these is one of its own by then.
    app.clock.advance_ms(120_000);
    let found = detail(app, &id).await;
    assert_eq!(found["status"], json!(status));
    found
}

/// Calls an endpoint for a contract, with everything it needs.
async fn call(app: &TestApp, path: &str, contract: &Value) -> Answer {
    let id = text(&contract["id"]);
    let party = &contract["signatories"][0];
    let user = mobile("张三", PERSON);
    let mut body = other_fields(path);
    body["contractId"] = json!(id);
    let more = match path {
        "/v2/document/addbyfile" | "/v2/document/addbyfiles" | "/v2/contract/forceend/addattachment" => {
            let part = if path.ends_with('s') { "files" } else { "file" };
            let fields = [
                ("contractId", id.as_str()),
                ("title", "附件"),
                ("fileSuffix", "pdf"),
            ];
            let headers = app.signed_headers();
            return app
                .upload_with(path, &headers, &fields, (part, contract_pdf()))
                .await;
        }
        "/v2/contract/invalidbyfile" => {
            let info = json!({ "contractId": id, "title": "作废", "fileSuffix": "pdf" }).to_string();
            return app
                .upload(path, &[("invalidInfo", info.as_str())], contract_pdf())
                .await;
        }
        "/v2/contract/draft" => json!({ "id": id, "subject": "改" }),
        "/v2/document/addbytemplate" | "/v2/contract/invalidbytemplate" => {
            let templates = app.get("/v2/template/list").await.result();
            json!({ "templateId": templates["list"][0]["id"], "title": "文件" })
        }
        "/v2/signatory/edit" | "/v3/signatory/edit" => {
            json!({ "signatoryId": party["id"], "receiver": user })
        }
        "/v2/signatory/operators/edit" => {
            json!({ "actionId": party["actions"][0]["id"], "actionOperators": [mobile("王芳", WANG)] })
        }
        "/v2/contract/resend" => json!({ "newBizId": format!("new-{id}") }),
        _ => json!({}),
    };
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    if [
        "detail",
        "stream",
        "viewurl",
        "download",
        "downloadurl",
        "shorturl",
    ]
    .iter()
    .any(|name| path.ends_with(&format!("contract/{name}")))
    {
        return app.get(&format!("{path}?contractId={id}")).await;
    }
    app.post(path, &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_refused_in_every_status_that_does_not_allow_them() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for status in STATUSES {
            let contract = in_status(&app, status).await;
            let id = text(&contract["id"]);
            let before = standing(&app, &id).await;
            for (path, allowed) in CHANGES {
                if allowed.contains(&status) {
                    continue;
                }
                let answer = call(&app, path, &contract).await;
                assert_eq!(answer.code(), 1101, "{path} in {status}: {}", answer.text());
                assert_eq!(standing(&app, &id).await, before, "{path} in {status}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_not_refused_for_the_status_where_it_allows_them() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for status in STATUSES {
            for (path, _) in CHANGES.iter().filter(|(_, allowed)| allowed.contains(&status)) {
                if status == "EXPIRED" {
                    app.clock.advance_ms(1000);
                }
                let contract = in_status(&app, status).await;
                let answer = call(&app, path, &contract).await;
                assert_ne!(answer.code(), 1101, "{path} in {status}: {}", answer.text());
                assert_ne!(answer.code(), 1001, "{path} in {status}: {}", answer.text());
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contracts_are_looked_at_in_every_status() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for status in STATUSES {
            let contract = in_status(&app, status).await;
            for (path, refused) in LOOKS {
                let of_a_person = ["/v2/contract/pageurl", "/v2/contract/miniappexchange"];
                if of_a_person.contains(path) && !contract.to_string().contains(PERSON) {
                    continue;
                }
                let answer = call(&app, path, &contract).await;
                if refused.contains(&status) {
                    assert_eq!(answer.code(), 1101, "{path} in {status}");
                } else if !answer.body.starts_with(b"PK") {
                    assert_eq!(answer.code(), 0, "{path} in {status}: {}", answer.text());
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_address_of_a_contract_is_refused_by_every_endpoint() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for (path, _) in CHANGES.iter().filter(|(path, _)| takes_contract(path)) {
            for wrong in [
                json!({ "a": 1 }),
                json!("abc"),
                json!(-5),
                json!(null),
                json!(true),
            ] {
                let mut body = other_fields(path);
                body["contractId"] = wrong.clone();
                let answer = app.post(path, &body).await;
                assert_eq!(answer.code(), 1005, "{path} with {wrong}: {}", answer.text());
            }
        }
    })
    .await;
}

/// The others take their contract from a party, from the draft's own id, or from a form.
fn takes_contract(path: &str) -> bool {
    let others = [
        "/v2/contract/draft",
        "/v2/contract/contractModify",
        "/v2/signatory/edit",
        "/v3/signatory/edit",
        "/v2/document/addbyfile",
        "/v2/document/addbyfiles",
        "/v2/contract/forceend/addattachment",
        "/v2/contract/invalidbyfile",
    ];
    !others.contains(&path)
}
