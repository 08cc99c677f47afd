//! Openers and builders.

use std::sync::Arc;

use qishu_model::company::{Company, CompanyStatus};
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{
    ContentType, Contract, ContractState, Document, SignFlowStrategy, Signatory, SignatoryStatus, TenantType,
};
use qishu_model::id::{ApplicationId, CompanyId, ContractId, DocumentId, SignatoryId};
use qishu_model::time::Timestamp;
use qishu_store::ledger::{Actor, Entry, replay_and_compare, verify_chain};
use qishu_store::{
    DataKey, DataKeys, RandomSource, Store, StoreError, StoreOptions, Transaction, company, contract,
};
use qishu_testkit::{TestDatabase, TestRandom};

pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);
pub(crate) const PLATFORM: CompanyId = CompanyId::new(10);
pub(crate) const BRANCH: CompanyId = CompanyId::new(11);
pub(crate) const STRANGER: CompanyId = CompanyId::new(99);

struct Repeating(TestRandom);

impl RandomSource for Repeating {
    fn fill(&self, out: &mut [u8]) -> bool {
        self.0.fill(out);
        true
    }
}

pub(crate) fn options(url: &str, secret: u8) -> StoreOptions {
    StoreOptions {
        url: url.to_owned(),
        max_connections: 20,
        data_keys: DataKeys::new(DataKey::new(1, &[secret; 32]).unwrap()),
        random: Arc::new(Repeating(TestRandom::new(u64::from(std::process::id())))),
    }
}

