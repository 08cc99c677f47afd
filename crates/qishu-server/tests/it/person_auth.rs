//! 个人认证: links, pages, results, callbacks, and what becomes of the data.

use qishu_app::person_auth::{list_person_reviews, person_review_photo, review_person};
use qishu_app::personal_data::erase_person;
use qishu_model::contact::{ContactType, User};
use qishu_model::person_auth::PhotoSide;
use qishu_store::ledger::Actor;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::{SECRET, TOKEN, add_stranger};
use crate::client::Answer;
use crate::flow::{PERSON, code, open_page, signature};
use crate::organisation::{form_field, receiver};
use crate::stage::{contract_of, individual, list, sent, text};

const PATH: &str = "/v2/personalauth";
const MOBILE: &str = "13700000001";
/// Numbers of the simulator's table: agrees, unknown, no answer, undecided, another face.
const GOOD: &str = "11010519491231002X";
const UNKNOWN_NUMBER: &str = "110105190412310025";
const SILENT: &str = "110105190512310022";
const UNDECIDED: &str = "11010519061231002X";
const OTHER_FACE: &str = "110105190712310027";
const CARD: &str = "4111111111111111";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nPLANTED-PHOTO";

pub(crate) fn user(contact: &str) -> Value {
    json!({ "contact": contact, "contactType": if contact.contains('@') { "EMAIL" } else { "MOBILE" } })
}

/// Asks for a link; answers its token and the id.
async fn link(app: &TestApp, body: &Value) -> (String, String) {
    let made = app.post(PATH, body).await.result();
    let url = text(&made["authUrl"]);
    (url.rsplit('/').next().unwrap().to_owned(), text(&made["authId"]))
}

/// Opens a link of a page about identities; answers the session.
pub(crate) async fn open(app: &TestApp, token: &str) -> String {
    let opened = app.page("/open", "", Some(&json!({ "token": token }))).await;
    assert_eq!(opened.status, 200, "{}", opened.text());
    text(&opened.json()["session"])
}

pub(crate) async fn shown(app: &TestApp, session: &str) -> Value {
    let page = app.page("/identity", session, None).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.json()["shown"].clone()
}

/// What a method is sent; the code is the one that went to `contact` last.
fn entered(mode: &str, number: &str, mobile: &str) -> Value {
    let consent = if mode == "FACE" { "FACE-1" } else { "IDENTITY-1" };
    json!({ "mode": mode, "username": "周舟", "idCardNo": number, "mobile": mobile, "bankNo": CARD,
            "bankMobile": mobile, "consent": consent })
}

/// Sends the code of a method, waits out the minute between two, and submits.
async fn check(app: &TestApp, session: &str, mut body: Value, contact: &str) -> Answer {
    let sent = app.page("/identity/code", session, Some(&body)).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    app.work().await;
    body["code"] = json!(app.simulator.last_code(contact).unwrap());
    app.clock.advance_ms(61_000);
    app.page("/identity/check", session, Some(&body)).await
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, text(&answer.json()["code"]))
}

/// A person who proves name and number by mobile.
pub(crate) async fn authenticate(app: &TestApp, contact: &str, name: &str) {
    let (token, _) = link(app, &json!({ "user": user(contact) })).await;
    let session = open(app, &token).await;
    let mut body = entered("IVS", GOOD, contact);
    body["username"] = json!(name);
    let passed = check(app, &session, body, contact).await;
    assert_eq!(passed.json()["shown"]["state"], "PASSED", "{}", passed.text());
}

