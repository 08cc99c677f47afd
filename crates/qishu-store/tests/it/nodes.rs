use qishu_model::time::Timestamp;
use qishu_store::{Store, node};
use qishu_testkit::on_both;

use crate::support::{NOW, open};

async fn claim(store: &Store, owner: u8, now: Timestamp) -> u16 {
    let mut transaction = store.begin("claim_node");
    let number = node::claim(&mut transaction, &[owner; 16], now, now.plus_ms(60_000))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    number
}

async fn renew(store: &Store, number: u16, owner: u8, until: Timestamp) -> bool {
    let mut transaction = store.begin("renew_node");
    let held = node::renew(&mut transaction, number, &[owner; 16], until)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    held
}

#[tokio::test]
async fn processes_have_numbers_of_their_own_until_they_stop_renewing_them() {
    on_both(async |database| {
        let store = open(database).await;
        assert_eq!(claim(&store, 1, NOW).await, 0);
        assert_eq!(claim(&store, 2, NOW).await, 1);
        assert!(renew(&store, 1, 2, NOW.plus_ms(120_000)).await);
        let later = NOW.plus_ms(60_000);
        assert_eq!(claim(&store, 3, later).await, 0);
        assert!(!renew(&store, 0, 1, later.plus_ms(60_000)).await);
        assert_eq!(claim(&store, 4, later).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_start_at_once_never_share_a_number() {
    on_both(async |database| {
        let store = open(database).await;
        let starting: Vec<_> = (1..=20)
            .map(|owner| {
                let store = store.clone();
                tokio::spawn(async move {
                    // The one that was slower starts again, as a supervisor does with a process.
                    for _ in 0..100 {
                        let mut transaction = store.begin("claim_node");
                        let until = NOW.plus_ms(60_000);
                        let Ok(number) = node::claim(&mut transaction, &[owner; 16], NOW, until).await else {
                            continue;
                        };
                        if transaction.commit().await.is_ok() {
                            return number;
                        }
                    }
                    panic!("no number after 100 starts");
                })
            })
            .collect();
        let mut numbers = Vec::new();
        for start in starting {
            numbers.push(start.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    })
    .await;
}
