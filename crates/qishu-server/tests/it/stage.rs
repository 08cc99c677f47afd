//! What the tests of endpoint groups share: contracts on their way, and looks at what became of them.

use qishu_app::demo::PLATFORM_COMPANY;
use qishu_model::contract::Contract;
use qishu_model::id::ContractId;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::{NOBODYS, SECRET, TOKEN};
use crate::client::{Answer, contract_pdf};

/// An id that nobody has.
pub(crate) const UNKNOWN: &str = NOBODYS;
/// Employees of the demo's platform company.
pub(crate) const WANG: &str = "13800000001";
pub(crate) const LI: &str = "13800000002";

pub(crate) fn mobile(name: &str, contact: &str) -> Value {
    json!({ "name": name, "contact": contact, "contactType": "MOBILE" })
}

/// The platform company with these steps.
pub(crate) fn company(actions: &Value) -> Value {
    json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "actions": actions })
}

pub(crate) fn individual(contact: &str) -> Value {
    json!({ "tenantType": "PERSONAL", "tenantName": "张三", "receiver": mobile("张三", contact) })
}

pub(crate) fn contract_of(signatories: &[Value]) -> Value {
    json!({ "subject": "采购合同", "signatories": signatories })
}

/// A draft with the example as its document; answers the draft's result.
pub(crate) async fn drafted(app: &TestApp, body: &Value) -> Value {
    let contract = app.post("/v2/contract/draft", body).await.result();
    let id = text(&contract["id"]);
    let fields = [
        ("contractId", id.as_str()),
        ("title", "正文"),
        ("fileSuffix", "pdf"),
    ];
    let added = app
        .upload("/v2/document/addbyfile", &fields, contract_pdf())
        .await;
    added.result();
    detail(app, &id).await
}

/// A contract that was sent, with a position for every step and person; answers its detail.
pub(crate) async fn sent(app: &TestApp, body: &Value) -> Value {
    let contract = drafted(app, body).await;
    let answer = send(app, &contract).await;
    assert_eq!(answer.code(), 0, "{}", answer.text());
    detail(app, &text(&contract["id"])).await
}

pub(crate) async fn send(app: &TestApp, contract: &Value) -> Answer {
    let body = json!({ "contractId": contract["id"], "stampers": stampers(contract) });
    app.post("/v2/contract/send", &body).await
}

/// A position for every step that signs, and for every person.
pub(crate) fn stampers(contract: &Value) -> Vec<Value> {
    let document = &contract["documents"][0]["id"];
    let place = |owner: &str, id: &Value, kind: &str, y: f64| {
        let mut stamper =
            json!({ "type": kind, "documentId": document, "page": 1, "offsetX": 0.3, "offsetY": y });
        stamper[owner] = id.clone();
        stamper
    };
    let mut all = Vec::new();
    for (row, party) in list(&contract["signatories"]).iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "few parties")]
        let y = 0.1 + row as f64 * 0.12;
        if text(&party["tenantType"]).starts_with('P') {
            all.push(place("signatoryId", &party["id"], "PERSONAL", y));
        }
        for step in list(&party["actions"]) {
            let kind = match step["type"].as_str().unwrap() {
                "AUDIT" => continue,
                "OPERATOR" | "PERSONAL" => "PERSONAL",
                "LP" => "LP",
                _ => "COMPANY",
            };
            all.push(place("actionId", &step["id"], kind, y));
        }
    }
    all
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

pub(crate) fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

pub(crate) async fn detail(app: &TestApp, id: &str) -> Value {
    app.get(&format!(
        "/v2/contract/detail?contractId={id}&queryActionOperator=true"
    ))
    .await
    .result()
}

/// Status of the contract, of each party, and of each step: `SIGNING [SIGNED(FINISH), SIGNING]`.
pub(crate) async fn standing(app: &TestApp, id: &str) -> String {
    let contract = detail(app, id).await;
    let party = |party: &Value| {
        let steps: Vec<&str> = list(&party["actions"])
            .iter()
            .map(|step| step["status"].as_str().unwrap())
            .collect();
        let status = party["status"].as_str().unwrap();
        if steps.is_empty() {
            status.to_owned()
        } else {
            format!("{status}({})", steps.join(" "))
        }
    };
    let parties: Vec<String> = list(&contract["signatories"]).iter().map(party).collect();
    format!(
        "{} [{}]",
        contract["status"].as_str().unwrap(),
        parties.join(", ")
    )
}

/// Callback types of the contract's events, in order.
pub(crate) async fn callbacks(app: &TestApp, id: &str) -> Vec<String> {
    let id = id.parse().unwrap();
    let events = qishu_store::callback::list(&mut app.app.store.read("test"), id).await;
    events
        .unwrap()
        .into_iter()
        .map(|event| event.event.kind)
        .collect()
}

/// Types of the contract's log without those of looking at it, in order.
pub(crate) async fn log(app: &TestApp, id: &str) -> Vec<String> {
    let stream = app
        .get(&format!("/v2/contract/stream?contractId={id}"))
        .await
        .result();
    let kinds = list(&stream["list"]).iter().map(|row| text(&row["operateType"]));
    kinds.collect()
}

/// Kinds of the messages that went to a contact, oldest first.
pub(crate) async fn messages(app: &TestApp, contact: &str) -> Vec<String> {
    let newest = qishu_app::demo::outbox(&app.app, Some(contact)).await.unwrap();
    newest.into_iter().rev().map(|message| message.kind).collect()
}

/// The stored contract.
pub(crate) async fn stored(app: &TestApp, id: &str) -> Contract {
    let id: ContractId = id.parse().unwrap();
    let mut reader = app.app.store.read("test");
    let found = qishu_store::contract::find(&mut reader, qishu_store::Scope::System, id).await;
    found.unwrap().unwrap().value
}

/// Posts as the stranger of `authorisation::add_stranger`.
pub(crate) async fn as_stranger(app: &TestApp, path: &str, body: &Value) -> Answer {
    app.post_with(path, &app.headers_of(TOKEN, SECRET), body).await
}

/// A stranger's call on this contract is answered like one on a contract that does not exist, and changes nothing.
pub(crate) async fn assert_hidden(app: &TestApp, path: &str, id: &str, body: &Value) {
    let before = standing(app, id).await;
    let with = |id: &str| {
        let mut body = body.clone();
        body["contractId"] = json!(id);
        body
    };
    let foreign = as_stranger(app, path, &with(id)).await;
    let nothing = as_stranger(app, path, &with(UNKNOWN)).await;
    assert_ne!(foreign.code(), 0, "{path}");
    assert_eq!(foreign.text().replace(id, UNKNOWN), nothing.text(), "{path}");
    assert_eq!(standing(app, id).await, before, "{path}");
}

/// Every row of the table: a body, the code it is answered with, and why. Nothing changes.
pub(crate) async fn assert_refused(app: &TestApp, path: &str, id: &str, rows: &[(Value, i64, &str)]) {
    let before = standing(app, id).await;
    for (body, code, why) in rows {
        let answer = app.post(path, body).await;
        assert_eq!(answer.code(), *code, "{path}, {why}: {}", answer.text());
    }
    assert_eq!(standing(app, id).await, before, "{path}");
}