async fn result(app: &TestApp, query: &str) -> Value {
    app.get(&format!("{PATH}/result?{query}")).await.result()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_elements_by_mobile_prove_a_person_who_is_not_asked_twice() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver(r#"{"code":0}"#).await;
        let body = json!({ "user": user(MOBILE), "callbackUrl": format!("{hook}?company=A"),
            "callbackPage": "https://erp.example.com/done", "lang": "en", "pageStyle": { "themeColor": "#112233" } });
        let (token, id) = link(&app, &body).await;
        assert_eq!(result(&app, &format!("authId={id}")).await, json!({ "realName": false }));
        let session = open(&app, &token).await;
        let page = app.page("/identity", &session, None).await.json();
        assert_eq!(
            (&page["purpose"], &page["lang"], &page["themeColor"], &page["callbackPage"]),
            (&json!("PERSON_AUTH"), &json!("en"), &json!("#112233"), &json!("https://erp.example.com/done"))
        );
        assert_eq!(page["shown"]["offered"], json!(["IVS", "BANK"]));
        assert_eq!(
            page["shown"]["fields"]["mobile"],
            json!({ "shown": "137****0001", "locked": true })
        );
        let passed = check(&app, &session, entered("IVS", GOOD, "13999999999"), MOBILE).await.json();
        assert_eq!(
            (&passed["shown"]["state"], &passed["shown"]["passedBy"], &passed["shown"]["simulated"]),
            (&json!("PASSED"), &json!("IVS"), &json!(true))
        );
        app.work().await;
        let told = calls.recv().await.unwrap();
        for (field, value) in [("authId", id.as_str()), ("mode", "IVS"), ("status", "1")] {
            assert_eq!(form_field(&told, field).as_deref(), Some(value), "{told}");
        }
        let known = json!({ "type": "PERSONAL", "name": "周舟", "contact": MOBILE, "idCardNo": "110****002X" });
        assert_eq!(
            result(&app, &format!("authId={id}")).await,
            json!({ "realName": true, "mode": "IVS", "user": known })
        );
        assert_eq!(
            result(&app, &format!("contact={MOBILE}")).await,
            json!({ "realName": true, "user": known })
        );
        // Known for sure: the next link shows the record, whatever is filled in, and tells at once.
        let again = json!({ "user": user(MOBILE), "username": "别名", "callbackUrl": hook });
        let (token, second) = link(&app, &again).await;
        let page = shown(&app, &open(&app, &token).await).await;
        assert_eq!(
            (&page["state"], &page["record"]),
            (&json!("PASSED"), &json!({ "name": "周舟", "idCardNo": "110****002X" }))
        );
        app.work().await;
        assert_eq!(form_field(&calls.recv().await.unwrap(), "authId"), Some(second));
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_open_once_and_in_time() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let body = json!({ "user": user(MOBILE) });
        let opening = async |token: &str| {
            let answer = app.page("/open", "", Some(&json!({ "token": token }))).await;
            answer.status
        };
        let (token, _) = link(&app, &body).await;
        let (one, two) = tokio::join!(opening(&token), opening(&token));
        assert_eq!([one, two].iter().filter(|status| **status == 200).count(), 1);
        let (late, _) = link(&app, &body).await;
        app.clock.advance_ms(5 * 60_000);
        assert_eq!(opening(&late).await, 410);
        let (token, id) = link(&app, &body).await;
        app.clock.advance_ms(5 * 60_000 - 1);
        let session = open(&app, &token).await;
        app.clock.advance_ms(15 * 60_000 - 1);
        assert_eq!(app.page("/identity", &session, None).await.status, 200);
        app.clock.advance_ms(1);
        let ended = app.page("/identity", &session, None).await;
        assert_eq!(refused(&ended), (401, "SESSION_EXPIRED".to_owned()));
        assert_eq!(result(&app, &format!("authId={id}")).await["realName"], false);
        // Sessions of one kind of page are none of the other.
        let (token, _) = link(&app, &body).await;
        let session = open(&app, &token).await;
        assert_eq!(app.page("/contract", &session, None).await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_method_leads_to_others_until_none_is_left() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver(r#"{"code":0}"#).await;
        let (token, id) = link(&app, &json!({ "user": user(MOBILE), "callbackUrl": hook })).await;
        let session = open(&app, &token).await;
        let wrong = check(&app, &session, entered("IVS", UNKNOWN_NUMBER, MOBILE), MOBILE)
            .await
            .json();
        assert_eq!(
            (
                &wrong["shown"]["state"],
                &wrong["shown"]["failed"],
                &wrong["shown"]["offered"]
            ),
            (
                &json!("OPEN"),
                &json!({ "mode": "IVS", "fields": ["username", "idCardNo"] }),
                &json!(["IVS", "FACE", "BANK"])
            )
        );
        // Somebody else's face; undecided data are no proof either.
        let face = check(&app, &session, entered("FACE", OTHER_FACE, MOBILE), MOBILE)
            .await
            .json();
        assert_eq!(face, json!({ "purpose": "ELSEWHERE", "pageUrl": null }));
        let judged = app
            .page("/identity/result", &session, Some(&json!({})))
            .await
            .json();
        assert_eq!(judged["shown"]["failed"]["mode"], "FACE");
        let undecided = check(&app, &session, entered("FACE", UNDECIDED, MOBILE), MOBILE)
            .await
            .json();
        assert_eq!(undecided["shown"]["state"], "OPEN");
        let bank = check(
            &app,
            &session,
            entered("BANK", GOOD, "13700000002"),
            "13700000002",
        )
        .await
        .json();
        assert_eq!(bank["shown"]["passedBy"], "BANK");
        app.work().await;
        let told = calls.recv().await.unwrap();
        assert_eq!(
            (
                form_field(&told, "mode").as_deref(),
                form_field(&told, "status").as_deref()
            ),
            (Some("BANK"), Some("1"))
        );
        let known = result(&app, &format!("authId={id}")).await["user"].clone();
        assert_eq!(
            (&known["bankNo"], &known["bankMobile"]),
            (&json!("411****1111"), &json!("137****0002"))
        );
        // A fixed method without others is over after three refusals.
        let fixed = json!({ "user": user("13700000003"), "mode": "BANK", "callbackUrl": hook });
        let (token, _) = link(&app, &fixed).await;
        let session = open(&app, &token).await;
        let ivs = entered("IVS", GOOD, "13700000003");
        let not_offered = app.page("/identity/code", &session, Some(&ivs)).await;
        assert_eq!(refused(&not_offered), (403, "PERMISSION_DENIED".to_owned()));
        for _ in 0..3 {
            let body = entered("BANK", UNKNOWN_NUMBER, "13700000003");
            assert_eq!(check(&app, &session, body, "13700000003").await.status, 200);
        }
        assert_eq!(shown(&app, &session).await["state"], "FAILED");
        app.work().await;
        let told = calls.recv().await.unwrap();
        assert_eq!(form_field(&told, "status").as_deref(), Some("2"));
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_does_not_answer_counts_as_nothing_and_spoils_no_code() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (token, _) = link(&app, &json!({ "user": user(MOBILE) })).await;
        let session = open(&app, &token).await;
        let silent = check(&app, &session, entered("IVS", SILENT, MOBILE), MOBILE).await;
        assert_eq!(refused(&silent), (503, "CHECK_UNAVAILABLE".to_owned()));
        let mut again = entered("IVS", GOOD, MOBILE);
        again["code"] = json!(app.simulator.last_code(MOBILE).unwrap());
        let passed = app.page("/identity/check", &session, Some(&again)).await;
        assert_eq!(passed.json()["shown"]["state"], "PASSED", "{}", passed.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_must_be_complete_agreed_to_and_confirmed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let body = json!({ "user": user("zhou@example.com"), "username": "周舟", "idCardNo": GOOD, "modifyFields": ["USERNAME"] });
        let (token, _) = link(&app, &body).await;
        let session = open(&app, &token).await;
        let fields = shown(&app, &session).await["fields"].clone();
        assert_eq!(
            (&fields["username"], &fields["idCardNo"], &fields["mobile"]),
            (
                &json!({ "shown": "周舟", "locked": false }),
                &json!({ "shown": "110****002X", "locked": true }),
                &json!({ "shown": null, "locked": false })
            )
        );
        let send = async |change: Value| {
            let mut body = entered("IVS", "", MOBILE);
            body["code"] = json!("000000");
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            app.page("/identity/check", &session, Some(&body)).await
        };
        let no_mobile = send(json!({ "mobile": "" })).await;
        assert_eq!(refused(&no_mobile), (400, "INVALID_PARAM".to_owned()));
        assert_eq!(no_mobile.json()["field"], "mobile");
        assert_eq!(send(json!({ "consent": "" })).await.json()["field"], "consent");
        assert_eq!(send(json!({ "mode": "MANUAL" })).await.status, 403);
        assert_eq!(refused(&send(json!({})).await).1, "CODE_EXPIRED", "none was sent");
        let sent = app.page("/identity/code", &session, Some(&entered("IVS", "", MOBILE))).await;
        assert_eq!(sent.json()["sentTo"], "137****0001");
        let soon = app.page("/identity/code", &session, Some(&entered("IVS", "", MOBILE))).await;
        assert_eq!(refused(&soon), (429, "TOO_OFTEN".to_owned()));
        assert_eq!(refused(&send(json!({})).await).1, "CODE_WRONG");
        // The locked number counts, whatever is sent.
        app.work().await;
        let code = app.simulator.last_code(MOBILE).unwrap();
        let passed = send(json!({ "code": code, "username": "周洲", "idCardNo": UNKNOWN_NUMBER })).await;
        assert_eq!(passed.json()["shown"]["state"], "PASSED", "{}", passed.text());
        let known = result(&app, "contact=zhou@example.com&contactType=EMAIL").await;
        assert_eq!(known["user"]["name"], "周洲");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_decides_on_pictures_that_are_gone_afterwards() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver(r#"{"code":0}"#).await;
        let body = json!({ "user": user(MOBILE), "paperType": "PASSPORT", "otherModes": ["MANUAL"], "callbackUrl": hook });
        let (token, id) = link(&app, &body).await;
        let session = open(&app, &token).await;
        assert_eq!(shown(&app, &session).await["offered"], json!(["FACE"]));
        check(&app, &session, entered("FACE", OTHER_FACE, MOBILE), MOBILE).await;
        app.page("/identity/result", &session, Some(&json!({}))).await;
        assert_eq!(shown(&app, &session).await["offered"], json!(["FACE", "MANUAL"]));
        let manual = entered("MANUAL", "E12345678", MOBILE);
        let empty = check(&app, &session, manual.clone(), MOBILE).await;
        assert_eq!(empty.json()["field"], "photo");
        let headers = format!("X-Qishu-Session: {session}\r\nX-Qishu-Page: 1\r\n");
        let photo = async |side: &str, bytes: &[u8]| {
            let target = format!("/page/api/identity/photos/{side}");
            app.post_bytes(&target, &headers, "application/octet-stream", bytes).await
        };
        assert_eq!(refused(&photo("front", b"GIF89a").await), (400, "INVALID_FILE".to_owned()));
        assert_eq!(photo("side", PNG).await.status, 404);
        assert_eq!(photo("front", PNG).await.json()["shown"]["photos"], json!(["FRONT"]));
        let waiting = check(&app, &session, manual, MOBILE).await.json();
        assert_eq!(waiting["shown"]["state"], "REVIEWING");
        app.work().await;
        assert_eq!(form_field(&calls.recv().await.unwrap(), "status").as_deref(), Some("3"));
        let [review] = list_person_reviews(&app.app).await.unwrap().try_into().unwrap();
        assert_eq!(review.data.id_card_no.as_deref(), Some("E12345678"));
        let seen = person_review_photo(&app.app, review.id, PhotoSide::Front).await.unwrap();
        assert_eq!(seen, PNG);
        review_person(&app.app, review.id, true, None, Actor::default()).await.unwrap();
        app.work().await;
        let told = calls.recv().await.unwrap();
        assert_eq!(
            (form_field(&told, "mode").as_deref(), form_field(&told, "status").as_deref()),
            (Some("MANUAL"), Some("1"))
        );
        assert_eq!(result(&app, &format!("authId={id}")).await["mode"], "MANUAL");
        assert!(review_person(&app.app, review.id, true, None, Actor::default()).await.is_err());
        assert!(person_review_photo(&app.app, review.id, PhotoSide::Front).await.is_err());
        app.assert_promises().await;
    })
    .await;
}

/// Once at once, twice more after a minute each, and then no more (16.5.2); the answer's code counts, not its status.
#[tokio::test(flavor = "multi_thread")]
async fn callbacks_are_tried_four_times() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver(r#"{"code":1}"#).await;
        let (token, _) = link(&app, &json!({ "user": user(MOBILE), "callbackUrl": hook })).await;
        let session = open(&app, &token).await;
        check(&app, &session, entered("IVS", GOOD, MOBILE), MOBILE).await;
        let mut counts = Vec::new();
        for wait_ms in [0, 0, 59_999, 1, 59_999, 1, 86_400_000] {
            app.clock.advance_ms(wait_ms);
            app.work().await;
            let mut count = 0;
            while calls.try_recv().is_ok() {
                count += 1;
            }
            counts.push(count);
        }
        assert_eq!(counts, [1, 1, 0, 1, 0, 1, 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let with = |name: &str, value: Value| {
            let mut body = json!({ "user": user(MOBILE) });
            body[name] = value;
            body
        };
        let table = [
            (json!({}), 1005, "user"),
            (with("user", json!({ "contact": "1" })), 1005, "user.contact"),
            (
                with("user", json!({ "contact": "7", "contactType": "NUMBER" })),
                1005,
                "user.contactType",
            ),
            (with("user", json!("x")), 1005, "user"),
            (with("mode", json!("MANUAL")), 1005, "mode"),
            (with("mode", json!(["IVS"])), 1005, "mode"),
            (with("otherModes", json!(["MAGIC"])), 1005, "otherModes"),
            (with("paperType", json!("DRIVER")), 1005, "paperType"),
            (with("modifyFields", json!(["SHOE"])), 1005, "modifyFields"),
            (with("callbackUrl", json!("ftp://x")), 1005, "callbackUrl"),
            (
                with("callbackPage", json!("javascript:alert(1)")),
                1005,
                "callbackPage",
            ),
            (with("username", json!("长".repeat(101))), 1011, "username"),
            (
                json!({ "user": user(MOBILE), "mode": "IVS", "paperType": "PASSPORT" }),
                1005,
                "mode",
            ),
        ];
        app.assert_refused(PATH, &table).await;
        add_stranger(&app).await;
        let (_, id) = link(&app, &json!({ "user": user(MOBILE), "manaulSwitch": true })).await;
        app.assert_get_refused(&[
            ("/v2/personalauth/result", 1005),
            ("/v2/personalauth/result?contact=x&contactType=NUMBER", 1005),
            ("/v2/personalauth/result?authId=3014826187358859384", 1604),
            ("/v2/personalauth/result?authId=abc", 1604),
        ])
        .await;
        let theirs = format!("{PATH}/result?authId={id}");
        let foreign = app.get_with(&theirs, &app.headers_of(TOKEN, SECRET)).await;
        assert_eq!(foreign.code(), 1604);
        authenticate(&app, "13700000009", "周舟").await;
        let strangers = format!("{PATH}/result?contact=13700000009");
        let unknown = app.get_with(&strangers, &app.headers_of(TOKEN, SECRET)).await;
        assert_eq!(
            unknown.result(),
            json!({ "realName": false }),
            "nothing to do with them"
        );
    })
    .await;
}

/// P10, R-72: what was proven is nowhere in the clear, and gone with its key, in the log too.
#[tokio::test(flavor = "multi_thread")]
async fn identity_data_are_sealed_and_can_be_erased() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (token, id) = link(&app, &json!({ "user": user(MOBILE) })).await;
        let session = open(&app, &token).await;
        check(
            &app,
            &session,
            entered("BANK", GOOD, "13700000077"),
            "13700000077",
        )
        .await;
        let mut reader = app.app.store.read("test");
        let found = qishu_store::person_key::find_by_number(&mut reader, &GOOD.to_lowercase())
            .await
            .unwrap();
        assert_eq!(found.len(), 1, "found by its keyed digest");
        drop(reader);
        if let Some(file) = database.url.strip_prefix("sqlite://") {
            let file = file.split('?').next().unwrap();
            for name in [file.to_owned(), format!("{file}-wal")] {
                let bytes = std::fs::read(&name).unwrap_or_default();
                for planted in [GOOD, CARD, "13700000077", "周舟"] {
                    let here = bytes
                        .windows(planted.len())
                        .any(|window| window == planted.as_bytes());
                    assert!(!here, "{planted} in {name}");
                }
            }
        }
        let person = User {
            name: None,
            contact: MOBILE.to_owned(),
            contact_type: ContactType::Mobile,
        };
        let erased = erase_person(&app.app, &person, Actor::default()).await.unwrap();
        assert!(erased.identity);
        assert_eq!(
            result(&app, &format!("authId={id}")).await,
            json!({ "realName": false })
        );
        let mut reader = app.app.store.read("test");
        assert!(
            qishu_store::person_key::find(&mut reader, found[0])
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            qishu_store::person_key::find_by_number(&mut reader, GOOD)
                .await
                .unwrap()
                .is_empty()
        );
        drop(reader);
        app.assert_promises().await;
        authenticate(&app, MOBILE, "周洲").await;
        assert_eq!(
            result(&app, &format!("contact={MOBILE}")).await["user"]["name"],
            "周洲"
        );
    })
    .await;
}

