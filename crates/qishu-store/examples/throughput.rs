//! Prints how many durable operations a second the store takes, from 1 and from 50 writers.
//!
//! `cargo run -p qishu-store --example throughput -- sqlite:/path/to/new.db` (or a `postgres://…` address of an empty database).

use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use qishu_model::company::{Company, CompanyStatus};
use qishu_model::id::CompanyId;
use qishu_model::time::Timestamp;
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{DataKey, DataKeys, Store, StoreError, StoreOptions, company};

const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args()
        .nth(1)
        .ok_or("give the address of an empty database")?;
    let data_keys = DataKeys::new(DataKey::new(1, &[7; 32])?);
    let options = StoreOptions {
        url,
        max_connections: 20,
        data_keys,
        random: Arc::new(SystemRandom::new()),
    };
    let store = Store::connect(options).await?;
    store.migrate().await?;
    let mut first_id = 1_000;
    for (writers, each) in [(1, 300), (50, 40)] {
        let started = Instant::now();
        let tasks: Vec<_> = (0..writers)
            .map(|writer| tokio::spawn(write(store.clone(), first_id + writer * each, each)))
            .collect();
        for task in tasks {
            task.await??;
        }
        let seconds = started.elapsed().as_secs_f64();
        let operations = f64::from(u32::try_from(writers * each)?);
        println!("{writers} writers: {:.0} operations/s", operations / seconds);
        first_id += 100_000;
    }
    store.close().await;
    Ok(())
}

async fn write(store: Store, first_id: u64, count: u64) -> Result<(), StoreError> {
    for number in first_id..first_id + count {
        let company = Company {
            id: CompanyId::new(number),
            name: format!("公司 {number}"),
            register_no: None,
            legal_person: None,
            status: CompanyStatus::AuthSuccess,
            parent: None,
            auth_end: None,
            create_time: NOW,
        };
        let mut transaction = store.begin("create_company");
        company::insert(&mut transaction, &company).await?;
        transaction.record(Entry {
            at: NOW,
            tenant: None,
            kind: "COMPANY",
            subject: Some(number),
            actor: Actor::default(),
            details: serde_json::Value::Null,
        });
        transaction.commit().await?;
    }
    Ok(())
}
