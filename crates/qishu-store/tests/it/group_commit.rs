//! What only SQLite has: many operations in one commit.

use std::path::Path;
use std::time::Duration;

use qishu_model::id::CompanyId;
use qishu_store::{Scope, Store, StoreError, company, replay};
use qishu_testkit::{TestDatabase, fresh_sqlite};

use crate::support::{
    NOW, a_company, assert_promises, entry, finish, open, open_with_companies, options, raw,
};

async fn create(store: Store, id: u64) -> Result<(), StoreError> {
    let mut transaction = store.begin("create_company");
    company::insert(
        &mut transaction,
        &a_company(CompanyId::new(id), &format!("公司 {id}"), None),
    )
    .await?;
    finish(transaction, "COMPANY", id).await
}

async fn count(store: &Store) -> usize {
    company::list(&mut store.read("count"), Scope::System)
        .await
        .unwrap()
        .len()
}

/// What a machine would find after the power failed now: the files as they are.
async fn after_a_crash(database: &TestDatabase, copy: &Path) -> Store {
    for entry in std::fs::read_dir(database.folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    let url = format!("sqlite:{}", copy.join("qishu.db").display());
    let store = Store::connect(options(&url, 7)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

#[tokio::test]
async fn an_operation_is_answered_only_after_the_commit_of_its_group_and_a_crash_before_leaves_nothing() {
    let database = fresh_sqlite();
    let store = open_with_companies(&database).await;
    // The first operation holds the writer; the second queues up behind it, so both belong to one group.
    let mut first = store.begin("first");
    company::insert(&mut first, &a_company(CompanyId::new(100), "第一", None))
        .await
        .unwrap();
    let mut second = store.begin("second");
    let queued = tokio::spawn(async move {
        company::insert(&mut second, &a_company(CompanyId::new(101), "第二", None))
            .await
            .unwrap();
        second
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    first.record(entry("COMPANY", 100));
    let first = tokio::spawn(first.commit());
    let mut second = queued.await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(
        !first.is_finished(),
        "the first operation was answered before its group was committed"
    );
    let copy = tempfile_folder();
    let crashed = after_a_crash(&database, copy.path()).await;
    assert_eq!(count(&crashed).await, 3);
    assert_promises(&crashed).await;
    second.record(entry("COMPANY", 101));
    second.commit().await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(count(&store).await, 5);
    let copy = tempfile_folder();
    let crashed = after_a_crash(&database, copy.path()).await;
    assert_eq!(count(&crashed).await, 5);
    assert_promises(&crashed).await;
}

fn tempfile_folder() -> qishu_testkit::database::TempFolder {
    qishu_testkit::database::TempFolder::new().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failing_operation_takes_nobody_with_it() {
    let database = fresh_sqlite();
    let store = open(&database).await;
    let mut tasks = Vec::new();
    for id in 0..120_u64 {
        // Every third takes a name that exists; every fifth goes away half-way.
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let number = if id % 3 == 2 { 1_000 } else { 1_000 + id };
            if id % 5 == 4 {
                let mut transaction = store.begin("abandoned");
                company::insert(
                    &mut transaction,
                    &a_company(CompanyId::new(5_000 + id), &format!("弃 {id}"), None),
                )
                .await?;
                drop(transaction);
                return Ok(false);
            }
            create(store, number).await.map(|()| true)
        }));
    }
    let (mut stored, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(true) => stored += 1,
            Ok(false) => {}
            Err(error) => {
                assert!(
                    error.is_duplicate_of("company.name") || error.is_duplicate_of("company.key"),
                    "{error}"
                );
                refused += 1;
            }
        }
    }
    assert_eq!(stored + refused, 96);
    assert_eq!(count(&store).await, stored);
    assert_eq!(
        qishu_store::ledger::head(&mut store.read("head"))
            .await
            .unwrap()
            .number,
        stored as i64
    );
    assert_promises(&store).await;
}

#[tokio::test]
async fn a_failed_commit_fails_its_whole_group_and_nothing_else() {
    let database = fresh_sqlite();
    let store = open_with_companies(&database).await;
    // A row that breaks a deferred constraint is noticed by COMMIT only.
    let trap = "CREATE TABLE trap (company INTEGER REFERENCES company (id) DEFERRABLE INITIALLY DEFERRED); \
                CREATE TRIGGER spring AFTER INSERT ON company WHEN NEW.name = '坏' \
                BEGIN INSERT INTO trap VALUES (-1); END";
    raw(&database, trap).await;
    let mut good = store.begin("good");
    company::insert(&mut good, &a_company(CompanyId::new(100), "好", None))
        .await
        .unwrap();
    let bad = tokio::spawn({
        let store = store.clone();
        async move {
            let mut bad = store.begin("bad");
            company::insert(&mut bad, &a_company(CompanyId::new(101), "坏", None)).await?;
            finish(bad, "COMPANY", 101).await
        }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let good = finish(good, "COMPANY", 100).await;
    let bad = bad.await.unwrap();
    for failed in [good, bad] {
        let failed = failed.unwrap_err();
        assert!(
            failed.is_transient() && failed.to_string().contains("FOREIGN KEY"),
            "{failed}"
        );
    }
    assert_eq!(count(&store).await, 3);
    assert!(store.writes());
    create(store.clone(), 102).await.unwrap();
    assert_eq!(count(&store).await, 4);
    assert_promises(&store).await;
}

#[tokio::test]
async fn an_operation_that_sleeps_on_the_writer_is_taken_back() {
    let database = fresh_sqlite();
    let store = open_with_companies(&database).await;
    let mut sleeper = store.begin("sleeper");
    company::insert(&mut sleeper, &a_company(CompanyId::new(100), "睡", None))
        .await
        .unwrap();
    // Waits until the sleeper's time is up, then goes on.
    create(store.clone(), 101).await.unwrap();
    let late = finish(sleeper, "COMPANY", 100).await.unwrap_err();
    assert!(late.is_transient(), "{late}");
    assert_eq!(count(&store).await, 4);
    assert_promises(&store).await;
}

#[tokio::test]
async fn a_closed_store_finishes_what_runs_and_refuses_the_rest() {
    let database = fresh_sqlite();
    let store = open(&database).await;
    let running: Vec<_> = (0..20)
        .map(|id| tokio::spawn(create(store.clone(), 1_000 + id)))
        .collect();
    tokio::task::yield_now().await;
    store.close().await;
    let mut stored = 0;
    for task in running {
        match task.await.unwrap() {
            Ok(()) => stored += 1,
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
    let mut transaction = store.begin("too_late");
    let refused = replay::note(&mut transaction, b"x", NOW).await.unwrap_err();
    assert!(refused.is_transient(), "{refused}");
    let reopened = open(&database).await;
    assert_eq!(count(&reopened).await, stored);
    assert_promises(&reopened).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_one_file() {
    let database = fresh_sqlite();
    let (one, two) = (open(&database).await, open(&database).await);
    let tasks: Vec<_> = (0..40_u64)
        .map(|id| {
            tokio::spawn(create(
                if id % 2 == 0 { one.clone() } else { two.clone() },
                1_000 + id,
            ))
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(count(&one).await, 40);
    assert_promises(&two).await;
}
