//! Processes that are killed while they write: nothing answered is lost, nothing is half there (P1, P2, P7).

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use qishu_model::id::CompanyId;
use qishu_store::{Scope, Store, company};
use qishu_testkit::{TestDatabase, TestRandom, on_both};

use crate::support::{a_company, assert_promises, finish, open, options};

const ADDRESS: &str = "QISHU_TEST_VICTIM_URL";
const FIRST: &str = "QISHU_TEST_VICTIM_FIRST";

/// The process that is killed: writes for ever from ten tasks, and says what was answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is started and killed by the test below"]
async fn victim() {
    #[expect(clippy::disallowed_methods, reason = "the parent process passes these")]
    let (Ok(url), Ok(first)) = (std::env::var(ADDRESS), std::env::var(FIRST)) else {
        return;
    };
    let first: u64 = first.parse().unwrap();
    let store = Store::connect(options(&url, 7)).await.unwrap();
    let tasks: Vec<_> = (0..10)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0.. {
                    let id = first + task + number * 10;
                    let mut transaction = store.begin("create_company");
                    let company = a_company(CompanyId::new(id), &format!("公司 {id}"), None);
                    company::insert(&mut transaction, &company).await.unwrap();
                    finish(transaction, "COMPANY", id).await.unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "answered {id}").unwrap();
                    out.flush().unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Runs the victim until it was answered `answers` times, kills it, and gives what it was answered.
fn answered_before_the_kill(database: &TestDatabase, first: u64, answers: usize) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kills::victim", "--exact", "--ignored", "--nocapture"])
        .env(ADDRESS, &database.url)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut answered = Vec::new();
    let id_of = |line: String| {
        line.strip_prefix("answered ")
            .and_then(|id| id.parse::<u64>().ok())
    };
    while answered.len() < answers {
        let line = lines.next().unwrap().unwrap();
        answered.extend(id_of(line));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said between the last line read and the kill counts as well; the last line may be cut.
    answered.extend(
        lines
            .map_while(Result::ok)
            .filter_map(id_of)
            .filter(|id| *id >= first),
    );
    answered
}

#[tokio::test]
async fn a_killed_process_keeps_every_answer_and_leaves_nothing_half_done() {
    on_both(async |database| {
        open(database).await.close().await;
        let random = TestRandom::new(62);
        let mut answered = Vec::new();
        for round in 0..6 {
            let count = 1 + usize::try_from(random.below(60)).unwrap();
            answered.extend(answered_before_the_kill(database, (round + 1) * 1_000_000, count));
            let store = open(database).await;
            let companies = company::list(&mut store.read("list"), Scope::System)
                .await
                .unwrap();
            let stored: Vec<u64> = companies.iter().map(|company| company.value.id.get()).collect();
            let lost: Vec<_> = answered
                .iter()
                .filter(|id| stored.binary_search(id).is_err())
                .collect();
            assert_eq!(lost, Vec::<&u64>::new());
            assert_promises(&store).await;
            store.close().await;
        }
        assert!(answered.len() >= 6);
    })
    .await;
}
