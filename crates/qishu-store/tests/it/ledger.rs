use qishu_model::id::CompanyId;
use qishu_store::ledger::{
    Anchor, ChainFault, Checkpoint, Difference, checkpoints, entries_of, head, insert_checkpoint,
    replay_and_compare, verify_chain,
};
use qishu_store::{Scope, Store, company};
use qishu_testkit::{TestDatabase, TestRandom, on_both};

use crate::support::{
    NOW, PLATFORM, a_company, assert_promises, entry, finish, open, open_with_companies, raw, raw_number,
};

const ROWS: u64 = 30;

/// A ledger of 30 rows.
async fn open_with_rows(database: &TestDatabase) -> Store {
    let store = open_with_companies(database).await;
    for number in 4..=ROWS {
        let mut company = company::find(&mut store.read("find"), Scope::System, PLATFORM)
            .await
            .unwrap()
            .unwrap();
        company.value.name = format!("名称 {number}");
        let mut transaction = store.begin("rename_company");
        company::update(&mut transaction, &company).await.unwrap();
        finish(
            transaction,
            if number % 2 == 0 { "RENAME" } else { "MODIFY" },
            PLATFORM.get(),
        )
        .await
        .unwrap();
    }
    store
}

async fn faults(store: &Store, anchors: &[Anchor]) -> Vec<ChainFault> {
    verify_chain(&mut store.read("verify_chain"), anchors)
        .await
        .unwrap()
        .faults
}

