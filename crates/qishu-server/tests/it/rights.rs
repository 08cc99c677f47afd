//! Calls that name a person have that person's rights (R-15, `organisation` chapter 4): every call × {nobody's contact, an
//! employee who left, an employee whose roles do not allow it, the right one}.

use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::flow::{PERSON, draft, draft_body, send};

const LEFT: &str = "18800000001";
const PLAIN: &str = "18800000002";
const MAKER: &str = "18800000003";
const NOBODY: &str = "18800000009";

fn user(contact: &str) -> Value {
    json!({ "name": "钱七", "contact": contact, "contactType": "MOBILE" })
}

/// People of the demo company: one who left, and two without any role.
async fn staff(app: &TestApp) {
    for contact in [LEFT, PLAIN, MAKER] {
        let created = app
            .post("/v2/employee/create", &json!({ "user": user(contact) }))
            .await;
        assert_eq!(created.code(), 0, "{}", created.text());
    }
    // Whoever was registered only for the company has to have come once before leaving means anything.
    let mut gone = user(LEFT);
    gone["transferEmployee"] = user(PLAIN);
    assert_eq!(app.post("/v2/employee/remove", &gone).await.code(), 0);
}

/// A sent contract that MAKER made.
async fn contract(app: &TestApp) -> (String, String) {
    let mut body = draft_body(&[PERSON]);
    body["creator"] = user(MAKER);
    let drafted = draft(app, &body).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    (drafted.contract, drafted.people[0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn named_people_may_what_their_roles_allow() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        staff(&app).await;
        let (contract, party) = contract(&app).await;
        let hash = |id: &str| {
            json!({ "notaryName": "日志", "notaryDataID": id, "notaryType": "HASH", "hashAlgorithm": "SM3",
                    "notaryDataHash": "ab".repeat(32) })
        };
        // Path, name of the person's field, the rest; whether every employee may, or those who govern the contract.
        let calls = [
            (
                "/v2/contract/draft",
                "creator",
                json!({ "subject": "劳动合同" }),
                true,
            ),
            (
                "/v3/signatory/edit",
                "operator",
                json!({ "signatoryId": party, "receiver": user(PERSON) }),
                true,
            ),
            ("/v2/chain/notary", "operatorInfo", hash("rights"), true),
            (
                "/chain/evidence/complete/report/apply",
                "operatorInfo",
                json!({ "proveSource": 1, "proveDataId": contract }),
                false,
            ),
        ];
        for (path, field, body, everybody) in calls {
            let low = if everybody { 0 } else { 1002 };
            for (contact, code) in [(NOBODY, 1701), (LEFT, 1702), (PLAIN, low), (MAKER, 0)] {
                let mut body = body.clone();
                body[field] = user(contact);
                let answer = app.post(path, &body).await;
                assert_eq!(answer.code(), code, "{path} by {contact}: {}", answer.text());
            }
            let mut wrong = body.clone();
            wrong[field] = json!("nobody");
            assert_eq!(app.post(path, &wrong).await.code(), 1005, "{path}");
        }
        app.assert_promises().await;
    })
    .await;
}
