use qishu_store::{Scope, Store, StoreError, company, setting};
use qishu_testkit::{TestDatabase, TestRandom, fresh_postgres, fresh_sqlite, on_both};

use crate::support::{
    PLATFORM, a_company, assert_promises, finish, open, open_with_companies, options, raw, raw_number,
};

async fn names(store: &Store) -> Vec<String> {
    let companies = company::list(&mut store.read("list_companies"), Scope::System)
        .await
        .unwrap();
    companies.into_iter().map(|company| company.value.name).collect()
}

#[tokio::test]
async fn what_is_committed_is_read_and_what_is_dropped_is_not() {
    on_both(async |database| {
        let store = open(database).await;
        let mut transaction = store.begin("create_company");
        company::insert(&mut transaction, &a_company(PLATFORM, "甲", None))
            .await
            .unwrap();
        drop(transaction);
        assert_eq!(names(&store).await, [""; 0]);
        let mut transaction = store.begin("create_company");
        company::insert(&mut transaction, &a_company(PLATFORM, "甲", None))
            .await
            .unwrap();
        assert_eq!(names(&store).await, [""; 0]);
        finish(transaction, "COMPANY", 10).await.unwrap();
        assert_eq!(names(&store).await, ["甲"]);
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn business_changes_without_a_ledger_entry_are_refused() {
    on_both(async |database| {
        let store = open(database).await;
        let mut transaction = store.begin("create_company");
        company::insert(&mut transaction, &a_company(PLATFORM, "甲", None))
            .await
            .unwrap();
        let refused = transaction.commit().await;
        assert!(matches!(
            refused,
            Err(StoreError::Programming {
                operation: "create_company",
                ..
            })
        ));
        assert_eq!(names(&store).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_stale_version_is_a_conflict() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        let seen = company::find(&mut store.read("find"), Scope::System, PLATFORM)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(seen.version, 1);
        for expected_conflict in [false, true] {
            let mut changed = seen.clone();
            changed.value.name = format!("改名 {expected_conflict}");
            let mut transaction = store.begin("rename_company");
            let updated = company::update(&mut transaction, &changed).await;
            let conflict = StoreError::Conflict {
                table: "company",
                key: "10".to_owned(),
            };
            assert_eq!(updated, if expected_conflict { Err(conflict) } else { Ok(()) });
            if updated.is_ok() {
                finish(transaction, "RENAME", 10).await.unwrap();
            }
        }
        let now = company::find(&mut store.read("find"), Scope::System, PLATFORM)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((now.version, now.value.name.as_str()), (2, "改名 false"));
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn a_taken_value_is_named_alike_and_ends_the_transaction() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        for (id, name, taken) in [
            (PLATFORM.get(), "新公司", "company.key"),
            (77, "路人公司", "company.name"),
        ] {
            let mut transaction = store.begin("create_company");
            let company = a_company(qishu_model::id::CompanyId::new(id), name, None);
            let error = company::insert(&mut transaction, &company).await.unwrap_err();
            assert!(error.is_duplicate_of(taken), "{error}");
            assert!(!error.is_transient());
            let went_on = setting::find::<String>(&mut transaction, "x").await;
            assert!(matches!(went_on, Err(StoreError::Programming { .. })));
            assert!(matches!(
                transaction.commit().await,
                Err(StoreError::Programming { .. })
            ));
        }
        assert_eq!(names(&store).await.len(), 3);
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn a_reader_sees_one_moment() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        let mut reader = store.read("list_companies");
        assert_eq!(company::list(&mut reader, Scope::System).await.unwrap().len(), 3);
        let mut transaction = store.begin("create_company");
        let company = a_company(qishu_model::id::CompanyId::new(77), "后来者", None);
        company::insert(&mut transaction, &company).await.unwrap();
        finish(transaction, "COMPANY", 77).await.unwrap();
        assert_eq!(company::list(&mut reader, Scope::System).await.unwrap().len(), 3);
        assert_eq!(names(&store).await.len(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_that_go_away_leave_all_or_nothing() {
    on_both(async |database| {
        let store = open(database).await;
        let random = TestRandom::new(7);
        let mut answered = 0;
        for round in 0..10_u64 {
            let tasks: Vec<_> = (0..10)
                .map(|task| {
                    let store = store.clone();
                    let id = qishu_model::id::CompanyId::new(1_000 + round * 10 + task);
                    tokio::spawn(async move {
                        let mut transaction = store.begin("create_company");
                        company::insert(&mut transaction, &a_company(id, &format!("公司 {id}"), None))
                            .await?;
                        finish(transaction, "COMPANY", id.get()).await
                    })
                })
                .collect();
            tokio::time::sleep(std::time::Duration::from_micros(random.below(20_000))).await;
            for task in tasks {
                task.abort();
                if let Ok(outcome) = task.await {
                    outcome.unwrap();
                    answered += 1;
                }
            }
        }
        // A commit that was under way when its caller left may still be on its way through the writer.
        let mut transaction = store.begin("settle");
        setting::insert(&mut transaction, "settled", &true).await.unwrap();
        finish(transaction, "SETTING", 0).await.unwrap();
        assert!(names(&store).await.len() >= answered);
        let head = qishu_store::ledger::head(&mut store.read("head")).await.unwrap();
        assert_eq!(
            usize::try_from(head.number).unwrap(),
            names(&store).await.len() + 1
        );
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn another_data_key_is_refused_and_makes_nothing_new() {
    on_both(async |database| {
        open(database).await.close().await;
        let wrong = Store::connect(options(&database.url, 8)).await.unwrap();
        assert_eq!(wrong.migrate().await, Err(StoreError::WrongKey { version: 1 }));
        wrong.close().await;
        open(database).await.close().await;
    })
    .await;
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        store.migrate().await.unwrap();
        assert_eq!(names(&store).await.len(), 3);
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn settings_are_versioned_json() {
    on_both(async |database| {
        let store = open(database).await;
        let mut transaction = store.begin("set");
        setting::insert(&mut transaction, "colour", &"红").await.unwrap();
        finish(transaction, "SETTING", 0).await.unwrap();
        let mut seen = setting::find::<String>(&mut store.read("get"), "colour")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((seen.version, seen.value.as_str()), (1, "红"));
        seen.value = "蓝".to_owned();
        let mut transaction = store.begin("set");
        setting::update(&mut transaction, "colour", &seen).await.unwrap();
        finish(transaction, "SETTING", 0).await.unwrap();
        let now = setting::find::<String>(&mut store.read("get"), "colour")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((now.version, now.value.as_str()), (2, "蓝"));
        assert!(
            setting::find::<String>(&mut store.read("get"), "size")
                .await
                .unwrap()
                .is_none()
        );
        let wrong_form = setting::find::<u64>(&mut store.read("get"), "colour")
            .await
            .unwrap_err();
        assert!(
            matches!(&wrong_form, StoreError::Corrupt { what } if !what.contains('蓝')),
            "{wrong_form}"
        );
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn addresses_that_make_no_sense_are_refused() {
    for url in [
        "mysql://x",
        "",
        "sqlite:/nowhere/at/all/qishu.db",
        "postgres://127.0.0.1:1/x",
    ] {
        let refused = Store::connect(options(url, 7)).await;
        assert!(
            matches!(refused.err(), Some(StoreError::Unavailable { .. })),
            "{url}"
        );
    }
}

#[tokio::test]
async fn planted_personal_data_is_in_no_file() {
    let database = fresh_sqlite();
    let store = open_with_companies(&database).await;
    // First with the write-ahead log still there, then with everything in the main file.
    assert_nothing_planted(&database);
    store.close().await;
    assert_nothing_planted(&database);
}

fn assert_nothing_planted(database: &TestDatabase) {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(database.folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let contains = |needle: &str| {
        bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
    };
    assert!(
        contains("路人公司"),
        "the check itself must find what is in the clear"
    );
    for planted in ["王小明", "13912345678", "李法人", "测试"] {
        assert!(!contains(planted), "{planted}");
    }
}

#[tokio::test]
async fn a_connection_lost_at_commit_is_looked_up() {
    let Some(database) = fresh_postgres().await else {
        return;
    };
    let store = open_with_companies(&database).await;
    // The transaction that makes 等待者 waits in COMMIT: once before it is stored, once after.
    let trap = "CREATE FUNCTION wait_before() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$; \
                CREATE FUNCTION wait_after() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN PERFORM set_config('synchronous_commit', 'on', true); RETURN NEW; END $$; \
                CREATE CONSTRAINT TRIGGER before_it AFTER INSERT ON company DEFERRABLE INITIALLY DEFERRED \
                FOR EACH ROW WHEN (NEW.name = '等待者一') EXECUTE FUNCTION wait_before(); \
                CREATE TRIGGER after_it BEFORE INSERT ON company \
                FOR EACH ROW WHEN (NEW.name = '等待者二') EXECUTE FUNCTION wait_after()";
    raw(&database, trap).await;
    for (id, name, event, stored) in [
        (501, "等待者一", "PgSleep", false),
        (502, "等待者二", "SyncRep", true),
    ] {
        let mut transaction = store.begin("create_company");
        let company = a_company(qishu_model::id::CompanyId::new(id), name, None);
        company::insert(&mut transaction, &company).await.unwrap();
        let committing = tokio::spawn(finish(transaction, "COMPANY", id));
        terminate_waiting(&database, event).await;
        let outcome = committing.await.unwrap();
        assert_eq!(outcome.is_ok(), stored, "{outcome:?}");
        assert!(stored || outcome.unwrap_err().is_transient());
        assert_eq!(names(&store).await.contains(&name.to_owned()), stored);
    }
    assert_promises(&store).await;
    store.close().await;
    database.remove().await;
}

/// Ends the connection of the session that waits for `event`, as soon as one does.
async fn terminate_waiting(database: &TestDatabase, event: &str) {
    for _ in 0..500 {
        let sql = format!(
            "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event = '{event}'"
        );
        if raw_number(database, &sql).await > 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("no session waits for {event}: start the server with scripts/with-postgres.sh");
}

#[tokio::test]
async fn a_lost_connection_before_the_commit_is_transient() {
    let Some(database) = fresh_postgres().await else {
        return;
    };
    let store = open_with_companies(&database).await;
    let mut transaction = store.begin("create_company");
    let company = a_company(qishu_model::id::CompanyId::new(500), "丢失者", None);
    company::insert(&mut transaction, &company).await.unwrap();
    let sql = "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(raw_number(&database, sql).await > 0);
    let lost = finish(transaction, "COMPANY", 500).await.unwrap_err();
    assert!(lost.is_transient(), "{lost}");
    assert_eq!(names(&store).await.len(), 3);
    assert_promises(&store).await;
    store.close().await;
    database.remove().await;
}
