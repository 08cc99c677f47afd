use qishu_model::contract::{CategoryRef, Contract, ContractState};
use qishu_model::id::{CategoryId, CompanyId, ContractId, DocumentId};
use qishu_store::contract::{self, ContractFilter, Side};
use qishu_store::document::{self, Revision, RevisionPart};
use qishu_store::{Page, Scope, Store, StoreError, blob_names};
use qishu_testkit::{TestDatabase, on_both};

use crate::support::{
    BRANCH, NOW, PLATFORM, STRANGER, a_contract, a_document, a_party, assert_promises, finish, mobile,
    open_with_companies, raw_number, store_contract,
};

const ALL: Page = Page {
    offset: 0,
    limit: 1_000,
};

fn sent(id: u64) -> Contract {
    Contract {
        state: ContractState::Signing,
        publish_time: Some(NOW.plus_ms(id.cast_signed())),
        ..a_contract(id)
    }
}

/// A contract that the platform company sent to `receiver`.
fn sent_to(id: u64, receiver: CompanyId) -> Contract {
    let signatories = vec![
        a_party(id * 10, true, Some(PLATFORM), None),
        a_party(id * 10 + 1, false, Some(receiver), None),
    ];
    Contract {
        signatories,
        ..sent(id)
    }
}

fn a_revision(document: u64, number: u32) -> Revision {
    let parts = (0..=number).map(|part| RevisionPart {
        sha256: [part as u8; 32],
        length: 100 + u64::from(part),
    });
    Revision {
        document_id: DocumentId::new(document),
        number,
        sha256: [200 + number as u8; 32],
        parts: parts.collect(),
        digest_state: (number > 0).then(|| vec![1, 2, 3]),
        plan: (number == 0).then_some([77; 32]),
        act_id: None,
        create_time: NOW,
    }
}

async fn find(store: &Store, scope: Scope, id: u64) -> Option<Contract> {
    let found = contract::find(&mut store.read("find"), scope, ContractId::new(id))
        .await
        .unwrap();
    found.map(|found| found.value)
}

#[tokio::test]
async fn a_contract_comes_back_as_it_was_stored() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        let draft = Contract {
            biz_id: Some("B-1".to_owned()),
            ..a_contract(1)
        };
        store_contract(&store, &draft).await.unwrap();
        assert_eq!(find(&store, Scope::Platform(PLATFORM), 1).await, Some(draft));
        let twice = Contract {
            biz_id: Some("B-1".to_owned()),
            ..a_contract(2)
        };
        let taken = store_contract(&store, &twice).await.unwrap_err();
        assert!(taken.is_duplicate_of("contract.biz_id"), "{taken}");
        store_contract(
            &store,
            &Contract {
                company_id: BRANCH,
                ..twice
            },
        )
        .await
        .unwrap();
        let mut reader = store.read("biz_id");
        for (scope, companies) in [
            (Scope::Platform(PLATFORM), &[PLATFORM, BRANCH][..]),
            (Scope::Company(BRANCH), &[BRANCH]),
            (Scope::Company(STRANGER), &[]),
        ] {
            let found = contract::find_by_biz_id(&mut reader, scope, "B-1").await.unwrap();
            let found: Vec<CompanyId> = found.iter().map(|found| found.value.company_id).collect();
            assert_eq!(found, companies, "{scope:?}");
        }
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn receivers_see_what_was_sent_to_them_and_strangers_see_nothing() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        let received = Contract {
            company_id: STRANGER,
            ..sent_to(1, BRANCH)
        };
        store_contract(&store, &received).await.unwrap();
        store_contract(
            &store,
            &Contract {
                state: ContractState::Draft,
                company_id: STRANGER,
                ..sent_to(2, BRANCH)
            },
        )
        .await
        .unwrap();
        for (scope, seen) in [
            (Scope::Platform(PLATFORM), [true, false]),
            (Scope::Company(BRANCH), [true, false]),
            (Scope::Company(PLATFORM), [false, false]),
            (Scope::Company(STRANGER), [true, true]),
            (Scope::System, [true, true]),
        ] {
            for (id, seen) in [(1, seen[0]), (2, seen[1])] {
                assert_eq!(find(&store, scope, id).await.is_some(), seen, "{scope:?} {id}");
                let document = DocumentId::new(id * 10);
                let by_document = contract::find_by_document(&mut store.read("document"), scope, document)
                    .await
                    .unwrap();
                assert_eq!(by_document.is_some(), seen, "{scope:?} document of {id}");
            }
        }
    })
    .await;
}