pub(crate) async fn open(database: &TestDatabase) -> Store {
    let store = Store::connect(options(&database.url, 7)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// A store with a platform company, a branch of it, and a company that has nothing to do with them.
pub(crate) async fn open_with_companies(database: &TestDatabase) -> Store {
    let store = open(database).await;
    for (id, name, parent) in [
        (PLATFORM, "契书演示科技有限公司", None),
        (BRANCH, "契书演示分公司", Some(PLATFORM)),
        (STRANGER, "路人公司", None),
    ] {
        let mut transaction = store.begin("create_company");
        company::insert(&mut transaction, &a_company(id, name, parent))
            .await
            .unwrap();
        finish(transaction, "COMPANY", id.get()).await.unwrap();
    }
    store
}

pub(crate) fn entry(kind: &'static str, subject: u64) -> Entry {
    Entry {
        at: NOW,
        tenant: Some(PLATFORM),
        kind,
        subject: Some(subject),
        actor: Actor {
            name: Some("王小明".to_owned()),
            contact: Some("13912345678".to_owned()),
            ..Actor::default()
        },
        details: serde_json::json!({ "reason": "测试" }),
    }
}

/// Records one entry and commits.
pub(crate) async fn finish(
    mut transaction: Transaction,
    kind: &'static str,
    subject: u64,
) -> Result<(), StoreError> {
    transaction.record(entry(kind, subject));
    transaction.commit().await
}

/// The promises that hold after every test: P2, P7.
pub(crate) async fn assert_promises(store: &Store) {
    let chain = verify_chain(&mut store.read("verify_chain"), &[]).await.unwrap();
    assert_eq!(chain.faults, []);
    let replay = replay_and_compare(&mut store.read("replay")).await.unwrap();
    assert_eq!(replay.differences, []);
}

pub(crate) fn a_company(id: CompanyId, name: &str, parent: Option<CompanyId>) -> Company {
    Company {
        id,
        name: name.to_owned(),
        register_no: None,
        legal_person: Some("李法人".to_owned()),
        status: CompanyStatus::AuthSuccess,
        parent,
        auth_end: None,
        create_time: NOW,
    }
}

pub(crate) fn mobile(contact: &str) -> User {
    User {
        name: None,
        contact: contact.to_owned(),
        contact_type: ContactType::Mobile,
    }
}

pub(crate) fn a_party(
    id: u64,
    sponsor: bool,
    company: Option<CompanyId>,
    receiver: Option<User>,
) -> Signatory {
    Signatory {
        id: SignatoryId::new(id),
        tenant_type: if company.is_some() {
            TenantType::Company
        } else {
            TenantType::Personal
        },
        status: SignatoryStatus::Draft,
        status_before_expiry: None,
        tenant_name: None,
        company_id: company,
        receiver,
        serial_no: 1,
        sponsor,
        actions: Vec::new(),
        stampers: Vec::new(),
        attachments: Vec::new(),
        user_auth_info: None,
        category_id: None,
        default_category_accepted: false,
        delay_set: false,
        fixed_flow: false,
        accepted: None,
        signatory_no: None,
        sign_validate_way: None,
        complete_time: None,
        reject_invalid_reason: None,
        intention_confirm: None,
    }
}

pub(crate) fn a_document(id: u64) -> Document {
    Document {
        id: DocumentId::new(id),
        title: "采购合同".to_owned(),
        page_count: 1,
        sort: None,
        content_type: ContentType::Contract,
        uploads: Vec::new(),
        file_suffix: "pdf".to_owned(),
        template_id: None,
        template: None,
        params: Vec::new(),
        revision: 0,
        revision_hash: "00".repeat(32),
        text_index: "11".repeat(32),
        create_time: NOW,
    }
}

/// A draft of the platform company with itself and a person as parties and one document.
pub(crate) fn a_contract(id: u64) -> Contract {
    let person = mobile("13912345678");
    Contract {
        id: ContractId::new(id),
        biz_id: None,
        company_id: PLATFORM,
        tenant_name: "契书演示科技有限公司".to_owned(),
        application_id: ApplicationId::new(1),
        subject: "采购合同".to_owned(),
        description: None,
        sn: format!("SN{id}"),
        expire_time: Some(NOW.plus_days(30)),
        end_time: None,
        ordinal: true,
        category: None,
        creator: None,
        state: ContractState::Draft,
        signatories: vec![
            a_party(id * 10, true, Some(PLATFORM), None),
            a_party(id * 10 + 1, false, None, Some(person)),
        ],
        sign_flow_strategy: SignFlowStrategy::AllSignFinish,
        template_params: Vec::new(),
        documents: vec![a_document(id * 10)],
        watermarks: Vec::new(),
        files_deleted: false,
        force_end_files: Vec::new(),
        copy_send_receivers: Vec::new(),
        copy_send_time: None,
        tags: Vec::new(),
        related_contract_ids: Vec::new(),
        custom_fields: Vec::new(),
        business_data: None,
        notify_sponsor: false,
        callback_url: None,
        stamper_rule: None,
        allow_name_mismatch: false,
        create_time: NOW,
        publish_time: None,
    }
}

pub(crate) async fn store_contract(store: &Store, draft: &Contract) -> Result<(), StoreError> {
    let mut transaction = store.begin("draft_contract");
    contract::insert(&mut transaction, draft).await?;
    finish(transaction, "CREATE", draft.id.get()).await
}

/// Runs SQL behind the store's back.
pub(crate) async fn raw(database: &TestDatabase, sql: &str) {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
    let sql = AssertSqlSafe(sql.to_owned());
    if database.is_postgres() {
        sqlx::PgConnection::connect(&database.url)
            .await
            .unwrap()
            .execute(sql)
            .await
            .unwrap();
    } else {
        sqlx::SqliteConnection::connect(&database.url)
            .await
            .unwrap()
            .execute(sql)
            .await
            .unwrap();
    }
}

/// The number that SQL answers in its column `n`.
pub(crate) async fn raw_number(database: &TestDatabase, sql: &str) -> i64 {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};
    let sql = AssertSqlSafe(sql.to_owned());
    if database.is_postgres() {
        sqlx::PgConnection::connect(&database.url)
            .await
            .unwrap()
            .fetch_one(sql)
            .await
            .unwrap()
            .get("n")
    } else {
        sqlx::SqliteConnection::connect(&database.url)
            .await
            .unwrap()
            .fetch_one(sql)
            .await
            .unwrap()
            .get("n")
    }
}
