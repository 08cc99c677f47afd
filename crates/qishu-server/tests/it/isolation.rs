//! Another tenant learns nothing, not even that something exists.

use qishu_model::application::{Application, SecretText};
use qishu_model::company::{Company, CompanyStatus};
use qishu_model::id::{ApplicationId, CompanyId};
use qishu_store::ledger::{Actor, Entry};
use qishu_testkit::on_both;
use serde_json::json;

use crate::app::TestApp;
use crate::flow::{PERSON, draft, draft_body, send};

pub(crate) const TOKEN: &str = "OtherApp01";
pub(crate) const SECRET: &str = "OtherSecret0123456789abcdef01234";

/// A second platform company with an application of its own.
pub(crate) async fn add_stranger(app: &TestApp) {
    let (known, _) = qishu_app::request_guard::find_application(&app.app, qishu_app::demo::APP_TOKEN)
        .await
        .unwrap()
        .unwrap();
    let company = Company {
        id: CompanyId::new(app.app.next_id()),
        name: "别家科技有限公司".to_owned(),
        register_no: None,
        legal_person: None,
        status: CompanyStatus::AuthSuccess,
        parent: None,
        create_time: app.app.now(),
    };
    let application = Application {
        id: ApplicationId::new(app.app.next_id()),
        company_id: company.id,
        token: TOKEN.to_owned(),
        secrets: vec![SecretText::new(SECRET.to_owned())],
        ..known
    };
    let mut transaction = app.app.store.begin("add_stranger");
    qishu_store::company::insert(&mut transaction, &company)
        .await
        .unwrap();
    qishu_store::application::insert(&mut transaction, &application)
        .await
        .unwrap();
    transaction.record(Entry {
        at: app.app.now(),
        tenant: None,
        kind: "TEST",
        subject: None,
        actor: Actor::default(),
        details: json!({}),
    });
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_ids_are_answered_like_unknown_ones() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let seal = app.get("/v2/seal/list").await.result()["list"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let category = app.get("/v2/category/list").await.result()["list"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let unknown = "3014826187358859384";
        let (contract, document) = (drafted.contract.as_str(), drafted.document.as_str());
        for (target, id) in [
            ("/v2/contract/detail?contractId=", contract),
            ("/v2/contract/download?contractId=", contract),
            ("/v2/contract/downloadurl?contractId=", contract),
            ("/v2/contract/viewurl?contractId=", contract),
            ("/v2/contract/shorturl?contractId=", contract),
            ("/v2/contract/stream?contractId=", contract),
            ("/v2/document/download?documentId=", document),
            ("/v2/seal/sealdetail?sealId=", &seal),
            ("/v2/seal/image?sealId=", &seal),
            ("/v2/category/detail?categoryId=", &category),
        ] {
            let foreign = app
                .get_with(&format!("{target}{id}"), &app.headers_of(TOKEN, SECRET))
                .await;
            let nothing = app
                .get_with(&format!("{target}{unknown}"), &app.headers_of(TOKEN, SECRET))
                .await;
            assert_ne!(foreign.code(), 0, "{target}");
            assert_eq!(
                foreign.text().replace(id, "ID"),
                nothing.text().replace(unknown, "ID"),
                "{target}"
            );
        }
        for path in ["send", "companysign", "legalpersonsign", "notice", "invalid"] {
            let post = async |id: &str| {
                let target = format!("/v2/contract/{path}");
                app.post_with(
                    &target,
                    &app.headers_of(TOKEN, SECRET),
                    &json!({ "contractId": id }),
                )
                .await
            };
            assert_eq!(post(contract).await.text(), post(unknown).await.text(), "{path}");
        }
    })
    .await;
}
