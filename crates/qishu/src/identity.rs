//! `qishu identity …`: the staff's review of pictures, company data and letters, and erasing a person's data.

use std::path::Path;
use std::process::ExitCode;

use qishu_app::App;
use qishu_app::company_auth::{
    CompanyReviewFile, company_review_file, list_company_reviews, review_basics, review_letter,
};
use qishu_app::person_auth::{list_person_reviews, person_review_photo, review_person};
use qishu_app::personal_data::erase_person;
use qishu_config::Config;
use qishu_model::contact::{ContactType, User};
use qishu_store::ledger::Actor;

use crate::Failure;
use crate::arguments::IdentityCommand;
use crate::wiring::open_app;

/// Carries a command out.
pub(crate) async fn command(command: IdentityCommand, config: Config) -> Result<ExitCode, Failure> {
    let app = open_app(&config).await?;
    match command {
        IdentityCommand::Reviews { save } => reviews(&app, save.as_deref()).await?,
        IdentityCommand::Person { id, refuse } => {
            review_person(&app, id, refuse.is_none(), refuse, actor()).await?;
            println!("authentication {id} is decided");
        }
        IdentityCommand::CompanyData { request, refuse } => {
            review_basics(&app, &request, refuse, actor()).await?;
            println!("the data of request {request} are decided on");
        }
        IdentityCommand::Letter { request, refuse } => {
            review_letter(&app, &request, refuse, actor()).await?;
            println!("the letter of request {request} is decided on");
        }
        IdentityCommand::Erase { contact } => {
            let user = User {
                name: None,
                contact_type: ContactType::guess(&contact),
                contact,
            };
            let erased = erase_person(&app, &user, actor()).await?;
            println!(
                "erased: proven identity {}, authorisations withdrawn {}",
                if erased.identity { "yes" } else { "there was none" },
                erased.authorisations
            );
        }
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

fn actor() -> Actor {
    Actor {
        client: Some("OPERATOR".to_owned()),
        ..Actor::default()
    }
}

async fn reviews(app: &App, save: Option<&Path>) -> Result<(), Failure> {
    if let Some(folder) = save {
        std::fs::create_dir_all(folder)?;
    }
    for review in list_person_reviews(app).await? {
        println!(
            "person\t{}\t{}\t{}",
            review.id,
            review.data.name.as_deref().unwrap_or_default(),
            review.data.id_card_no.as_deref().unwrap_or_default()
        );
        for side in review.sides {
            if let Some(folder) = save {
                let picture = person_review_photo(app, review.id, side).await?;
                std::fs::write(folder.join(format!("{}-{}", review.id, side.name())), picture)?;
            }
        }
    }
    for review in list_company_reviews(app).await? {
        let what = if review.letter { "letter" } else { "company-data" };
        let data = &review.auth.data;
        println!(
            "{what}\t{}\t{}\t{}\t{}",
            review.auth.request_id,
            data.name,
            data.register_no.as_deref().unwrap_or_default(),
            data.legal_person.as_deref().unwrap_or_default()
        );
        if let Some(folder) = save {
            let (file, name) = match review.letter {
                true => (CompanyReviewFile::Letter, "letter"),
                false => (CompanyReviewFile::License, "license"),
            };
            let bytes = company_review_file(app, &review.auth.request_id, file).await?;
            std::fs::write(folder.join(format!("{}-{name}", review.auth.request_id)), bytes)?;
        }
    }
    Ok(())
}
