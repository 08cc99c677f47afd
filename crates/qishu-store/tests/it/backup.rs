//! Rows out of one database and into another one.

use qishu_model::company::Company;
use qishu_store::backup::{Export, Import, Page};
use qishu_store::{Scope, Store, StoreError, company, ledger};
use qishu_testkit::{TestDatabase, fresh_postgres, fresh_sqlite, on_both};

use crate::support::{STRANGER, a_company, a_contract, assert_promises, finish, open, open_with_companies};

async fn pages(store: &Store) -> Vec<Page> {
    let mut reader = store.read("export");
    let mut export = Export::default();
    let mut pages = Vec::new();
    while let Some(page) = export.next(&mut reader).await.unwrap() {
        pages.push(page);
    }
    pages
}

/// Companies, one of which joined a group whose head is younger; a contract; a page that a link opens.
async fn filled(database: &TestDatabase) -> Store {
    let store = open_with_companies(database).await;
    let younger = qishu_model::id::CompanyId::new(200);
    let mut transaction = store.begin("create_company");
    company::insert(&mut transaction, &a_company(younger, "新总公司", None))
        .await
        .unwrap();
    finish(transaction, "COMPANY", younger.get()).await.unwrap();
    let mut transaction = store.begin("join_group");
    let mut found = company::find(&mut transaction, Scope::System, STRANGER)
        .await
        .unwrap()
        .unwrap();
    found.value = Company {
        parent: Some(younger),
        ..found.value
    };
    company::update(&mut transaction, &found).await.unwrap();
    finish(transaction, "COMPANY", STRANGER.get()).await.unwrap();
    let mut transaction = store.begin("draft_contract");
    qishu_store::contract::insert(&mut transaction, &a_contract(500))
        .await
        .unwrap();
    finish(transaction, "CREATE", 500).await.unwrap();
    store
}

async fn import(store: &Store, pages: &[Page], rows: u64, head: ledger::Head) -> Result<(), StoreError> {
    let mut import = Import::begin(store.begin("restore")).await?;
    for page in pages {
        import.page(page).await?;
    }
    import.finish(rows, head).await
}

async fn into(from: &Store, target: &TestDatabase) {
    let exported = pages(from).await;
    let rows = exported.iter().map(|page| page.rows).sum();
    let head = ledger::head(&mut from.read("head")).await.unwrap();
    let restored = open(target).await;
    import(&restored, &exported, rows, head).await.unwrap();
    assert_promises(&restored).await;
    assert_eq!(
        pages(&restored).await,
        exported,
        "what comes out again is what went in"
    );
    // The restored database goes on where the old one was.
    let mut transaction = restored.begin("draft_contract");
    qishu_store::contract::insert(&mut transaction, &a_contract(501))
        .await
        .unwrap();
    finish(transaction, "CREATE", 501).await.unwrap();
    assert_promises(&restored).await;
    let again = import(&restored, &exported, rows, head).await;
    assert!(
        matches!(again, Err(StoreError::NotEmpty { entries }) if entries == head.number + 1),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_moves_with_every_row_within_and_between_the_two_kinds() {
    on_both(async |database| {
        let store = filled(database).await;
        let sqlite = fresh_sqlite();
        into(&store, &sqlite).await;
        sqlite.remove().await;
        if let Some(postgres) = fresh_postgres().await {
            into(&store, &postgres).await;
            postgres.remove().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_missing_or_none_of_ours_leave_the_database_empty() {
    on_both(async |database| {
        let from = fresh_sqlite();
        let store = filled(&from).await;
        let exported = pages(&store).await;
        let rows: u64 = exported.iter().map(|page| page.rows).sum();
        let head = ledger::head(&mut store.read("head")).await.unwrap();
        let restored = open(database).await;
        let without = |table: &str| -> Vec<Page> {
            exported
                .iter()
                .filter(|page| page.table != table)
                .cloned()
                .collect()
        };
        let odd = |table: &str, lines: &str| {
            let page = Page {
                table: table.to_owned(),
                lines: lines.as_bytes().to_vec(),
                rows: 1,
            };
            [exported.clone(), vec![page]].concat()
        };
        for spoilt in [
            without("contract_party"),
            without("ledger_head"),
            without("company"),
            odd("no_such_table", "{}"),
            odd("setting", "no json"),
            odd("setting", "{\"name) VALUES ('x'); --\":\"1\"}"),
            odd("setting", "{\"name\":[1]}"),
        ] {
            assert!(import(&restored, &spoilt, rows, head).await.is_err());
            assert_eq!(ledger::head(&mut restored.read("head")).await.unwrap().number, 0);
        }
        import(&restored, &exported, rows, head).await.unwrap();
        assert_promises(&restored).await;
    })
    .await;
}
