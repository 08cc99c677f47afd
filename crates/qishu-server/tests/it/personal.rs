//! 签署个人签名, and the authorisation it needs.

use pdfseal::Limits;
use pdfseal::verify::verify;
use qishu_app::authorisation::{Grant, grant_personal_sign, withdraw_personal_sign};
use qishu_app::demo::{PLATFORM_COMPANY, SUBSIDIARY};
use qishu_model::company::Person;
use qishu_model::contact::ContactType;
use qishu_model::id::{CompanyId, PersonId, SealId};
use qishu_model::seal::{Seal, SealOwner, SealStatus, SealType};
use qishu_store::ledger::Actor;
use qishu_store::{Scope, person, seal};
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::{add_stranger, test_entry};
use crate::flow::PERSON;
use crate::stage::{
    LI, UNKNOWN, WANG, assert_hidden, assert_refused, callbacks, company, contract_of, detail, individual,
    mobile, sent, standing, text,
};

const PATH: &str = "/v2/contract/personalsign";

/// The person with this mobile, made known when nobody has it, with a kept signature.
pub(crate) async fn signer(app: &TestApp, name: &str, contact: &str) -> PersonId {
    let image = app
        .app
        .blobs
        .put(include_bytes!("stroke.png").as_slice().into())
        .await
        .unwrap();
    let picture = pdfseal::appearance::StampPicture::from_png(include_bytes!("stroke.png")).unwrap();
    let prepared = app.app.blobs.put(picture.to_bytes().into()).await.unwrap();
    let mut transaction = app.app.store.begin("test");
    let known = person::find_by_contact(&mut transaction, ContactType::Mobile, contact)
        .await
        .unwrap();
    let id = match known {
        Some(known) => known.value.id,
        None => {
            let new = Person {
                id: PersonId::new(app.app.next_id()),
                name: name.to_owned(),
                mobile: Some(contact.to_owned()),
                email: None,
                verified: true,
                create_time: app.app.now(),
            };
            person::insert(&mut transaction, &new).await.unwrap();
            new.id
        }
    };
    let kept = Seal {
        id: SealId::new(app.app.next_id()),
        owner: SealOwner::Person(id),
        name: "手绘签名".to_owned(),
        seal_type: SealType::Personal,
        spec: "DIY_SPEC".to_owned(),
        status: SealStatus::Normal,
        width_um: 39_500,
        height_um: 16_900,
        image: image.to_string(),
        picture: prepared.to_string(),
        users: Vec::new(),
        create_time: app.app.now(),
        modify_time: app.app.now(),
    };
    seal::insert(&mut transaction, &kept).await.unwrap();
    transaction.record(test_entry(app));
    transaction.commit().await.unwrap();
    id
}

async fn platform(app: &TestApp) -> CompanyId {
    let mut reader = app.app.store.read("test");
    let found = qishu_store::company::find_by_name(&mut reader, Scope::System, PLATFORM_COMPANY).await;
    found.unwrap().unwrap().value.id
}

/// Grants for 30 days.
pub(crate) async fn grant(app: &TestApp, person: PersonId, allow_personal_auto: bool) {
    let (known, company) = qishu_app::request_guard::find_application(&app.app, qishu_app::demo::APP_TOKEN)
        .await
        .unwrap()
        .unwrap();
    let grant = Grant {
        person,
        company: company.id,
        application: known.id,
        remark: Some("采购合同".to_owned()),
        allow_personal_auto,
        until: app.app.now().plus_days(30),
    };
    grant_personal_sign(&app.app, grant, Actor::default())
        .await
        .unwrap();
}

