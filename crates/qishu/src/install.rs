//! The data folder: master key and authority, made on the first start and never over existing data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_authority::{
    Authority, AuthorityNames, AuthorityServices, CertificateSource, Custody, Ejbca, EjbcaSettings,
    Hierarchy, KeyAlgorithm, KeyPool, MasterKey, Publication, TimeStampServers, TimeStampSettings, Token,
    TokenSettings,
};
use qishu_config::{Config, KeyKind, SignatureLevel};

use sealpki::{Certificate, Pkcs12, RevocationList, SecretBytes};

use crate::Failure;
use crate::clock::system_now;

/// Without a time-stamp nothing shows that a one-time certificate was valid at signing but that it still is: a year then.
const HOURS_WITHOUT_TIME_STAMP: u32 = 8_760;
/// With a time-stamp it need not outlive the act.
const HOURS_WITH_TIME_STAMP: u32 = 24;
/// Servers that are away must be back within this time, or what was signed meanwhile can no longer be proven: 30 days.
const HOURS_WITH_SERVERS: u32 = 720;

/// The master key of the data folder. A missing key is made only while there is nothing it could have sealed.
pub(crate) fn master_key(config: &Config) -> Result<MasterKey, Failure> {
    std::fs::create_dir_all(&config.data_dir).map_err(|error| {
        format!(
            "the data folder {} cannot be made: {error}",
            config.data_dir.display()
        )
    })?;
    let path = &config.authority.master_key_file;
    if path.exists() {
        return Ok(MasterKey::from_file(path)?);
    }
    if holds_data(&config.data_dir) {
        return Err(format!(
            "the master key {} is missing, but {} holds data sealed with it; restore the key from your backup",
            path.display(),
            config.data_dir.display()
        )
        .into());
    }
    Ok(MasterKey::create_file(path)?)
}

/// Whether a folder holds something that was sealed with a master key.
pub(crate) fn holds_data(folder: &Path) -> bool {
    ["qishu.db", FOLDER, SM2_FOLDER]
        .iter()
        .any(|name| folder.join(name).exists())
}

/// Folders of the two hierarchies in the data folder.
const FOLDER: &str = "authority";
const SM2_FOLDER: &str = "authority-sm2";

/// The hierarchy that signs, and the other one when it signs too or is there from earlier days.
pub(crate) fn hierarchies(
    config: &Config,
    master: &MasterKey,
) -> Result<(Hierarchy, Option<Hierarchy>), Failure> {
    let algorithm = algorithm(config);
    let token = token(config)?;
    let custody = Custody {
        master,
        token: token.as_ref(),
    };
    let (first, other) = match algorithm {
        KeyAlgorithm::Sm2 => (SM2_FOLDER, FOLDER),
        _ => (FOLDER, SM2_FOLDER),
    };
    let is_needed = config.authority.dual || is_authority(&config.data_dir.join(other));
    // The other one signs with SM2 or not at all.
    let other = match is_needed {
        true => Some(hierarchy(config, &custody, other, KeyAlgorithm::Sm2)?),
        false => None,
    };
    Ok((hierarchy(config, &custody, first, algorithm)?, other))
}

/// Imports an authority in place of the embedded one, or of the one there; that one is put aside with `replace`. Answers the
/// folder, and where the former one is.
pub(crate) fn import(
    config: &Config,
    imported: &Pkcs12,
    root_list: Option<&RevocationList>,
    replace: bool,
) -> Result<(PathBuf, Option<PathBuf>), Failure> {
    let master = master_key(config)?;
    let name = match imported.key.algorithm() {
        KeyAlgorithm::Sm2 => SM2_FOLDER,
        _ => FOLDER,
    };
    let folder = config.data_dir.join(name);
    let now_ms = system_now().ms();
    // Beside the place first: what cannot be imported must not put anything aside.
    let fresh = config.data_dir.join(format!("{name}.import-{now_ms}"));
    Authority::import(&fresh, &master, imported, root_list, now_ms)?;
    let former = is_authority(&folder).then(|| config.data_dir.join(format!("{name}.until-{now_ms}")));
    if former.is_some() && !replace {
        std::fs::remove_dir_all(&fresh)?;
        return Err(format!(
            "there is an authority in {}; to put it aside and go on with the imported one, add --replace",
            folder.display()
        )
        .into());
    }
    if let Some(former) = &former {
        std::fs::rename(&folder, former)?;
    }
    std::fs::rename(&fresh, &folder)?;
    Ok((folder, former))
}

/// Roots of the authorities that were put aside: what they issued stays valid.
pub(crate) fn former_roots(config: &Config) -> Result<Vec<Certificate>, Failure> {
    let mut roots = Vec::new();
    for entry in std::fs::read_dir(&config.data_dir)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with(FOLDER) && name.contains(".until-") && is_authority(&path) {
            let path = path.join("root.pem");
            let text = std::fs::read_to_string(&path)?;
            let found =
                certificates_from_pem(&text).map_err(|problem| format!("{}: {problem}", path.display()))?;
            roots.extend(found);
        }
    }
    Ok(roots)
}

