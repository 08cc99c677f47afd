//! Employees and their roles (`organisation` 4.7 to 4.12).

use qishu_app::demo::{PLATFORM_COMPANY, SUBSIDIARY};
use qishu_model::rights::Area;
use qishu_store::Scope;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::flow::{PERSON, draft, draft_body};

fn user(name: Option<&str>, contact: &str) -> Value {
    let mut user = json!({ "contact": contact, "contactType": "MOBILE" });
    if let Some(name) = name {
        user["name"] = json!(name);
    }
    user
}

async fn add(app: &TestApp, name: &str, contact: &str, number: &str) -> Value {
    let body = json!({ "user": user(Some(name), contact), "number": number });
    app.post("/v2/employee/create", &body).await.result()
}

async fn detail(app: &TestApp, contact: &str) -> Value {
    let body = json!({ "user": user(None, contact) });
    app.post("/v2/employee/detail", &body).await.result()
}

/// Who performs the first step of the first party; answers of the API do not show it.
async fn performers(app: &TestApp, contract: &str) -> Vec<String> {
    let mut reader = app.app.store.read("test");
    let id = contract.parse().unwrap();
    let stored = qishu_store::contract::find(&mut reader, Scope::System, id)
        .await
        .unwrap()
        .unwrap();
    let step = &stored.value.signatories[0].actions[0];
    step.operators.iter().map(|user| user.contact.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn employees_come_change_and_are_found_by_every_contact() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let made = add(&app, "赵敏", "+86 137-0000-0001", "A-7").await;
        assert_eq!(
            (&made["name"], &made["mobile"], &made["number"], &made["realName"]),
            (
                &json!("赵敏"),
                &json!("13700000001"),
                &json!("A-7"),
                &json!(false)
            )
        );
        assert_eq!(made["companies"][0]["name"], PLATFORM_COMPANY);
        assert_eq!(made["roles"], json!([]));
        // The same again is the same, with the new number; a mail address is a person of its own.
        let again = add(&app, "另一个名字", "13700000001", "A-8").await;
        assert_eq!(
            (&again["id"], &again["name"], &again["number"]),
            (&made["id"], &json!("赵敏"), &json!("A-8"))
        );
        let mail =
            json!({ "user": { "name": "钱多", "contact": "Qian@Example.com", "contactType": "EMAIL" } });
        assert_eq!(
            app.post("/v2/employee/create", &mail).await.result()["email"],
            "qian@example.com"
        );
        for contact in [
            json!({ "contact": "13700000001" }),
            json!({ "contact": "A-8", "contactType": "number" }),
            json!({ "contact": made["id"], "contactType": "EMPLOYEEID" }),
        ] {
            let found = app
                .post("/v2/employee/detail", &json!({ "user": contact }))
                .await
                .result();
            assert_eq!(found["id"], made["id"], "{contact}");
        }
        let list = app.get("/v2/employee/list").await.result();
        assert_eq!(list["totalCount"], 5);
        assert_eq!(list["list"][0]["name"], "钱多", "newest first");
        let page = app
            .get("/v2/employee/list?selectOffset=1&selectLimit=1")
            .await
            .result();
        assert_eq!(
            (&page["totalCount"], &page["list"][0]["id"]),
            (&json!(5), &made["id"])
        );
        let holders = app.get("/v2/employee/list?role=SEAL_ADMIN").await.result();
        assert_eq!(
            (&holders["totalCount"], &holders["list"][0]["mobile"]),
            (&json!(1), &json!("13800000000"))
        );
        let renamed = json!({ "user": user(Some("赵敏敏"), "13700000001"), "number": "A-9" });
        let updated = app.post("/v2/employee/update", &renamed).await.result();
        assert_eq!(
            (&updated["name"], &updated["number"]),
            (&json!("赵敏敏"), &json!("A-9"))
        );
        let verified = json!({ "user": user(Some("别名"), "13800000001") });
        assert_eq!(
            app.post("/v2/employee/update", &verified).await.result()["name"],
            "王晓",
            "real names stay"
        );
        // One person in two companies of the group.
        let also = json!({ "user": user(Some("赵敏"), "13700000001"), "tenantName": SUBSIDIARY });
        let there = app.post("/v2/employee/create", &also).await.result();
        assert_ne!(there["id"], made["id"]);
        assert_eq!(there["companies"].as_array().unwrap().len(), 2);
        let listed = app
            .get(&format!("/v2/employee/list?tenantName={SUBSIDIARY}"))
            .await
            .result();
        assert_eq!(listed["totalCount"], 1);
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_and_changing_refuse_what_is_wrong() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let create = [
            (json!({}), 1005, "user"),
            (json!({ "user": user(None, "13700000001") }), 1005, "user.name"),
            (json!({ "user": { "name": "赵敏" } }), 1005, "user.contact"),
            (json!({ "user": user(Some("赵敏"), "abc") }), 1005, "user.contact"),
            (
                json!({ "user": { "name": "赵敏", "contact": "A-7", "contactType": "NUMBER" } }),
                1005,
                "contactType",
            ),
            (json!({ "user": "13700000001" }), 1005, "user"),
            (
                json!({ "user": user(Some("赵敏"), "13700000001"), "number": "9".repeat(51) }),
                1011,
                "number",
            ),
            (
                json!({ "user": user(Some("赵敏"), "13700000001"), "number": "E001" }),
                1707,
                "E001",
            ),
            (
                json!({ "user": user(Some("别人"), "13800000001"), "tenantName": SUBSIDIARY }),
                1703,
                "",
            ),
            (
                json!({ "user": user(Some("赵敏"), "13700000001"), "tenantName": "无此公司" }),
                1801,
                "",
            ),
        ];
        app.assert_refused("/v2/employee/create", &create).await;
        let update = [
            (
                json!({ "user": user(None, "13700000001"), "number": "1" }),
                1701,
                "",
            ),
            (
                json!({ "user": user(None, "13800000001"), "number": "E002" }),
                1707,
                "E002",
            ),
            (json!({ "number": "1" }), 1005, "user"),
            (
                json!({ "user": user(None, "13800000001"), "tenantName": SUBSIDIARY }),
                1701,
                "",
            ),
        ];
        app.assert_refused("/v2/employee/update", &update).await;
        app.assert_refused(
            "/v2/employee/detail",
            &[(json!({ "user": user(None, "13700000001") }), 1701, "")],
        )
        .await;
        app.assert_get_refused(&[
            ("/v2/employee/list?role=BOSS", 1005),
            ("/v2/employee/list?selectLimit=x", 1005),
            ("/v2/employee/list?tenantName=无此公司", 1801),
        ])
        .await;
        assert_eq!(
            app.get("/v2/employee/list").await.result()["totalCount"],
            3,
            "nothing came of it"
        );
        app.stranger().await;
        let foreign = json!({ "user": user(Some("赵敏"), "13700000001"), "tenantName": "路人科技有限公司" });
        assert_eq!(app.post("/v2/employee/create", &foreign).await.code(), 1802);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_given_and_taken_all_or_nothing() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let manage = async |operate: Option<&str>, users: Value| {
            let mut body = json!({ "role": "SEAL_ADMIN", "users": users });
            if let Some(operate) = operate {
                body["operate"] = json!(operate);
            }
            app.post("/v2/role/manage", &body).await.code()
        };
        let both = json!([user(None, "13800000001"), { "contact": "E001", "contactType": "NUMBER" }, user(None, "13800000002")]);
        assert_eq!(manage(None, both.clone()).await, 0);
        assert_eq!(manage(Some("ADD"), both.clone()).await, 0, "who holds it holds it");
        assert_eq!(detail(&app, "13800000001").await["roles"], json!(["SEAL_ADMIN"]));
        let one_wrong = json!([user(None, "13800000001"), user(None, "13700000009")]);
        assert_eq!(manage(Some("REMOVE"), one_wrong).await, 1701);
        assert_eq!(detail(&app, "13800000001").await["roles"], json!(["SEAL_ADMIN"]), "all or nothing");
        assert_eq!(manage(Some("remove"), both.clone()).await, 0);
        assert_eq!(manage(Some("REMOVE"), both).await, 0, "who has it not has it not");
        assert_eq!(detail(&app, "13800000001").await["roles"], json!([]));
        let users = json!([user(None, "13800000001")]);
        let table = [
            (json!({ "role": "SYSTEM_ADMIN", "users": users }), 1005, "role"),
            (json!({ "users": users }), 1005, "role"),
            (json!({ "role": "SEAL_ADMIN" }), 1005, "users"),
            (json!({ "role": "SEAL_ADMIN", "users": [] }), 1005, "users"),
            (json!({ "role": "SEAL_ADMIN", "users": users, "operate": "SWAP" }), 1005, "operate"),
            (json!({ "role": "SEAL_ADMIN", "users": users, "tenantName": "无此公司" }), 1801, ""),
        ];
        app.assert_refused("/v2/role/manage", &table).await;
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_hands_over_roles_seals_presets_and_contracts() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let named = json!({ "name": "部门章", "users": [user(None, "13800000001")] });
        let seal = app.post("/v2/seal/autocreate", &named).await.result();
        let give = json!({ "role": "TEMPLATE_ADMIN", "users": [user(None, "13800000001")] });
        assert_eq!(app.post("/v2/role/manage", &give).await.code(), 0);
        let mut body = draft_body(&[PERSON]);
        body["creator"] = user(Some("王晓"), "13800000001");
        body["signatories"][0]["actions"] =
            json!([{ "type": "AUDIT", "operators": [user(Some("王晓"), "13800000001")] }, { "type": "COMPANY" }]);
        let drafted = draft(&app, &body).await;
        // As the Java client sends it: the person flat, the heir as an object.
        let leave = json!({ "contact": "13800000001", "contactType": "MOBILE", "name": "王晓",
                            "transferEmployee": { "contact": "E002", "contactType": "NUMBER" } });
        let gone = app.post("/v2/employee/remove", &leave).await.result();
        assert_eq!(gone["name"], "王晓");
        assert_eq!(detail(&app, "13800000002").await["roles"], json!(["TEMPLATE_ADMIN"]));
        let target = format!("/v2/seal/sealdetail?sealId={}", seal["id"].as_str().unwrap());
        assert_eq!(app.get(&target).await.result()["users"][0]["contact"], "13800000002");
            assert_eq!(performers(&app, &drafted.contract).await, ["13800000002"]);
        let preset = json!({ "subject": "x", "category": { "name": "预设流程演示" },
                             "signatories": draft_body(&[PERSON])["signatories"] });
        let made = app.post("/v2/contract/draft", &preset).await.result();
        assert_eq!(performers(&app, made["id"].as_str().unwrap()).await, ["13800000002"]);
        // Gone is gone, and known as gone; whoever comes back comes without roles.
        let table = [
            (json!({ "contact": "13800000001" }), 1702, ""),
            (json!({ "contact": "13700000009" }), 1701, ""),
        ];
        app.assert_refused("/v2/employee/remove", &table).await;
        assert_eq!(app.get("/v2/employee/list").await.result()["totalCount"], 2);
        let back = add(&app, "王晓", "13800000001", "E001").await;
        assert_eq!((&back["id"], &back["roles"]), (&gone["id"], &json!([])));
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_until_somebody_takes_over() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let refused = [
            (json!({ "contact": "13800000000" }), 1706, ""),
            (
                json!({ "contact": "13800000000", "transferEmployee": "13800000000" }),
                1005,
                "transferEmployee",
            ),
            (
                json!({ "contact": "13800000000", "transferEmployee": "13700000009" }),
                1701,
                "",
            ),
            (
                json!({ "contact": "13800000000", "transferEmployee": { "name": "x" } }),
                1005,
                "transferEmployee",
            ),
            (json!({ "transferEmployee": "13800000001" }), 1005, "contact"),
            (
                json!({ "contact": "13800000000", "contactType": "FAX" }),
                1005,
                "contactType",
            ),
            (
                json!({ "contact": "13800000000", "tenantName": "无此公司" }),
                1801,
                "",
            ),
        ];
        app.assert_refused("/v2/employee/remove", &refused).await;
        // As the Go client sends it: the person nested, the heir as a bare contact.
        let nested = json!({ "user": user(None, "13800000000"), "transferEmployee": "13800000001" });
        assert_eq!(app.post("/v2/employee/remove", &nested).await.code(), 0);
        assert_eq!(
            detail(&app, "13800000001").await["roles"],
            json!(["SYSTEM_ADMIN", "SEAL_ADMIN"])
        );
        assert_eq!(
            app.post("/v2/employee/remove", &json!({ "contact": "13800000001" }))
                .await
                .code(),
            1706
        );
        // A number is free again once its holder has left.
        assert_eq!(add(&app, "赵敏", "13700000001", "E000").await["number"], "E000");
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_confined_applications_see_nobody() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let stranger = app.stranger().await;
        let confined = app.application_of(PLATFORM_COMPANY, &[Area::Contracts]).await;
        let wanted = json!({ "user": user(Some("王晓"), "13800000001"), "contact": "13800000001",
                             "role": "SEAL_ADMIN", "users": [user(None, "13800000001")] });
        for (path, foreign) in [
            ("/v2/employee/update", 1701),
            ("/v2/employee/detail", 1701),
            ("/v2/role/manage", 1701),
            ("/v2/employee/remove", 1701),
        ] {
            let headers = app.headers_of(&stranger.token, &stranger.secret);
            assert_eq!(
                app.post_with(path, &headers, &wanted).await.code(),
                foreign,
                "{path}"
            );
            let headers = app.headers_of(&confined.token, &confined.secret);
            assert_eq!(
                app.post_with(path, &headers, &wanted).await.code(),
                1002,
                "{path}"
            );
        }
        let headers = app.headers_of(&stranger.token, &stranger.secret);
        let target = format!("/v2/employee/list?tenantName={PLATFORM_COMPANY}");
        assert_eq!(app.get_with(&target, &headers).await.code(), 1802);
    })
    .await;
}