async fn open_with_list(database: &TestDatabase) -> Store {
    let store = open_with_companies(database).await;
    let category = Some(CategoryRef {
        id: CategoryId::new(5),
        name: "采购".to_owned(),
    });
    for contract in [
        sent(1),
        sent(2),
        Contract {
            create_time: NOW.plus_ms(3),
            ..a_contract(3)
        },
        Contract {
            state: ContractState::Recalled { comments: None },
            category,
            ..sent(4)
        },
        sent_to(5, STRANGER),
        Contract {
            company_id: STRANGER,
            ..sent_to(6, PLATFORM)
        },
        Contract {
            company_id: STRANGER,
            state: ContractState::Draft,
            publish_time: None,
            ..sent_to(7, PLATFORM)
        },
    ] {
        store_contract(&store, &contract).await.unwrap();
    }
    store
}

const EVERY_STARTED: ContractFilter<'_> = ContractFilter {
    company: PLATFORM,
    side: Side::Sponsor,
    statuses: &[],
    category: None,
    from: NOW,
    to: NOW.plus_days(1),
    ascending: true,
};

#[tokio::test]
async fn lists_filter_by_side_status_category_and_time_and_count_beyond_the_page() {
    on_both(async |database| {
        let store = open_with_list(database).await;
        let all = EVERY_STARTED;
        let mut reader = store.read("list_contracts");
        for (filter, page, total, ids) in [
            (all.clone(), ALL, 5, &[1, 2, 4, 5, 3][..]),
            (
                ContractFilter {
                    ascending: false,
                    ..all.clone()
                },
                ALL,
                5,
                &[3, 5, 4, 2, 1],
            ),
            (all.clone(), Page { offset: 1, limit: 2 }, 5, &[2, 4]),
            (
                ContractFilter {
                    side: Side::Receiver,
                    ..all.clone()
                },
                ALL,
                1,
                &[6],
            ),
            (
                ContractFilter {
                    side: Side::All,
                    ..all.clone()
                },
                ALL,
                6,
                &[1, 2, 4, 5, 6, 3],
            ),
            (
                ContractFilter {
                    statuses: &["RECALLED", "DRAFT"],
                    ..all.clone()
                },
                ALL,
                2,
                &[4, 3],
            ),
            (
                ContractFilter {
                    category: Some(CategoryId::new(5)),
                    ..all.clone()
                },
                ALL,
                1,
                &[4],
            ),
            (
                ContractFilter {
                    from: NOW.plus_ms(2),
                    to: NOW.plus_ms(3),
                    ..all.clone()
                },
                ALL,
                2,
                &[2, 3],
            ),
            (
                ContractFilter {
                    company: STRANGER,
                    side: Side::Receiver,
                    ..all.clone()
                },
                ALL,
                1,
                &[5],
            ),
            (
                ContractFilter {
                    company: BRANCH,
                    side: Side::All,
                    ..all.clone()
                },
                ALL,
                0,
                &[],
            ),
        ] {
            let listed = contract::list(&mut reader, &filter, page).await.unwrap();
            let found: Vec<u64> = listed
                .rows
                .iter()
                .map(|contract| contract.value.id.get())
                .collect();
            assert_eq!((listed.total, &found[..]), (total, ids), "{filter:?}");
        }
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn parties_and_documents_follow_the_contract() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        store_contract(&store, &a_contract(1)).await.unwrap();
        let mut stored = contract::find(&mut store.read("find"), Scope::System, ContractId::new(1))
            .await
            .unwrap()
            .unwrap();
        stored.value.signatories[1].receiver = Some(mobile("13700000000"));
        stored
            .value
            .signatories
            .push(a_party(12, false, Some(BRANCH), None));
        stored.value.signatories.remove(0);
        stored.value.documents = vec![a_document(10), a_document(11)];
        let mut transaction = store.begin("overwrite_draft");
        contract::update(&mut transaction, &stored).await.unwrap();
        for (document, number) in [(10, 0), (11, 0), (11, 1)] {
            document::insert_revision(&mut transaction, &a_revision(document, number))
                .await
                .unwrap();
        }
        finish(transaction, "MODIFY", 1).await.unwrap();
        assert_eq!(
            raw_number(database, "SELECT count(*) AS n FROM contract_party").await,
            2
        );
        assert_eq!(
            raw_number(database, "SELECT MIN(id) AS n FROM contract_party").await,
            11
        );
        stored.version += 1;
        stored.value.documents.remove(1);
        let mut transaction = store.begin("remove_document");
        contract::update(&mut transaction, &stored).await.unwrap();
        finish(transaction, "MODIFY", 1).await.unwrap();
        assert_eq!(
            raw_number(database, "SELECT count(*) AS n FROM document_revision").await,
            1
        );
        assert_promises(&store).await;
        stored.version += 1;
        let mut transaction = store.begin("delete_draft");
        contract::delete(&mut transaction, &stored).await.unwrap();
        finish(transaction, "DELETE", 1).await.unwrap();
        for table in ["contract", "contract_party", "document", "document_revision"] {
            assert_eq!(
                raw_number(database, &format!("SELECT count(*) AS n FROM {table}")).await,
                0,
                "{table}"
            );
        }
        assert_promises(&store).await;
        let mut transaction = store.begin("delete_draft");
        let gone = contract::delete(&mut transaction, &stored).await;
        assert_eq!(
            gone,
            Err(StoreError::Conflict {
                table: "contract",
                key: "1".to_owned()
            })
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_updates_of_one_version_one_wins() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        store_contract(&store, &a_contract(1)).await.unwrap();
        let seen = contract::find(&mut store.read("find"), Scope::System, ContractId::new(1))
            .await
            .unwrap()
            .unwrap();
        let tasks: Vec<_> = (0..50)
            .map(|number| {
                let (store, mut seen) = (store.clone(), seen.clone());
                tokio::spawn(async move {
                    seen.value.subject = format!("第 {number} 个");
                    let mut transaction = store.begin("modify_contract");
                    contract::update(&mut transaction, &seen).await?;
                    finish(transaction, "MODIFY", 1).await
                })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => won += 1,
                Err(error) => assert!(
                    matches!(
                        error,
                        StoreError::Conflict {
                            table: "contract",
                            ..
                        }
                    ),
                    "{error}"
                ),
            }
        }
        assert_eq!(won, 1);
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_updates_that_queue_up_all_win() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        store_contract(&store, &sent_to(1, BRANCH)).await.unwrap();
        let tasks: Vec<_> = (0..50)
            .map(|number| {
                let store = store.clone();
                let scope = Scope::Platform(if number % 2 == 0 { PLATFORM } else { BRANCH });
                tokio::spawn(async move {
                    let mut transaction = store.begin("tag_contract");
                    let found = contract::find_for_update(&mut transaction, scope, ContractId::new(1)).await;
                    let mut seen = found.unwrap().unwrap();
                    seen.value.tags.push(number.to_string());
                    contract::update(&mut transaction, &seen).await.unwrap();
                    finish(transaction, "MODIFY", 1).await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(find(&store, Scope::System, 1).await.unwrap().tags.len(), 50);
        let mut transaction = store.begin("tag_contract");
        let hidden =
            contract::find_for_update(&mut transaction, Scope::Company(STRANGER), ContractId::new(1)).await;
        assert_eq!(hidden.unwrap(), None);
        transaction.roll_back();
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn revisions_keep_their_parts_and_are_made_once() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        store_contract(&store, &a_contract(1)).await.unwrap();
        let mut transaction = store.begin("add_document");
        for number in 0..3 {
            document::insert_revision(&mut transaction, &a_revision(10, number))
                .await
                .unwrap();
        }
        finish(transaction, "MODIFY", 1).await.unwrap();
        let mut reader = store.read("revisions");
        let id = DocumentId::new(10);
        let all = document::list_revisions(&mut reader, id).await.unwrap();
        assert_eq!(all, [0, 1, 2].map(|number| a_revision(10, number)));
        assert_eq!(all[2].length(), 303);
        assert_eq!(
            document::find_revision(&mut reader, id, 1).await.unwrap(),
            Some(a_revision(10, 1))
        );
        assert_eq!(document::find_revision(&mut reader, id, 3).await.unwrap(), None);
        let again = document::insert_revision(&mut store.begin("again"), &a_revision(10, 2)).await;
        assert!(matches!(again, Err(StoreError::Duplicate { .. })));
        let names = blob_names::list(&mut reader).await.unwrap();
        let text_index = [0x11; 32];
        assert_eq!(names, [[0; 32], [1; 32], [2; 32], text_index, [77; 32]]);
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn overdue_contracts_are_listed_while_they_are_open() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        for (id, days, state) in [
            (1, 2, ContractState::Signing),
            (2, 1, ContractState::Filling),
            (3, 9, ContractState::Signing),
            (4, 1, ContractState::Draft),
            (
                5,
                1,
                ContractState::Complete {
                    time: NOW,
                    void_failure: None,
                },
            ),
        ] {
            let contract = Contract {
                state,
                expire_time: Some(NOW.plus_days(days)),
                ..a_contract(id)
            };
            store_contract(&store, &contract).await.unwrap();
        }
        let mut reader = store.read("expired");
        let overdue = contract::list_expired(&mut reader, NOW.plus_days(3), 10)
            .await
            .unwrap();
        assert_eq!(overdue, [2, 1].map(ContractId::new));
        let first = contract::list_ids(&mut reader, None, 2).await.unwrap();
        assert_eq!(first, [1, 2].map(ContractId::new));
        let rest = contract::list_ids(&mut reader, Some(first[1]), 10).await.unwrap();
        assert_eq!(rest, [3, 4, 5].map(ContractId::new));
    })
    .await;
}
