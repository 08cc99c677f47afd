//! Snapshots of every shape, from records of the model.

use qishu_model::application::{Application, CallbackSettings, EncryptType, RequestRules, SecretText};
use qishu_model::category::{Category, CategoryState, CategoryTemplate, PresetAction, PresetSignatory};
use qishu_model::company::{Company, CompanyStatus};
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{
    Action, ActionStatus, ActionType, AttachmentDemand, CategoryRef, ContentType, Contract, ContractState,
    CopySendReceiver, CopySendTime, CustomField, DatePattern, Document, IntentionConfirm, SignFlowStrategy,
    SignValidateWay, Signatory, SignatoryStatus, Stamper, StamperRule, StamperType, TemplateParam,
    TenantType, UserAuthInfo, VoidFailure, VoidRequest,
};
use qishu_model::id::{
    ActionId, ApplicationId, AttachmentId, CategoryId, CompanyId, ContractId, DocumentId, PersonId, SealId,
    SignatoryId, TemplateId,
};
use qishu_model::log::OperateType;
use qishu_model::seal::{Seal, SealOwner, SealStatus, SealType};

use super::*;
use crate::envelope;

/// Ids as long as real ones; `n` tells them apart.
const fn id(n: u64) -> u64 {
    3_014_826_187_358_859_000 + n
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse_date_time(text).unwrap()
}

