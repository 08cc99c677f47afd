use std::collections::BTreeMap;

use qishu_model::time::Timestamp;
use qishu_store::job::{self, Lease, NewJob, QueueLength};
use qishu_store::{Store, StoreError};
use qishu_testkit::on_both;

use crate::support::{NOW, open};

fn a_job(number: u64) -> NewJob {
    NewJob {
        kind: "deliver",
        dedup_key: None,
        priority: 0,
        run_at: NOW,
        data: serde_json::json!({ "number": number }),
    }
}

async fn enqueue(store: &Store, new: &NewJob) -> bool {
    let mut transaction = store.begin("enqueue");
    let added = job::enqueue(&mut transaction, new).await.unwrap();
    transaction.commit().await.unwrap();
    added
}

async fn take(store: &Store, now: Timestamp, limit: u32) -> Vec<Lease> {
    let mut transaction = store.begin("take_jobs");
    let leases = job::take(&mut transaction, &["deliver"], now, now.plus_ms(60_000), limit)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    leases
}

async fn finish(store: &Store, lease: &Lease) -> Result<(), StoreError> {
    let mut transaction = store.begin("finish_job");
    job::finish(&mut transaction, lease).await?;
    transaction.commit().await
}

fn numbers(leases: &[Lease]) -> Vec<u64> {
    leases
        .iter()
        .map(|lease| lease.data["number"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_job_exists_only_when_its_transaction_commits() {
    on_both(async |database| {
        let store = open(database).await;
        let mut transaction = store.begin("enqueue");
        job::enqueue(&mut transaction, &a_job(1)).await.unwrap();
        transaction.roll_back();
        assert_eq!(take(&store, NOW, 10).await, []);
    })
    .await;
}

#[tokio::test]
async fn higher_priority_then_earlier_due_comes_first_and_nothing_comes_early() {
    on_both(async |database| {
        let store = open(database).await;
        for (number, priority, delay_ms) in [(1, 0, -10), (2, 5, 0), (3, 0, -20), (4, 9, 1), (5, 5, -5)] {
            let run_at = NOW.plus_ms(delay_ms);
            enqueue(
                &store,
                &NewJob {
                    priority,
                    run_at,
                    ..a_job(number)
                },
            )
            .await;
        }
        let other_kind = NewJob {
            kind: "sweep",
            ..a_job(6)
        };
        enqueue(&store, &other_kind).await;
        assert_eq!(numbers(&take(&store, NOW, 3).await), [5, 2, 3]);
        assert_eq!(numbers(&take(&store, NOW, 3).await), [1]);
        assert_eq!(numbers(&take(&store, NOW.plus_ms(1), 3).await), [4]);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ended_comes_back_and_its_old_holder_is_fenced_off() {
    on_both(async |database| {
        let store = open(database).await;
        enqueue(&store, &a_job(1)).await;
        let old = take(&store, NOW, 1).await.remove(0);
        assert_eq!(take(&store, NOW.plus_ms(59_999), 1).await, []);
        let new = take(&store, NOW.plus_ms(60_000), 1).await.remove(0);
        assert_eq!((old.attempts, new.attempts), (1, 2));
        assert!(new.fence > old.fence);
        let conflict = StoreError::Conflict {
            table: "job",
            key: old.id.to_string(),
        };
        assert_eq!(finish(&store, &old).await, Err(conflict.clone()));
        let mut transaction = store.begin("retry_job");
        assert_eq!(job::retry(&mut transaction, &old, NOW).await, Err(conflict));
        transaction.roll_back();
        finish(&store, &new).await.unwrap();
        assert_eq!(take(&store, NOW.plus_days(1), 1).await, []);
    })
    .await;
}

#[tokio::test]
async fn an_extended_lease_is_not_taken() {
    on_both(async |database| {
        let store = open(database).await;
        enqueue(&store, &a_job(1)).await;
        let mut lease = take(&store, NOW, 1).await.remove(0);
        let mut transaction = store.begin("extend_lease");
        job::extend(&mut transaction, &mut lease, NOW.plus_ms(120_000))
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(take(&store, NOW.plus_ms(60_000), 1).await, []);
        let mut reader = store.read("next_due");
        assert_eq!(
            job::next_due(&mut reader).await.unwrap(),
            Some(NOW.plus_ms(120_000))
        );
    })
    .await;
}

#[tokio::test]
async fn equal_jobs_wait_once_the_earlier_time_wins_and_a_running_one_does_not_count() {
    on_both(async |database| {
        let store = open(database).await;
        let keyed = |number, delay_ms| NewJob {
            dedup_key: Some("contract/1".to_owned()),
            run_at: NOW.plus_ms(delay_ms),
            ..a_job(number)
        };
        assert!(enqueue(&store, &keyed(1, 1_000)).await);
        assert!(!enqueue(&store, &keyed(2, 500)).await);
        assert!(!enqueue(&store, &keyed(3, 2_000)).await);
        assert_eq!(take(&store, NOW.plus_ms(499), 5).await, []);
        let running = take(&store, NOW.plus_ms(500), 5).await.remove(0);
        assert!(enqueue(&store, &keyed(4, 500)).await);
        // The running one fails; the one queued meanwhile does its work.
        let mut transaction = store.begin("retry_job");
        job::retry(&mut transaction, &running, NOW.plus_ms(9_000))
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(numbers(&take(&store, NOW.plus_ms(10_000), 5).await), [4]);
    })
    .await;
}

#[tokio::test]
async fn failed_jobs_are_tried_again_later_and_buried_ones_stay_for_somebody_to_look() {
    on_both(async |database| {
        let store = open(database).await;
        enqueue(&store, &a_job(1)).await;
        let first = take(&store, NOW, 1).await.remove(0);
        let mut transaction = store.begin("retry_job");
        job::retry(&mut transaction, &first, NOW.plus_ms(5_000))
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(take(&store, NOW.plus_ms(4_999), 1).await, []);
        let second = take(&store, NOW.plus_ms(5_000), 1).await.remove(0);
        assert_eq!(second.attempts, 2);
        let mut transaction = store.begin("bury_job");
        job::bury(&mut transaction, &second).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(take(&store, NOW.plus_days(9), 1).await, []);
        let length = job::queue_length(&mut store.read("queue_length"), NOW)
            .await
            .unwrap();
        assert_eq!(
            length,
            QueueLength {
                due: 0,
                live: 0,
                dead: 1
            }
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_takers_share_the_jobs_and_nothing_is_taken_twice() {
    on_both(async |database| {
        let store = open(database).await;
        for number in 0..200 {
            enqueue(&store, &a_job(number)).await;
        }
        let takers: Vec<_> = (0..50)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    loop {
                        let leases = take(&store, NOW, 3).await;
                        if leases.is_empty() {
                            return taken;
                        }
                        for lease in leases {
                            finish(&store, &lease).await.unwrap();
                            taken.push(lease.data["number"].as_u64().unwrap());
                        }
                    }
                })
            })
            .collect();
        let mut counts = BTreeMap::new();
        for taker in takers {
            for number in taker.await.unwrap() {
                *counts.entry(number).or_insert(0) += 1;
            }
        }
        assert_eq!(counts, (0..200).map(|number| (number, 1)).collect());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_equal_jobs_at_once_are_one() {
    on_both(async |database| {
        let store = open(database).await;
        let tasks: Vec<_> = (0..50)
            .map(|number| {
                let store = store.clone();
                let new = NewJob {
                    dedup_key: Some("sweep".to_owned()),
                    ..a_job(number)
                };
                tokio::spawn(async move { enqueue(&store, &new).await })
            })
            .collect();
        let mut added = 0;
        for task in tasks {
            added += usize::from(task.await.unwrap());
        }
        assert_eq!(added, 1);
        assert_eq!(take(&store, NOW, 100).await.len(), 1);
    })
    .await;
}
