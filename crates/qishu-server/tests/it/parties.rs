//! 修改签署方, 修改签署节点签署人, 添加签署方, 签署方身份信息.

use qishu_app::demo::PLATFORM_COMPANY;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::add_stranger;
use crate::flow::{PERSON, open_page};
use crate::stage::{
    LI, UNKNOWN, WANG, as_stranger, assert_hidden, assert_refused, callbacks, company, contract_of, detail,
    drafted, individual, log, messages, mobile, send, sent, standing, text,
};

const OTHER: &str = "13900000077";

fn sealed_first() -> Value {
    contract_of(&[company(&json!([{ "type": "COMPANY" }])), individual(PERSON)])
}

fn person_first() -> Value {
    contract_of(&[individual(PERSON), company(&json!([{ "type": "COMPANY" }]))])
}

fn partner() -> Value {
    json!({ "tenantType": "COMPANY", "tenantName": "合作方有限公司", "receiver": mobile("钱", OTHER) })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_party_in_turn_is_invited_and_the_old_receiver_is_shut_out() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &person_first()).await;
        let id = text(&contract["id"]);
        let (session, _) = open_page(&app, &id, PERSON).await;
        let edit = json!({ "signatoryId": contract["signatories"][0]["id"], "tenantName": "李四",
                           "receiver": mobile("李四", OTHER) });
        assert_eq!(app.post("/v2/signatory/edit", &edit).await.code(), 0);
        let party = detail(&app, &id).await["signatories"][0].clone();
        assert_eq!(
            (&party["tenantName"], &party["receiver"]),
            (&json!("李四"), &mobile("李四", OTHER))
        );
        assert_eq!(messages(&app, OTHER).await, ["SIGN_INVITATION"]);
        assert_eq!(
            app.page("/contract", &session, None).await.status,
            403,
            "the link of the old receiver is dead"
        );
        let old = json!({ "contractId": id, "user": { "contact": PERSON, "contactType": "MOBILE" } });
        assert_eq!(app.post("/v2/contract/pageurl", &old).await.code(), 1110);
        assert_eq!(log(&app, &id).await.last().unwrap(), "MODIFY");
        assert_eq!(callbacks(&app, &id).await, ["SEND_SIGNING"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn v3_takes_the_way_to_confirm_and_the_employee_who_changes() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &sealed_first()).await;
        let (id, party) = (text(&contract["id"]), contract["signatories"][1]["id"].clone());
        let edit =
            json!({ "signatoryId": party, "signValidateWay": "pin", "operator": mobile("王晓", WANG) });
        assert_eq!(app.post("/v3/signatory/edit", &edit).await.code(), 0);
        assert_eq!(
            detail(&app, &id).await["signatories"][1]["signValidateWay"],
            "PIN"
        );
        let stream = app
            .get(&format!("/v2/contract/stream?contractId={id}"))
            .await
            .result();
        let row = stream["list"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .find(|row| row["operateType"] == "MODIFY")
            .cloned();
        assert_eq!(row.unwrap()["userName"], "王晓");
        let nobody =
            json!({ "signatoryId": party, "signValidateWay": "PIN", "operator": mobile("外人", OTHER) });
        assert_eq!(app.post("/v3/signatory/edit", &nobody).await.code(), 1701);
        assert_eq!(
            app.post("/v3/signatory/modify", &edit).await.code(),
            0,
            "another spelling"
        );
        assert_eq!(
            app.post(
                "/v3/signatory/edit",
                &json!({ "signatoryId": party, "operator": mobile("王晓", WANG) })
            )
            .await
            .code(),
            1005
        );
        assert_eq!(
            app.post(
                "/v3/signatory/edit",
                &json!({ "signatoryId": party, "signValidateWay": "GUESS" })
            )
            .await
            .code(),
            1005
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_company_is_completed_and_gets_the_step_it_lacks() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let delayed = json!({ "tenantType": "COMPANY", "delaySet": "true" });
        let contract = sent(&app, &contract_of(&[delayed, individual(PERSON)])).await;
        let (id, party) = (text(&contract["id"]), contract["signatories"][0]["id"].clone());
        assert_eq!(contract["signatories"][0]["tenantType"], "C_NO_RECEIVER");
        assert_eq!(
            app.post(
                "/v2/signatory/edit",
                &json!({ "signatoryId": party, "tenantName": "合作方有限公司" })
            )
            .await
            .code(),
            0
        );
        assert_eq!(messages(&app, OTHER).await, Vec::<String>::new());
        assert_eq!(
            app.post(
                "/v2/signatory/edit",
                &json!({ "signatoryId": party, "receiver": mobile("钱", OTHER) })
            )
            .await
            .code(),
            0
        );
        let party = detail(&app, &id).await["signatories"][0].clone();
        assert_eq!(
            (&party["tenantType"], &party["delaySet"]),
            (&json!("COMPANY"), &json!(false))
        );
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNING(START), WAITING]");
        assert_eq!(messages(&app, OTHER).await, ["SIGN_INVITATION"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_that_cannot_be_are_refused_and_change_nothing() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        const PATH: &str = "/v2/signatory/edit";
        let contract = sent(
            &app,
            &contract_of(&[
                partner(),
                individual(PERSON),
                company(&json!([{ "type": "COMPANY" }])),
            ]),
        )
        .await;
        let id = text(&contract["id"]);
        let (firm, person) = (
            &contract["signatories"][0]["id"],
            &contract["signatories"][1]["id"],
        );
        let verified = json!({ "signatoryId": person, "tenantName": "别人", "receiver": mobile("别人", LI) });
        let rows = [
            (json!({ "tenantName": "a" }), 1005, "no party"),
            (json!({ "signatoryId": person }), 1005, "nothing to change"),
            (
                json!({ "signatoryId": person, "signValidateWay": "PIN" }),
                1005,
                "v2 knows no way to confirm",
            ),
            (json!({ "signatoryId": "x", "tenantName": "a" }), 1005, "no id"),
            (
                json!({ "signatoryId": UNKNOWN, "tenantName": "a" }),
                1005,
                "unknown party",
            ),
            (
                json!({ "signatoryId": person, "tenantName": "字".repeat(101) }),
                1011,
                "name too long",
            ),
            (
                json!({ "signatoryId": person, "receiver": mobile("a", "12") }),
                1005,
                "no mobile",
            ),
            (
                json!({ "signatoryId": firm, "tenantName": PLATFORM_COMPANY }),
                1102,
                "a party twice",
            ),
            (verified, 1703, "another verified name"),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        let edit = |party: &Value| json!({ "signatoryId": party, "tenantName": "新名" });
        let foreign = as_stranger(&app, PATH, &edit(person)).await;
        assert_eq!(
            foreign.text(),
            as_stranger(&app, PATH, &edit(&json!(UNKNOWN))).await.text()
        );
        open_page(&app, &id, OTHER).await;
        assert_eq!(
            app.post(PATH, &edit(firm)).await.code(),
            1101,
            "its receiver has taken it up"
        );
        assert_eq!(app.post(PATH, &edit(person)).await.code(), 0);
        app.post("/v2/contract/invalid", &json!({ "contractId": id }))
            .await;
        assert_eq!(app.post(PATH, &edit(person)).await.code(), 1101, "recalled");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_that_has_signed_cannot_be_changed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &sealed_first()).await;
        let sealed = app
            .post(
                "/v2/contract/companysign",
                &json!({ "contractId": contract["id"] }),
            )
            .await;
        assert_eq!(sealed.code(), 0);
        let edit = json!({ "signatoryId": contract["signatories"][0]["id"], "receiver": mobile("a", OTHER) });
        assert_eq!(app.post("/v2/signatory/edit", &edit).await.code(), 1101);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_step_are_replaced_added_and_removed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let approval = json!({ "type": "AUDIT", "operators": [mobile("王晓", WANG)] });
        let contract = sent(
            &app,
            &contract_of(&[company(&json!([approval, { "type": "COMPANY" }]))]),
        )
        .await;
        let id = text(&contract["id"]);
        let step = contract["signatories"][0]["actions"][0]["id"].clone();
        let edit = async |kind: Value, people: Value| {
            let body =
                json!({ "contractId": id, "actionId": step, "editType": kind, "actionOperators": people });
            let code = app.post("/v2/signatory/operators/edit", &body).await.code();
            let people = detail(&app, &id).await["signatories"][0]["actions"][0]["operators"].clone();
            let contacts: Vec<String> = people
                .as_array()
                .unwrap()
                .iter()
                .map(|user| text(&user["contact"]))
                .collect();
            (code, contacts.join(" "))
        };
        let (wang, li) = (mobile("王晓", WANG), mobile("李明", LI));
        assert_eq!(edit(Value::Null, json!([li, li])).await, (0, LI.to_owned()));
        assert_eq!(
            messages(&app, LI).await,
            ["SIGN_INVITATION"],
            "whoever is new is told"
        );
        assert_eq!(
            edit(json!("append"), json!([wang])).await,
            (0, format!("{LI} {WANG}"))
        );
        assert_eq!(edit(json!("REMOVE"), json!([li])).await, (0, WANG.to_owned()));
        assert_eq!(
            edit(json!("DELETE"), json!([wang])).await,
            (1105, WANG.to_owned())
        );
        assert_eq!(
            edit(json!("COVER"), json!([wang, li])).await,
            (0, format!("{WANG} {LI}"))
        );
        assert_eq!(
            edit(json!("SWAP"), json!([wang])).await,
            (1005, format!("{WANG} {LI}"))
        );
        assert_eq!(
            edit(Value::Null, json!([mobile("外人", OTHER)])).await,
            (1701, format!("{WANG} {LI}"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_steps_that_are_done_foreign_or_unknown_stay() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        const PATH: &str = "/v2/signatory/operators/edit";
        let approval = json!({ "type": "AUDIT", "operators": [mobile("王晓", WANG)] });
        let contract = sent(
            &app,
            &contract_of(&[company(&json!([approval, { "type": "COMPANY" }])), partner()]),
        )
        .await;
        let id = text(&contract["id"]);
        let (done, theirs) = (
            &contract["signatories"][0]["actions"][0]["id"],
            &contract["signatories"][1]["actions"][0]["id"],
        );
        assert_eq!(
            app.post(
                "/v2/contract/employeeaudit",
                &json!({ "contractId": id, "pass": true })
            )
            .await
            .code(),
            0
        );
        let people = json!([mobile("李明", LI)]);
        let rows = [
            (
                json!({ "actionId": done, "actionOperators": people }),
                1005,
                "no contract",
            ),
            (
                json!({ "contractId": id, "actionOperators": people }),
                1005,
                "no step",
            ),
            (json!({ "contractId": id, "actionId": done }), 1005, "no people"),
            (
                json!({ "contractId": id, "actionId": done, "actionOperators": [] }),
                1005,
                "empty people",
            ),
            (
                json!({ "contractId": id, "actionId": UNKNOWN, "actionOperators": people }),
                1005,
                "unknown step",
            ),
            (
                json!({ "contractId": id, "actionId": theirs, "actionOperators": people }),
                1002,
                "an external company's step",
            ),
            (
                json!({ "contractId": id, "actionId": done, "actionOperators": people }),
                1107,
                "done",
            ),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(
            &app,
            PATH,
            &id,
            &json!({ "actionId": done, "actionOperators": people }),
        )
        .await;
        app.post("/v2/contract/invalid", &json!({ "contractId": id }))
            .await;
        let body = json!({ "contractId": id, "actionId": done, "actionOperators": people });
        assert_eq!(app.post(PATH, &body).await.code(), 1101);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_joins_a_sent_contract_and_reopens_a_complete_one() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[company(&json!([{ "type": "COMPANY" }]))])).await;
        let id = text(&contract["id"]);
        assert_eq!(
            app.post("/v2/contract/companysign", &json!({ "contractId": id }))
                .await
                .code(),
            0
        );
        assert_eq!(standing(&app, &id).await, "COMPLETE [SIGNED(FINISH)]");
        let mut party = individual(PERSON);
        party["signatoryNo"] = json!("S-2");
        party["stampers"] =
            json!([{ "type": "PERSONAL", "documentId": contract["documents"][0]["id"], "keyword": "乙方" }]);
        let added = app
            .post(
                "/v2/signatory/modify",
                &json!({ "contractId": id, "signatory": party }),
            )
            .await
            .result();
        assert_eq!(added["id"], added["signatory"]["id"], "both shapes in one");
        assert_eq!(
            (&added["serialNo"], &added["signatoryNo"], &added["hasLocation"]),
            (&json!(2), &json!("S-2"), &json!(true))
        );
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNED(FINISH), SIGNING]");
        assert_eq!(messages(&app, PERSON).await, ["SIGN_INVITATION"]);
        assert_eq!(
            callbacks(&app, &id).await,
            ["SEND_SIGNING", "SEAL", "COMPLETE", "SEND_SIGNING"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parties_that_cannot_be_added_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        const PATH: &str = "/v2/signatory/add";
        let contract = sent(&app, &sealed_first()).await;
        let (id, document) = (text(&contract["id"]), &contract["documents"][0]["id"]);
        let with = |stamper: Value| {
            let mut party = individual(OTHER);
            party["stampers"] = json!([stamper]);
            json!({ "contractId": id, "signatory": party })
        };
        let rows = [
            (json!({ "signatory": individual(OTHER) }), 1005, "no contract"),
            (json!({ "contractId": id }), 1005, "no party"),
            (json!({ "contractId": id, "signatory": [] }), 1005, "no object"),
            (
                json!({ "contractId": id, "signatory": { "tenantName": "a" } }),
                1005,
                "no type",
            ),
            (
                json!({ "contractId": id, "signatory": { "tenantType": "PERSONAL", "tenantName": "a" } }),
                1005,
                "no receiver",
            ),
            (
                json!({ "contractId": id, "signatory": individual(PERSON) }),
                1102,
                "a party twice",
            ),
            (
                json!({ "contractId": id, "signatory": company(&json!([{ "type": "COMPANY" }])) }),
                1102,
                "the initiator twice",
            ),
            (
                with(json!({ "type": "PERSONAL", "documentId": document, "keyword": "没有这个词" })),
                1108,
                "keyword",
            ),
            (
                with(json!({ "type": "PERSONAL", "documentId": document, "page": 99 })),
                1109,
                "page",
            ),
            (
                with(json!({ "type": "COMPANY", "documentId": document })),
                1106,
                "a seal of a person",
            ),
            (
                with(json!({ "type": "PERSONAL", "documentId": UNKNOWN })),
                1005,
                "unknown document",
            ),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({ "signatory": individual(OTHER) })).await;
        let mut dropped =
            with(json!({ "type": "PERSONAL", "documentId": document, "keyword": "没有这个词" }));
        let found = json!({ "type": "TIMESTAMP", "documentId": document, "keyword": "乙方" });
        dropped["signatory"]["stampers"]
            .as_array_mut()
            .unwrap()
            .push(found);
        dropped["locateAllStamperKeywords"] = json!(false);
        assert_eq!(
            app.post(PATH, &dropped).await.code(),
            0,
            "one of the keywords is enough"
        );
        app.post(
            "/v2/contract/forceend",
            &json!({ "contractId": id, "reason": "a" }),
        )
        .await;
        let late = json!({ "contractId": id, "signatory": individual("13900000055") });
        assert_eq!(app.post(PATH, &late).await.code(), 1101);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_can_forbid_to_go_on_sending() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        forbid_continue_sending(&app).await;
        let contract = drafted(&app, &sealed_first()).await;
        let add = json!({ "contractId": contract["id"], "signatory": individual(OTHER) });
        assert_eq!(
            app.post("/v2/signatory/add", &add).await.code(),
            0,
            "drafts are free"
        );
        let now = detail(&app, &text(&contract["id"])).await;
        assert_eq!(send(&app, &now).await.code(), 0);
        let late = json!({ "contractId": contract["id"], "signatory": individual("13900000055") });
        let refused = app.post("/v2/signatory/add", &late).await;
        assert_eq!(
            (refused.code(), &refused.json()["responseCode"]),
            (1304, &json!("11011304"))
        );
    })
    .await;
}

async fn forbid_continue_sending(app: &TestApp) {
    use qishu_store::{Scope, category};
    let rows = app.get("/v2/category/list").await.result()["list"].clone();
    let mut transaction = app.app.store.begin("test");
    for row in rows.as_array().unwrap() {
        let id = text(&row["id"]).parse().unwrap();
        let mut found = category::find(&mut transaction, Scope::System, id)
            .await
            .unwrap()
            .unwrap();
        found.value.continue_sending = false;
        category::update(&mut transaction, &found).await.unwrap();
    }
    transaction.record(crate::authorisation::test_entry(app));
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_identity_of_a_party_is_told_masked_and_to_the_initiator_only() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let mut person = individual(PERSON);
        person["userAuthInfo"] = json!({ "idCardNo": "11010519491231002X", "bankMobile": "13900000001" });
        let contract = sent(
            &app,
            &contract_of(&[person, company(&json!([{ "type": "COMPANY" }]))]),
        )
        .await;
        let id = text(&contract["id"]);
        let target = |id: &str, contact: &str| {
            format!("/v2/signatory/identity?contractId={id}&contact={contact}&contactType=MOBILE")
        };
        let told = app.get(&target(&id, PERSON)).await.result();
        assert_eq!(
            told,
            json!({ "type": "PERSONAL", "name": "张三", "contact": PERSON,
                                 "idCardNo": "110****002X", "bankMobile": "139****0001" })
        );
        assert_eq!(app.get(&target(&id, OTHER)).await.code(), 1005, "no such party");
        assert_eq!(
            app.get(&format!("/v2/signatory/identity?contractId={id}"))
                .await
                .code(),
            1005,
            "no contact"
        );
        let headers = || app.headers_of(crate::authorisation::TOKEN, crate::authorisation::SECRET);
        let foreign = app.get_with(&target(&id, PERSON), &headers()).await;
        let nothing = app.get_with(&target(UNKNOWN, PERSON), &headers()).await;
        assert_eq!(foreign.text(), nothing.text());
    })
    .await;
}
