//! Many at once (R-4).

use qishu_model::contract::SignatoryStatus;
use qishu_model::id::ContractId;
use qishu_testkit::on_both;
use serde_json::json;

use crate::app::TestApp;
use crate::flow::{PERSON, code, draft, draft_body, open_page, send, signature, status};

async fn signatures(app: &TestApp, contract: &str) -> usize {
    let id: ContractId = contract.parse().unwrap();
    let acts = qishu_store::act::list(&mut app.app.store.read("test"), id)
        .await
        .unwrap();
    acts.iter()
        .filter(|act| act.value.state == qishu_store::act::ActState::Done)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_equal_seal_requests_make_one_signature_and_fifty_equal_answers() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let body = json!({ "contractId": drafted.contract });
        let app = std::sync::Arc::new(app);
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (app, body) = (app.clone(), body.clone());
            running.spawn(async move {
                app.post("/v2/contract/companysign", &body)
                    .await
                    .text()
                    .to_owned()
            });
        }
        let answers = running.join_all().await;
        assert!(
            answers
                .iter()
                .all(|answer| answer == &answers[0] && answer.starts_with(r#"{"code":0"#)),
            "{answers:?}"
        );
        assert_eq!(signatures(&app, &drafted.contract).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_equal_signatures_of_a_person_make_one() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = draft_body(&[PERSON]);
        body["ordinal"] = json!(false);
        let drafted = draft(&app, &body).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let (session, revisions) = open_page(&app, &drafted.contract, PERSON).await;
        let code = code(&app, &session, &revisions, PERSON).await;
        let body = signature(&revisions, &code);
        let app = std::sync::Arc::new(app);
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (app, body, session) = (app.clone(), body.clone(), session.clone());
            running.spawn(async move { app.page("/sign", &session, Some(&body)).await.text().to_owned() });
        }
        let answers = running.join_all().await;
        assert!(
            answers.iter().all(|answer| answer.contains("\"SIGNED\"")),
            "{answers:?}"
        );
        assert_eq!(signatures(&app, &drafted.contract).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sealing_and_recalling_at_once_leave_one_winner() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for _ in 0..10 {
            let drafted = draft(&app, &draft_body(&[PERSON])).await;
            assert_eq!(send(&app, &drafted).await.code(), 0);
            let body = json!({ "contractId": drafted.contract });
            let (sealed, recalled) = tokio::join!(
                app.post("/v2/contract/companysign", &body),
                app.post("/v2/contract/invalid", &body)
            );
            assert!(matches!(sealed.code(), 0 | 1101), "{}", sealed.text());
            let id: ContractId = drafted.contract.parse().unwrap();
            let found =
                qishu_store::contract::find(&mut app.app.store.read("test"), qishu_store::Scope::System, id)
                    .await;
            let contract = found.unwrap().unwrap().value;
            let company_signed = contract.signatories[0].status == SignatoryStatus::Signed;
            assert_eq!(company_signed, sealed.code() == 0);
            assert_eq!(
                status(&app, &drafted.contract).await == "RECALLED",
                recalled.code() == 0
            );
            assert_eq!(
                signatures(&app, &drafted.contract).await,
                usize::from(company_signed)
            );
        }
    })
    .await;
}
