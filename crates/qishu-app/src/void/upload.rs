//! Documents that we drew ourselves, made ready for signing. They need no worker: nothing of a stranger's file is in them.

use pdfseal::Limits;
use pdfseal::sign::SigningPlan;
use pdfseal::text::{TextIndex, TextLimits};

use crate::document::Imported;
use crate::{App, AppError};

/// Rebuilds our own PDF, plans its signatures and reads its text.
///
/// # Errors
/// Internal: what we drew has to be readable.
pub(super) async fn prepare_own(app: &App, pdf: Vec<u8>) -> Result<Imported, AppError> {
    let limits = Limits {
        pages: app.settings.most_pages,
        ..Limits::default()
    };
    let work = move || prepare(&pdf, &limits);
    tokio::task::spawn_blocking(work).await?
}

fn prepare(pdf: &[u8], limits: &Limits) -> Result<Imported, AppError> {
    let failed = |error: &dyn std::fmt::Display| AppError::internal("own document", error);
    let rebuilt = pdfseal::rebuild(pdf, limits).map_err(|error| failed(&error))?;
    let plan = SigningPlan::prepare(&rebuilt.bytes, limits).map_err(|error| failed(&error))?;
    let text = TextIndex::read(&rebuilt.bytes, &TextLimits::default()).map_err(|error| failed(&error))?;
    Ok(Imported {
        pdf: rebuilt.bytes.into(),
        page_count: u32::try_from(plan.page_count()).unwrap_or(u32::MAX),
        plan,
        text: text.to_bytes().into(),
        suffix: "pdf".to_owned(),
    })
}