/// The token of the settings, opened.
pub(crate) fn token(config: &Config) -> Result<Option<Arc<Token>>, Failure> {
    let Some(token) = &config.authority.token else {
        return Ok(None);
    };
    Ok(Some(Token::open(&TokenSettings {
        module: token.module.clone(),
        label: token.label.clone(),
        pin: SecretBytes::new(token.pin.expose().as_bytes().to_vec()),
    })?))
}

/// Whether there is an authority in a folder.
fn is_authority(folder: &Path) -> bool {
    folder.join("root.pem").exists()
}

/// The authority in one folder of the data folder, with its services; made when it is not there.
fn hierarchy(
    config: &Config,
    custody: &Custody<'_>,
    name: &str,
    algorithm: KeyAlgorithm,
) -> Result<Hierarchy, Failure> {
    let folder = config.data_dir.join(name);
    let now_ms = system_now().ms();
    let authority = if is_authority(&folder) {
        Authority::open_with(&folder, custody)?
    } else {
        let names = AuthorityNames {
            organisation: "Qishu".to_owned(),
            country: "CN".to_owned(),
        };
        Authority::create_with(&folder, custody, &names, algorithm, now_ms)?
    };
    let services = AuthorityServices::open_with(&folder, custody, &authority, now_ms)?;
    let hours = match config.authority.signature_level {
        SignatureLevel::BaselineB => HOURS_WITHOUT_TIME_STAMP,
        _ if config.authority.time_stamps.is_some() => HOURS_WITH_SERVERS,
        _ => HOURS_WITH_TIME_STAMP,
    };
    let authority = authority.with_certificate_hours(hours);
    let path = if authority.is_sm2() { "pki/sm2" } else { "pki" };
    // Addresses of a sandbox mean nothing to others, so they stand in no certificate.
    let published = config.base_url.as_ref().map(|base| Publication {
        base_url: format!("{base}/{path}"),
    });
    Ok(Hierarchy {
        authority: match published {
            Some(publication) => authority.with_publication(publication),
            None => authority,
        },
        services,
        keys: Arc::new(KeyPool::new(algorithm)),
    })
}

/// The time-stamp servers of the settings.
pub(crate) fn time_stamp_servers(config: &Config) -> Result<Option<TimeStampServers>, Failure> {
    let Some(settings) = &config.authority.time_stamps else {
        return Ok(None);
    };
    let path = &settings.anchors;
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Some(TimeStampServers::new(TimeStampSettings {
        urls: settings.urls.clone(),
        anchors: certificates_from_pem(&text).map_err(|problem| format!("{}: {problem}", path.display()))?,
        timeout: settings.timeout,
    })?))
}

/// The authority elsewhere of the settings.
pub(crate) fn certificate_source(config: &Config) -> Result<Option<Arc<dyn CertificateSource>>, Failure> {
    let Some(access) = &config.authority.ejbca else {
        return Ok(None);
    };
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let anchors = String::from_utf8_lossy(&read(&access.anchors)?).into_owned();
    let tls_roots = access.tls_roots.as_deref().map(read).transpose()?;
    let source = Ejbca::new(EjbcaSettings {
        url: access.url.clone(),
        client_pem: read(&access.client_file)?,
        server_roots_pem: tls_roots.into_iter().collect(),
        authority: access.authority.clone(),
        certificate_profile: access.certificate_profile.clone(),
        end_entity_profile: access.end_entity_profile.clone(),
        anchors: certificates_from_pem(&anchors)
            .map_err(|problem| format!("{}: {problem}", access.anchors.display()))?,
        ocsp_url: access.ocsp_url.clone(),
        timeout: access.timeout,
    })?;
    Ok(Some(Arc::new(source)))
}

/// Every certificate of a PEM text.
pub(crate) fn certificates_from_pem(text: &str) -> Result<Vec<Certificate>, String> {
    let mut found = Vec::new();
    for block in text.split("-----BEGIN CERTIFICATE-----").skip(1) {
        let body = block.split("-----END").next().unwrap_or_default();
        let compact: String = body.split_whitespace().collect();
        let der = STANDARD
            .decode(compact)
            .map_err(|_| "a certificate in it is not PEM".to_owned())?;
        found.push(Certificate::from_der(&der).map_err(|error| error.to_string())?);
    }
    if found.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    Ok(found)
}

/// Algorithm of one-time keys.
pub(crate) const fn algorithm(config: &Config) -> KeyAlgorithm {
    match config.authority.one_time_key {
        KeyKind::EcdsaP256 => KeyAlgorithm::EcdsaP256,
        KeyKind::Rsa2048 => KeyAlgorithm::Rsa2048,
        KeyKind::Rsa3072 => KeyAlgorithm::Rsa3072,
        KeyKind::Rsa4096 => KeyAlgorithm::Rsa4096,
        KeyKind::Sm2 => KeyAlgorithm::Sm2,
    }
}
