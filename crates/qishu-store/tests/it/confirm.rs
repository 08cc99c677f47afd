use qishu_model::id::ContractId;
use qishu_model::time::Timestamp;
use qishu_store::confirm::{self, Binding, Check, SendLimit, SendPermit, SendSubject};
use qishu_store::{Store, StoreError};
use qishu_testkit::on_both;

use crate::support::{NOW, open};

const BINDING: Binding<'_> = Binding {
    contract: Some(ContractId::new(1)),
    contact: "13912345678",
    purpose: "sign",
    revision: "aa",
};

async fn issue(store: &Store, code: &str) {
    let mut transaction = store.begin("issue_code");
    confirm::issue(store, &mut transaction, &BINDING, code, NOW, NOW.plus_ms(300_000))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

async fn check(store: &Store, code: &str) -> Check {
    confirm::check(store, &BINDING, code, NOW).await.unwrap()
}

#[tokio::test]
async fn a_right_code_confirms_once() {
    on_both(async |database| {
        let store = open(database).await;
        assert_eq!(check(&store, "123456").await, Check::Closed);
        issue(&store, "123456").await;
        assert_eq!(check(&store, "000000").await, Check::Wrong { left: 4 });
        let Check::Right(confirmation) = check(&store, "123456").await else {
            panic!("refused")
        };
        // Until it is consumed it can be checked again: equal requests at once are all right.
        assert!(matches!(check(&store, "123456").await, Check::Right(_)));
        let mut transaction = store.begin("sign");
        confirm::consume(&mut transaction, &confirmation).await.unwrap();
        transaction.roll_back();
        let mut transaction = store.begin("sign");
        confirm::consume(&mut transaction, &confirmation).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(check(&store, "123456").await, Check::Closed);
        let mut transaction = store.begin("sign");
        let again = confirm::consume(&mut transaction, &confirmation).await;
        assert!(matches!(
            again,
            Err(StoreError::Conflict {
                table: "confirm_code",
                ..
            })
        ));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_good_for_its_binding_and_time_only() {
    on_both(async |database| {
        let store = open(database).await;
        issue(&store, "123456").await;
        for binding in [
            Binding {
                contract: Some(ContractId::new(2)),
                ..BINDING
            },
            Binding {
                contract: None,
                ..BINDING
            },
            Binding {
                contact: "13912345679",
                ..BINDING
            },
            Binding {
                purpose: "login",
                ..BINDING
            },
            Binding {
                revision: "ab",
                ..BINDING
            },
        ] {
            assert_eq!(
                confirm::check(&store, &binding, "123456", NOW).await.unwrap(),
                Check::Closed,
                "{binding:?}"
            );
        }
        let late = NOW.plus_ms(300_000);
        assert_eq!(
            confirm::check(&store, &BINDING, "123456", late).await.unwrap(),
            Check::Closed
        );
        assert!(matches!(check(&store, "123456").await, Check::Right(_)));
    })
    .await;
}

#[tokio::test]
async fn a_new_code_replaces_the_old_one_and_its_confirmation() {
    on_both(async |database| {
        let store = open(database).await;
        issue(&store, "111111").await;
        let Check::Right(old) = check(&store, "111111").await else {
            panic!("refused")
        };
        issue(&store, "222222").await;
        assert_eq!(check(&store, "111111").await, Check::Wrong { left: 4 });
        let mut transaction = store.begin("sign");
        assert!(confirm::consume(&mut transaction, &old).await.is_err());
        transaction.roll_back();
        assert!(matches!(check(&store, "222222").await, Check::Right(_)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_tries_at_once_five_are_evaluated() {
    on_both(async |database| {
        let store = open(database).await;
        issue(&store, "123456").await;
        let tries: Vec<_> = (0..200)
            .map(|guess| {
                let store = store.clone();
                tokio::spawn(async move { check(&store, &format!("{guess:06}")).await })
            })
            .collect();
        let (mut wrong, mut closed) = (0, 0);
        for attempt in tries {
            match attempt.await.unwrap() {
                Check::Wrong { .. } => wrong += 1,
                Check::Closed => closed += 1,
                Check::Right(_) => panic!("a wrong code was right"),
            }
        }
        assert_eq!((wrong, closed), (5, 195));
        assert_eq!(check(&store, "123456").await, Check::Closed);
    })
    .await;
}

const NUMBER: SendLimit = SendLimit {
    gap_ms: 60_000,
    per_hour: 5,
    per_day: 10,
};

async fn send(store: &Store, number: &str, at: Timestamp) -> SendPermit {
    let mut transaction = store.begin("count_send");
    let everything = SendLimit {
        gap_ms: 0,
        per_hour: 1_000,
        per_day: 10_000,
    };
    let subjects = [
        SendSubject {
            kind: "number",
            value: number,
            limit: NUMBER,
        },
        SendSubject {
            kind: "everything",
            value: "",
            limit: everything,
        },
    ];
    let permit = confirm::count_send(&mut transaction, &subjects, at)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    permit
}

#[tokio::test]
async fn sending_keeps_its_gap_and_its_limits_per_hour_and_day() {
    on_both(async |database| {
        let store = open(database).await;
        assert_eq!(send(&store, "139", NOW).await, SendPermit::Granted);
        let refused = SendPermit::Refused {
            retry_at: NOW.plus_ms(60_000),
        };
        assert_eq!(send(&store, "139", NOW.plus_ms(59_999)).await, refused);
        assert_eq!(send(&store, "138", NOW.plus_ms(1)).await, SendPermit::Granted);
        // Asking again and again whenever it is allowed, never more than 5 fall into any hour or 10 into any day.
        let mut sent = vec![NOW];
        let mut at = NOW.plus_ms(60_000);
        while at < NOW.plus_days(2) {
            match send(&store, "139", at).await {
                SendPermit::Granted => {
                    sent.push(at);
                    at = at.plus_ms(60_000);
                }
                SendPermit::Refused { retry_at } => {
                    assert!(retry_at > at);
                    at = retry_at;
                }
            }
        }
        let most = |window_ms: i64| {
            let within = |start: &Timestamp| {
                sent.iter()
                    .filter(|at| (0..window_ms).contains(&(at.ms() - start.ms())))
                    .count()
            };
            sent.iter().map(within).max().unwrap()
        };
        assert_eq!((most(3_600_000), most(86_400_000)), (5, 10));
        assert_eq!(sent.len(), 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_sendings_at_once_are_one() {
    on_both(async |database| {
        let store = open(database).await;
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { send(&store, "139", NOW).await })
            })
            .collect();
        let mut granted = 0;
        for task in tasks {
            granted += usize::from(task.await.unwrap() == SendPermit::Granted);
        }
        assert_eq!(granted, 1);
    })
    .await;
}

#[tokio::test]
async fn the_sweep_removes_what_is_over() {
    on_both(async |database| {
        let store = open(database).await;
        issue(&store, "123456").await;
        send(&store, "139", NOW).await;
        for (at, removed) in [(NOW, 0), (NOW.plus_ms(300_000), 1), (NOW.plus_days(2), 2)] {
            let mut transaction = store.begin("sweep");
            assert_eq!(confirm::sweep(&mut transaction, at).await.unwrap(), removed);
            transaction.commit().await.unwrap();
        }
    })
    .await;
}
