//! Networks in CIDR notation.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network: an address and the number of leading bits that count. A single address counts wholly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// First address of the network.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Number of leading bits that count.
    #[must_use]
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// Whether an address belongs to the network. An IPv4 address written as IPv6 is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => mask4(address, self.bits) == network,
            (IpAddr::V6(network), IpAddr::V6(address)) => mask6(address, self.bits) == network,
            _ => false,
        }
    }
}

fn mask4(address: Ipv4Addr, bits: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
    Ipv4Addr::from(u32::from(address) & mask)
}

fn mask6(address: Ipv6Addr, bits: u8) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    Ipv6Addr::from(u128::from(address) & mask)
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address
            .parse()
            .map_err(|_| format!("{text:?} is not an address or a network"))?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(bits) => bits
                .parse::<u8>()
                .ok()
                .filter(|b| *b <= most)
                .ok_or_else(|| format!("{text:?}: after the slash stands a number from 0 to {most}"))?,
        };
        let network = match address {
            IpAddr::V4(a) => IpAddr::V4(mask4(a, bits)),
            IpAddr::V6(a) => IpAddr::V6(mask6(a, bits)),
        };
        if network != address {
            return Err(format!(
                "{text:?}: the network begins at {network}, write {network}/{bits}"
            ));
        }
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn membership_is_by_leading_bits() {
        let n = network("10.20.0.0/16");
        assert!(n.contains("10.20.255.1".parse().unwrap()) && !n.contains("10.21.0.1".parse().unwrap()));
        assert!(n.contains("::ffff:10.20.1.1".parse().unwrap()));
        assert!(network("0.0.0.0/0").contains("8.8.8.8".parse().unwrap()));
        assert!(!network("0.0.0.0/0").contains("2001:db8::1".parse().unwrap()));
        assert!(network("::/0").contains("2001:db8::1".parse().unwrap()));
        let one = network("192.168.1.5");
        assert_eq!((one.bits(), one.to_string().as_str()), (32, "192.168.1.5/32"));
        assert!(network("fd00::/8").contains("fdab::1".parse().unwrap()));
    }

    #[test]
    fn mistakes_are_explained() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/x",
            "10.0.0.0/-1",
            "host",
            "fd00::/129",
            "10.0.0",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let error = "10.20.3.4/16".parse::<Network>().unwrap_err();
        assert_eq!(
            error,
            "\"10.20.3.4/16\": the network begins at 10.20.0.0, write 10.20.0.0/16"
        );
    }
}
