//! The ready sandbox of `qishu serve --demo`: companies, people, seals, categories and an application, with fixed
//! credentials. Made once; a second start finds it.

mod templates;

use qishu_model::application::{Application, CallbackSettings, EncryptType, RequestRules, SecretText};
use qishu_model::category::{Category, CategoryState, CategoryTemplate, PresetAction, PresetSignatory};
use qishu_model::company::{Company, CompanyStatus, Employee, EmployeeStatus, Person, Role};
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{ActionType, Stamper, StamperType, TenantType};
use qishu_model::id::{ApplicationId, CategoryId, CompanyId, EmployeeId, PersonId, SealId};
use qishu_model::seal::{Seal, SealOwner, SealStatus, SealType};
use qishu_model::template::Template;
use qishu_model::time::Timestamp;
use qishu_sealart::{NameSealSize, legal_person_seal};
use qishu_store::ledger::Entry;
use qishu_store::outbox::{StoredMessage, list, list_to};
use qishu_store::{Transaction, application, category, company, employee, person, seal, template};
use serde_json::json;

use crate::seal::{SealImage, draw_company_seal, store_pictures};
use crate::signing::system_actor;
use crate::{App, AppError};

use templates::templates;
pub use templates::{HTML_TEMPLATE, WORD_TEMPLATE};

/// Token of the demo application.
pub const APP_TOKEN: &str = "QishuDemo1";
/// Secret of the demo application: public, which is why the demo listens on loopback only.
pub const APP_SECRET: &str = "QishuDemoSecret0123456789abcdef0";
/// Name of the platform company.
pub const PLATFORM_COMPANY: &str = "契书演示科技有限公司";
/// Name of the subsidiary.
pub const SUBSIDIARY: &str = "契书演示分公司";
const CALLBACK_KEY: &str = "QishuCallbackKey";
/// Secret of the demo's `webhook-signature` header.
pub const WEBHOOK_SECRET: &str = "QishuDemoWebhookSecret0123456789";
const LEGAL_PERSON: &str = "秦书";

/// Makes the sandbox unless it exists.
///
/// # Errors
/// Internal when the store fails or a seal cannot be drawn.
pub async fn seed(app: &App) -> Result<(), AppError> {
    if application::find_enabled(&mut app.store.read("find_demo"), APP_TOKEN)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let platform = company_row(app, PLATFORM_COMPANY, "91310000MA1QISHU01", None);
    let subsidiary = company_row(app, SUBSIDIARY, "91310000MA1QISHU02", Some(platform.id));
    let mut seals = Vec::new();
    for (name, image) in [("公章", SealImage::default()), ("合同专用章", special_seal())] {
        seals.push(company_seal(app, &platform, name, &image).await?);
    }
    seals.push(lp_seal(app, &platform).await?);
    seals.push(company_seal(app, &subsidiary, "公章", &SealImage::default()).await?);
    let contract_seal = seals.get(1).map(|seal| seal.id);
    let templates = templates(app, &platform).await?;
    let mut transaction = app.store.begin("seed_demo");
    for one in [&platform, &subsidiary] {
        company::insert(&mut transaction, one).await?;
    }
    people(app, &mut transaction, platform.id).await?;
    for one in &seals {
        seal::insert(&mut transaction, one).await?;
    }
    for one in &templates {
        template::insert(&mut transaction, one).await?;
    }
    for one in categories(app, platform.id, contract_seal, &templates[0]) {
        category::insert(&mut transaction, &one).await?;
    }
    category::insert(&mut transaction, &plain_category(app, subsidiary.id)).await?;
    application::insert(&mut transaction, &demo_application(app, platform.id)).await?;
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(platform.id),
        kind: "DEMO_SEED",
        subject: Some(platform.id.get()),
        actor: system_actor(),
        details: json!({}),
    });
    transaction.commit().await?;
    Ok(())
}

