//! Every state against every command, and the walks that people take.

use super::*;
use crate::contact::ContactType;
use crate::contract::{ContentType, Document, TenantType};
use crate::id::{ApplicationId, CompanyId, ContractId, DocumentId};

const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);
const COMPANY_PARTY: SignatoryId = SignatoryId::new(10);
const PERSON_PARTY: SignatoryId = SignatoryId::new(20);
const SEAL_STEP: ActionId = ActionId::new(11);
const AUDIT_STEP: ActionId = ActionId::new(12);

fn person(contact: &str) -> User {
    User {
        name: Some("张三".to_owned()),
        contact: contact.to_owned(),
        contact_type: ContactType::Mobile,
    }
}

fn party(id: SignatoryId, tenant_type: TenantType, name: &str, serial_no: i32) -> Signatory {
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
        signatory_no: None,
        sign_validate_way: None,
        complete_time: None,
        reject_invalid_reason: None,
        intention_confirm: None,
    }
}

fn step(id: ActionId, action_type: ActionType, serial_no: i32) -> Action {
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
fn draft() -> Contract {
    let mut company = party(COMPANY_PARTY, TenantType::Company, "契书演示科技有限公司", 1);
    company.actions = vec![
        step(AUDIT_STEP, ActionType::Audit, 0),
        step(SEAL_STEP, ActionType::Company, 1),
    ];
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
        signatories: vec![company, party(PERSON_PARTY, TenantType::Personal, "张三", 2)],
        sign_flow_strategy: SignFlowStrategy::AllSignFinish,
        template_params: Vec::new(),
        documents: vec![document()],
        watermarks: Vec::new(),
        files_deleted: false,
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

fn document() -> Document {
    Document {
        id: DocumentId::new(30),
        title: "劳动合同".to_owned(),
        page_count: 1,
        sort: None,
        content_type: ContentType::Contract,
        uploads: Vec::new(),
        file_suffix: "pdf".to_owned(),
        template_id: None,
        params: Vec::new(),
        revision: 0,
        revision_hash: String::new(),
        text_index: String::new(),
        create_time: NOW,
    }
}

fn send() -> Command {
    Command::Send { fillers: Vec::new() }
}

fn finish(step: Step) -> Command {
    Command::Finish {
        step,
        by: None,
        confirm: Some(IntentionConfirm::Sms),
    }
}

fn start_void() -> Command {
    let request = VoidRequest {
        reason: Some("签错了".to_owned()),
        expire_time: None,
        delete_doc: false,
        document: None,
        ..VoidRequest::default()
    };
    Command::StartVoid { request }
}

fn run(contract: &Contract, commands: impl IntoIterator<Item = Command>) -> Contract {
    commands.into_iter().fold(contract.clone(), |contract, command| {
        let shown = format!("{command:?}");
        let transition = contract
            .apply(command, NOW)
            .unwrap_or_else(|refusal| panic!("{shown}: {refusal}"));
        transition.contract.unwrap_or(contract)
    })
}

fn every_state() -> Vec<(&'static str, Contract)> {
    let signing = run(&draft(), [send()]);
    let sealed = run(
        &signing,
        [finish(Step::Action(AUDIT_STEP)), finish(Step::Action(SEAL_STEP))],
    );
    let complete = run(&sealed, [finish(Step::Personal(PERSON_PARTY))]);
    let invaliding = run(&complete, [start_void()]);
    vec![
        ("DRAFT", draft()),
        (
            "FILLING",
            run(
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
            run(
                &signing,
                [Command::Reject {
                    party: COMPANY_PARTY,
                    reason: None,
                }],
            ),
        ),
        ("RECALLED", run(&signing, [Command::Recall { reason: None }])),
        ("EXPIRED", run(&signing, [Command::Expire])),
        ("INVALIDING", invaliding.clone()),
        (
            "INVALIDED",
            run(
                &invaliding,
                [COMPANY_PARTY, PERSON_PARTY].map(|party| Command::SignVoid { party }),
            ),
        ),
        (
            "DELETED",
            run(&signing, [Command::Recall { reason: None }, Command::Delete]),
        ),
        (
            "FORCE_END",
            run(
                &signing,
                [Command::ForceEnd {
                    reason: "终止".to_owned(),
                }],
            ),
        ),
    ]
}

fn every_command() -> Vec<(&'static str, Command)> {
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
        ("approve", finish(Step::Action(AUDIT_STEP))),
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

fn describe(contract: &Contract) -> String {
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

#[test]
fn every_state_against_every_command() {
    let mut table = String::new();
    for (name, contract) in every_state() {
        table.push_str(&format!("\n{name}: {}\n", describe(&contract)));
        for (command_name, command) in every_command() {
            table.push_str(&format!(
                "  {command_name:<18} {}\n",
                outcome(&contract, command).trim_end()
            ));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn parallel_parties_are_all_in_turn() {
    let mut contract = draft();
    contract.ordinal = false;
    let contract = run(&contract, [send()]);
    assert!(
        contract
            .signatories
            .iter()
            .all(|party| party.status == SignatoryStatus::Signing)
    );
}

#[test]
fn equal_numbers_sign_in_parallel_and_later_ones_wait() {
    let mut contract = draft();
    contract
        .signatories
        .push(party(SignatoryId::new(41), TenantType::Personal, "李四", 2));
    contract
        .signatories
        .push(party(SignatoryId::new(42), TenantType::Personal, "王五", 3));
    let contract = run(
        &contract,
        [
            send(),
            finish(Step::Action(AUDIT_STEP)),
            finish(Step::Action(SEAL_STEP)),
        ],
    );
    assert_eq!(
        describe(&contract),
        "SIGNING [SIGNED(FINISH FINISH), SIGNING, SIGNING, WAITING]"
    );
}

#[test]
fn any_sign_finish_completes_with_the_first_receiver_and_closes_the_others() {
    let mut contract = draft();
    contract.sign_flow_strategy = SignFlowStrategy::AnySignFinish;
    contract
        .signatories
        .push(party(SignatoryId::new(41), TenantType::Personal, "李四", 2));
    let sealed = run(
        &contract,
        [
            send(),
            finish(Step::Action(AUDIT_STEP)),
            finish(Step::Action(SEAL_STEP)),
        ],
    );
    let done = run(&sealed, [finish(Step::Personal(SignatoryId::new(41)))]);
    assert_eq!(
        describe(&done),
        "COMPLETE [SIGNED(FINISH FINISH), CLOSED, SIGNED]"
    );
}

#[test]
fn any_sign_finish_still_needs_the_initiator() {
    let mut contract = draft();
    contract.ordinal = false;
    contract.sign_flow_strategy = SignFlowStrategy::AnySignFinish;
    let contract = run(&contract, [send(), finish(Step::Personal(PERSON_PARTY))]);
    assert_eq!(contract.state, ContractState::Signing);
}

#[test]
fn a_delay_brings_an_expired_contract_back_to_where_it_was() {
    let signing = run(&draft(), [send(), finish(Step::Action(AUDIT_STEP))]);
    let back = run(
        &signing,
        [
            Command::Expire,
            Command::Delay {
                until: NOW.plus_days(9),
            },
        ],
    );
    assert_eq!(describe(&back), describe(&signing));
    assert_eq!(back.expire_time, Some(NOW.plus_days(9)));
}

#[test]
fn a_failed_void_restores_the_signatures_and_says_why() {
    let complete = &every_state()[4].1;
    let refused = run(
        complete,
        [
            start_void(),
            Command::RefuseVoid {
                party: PERSON_PARTY,
                reason: Some("不同意".to_owned()),
            },
        ],
    );
    assert_eq!(describe(&refused), describe(complete));
    assert!(matches!(
        refused.state,
        ContractState::Complete {
            void_failure: Some(VoidFailure::InvalidRejected),
            ..
        }
    ));
    assert_eq!(
        refused
            .signatory(PERSON_PARTY)
            .unwrap()
            .reject_invalid_reason
            .as_deref(),
        Some("不同意")
    );
}

#[test]
fn incomplete_drafts_are_not_sent() {
    let refusal = |change: fn(&mut Contract)| {
        let mut contract = draft();
        change(&mut contract);
        contract.apply(send(), NOW).unwrap_err()
    };
    assert_eq!(refusal(|c| c.signatories.clear()), Refusal::NoSignatory);
    assert_eq!(refusal(|c| c.documents.clear()), Refusal::NoDocument);
    assert!(matches!(
        refusal(|c| c.signatories[0].actions.clear()),
        Refusal::ActionRequired { .. }
    ));
    assert!(matches!(
        refusal(|c| c.signatories[0].actions[0].operators.clear()),
        Refusal::AuditOperatorRequired { .. }
    ));
    assert!(matches!(
        refusal(|c| c.signatories.push(c.signatories[1].clone())),
        Refusal::RepeatedSignatory { .. }
    ));
    let handler_missing = |c: &mut Contract| {
        c.signatories[0].actions[0].action_type = ActionType::Operator;
        c.signatories[0].receiver = None;
    };
    assert!(matches!(
        refusal(handler_missing),
        Refusal::OperatorRequired { .. }
    ));
}

#[test]
fn a_contract_survives_storage() {
    for (_, contract) in every_state() {
        let json = serde_json::to_string(&contract).unwrap();
        assert_eq!(serde_json::from_str::<Contract>(&json).unwrap(), contract);
    }
}

/// A million random steps would be the release gate; this keeps the invariants in every run.
#[test]
fn random_walks_keep_the_invariants() {
    let mut seed: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = move |bound: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % (bound as u64)).unwrap()
    };
    for _ in 0..2_000 {
        let mut contract = draft();
        contract.ordinal = next(2) == 0;
        for _ in 0..12 {
            let commands = every_command();
            let (_, command) = commands[next(commands.len())].clone();
            if let Ok(Transition {
                contract: Some(changed),
                ..
            }) = contract.apply(command, NOW)
            {
                contract = changed;
            }
            assert_invariants(&contract);
        }
    }
}

fn assert_invariants(contract: &Contract) {
    let open_parties = contract
        .signatories
        .iter()
        .filter(|party| party.status.is_open())
        .count();
    let in_turn = contract
        .signatories
        .iter()
        .filter(|party| party.status == SignatoryStatus::Signing)
        .count();
    match contract.state {
        ContractState::Signing => assert!(in_turn > 0, "somebody is always in turn: {}", describe(contract)),
        ContractState::Filling => assert!(open_parties > 0),
        ContractState::Draft => assert!(contract.publish_time.is_none()),
        _ => assert_eq!(open_parties, 0, "{}", describe(contract)),
    }
    if matches!(contract.state, ContractState::Complete { .. }) {
        assert!(
            contract
                .signatories
                .iter()
                .all(|party| party.all_steps_finished() || party.status == SignatoryStatus::Closed)
        );
    }
}
