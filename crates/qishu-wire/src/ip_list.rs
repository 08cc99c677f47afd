//! Lists of addresses a request may come from (2.4): single addresses and networks in CIDR form.

use std::net::IpAddr;

/// Whether `source` is on the list. An empty list allows every address.
///
/// IPv4 addresses mapped into IPv6 (`::ffff:10.0.0.1`) count as IPv4. An entry that is no address matches nothing,
/// so a broken list closes instead of opening.
#[must_use]
pub fn allows(list: &[String], source: IpAddr) -> bool {
    list.is_empty()
        || list
            .iter()
            .filter_map(|entry| Network::parse(entry))
            .any(|network| network.holds(source))
}

/// Whether the text is an entry that [`allows`] understands; for whoever edits a list.
#[must_use]
pub fn is_entry(text: &str) -> bool {
    Network::parse(text).is_some()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.trim().parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        let address = address.trim().parse::<IpAddr>().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then_some(Self { address, prefix })
    }

    fn holds(self, source: IpAddr) -> bool {
        match (self.address, source.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - self.prefix).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(entries: &[&str], source: &str) -> bool {
        let list: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        allows(&list, source.parse().unwrap())
    }

    #[test]
    fn addresses_and_networks() {
        assert!(listed(&[], "203.0.113.9"));
        assert!(listed(&["203.0.113.9"], "203.0.113.9"));
        assert!(!listed(&["203.0.113.9"], "203.0.113.10"));
        assert!(listed(&["10.0.0.0/8"], "10.255.1.2"));
        assert!(listed(&["10.0.0.0/8"], "::ffff:10.1.2.3"));
        assert!(!listed(&["10.0.0.0/8"], "11.0.0.1"));
        assert!(listed(&["2001:db8::/32", "0.0.0.0/0"], "198.51.100.1"));
        assert!(listed(&[" 2001:db8::/32 "], "2001:db8:1::5"));
        assert!(!listed(&["0.0.0.0/0"], "2001:db8::1"));
    }

    #[test]
    fn broken_entries_close_the_list() {
        for entry in ["", "10.0.0.0/33", "example.com", "10.0.0", "10.0.0.1/x"] {
            assert!(!is_entry(entry), "{entry}");
            assert!(!listed(&[entry], "10.0.0.1"), "{entry}");
        }
    }
}
