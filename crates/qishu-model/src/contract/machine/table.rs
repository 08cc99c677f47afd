//! Every state against every command, as a table: the documentation is made of it, and a test compares it.

use super::*;
use crate::contact::ContactType;
use crate::contract::{
    AttachmentDemand, ContentType, ContractChange, CopySendReceiver, Document, HandedIn, PartyChange,
    StoredFile, TenantType,
};
use crate::id::{ApplicationId, AttachmentId, CompanyId, ContractId, DocumentId};

pub(super) const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);
pub(super) const COMPANY_PARTY: SignatoryId = SignatoryId::new(10);
pub(super) const PERSON_PARTY: SignatoryId = SignatoryId::new(20);
pub(super) const SEAL_STEP: ActionId = ActionId::new(11);
pub(super) const AUDIT_STEP: ActionId = ActionId::new(12);
pub(super) const ATTACHMENT: AttachmentId = AttachmentId::new(21);

pub(super) fn person(contact: &str) -> User {
    User {
        name: Some("张三".to_owned()),
        contact: contact.to_owned(),
        contact_type: ContactType::Mobile,
    }
}

pub(super) fn party(id: SignatoryId, tenant_type: TenantType, name: &str, serial_no: i32) -> Signatory {
    Signatory {
        id,
        tenant_type,
        status: SignatoryStatus::Draft,
        status_before_expiry: None,
        tenant_name: Some(name.to_owned()),
        company_id: None,
        receiver: Some(person(&format!("139{:08}", id.get()))),
        serial_no,
        sponsor: tenant_type == TenantType::Company,
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

pub(super) fn step(id: ActionId, action_type: ActionType, serial_no: i32) -> Action {
    Action {
        id,
        action_type,
        status: ActionStatus::Init,
        name: action_type.chinese().to_owned(),
        serial_no,
        seal_ids: Vec::new(),
        operators: vec![person("13800000001")],
        auto_sign: false,
        stampers: Vec::new(),
        action_no: None,
        complete_time: None,
        performed_by: None,
        intention_confirm: None,
    }
}

/// A company (approval, then seal) followed by a person, one after the other.
pub(crate) fn draft() -> Contract {
    let mut company = party(COMPANY_PARTY, TenantType::Company, "契书演示科技有限公司", 1);
    company.actions = vec![
        step(AUDIT_STEP, ActionType::Audit, 0),
        step(SEAL_STEP, ActionType::Company, 1),
    ];
    let mut individual = party(PERSON_PARTY, TenantType::Personal, "张三", 2);
    individual.attachments = vec![AttachmentDemand {
        id: ATTACHMENT,
        title: "身份证".to_owned(),
        required: false,
        need_sign: false,
        file: None,
    }];
    Contract {
        id: ContractId::new(1),
        biz_id: None,
        company_id: CompanyId::new(2),
        tenant_name: "契书演示科技有限公司".to_owned(),
        application_id: ApplicationId::new(3),
        subject: "劳动合同".to_owned(),
        description: None,
        sn: "QS-1".to_owned(),
        expire_time: None,
        end_time: None,
        ordinal: true,
        category: None,
        creator: None,
        state: ContractState::Draft,
        signatories: vec![company, individual],
        sign_flow_strategy: SignFlowStrategy::AllSignFinish,
        template_params: Vec::new(),
        documents: vec![document()],
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

pub(super) fn document() -> Document {
    Document {
        id: DocumentId::new(30),
        title: "劳动合同".to_owned(),
        page_count: 1,
        sort: None,
        content_type: ContentType::Contract,
        uploads: Vec::new(),
        file_suffix: "pdf".to_owned(),
        template_id: None,
        template: None,
        params: Vec::new(),
        revision: 0,
        revision_hash: String::new(),
        text_index: String::new(),
        create_time: NOW,
    }
}

pub(super) fn send() -> Command {
    Command::Send { fillers: Vec::new() }
}

pub(super) fn finish(step: Step) -> Command {
    Command::Finish {
        step,
        by: None,
        confirm: Some(IntentionConfirm::Sms),
    }
}

pub(super) fn start_void() -> Command {
    let request = VoidRequest {
        reason: Some("签错了".to_owned()),
        expire_time: None,
        delete_doc: false,
        document: None,
        ..VoidRequest::default()
    };
    Command::StartVoid { request }
}

fn edit(party: SignatoryId) -> Command {
    let change = PartyChange {
        receiver: Some(person("13900000099")),
        ..PartyChange::default()
    };
    Command::EditParty {
        party,
        change: Box::new(change),
    }
}

fn copy() -> CopySendReceiver {
    CopySendReceiver {
        name: None,
        receiver: person("13900000088"),
        prohibit_type: None,
        copy_send_person_type: None,
        create_time: None,
        send: false,
    }
}

fn file() -> StoredFile {
    StoredFile {
        id: AttachmentId::new(50),
        title: "说明".to_owned(),
        suffix: "pdf".to_owned(),
        upload: String::new(),
        create_time: NOW,
    }
}

pub(super) fn hand_in() -> Command {
    Command::HandIn {
        party: PERSON_PARTY,
        attachment: ATTACHMENT,
        file: Box::new(HandedIn {
            file: file(),
            document: None,
            by: person("13900000020"),
        }),
    }
}

/// The contract after commands that its state allows; what is refused changes nothing.
fn after(contract: &Contract, commands: impl IntoIterator<Item = Command>) -> Contract {
    commands.into_iter().fold(contract.clone(), |contract, command| {
        let transition = contract.apply(command, NOW).ok();
        transition
            .and_then(|transition| transition.contract)
            .unwrap_or(contract)
    })
}

pub(super) fn every_state() -> Vec<(&'static str, Contract)> {
    let signing = after(&draft(), [send()]);
    let sealed = after(
        &signing,
        [finish(Step::Action(AUDIT_STEP)), finish(Step::Action(SEAL_STEP))],
    );
    let complete = after(&sealed, [finish(Step::Personal(PERSON_PARTY))]);
    let invaliding = after(&complete, [start_void()]);
    vec![
        ("DRAFT", draft()),
        (
            "FILLING",
            after(
                &draft(),
                [Command::Send {
                    fillers: vec![PERSON_PARTY],
                }],
            ),
        ),
        ("SIGNING, company's turn", signing.clone()),
        ("SIGNING, person's turn", sealed),
        ("COMPLETE", complete),
        (
            "REJECTED",
            after(
                &signing,
                [Command::Reject {
                    party: COMPANY_PARTY,
                    reason: None,
                }],
            ),
        ),
        ("RECALLED", after(&signing, [Command::Recall { reason: None }])),
        ("EXPIRED", after(&signing, [Command::Expire])),
        ("INVALIDING", invaliding.clone()),
        (
            "INVALIDED",
            after(
                &invaliding,
                [COMPANY_PARTY, PERSON_PARTY].map(|party| Command::SignVoid { party }),
            ),
        ),
        (
            "DELETED",
            after(&signing, [Command::Recall { reason: None }, Command::Delete]),
        ),
        (
            "FORCE_END",
            after(
                &signing,
                [Command::ForceEnd {
                    reason: "终止".to_owned(),
                }],
            ),
        ),
    ]
}

pub(super) fn every_command() -> Vec<(&'static str, Command)> {
    let mut all = commands_of_flow();
    all.extend(commands_of_content());
    all.extend(commands_of_voiding());
    all
}

/// What moves the contract.
fn commands_of_flow() -> Vec<(&'static str, Command)> {
    let mut newcomer = party(SignatoryId::new(40), TenantType::Personal, "李四", 3);
    newcomer.sponsor = false;
    vec![
        ("send", send()),
        (
            "send with fillers",
            Command::Send {
                fillers: vec![PERSON_PARTY],
            },
        ),
        ("fill", Command::Fill { party: PERSON_PARTY }),
        (
            "approve",
            Command::Approve {
                action: AUDIT_STEP,
                by: None,
                confirm: IntentionConfirm::Authorized,
                comments: None,
            },
        ),
        (
            "refuse approval",
            Command::RefuseAudit {
                action: AUDIT_STEP,
                by: None,
                comments: None,
            },
        ),
        ("seal", finish(Step::Action(SEAL_STEP))),
        ("sign", finish(Step::Personal(PERSON_PARTY))),
        (
            "reject by company",
            Command::Reject {
                party: COMPANY_PARTY,
                reason: None,
            },
        ),
        (
            "reject by person",
            Command::Reject {
                party: PERSON_PARTY,
                reason: None,
            },
        ),
        ("recall", Command::Recall { reason: None }),
        ("expire", Command::Expire),
        (
            "force end",
            Command::ForceEnd {
                reason: "终止".to_owned(),
            },
        ),
        (
            "delay",
            Command::Delay {
                until: NOW.plus_days(30),
            },
        ),
        (
            "add party",
            Command::AddParty {
                party: Box::new(newcomer),
            },
        ),
    ]
}

/// What changes what the contract holds.
fn commands_of_content() -> Vec<(&'static str, Command)> {
    vec![
        ("accept", Command::Accept { party: COMPANY_PARTY }),
        ("edit company", edit(COMPANY_PARTY)),
        ("edit person", edit(PERSON_PARTY)),
        (
            "join",
            Command::Join {
                party: PERSON_PARTY,
                change: Box::default(),
            },
        ),
        (
            "edit operators",
            Command::EditOperators {
                action: AUDIT_STEP,
                operators: vec![person("13800000002")],
            },
        ),
        (
            "copy",
            Command::CopySend {
                receivers: vec![copy()],
            },
        ),
        (
            "modify",
            Command::Modify {
                change: Box::new(ContractChange {
                    subject: Some("劳动合同（修订）".to_owned()),
                    ..ContractChange::default()
                }),
            },
        ),
        (
            "drop documents",
            Command::Modify {
                change: Box::new(ContractChange {
                    documents: Some(vec![DocumentId::new(30)]),
                    ..ContractChange::default()
                }),
            },
        ),
        ("hand in", hand_in()),
        ("add end file", Command::AddForceEndFile { file: file() }),
    ]
}

/// What comes after the contract.
fn commands_of_voiding() -> Vec<(&'static str, Command)> {
    vec![
        ("start void", start_void()),
        ("sign void", Command::SignVoid { party: PERSON_PARTY }),
        (
            "refuse void",
            Command::RefuseVoid {
                party: PERSON_PARTY,
                reason: None,
            },
        ),
        ("cancel void", Command::CancelVoid),
        ("delete", Command::Delete),
    ]
}

pub(super) fn describe(contract: &Contract) -> String {
    let party = |party: &Signatory| {
        let steps: Vec<&str> = party.actions.iter().map(|action| action.status.name()).collect();
        if steps.is_empty() {
            party.status.name().to_owned()
        } else {
            format!("{}({})", party.status.name(), steps.join(" "))
        }
    };
    let parties: Vec<String> = contract.signatories.iter().map(party).collect();
    format!("{} [{}]", contract.state.name(), parties.join(", "))
}

fn outcome(contract: &Contract, command: Command) -> String {
    match contract.apply(command, NOW) {
        Err(Refusal::WrongStatus { .. }) => "1101".to_owned(),
        Err(refusal) => format!("refused: {refusal}"),
        Ok(transition) => {
            let callbacks = transition.events.iter().filter_map(|event| event.callback);
            let callbacks: Vec<String> = callbacks
                .map(|(kind, status)| format!("{}/{status}", kind.name()))
                .collect();
            let next = transition
                .contract
                .as_ref()
                .map_or_else(|| "deleted".to_owned(), describe);
            format!("{next} {}", callbacks.join(" "))
        }
    }
}

/// The table as Markdown: one section a state, one row a command.
#[must_use]
pub fn state_table() -> String {
    let mut text = String::new();
    for (name, contract) in every_state() {
        text.push_str(&format!(
            "\n### {name}\n\n`{}`\n\n| command | leads to |\n|---|---|\n",
            describe(&contract)
        ));
        for (command_name, command) in every_command() {
            text.push_str(&format!(
                "| {command_name} | {} |\n",
                outcome(&contract, command).trim_end()
            ));
        }
    }
    text
}