/// R-22: of 200 tries at once at most five are looked at, and the right code is worth nothing after them.
#[tokio::test(flavor = "multi_thread")]
async fn codes_survive_five_guesses() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (token, _) = link(&app, &json!({ "user": user(MOBILE) })).await;
        let session = open(&app, &token).await;
        let body = entered("IVS", GOOD, MOBILE);
        app.page("/identity/code", &session, Some(&body)).await;
        app.work().await;
        let right: u32 = app.simulator.last_code(MOBILE).unwrap().parse().unwrap();
        let guess = async |number: u32| {
            let mut body = body.clone();
            body["code"] = json!(format!("{:06}", (right + number) % 1_000_000));
            let answer = app.page("/identity/check", &session, Some(&body)).await;
            text(&answer.json()["code"])
        };
        let mut looked_at = 0;
        for round in 0..20 {
            let first = round * 10 + 1;
            let answers = tokio::join!(
                guess(first),
                guess(first + 1),
                guess(first + 2),
                guess(first + 3),
                guess(first + 4),
                guess(first + 5),
                guess(first + 6),
                guess(first + 7),
                guess(first + 8),
                guess(first + 9)
            );
            let answers = [
                answers.0, answers.1, answers.2, answers.3, answers.4, answers.5, answers.6, answers.7,
                answers.8, answers.9,
            ];
            looked_at += answers.iter().filter(|code| *code != "CODE_EXPIRED").count();
        }
        assert_eq!(looked_at, 5);
        assert_eq!(
            guess(0).await,
            "CODE_EXPIRED",
            "the right one is worth nothing any more"
        );
        assert!(list(&shown(&app, &session).await["offered"]).contains(&json!("IVS")));
    })
    .await;
}

