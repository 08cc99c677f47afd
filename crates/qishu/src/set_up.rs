//! First set-up and administration without a console: companies, people, applications, reviews. The service may run beside
//! these commands; it sees what they did with its next request.

use std::process::ExitCode;

use qishu_app::App;
use qishu_app::application::{
    ApplicationChange, NewApplication, begin_rotation, change_application, create_application,
    finish_rotation, list_applications,
};
use qishu_app::company::{
    AccountChange, NewCompany, answer_invitation, create_company, list_companies, open_invitations,
    set_account,
};
use qishu_app::employee::{NewUser, create_user};
use qishu_app::seal::{Verdict, pending_reviews, review_seal, seal_uses};
use qishu_config::Config;
use qishu_model::account::{parse_yuan, yuan};
use qishu_model::application::{Application, RequestRules};
use qishu_model::contact::{ContactType, User};
use qishu_store::Page;

use crate::Failure;
use crate::arguments::{AppCommand, CompanyCommand, InvitationCommand, SealCommand, UserCommand};
use crate::wiring::{base_url, open_app};

/// Uses of a seal shown at once.
const USES: Page = Page {
    offset: 0,
    limit: 1000,
};

/// `qishu app …`
pub(crate) async fn app_command(command: AppCommand, config: Config) -> Result<ExitCode, Failure> {
    let app = open_app(&config).await?;
    match command {
        AppCommand::Create {
            company,
            name,
            callback_url,
        } => {
            let rules = RequestRules {
                nonce_required: config.request.require_nonce,
                md5_refused: config.request.refuse_md5,
                ..RequestRules::default()
            };
            let new = NewApplication {
                company,
                name,
                callback_url,
                rules,
            };
            let made = create_application(&app, new).await?;
            println!("base address     {}", base_url(&config));
            println!("AppToken         {}", made.token);
            print_newest_secret(&made);
            println!("callback key     {}", made.callback.secret_key.expose());
            for secret in &made.callback.webhook_secrets {
                println!("webhook secret   {}", secret.expose());
            }
            println!("The secrets are shown this once.");
        }
        AppCommand::List => {
            for (application, company) in list_applications(&app).await? {
                println!("{}", line(&application, &company.name));
            }
        }
        AppCommand::Rotate { token, finish: true } => {
            finish_rotation(&app, &token).await?;
            println!("the older secret of {token} no longer works");
        }
        AppCommand::Rotate { token, finish: false } => {
            let rotated = begin_rotation(&app, &token).await?;
            print_newest_secret(&rotated);
            println!(
                "The secret is shown this once. The older one works too, until: qishu app rotate {token} --finish"
            );
        }
        AppCommand::Set { token, change } => {
            let changed = change_application(&app, &token, ApplicationChange::from(*change)).await?;
            println!("{}", line(&changed, ""));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print_newest_secret(application: &Application) {
    if let Some(secret) = application.secrets.last() {
        println!("AppSecret        {}", secret.expose());
    }
}

/// One line about an application, without any secret.
fn line(application: &Application, company: &str) -> String {
    let rules = &application.rules;
    let mut words = vec![
        if application.enabled {
            "enabled"
        } else {
            "disabled"
        }
        .to_owned(),
    ];
    let switches = [
        (application.secrets.len() > 1, "rotating"),
        (rules.nonce_required, "nonce-required"),
        (rules.md5_refused, "md5-refused"),
        (rules.signature_v2_required, "signature-v2-required"),
        (rules.whole_hour_shift, "whole-hour-shift"),
    ];
    words.extend(
        switches
            .into_iter()
            .filter(|(is_set, _)| *is_set)
            .map(|(_, word)| word.to_owned()),
    );
    if !rules.areas.is_empty() {
        let areas: Vec<&str> = rules.areas.iter().map(|area| area.name()).collect();
        words.push(format!("areas={}", areas.join(",")));
    }
    if !rules.ip_list.is_empty() {
        words.push(format!("ip={}", rules.ip_list.join(",")));
    }
    format!(
        "{}\t{}\t{company}\t{}",
        application.token,
        application.name,
        words.join(" ")
    )
}

/// `qishu company …`
pub(crate) async fn company_command(command: CompanyCommand, config: Config) -> Result<ExitCode, Failure> {
    let app = open_app(&config).await?;
    match command {
        CompanyCommand::Create {
            name,
            register_no,
            legal_person,
            parent,
            unauthenticated,
        } => {
            let new = NewCompany {
                name,
                register_no,
                legal_person,
                parent,
                authenticated: !unauthenticated,
            };
            let made = create_company(&app, new).await?;
            println!("{}\t{}\t{}", made.id, made.name, made.status.name());
        }
        CompanyCommand::List => {
            let all = list_companies(&app).await?;
            for company in &all {
                let parent = all.iter().find(|other| Some(other.id) == company.parent);
                println!(
                    "{}\t{}\t{}\t{}",
                    company.id,
                    company.name,
                    company.status.name(),
                    parent.map_or("", |parent| parent.name.as_str())
                );
            }
        }
        CompanyCommand::Balance {
            name,
            add,
            price,
            unlimited,
        } => balance(&app, &name, add.as_deref(), price.as_deref(), unlimited).await?,
        CompanyCommand::Invitation { command } => invitation_command(&app, command).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn balance(
    app: &App,
    name: &str,
    add: Option<&str>,
    price: Option<&str>,
    unlimited: bool,
) -> Result<(), Failure> {
    let amount = |text: &str| {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        parse_yuan(digits)
            .map(|fen| sign * fen)
            .ok_or_else(|| format!("{text} is no amount in yuan, such as 100 or 12.50"))
    };
    let change = if unlimited {
        AccountChange::Unlimited
    } else {
        AccountChange::Add {
            amount_fen: add.map(amount).transpose()?.unwrap_or_default(),
            price_fen: price.map(amount).transpose()?,
        }
    };
    match set_account(app, name, change).await? {
        Some(account) => println!(
            "{name}: balance {}, {} per contract, {} more contracts",
            yuan(account.balance_fen),
            yuan(account.price_fen),
            account.remaining()
        ),
        None => println!("{name}: nothing is counted"),
    }
    Ok(())
}

async fn invitation_command(app: &App, command: InvitationCommand) -> Result<(), Failure> {
    match command {
        InvitationCommand::List => {
            for (invitation, platform, invited) in open_invitations(app).await? {
                println!(
                    "{}\t{}\tinvites {}\tuntil {}",
                    invitation.id,
                    platform.name,
                    invited.name,
                    invitation.expire_time().date_time_text()
                );
            }
        }
        InvitationCommand::Accept { id } => {
            answer_invitation(app, id, true).await?;
            println!("invitation {id} is accepted");
        }
        InvitationCommand::Refuse { id } => {
            answer_invitation(app, id, false).await?;
            println!("invitation {id} is refused");
        }
    }
    Ok(())
}

/// `qishu user …`
pub(crate) async fn user_command(command: UserCommand, config: Config) -> Result<ExitCode, Failure> {
    let app = open_app(&config).await?;
    let UserCommand::Create {
        company,
        name,
        mobile,
        email,
        number,
        roles,
    } = command;
    let (contact, contact_type) = match (mobile, email) {
        (Some(mobile), _) => (mobile, ContactType::Mobile),
        (None, Some(email)) => (email, ContactType::Email),
        (None, None) => return Err("give --mobile or --email".into()),
    };
    let new = NewUser {
        company,
        user: User {
            name: Some(name),
            contact,
            contact_type,
        },
        number,
        roles: roles.into_iter().map(Into::into).collect(),
    };
    let employee = create_user(&app, &new).await?;
    let roles: Vec<&str> = employee.roles.iter().map(|role| role.name()).collect();
    println!("{}\t{}\t{}", employee.id, employee.name, roles.join(" "));
    Ok(ExitCode::SUCCESS)
}

/// `qishu seal …`
pub(crate) async fn seal_command(command: SealCommand, config: Config) -> Result<ExitCode, Failure> {
    let app = open_app(&config).await?;
    match command {
        SealCommand::Reviews { save } => {
            for (review, company) in pending_reviews(&app).await? {
                println!(
                    "{}\t{}\t{}\t{}\t{}",
                    review.id,
                    company.name,
                    review.name,
                    review.seal_type.name(),
                    review.spec
                );
                if let Some(folder) = &save {
                    save_pictures(&app, folder, &review).await?;
                }
            }
        }
        SealCommand::Approve { id } => {
            review_seal(&app, id, Verdict::Pass).await?;
            println!("the seal of application {id} is made");
        }
        SealCommand::Reject { id, reason } => {
            review_seal(&app, id, Verdict::Reject(reason)).await?;
            println!("application {id} is refused");
        }
        SealCommand::Uses { id } => {
            for used in seal_uses(&app, id, USES).await?.rows {
                println!("{}\tcontract {}", used.at.date_time_text(), used.contract_id);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what was uploaded, and the seal as it would look, for the eyes of the reviewer.
async fn save_pictures(
    app: &App,
    folder: &std::path::Path,
    review: &qishu_model::seal_review::SealReview,
) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    let uploads = [
        ("seal.png", Some(&review.image)),
        ("upload", Some(&review.original)),
        ("letter", review.letter.as_ref()),
    ];
    for (what, digest) in uploads {
        let Some(digest) = digest else { continue };
        let bytes = app.blobs.get(&digest.parse()?).await?;
        let path = folder.join(format!("{}-{what}", review.id));
        std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
