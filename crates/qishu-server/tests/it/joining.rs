//! 签署方待加入链接, 未知个人签署方链接, and taking the place.

use qishu_app::AppError;
use qishu_app::contract::{Joiner, free_place, join_contract};
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::Refusal;
use qishu_store::ledger::Actor;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::{SECRET, TOKEN, add_stranger};
use crate::flow::PERSON;
use crate::stage::{
    UNKNOWN, company, contract_of, detail, drafted, individual, list, log, messages, sent, standing, text,
};

const NEWCOMER: &str = "13900000041";

fn unknown_person() -> Value {
    json!({ "tenantType": "PERSONAL", "delaySet": true, "serialNo": 1 })
}

fn unknown_company() -> Value {
    json!({ "tenantType": "COMPANY", "delaySet": true, "serialNo": 1 })
}

fn joiner(name: &str, contact: &str, company: Option<&str>) -> Joiner {
    Joiner {
        company_name: company.map(str::to_owned),
        user: User {
            name: Some(name.to_owned()),
            contact: contact.to_owned(),
            contact_type: ContactType::Mobile,
        },
    }
}

async fn urls(app: &TestApp, query: &str) -> Vec<Value> {
    let answer = app.get(&format!("/v2/contract/{query}")).await.result();
    list(&answer["joinUrls"]).clone()
}

fn token(url: &Value) -> String {
    text(&url["url"]).rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_person_takes_the_place_and_is_invited() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[unknown_person(), individual(PERSON)])).await;
        let id = text(&contract["id"]);
        assert_eq!(contract["signatories"][0]["tenantType"], "P_NO_RECEIVER");
        let found = urls(&app, &format!("personal/joinurl?contractId={id}")).await;
        assert_eq!(found[0]["serialNo"], 1);
        assert_eq!(
            urls(&app, &format!("joinurl?contractId={id}&type=PERSONAL"))
                .await
                .len(),
            1
        );
        assert_eq!(
            urls(&app, &format!("joinurl?contractId={id}&type=COMPANY")).await,
            Vec::<Value>::new()
        );
        let shown = token(&json!({ "url": detail(&app, &id).await["signatories"][0]["link"] }));
        assert!(
            free_place(&app.app, &shown).await.is_ok(),
            "the detail has a link too"
        );
        let token = token(&found[0]);
        let place = free_place(&app.app, &token).await.unwrap();
        assert_eq!(
            (place.subject.as_str(), place.company, place.tenant_name),
            ("采购合同", false, None)
        );
        let joined = join_contract(&app.app, &token, joiner("孙", NEWCOMER, None), Actor::default())
            .await
            .unwrap();
        assert_eq!(joined.id.to_string(), id);
        let party = detail(&app, &id).await["signatories"][0].clone();
        assert_eq!(
            (&party["tenantType"], &party["tenantName"], &party["delaySet"]),
            (&json!("PERSONAL"), &json!("孙"), &json!(false))
        );
        assert_eq!(messages(&app, NEWCOMER).await, ["SIGN_INVITATION"]);
        assert_eq!(log(&app, &id).await.last().unwrap(), "MODIFY");
        let late = join_contract(
            &app.app,
            &token,
            joiner("李", "13900000042", None),
            Actor::default(),
        )
        .await;
        assert!(matches!(late, Err(AppError::LinkExpired)), "{late:?}");
        assert_eq!(
            app.get(&format!("/v2/contract/personal/joinurl?contractId={id}"))
                .await
                .code(),
            1125
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_joins_with_its_handler_and_its_seal_step() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[unknown_company(), individual(PERSON)])).await;
        let id = text(&contract["id"]);
        let token = token(&urls(&app, &format!("joinurl?contractId={id}&type=company")).await[0]);
        let nameless = join_contract(&app.app, &token, joiner("钱", NEWCOMER, None), Actor::default()).await;
        assert!(matches!(nameless, Err(AppError::InvalidParam { ref field, .. }) if field == "companyName"));
        let joiner = joiner("钱", NEWCOMER, Some("合作方有限公司"));
        join_contract(&app.app, &token, joiner, Actor::default())
            .await
            .unwrap();
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNING(START), WAITING]");
        let party = detail(&app, &id).await["signatories"][0].clone();
        let edit = json!({ "signatoryId": party["id"], "tenantName": "别的公司" });
        assert_eq!(
            app.post("/v2/signatory/edit", &edit).await.code(),
            1101,
            "who joined cannot be exchanged"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_with_a_fixed_name_is_for_that_name_only_and_a_party_joins_once() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut named = unknown_person();
        named["tenantName"] = json!("孙");
        let contract = sent(&app, &contract_of(&[named, individual(PERSON)])).await;
        let id = text(&contract["id"]);
        let token = token(&urls(&app, &format!("joinurl?contractId={id}&type=PERSONAL")).await[0]);
        let other = join_contract(&app.app, &token, joiner("李", NEWCOMER, None), Actor::default()).await;
        assert!(matches!(other, Err(AppError::NameMismatch { .. })), "{other:?}");
        let twice = join_contract(&app.app, &token, joiner("孙", PERSON, None), Actor::default()).await;
        assert!(
            matches!(twice, Err(AppError::Refused(Refusal::RepeatedSignatory { .. }))),
            "{twice:?}"
        );
        let unreachable = join_contract(&app.app, &token, joiner("孙", "12", None), Actor::default()).await;
        assert!(
            matches!(unreachable, Err(AppError::InvalidParam { .. })),
            "{unreachable:?}"
        );
        app.post("/v2/contract/invalid", &json!({ "contractId": id }))
            .await;
        let late = join_contract(&app.app, &token, joiner("孙", NEWCOMER, None), Actor::default()).await;
        assert!(matches!(late, Err(AppError::LinkExpired)), "{late:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn join_links_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let draft = text(&drafted(&app, &contract_of(&[unknown_person()])).await["id"]);
        let known = contract_of(&[company(&json!([{ "type": "COMPANY" }])), individual(PERSON)]);
        let id = text(&sent(&app, &known).await["id"]);
        let code = async |target: String| app.get(&format!("/v2/contract/{target}")).await.code();
        assert_eq!(
            code("joinurl?type=PERSONAL".to_owned()).await,
            1005,
            "no contract"
        );
        assert_eq!(code(format!("joinurl?contractId={id}")).await, 1005, "no type");
        assert_eq!(
            code(format!("joinurl?contractId={id}&type=ROBOT")).await,
            1005,
            "wrong type"
        );
        assert_eq!(
            code(format!("joinurl?contractId={draft}&type=PERSONAL")).await,
            1101,
            "a draft"
        );
        assert_eq!(
            code(format!("personal/joinurl?contractId={draft}")).await,
            1101,
            "a draft"
        );
        assert_eq!(
            code(format!("joinurl?contractId={id}&type=PERSONAL")).await,
            0,
            "nobody is missing"
        );
        assert_eq!(
            code(format!("personal/joinurl?contractId={id}")).await,
            1125,
            "nobody is missing"
        );
        assert_eq!(code(format!("personal/joinurl?contractId={UNKNOWN}")).await, 3004);
        for path in ["joinurl?type=PERSONAL&", "personal/joinurl?"] {
            let ask = async |id: &str| {
                let target = format!("/v2/contract/{path}contractId={id}");
                app.get_with(&target, &app.headers_of(TOKEN, SECRET)).await
            };
            assert_eq!(ask(&id).await.text(), ask(UNKNOWN).await.text(), "{path}");
        }
    })
    .await;
}
