//! Rules between settings.

use std::net::IpAddr;

use url::{Host, Url};

use crate::config::{Config, KeyKind, MailProvider, Profile, SmsProvider, SmtpSecurity};
use crate::error::ConfigError;
use crate::network::Network;
use crate::read::Reader;

/// Shortest secret of the SMS gateway, in characters.
const SECRET_LEAST: usize = 16;
/// Sections that have a simulator.
const SIMULATORS: [&str; 4] = ["sms", "mail", "identity", "ocr"];

/// Layers of the sandbox for files.
const SANDBOX_LAYERS: [&str; 2] = ["landlock", "seccomp"];

/// Refuses settings that contradict each other or are not safe in their profile.
pub(crate) fn check(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    check_names(config, reader)?;
    check_base_url(config, reader)?;
    match config.profile {
        Profile::Production => check_production(config, reader)?,
        Profile::Demo => check_demo(config, reader)?,
    }
    check_authority(config, reader)?;
    check_sms(config, reader)?;
    check_mail(config, reader)?;
    check_log(config, reader)?;
    let list = &config.callbacks.allow_private_networks;
    match list.iter().find(|network| !is_private(network)) {
        Some(network) => {
            let problem = format!(
                "{network} is not a private network (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7): \
                 public addresses need no permission, and others stay blocked"
            );
            Err(reader.refuse("callbacks.allow_private_networks", problem))
        }
        None => Ok(()),
    }
}

fn check_names(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    let unknown = config
        .allow_simulated
        .iter()
        .find(|name| !SIMULATORS.contains(&name.as_str()));
    if let Some(name) = unknown {
        let problem = format!(
            "{name:?} is not a section with a simulator: there are \"sms\", \"mail\", \"identity\" and \"ocr\""
        );
        return Err(reader.refuse("allow_simulated", problem));
    }
    let unknown = config
        .files
        .run_without
        .iter()
        .find(|name| !SANDBOX_LAYERS.contains(&name.as_str()));
    match unknown {
        Some(name) => {
            let problem =
                format!("{name:?} is no layer of the sandbox: there are \"landlock\" and \"seccomp\"");
            Err(reader.refuse("files.run_without", problem))
        }
        None => Ok(()),
    }
}

fn check_base_url(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    let refuse = |problem: &str| reader.refuse("base_url", problem);
    let Some(text) = &config.base_url else {
        return match config.profile {
            Profile::Demo => Ok(()),
            Profile::Production => Err(refuse(
                "is needed in production: the public address such as \"https://sign.example.com\", for links in messages",
            )),
        };
    };
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
        .ok_or_else(|| refuse("must be an address that begins with http:// or https://"))?;
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err(refuse("must hold scheme, host, port and path only"));
    }
    let open = url.scheme() == "http" && !is_loopback(&url);
    if open && config.profile == Profile::Production {
        return Err(refuse(
            "must begin with https:// in production: links carry the right to open a contract",
        ));
    }
    Ok(())
}

fn check_production(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    if !config.listen.ip().is_loopback() && !config.request.tls_proxy {
        let problem = "production answers others through TLS only: listen on a loopback address, or set \
                       request.tls_proxy = true when a proxy in front does TLS";
        return Err(reader.refuse("listen", problem));
    }
    if config.sms.fixed_code.is_some() {
        return Err(reader.refuse(
            "sms.fixed_code",
            "is for the demo profile only: everybody could sign for everybody",
        ));
    }
    for section in config.simulated() {
        if !config.allow_simulated.iter().any(|name| name == section) {
            let problem = format!(
                "the simulator proves nothing; to use it in production all the same, set allow_simulated = [\"{section}\"]"
            );
            return Err(reader.refuse(&format!("{section}.provider"), problem));
        }
    }
    Ok(())
}

fn check_demo(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    if !config.listen.ip().is_loopback() && !config.demo_allow_remote {
        let problem = "the demo profile has public credentials and listens on loopback addresses only; on a closed \
                       network set demo.allow_remote = true";
        return Err(reader.refuse("listen", problem));
    }
    Ok(())
}

fn check_authority(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    if config.authority.dual && config.authority.one_time_key == KeyKind::Sm2 {
        let problem = "an SM2 signature is put below another one: set authority.one_time_key to an RSA or ECDSA key, \
                       or dual = false for SM2 alone";
        return Err(reader.refuse("authority.dual", problem));
    }
    Ok(())
}

fn check_sms(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    if let Some(code) = &config.sms.fixed_code {
        let code = code.expose();
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(reader.refuse("sms.fixed_code", "must be 6 digits"));
        }
    }
    let SmsProvider::Webhook { url, secret, .. } = &config.sms.provider else {
        return Ok(());
    };
    let safe = Url::parse(url.expose())
        .is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)));
    if !safe {
        let problem =
            "must begin with https:// (http:// only on a loopback address): it carries confirmation codes";
        return Err(reader.refuse("sms.webhook_url", problem));
    }
    if secret.expose().chars().count() < SECRET_LEAST {
        return Err(reader.refuse(
            "sms.webhook_secret",
            format!("must have at least {SECRET_LEAST} characters"),
        ));
    }
    Ok(())
}

fn check_mail(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    let MailProvider::Smtp {
        host, security, from, ..
    } = &config.mail.provider
    else {
        return Ok(());
    };
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if *security == SmtpSecurity::Plain && !local {
        let problem =
            "\"plain\" is for a mail server on a loopback address only: use \"tls\" or \"starttls\"";
        return Err(reader.refuse("mail.security", problem));
    }
    if !from.contains('@') {
        return Err(reader.refuse(
            "mail.from",
            "must be a mail address such as \"Qishu <no-reply@example.com>\"",
        ));
    }
    Ok(())
}

fn check_log(config: &Config, reader: &Reader<'_>) -> Result<(), ConfigError> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let wrong = config.log.level.split(',').map(str::trim).find(|part| {
        let level = part.rsplit('=').next().unwrap_or(part);
        !LEVELS.contains(&level.to_ascii_lowercase().as_str())
    });
    match wrong {
        Some(part) => {
            let problem = format!("{part:?} names no level: there are {}", LEVELS.join(", "));
            Err(reader.refuse("log.level", problem))
        }
        None => Ok(()),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether a network lies wholly within the ranges that an operator may open.
fn is_private(network: &Network) -> bool {
    let ranges = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
    ];
    ranges
        .iter()
        .filter_map(|range| range.parse::<Network>().ok())
        .any(|range| range.contains(network.address()) && network.bits() >= range.bits())
}