fn user(contact: &str) -> Value {
    json!({ "contact": contact, "contactType": "MOBILE" })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorised_person_signs_a_party_of_their_own() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(
            &app,
            &contract_of(&[individual(PERSON), company(&json!([{ "type": "COMPANY" }]))]),
        )
        .await;
        let (id, document) = (text(&contract["id"]), text(&contract["documents"][0]["id"]));
        let person = signer(&app, "张三", PERSON).await;
        let body = json!({ "contractId": id, "user": user(PERSON) });
        let refused = app.post(PATH, &body).await;
        assert_eq!(refused.code(), 1002);
        assert!(
            refused.text().contains("PERSONAL SIGN NOT AUTHORIZED"),
            "{}",
            refused.text()
        );
        grant(&app, person, false).await;
        assert_eq!(
            app.post(PATH, &body).await.code(),
            1002,
            "only for steps inside the company"
        );
        grant(&app, person, true).await;
        let signed = app.post(PATH, &body).await;
        assert_eq!(signed.code(), 0, "{}", signed.text());
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNED, SIGNING(START)]");
        assert_eq!(
            detail(&app, &id).await["signatories"][0]["intentionConfirm"],
            "AUTHORIZED"
        );
        assert_eq!(callbacks(&app, &id).await, ["SEND_SIGNING", "PERSONAL"]);
        let pdf = app
            .get(&format!("/v2/document/download?documentId={document}"))
            .await
            .body;
        let anchors = [app.app.authority.root_certificate().clone()];
        let report = verify(&pdf, &Limits::default(), &anchors, app.clock.now_ms() / 1000);
        assert!(report.all_passed() && report.signatures.len() == 1, "{report:?}");
    })
    .await;
}

