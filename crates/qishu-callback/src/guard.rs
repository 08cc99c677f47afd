//! Which addresses callbacks may reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What the operator has opened. Everything that is not a public address is blocked otherwise.
#[derive(Debug, Clone, Default)]
pub struct AddressPolicy {
    /// Callbacks may reach this machine: for the demo profile and development.
    pub allow_loopback: bool,
    /// Private networks that callbacks may reach: first address and number of leading bits. Only addresses of
    /// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and fc00::/7 can be opened.
    pub allow_private: Vec<(IpAddr, u8)>,
}

/// Why an address is not called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// The address text is not one that callbacks can use.
    #[error("the callback address cannot be used: {0}")]
    Address(&'static str),
    /// The host is, or resolves to, an internal address.
    #[error(
        "{ip} is {kind}; internal addresses are called only when the operator opens them in the settings"
    )]
    Internal {
        /// The address.
        ip: IpAddr,
        /// What kind of address it is.
        kind: &'static str,
    },
}

/// The host and port of a callback address, if its form is acceptable: http or https, a host, no user name.
///
/// The URL parser has already read the odd spellings of IPv4 addresses (decimal, octal, hexadecimal, short forms,
/// full-width digits) as the address they mean, so nothing has to be guessed here.
///
/// # Errors
/// [`Blocked::Address`] saying what is wrong.
pub fn check_url(url: &Url) -> Result<(Host<&str>, u16), Blocked> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Blocked::Address("it must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Blocked::Address("it must not hold a user name or a password"));
    }
    let host = url.host().ok_or(Blocked::Address("it has no host"))?;
    if let Host::Domain(name) = host
        && name.trim_end_matches('.').is_empty()
    {
        return Err(Blocked::Address("it has no host"));
    }
    match url.port_or_known_default() {
        Some(0) | None => Err(Blocked::Address("it has no usable port")),
        Some(port) => Ok((host, port)),
    }
}

impl AddressPolicy {
    /// Whether callbacks may connect to an address.
    ///
    /// # Errors
    /// [`Blocked::Internal`] naming the kind of address.
    pub fn check(&self, ip: IpAddr) -> Result<(), Blocked> {
        let Some((kind, opening)) = classify(ip) else {
            return Ok(());
        };
        let open = match opening {
            Opening::Never => false,
            Opening::Loopback => self.allow_loopback,
            Opening::Private => self.allow_private.iter().any(|network| contains(*network, ip)),
        };
        if open {
            Ok(())
        } else {
            Err(Blocked::Internal { ip, kind })
        }
    }
}

/// What can open a kind of internal address.
#[derive(Clone, Copy)]
enum Opening {
    Never,
    Loopback,
    Private,
}

type Range<A> = (A, u8, &'static str, Opening);

/// Addresses of cloud metadata services outside the link-local range; they hand out credentials, so no list opens them.
const METADATA_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16)];
const METADATA_V6: [Ipv6Addr; 1] = [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)];

/// Special-purpose IPv4 ranges (IANA registry, RFC 6890 and later).
const RANGES_V4: [Range<Ipv4Addr>; 16] = [
    (
        Ipv4Addr::new(0, 0, 0, 0),
        8,
        "an address of this network",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(10, 0, 0, 0),
        8,
        "a private address",
        Opening::Private,
    ),
    (
        Ipv4Addr::new(100, 64, 0, 0),
        10,
        "a carrier's private address",
        Opening::Private,
    ),
    (
        Ipv4Addr::new(127, 0, 0, 0),
        8,
        "a loopback address",
        Opening::Loopback,
    ),
    (
        Ipv4Addr::new(169, 254, 0, 0),
        16,
        "a link-local address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(172, 16, 0, 0),
        12,
        "a private address",
        Opening::Private,
    ),
    (
        Ipv4Addr::new(192, 0, 0, 0),
        24,
        "a reserved address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(192, 0, 2, 0),
        24,
        "a documentation address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(192, 88, 99, 0),
        24,
        "a 6to4 relay address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(192, 168, 0, 0),
        16,
        "a private address",
        Opening::Private,
    ),
    (
        Ipv4Addr::new(198, 18, 0, 0),
        15,
        "a benchmarking address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(198, 51, 100, 0),
        24,
        "a documentation address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(203, 0, 113, 0),
        24,
        "a documentation address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(224, 0, 0, 0),
        4,
        "a multicast address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(240, 0, 0, 0),
        4,
        "a reserved address",
        Opening::Never,
    ),
    (
        Ipv4Addr::new(192, 31, 196, 0),
        24,
        "a reserved address",
        Opening::Never,
    ),
];

