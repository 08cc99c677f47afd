//! Signing out, from either side (6.4 of the protocol, D36).

use qishu_store::page::{find_link, find_session, remove_link, remove_session};

use super::answer::session_index;
use super::{SSO_SESSION, offering};
use crate::page::is_listed;
use crate::{App, AppError};

/// What the integrator's server says: the ticket itself, or a SAML request that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// `logoutRequest` of CAS 3.0.
    Request(String),
    /// The ticket.
    Ticket(String),
}

/// Ends the session that began with a ticket. Tells nobody whether there was one.
///
/// # Errors
/// Internal when the store fails.
pub async fn end_by_ticket(app: &App, ending: Ending) -> Result<(), AppError> {
    let ticket = match ending {
        Ending::Ticket(ticket) => Some(ticket),
        Ending::Request(request) => session_index(&request),
    };
    let Some(ticket) = ticket else { return Ok(()) };
    let mut transaction = app.store.begin("sso_end");
    let found = find_link(&mut transaction, &ticket, app.now()).await?;
    let Some(found) = found.filter(|link| link.purpose == SSO_SESSION) else {
        return Ok(());
    };
    if let Some(session) = found.data["session"].as_str() {
        remove_session(&mut transaction, session).await?;
    }
    remove_link(&mut transaction, &ticket).await?;
    transaction.commit().await?;
    Ok(())
}

/// Ends a browser's session; answers where the browser goes: to `service` when an application that offers sign-on lists its
/// origin, else to the integrator's own log-out, when there is one.
///
/// # Errors
/// Internal when the store fails.
pub async fn log_out(
    app: &App,
    session: Option<&str>,
    service: Option<&str>,
) -> Result<Option<String>, AppError> {
    let mut transaction = app.store.begin("sso_log_out");
    if let Some(token) = session
        && find_session(&mut transaction, token, app.now()).await?.is_some()
    {
        remove_session(&mut transaction, token).await?;
    }
    let offering = offering(&mut transaction).await?;
    transaction.commit().await?;
    let listed = service.filter(|service| {
        offering
            .iter()
            .any(|(application, _)| is_listed(&application.return_origins, Some(service)))
    });
    let own = match offering.as_slice() {
        [(_, settings)] => settings.logout_url.clone(),
        _ => None,
    };
    Ok(listed.map(str::to_owned).or(own))
}