fn user(name: &str, contact: &str) -> User {
    User {
        name: Some(name.to_owned()),
        contact: contact.to_owned(),
        contact_type: ContactType::guess(contact),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn pretty(answer: &impl Serialize) -> String {
    serde_json::to_string_pretty(answer).unwrap()
}

fn step(n: u64, action_type: ActionType, status: ActionStatus) -> Action {
    Action {
        id: ActionId::new(id(n)),
        action_type,
        status,
        name: action_type.chinese().to_owned(),
        serial_no: 1,
        seal_ids: Vec::new(),
        operators: vec![user("李雷", "13800000001")],
        auto_sign: false,
        stampers: Vec::new(),
        action_no: None,
        complete_time: None,
        performed_by: None,
        intention_confirm: None,
    }
}

fn party(n: u64, tenant_type: TenantType, status: SignatoryStatus) -> Signatory {
    Signatory {
        id: SignatoryId::new(id(n)),
        tenant_type,
        status,
        status_before_expiry: None,
        tenant_name: some("王五"),
        company_id: None,
        receiver: Some(user("王五", "13900000000")),
        serial_no: 2,
        sponsor: false,
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

fn sponsor() -> Signatory {
    let mut seal = step(21, ActionType::Company, ActionStatus::Start);
    seal.seal_ids = vec![SealId::new(id(30)), SealId::new(id(31))];
    seal.stampers = vec![Stamper {
        document_id: Some(id(40)),
        keyword: some("甲方："),
        keyword_index: Some(0),
        ..Stamper::new(StamperType::Company)
    }];
    seal.auto_sign = true;
    let mut audit = step(20, ActionType::Audit, ActionStatus::Finish);
    audit.performed_by = Some(user("韩梅", "h@example.com"));
    audit.complete_time = Some(time("2026-05-01 09:00:00"));
    audit.intention_confirm = Some(IntentionConfirm::Authorized);
    Signatory {
        tenant_name: some("契书演示科技有限公司"),
        company_id: Some(CompanyId::new(id(2))),
        receiver: None,
        serial_no: 1,
        sponsor: true,
        actions: vec![audit, seal],
        ..party(10, TenantType::Company, SignatoryStatus::Signing)
    }
}

fn person() -> Signatory {
    Signatory {
        stampers: vec![Stamper {
            document_id: Some(id(40)),
            page: Some(1),
            offset_x: Some(0.25),
            offset_y: Some(0.1),
            width: Some(112.0),
            height: Some(48.0),
            date_patterns: vec![DatePattern::Chinese, DatePattern::Hyphen],
            rotation_degrees: 15.0,
            ..Stamper::new(StamperType::Timestamp)
        }],
        attachments: vec![AttachmentDemand {
            id: AttachmentId::new(id(50)),
            title: "身份证".to_owned(),
            required: true,
            need_sign: false,
            file: None,
        }],
        user_auth_info: Some(UserAuthInfo {
            id_card_no: some("11010519491231002X"),
            ..UserAuthInfo::default()
        }),
        category_id: Some(CategoryId::new(id(60))),
        fixed_flow: true,
        accepted: None,
        signatory_no: some("P-1"),
        sign_validate_way: Some(SignValidateWay::Pin),
        ..party(11, TenantType::Personal, SignatoryStatus::Waiting)
    }
}

fn contract() -> Contract {
    Contract {
        id: ContractId::new(id(1)),
        biz_id: None,
        company_id: CompanyId::new(id(2)),
        tenant_name: "契书演示科技有限公司".to_owned(),
        application_id: ApplicationId::new(id(3)),
        subject: "采购合同".to_owned(),
        description: None,
        sn: "QS202605010001".to_owned(),
        expire_time: Some(time("2026-06-01 00:00:00")),
        end_time: None,
        ordinal: true,
        category: Some(CategoryRef {
            id: CategoryId::new(id(60)),
            name: "默认业务分类".to_owned(),
        }),
        creator: None,
        state: ContractState::Draft,
        signatories: Vec::new(),
        sign_flow_strategy: SignFlowStrategy::AllSignFinish,
        template_params: Vec::new(),
        documents: Vec::new(),
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
        callback_url: some("https://example.com/secret-callback"),
        stamper_rule: None,
        allow_name_mismatch: false,
        create_time: time("2026-05-01 08:00:00"),
        publish_time: None,
    }
}

fn full_contract() -> Contract {
    Contract {
        biz_id: some("B-1"),
        description: some("第一季度"),
        end_time: Some(time("2027-06-01 23:59:59")),
        creator: Some(user("李雷", "13800000001")),
        state: ContractState::Signing,
        signatories: vec![sponsor(), person()],
        template_params: vec![TemplateParam {
            name: "金额".to_owned(),
            value: some("100"),
            read_only: true,
            signatory_id: Some(SignatoryId::new(id(11))),
        }],
        documents: vec![Document {
            id: DocumentId::new(id(40)),
            title: "采购合同".to_owned(),
            page_count: 3,
            sort: None,
            content_type: ContentType::Contract,
            uploads: Vec::new(),
            file_suffix: "pdf".to_owned(),
            template_id: None,
            template: None,
            params: Vec::new(),
            revision: 1,
            revision_hash: "00".repeat(32),
            text_index: "00".repeat(32),
            create_time: time("2026-05-01 08:01:00"),
        }],
        force_end_files: Vec::new(),
        copy_send_receivers: vec![CopySendReceiver {
            name: some("财务"),
            receiver: user("韩梅", "h@example.com"),
            prohibit_type: None,
            copy_send_person_type: None,
            create_time: Some(time("2026-05-01 08:00:00")),
            send: true,
        }],
        copy_send_time: Some(CopySendTime::Finish),
        tags: vec!["采购".to_owned(), "重要".to_owned()],
        related_contract_ids: vec![ContractId::new(id(4))],
        custom_fields: vec![CustomField {
            key: some("dept"),
            name: None,
            value: some("IT"),
        }],
        business_data: some("order-7"),
        stamper_rule: Some(StamperRule::MustAllow),
        publish_time: Some(time("2026-05-01 08:02:00")),
        ..contract()
    }
}

#[test]
fn the_least_contract() {
    insta::assert_snapshot!(pretty(&ContractAnswer::new(&contract(), &DetailView::default())));
}

#[test]
fn a_contract_without_extras() {
    let answer = pretty(&ContractAnswer::new(&full_contract(), &DetailView::default()));
    assert!(!answer.contains("secret-callback") && !answer.contains("11010519491231002X"));
    insta::assert_snapshot!(answer);
}

#[test]
fn a_contract_with_every_extra() {
    let places = |owner: Owner, index: usize| {
        let place = |page| Place {
            document_id: DocumentId::new(id(40)),
            page,
            offset_x: 0.5,
            offset_y: 0.25,
        };
        let is_keyword = owner == Owner::Action(ActionId::new(id(21))) && index == 0;
        if is_keyword {
            vec![place(1), place(3)]
        } else {
            Vec::new()
        }
    };
    let seal_stats = |owner: Owner| match owner {
        Owner::Action(action) if action.get() == id(21) => vec![SealStatAnswer {
            document_id: DocumentId::new(id(40)),
            count: 2,
            seal_type: StamperType::Company.name(),
            seal_id: Some(SealId::new(id(30))),
        }],
        _ => Vec::new(),
    };
    let other = Contract {
        id: ContractId::new(id(4)),
        ..contract()
    };
    let related = [RelatedContractAnswer::from(&other)];
    let view = DetailView {
        operators: true,
        locations: true,
        places: Some(&places),
        related: Some(&related),
        seal_stats: Some(&seal_stats),
    };
    insta::assert_snapshot!(pretty(&ContractAnswer::new(&full_contract(), &view)));
}

#[test]
fn people_of_external_parties_are_not_shown() {
    let mut external = sponsor();
    external.company_id = None;
    let view = DetailView {
        operators: true,
        ..DetailView::default()
    };
    let answer = SignatoryAnswer::new(&external, &view);
    assert!(answer.actions.iter().all(|action| action.operators.is_none()));
    let own = SignatoryAnswer::new(&sponsor(), &view);
    let shown: Vec<_> = own
        .actions
        .iter()
        .map(|action| action.operators.as_ref().unwrap()[0].contact.as_str())
        .collect();
    assert_eq!(shown, ["h@example.com", "13800000001"]);
}

#[test]
fn what_only_some_statuses_have() {
    let request = VoidRequest {
        reason: some("价格有误"),
        expire_time: Some(time("2026-07-01 23:59:59")),
        delete_doc: false,
        document: None,
        ..VoidRequest::default()
    };
    let complete = time("2026-05-02 00:00:00");
    let states = [
        ContractState::Complete {
            time: complete,
            void_failure: Some(VoidFailure::InvalidRejected),
        },
        ContractState::Rejected {
            comments: some("信息有误"),
        },
        ContractState::Recalled { comments: None },
        ContractState::ForceEnd {
            reason: "提前结束".to_owned(),
        },
        ContractState::Invaliding {
            time: complete,
            request: request.clone(),
        },
        ContractState::Invalided { request },
    ];
    let lines: Vec<String> = states
        .into_iter()
        .map(|state| {
            let answer = ContractAnswer::new(&Contract { state, ..contract() }, &DetailView::default());
            let value = serde_json::to_value(&answer).unwrap();
            let of_status = [
                "status",
                "comments",
                "invalidReason",
                "invalidExpireTime",
                "invalidFailType",
            ];
            let fields: Vec<String> = of_status
                .iter()
                .filter_map(|name| value.get(*name).map(|text| format!("{name}={text}")))
                .collect();
            fields.join(" ")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_list_page() {
    let page = ListAnswer {
        total_count: 12,
        list: vec![ContractRow::from(&full_contract())],
    };
    insta::assert_snapshot!(String::from_utf8(envelope::success_with(&page)).unwrap());
}

#[test]
fn finish_times_have_both_spellings() {
    let mut signed = person();
    signed.complete_time = Some(time("2026-05-02 10:00:00"));
    let value = serde_json::to_value(SignatoryAnswer::new(&signed, &DetailView::default())).unwrap();
    assert_eq!(value["complateTime"], "2026-05-02 10:00:00");
    assert_eq!(value["completeTime"], value["complateTime"]);
}

#[test]
fn companies_and_applications() {
    let company = Company {
        id: CompanyId::new(id(2)),
        name: "契书演示科技有限公司".to_owned(),
        register_no: some("91330100MA00000000"),
        legal_person: some("张三"),
        status: CompanyStatus::AuthSuccess,
        parent: None,
        auth_end: None,
        create_time: time("2026-05-01 08:00:00"),
    };
    let application = Application {
        id: ApplicationId::new(id(3)),
        company_id: company.id,
        name: "演示应用".to_owned(),
        token: "QishuDemo1".to_owned(),
        secrets: vec![SecretText::new("the AppSecret".to_owned())],
        enabled: true,
        callback: CallbackSettings {
            url: some("https://example.com/cb"),
            encrypt: true,
            encrypt_type: EncryptType::AesCbc,
            secret_key: SecretText::new("0123456789abcdef".to_owned()),
            signature_in_form: false,
            webhook_secrets: Vec::new(),
        },
        rules: RequestRules::default(),
        return_origins: Vec::new(),
        theme_color: None,
        sso: None,
        create_time: time("2026-05-01 08:00:00"),
    };
    let answer = pretty(&ApplicationAnswer::from(&application));
    assert!(!answer.contains("the AppSecret"));
    insta::assert_snapshot!(format!("{}\n{answer}", pretty(&CompanyAnswer::from(&company))));
}

#[test]
fn seals() {
    let seal = Seal {
        id: SealId::new(id(30)),
        owner: SealOwner::Company(CompanyId::new(id(2))),
        name: "公章".to_owned(),
        seal_type: SealType::Enterprise,
        spec: "CIRCULAR_42".to_owned(),
        status: SealStatus::Normal,
        width_um: 42_000,
        height_um: 42_000,
        image: "00".repeat(32),
        picture: "00".repeat(32),
        users: vec![user("李雷", "13800000001")],
        create_time: time("2026-05-01 08:00:00"),
        modify_time: time("2026-05-01 08:00:00"),
    };
    let page = ListAnswer {
        total_count: 1,
        list: vec![SealAnswer::row(&seal)],
    };
    insta::assert_snapshot!(format!(
        "{}\n{}",
        pretty(&page),
        pretty(&SealAnswer::detail(&seal))
    ));
}

#[test]
fn categories() {
    let category = Category {
        id: CategoryId::new(id(60)),
        company_id: CompanyId::new(id(2)),
        name: "预设流程演示".to_owned(),
        state: CategoryState::Enabled,
        default: false,
        define_signatories: true,
        define_sponsor: true,
        signatories: vec![PresetSignatory {
            tenant_type: TenantType::Company,
            sponsor: true,
            serial_no: 1,
            actions: vec![PresetAction {
                action_type: ActionType::Company,
                name: "公章签署".to_owned(),
                serial_no: 1,
                seal_ids: vec![SealId::new(id(30))],
                operators: vec![user("李雷", "13800000001")],
                stampers: vec![Stamper {
                    document_id: Some(id(70)),
                    page: Some(-1),
                    offset_x: Some(0.5),
                    offset_y: Some(0.5),
                    ..Stamper::new(StamperType::Company)
                }],
            }],
            stampers: Vec::new(),
        }],
        templates: vec![CategoryTemplate {
            id: TemplateId::new(id(70)),
            name: "采购合同模板".to_owned(),
            fillers: Vec::new(),
        }],
        expire_days: 30,
        stamper_rule: None,
        callback_url: some("https://example.com/secret-callback"),
        copy_send_time: None,
        copy_send_receivers: Vec::new(),
        notify_sponsor: false,
        starters: Vec::new(),
        continue_sending: false,
        sn_rule: None,
        subject_rule: None,
        create_time: time("2026-05-01 08:00:00"),
        modify_time: time("2026-05-01 08:00:00"),
    };
    let page = ListAnswer {
        total_count: 1,
        list: vec![CategoryRow::from(&category)],
    };
    insta::assert_snapshot!(format!(
        "{}\n{}",
        pretty(&page),
        pretty(&CategoryAnswer::new(&category, &[]))
    ));
}

#[test]
fn log_entries() {
    let least = StreamEntry::new(OperateType::Create, time("2026-05-01 08:00:00"));
    let full = StreamEntry {
        user_name: some("李雷"),
        user_id: Some(PersonId::new(id(80))),
        contact: some("138****0001"),
        comments: some("同意"),
        address: some("203.0.113.9"),
        client: some("PC"),
        browser: some("Chrome 140"),
        ..StreamEntry::new(OperateType::Sign, time("2026-05-01 09:00:00"))
    };
    insta::assert_snapshot!(pretty(&ListAnswer {
        total_count: 2,
        list: vec![least, full]
    }));
}

#[test]
fn links() {
    let link = "https://contract.example.com/s/abc".to_owned();
    let document = DocumentUrlAnswer::of_document(
        DocumentId::new(id(40)),
        "采购合同.pdf".to_owned(),
        "CONTRACT".to_owned(),
        link.clone(),
    );
    let everything = DocumentUrlAnswer::of_contract(
        ContractId::new(id(1)),
        "采购合同".to_owned(),
        "CONTRACT,SIGNLOG".to_owned(),
        link.clone(),
    );
    let answers = [
        pretty(&DocumentIdAnswer {
            document_id: DocumentId::new(id(40)),
        }),
        pretty(&PageUrlAnswer {
            page_url: link.clone(),
            status: "SIGNING",
        }),
        pretty(&ViewUrlAnswer::new(link.clone())),
        pretty(&ShortUrlAnswer::new(link)),
        pretty(&DownloadUrlsAnswer {
            download_urls: vec![document, everything],
        }),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}
