use qishu_model::contact::{ContactType, User};
use qishu_model::id::ContractId;
use qishu_store::outbox::{self, MessageState, NewMessage};
use qishu_store::page::{self, PageLink, PageSession};
use qishu_store::{contact_language, replay};
use qishu_testkit::on_both;

use crate::support::{NOW, open, raw_number};

#[tokio::test]
async fn a_link_works_until_it_expires_or_is_removed() {
    on_both(async |database| {
        let store = open(database).await;
        let link = PageLink {
            purpose: "sign".to_owned(),
            contract_id: Some(ContractId::new(5)),
            expire: NOW.plus_ms(1_000),
            data: serde_json::json!({ "contact": "13912345678" }),
        };
        let mut transaction = store.begin("make_link");
        page::insert_link(&mut transaction, "token", &link).await.unwrap();
        transaction.commit().await.unwrap();
        let mut reader = store.read("open_link");
        assert_eq!(
            page::find_link(&mut reader, "token", NOW).await.unwrap(),
            Some(link.clone())
        );
        assert_eq!(page::find_link(&mut reader, "Token", NOW).await.unwrap(), None);
        assert_eq!(
            page::find_link(&mut reader, "token", link.expire).await.unwrap(),
            None
        );
        for there in [true, false] {
            let mut transaction = store.begin("use_link");
            assert_eq!(page::remove_link(&mut transaction, "token").await.unwrap(), there);
            transaction.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn sessions_end_and_the_sweep_removes_what_ended() {
    on_both(async |database| {
        let store = open(database).await;
        let session = PageSession {
            contract_id: None,
            expire: NOW.plus_ms(1_000),
            data: serde_json::json!({ "person": 7 }),
        };
        let mut transaction = store.begin("start_session");
        page::insert_session(&mut transaction, "a", &session)
            .await
            .unwrap();
        page::insert_session(
            &mut transaction,
            "b",
            &PageSession {
                expire: NOW,
                ..session.clone()
            },
        )
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(
            page::find_session(&mut store.read("session"), "a", NOW)
                .await
                .unwrap(),
            Some(session)
        );
        assert_eq!(
            page::find_session(&mut store.read("session"), "b", NOW)
                .await
                .unwrap(),
            None
        );
        let mut transaction = store.begin("sweep");
        assert_eq!(page::sweep(&mut transaction, NOW).await.unwrap(), 1);
        page::remove_session(&mut transaction, "a").await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(
            raw_number(database, "SELECT count(*) AS n FROM page_session").await,
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_equal_requests_at_once_one_is_new() {
    on_both(async |database| {
        let store = open(database).await;
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut transaction = store.begin("note_request");
                    let new = replay::note(&mut transaction, b"token/signature", NOW.plus_ms(1))
                        .await
                        .unwrap();
                    transaction.commit().await.unwrap();
                    new
                })
            })
            .collect();
        let mut new = 0;
        for task in tasks {
            new += usize::from(task.await.unwrap());
        }
        assert_eq!(new, 1);
        for (at, removed) in [(NOW, 0), (NOW.plus_ms(1), 1)] {
            let mut transaction = store.begin("sweep");
            assert_eq!(replay::sweep(&mut transaction, at).await.unwrap(), removed);
            transaction.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn messages_are_found_by_contact_newest_first() {
    on_both(async |database| {
        let store = open(database).await;
        let message = |contact: &str, number: u64| NewMessage {
            channel: ContactType::Mobile,
            contact: contact.to_owned(),
            state: MessageState::Queued,
            at: NOW,
            data: serde_json::json!({ "code": number }),
        };
        let mut transaction = store.begin("send_messages");
        let mut ids = Vec::new();
        for (contact, number) in [("13912345678", 1), ("13900000000", 2), ("+86 139-1234-5678", 3)] {
            ids.push(
                outbox::insert(&mut transaction, &message(contact, number))
                    .await
                    .unwrap(),
            );
        }
        outbox::set_state(&mut transaction, ids[0], MessageState::Simulated)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let mut reader = store.read("outbox");
        let found = outbox::list_to(&mut reader, ContactType::Mobile, "139 1234 5678", 10)
            .await
            .unwrap();
        let codes: Vec<_> = found
            .iter()
            .map(|found| found.message.data["code"].as_u64().unwrap())
            .collect();
        assert_eq!(codes, [3, 1]);
        assert_eq!(
            found[1].message,
            NewMessage {
                state: MessageState::Simulated,
                ..message("13912345678", 1)
            }
        );
        assert_eq!(outbox::list(&mut reader, 2).await.unwrap().len(), 2);
        assert_eq!(
            outbox::find(&mut reader, ids[1]).await.unwrap().unwrap().message,
            message("13900000000", 2)
        );
        let mut transaction = store.begin("sweep");
        assert_eq!(outbox::sweep(&mut transaction, NOW.plus_ms(1)).await.unwrap(), 1);
        assert!(
            outbox::set_state(&mut transaction, ids[0], MessageState::Sent)
                .await
                .is_err()
        );
    })
    .await;
}

#[tokio::test]
async fn the_language_of_a_contact_is_the_last_one_and_no_other_contacts() {
    on_both(async |database| {
        let store = open(database).await;
        let user = |contact: &str| User {
            name: None,
            contact: contact.to_owned(),
            contact_type: ContactType::Mobile,
        };
        for language in ["en", "cn", "en"] {
            let mut transaction = store.begin("language");
            contact_language::set(&mut transaction, &user("13912345678"), language)
                .await
                .unwrap();
            transaction.commit().await.unwrap();
        }
        let mut reader = store.read("language");
        let known = contact_language::find(&mut reader, &user("+86 139 1234 5678")).await;
        assert_eq!(
            known.unwrap().as_deref(),
            Some("en"),
            "whatever way it is written"
        );
        let other = contact_language::find(&mut reader, &user("13912345679")).await;
        assert_eq!(other.unwrap(), None);
    })
    .await;
}
