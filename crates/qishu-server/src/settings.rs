//! Figures and switches of the HTTP layer.

use std::net::IpAddr;

/// How requests are judged; documented in the default settings file.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Accepted difference of clocks, milliseconds (D6).
    pub window_ms: u32,
    /// Accept HMAC-SHA256 signatures (D5).
    pub hmac_accepted: bool,
    /// Proxies whose forwarded addresses count.
    pub trusted_proxies: Vec<String>,
    /// The public address starts with https: cookies are bound to it.
    pub https: bool,
    /// Serve the demo's outbox.
    pub demo: bool,
    /// Others may ask for time-stamps.
    pub time_stamp_server: bool,
    /// Answers 442 and 443 to one address in a minute; then it is refused.
    pub refusals_per_minute: u32,
    /// Calls of one application in a minute.
    pub calls_per_minute: u32,
    /// Largest upload, bytes.
    pub upload_bytes: usize,
}

impl ServerSettings {
    /// Whether forwarded headers from this peer count.
    pub(crate) fn trusts(&self, peer: IpAddr) -> bool {
        qishu_wire::ip_list::allows(&self.trusted_proxies, peer) && !self.trusted_proxies.is_empty()
    }
}