/// Special-purpose ranges inside 2000::/3, the only range of IPv6 that holds public addresses.
const RANGES_V6: [Range<Ipv6Addr>; 4] = [
    (
        Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0),
        23,
        "a protocol address",
        Opening::Never,
    ),
    (
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
        32,
        "a documentation address",
        Opening::Never,
    ),
    (
        Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0),
        16,
        "a 6to4 address",
        Opening::Never,
    ),
    (
        Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0),
        20,
        "a documentation address",
        Opening::Never,
    ),
];

/// The kind of an internal address and what can open it; `None` for a public one.
fn classify(ip: IpAddr) -> Option<(&'static str, Opening)> {
    match ip {
        IpAddr::V4(ip) if METADATA_V4.contains(&ip) => Some(("a metadata service", Opening::Never)),
        IpAddr::V4(ip) => RANGES_V4
            .iter()
            .find(|(network, bits, ..)| contains((IpAddr::V4(*network), *bits), IpAddr::V4(ip)))
            .map(|(.., kind, opening)| (*kind, *opening)),
        IpAddr::V6(ip) => classify_v6(ip),
    }
}

fn classify_v6(ip: Ipv6Addr) -> Option<(&'static str, Opening)> {
    if METADATA_V6.contains(&ip) {
        return Some(("a metadata service", Opening::Never));
    }
    if ip == Ipv6Addr::LOCALHOST {
        return Some(("a loopback address", Opening::Loopback));
    }
    let first = ip.segments().first().copied().unwrap_or_default();
    if first & 0xfe00 == 0xfc00 {
        return Some(("a private address", Opening::Private));
    }
    if first & 0xe000 != 0x2000 {
        // Among them: unspecified, v4-mapped, NAT64, link-local, multicast. A mapped address reaches IPv4 behind the
        // back of every IPv4 rule.
        return Some(("not a public address", Opening::Never));
    }
    RANGES_V6
        .iter()
        .find(|(network, bits, ..)| contains((IpAddr::V6(*network), *bits), IpAddr::V6(ip)))
        .map(|(.., kind, opening)| (*kind, *opening))
}

