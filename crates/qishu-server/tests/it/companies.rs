//! The group of companies, accounts, customers, and their set-up by the operator (`organisation` chapter 4 and 10).

use qishu_app::application::{ApplicationChange, begin_rotation, change_application, finish_rotation};
use qishu_app::company::{AccountChange, answer_invitation, open_invitations, set_account};
use qishu_app::demo::{APP_SECRET, APP_TOKEN, PLATFORM_COMPANY, SUBSIDIARY};
use qishu_app::employee::{NewUser, create_user};
use qishu_model::company::Role;
use qishu_model::contact::{ContactType, User};
use qishu_model::id::InvitationId;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::flow::{PERSON, draft, draft_body, send, status};
use crate::organisation::{form_field, receiver};

const OTHER: &str = "外部贸易有限公司";
const OTHER_NO: &str = "91310000MA1OTHER01";

async fn invite(app: &TestApp, body: Value) -> InvitationId {
    let invited = app.post("/v2/subcompany/invite", &body).await.result();
    invited["inviteId"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_group_and_any_company_are_shown() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        app.company(OTHER, Some(OTHER_NO), true).await;
        let group = app.get("/v2/company/list").await.result();
        assert_eq!(group["platform"]["name"], PLATFORM_COMPANY);
        let subsidiaries = group["subCompanies"].as_array().unwrap();
        assert_eq!(
            (subsidiaries.len(), &subsidiaries[0]["name"]),
            (1, &json!(SUBSIDIARY))
        );
        assert_eq!(
            subsidiaries[0]["departments"],
            json!([{ "name": PLATFORM_COMPANY, "level": 1 }, { "name": SUBSIDIARY, "level": 2 }])
        );
        let by_name = app
            .get(&format!("/v2/company/detail?companyName={OTHER}"))
            .await
            .result();
        let by_number = app
            .get(&format!("/v2/company/detail?registerNo={OTHER_NO}"))
            .await
            .result();
        assert_eq!(by_name, by_number);
        assert_eq!(
            (&by_name["status"], &by_name["legalPerson"]),
            (&json!("AUTH_SUCCESS"), &json!("赵六"))
        );
        // Unknown is no error (D-11), and neither are name and number of two companies.
        let unknown = app
            .get("/v2/company/detail?companyName=无此公司&registerNo=1")
            .await
            .result();
        assert_eq!(
            unknown,
            json!({ "status": "UNREGISTERED", "name": "无此公司", "registerNo": "1" })
        );
        let mixed = format!("/v2/company/detail?companyName={OTHER}&registerNo=91310000MA1QISHU01");
        assert_eq!(app.get(&mixed).await.result()["status"], "UNREGISTERED");
        app.assert_get_refused(&[
            ("/v2/company/detail", 1005),
            ("/v2/company/fee/info?companyName=无此公司", 1801),
        ])
        .await;
        let foreign = format!("/v2/company/fee/info?companyName={OTHER}");
        assert_eq!(app.get(&foreign).await.code(), 1802);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_company_joins_and_leaves_the_group() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        app.company(OTHER, Some(OTHER_NO), true).await;
        let (hook, mut calls) = receiver(r#"{"code":0}"#).await;
        let first = invite(&app, json!({ "companyName": OTHER })).await;
        let renewed = json!({ "registerNo": OTHER_NO, "bizId": "inv-1", "callbackUrl": hook });
        assert_eq!(invite(&app, renewed).await, first, "one open invitation per company");
        assert_eq!(open_invitations(&app.app).await.unwrap().len(), 1);
        let acting = format!("/v2/seal/list?tenantName={OTHER}");
        assert_eq!(app.get(&acting).await.code(), 1802, "not yet");
        answer_invitation(&app.app, first, true).await.unwrap();
        app.work().await;
        let told = calls.recv().await.unwrap();
        for (field, value) in [("inviteId", first.to_string()), ("bizId", "inv-1".to_owned()),
                               ("companyName", OTHER.to_owned()), ("registerNo", OTHER_NO.to_owned()),
                               ("status", "ACCEPTED".to_owned())] {
            assert_eq!(form_field(&told, field), Some(value), "{field}");
        }
        assert_eq!(app.get(&acting).await.code(), 0);
        assert_eq!(app.get("/v2/company/list").await.result()["subCompanies"].as_array().unwrap().len(), 2);
        let again = answer_invitation(&app.app, first, false).await.unwrap_err();
        assert!(again.to_string().contains("ACCEPTED"), "{again}");
        // Acting for it works everywhere that takes tenantName.
        let seal = json!({ "name": "公章", "tenantName": OTHER });
        assert_eq!(app.post("/v2/seal/autocreate", &seal).await.code(), 0);
        let employee = json!({ "user": { "name": "赵敏", "contact": "13700000001" }, "tenantName": OTHER });
        assert_eq!(app.post("/v2/employee/create", &employee).await.code(), 0);
        let contract = json!({ "subject": "x", "tenantName": OTHER,
                               "signatories": [{ "tenantType": "COMPANY", "tenantName": OTHER, "actions": [{ "type": "COMPANY" }] }] });
        assert_eq!(app.post("/v2/contract/draft", &contract).await.code(), 0);
        assert_eq!(app.get(&format!("/v2/subcompany/remove?companyName={OTHER}")).await.code(), 0);
        for target in [acting, format!("/v2/employee/list?tenantName={OTHER}"), format!("/v2/category/list?tenantName={OTHER}")] {
            assert_eq!(app.get(&target).await.code(), 1802, "{target}");
        }
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_are_refused_expire_and_refuse() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        app.company(OTHER, Some(OTHER_NO), true).await;
        app.company("未认证公司", None, false).await;
        let table = [
            (json!({}), 1005, "companyName"),
            (json!({ "companyName": ["a", "b"] }), 1005, "companyName"),
            (json!({ "companyName": "无此公司" }), 1801, ""),
            (json!({ "companyName": "未认证公司" }), 1803, ""),
            (json!({ "companyName": SUBSIDIARY }), 1804, ""),
            (json!({ "companyName": PLATFORM_COMPANY }), 1804, ""),
            (
                json!({ "companyName": OTHER, "bizId": "x".repeat(51) }),
                1011,
                "bizId",
            ),
            (
                json!({ "companyName": OTHER, "callbackUrl": "mailto:x" }),
                1005,
                "callbackUrl",
            ),
        ];
        app.assert_refused("/v2/subcompany/invite", &table).await;
        app.assert_get_refused(&[
            ("/v2/subcompany/remove", 1005),
            ("/v2/subcompany/remove?companyName=无此公司", 1801),
            (&format!("/v2/subcompany/remove?companyName={OTHER}"), 1804),
            (
                &format!("/v2/subcompany/remove?companyName={PLATFORM_COMPANY}"),
                1804,
            ),
        ])
        .await;
        let stranger = app.stranger().await;
        let headers = app.headers_of(&stranger.token, &stranger.secret);
        let theirs = format!("/v2/subcompany/remove?companyName={SUBSIDIARY}");
        assert_eq!(app.get_with(&theirs, &headers).await.code(), 1802);
        let refused = invite(&app, json!({ "companyName": OTHER })).await;
        answer_invitation(&app.app, refused, false).await.unwrap();
        let late = invite(&app, json!({ "companyName": OTHER })).await;
        assert_ne!(late, refused);
        app.clock.advance_ms(31 * 86_400_000);
        assert!(open_invitations(&app.app).await.unwrap().is_empty());
        let error = answer_invitation(&app.app, late, true).await.unwrap_err();
        assert!(error.to_string().contains("expired"), "{error}");
        assert!(
            answer_invitation(&app.app, InvitationId::new(1), true)
                .await
                .is_err()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contracts_are_paid_when_the_operator_says_so() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let fee = async |query: &str| app.get(&format!("/v2/company/fee/info{query}")).await.result();
        let unlimited = fee("").await;
        assert_eq!(
            (
                &unlimited["unlimited"],
                &unlimited["balance"],
                &unlimited["items"]
            ),
            (&json!(true), &json!("0.00"), &json!([]))
        );
        let new = AccountChange::Add {
            amount_fen: 250,
            price_fen: Some(200),
        };
        set_account(&app.app, PLATFORM_COMPANY, new).await.unwrap();
        let drafted = [
            draft(&app, &draft_body(&[PERSON])).await,
            draft(&app, &draft_body(&[PERSON])).await,
        ];
        assert_eq!(send(&app, &drafted[0]).await.code(), 0);
        let short = send(&app, &drafted[1]).await;
        assert_eq!(short.code(), 1601, "{}", short.text());
        assert_eq!(
            status(&app, &drafted[1].contract).await,
            "DRAFT",
            "nothing happened"
        );
        let item = json!([{ "type": "CONTRACT", "name": "合同", "total": 1, "used": 1, "remaining": 0 }]);
        let counted = fee("").await;
        assert_eq!(
            (&counted["balance"], &counted["unlimited"], &counted["items"]),
            (&json!("0.50"), &json!(false), &item)
        );
        // A subsidiary without an account of its own draws on the platform company's.
        assert_eq!(
            fee(&format!("?companyName={SUBSIDIARY}")).await["balance"],
            "0.50"
        );
        let more = AccountChange::Add {
            amount_fen: 150,
            price_fen: None,
        };
        set_account(&app.app, PLATFORM_COMPANY, more).await.unwrap();
        assert_eq!(send(&app, &drafted[1]).await.code(), 0);
        assert_eq!(fee("").await["balance"], "0.00");
        let below = AccountChange::Add {
            amount_fen: -1,
            price_fen: None,
        };
        assert!(set_account(&app.app, PLATFORM_COMPANY, below).await.is_err());
        assert!(
            set_account(&app.app, SUBSIDIARY, more).await.is_err(),
            "a new account needs a price"
        );
        set_account(&app.app, PLATFORM_COMPANY, AccountChange::Unlimited)
            .await
            .unwrap();
        assert_eq!(fee("").await["unlimited"], true);
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_added_again_keeps_its_id() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let user = json!({ "name": "孙乐", "contact": "13600000001", "contactType": "MOBILE" });
        let person = json!({ "tenantType": "PERSONAL", "user": user });
        let first = app.post("/v2/customer/add", &person).await.result();
        let mut again = person.clone();
        again["user"]["contact"] = json!("+8613600000001");
        again["alternateContact"] = json!("sun@example.com");
        assert_eq!(app.post("/v2/customer/add", &again).await.result(), first);
        let company = json!({ "tenantType": "company", "companyName": OTHER, "user": user });
        assert_ne!(app.post("/v2/customer/add", &company).await.result(), first);
        let stranger = app.stranger().await;
        let headers = app.headers_of(&stranger.token, &stranger.secret);
        assert_ne!(
            app.post_with("/v2/customer/add", &headers, &person)
                .await
                .result(),
            first,
            "an address book each"
        );
        let table = [
            (json!({ "user": user }), 1005, "tenantType"),
            (json!({ "tenantType": "ROBOT", "user": user }), 1005, "tenantType"),
            (
                json!({ "tenantType": "COMPANY", "user": user }),
                1005,
                "companyName",
            ),
            (json!({ "tenantType": "PERSONAL" }), 1005, "user"),
            (
                json!({ "tenantType": "PERSONAL", "user": { "contact": "13600000001" } }),
                1005,
                "user.name",
            ),
            (
                json!({ "tenantType": "PERSONAL", "user": { "name": "x", "contact": "y" } }),
                1005,
                "user.contact",
            ),
        ];
        app.assert_refused("/v2/customer/add", &table).await;
        app.assert_promises().await;
    })
    .await;
}

/// R-14: two secrets work while a rotation runs, and the older one ends with the next request.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_rotated_and_applications_disabled_at_once() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let works = async |secret: &str| {
            let headers = app.headers_of(APP_TOKEN, secret);
            app.get_with("/company/platforminfo", &headers).await.code() == 0
        };
        let rotated = begin_rotation(&app.app, APP_TOKEN).await.unwrap();
        let newest = rotated.secrets.last().unwrap().expose().to_owned();
        assert_eq!(newest.len(), 32);
        assert!(works(APP_SECRET).await && works(&newest).await);
        assert!(
            begin_rotation(&app.app, APP_TOKEN).await.is_err(),
            "two are enough"
        );
        finish_rotation(&app.app, APP_TOKEN).await.unwrap();
        assert!(!works(APP_SECRET).await && works(&newest).await);
        assert!(
            finish_rotation(&app.app, APP_TOKEN).await.is_err(),
            "the last one stays"
        );
        assert!(begin_rotation(&app.app, "NoSuchToken").await.is_err());
        let disable = ApplicationChange {
            enabled: Some(false),
            ..ApplicationChange::default()
        };
        change_application(&app.app, APP_TOKEN, disable).await.unwrap();
        let headers = app.headers_of(APP_TOKEN, &newest);
        assert_eq!(app.get_with("/company/platforminfo", &headers).await.code(), 442);
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sets_up_a_company_that_can_start_contracts() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let own = app.stranger().await;
        let company = "路人科技有限公司";
        let new = NewUser {
            company: company.to_owned(),
            user: User {
                name: Some("管理员".to_owned()),
                contact: "13500000001".to_owned(),
                contact_type: ContactType::Mobile,
            },
            number: None,
            roles: vec![Role::SystemAdmin],
        };
        let first = create_user(&app.app, &new).await.unwrap();
        let more = NewUser {
            roles: vec![Role::SealAdmin],
            ..new
        };
        let again = create_user(&app.app, &more).await.unwrap();
        assert_eq!(
            (again.id, again.roles),
            (first.id, vec![Role::SystemAdmin, Role::SealAdmin])
        );
        let headers = || app.headers_of(&own.token, &own.secret);
        let seal = app
            .post_with("/v2/seal/autocreate", &headers(), &json!({ "name": "公章" }))
            .await
            .result();
        assert_eq!(seal["users"][0]["contact"], "13500000001");
        let draft = json!({ "subject": "第一份合同", "signatories": [
            { "tenantType": "COMPANY", "tenantName": company, "actions": [{ "type": "COMPANY" }] }] });
        assert_eq!(
            app.post_with("/v2/contract/draft", &headers(), &draft)
                .await
                .code(),
            0
        );
        let twice = qishu_app::company::NewCompany {
            name: company.to_owned(),
            register_no: None,
            legal_person: None,
            parent: None,
            authenticated: true,
        };
        let error = qishu_app::company::create_company(&app.app, twice)
            .await
            .unwrap_err();
        assert!(error.to_string().contains(company), "{error}");
        app.assert_promises().await;
    })
    .await;
}
