//! `qishu category import FILE`: stores categories that were written by hand.

use std::path::Path;
use std::process::ExitCode;

use qishu_app::category::{CategoryDefinition, save_category};
use qishu_config::Config;
use qishu_model::company::Company;
use qishu_store::ledger::Actor;
use qishu_store::{Scope, company};

use crate::Failure;
use crate::wiring::open_app;

/// Stores the category of a file; one of the same name is changed. With `check` nothing is stored.
pub(crate) async fn import(config: Config, file: &Path, check: bool) -> Result<ExitCode, Failure> {
    let text = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let definition =
        CategoryDefinition::read(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    if check {
        println!("{} is well formed; nothing was stored", file.display());
        return Ok(ExitCode::SUCCESS);
    }
    let app = open_app(&config).await?;
    let owner = owner(&app, definition.company.as_deref()).await?;
    let actor = Actor {
        name: Some("qishu category import".to_owned()),
        ..Actor::default()
    };
    let stored = save_category(&app, actor, &owner, None, &definition).await;
    let category = stored.map_err(|error| format!("{}: {error}", file.display()))?;
    println!(
        "category {} of {} has id {}",
        category.name, owner.name, category.id
    );
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// The company of this name; without a name the platform company, when there is only one.
async fn owner(app: &qishu_app::App, name: Option<&str>) -> Result<Company, Failure> {
    let mut reader = app.store.read("find_owner");
    if let Some(name) = name {
        let found = company::find_by_name(&mut reader, Scope::System, name).await?;
        return Ok(found
            .ok_or_else(|| format!("company: there is no company {name}"))?
            .value);
    }
    let all = company::list(&mut reader, Scope::System).await?;
    let companies = all.into_iter().map(|found| found.value);
    let platforms: Vec<Company> = companies.filter(|company| company.parent.is_none()).collect();
    match <[Company; 1]>::try_from(platforms) {
        Ok([only]) => Ok(only),
        Err(several) => Err(format!(
            "company: name one, there are {} platform companies",
            several.len()
        )
        .into()),
    }
}