/// Whether an address has the same leading bits as a network.
fn contains((network, bits): (IpAddr, u8), ip: IpAddr) -> bool {
    let same = |a: u128, b: u128, width: u32| {
        let shift = width.saturating_sub(u32::from(bits));
        (a ^ b).checked_shr(shift).unwrap_or(0) == 0
    };
    match (network, ip) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn open(loopback: bool, private: &[(&str, u8)]) -> AddressPolicy {
        let allow_private = private.iter().map(|(text, bits)| (ip(text), *bits)).collect();
        AddressPolicy {
            allow_loopback: loopback,
            allow_private,
        }
    }

    const INTERNAL: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.31.196.1",
        "192.88.99.1",
        "192.168.0.1",
        "168.63.129.16",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fdff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ];

    #[test]
    fn internal_addresses_are_blocked() {
        let policy = AddressPolicy::default();
        for text in INTERNAL {
            assert!(policy.check(ip(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn public_addresses_are_open() {
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2400:3200::1",
            "2606:4700::1111",
            "2a00:1450::1",
        ];
        for text in public {
            assert_eq!(AddressPolicy::default().check(ip(text)), Ok(()), "{text}");
        }
    }

    #[test]
    fn only_what_the_operator_opens_is_open() {
        let loopback = open(true, &[]);
        for text in INTERNAL {
            let expected = text.starts_with("127.") || *text == "::1";
            assert_eq!(loopback.check(ip(text)).is_ok(), expected, "{text}");
        }
        let office = open(false, &[("10.20.0.0", 16), ("fd12::", 16)]);
        assert!(office.check(ip("10.20.3.4")).is_ok() && office.check(ip("fd12:1::1")).is_ok());
        for text in ["10.21.0.1", "192.168.0.1", "127.0.0.1", "fd13::1"] {
            assert!(office.check(ip(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn no_list_opens_metadata_link_local_or_mapped_addresses() {
        let everything = open(
            true,
            &[("0.0.0.0", 0), ("::", 0), ("169.254.0.0", 16), ("100.64.0.0", 10)],
        );
        let never = [
            "169.254.169.254",
            "100.100.100.200",
            "168.63.129.16",
            "fd00:ec2::254",
            "fe80::1",
        ];
        for text in never.into_iter().chain([
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "224.0.0.1",
            "0.0.0.0",
            "2002:a00:1::",
        ]) {
            assert!(everything.check(ip(text)).is_err(), "{text}");
        }
        assert!(everything.check(ip("100.64.0.1")).is_ok());
    }

    /// Spellings of internal addresses, each of which must be read as the address it means, or refused.
    const FORMS: &[&str] = &[
        "http://127.0.0.1/",
        "http://127.0.0.1:80/",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://0177.1/",
        "http://127.0.0.1./",
        "http://127.000.000.001/",
        "http://0/",
        "http://0.0.0.0/",
        "http://00000000/",
        "http://0x0/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[0000:0000:0000:0000:0000:ffff:127.0.0.1]/",
        "http://[64:ff9b::127.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[fd00:ec2::254]/",
        "http://[ff02::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://169.254.43518/",
        "http://10.0.0.1/",
        "http://167772161/",
        "http://0x0a000001/",
        "http://012.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://3232235777/",
        "http://192.168.257/",
        "http://100.100.100.200/",
        "http://\u{FF11}\u{FF12}\u{FF17}.0.0.1/",
        "http://\u{2460}\u{2461}\u{2466}.0.0.1/",
        "http://127\u{3002}0\u{3002}0\u{3002}1/",
        "http://127%2e0%2e0%2e1/",
        "http://%31%32%37.0.0.1/",
        "HTTP://127.0.0.1/",
        "http:127.0.0.1/",
        "http:/127.0.0.1/",
        "http:\\\\127.0.0.1\\",
        "http:///127.0.0.1/",
        "\thttp://127.0.0.1/",
        "ht\ntp://127.0.0.1/",
        "http://12\n7.0.0.1/",
        "http://user@127.0.0.1/",
        "http://user:pass@127.0.0.1/",
        "http://8.8.8.8@127.0.0.1/",
        "http://127.0.0.1#@8.8.8.8/",
        "http://127.0.0.1?@8.8.8.8/",
        "http://127.0.0.1\\@8.8.8.8/",
        "https://127.0.0.1/",
        "https://[::1]:8443/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:70/",
        "javascript:alert(1)",
        "data:text/plain,x",
        "unix:/var/run/docker.sock",
        "http://",
        "http://:80/",
        "http://127.0.0.1:0/",
        "http://8.8.8.8:0/",
        "http://8.8.8.8:99999/",
        "http://256.256.256.256/",
        "http://1.2.3.4.5/",
        "http://[::1",
        "http://[::1%25lo]/",
        "http://./",
        "",
    ];

    #[test]
    fn no_spelling_of_an_internal_address_passes() {
        assert!(FORMS.len() >= 60);
        let policy = AddressPolicy::default();
        for text in FORMS {
            let Ok(url) = Url::parse(text) else { continue };
            let Ok((host, _)) = check_url(&url) else { continue };
            let blocked = match host {
                Host::Ipv4(ip) => policy.check(ip.into()).is_err(),
                Host::Ipv6(ip) => policy.check(ip.into()).is_err(),
                Host::Domain(name) => panic!("{text} was read as the name {name}"),
            };
            assert!(blocked, "{text} would be called at {host}");
        }
    }

    #[test]
    fn ordinary_addresses_pass() {
        for (text, port) in [
            ("http://hooks.example.com/a?b=c", 80),
            ("https://hooks.example.com", 443),
            ("https://8.8.8.8:8443/", 8443),
            ("http://[2606:4700::1111]/", 80),
            ("http://契书.example/回调", 80),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(check_url(&url).unwrap().1, port, "{text}");
        }
    }
}
