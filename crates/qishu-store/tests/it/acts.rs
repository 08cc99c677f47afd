use qishu_model::id::{ActId, ActionId, ContractId, DocumentId, SignatoryId};
use qishu_store::act::{self, ActState, Certificate, SigningAct};
use qishu_store::{Store, StoreError, Versioned};
use qishu_testkit::{TestDatabase, on_both};

use crate::support::{NOW, a_contract, assert_promises, finish, open_with_companies, store_contract};

fn an_act(id: u64) -> SigningAct {
    SigningAct {
        id: ActId::new(id),
        contract_id: ContractId::new(1),
        document_id: DocumentId::new(10),
        signatory_id: SignatoryId::new(10),
        steps: vec![ActionId::new(3)],
        revision: 0,
        revision_hash: "00".repeat(32),
        certificate_serial: format!("0A{id}"),
        digest: "11".repeat(32),
        request_digest: vec![9; 32],
        state: ActState::Intended,
        intended: NOW.plus_ms(id.cast_signed()),
        settled: None,
        details: serde_json::json!({ "place": 1 }),
    }
}

async fn open_with_contract(database: &TestDatabase) -> Store {
    let store = open_with_companies(database).await;
    store_contract(&store, &a_contract(1)).await.unwrap();
    store
}

async fn intend(store: &Store, act: &SigningAct) -> Result<(), StoreError> {
    let mut transaction = store.begin("intend_signature");
    act::insert(&mut transaction, act).await?;
    act::record_serial(&mut transaction, &act.certificate_serial, act.id, act.intended).await?;
    finish(transaction, "SIGN_INTENDED", act.contract_id.get()).await
}

async fn settle(store: &Store, id: u64, state: ActState) -> Result<(), StoreError> {
    let mut found = act::find(&mut store.read("find"), ActId::new(id))
        .await
        .unwrap()
        .unwrap();
    found.value.state = state;
    found.value.settled = Some(NOW.plus_days(1));
    update(store, &found).await
}

async fn update(store: &Store, act: &Versioned<SigningAct>) -> Result<(), StoreError> {
    let mut transaction = store.begin("settle_signature");
    act::update(&mut transaction, act).await?;
    finish(transaction, "SIGN", act.value.contract_id.get()).await
}

#[tokio::test]
async fn one_act_at_a_time_is_open_on_a_document() {
    on_both(async |database| {
        let store = open_with_contract(database).await;
        intend(&store, &an_act(1)).await.unwrap();
        let busy = intend(&store, &an_act(2)).await.unwrap_err();
        assert!(busy.is_duplicate_of("signing_act.open_document_id"), "{busy}");
        let mut reader = store.read("open_acts");
        assert_eq!(act::list_open(&mut reader, NOW.plus_ms(1), 9).await.unwrap(), []);
        assert_eq!(
            act::list_open(&mut reader, NOW.plus_ms(2), 9).await.unwrap()[0].value,
            an_act(1)
        );
        settle(&store, 1, ActState::Undone).await.unwrap();
        intend(&store, &an_act(2)).await.unwrap();
        settle(&store, 2, ActState::Done).await.unwrap();
        intend(&store, &an_act(3)).await.unwrap();
        let mut reader = store.read("acts");
        let ids =
            |acts: Vec<Versioned<SigningAct>>| acts.iter().map(|act| act.value.id.get()).collect::<Vec<_>>();
        assert_eq!(
            ids(act::list(&mut reader, ContractId::new(1)).await.unwrap()),
            [1, 2, 3]
        );
        let of_request = act::find_by_request(&mut reader, ContractId::new(1), &[9; 32])
            .await
            .unwrap();
        assert_eq!(ids(of_request), [2, 3]);
        assert_eq!(
            act::find_by_request(&mut reader, ContractId::new(2), &[9; 32])
                .await
                .unwrap(),
            []
        );
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_intents_at_once_one_is_stored() {
    on_both(async |database| {
        let store = open_with_contract(database).await;
        let tasks: Vec<_> = (1..=50)
            .map(|id| {
                let store = store.clone();
                tokio::spawn(async move { intend(&store, &an_act(id)).await })
            })
            .collect();
        let mut stored = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => stored += 1,
                Err(error) => assert!(error.is_duplicate_of("signing_act.open_document_id"), "{error}"),
            }
        }
        assert_eq!(stored, 1);
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn an_act_is_settled_once() {
    on_both(async |database| {
        let store = open_with_contract(database).await;
        intend(&store, &an_act(1)).await.unwrap();
        let mut seen = act::find(&mut store.read("find"), ActId::new(1))
            .await
            .unwrap()
            .unwrap();
        settle(&store, 1, ActState::Done).await.unwrap();
        seen.value.state = ActState::Undone;
        assert_eq!(
            update(&store, &seen).await,
            Err(StoreError::Conflict {
                table: "signing_act",
                key: "1".to_owned()
            })
        );
    })
    .await;
}

#[tokio::test]
async fn a_serial_is_recorded_once_before_its_certificate_and_the_certificate_stored_once() {
    on_both(async |database| {
        let store = open_with_contract(database).await;
        let store_certificate = async |serial: &str| {
            let mut transaction = store.begin("store_certificate");
            act::store_certificate(&mut transaction, serial, b"certificate of Wang", NOW.plus_ms(5)).await?;
            finish(transaction, "CERTIFICATE", 1).await
        };
        assert!(matches!(
            store_certificate("0A1").await,
            Err(StoreError::Conflict {
                table: "certificate",
                ..
            })
        ));
        intend(&store, &an_act(1)).await.unwrap();
        let mut recorded = Certificate {
            serial: "0A1".to_owned(),
            act_id: ActId::new(1),
            recorded: NOW.plus_ms(1),
            issued: None,
        };
        let find = async || {
            act::find_certificate(&mut store.read("certificate"), "0A1")
                .await
                .unwrap()
        };
        assert_eq!(find().await, Some(recorded.clone()));
        settle(&store, 1, ActState::Undone).await.unwrap();
        let reused = intend(
            &store,
            &SigningAct {
                certificate_serial: "0A1".to_owned(),
                ..an_act(2)
            },
        )
        .await
        .unwrap_err();
        assert!(reused.is_duplicate_of("certificate.key"), "{reused}");
        store_certificate("0A1").await.unwrap();
        recorded.issued = Some((NOW.plus_ms(5), b"certificate of Wang".to_vec()));
        assert_eq!(find().await, Some(recorded.clone()));
        assert!(store_certificate("0A1").await.is_err());
        let all = act::list_certificates(&mut store.read("certificates"), ContractId::new(1))
            .await
            .unwrap();
        assert_eq!(all, [recorded]);
        assert_promises(&store).await;
    })
    .await;
}
