//! What persons allow companies.

use qishu_model::authorisation::PersonalAuthorisation;
use qishu_model::company::Person;
use qishu_model::id::{ApplicationId, AuthorisationId, PersonId};
use qishu_store::{StoreError, authorisation, person};
use qishu_testkit::on_both;

use crate::support::{BRANCH, NOW, PLATFORM, assert_promises, finish, open_with_companies};

const SIGNER: PersonId = PersonId::new(300);

fn granted(id: u64) -> PersonalAuthorisation {
    PersonalAuthorisation {
        id: AuthorisationId::new(id),
        person_id: SIGNER,
        company_id: PLATFORM,
        application_id: ApplicationId::new(5),
        user: None,
        remark: Some("采购合同".to_owned()),
        auth_method: None,
        confirmed: None,
        until_modifiable: false,
        callback_url: None,
        allow_personal_auto: true,
        until: NOW.plus_days(30),
        requested: None,
        granted: Some(NOW),
        refused: None,
        withdrawn: None,
    }
}

#[tokio::test]
async fn authorisations_are_listed_by_person_and_company_and_withdrawn_once() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        let signer = Person {
            id: SIGNER,
            name: "王小明".to_owned(),
            mobile: Some("13912345678".to_owned()),
            email: None,
            verified: true,
            create_time: NOW,
        };
        let mut transaction = store.begin("grant");
        person::insert(&mut transaction, &signer).await.unwrap();
        for id in [1, 2] {
            authorisation::insert(&mut transaction, &granted(id))
                .await
                .unwrap();
        }
        finish(transaction, "GRANT", 1).await.unwrap();
        let mut reader = store.read("list");
        let listed = authorisation::list(&mut reader, SIGNER, PLATFORM).await.unwrap();
        let ids: Vec<u64> = listed.iter().map(|found| found.value.id.get()).collect();
        assert_eq!(ids, [1, 2]);
        let others = authorisation::list(&mut reader, SIGNER, BRANCH).await.unwrap();
        assert_eq!(others, []);
        drop(reader);
        let mut first = listed.into_iter().next().unwrap();
        first.value.withdrawn = Some(NOW);
        let mut transaction = store.begin("withdraw");
        authorisation::update(&mut transaction, &first).await.unwrap();
        finish(transaction, "WITHDRAW", 1).await.unwrap();
        let found = authorisation::find(&mut store.read("find"), first.value.id).await;
        assert_eq!(found.unwrap().unwrap().value, first.value);
        let mut transaction = store.begin("withdraw_again");
        let late = authorisation::update(&mut transaction, &first).await;
        assert!(matches!(late, Err(StoreError::Conflict { .. })), "{late:?}");
        assert_promises(&store).await;
    })
    .await;
}
