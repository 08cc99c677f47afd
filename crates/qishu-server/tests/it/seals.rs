//! Seals: drawn and made from pictures, changed, disabled, removed, and used (`organisation` chapter 5).

use qishu_app::demo::SUBSIDIARY;
use qishu_app::seal::{Verdict, pending_reviews, review_seal, seal_uses};
use qishu_model::id::{SealId, SealReviewId};
use qishu_model::rights::Area;
use qishu_store::Page;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::flow::{PERSON, draft, draft_body, send};
use crate::organisation::{form_field, png_header, receiver, scanned_seal};

const NOBODYS: &str = "3014826187358859384";
const ALL: Page = Page {
    offset: 0,
    limit: 100,
};

fn user(contact: &str) -> Value {
    json!({ "contact": contact, "contactType": "MOBILE" })
}

async fn create(app: &TestApp, body: &Value) -> Value {
    app.post("/v2/seal/autocreate", body).await.result()
}

async fn detail(app: &TestApp, id: &Value) -> Value {
    let target = format!("/v2/seal/sealdetail?sealId={}", id.as_str().unwrap());
    app.get(&target).await.result()
}

fn contacts(seal: &Value) -> Vec<&str> {
    let users = seal["users"].as_array().unwrap();
    users
        .iter()
        .map(|user| user["contact"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_style_and_size_is_drawn_at_its_physical_size() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let styles = [
            "UNIVERSAL_SEAL",
            "SPECIAL_SEAL",
            "SPECIAL_SEAL_WITHSTAR",
            "YOUTH_LEAGUE_SEAL",
            "FOREIGN_SEAL",
            "FOREIGN_MIX_SEAL",
        ];
        // Pixels of table 14.2 at 300 dots per inch.
        let sizes = [
            ("CIRCULAR_60", 709, 709),
            ("CIRCULAR_58", 685, 685),
            ("CIRCULAR_50", 591, 591),
            ("CIRCULAR_46", 543, 543),
            ("CIRCULAR_45", 531, 531),
            ("CIRCULAR_44", 520, 520),
            ("CIRCULAR_42", 496, 496),
            ("CIRCULAR_40", 472, 472),
            ("CIRCULAR_38", 449, 449),
            ("OVAL_45_30", 531, 354),
            ("OVAL_40_30", 472, 354),
        ];
        // Every style once, every size once.
        for index in 0..sizes.len() {
            let (spec, width, height) = sizes[index];
            let style = styles[index % styles.len()];
            let image = json!({ "style": style, "spec": spec, "foot": "合同专用章", "enContent": "Qishu Demo Co., Ltd.",
                                "enterpriseCode": "", "edgeWidth": "1.2" });
            let seal = create(&app, &json!({ "name": spec, "sealImageInfo": image })).await;
            assert_eq!((&seal["spec"], &seal["status"]), (&json!(spec), &json!("NORMAL")), "{style}");
            let target = format!("/v2/seal/image?sealId={}", seal["id"].as_str().unwrap());
            let png = app.get(&target).await;
            assert!(png.head.to_lowercase().contains("content-type: image/png"));
            assert_eq!(png_header(&png.body), (width, height, 6, Some(11_811)), "{style} {spec}");
        }
        let bare = create(&app, &json!({ "name": "公章二" })).await;
        assert_eq!(bare["spec"], "CIRCULAR_42");
        assert_eq!(contacts(&bare), ["13800000000"], "the seal administrators");
        let of_subsidiary = json!({ "name": "分公司章", "tenantName": SUBSIDIARY, "sealImageInfo": { "style": "FOREIGN_SEAL" } });
        assert_eq!(create(&app, &of_subsidiary).await["spec"], "OVAL_45_30");
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drawing_refuses_what_the_documentation_refuses() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let image = |image: Value| json!({ "name": "章", "sealImageInfo": image });
        let table = [
            (json!({}), 1005, "name"),
            (json!({ "name": "长".repeat(101) }), 1011, "name"),
            (json!({ "name": ["a", "b"] }), 1005, "name"),
            (image(json!({ "style": "SPECIAL_SEAL" })), 1005, "foot"),
            (image(json!({ "style": "FOREIGN_MIX_SEAL" })), 1005, "enContent"),
            (image(json!({ "style": "ROUND" })), 1005, "style"),
            (image(json!({ "spec": "SQUARE_20_20" })), 1005, "spec"),
            (image(json!({ "enterpriseCode": "12" })), 1005, "enterpriseCode"),
            (image(json!({ "starSize": 99 })), 1005, "starSize"),
            (image(json!("text")), 1005, "sealImageInfo"),
            (image(json!({ "foot": "\u{1f600}" })), 1005, "foot"),
            (json!({ "name": "章", "users": [user("13800009999")] }), 1701, ""),
            (json!({ "name": "章", "tenantName": "无此公司" }), 1801, ""),
        ];
        app.assert_refused("/v2/seal/autocreate", &table).await;
        app.stranger().await;
        let foreign = json!({ "name": "章", "tenantName": "路人科技有限公司" });
        assert_eq!(app.post("/v2/seal/autocreate", &foreign).await.code(), 1802);
        assert_eq!(
            app.get("/v2/seal/list?status=ALL").await.result()["totalCount"],
            3
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_users_of_a_seal_change() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let seal = create(
            &app,
            &json!({ "name": "公章二", "users": [user("13800000001"), user("+86 13800000001")] }),
        )
        .await;
        let id = &seal["id"];
        assert_eq!(contacts(&seal), ["13800000001"], "each user once");
        let edit = async |body: Value| {
            let mut body = body;
            body["sealId"] = id.clone();
            app.post("/v2/seal/edit", &body).await
        };
        let by_number = json!([{ "contact": "E002", "contactType": "NUMBER" }, user("13800000001")]);
        let answer = edit(json!({ "sealName": "新公章", "sealUsers": by_number })).await;
        assert_eq!(
            answer.text(),
            r#"{"code":0,"message":"SUCCESS","responseCode":"00000000"}"#
        );
        let changed = detail(&app, id).await;
        assert_eq!(changed["name"], "新公章");
        assert_eq!(contacts(&changed), ["13800000001", "13800000002"]);
        assert_eq!(
            edit(json!({ "operate": "remove", "sealUsers": [user("13800000001")] }))
                .await
                .code(),
            0
        );
        assert_eq!(contacts(&detail(&app, id).await), ["13800000002"]);
        // Nothing of a refused call stays, not even its name.
        for (body, code) in [
            (
                json!({ "sealName": "x", "sealUsers": [user("13800000002"), user("13700000000")] }),
                1701,
            ),
            (
                json!({ "sealName": "x", "operate": "REMOVE", "sealUsers": [user("13700000000")] }),
                1701,
            ),
            (json!({ "sealName": "长".repeat(101) }), 1011),
            (json!({ "operate": "TOGGLE" }), 1005),
            (json!({ "sealUsers": "13800000001" }), 1005),
        ] {
            assert_eq!(edit(body.clone()).await.code(), code, "{body}");
        }
        assert_eq!(detail(&app, id).await["name"], "新公章");
        let table = [
            (json!({ "sealName": "x" }), 1005, "sealId"),
            (json!({ "sealId": "one", "sealName": "x" }), 1005, "sealId"),
            (json!({ "sealId": NOBODYS, "sealName": "x" }), 1201, ""),
        ];
        app.assert_refused("/v2/seal/edit", &table).await;
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_disabled_seals_are_removed_and_removed_ones_are_unknown() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let seal = create(&app, &json!({ "name": "公章二" })).await;
        let id = seal["id"].as_str().unwrap();
        let status = async |operate: &str| {
            let body = json!({ "sealId": id, "operate": operate });
            app.post("/v2/seal/status", &body).await.code()
        };
        let remove = async || app.get(&format!("/v2/seal/remove?sealId={id}")).await.code();
        assert_eq!(remove().await, 1203, "in use");
        assert_eq!((status("DISABLE").await, status("DISABLE").await), (0, 0));
        assert_eq!(detail(&app, &seal["id"]).await["status"], "FREEZE");
        assert_eq!(app.get("/v2/seal/list").await.result()["totalCount"], 3);
        assert_eq!(
            app.get("/v2/seal/list?status=FREEZE").await.result()["list"][0]["id"],
            id
        );
        assert_eq!(remove().await, 0);
        assert_eq!(remove().await, 1203, "removed already");
        assert_eq!(status("ENABLE").await, 1201);
        assert_eq!(
            app.get("/v2/seal/list?status=ALL").await.result()["totalCount"],
            3
        );
        app.assert_get_refused(&[
            (&format!("/v2/seal/sealdetail?sealId={id}"), 1201),
            (&format!("/v2/seal/image?sealId={id}"), 1201),
            (&format!("/v2/seal/remove?sealId={NOBODYS}"), 1201),
            ("/v2/seal/remove", 1005),
            ("/v2/seal/remove?sealId=x", 1005),
            ("/v2/seal/list?status=GONE", 1005),
            ("/v2/seal/list?selectLimit=-1", 1005),
        ])
        .await;
        let table = [
            (json!({ "sealId": id }), 1005, "operate"),
            (json!({ "sealId": id, "operate": "ON" }), 1005, "operate"),
            (json!({ "operate": "ENABLE" }), 1005, "sealId"),
        ];
        app.assert_refused("/v2/seal/status", &table).await;
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_a_seal_once_it_was_looked_at() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver(r#"{"responseCode":00000000}"#).await;
        let body = json!({ "sealName": "扫描章", "sealImage": format!("data:image/bmp;base64,{}", scanned_seal()),
                           "sealSpec": "RECTANGLE_40_16", "sealUsers": [user("13800000001")], "callbackUrl": hook });
        let applied = app.post("/v2/seal/createbyimage", &body).await.result();
        let apply_id: SealReviewId = applied["applyId"].as_str().unwrap().parse().unwrap();
        assert_eq!(app.get("/v2/seal/list").await.result()["totalCount"], 3, "not yet");
        let pending = pending_reviews(&app.app).await.unwrap();
        assert_eq!((pending.len(), pending[0].0.id), (1, apply_id));
        review_seal(&app.app, apply_id, Verdict::Pass).await.unwrap();
        app.work().await;
        let told = calls.recv().await.unwrap();
        assert_eq!(form_field(&told, "applyId"), Some(apply_id.to_string()));
        assert_eq!(form_field(&told, "result").as_deref(), Some("PASS"));
        let detail_text = form_field(&told, "detail").unwrap();
        let seal: Value = serde_json::from_str(&detail_text).unwrap();
        assert_eq!((&seal["sealType"], &seal["sealName"]), (&json!("ENTERPRISE"), &json!("扫描章")));
        let made = detail(&app, &seal["sealId"]).await;
        assert_eq!((&made["spec"], contacts(&made)), (&json!("RECTANGLE_40_16"), vec!["13800000001"]));
        let image = app
            .get(&format!("/v2/seal/image?sealId={}", seal["sealId"].as_str().unwrap()))
            .await;
        assert_eq!(png_header(&image.body), (472, 189, 6, Some(11_811)));
        let again = review_seal(&app.app, apply_id, Verdict::Pass).await.unwrap_err();
        assert!(again.to_string().contains("PASSED"), "{again}");
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_picture_is_told_with_its_reason_and_told_again_when_nobody_listens() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver("no").await;
        let body = json!({ "sealName": "扫描章", "sealImage": scanned_seal(), "callbackUrl": hook });
        let applied = app.post("/v2/seal/createbyimage", &body).await.result();
        let apply_id: SealReviewId = applied["applyId"].as_str().unwrap().parse().unwrap();
        review_seal(&app.app, apply_id, Verdict::Reject("图片不清晰".to_owned()))
            .await
            .unwrap();
        app.work().await;
        let told = calls.recv().await.unwrap();
        let detail: Value = serde_json::from_str(&form_field(&told, "detail").unwrap()).unwrap();
        assert_eq!(
            (
                form_field(&told, "result").as_deref(),
                &detail["rejectReason"],
                &detail["sealId"]
            ),
            (Some("REJECT"), &json!("图片不清晰"), &Value::Null)
        );
        // 5 min, 2 h, 12 h, 24 h: five calls in all (16.5.3).
        for minutes in [5, 120, 720, 1440] {
            app.work().await;
            assert!(calls.try_recv().is_err(), "too early");
            app.clock.advance_ms(minutes * 60_000);
            app.work().await;
            calls.recv().await.unwrap();
        }
        app.clock.advance_ms(48 * 3_600_000);
        app.work().await;
        assert!(calls.try_recv().is_err(), "given up");
        let dead = qishu_store::request_event::list_dead(&mut app.app.store.read("test"), 10)
            .await
            .unwrap();
        assert_eq!(dead.len(), 1);
        qishu_app::job::resend_event(&app.app, dead[0].event.id)
            .await
            .unwrap();
        app.work().await;
        calls.recv().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn picture_seals_refuse_what_cannot_be_a_seal() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let with = |name: &str, value: Value| {
            let mut body = json!({ "sealName": "章", "sealImage": scanned_seal() });
            body[name] = value;
            body
        };
        let white = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";
        let large = "A".repeat(7 * 1024 * 1024 + 4);
        let table = [
            (json!({ "sealImage": scanned_seal() }), 1005, "sealName"),
            (json!({ "sealName": "章" }), 1005, "sealImage"),
            (with("sealImage", json!("not base64!")), 1005, "sealImage"),
            (with("sealImage", json!("JVBERi0xLjcK")), 1005, "sealImage"),
            (with("sealImage", json!(white)), 1005, "sealImage"),
            (with("sealImage", json!(large)), 1010, ""),
            (with("sealSpec", json!("ROUND")), 1005, "sealSpec"),
            (with("sealSpec", json!("DIY_SPEC")), 1005, "width"),
            (with("sealType", json!("PERSONAL")), 1005, "sealType"),
            (with("sealType", json!("LP")), 1005, "lpLetter"),
            (with("sealUsers", json!([user("13700000000")])), 1701, ""),
            (with("callbackUrl", json!("ftp://x")), 1005, "callbackUrl"),
            (with("tenantName", json!("无此公司")), 1801, ""),
        ];
        app.assert_refused("/v2/seal/createbyimage", &table).await;
        assert!(pending_reviews(&app.app).await.unwrap().is_empty());
        let own_size = json!({ "sealName": "章", "sealImage": scanned_seal(), "sealSpec": "DIY_SPEC", "width": "30", "height": 20 });
        app.post("/v2/seal/createbyimage", &own_size).await.result();
        assert_eq!(pending_reviews(&app.app).await.unwrap()[0].0.width_um, 30_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_has_one_seal_of_its_legal_representative() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let letter = scanned_seal();
        let body = |tenant: Option<&str>| {
            json!({ "sealName": "法人章", "sealImage": scanned_seal(), "sealType": "LP", "lpLetter": letter, "tenantName": tenant })
        };
        let apply = async |tenant: Option<&str>| app.post("/v2/seal/createbyimage", &body(tenant)).await;
        assert_eq!(apply(None).await.code(), 1204, "the demo company has one");
        let first = apply(Some(SUBSIDIARY)).await.result();
        assert_eq!(apply(Some(SUBSIDIARY)).await.code(), 1205);
        let id: SealReviewId = first["applyId"].as_str().unwrap().parse().unwrap();
        review_seal(&app.app, id, Verdict::Pass).await.unwrap();
        assert_eq!(apply(Some(SUBSIDIARY)).await.code(), 1204);
        let listed = app.get(&format!("/v2/seal/list?tenantName={SUBSIDIARY}")).await.result();
        let lp = listed["list"].as_array().unwrap().iter().find(|seal| seal["sealType"] == "LP").unwrap();
        assert_eq!(lp["spec"], "SQUARE_20_20");
        // Once it is removed there may be another one.
        let id = lp["id"].as_str().unwrap();
        let disable = json!({ "sealId": id, "operate": "DISABLE" });
        assert_eq!(app.post("/v2/seal/status", &disable).await.code(), 0);
        assert_eq!(app.get(&format!("/v2/seal/remove?sealId={id}")).await.code(), 0);
        let second = apply(Some(SUBSIDIARY)).await.result();
        let id: SealReviewId = second["applyId"].as_str().unwrap().parse().unwrap();
        review_seal(&app.app, id, Verdict::Pass).await.unwrap();
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uses_are_recorded_and_a_disabled_preset_gives_way() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let seals = app.get("/v2/seal/list").await.result();
        let (general, contract) = (
            seals["list"][0]["id"].as_str().unwrap(),
            seals["list"][1]["id"].as_str().unwrap(),
        );
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let sign = json!({ "contractId": drafted.contract, "sealId": general });
        assert_eq!(app.post("/v2/contract/companysign", &sign).await.code(), 0);
        let id = |text: &str| text.parse::<SealId>().unwrap();
        let uses = seal_uses(&app.app, id(general), ALL).await.unwrap();
        assert_eq!(
            (uses.total, uses.rows[0].contract_id.to_string()),
            (1, drafted.contract)
        );
        assert_eq!(seal_uses(&app.app, id(contract), ALL).await.unwrap().total, 0);
        assert!(seal_uses(&app.app, id(NOBODYS), ALL).await.is_err());
        // The preset of the category names the contract seal; disabled, it binds nobody.
        let disable = json!({ "sealId": contract, "operate": "DISABLE" });
        assert_eq!(app.post("/v2/seal/status", &disable).await.code(), 0);
        let mut preset = draft_body(&[PERSON]);
        preset["category"] = json!({ "name": "预设流程演示" });
        let made = app.post("/v2/contract/draft", &preset).await.result();
        let step = &made["signatories"][0]["actions"][1];
        assert_eq!(
            (&step["type"], &step["sealId"]),
            (&json!("COMPANY"), &Value::Null),
            "{made}"
        );
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_confined_applications_get_no_further() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let seal = app.get("/v2/seal/list").await.result()["list"][0]["id"].clone();
        let stranger = app.stranger().await;
        let headers = || app.headers_of(&stranger.token, &stranger.secret);
        let edit = |id: &Value| json!({ "sealId": id, "sealName": "x" });
        let theirs = app.post_with("/v2/seal/edit", &headers(), &edit(&seal)).await;
        let nobodys = app
            .post_with("/v2/seal/edit", &headers(), &edit(&json!(NOBODYS)))
            .await;
        assert_eq!(theirs.code(), 1201);
        assert_eq!(
            theirs.text().replace(seal.as_str().unwrap(), NOBODYS),
            nobodys.text()
        );
        let confined = app
            .application_of(
                qishu_app::demo::PLATFORM_COMPANY,
                &[Area::Organisation, Area::Contracts],
            )
            .await;
        let headers = || app.headers_of(&confined.token, &confined.secret);
        for path in ["autocreate", "createbyimage", "edit", "status"] {
            let answer = app
                .post_with(&format!("/v2/seal/{path}"), &headers(), &edit(&seal))
                .await;
            assert_eq!(answer.code(), 1002, "{path} {}", answer.text());
        }
        for path in ["list", "image", "remove", "sealdetail", "employeesealimage"] {
            let answer = app.get_with(&format!("/v2/seal/{path}"), &headers()).await;
            assert_eq!(answer.code(), 1002, "{path}");
        }
        assert_eq!(app.get_with("/company/platforminfo", &headers()).await.code(), 0);
        assert_eq!(app.get_with("/v2/employee/list", &headers()).await.code(), 0);
        assert_eq!(app.get_with("/v2/category/list", &headers()).await.code(), 1002);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_employee_without_a_signature_has_no_picture() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let base = "/v2/seal/employeesealimage?contactType=MOBILE&contact=";
        app.assert_get_refused(&[
            (&format!("{base}13800000001"), 1201),
            (&format!("{base}13700000000"), 1701),
            (&format!("{base}13800000001&companyName=无此公司"), 1801),
            ("/v2/seal/employeesealimage", 1005),
            ("/v2/seal/employeesealimage?contact=1&contactType=FAX", 1005),
        ])
        .await;
    })
    .await;
}

/// D-21, for those who switched it on.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_edit_again_and_again_locks_a_seal_against_edits() {
    on_both(async |database| {
        let switch = |settings: &mut qishu_app::Settings| settings.seal_edit_lock = true;
        let app = TestApp::start_changed(database, switch, |_| {}).await;
        let made = app
            .post("/v2/seal/autocreate", &json!({ "name": "合同专用章" }))
            .await
            .result();
        let edit = |name: &str| json!({ "sealId": made["id"], "sealName": name });
        for _ in 0..5 {
            assert_eq!(app.post("/v2/seal/edit", &edit("新名")).await.code(), 0);
        }
        assert_eq!(app.post("/v2/seal/edit", &edit("新名")).await.code(), 1006);
        assert_eq!(
            app.post("/v2/seal/edit", &edit("另一个名")).await.code(),
            1006,
            "the seal is locked"
        );
        app.clock.advance_ms(18 * 3_600_000);
        assert_eq!(app.post("/v2/seal/edit", &edit("另一个名")).await.code(), 0);
        app.assert_promises().await;
    })
    .await;
}
