use qishu_model::id::{ContractId, EventId};
use qishu_store::callback::{self, Attempt, Delivery, NewEvent, Outcome};
use qishu_store::{Store, StoreError};
use qishu_testkit::{TestDatabase, on_both};

use crate::support::{NOW, a_contract, assert_promises, finish, open_with_companies, raw, store_contract};

fn an_event(id: u64, contract: u64) -> NewEvent {
    NewEvent {
        id: EventId::new(id),
        contract_id: ContractId::new(contract),
        kind: "COMPLETE".to_owned(),
        at: NOW.plus_ms(id.cast_signed()),
        data: serde_json::json!({ "status": "COMPLETE", "id": id }),
    }
}

fn a_try(status: Option<u16>) -> Attempt {
    Attempt {
        at: NOW.plus_ms(100),
        took_ms: 42,
        status,
        details: serde_json::json!({ "answer": "success" }),
    }
}

async fn open_with_contracts(database: &TestDatabase) -> Store {
    let store = open_with_companies(database).await;
    store_contract(&store, &a_contract(1)).await.unwrap();
    store_contract(&store, &a_contract(2)).await.unwrap();
    store
}

async fn append(store: &Store, event: &NewEvent) -> Result<i64, StoreError> {
    let mut transaction = store.begin("append_event");
    let number = callback::append(&mut transaction, event).await?;
    finish(transaction, "EVENT", event.contract_id.get())
        .await
        .map(|()| number)
}

async fn record(
    store: &Store,
    event: u64,
    tries: u32,
    attempt: &Attempt,
    outcome: Outcome,
) -> Result<(), StoreError> {
    let mut transaction = store.begin("record_attempt");
    callback::record_attempt(&mut transaction, EventId::new(event), tries, attempt, outcome).await?;
    transaction.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_events_at_once_are_numbered_without_gaps_per_contract() {
    on_both(async |database| {
        let store = open_with_contracts(database).await;
        let tasks: Vec<_> = (0..50)
            .map(|id| {
                let store = store.clone();
                tokio::spawn(async move { append(&store, &an_event(100 + id, 1 + id % 2)).await.unwrap() })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let mut reader = store.read("events");
        for contract in [1, 2] {
            let events = callback::list(&mut reader, ContractId::new(contract))
                .await
                .unwrap();
            let numbers: Vec<i64> = events.iter().map(|event| event.number).collect();
            assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
        }
        assert_eq!(callback::list_faults(&mut reader).await.unwrap(), []);
        assert_promises(&store).await;
        raw(
            database,
            "UPDATE callback_event SET number = 99 WHERE contract_id = 1 AND number = 25",
        )
        .await;
        let faults = callback::list_faults(&mut store.read("faults")).await.unwrap();
        assert_eq!(faults, [ContractId::new(1)]);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_due_at_once_tried_again_later_and_delivered_once() {
    on_both(async |database| {
        let store = open_with_contracts(database).await;
        assert_eq!(append(&store, &an_event(1, 1)).await.unwrap(), 1);
        let stored = callback::find(&mut store.read("event"), EventId::new(1))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(stored.event, an_event(1, 1));
        assert_eq!(
            stored.delivery,
            Delivery::Waiting {
                attempts: 0,
                due: NOW.plus_ms(1)
            }
        );
        let due = async |at| {
            callback::list_due(&mut store.read("due"), at, 9)
                .await
                .unwrap()
                .len()
        };
        assert_eq!((due(NOW).await, due(NOW.plus_ms(1)).await), (0, 1));
        let retry = Outcome::Retry {
            due: NOW.plus_ms(1_000),
        };
        record(&store, 1, 0, &a_try(None), retry).await.unwrap();
        assert_eq!(
            (due(NOW.plus_ms(999)).await, due(NOW.plus_ms(1_000)).await),
            (0, 1)
        );
        // Somebody who missed that try is told so.
        let late = record(&store, 1, 0, &a_try(Some(200)), Outcome::Delivered).await;
        assert!(matches!(
            late,
            Err(StoreError::Conflict {
                table: "callback_delivery",
                ..
            })
        ));
        record(&store, 1, 1, &a_try(Some(200)), Outcome::Delivered)
            .await
            .unwrap();
        assert_eq!(due(NOW.plus_days(9)).await, 0);
        assert!(
            record(&store, 1, 2, &a_try(Some(200)), Outcome::Delivered)
                .await
                .is_err()
        );
        let tries = callback::list_attempts(&mut store.read("attempts"), EventId::new(1))
            .await
            .unwrap();
        assert_eq!(tries, [a_try(None), a_try(Some(200))]);
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn a_dead_event_is_listed_and_can_be_sent_again() {
    on_both(async |database| {
        let store = open_with_contracts(database).await;
        append(&store, &an_event(1, 1)).await.unwrap();
        append(&store, &an_event(2, 1)).await.unwrap();
        record(&store, 1, 0, &a_try(Some(500)), Outcome::Dead)
            .await
            .unwrap();
        let dead = callback::list_dead(&mut store.read("dead"), 9).await.unwrap();
        assert_eq!(
            dead.iter().map(|event| event.event.id.get()).collect::<Vec<_>>(),
            [1]
        );
        assert_eq!(dead[0].delivery, Delivery::Dead { attempts: 1 });
        let mut transaction = store.begin("resend");
        callback::resend(&mut transaction, EventId::new(1), NOW.plus_ms(7))
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let again = callback::find(&mut store.read("event"), EventId::new(1))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            again.delivery,
            Delivery::Waiting {
                attempts: 1,
                due: NOW.plus_ms(7)
            }
        );
        record(&store, 1, 1, &a_try(Some(200)), Outcome::Delivered)
            .await
            .unwrap();
        let mut transaction = store.begin("resend");
        assert!(
            callback::resend(&mut transaction, EventId::new(77), NOW)
                .await
                .is_err()
        );
    })
    .await;
}

#[tokio::test]
async fn an_event_of_an_unknown_contract_is_refused() {
    on_both(async |database| {
        let store = open_with_contracts(database).await;
        let refused = append(&store, &an_event(1, 77)).await;
        assert_eq!(
            refused,
            Err(StoreError::Conflict {
                table: "contract",
                key: "77".to_owned()
            })
        );
    })
    .await;
}