/// The initiator named who signs: nobody else can, and who it is proves it on the way, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_signatory_proves_who_they_are_inside_the_signing_page() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut party = individual(PERSON);
        party["userAuthInfo"] = json!({ "idCardNo": GOOD });
        let contract = sent(&app, &contract_of(&[party])).await;
        let id = text(&contract["id"]);
        let (session, seen) = open_page(&app, &id, PERSON).await;
        let step = app.page("/contract", &session, None).await.json()["step"].clone();
        assert_eq!(
            (&step["canSign"], &step["refusalCode"]),
            (&json!(false), &json!("AUTH_REQUIRED"))
        );
        let no_code = app
            .page("/code", &session, Some(&json!({ "revisions": seen })))
            .await;
        assert_eq!(refused(&no_code), (409, "AUTH_REQUIRED".to_owned()));
        let way = app.page("/auth", &session, Some(&json!({}))).await.json();
        let auth = open(&app, text(&way["pageUrl"]).rsplit('/').next().unwrap()).await;
        let page = app.page("/identity", &auth, None).await.json();
        let fields = &page["shown"]["fields"];
        assert_eq!(
            (&fields["username"], &fields["idCardNo"]["locked"]),
            (&json!({ "shown": "张三", "locked": true }), &json!(true))
        );
        let passed = check(
            &app,
            &auth,
            json!({ "mode": "IVS", "consent": "IDENTITY-1" }),
            PERSON,
        )
        .await;
        assert_eq!(passed.json()["shown"]["state"], "PASSED", "{}", passed.text());
        let back = open(&app, text(&page["callbackPage"]).rsplit('/').next().unwrap()).await;
        let code = code(&app, &back, &seen, PERSON).await;
        let signed = app.page("/sign", &back, Some(&signature(&seen, &code))).await;
        assert_eq!(signed.status, 200, "{}", signed.text());
        // Somebody else with this contact is not let in.
        let mut other = individual(PERSON);
        other["userAuthInfo"] = json!({ "idCardNo": UNKNOWN_NUMBER });
        let contract = sent(&app, &contract_of(&[other])).await;
        let (session, _) = open_page(&app, &text(&contract["id"]), PERSON).await;
        let step = app.page("/contract", &session, None).await.json()["step"].clone();
        assert_eq!(step["refusalCode"], "OTHER_PERSON");
        app.assert_promises().await;
    })
    .await;
}
