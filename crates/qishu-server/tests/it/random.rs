//! Random contracts under random commands: what the API makes of them is what the machine predicts.

use qishu_model::contract::{
    Action, ActionType, Command, Contract, IntentionConfirm, Refusal, Signatory, SignatoryStatus, Step,
};
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::personal::{grant, signer};
use crate::stage::{WANG, company, drafted, individual, mobile, send, standing, stored, text};

const PEOPLE: [&str; 4] = ["13900000061", "13900000062", "13900000063", "13900000064"];
const CONTRACTS: usize = 100;
const COMMANDS: usize = 8;

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound as u64)).unwrap()
    }

    fn coin(&mut self) -> bool {
        self.roll(2) == 0
    }
}

/// One to five parties: the company with some steps or not, and people; in order or at once; all or any.
fn contract(dice: &mut Dice) -> Value {
    let mut parties = Vec::new();
    let people = dice.roll(PEOPLE.len() + 1);
    if people == 0 || dice.coin() {
        let kinds = ["AUDIT", "COMPANY", "LP"];
        let steps: Vec<Value> = (0..=dice.roll(3))
            .map(|place| {
                let operators = json!([mobile("王晓", WANG)]);
                let serial = if dice.coin() { place } else { 0 };
                json!({ "type": kinds[dice.roll(kinds.len())], "operators": operators, "serialNo": serial })
            })
            .collect();
        parties.push(company(&json!(steps)));
    }
    parties.extend(PEOPLE[..people].iter().map(|contact| individual(contact)));
    let strategy = if dice.coin() {
        "ALL_SIGN_FINISH"
    } else {
        "ANY_SIGN_FINISH"
    };
    json!({ "subject": "随机", "ordinal": dice.coin(), "signFlowStrategy": strategy, "signatories": parties })
}

/// A call, and the command it should come to; a refusal when the step it needs does not wait.
struct Move {
    path: &'static str,
    body: Value,
    command: Result<Command, Refusal>,
}

fn started(contract: &Contract, kind: ActionType) -> Option<&Action> {
    let in_turn = |party: &&Signatory| party.status == SignatoryStatus::Signing;
    let parties = contract.signatories.iter().filter(in_turn);
    let mut steps = parties.flat_map(|party| party.started_actions());
    steps.find(|step| step.action_type == kind)
}

fn finish(step: Option<Step>) -> Result<Command, Refusal> {
    let step = step.ok_or(Refusal::NotInTurn)?;
    Ok(Command::Finish {
        step,
        by: None,
        confirm: None,
    })
}

fn some_move(dice: &mut Dice, contract: &Contract, deadline: &str) -> Move {
    let id = contract.id;
    let step = |kind| started(contract, kind).map(|step| Step::Action(step.id));
    let audit = started(contract, ActionType::Audit).map(|step| step.id);
    let (path, extra, command) = match dice.roll(12) {
        0 | 1 => ("companysign", json!({}), finish(step(ActionType::Company))),
        2 | 3 => ("legalpersonsign", json!({}), finish(step(ActionType::Lp))),
        4 | 5 => {
            let approve = |action| Command::Approve {
                action,
                by: None,
                confirm: IntentionConfirm::Authorized,
                comments: None,
            };
            (
                "employeeaudit",
                json!({ "pass": true }),
                audit.map(approve).ok_or(Refusal::NotInTurn),
            )
        }
        6 if dice.coin() => {
            let refuse = |action| Command::RefuseAudit {
                action,
                by: None,
                comments: None,
            };
            (
                "employeeaudit",
                json!({ "pass": false }),
                audit.map(refuse).ok_or(Refusal::NotInTurn),
            )
        }
        7 if dice.coin() => (
            "forceend",
            json!({ "reason": "随机" }),
            Ok(Command::ForceEnd {
                reason: String::new(),
            }),
        ),
        8 if dice.coin() => {
            let until = contract.expire_time.unwrap_or(contract.create_time);
            (
                "delay",
                json!({ "expireDate": deadline }),
                Ok(Command::Delay { until }),
            )
        }
        _ => {
            let contact = PEOPLE[dice.roll(PEOPLE.len())];
            let signs = |party: &&Signatory| {
                let receiver = party
                    .receiver
                    .as_ref()
                    .filter(|_| !party.tenant_type.is_company());
                party.status == SignatoryStatus::Signing
                    && receiver.is_some_and(|user| user.contact == contact)
            };
            let party = contract.signatories.iter().find(signs);
            let user = json!({ "contact": contact, "contactType": "MOBILE" });
            (
                "personalsign",
                json!({ "user": user }),
                finish(party.map(|party| Step::Personal(party.id))),
            )
        }
    };
    let mut body = json!({ "contractId": id });
    body.as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    Move { path, body, command }
}

fn described(contract: &Contract) -> String {
    let party = |party: &Signatory| {
        let steps: Vec<&str> = party.actions.iter().map(|step| step.status.name()).collect();
        if steps.is_empty() {
            party.status.name().to_owned()
        } else {
            format!("{}({})", party.status.name(), steps.join(" "))
        }
    };
    let parties: Vec<String> = contract.signatories.iter().map(party).collect();
    format!("{} [{}]", contract.state.name(), parties.join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_random_contracts_end_as_the_machine_predicts() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for contact in PEOPLE {
            let person = signer(&app, "张三", contact).await;
            grant(&app, person, true).await;
        }
        let deadline = app.app.now().plus_days(300).date_text();
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        for number in 0..CONTRACTS {
            let draft = drafted(&app, &contract(&mut dice)).await;
            let id = text(&draft["id"]);
            assert_eq!(send(&app, &draft).await.code(), 0, "contract {number}: {draft}");
            for _ in 0..COMMANDS {
                // Equal requests at one moment count as one.
                app.clock.advance_ms(1);
                let before = stored(&app, &id).await;
                let next = some_move(&mut dice, &before, &deadline);
                // The status is judged before the step.
                let outcome = match next.command {
                    Err(_) if !before.state.is_open() => Err(before.wrong_status()),
                    Err(refusal) => Err(refusal),
                    Ok(command) => before.apply(command, app.app.now()),
                };
                let (code, after) = match outcome {
                    Ok(transition) => (0, described(&transition.contract.unwrap())),
                    Err(Refusal::WrongStatus { .. }) => (1101, described(&before)),
                    Err(_) => (1107, described(&before)),
                };
                let answer = app.post(&format!("/v2/contract/{}", next.path), &next.body).await;
                let shown = format!(
                    "contract {number}, {} on {}: {}",
                    next.path,
                    described(&before),
                    answer.text()
                );
                assert_eq!(answer.code(), code, "{shown}");
                assert_eq!(standing(&app, &id).await, after, "{shown}");
            }
        }
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}
