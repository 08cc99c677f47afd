//! Companies, applications, persons, employees, seals, categories.

use qishu_model::application::{Application, CallbackSettings, EncryptType, RequestRules, SecretText};
use qishu_model::category::{Category, CategoryState};
use qishu_model::company::{Employee, EmployeeStatus, Person, Role};
use qishu_model::contact::ContactType;
use qishu_model::id::{ApplicationId, CategoryId, CompanyId, EmployeeId, PersonId, SealId};
use qishu_model::seal::{Seal, SealOwner, SealStatus, SealType};
use qishu_model::time::Timestamp;
use qishu_store::category::CategoryFilter;
use qishu_store::seal::SealFilter;
use qishu_store::{Page, Scope, Store, application, category, company, employee, person, seal};
use qishu_testkit::on_both;

use crate::support::{BRANCH, NOW, PLATFORM, STRANGER, assert_promises, finish, open_with_companies};

const ALL: Page = Page {
    offset: 0,
    limit: 1_000,
};

fn an_application(id: u64, token: &str) -> Application {
    Application {
        id: ApplicationId::new(id),
        company_id: PLATFORM,
        name: "业务系统".to_owned(),
        token: token.to_owned(),
        secrets: vec![SecretText::new("QishuSecret".to_owned())],
        enabled: true,
        callback: CallbackSettings {
            url: None,
            encrypt: false,
            encrypt_type: EncryptType::AesEcb,
            secret_key: SecretText::new("0123456789abcdef".to_owned()),
            signature_in_form: false,
            webhook_secrets: Vec::new(),
        },
        rules: RequestRules::default(),
        return_origins: Vec::new(),
        theme_color: None,
        sso: None,
        create_time: NOW,
    }
}

fn a_person(id: u64, mobile: Option<&str>, email: Option<&str>) -> Person {
    Person {
        id: PersonId::new(id),
        name: "王小明".to_owned(),
        mobile: mobile.map(str::to_owned),
        email: email.map(str::to_owned),
        verified: true,
        create_time: NOW,
    }
}

fn an_employee(id: u64, company_id: CompanyId, person: u64) -> Employee {
    Employee {
        id: EmployeeId::new(id),
        company_id,
        person_id: PersonId::new(person),
        name: "王小明".to_owned(),
        mobile: Some("13912345678".to_owned()),
        email: None,
        number: Some(format!("E{id}")),
        biz_id: Some(format!("biz-{person}")),
        status: EmployeeStatus::Active,
        roles: vec![Role::SealAdmin],
        create_time: NOW,
    }
}

fn a_seal(id: u64, owner: SealOwner, at: Timestamp) -> Seal {
    Seal {
        id: SealId::new(id),
        owner,
        name: "公章".to_owned(),
        seal_type: SealType::Enterprise,
        spec: "CIRCULAR_42".to_owned(),
        status: if id.is_multiple_of(2) {
            SealStatus::Normal
        } else {
            SealStatus::Freeze
        },
        width_um: 42_000,
        height_um: 42_000,
        image: "ab".repeat(32),
        picture: "cd".repeat(32),
        users: Vec::new(),
        create_time: at,
        modify_time: at,
    }
}

fn a_category(id: u64, company_id: CompanyId, name: &str) -> Category {
    Category {
        id: CategoryId::new(id),
        company_id,
        name: name.to_owned(),
        state: CategoryState::Enabled,
        default: false,
        define_signatories: false,
        define_sponsor: false,
        signatories: Vec::new(),
        templates: Vec::new(),
        expire_days: 30,
        stamper_rule: None,
        callback_url: None,
        copy_send_time: None,
        copy_send_receivers: Vec::new(),
        notify_sponsor: false,
        starters: Vec::new(),
        continue_sending: false,
        sn_rule: None,
        subject_rule: None,
        create_time: NOW.plus_ms(id.cast_signed()),
        modify_time: NOW.plus_ms(id.cast_signed()),
    }
}

async fn store_people(store: &Store) {
    let mut transaction = store.begin("create_people");
    person::insert(&mut transaction, &a_person(1, Some("13912345678"), None))
        .await
        .unwrap();
    person::insert(&mut transaction, &a_person(2, None, Some("Li@Example.com")))
        .await
        .unwrap();
    for (id, company, person) in [
        (20, PLATFORM, 1),
        (21, BRANCH, 1),
        (22, STRANGER, 1),
        (23, PLATFORM, 2),
    ] {
        employee::insert(&mut transaction, &an_employee(id, company, person))
            .await
            .unwrap();
    }
    finish(transaction, "PEOPLE", 1).await.unwrap();
}

