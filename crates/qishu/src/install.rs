//! The data folder: master key and authority, made on the first start and never over existing data.

use std::path::Path;
use std::sync::Arc;

use qishu_authority::{
    Authority, AuthorityNames, AuthorityServices, Hierarchy, KeyAlgorithm, KeyPool, MasterKey, Publication,
};
use qishu_config::{Config, KeyKind, SignatureLevel};

use crate::Failure;
use crate::clock::system_now;

/// Without a time-stamp nothing shows that a one-time certificate was valid at signing but that it still is: a year then.
const HOURS_WITHOUT_TIME_STAMP: u32 = 8_760;
/// With a time-stamp it need not outlive the act.
const HOURS_WITH_TIME_STAMP: u32 = 24;

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
    let (first, other) = match algorithm {
        KeyAlgorithm::Sm2 => (SM2_FOLDER, FOLDER),
        _ => (FOLDER, SM2_FOLDER),
    };
    let is_needed = config.authority.dual || is_authority(&config.data_dir.join(other));
    // The other one signs with SM2 or not at all.
    let other = match is_needed {
        true => Some(hierarchy(config, master, other, KeyAlgorithm::Sm2)?),
        false => None,
    };
    Ok((hierarchy(config, master, first, algorithm)?, other))
}

/// Whether there is an authority in a folder.
fn is_authority(folder: &Path) -> bool {
    folder.join("root.pem").exists()
}

/// The authority in one folder of the data folder, with its services; made when it is not there.
fn hierarchy(
    config: &Config,
    master: &MasterKey,
    name: &str,
    algorithm: KeyAlgorithm,
) -> Result<Hierarchy, Failure> {
    let folder = config.data_dir.join(name);
    let now_ms = system_now().ms();
    let authority = if is_authority(&folder) {
        Authority::open(&folder, master)?
    } else {
        let names = AuthorityNames {
            organisation: "Qishu".to_owned(),
            country: "CN".to_owned(),
        };
        Authority::create(&folder, master, &names, algorithm, now_ms)?
    };
    let services = AuthorityServices::open(&folder, master, &authority, now_ms)?;
    let hours = match config.authority.signature_level {
        SignatureLevel::BaselineB => HOURS_WITHOUT_TIME_STAMP,
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