#[tokio::test]
async fn entries_come_back_in_order_and_by_kind() {
    on_both(async |database| {
        let store = open_with_rows(database).await;
        let mut reader = store.read("entries");
        let all = entries_of(&mut reader, PLATFORM.get(), &[]).await.unwrap();
        assert_eq!(all.len(), 28);
        assert!(all.is_sorted_by(|a, b| a.number < b.number));
        let written = entry("COMPANY", PLATFORM.get());
        let read = all[0].clone();
        assert_eq!(
            (read.number, read.at, read.tenant, read.subject),
            (1, NOW, written.tenant, written.subject)
        );
        assert_eq!(
            (read.kind.as_str(), read.actor, read.details),
            ("COMPANY", written.actor, written.details)
        );
        let kinds = |entries: Vec<qishu_store::ledger::Logged>| {
            entries.into_iter().map(|entry| entry.kind).collect::<Vec<_>>()
        };
        let some = entries_of(&mut reader, PLATFORM.get(), &["COMPANY", "MODIFY"])
            .await
            .unwrap();
        assert_eq!(some.len(), 14);
        assert!(!kinds(some).contains(&"RENAME".to_owned()));
        assert_eq!(entries_of(&mut reader, 12_345, &[]).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn one_operation_can_record_several_entries() {
    on_both(async |database| {
        let store = open(database).await;
        let mut transaction = store.begin("sign_contract");
        company::insert(&mut transaction, &a_company(PLATFORM, "甲", None))
            .await
            .unwrap();
        transaction.record(entry("SIGN", 1));
        transaction.record(entry("COMPLETE", 1));
        transaction.commit().await.unwrap();
        let mut reader = store.read("entries");
        let kinds: Vec<_> = entries_of(&mut reader, 1, &[])
            .await
            .unwrap()
            .into_iter()
            .map(|entry| entry.kind)
            .collect();
        assert_eq!(kinds, ["SIGN", "COMPLETE"]);
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_writers_at_once_leave_no_gap() {
    on_both(async |database| {
        let store = open(database).await;
        let writers: Vec<_> = (0..50_u64)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for round in 0..4 {
                        let id = CompanyId::new(1_000 + writer * 10 + round);
                        let mut transaction = store.begin("create_company");
                        company::insert(&mut transaction, &a_company(id, &format!("公司 {id}"), None))
                            .await
                            .unwrap();
                        // Every other one changes its mind: it must leave no hole.
                        if (writer + round) % 2 == 0 {
                            finish(transaction, "COMPANY", id.get()).await.unwrap();
                        }
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(head(&mut store.read("head")).await.unwrap().number, 100);
        let report = verify_chain(&mut store.read("verify_chain"), &[]).await.unwrap();
        assert_eq!((report.rows, report.faults), (100, Vec::new()));
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn every_edit_deletion_insertion_swap_and_cut_is_found() {
    on_both(async |database| {
        let store = open_with_rows(database).await;
        raw(database, "CREATE TABLE ledger_copy AS SELECT * FROM ledger").await;
        let random = TestRandom::new(73);
        for round in 0..120 {
            let number = 1 + random.below(ROWS);
            let other = 1 + (number + random.below(ROWS - 1)) % ROWS;
            raw(database, &tampering(round % 12, number, other)).await;
            assert_ne!(
                faults(&store, &[]).await,
                [],
                "round {round}: row {number}, other {other}"
            );
            raw(
                database,
                "DELETE FROM ledger; INSERT INTO ledger SELECT * FROM ledger_copy",
            )
            .await;
        }
        assert_eq!(faults(&store, &[]).await, []);
        assert_promises(&store).await;
    })
    .await;
}

fn tampering(kind: u64, number: u64, other: u64) -> String {
    let set = |change: &str| format!("UPDATE ledger SET {change} WHERE number = {number}");
    match kind {
        0 => set("kind = kind || 'X'"),
        1 => set("at_ms = at_ms + 1"),
        2 => set("tenant = NULL"),
        3 => set("subject = subject + 1"),
        4 => set("body = effects"),
        5 => set("effects = body"),
        6 => set("hash = body"),
        7 => format!("DELETE FROM ledger WHERE number = {number}"),
        8 => format!("DELETE FROM ledger WHERE number >= {number}"),
        9 => {
            let columns = "at_ms, tenant, kind, subject, body, effects, hash";
            format!(
                "INSERT INTO ledger (number, {columns}) SELECT {ROWS} + 1, {columns} FROM ledger WHERE number = {number}"
            )
        }
        10 => format!(
            "UPDATE ledger SET number = 1000 WHERE number = {number}; \
             UPDATE ledger SET number = {number} WHERE number = {other}; \
             UPDATE ledger SET number = {other} WHERE number = 1000"
        ),
        // Takes a row out and closes the gap.
        _ => format!(
            "DELETE FROM ledger WHERE number = {number}; \
             UPDATE ledger SET number = number + 1000 WHERE number > {number}; \
             UPDATE ledger SET number = number - 1001 WHERE number > 1000"
        ),
    }
}

#[tokio::test]
async fn a_chain_that_was_cut_together_with_its_head_is_off_its_checkpoints_and_anchors() {
    on_both(async |database| {
        let store = open_with_rows(database).await;
        let whole = head(&mut store.read("head")).await.unwrap();
        let checkpoint = Checkpoint {
            head: whole,
            at: NOW,
            signature: b"signed elsewhere".to_vec(),
            tree: None,
        };
        let mut transaction = store.begin("checkpoint");
        insert_checkpoint(&mut transaction, &checkpoint).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(
            checkpoints(&mut store.read("checkpoints")).await.unwrap(),
            [checkpoint]
        );
        let anchor = Anchor {
            number: whole.number,
            hash: whole.hash,
        };
        assert_eq!(faults(&store, &[anchor]).await, []);
        assert_eq!(
            faults(
                &store,
                &[Anchor {
                    number: 5,
                    hash: whole.hash
                }]
            )
            .await,
            [ChainFault::OffCheckpoint { number: 5 }]
        );
        raw(
            database,
            "DELETE FROM ledger WHERE number > 20; UPDATE ledger_head SET number = 20, \
             hash = (SELECT hash FROM ledger WHERE number = 20)",
        )
        .await;
        assert_eq!(
            faults(&store, &[]).await,
            [ChainFault::OffCheckpoint { number: 30 }]
        );
        raw(database, "DELETE FROM ledger_checkpoint").await;
        assert_eq!(faults(&store, &[]).await, []);
        assert_eq!(
            faults(&store, &[anchor]).await,
            [ChainFault::OffCheckpoint { number: 30 }]
        );
    })
    .await;
}

#[tokio::test]
async fn tables_changed_behind_the_ledger_are_found() {
    on_both(async |database| {
        let store = open_with_rows(database).await;
        let differences = async || {
            replay_and_compare(&mut store.read("replay"))
                .await
                .unwrap()
                .differences
        };
        let place = || ("company".to_owned(), "99".to_owned());
        raw(database, "UPDATE company SET name = '篡改' WHERE id = 99").await;
        let (table, key) = place();
        assert_eq!(differences().await, [Difference::Other { table, key }]);
        raw(database, "DELETE FROM company WHERE id = 99").await;
        let (table, key) = place();
        assert_eq!(differences().await, [Difference::Missing { table, key }]);
        raw(
            database,
            "INSERT INTO company (id, version, name, parent_id, body) \
             SELECT 98, version, 'x', parent_id, body FROM company WHERE id = 11",
        )
        .await;
        assert_eq!(differences().await.len(), 2);
        assert!(differences().await.contains(&Difference::Unrecorded {
            table: "company".to_owned(),
            key: "98".to_owned()
        }));
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_recorded_twice_is_found() {
    on_both(async |database| {
        let store = open_with_rows(database).await;
        raw(
            database,
            "UPDATE ledger SET effects = (SELECT effects FROM ledger WHERE number = 10) WHERE number = 20",
        )
        .await;
        let report = replay_and_compare(&mut store.read("replay")).await.unwrap();
        assert_eq!(report.changes, ROWS);
        assert_eq!(
            report.differences,
            [Difference::Repeated {
                table: "company".to_owned(),
                key: PLATFORM.get().to_string()
            }]
        );
    })
    .await;
}

#[tokio::test]
async fn no_head_no_writing() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        raw(database, "DELETE FROM ledger_head").await;
        let mut transaction = store.begin("create_company");
        company::insert(&mut transaction, &a_company(CompanyId::new(77), "乙", None))
            .await
            .unwrap();
        finish(transaction, "COMPANY", 77).await.unwrap_err();
        assert_eq!(raw_number(database, "SELECT count(*) AS n FROM company").await, 3);
    })
    .await;
}