/// Seen in practice (5.12): a chain of people of the company, then its seal.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_people_signs_inside_the_company_before_its_seal() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let by = |name: &str, contact: &str| json!({ "type": "PERSONAL", "operators": [mobile(name, contact)] });
        let chain = json!([by("王晓", WANG), by("李明", LI), { "type": "COMPANY" }]);
        let contract = sent(&app, &contract_of(&[company(&chain)])).await;
        let id = text(&contract["id"]);
        for (name, contact) in [("王晓", WANG), ("李明", LI)] {
            let person = signer(&app, name, contact).await;
            grant(&app, person, false).await;
        }
        let sign = async |contact: &str| {
            // Equal requests at one moment count as one.
            app.clock.advance_ms(1);
            let body = json!({ "contractId": id, "user": user(contact), "companySignatory": { "name": PLATFORM_COMPANY } });
            app.post(PATH, &body).await.code()
        };
        assert_eq!(sign(LI).await, 1107, "not in turn");
        assert_eq!(sign(WANG).await, 0);
        assert_eq!(sign(WANG).await, 1107, "somebody else's step");
        assert_eq!(app.post("/v2/contract/companysign", &json!({ "contractId": id })).await.code(), 1107);
        assert_eq!(sign(LI).await, 0);
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNING(FINISH FINISH START)]");
        assert_eq!(app.post("/v2/contract/companysign", &json!({ "contractId": id })).await.code(), 0);
        assert_eq!(standing(&app, &id).await, "COMPLETE [SIGNED(FINISH FINISH FINISH)]");
        assert_eq!(callbacks(&app, &id).await, ["SEND_SIGNING", "AUDIT_SIGN", "AUDIT_SIGN", "SEAL", "COMPLETE"]);
        let step = detail(&app, &id).await["signatories"][0]["actions"][0].clone();
        assert_eq!(step["operators"][0]["contact"], WANG);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorisation_lapses_and_can_be_withdrawn() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = contract_of(&[individual(PERSON)]);
        body["expireTime"] = json!("2027-06-01 00:00:00");
        let id = text(&sent(&app, &body).await["id"]);
        let person = signer(&app, "张三", PERSON).await;
        let company = platform(&app).await;
        let sign = async || {
            app.post(PATH, &json!({ "contractId": id, "user": user(PERSON) }))
                .await
                .code()
        };
        grant(&app, person, true).await;
        let withdrawn = withdraw_personal_sign(&app.app, person, company, Actor::default())
            .await
            .unwrap();
        assert_eq!(withdrawn.len(), 1);
        assert_eq!(sign().await, 1002);
        let nothing = withdraw_personal_sign(&app.app, person, company, Actor::default())
            .await
            .unwrap();
        assert_eq!(nothing.len(), 0, "nothing was in force");
        grant(&app, person, true).await;
        app.clock.advance_ms(31 * 86_400_000);
        assert_eq!(sign().await, 1002, "lapsed");
        grant(&app, person, true).await;
        assert_eq!(sign().await, 0);
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let contract = sent(
            &app,
            &contract_of(&[individual(PERSON), individual("13900000002")]),
        )
        .await;
        let (id, document) = (text(&contract["id"]), &contract["documents"][0]["id"]);
        let known = person::find_by_contact(&mut app.app.store.read("test"), ContactType::Mobile, LI).await;
        let unsigned = known.unwrap().unwrap().value.id;
        grant(&app, unsigned, true).await;
        let person = signer(&app, "张三", PERSON).await;
        grant(&app, person, true).await;
        let with = |change: Value| {
            let mut body = json!({ "contractId": id, "user": user(PERSON) });
            body.as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            body
        };
        let at = |kind: &str, extra: Value| {
            let mut stamper = json!({ "type": kind, "documentId": document });
            stamper
                .as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            with(json!({ "stampers": [stamper] }))
        };
        let rows = [
            (json!({ "user": user(PERSON) }), 1005, "no contract"),
            (json!({ "contractId": id }), 1005, "no person"),
            (with(json!({ "user": "张三" })), 1005, "person of a wrong type"),
            (
                with(json!({ "user": user("13911112222") })),
                1002,
                "nobody has authorised that",
            ),
            (with(json!({ "user": user(LI) })), 1107, "no party"),
            (
                with(json!({ "companySignatory": { "name": PLATFORM_COMPANY } })),
                1107,
                "no step in the company",
            ),
            (
                with(json!({ "companySignatory": { "name": "没有这家公司" } })),
                1801,
                "unknown company",
            ),
            (
                with(json!({ "companySignatory": { "id": UNKNOWN } })),
                1801,
                "unknown company id",
            ),
            (
                with(json!({ "tenantName": SUBSIDIARY })),
                1002,
                "the subsidiary is not authorised",
            ),
            (with(json!({ "sealId": UNKNOWN })), 1201, "no such signature"),
            (at("COMPANY", json!({})), 1106, "a seal"),
            (
                at("PERSONAL", json!({ "keyword": "没有这个词" })),
                1108,
                "keyword",
            ),
            (at("PERSONAL", json!({ "page": 99 })), 1109, "page"),
            (at("PERSONAL", json!({ "width": 500 })), 1005, "too wide"),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({ "user": user(PERSON) })).await;
        app.post("/v2/contract/invalid", &json!({ "contractId": id }))
            .await;
        assert_eq!(app.post(PATH, &with(json!({}))).await.code(), 1101);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_kept_signature_or_a_place_nothing_is_signed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut employee = individual(LI);
        employee["tenantName"] = json!("李明");
        employee["receiver"]["name"] = json!("李明");
        let body = contract_of(&[employee]);
        let contract = crate::stage::drafted(&app, &body).await;
        let id = text(&contract["id"]);
        assert_eq!(
            app.post("/v2/contract/send", &json!({ "contractId": id }))
                .await
                .code(),
            0
        );
        let known = person::find_by_contact(&mut app.app.store.read("test"), ContactType::Mobile, LI).await;
        grant(&app, known.unwrap().unwrap().value.id, true).await;
        let sign = async || {
            app.post(PATH, &json!({ "contractId": id, "user": user(LI) }))
                .await
        };
        assert_eq!(sign().await.code(), 1201);
        signer(&app, "李明", LI).await;
        let placeless = sign().await;
        assert_eq!(placeless.code(), 1005);
        assert!(
            placeless.text().contains("STAMPER REQUIRED"),
            "{}",
            placeless.text()
        );
    })
    .await;
}
