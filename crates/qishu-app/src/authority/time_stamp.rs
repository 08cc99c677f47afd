//! The time-stamp server (RFC 3161).

use sealpki::TimeStampFailure;

use crate::{App, AppError, HierarchyRef};

/// Answers a TimeStampReq in DER with a TimeStampResp in DER, signed in one of the hierarchies. While the clock cannot be trusted nothing is stamped.
///
/// # Errors
/// Internal when the source of chance fails.
pub fn answer_time_stamp(
    app: &App,
    hierarchy: HierarchyRef<'_>,
    request: &[u8],
) -> Result<Vec<u8>, AppError> {
    if let Some(fault) = app.clock.fault() {
        tracing::error!(fault, "no time-stamps are given");
        return Ok(qishu_authority::refuse_time_stamp(
            TimeStampFailure::TimeNotAvailable,
        ));
    }
    let serial = app.random_bytes()?;
    Ok(hierarchy
        .services
        .answer_time_stamp(request, serial, app.now().ms())
        .response)
}
