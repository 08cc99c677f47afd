//! The address of a client: the connection's, or the one a trusted proxy names (D9, R-14).

use std::net::{IpAddr, SocketAddr};

use axum::extract::connect_info::Connected;
use axum::http::HeaderMap;
use axum::serve::IncomingStream;

use super::TolerantListener;
use crate::ServerSettings;

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) SocketAddr);

impl Connected<IncomingStream<'_, TolerantListener>> for ClientAddress {
    fn connect_info(stream: IncomingStream<'_, TolerantListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// The client's address. `X-Forwarded-For` counts only from trusted proxies, and of it only the last entry that is not one
/// of them: everything before could be made up by the client.
pub(crate) fn client_address(settings: &ServerSettings, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !settings.trusts(peer) {
        return peer;
    }
    let lines = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let named: Vec<IpAddr> = lines
        .flat_map(|line| line.split(','))
        .filter_map(|part| part.trim().parse().ok())
        .collect();
    named
        .into_iter()
        .rev()
        .find(|address| !settings.trusts(*address))
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(proxies: &[&str]) -> ServerSettings {
        ServerSettings {
            window_ms: 600_000,
            hmac_accepted: true,
            trusted_proxies: proxies.iter().map(|&proxy| proxy.to_owned()).collect(),
            https: false,
            demo: false,
            time_stamp_server: false,
            refusals_per_minute: 1,
            calls_per_minute: 1,
            upload_bytes: 1,
        }
    }

    fn seen(proxies: &[&str], peer: &str, forwarded: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        client_address(&settings(proxies), peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn forwarded_addresses_count_from_trusted_proxies_only() {
        assert_eq!(seen(&[], "203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(
            seen(&["10.0.0.0/8"], "203.0.113.9", "198.51.100.1"),
            "203.0.113.9"
        );
        assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", "198.51.100.1"), "198.51.100.1");
    }

    #[test]
    fn what_the_client_made_up_does_not_count() {
        assert_eq!(
            seen(&["10.0.0.0/8"], "10.0.0.1", "127.0.0.1, 198.51.100.1, 10.0.0.7"),
            "198.51.100.1"
        );
        assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", "nonsense"), "10.0.0.1");
    }
}