fn company_row(app: &App, name: &str, register_no: &str, parent: Option<CompanyId>) -> Company {
    Company {
        id: CompanyId::new(app.next_id()),
        name: name.to_owned(),
        register_no: Some(register_no.to_owned()),
        legal_person: Some(LEGAL_PERSON.to_owned()),
        status: CompanyStatus::AuthSuccess,
        parent,
        auth_end: None,
        create_time: app.now(),
    }
}

fn special_seal() -> SealImage {
    SealImage {
        style: Some("SPECIAL_SEAL".to_owned()),
        foot: Some("合同专用章".to_owned()),
        ..SealImage::default()
    }
}

async fn company_seal(app: &App, owner: &Company, name: &str, image: &SealImage) -> Result<Seal, AppError> {
    let (spec, drawing) = draw_company_seal(&owner.name, image)?;
    seal_row(app, owner, name, SealType::Enterprise, spec.wire_name(), drawing).await
}

async fn lp_seal(app: &App, owner: &Company) -> Result<Seal, AppError> {
    let drawing =
        legal_person_seal(LEGAL_PERSON, NameSealSize::Square20).map_err(|error| AppError::SealDrawing {
            reason: error.to_string(),
        })?;
    seal_row(app, owner, "法定代表人章", SealType::Lp, "SQUARE_20_20", drawing).await
}

async fn seal_row(
    app: &App,
    owner: &Company,
    name: &str,
    seal_type: SealType,
    spec: &str,
    drawing: qishu_sealart::Drawing,
) -> Result<Seal, AppError> {
    let pictures = store_pictures(app, drawing).await?;
    Ok(Seal {
        id: SealId::new(app.next_id()),
        owner: SealOwner::Company(owner.id),
        name: name.to_owned(),
        seal_type,
        spec: spec.to_owned(),
        status: SealStatus::Normal,
        width_um: pictures.width_um,
        height_um: pictures.height_um,
        image: pictures.image,
        picture: pictures.picture,
        users: Vec::new(),
        create_time: app.now(),
        modify_time: app.now(),
    })
}

/// Administrator and two employees.
async fn people(app: &App, transaction: &mut Transaction, company: CompanyId) -> Result<(), AppError> {
    let admin = vec![Role::SystemAdmin, Role::SealAdmin];
    let all = [
        ("管理员", "13800000000", "E000", admin),
        ("王晓", "13800000001", "E001", vec![]),
        ("李明", "13800000002", "E002", vec![]),
    ];
    for (name, mobile, number, roles) in all {
        let person = Person {
            id: PersonId::new(app.next_id()),
            name: name.to_owned(),
            mobile: Some(mobile.to_owned()),
            email: None,
            verified: true,
            create_time: app.now(),
        };
        person::insert(transaction, &person).await?;
        let employment = Employee {
            id: EmployeeId::new(app.next_id()),
            company_id: company,
            person_id: person.id,
            name: name.to_owned(),
            mobile: Some(mobile.to_owned()),
            email: None,
            number: Some(number.to_owned()),
            biz_id: None,
            status: EmployeeStatus::Active,
            roles,
            create_time: app.now(),
        };
        employee::insert(transaction, &employment).await?;
    }
    Ok(())
}

/// 默认业务分类 without presets: what contracts that name no category belong to.
pub(crate) fn plain_category(app: &App, company: CompanyId) -> Category {
    Category {
        id: CategoryId::new(app.next_id()),
        company_id: company,
        name: "默认业务分类".to_owned(),
        state: CategoryState::Enabled,
        default: true,
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
        continue_sending: true,
        sn_rule: None,
        subject_rule: None,
        create_time: app.now(),
        modify_time: app.now(),
    }
}