#[tokio::test]
async fn scopes_hide_companies_without_a_relation() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        let mut reader = store.read("companies");
        for (scope, seen) in [
            (Scope::Platform(PLATFORM), [true, true, false]),
            (Scope::Platform(BRANCH), [false, true, false]),
            (Scope::Company(PLATFORM), [true, false, false]),
            (Scope::System, [true, true, true]),
        ] {
            for (id, name, seen) in [
                (PLATFORM, "契书演示科技有限公司", seen[0]),
                (BRANCH, "契书演示分公司", seen[1]),
                (STRANGER, "路人公司", seen[2]),
            ] {
                let by_id = company::find(&mut reader, scope, id).await.unwrap();
                let by_name = company::find_by_name(&mut reader, scope, name).await.unwrap();
                assert_eq!(
                    (by_id.is_some(), by_name.is_some()),
                    (seen, seen),
                    "{scope:?} {name}"
                );
            }
            let listed = company::list(&mut reader, scope).await.unwrap();
            assert_eq!(listed.len(), seen.iter().filter(|seen| **seen).count());
        }
    })
    .await;
}

#[tokio::test]
async fn applications_are_found_by_token_while_enabled() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        let mut transaction = store.begin("create_application");
        application::insert(&mut transaction, &an_application(1, "QishuDemo1"))
            .await
            .unwrap();
        finish(transaction, "APPLICATION", 1).await.unwrap();
        let mut found = application::find_enabled(&mut store.read("token"), "QishuDemo1")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.value, an_application(1, "QishuDemo1"));
        found.value.enabled = false;
        let mut transaction = store.begin("disable_application");
        application::update(&mut transaction, &found).await.unwrap();
        finish(transaction, "APPLICATION", 1).await.unwrap();
        let mut reader = store.read("token");
        assert_eq!(
            application::find_enabled(&mut reader, "QishuDemo1")
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            application::find(&mut reader, ApplicationId::new(1))
                .await
                .unwrap()
                .unwrap()
                .version,
            2
        );
        assert_eq!(application::list(&mut reader, PLATFORM).await.unwrap().len(), 1);
        let mut transaction = store.begin("create_application");
        let taken = application::insert(&mut transaction, &an_application(2, "QishuDemo1"))
            .await
            .unwrap_err();
        assert!(taken.is_duplicate_of("application.token"));
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn persons_are_found_by_any_spelling_of_their_contact() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        store_people(&store).await;
        let mut reader = store.read("person");
        for (kind, contact, id) in [
            (ContactType::Mobile, "+86 139-1234-5678", Some(1)),
            (ContactType::Email, "LI@example.COM", Some(2)),
            (ContactType::Email, "13912345678", None),
            (ContactType::Number, "E20", None),
        ] {
            let found = person::find_by_contact(&mut reader, kind, contact).await.unwrap();
            assert_eq!(found.map(|found| found.value.id.get()), id, "{contact}");
        }
        let mut transaction = store.begin("create_person");
        let taken = person::insert(&mut transaction, &a_person(3, Some("13912345678"), None))
            .await
            .unwrap_err();
        assert!(taken.is_duplicate_of("person.mobile_digest"), "{taken}");
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn employees_are_found_within_their_scope_by_every_kind_of_contact() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        store_people(&store).await;
        let mut gone = employee::find(&mut store.read("find"), Scope::System, EmployeeId::new(20))
            .await
            .unwrap()
            .unwrap();
        gone.value.status = EmployeeStatus::Dismissed;
        let mut transaction = store.begin("dismiss");
        employee::update(&mut transaction, &gone).await.unwrap();
        finish(transaction, "DISMISS", 20).await.unwrap();
        let mut reader = store.read("employee");
        for (scope, kind, contact, ids) in [
            (
                Scope::Platform(PLATFORM),
                ContactType::Mobile,
                "13912345678",
                &[21, 23, 20][..],
            ),
            (
                Scope::Company(PLATFORM),
                ContactType::Mobile,
                "13912345678",
                &[23, 20],
            ),
            (Scope::Company(PLATFORM), ContactType::BizId, "biz-1", &[20]),
            (Scope::Company(BRANCH), ContactType::Number, "E21", &[21]),
            (Scope::Company(BRANCH), ContactType::Number, "E20", &[]),
            (Scope::Platform(PLATFORM), ContactType::EmployeeId, "21", &[21]),
            (Scope::Platform(PLATFORM), ContactType::EmployeeId, "22", &[]),
            (Scope::Platform(PLATFORM), ContactType::EmployeeId, "E22", &[]),
        ] {
            let found = employee::find_by_contact(&mut reader, scope, kind, contact)
                .await
                .unwrap();
            let found: Vec<u64> = found.iter().map(|found| found.value.id.get()).collect();
            assert_eq!(found, ids, "{scope:?} {contact}");
        }
        assert_eq!(employee::list(&mut reader, PLATFORM).await.unwrap().len(), 2);
        assert_eq!(
            employee::list_of_person(&mut reader, PersonId::new(1))
                .await
                .unwrap()
                .len(),
            3
        );
        for (employee, taken) in [
            (
                Employee {
                    biz_id: None,
                    ..an_employee(30, PLATFORM, 1)
                },
                "employee.person_id",
            ),
            (
                Employee {
                    number: Some("E20".to_owned()),
                    biz_id: None,
                    ..an_employee(30, STRANGER, 2)
                },
                "",
            ),
            (
                Employee {
                    number: Some("E22".to_owned()),
                    ..an_employee(31, STRANGER, 2)
                },
                "employee.number_digest",
            ),
        ] {
            let mut transaction = store.begin("create_employee");
            match employee::insert(&mut transaction, &employee).await {
                Ok(()) => assert_eq!(taken, ""),
                Err(error) => assert!(error.is_duplicate_of(taken), "{error} instead of {taken}"),
            }
        }
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn seals_are_listed_by_owner_status_and_time_in_pages() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        store_people(&store).await;
        let mut transaction = store.begin("create_seals");
        for id in 1..=9 {
            let owner = SealOwner::Company(if id == 9 { STRANGER } else { PLATFORM });
            seal::insert(
                &mut transaction,
                &a_seal(id, owner, NOW.plus_ms(id.cast_signed())),
            )
            .await
            .unwrap();
        }
        let signature = a_seal(100, SealOwner::Person(PersonId::new(1)), NOW);
        seal::insert(&mut transaction, &signature).await.unwrap();
        finish(transaction, "SEALS", 1).await.unwrap();
        let mut reader = store.read("seals");
        let filter = SealFilter {
            company: PLATFORM,
            status: None,
            modified_from: None,
            modified_to: None,
        };
        let since = SealFilter {
            modified_from: Some(NOW.plus_ms(3)),
            modified_to: Some(NOW.plus_ms(5)),
            ..filter
        };
        for (filter, page, total, ids) in [
            (filter, ALL, 8, &[1, 2, 3, 4, 5, 6, 7, 8][..]),
            (filter, Page { offset: 6, limit: 5 }, 8, &[7, 8]),
            (filter, Page { offset: 8, limit: 5 }, 8, &[]),
            (
                SealFilter {
                    status: Some(SealStatus::Normal),
                    ..filter
                },
                ALL,
                4,
                &[2, 4, 6, 8],
            ),
            (since, ALL, 3, &[3, 4, 5]),
        ] {
            let listed = seal::list(&mut reader, &filter, page).await.unwrap();
            let found: Vec<u64> = listed.rows.iter().map(|seal| seal.value.id.get()).collect();
            assert_eq!((listed.total, &found[..]), (total, ids));
        }
        let find = async |id, scope| {
            seal::find(&mut store.read("find"), scope, SealId::new(id))
                .await
                .unwrap()
                .is_some()
        };
        assert!(find(1, Scope::Platform(PLATFORM)).await);
        assert!(!find(9, Scope::Platform(PLATFORM)).await);
        assert!(!find(100, Scope::Platform(PLATFORM)).await);
        for (owner, there) in [(1, true), (2, false)] {
            let found = seal::find_of_person(&mut reader, PersonId::new(owner), SealId::new(100))
                .await
                .unwrap();
            assert_eq!(found.is_some(), there);
        }
        assert_eq!(
            seal::list_of_person(&mut reader, PersonId::new(1)).await.unwrap()[0].value,
            signature
        );
        assert_promises(&store).await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_category_frees_its_name_and_stays_readable() {
    on_both(async |database| {
        let store = open_with_companies(database).await;
        let mut transaction = store.begin("create_categories");
        for (id, company, name) in [(1, PLATFORM, "默认"), (2, PLATFORM, "预设"), (3, BRANCH, "默认")] {
            category::insert(&mut transaction, &a_category(id, company, name))
                .await
                .unwrap();
        }
        finish(transaction, "CATEGORIES", 1).await.unwrap();
        let taken = category::insert(&mut store.begin("create"), &a_category(4, PLATFORM, "默认"))
            .await
            .unwrap_err();
        assert!(taken.is_duplicate_of("category.live_name"), "{taken}");
        let mut first = category::find_by_name(&mut store.read("find"), PLATFORM, "默认")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(first.value.id, CategoryId::new(1));
        first.value.state = CategoryState::Deleted;
        let mut transaction = store.begin("replace_category");
        category::update(&mut transaction, &first).await.unwrap();
        category::insert(&mut transaction, &a_category(4, PLATFORM, "默认"))
            .await
            .unwrap();
        finish(transaction, "CATEGORIES", 1).await.unwrap();
        let mut reader = store.read("categories");
        assert!(
            category::find(&mut reader, Scope::Company(PLATFORM), CategoryId::new(1))
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            category::find(&mut reader, Scope::Company(BRANCH), CategoryId::new(1))
                .await
                .unwrap()
                .is_none()
        );
        let filter = CategoryFilter {
            company: PLATFORM,
            modified_from: None,
            modified_to: None,
        };
        let listed = category::list(&mut reader, &filter, Page { offset: 1, limit: 5 })
            .await
            .unwrap();
        let ids: Vec<u64> = listed
            .rows
            .iter()
            .map(|category| category.value.id.get())
            .collect();
        assert_eq!((listed.total, ids), (2, vec![4]));
        let ids = category::list_ids(&mut reader, Scope::Platform(PLATFORM))
            .await
            .unwrap();
        assert_eq!(ids, [2, 3, 4].map(CategoryId::new));
        assert_promises(&store).await;
    })
    .await;
}
