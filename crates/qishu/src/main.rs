//! The `qishu` binary: settings, wiring, start and stop.
//!
//! The only place that asks the system for time, chance and environment.

mod arguments;
mod backup;
mod category;
mod clock;
mod doctor;
mod files;
mod identity;
mod install;
mod logging;
mod node;
mod serve;
mod set_up;
mod verify;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use qishu_app::authority::revoke_certificate;
use qishu_app::job::resend_event;
use qishu_config::Config;
use sealpki::RevocationReason;

use crate::arguments::{
    Arguments, AuthorityCommand, CallbackCommand, CategoryCommand, Command, ConfigCommand, Reason,
};

/// What a command says when it fails: one text for the one who typed it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("qishu: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    if let Command::Verify {
        files,
        all: false,
        json,
        anchors,
    } = &arguments.command
    {
        return verify::files(files, anchors, *json);
    }
    if let Some(code) = files::work(&arguments.command) {
        return Ok(code);
    }
    if matches!(arguments.command, Command::Openapi) {
        println!("{}", qishu_server::api_description());
        return Ok(ExitCode::SUCCESS);
    }
    let config = arguments.config()?;
    logging::start(&config.log);
    match arguments.command {
        Command::Serve => with_runtime(serve::serve(config)),
        Command::Migrate => with_runtime(async move {
            wiring::open_store(&config).await?.migrate().await?;
            println!("the database is up to date");
            Ok(ExitCode::SUCCESS)
        }),
        Command::Backup { file } => with_runtime(async move { backup::backup(config, &file).await }),
        Command::Restore { file } => with_runtime(async move { backup::restore(config, &file).await }),
        Command::Verify { .. } => with_runtime(verify::all(config)),
        Command::Doctor => with_runtime(async move { doctor::examine(&config).await }),
        Command::FileWorker { .. } | Command::OfficeWorker { .. } | Command::Openapi => {
            Err("this command takes no settings".into())
        }
        Command::Config { command } => config_command(&command, &config),
        Command::App { command } => with_runtime(set_up::app_command(command, config)),
        Command::Company { command } => with_runtime(set_up::company_command(command, config)),
        Command::User { command } => with_runtime(set_up::user_command(command, config)),
        Command::Seal { command } => with_runtime(set_up::seal_command(command, config)),
        Command::Identity { command } => with_runtime(identity::command(command, config)),
        Command::Category { command } => {
            let CategoryCommand::Import { file, check } = command;
            with_runtime(async move { category::import(config, &file, check).await })
        }
        Command::Authority { command } => with_runtime(authority_command(command, config)),
        Command::Callback { command } => with_runtime(callback_command(command, config)),
    }
}

fn with_runtime(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

fn config_command(command: &ConfigCommand, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Check => println!("the settings are in order"),
        ConfigCommand::Print => print!("{}", config.print()),
    }
    Ok(ExitCode::SUCCESS)
}

async fn authority_command(command: AuthorityCommand, config: Config) -> Result<ExitCode, Failure> {
    let app = wiring::open_app(&config).await?;
    let AuthorityCommand::Revoke { serial, reason } = command;
    let reason = match reason {
        Reason::AffiliationChanged => RevocationReason::AffiliationChanged,
        Reason::KeyCompromise => RevocationReason::KeyCompromise,
        Reason::PrivilegeWithdrawn => RevocationReason::PrivilegeWithdrawn,
        Reason::Unspecified => RevocationReason::Unspecified,
    };
    revoke_certificate(&app, &serial, reason).await?;
    println!("certificate {serial} is revoked");
    Ok(ExitCode::SUCCESS)
}

async fn callback_command(command: CallbackCommand, config: Config) -> Result<ExitCode, Failure> {
    let app = wiring::open_app(&config).await?;
    match command {
        CallbackCommand::Dead => {
            let dead =
                qishu_store::callback::list_dead(&mut app.store.read("list_dead_callbacks"), 1000).await?;
            for event in dead {
                println!(
                    "{}\tcontract {}\t{}",
                    event.event.id, event.event.contract_id, event.event.kind
                );
            }
            let requests =
                qishu_store::request_event::list_dead(&mut app.store.read("list_dead_requests"), 1000)
                    .await?;
            for event in requests {
                println!(
                    "{}\trequest {}\t{}",
                    event.event.id, event.event.request_id, event.event.kind
                );
            }
        }
        CallbackCommand::Resend { event } => {
            resend_event(&app, event).await?;
            println!("event {event} is due again; the running server delivers it");
        }
    }
    Ok(ExitCode::SUCCESS)
}