/// The plain category, and 预设流程演示: approval and contract seal by the company, then one person.
fn categories(
    app: &App,
    company: CompanyId,
    contract_seal: Option<SealId>,
    template: &Template,
) -> [Category; 2] {
    let preset = Category {
        id: CategoryId::new(app.next_id()),
        name: "预设流程演示".to_owned(),
        default: false,
        define_signatories: true,
        define_sponsor: true,
        signatories: preset_parties(contract_seal, template),
        templates: vec![CategoryTemplate {
            id: template.id,
            name: "劳动合同".to_owned(),
            fillers: Vec::new(),
        }],
        subject_rule: Some("{category} {date}".to_owned()),
        ..plain_category(app, company)
    };
    [plain_category(app, company), preset]
}

fn preset_parties(contract_seal: Option<SealId>, template: &Template) -> Vec<PresetSignatory> {
    let by_keyword = |kind, keyword: &str| Stamper {
        keyword: Some(keyword.to_owned()),
        document_id: Some(template.id.get()),
        ..Stamper::new(kind)
    };
    let approver = User {
        name: Some("王晓".to_owned()),
        contact: "13800000001".to_owned(),
        contact_type: ContactType::Mobile,
    };
    let approval = PresetAction {
        action_type: ActionType::Audit,
        name: "审批".to_owned(),
        serial_no: 0,
        seal_ids: Vec::new(),
        operators: vec![approver],
        stampers: Vec::new(),
    };
    let sealing = PresetAction {
        action_type: ActionType::Company,
        name: "合同专用章".to_owned(),
        serial_no: 1,
        seal_ids: contract_seal.into_iter().collect(),
        operators: Vec::new(),
        stampers: vec![
            by_keyword(StamperType::Company, "甲方（盖章）："),
            by_keyword(StamperType::Timestamp, "签署日期："),
        ],
    };
    let sponsor = PresetSignatory {
        tenant_type: TenantType::Company,
        sponsor: true,
        serial_no: 1,
        actions: vec![approval, sealing],
        stampers: Vec::new(),
    };
    let person = PresetSignatory {
        tenant_type: TenantType::Personal,
        sponsor: false,
        serial_no: 2,
        actions: Vec::new(),
        stampers: vec![by_keyword(StamperType::Personal, "乙方（签字）：")],
    };
    vec![sponsor, person]
}

fn demo_application(app: &App, company: CompanyId) -> Application {
    Application {
        id: ApplicationId::new(app.next_id()),
        company_id: company,
        name: "演示应用".to_owned(),
        token: APP_TOKEN.to_owned(),
        secrets: vec![SecretText::new(APP_SECRET.to_owned())],
        enabled: true,
        callback: CallbackSettings {
            url: None,
            encrypt: false,
            encrypt_type: EncryptType::AesEcb,
            secret_key: SecretText::new(CALLBACK_KEY.to_owned()),
            signature_in_form: false,
            webhook_secrets: vec![SecretText::new(WEBHOOK_SECRET.to_owned())],
        },
        rules: RequestRules::default(),
        return_origins: Vec::new(),
        theme_color: None,
        sso: None,
        create_time: app.now(),
    }
}

/// A message of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Mobile number or mail address.
    pub contact: String,
    /// `MOBILE` or `EMAIL`.
    pub channel: &'static str,
    /// What it is for.
    pub kind: String,
    /// Its words.
    pub text: String,
    /// When it was written.
    pub time: Timestamp,
}

/// The newest messages, newest first; of one contact when given.
///
/// # Errors
/// Internal when the store fails.
pub async fn outbox(app: &App, contact: Option<&str>) -> Result<Vec<OutboxMessage>, AppError> {
    const MOST: u32 = 50;
    let mut reader = app.store.read("outbox");
    let stored = match contact {
        Some(contact) => list_to(&mut reader, ContactType::guess(contact), contact, MOST).await?,
        None => list(&mut reader, MOST).await?,
    };
    let message = |stored: StoredMessage| {
        let text = |name: &str| {
            stored
                .message
                .data
                .get(name)
                .and_then(|it| it.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        OutboxMessage {
            kind: text("kind"),
            text: text("text"),
            channel: stored.message.channel.name(),
            time: stored.message.at,
            contact: stored.message.contact,
        }
    };
    Ok(stored.into_iter().map(message).collect())
}
