//! The time-stamp server (RFC 3161).

use sealpki::TimeStampFailure;

use crate::{App, AppError};

/// Answers a TimeStampReq in DER with a TimeStampResp in DER. While the clock cannot be trusted nothing is stamped.
///
/// # Errors
/// Internal when the source of chance fails.
pub fn answer_time_stamp(app: &App, request: &[u8]) -> Result<Vec<u8>, AppError> {
    if let Some(fault) = app.clock.fault() {
        tracing::error!(fault, "no time-stamps are given");
        return Ok(qishu_authority::refuse_time_stamp(
            TimeStampFailure::TimeNotAvailable,
        ));
    }
    let serial = app.random_bytes()?;
    Ok(app
        .services
        .answer_time_stamp(request, serial, app.now().ms())
        .response)
}
