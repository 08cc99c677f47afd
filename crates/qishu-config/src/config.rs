//! The settings as types. What each means for the operator stands in `config.default.toml`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::check::check;
use crate::error::ConfigError;
use crate::layer::{Merged, Sources};
use crate::network::Network;
use crate::read::Reader;
use crate::secret::Secret;

const BYTES_PER_MB: u64 = 1024 * 1024;

/// All settings, read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// `profile`.
    pub profile: Profile,
    /// `allow_simulated`: sections whose simulator a production installation may use.
    pub allow_simulated: Vec<String>,
    /// `listen`.
    pub listen: SocketAddr,
    /// `base_url` without a slash at the end; `None` in the demo profile means `http://` and the listening address.
    pub base_url: Option<String>,
    /// `data_dir`.
    pub data_dir: PathBuf,
    /// `demo.allow_remote`.
    pub demo_allow_remote: bool,
    /// `[database]`.
    pub database: Database,
    /// `[storage]`.
    pub storage: Storage,
    /// `[authority]`.
    pub authority: Authority,
    /// `[request]`.
    pub request: Request,
    /// `[callbacks]`.
    pub callbacks: Callbacks,
    /// `[sms]`.
    pub sms: Sms,
    /// `[mail]`.
    pub mail: Mail,
    /// `[identity]`.
    pub identity: IdentityProvider,
    /// `[ocr]`.
    pub ocr: OcrProvider,
    /// The account at Tencent Cloud, when something is asked there.
    pub tencent: Option<Tencent>,
    /// `[seals]`.
    pub seals: Seals,
    /// `[limits]`.
    pub limits: Limits,
    /// `[files]`.
    pub files: Files,
    /// `[downloads]`.
    pub downloads: Downloads,
    /// `[log]`.
    pub log: Log,
    merged: Merged,
}

/// What the installation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Real contracts.
    Production,
    /// A sandbox without third parties.
    Demo,
}

/// Where rows are kept.
#[derive(Debug, Clone)]
pub struct Database {
    /// Connection address; it may hold a password. SQLite in the data folder when the setting is empty.
    pub url: Secret,
    /// Connections kept open at most.
    pub max_connections: u32,
}

/// Where bytes are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// A folder of this machine.
    Folder(PathBuf),
}

/// The embedded certificate authority.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Key of one-time certificates.
    pub one_time_key: KeyKind,
    /// Every act signs with SM2 besides.
    pub dual: bool,
    /// SM2 signatures with a company seal are electronic seals.
    pub electronic_seals: bool,
    /// Level of new signatures.
    pub signature_level: SignatureLevel,
    /// Others may ask for time-stamps.
    pub time_stamp_server: bool,
    /// File of the master key.
    pub master_key_file: PathBuf,
    /// One-time keys made in advance.
    pub key_pool: usize,
}

/// Kind of a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with 2,048 bits.
    Rsa2048,
    /// RSA with 3,072 bits.
    Rsa3072,
    /// RSA with 4,096 bits.
    Rsa4096,
    /// ECDSA on P-256.
    EcdsaP256,
    /// SM2 with SM3.
    Sm2,
}

/// PAdES baseline level (ETSI EN 319 142-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureLevel {
    /// B-B: signature with signed attributes.
    BaselineB,
    /// B-T: with a time-stamp over the signature.
    BaselineT,
    /// B-LT: with everything needed to validate it later.
    BaselineLt,
    /// B-LTA: with a time-stamp over all of that.
    BaselineLta,
}

/// Requests of the Open API.
#[derive(Debug, Clone)]
pub struct Request {
    /// How far a time stamp may be from our clock, either way.
    pub timestamp_window: Duration,
    /// New applications must send a nonce.
    pub require_nonce: bool,
    /// New applications may not use MD5 signatures.
    pub refuse_md5: bool,
    /// A proxy in front does TLS.
    pub tls_proxy: bool,
    /// Proxies whose forwarded addresses count.
    pub trusted_proxies: Vec<Network>,
}

/// Outgoing callbacks.
#[derive(Debug, Clone)]
pub struct Callbacks {
    /// They may reach this machine.
    pub allow_loopback: bool,
    /// Private networks they may reach.
    pub allow_private_networks: Vec<Network>,
    /// Deliveries at the same time at most.
    pub concurrency: usize,
}

/// Who knows official data of people and companies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityProvider {
    /// Nobody: such checks are refused.
    None,
    /// Only the form of the data is looked at.
    Simulator,
    /// People, bank cards and faces by Tencent Cloud.
    Tencent,
}

/// The account at Tencent Cloud.
#[derive(Debug, Clone)]
pub struct Tencent {
    /// Id of the key.
    pub secret_id: String,
    /// The key.
    pub secret_key: Secret,
    /// Region of the services.
    pub region: String,
    /// Address in place of those of the public cloud.
    pub endpoint: Option<String>,
    /// When a request is given up.
    pub timeout: Duration,
    /// Scenario of face checks.
    pub face_rule_id: String,
    /// Id of the SMS application.
    pub sms_app_id: String,
    /// Approved signature of text messages.
    pub sms_sign_name: String,
    /// Template of codes.
    pub sms_code_template: String,
    /// Template of everything else.
    pub sms_text_template: Option<String>,
}

/// Seals made from uploaded pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seals {
    /// Nobody looks at them before they can be used (D-22).
    pub pass_unseen: bool,
    /// The same edit again and again locks a seal against edits (D-21).
    pub edit_lock: bool,
}

/// Who reads identity cards and bank cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcrProvider {
    /// Nobody.
    None,
    /// Reads what a picture says of itself.
    Simulator,
    /// Tencent Cloud.
    Tencent,
}

/// Text messages.
#[derive(Debug, Clone)]
pub struct Sms {
    /// Who sends them.
    pub provider: SmsProvider,
    /// A code that is always right; demo profile only.
    pub fixed_code: Option<Secret>,
}

/// Who sends text messages.
#[derive(Debug, Clone)]
pub enum SmsProvider {
    /// Nobody: contacts by phone cannot confirm.
    None,
    /// Kept in memory.
    Simulator,
    /// Tencent Cloud.
    Tencent,
    /// A signed request to the operator's gateway.
    Webhook {
        /// Address of the gateway; its query may hold a key.
        url: Secret,
        /// Secret of the signature.
        secret: Secret,
        /// When a request is given up.
        timeout: Duration,
    },
}

/// Mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Who sends it.
    pub provider: MailProvider,
}

/// Who sends mail.
#[derive(Debug, Clone)]
pub enum MailProvider {
    /// Nobody: contacts by mail cannot confirm.
    None,
    /// Kept in memory.
    Simulator,
    /// A mail server.
    Smtp {
        /// Its name.
        host: String,
        /// Its port.
        port: u16,
        /// How the connection is protected.
        security: SmtpSecurity,
        /// Account and password; `None` to send without login.
        login: Option<(String, Secret)>,
        /// Sender, as in a mail header.
        from: String,
        /// When sending is given up.
        timeout: Duration,
    },
}

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after the STARTTLS command, which must succeed.
    StartTls,
    /// None; loopback only.
    Plain,
}

/// Sizes that are refused when exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest upload, in bytes.
    pub upload_bytes: u64,
    /// Most pages of a document.
    pub pages: usize,
    /// Most calls of one application in a minute.
    pub calls_per_minute: u32,
    /// Largest decompressed stream in a PDF, in bytes.
    pub stream_bytes: u64,
}

/// How uploaded files are handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Memory of a process that handles files, in bytes.
    pub memory_bytes: u64,
    /// Time one request may spend on its files.
    pub timeout: Duration,
    /// Path of LibreOffice when it is at no usual place.
    pub libreoffice: Option<PathBuf>,
    /// Memory LibreOffice may write to, in bytes.
    pub office_memory_bytes: u64,
    /// Time of one conversion by LibreOffice.
    pub office_timeout: Duration,
    /// Processes at work at the same time.
    pub at_once: usize,
    /// Layers of the sandbox that may be missing: `landlock`, `seccomp`.
    pub run_without: Vec<String>,
}

/// Downloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Downloads {
    /// The documented lock against frequent downloads is on (D-32).
    pub rate_lock: bool,
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Least level, or a list of them per module.
    pub level: String,
    /// Form of a line.
    pub format: LogFormat,
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
    /// Merges, reads and checks the settings.
    ///
    /// # Errors
    /// The first thing that is wrong, with its key, the layer that set it and what is allowed.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let merged = Merged::new(sources)?;
        let reader = Reader(&merged);
        let data_dir = PathBuf::from(reader.optional("data_dir")?.ok_or_else(|| {
            reader.refuse(
                "data_dir",
                "must name a folder: the database, documents and keys are kept there",
            )
        })?);
        let profiles = [("production", Profile::Production), ("demo", Profile::Demo)];
        let config = Self {
            profile: reader.choice("profile", &profiles)?,
            allow_simulated: reader.list("allow_simulated")?,
            listen: address(&reader)?,
            base_url: reader
                .optional("base_url")?
                .map(|url| url.trim_end_matches('/').to_owned()),
            demo_allow_remote: reader.flag("demo.allow_remote")?,
            database: read_database(&reader, &data_dir)?,
            storage: read_storage(&reader, &data_dir)?,
            authority: read_authority(&reader, &data_dir)?,
            request: read_request(&reader)?,
            callbacks: read_callbacks(&reader)?,
            sms: read_sms(&reader)?,
            mail: read_mail(&reader)?,
            identity: reader.choice(
                "identity.provider",
                &[
                    ("none", IdentityProvider::None),
                    ("simulator", IdentityProvider::Simulator),
                    ("tencent", IdentityProvider::Tencent),
                ],
            )?,
            ocr: reader.choice(
                "ocr.provider",
                &[
                    ("none", OcrProvider::None),
                    ("simulator", OcrProvider::Simulator),
                    ("tencent", OcrProvider::Tencent),
                ],
            )?,
            tencent: read_tencent(&reader)?,
            seals: Seals {
                pass_unseen: reader.choice("seals.review", &[("manual", false), ("auto", true)])?,
                edit_lock: reader.flag("seals.edit_lock")?,
            },
            limits: read_limits(&reader)?,
            files: read_files(&reader)?,
            downloads: Downloads {
                rate_lock: reader.flag("downloads.rate_lock")?,
            },
            log: read_log(&reader)?,
            data_dir,
            merged: merged.clone(),
        };
        check(&config, &reader)?;
        Ok(config)
    }

    /// The sections that use a simulator: not empty means that pages and reports must say "simulated".
    #[must_use]
    pub fn simulated(&self) -> Vec<&'static str> {
        let sms = matches!(self.sms.provider, SmsProvider::Simulator).then_some("sms");
        let mail = matches!(self.mail.provider, MailProvider::Simulator).then_some("mail");
        let identity = (self.identity == IdentityProvider::Simulator).then_some("identity");
        let ocr = matches!(self.ocr, OcrProvider::Simulator).then_some("ocr");
        sms.into_iter().chain(mail).chain(identity).chain(ocr).collect()
    }

    pub(crate) fn merged(&self) -> &Merged {
        &self.merged
    }
}

fn address(reader: &Reader<'_>) -> Result<SocketAddr, ConfigError> {
    let text = reader.text("listen")?;
    text.parse().map_err(|_| {
        reader.refuse(
            "listen",
            format!("must be an address and a port such as \"127.0.0.1:8080\", not {text:?}"),
        )
    })
}

fn read_database(reader: &Reader<'_>, data_dir: &std::path::Path) -> Result<Database, ConfigError> {
    let url = match reader.optional("database.url")? {
        Some(url)
            if ["sqlite:", "postgres://", "postgresql://"]
                .iter()
                .any(|scheme| url.starts_with(scheme)) =>
        {
            url
        }
        Some(_) => {
            // The value may hold a password, so the message does not repeat it.
            return Err(reader.refuse("database.url", "must begin with sqlite: or postgres://"));
        }
        None => format!("sqlite:{}", data_dir.join("qishu.db").display()),
    };
    let max_connections = reader.number("database.max_connections", 1..=200)?;
    Ok(Database {
        url: Secret::new(url),
        max_connections,
    })
}

fn read_storage(reader: &Reader<'_>, data_dir: &std::path::Path) -> Result<Storage, ConfigError> {
    reader.choice("storage.kind", &[("folder", ())])?;
    let folder = reader
        .optional("storage.folder")?
        .map_or_else(|| data_dir.join("blobs"), PathBuf::from);
    Ok(Storage::Folder(folder))
}

fn read_authority(reader: &Reader<'_>, data_dir: &std::path::Path) -> Result<Authority, ConfigError> {
    let kinds = [
        ("rsa-2048", KeyKind::Rsa2048),
        ("rsa-3072", KeyKind::Rsa3072),
        ("rsa-4096", KeyKind::Rsa4096),
        ("ecdsa-p256", KeyKind::EcdsaP256),
        ("sm2", KeyKind::Sm2),
    ];
    let levels = [
        ("B-B", SignatureLevel::BaselineB),
        ("B-T", SignatureLevel::BaselineT),
        ("B-LT", SignatureLevel::BaselineLt),
        ("B-LTA", SignatureLevel::BaselineLta),
    ];
    let file = reader.optional("authority.master_key_file")?;
    Ok(Authority {
        one_time_key: reader.choice("authority.one_time_key", &kinds)?,
        dual: reader.flag("authority.dual")?,
        electronic_seals: reader.flag("authority.electronic_seals")?,
        signature_level: reader.choice("authority.signature_level", &levels)?,
        time_stamp_server: reader.flag("authority.time_stamp_server")?,
        master_key_file: file.map_or_else(|| data_dir.join("master.key"), PathBuf::from),
        key_pool: reader.number::<u16>("authority.key_pool", 0..=1000)?.into(),
    })
}

fn read_request(reader: &Reader<'_>) -> Result<Request, ConfigError> {
    let minutes: u64 = reader.number("request.timestamp_window_minutes", 1..=60)?;
    Ok(Request {
        timestamp_window: Duration::from_secs(minutes * 60),
        require_nonce: reader.flag("request.require_nonce")?,
        refuse_md5: reader.flag("request.refuse_md5")?,
        tls_proxy: reader.flag("request.tls_proxy")?,
        trusted_proxies: reader.list("request.trusted_proxies")?,
    })
}

fn read_callbacks(reader: &Reader<'_>) -> Result<Callbacks, ConfigError> {
    Ok(Callbacks {
        allow_loopback: reader.flag("callbacks.allow_loopback")?,
        allow_private_networks: reader.list("callbacks.allow_private_networks")?,
        concurrency: reader.number::<u16>("callbacks.concurrency", 1..=256)?.into(),
    })
}

fn read_sms(reader: &Reader<'_>) -> Result<Sms, ConfigError> {
    let timeout = Duration::from_secs(reader.number("sms.timeout_seconds", 1..=60)?);
    let needs = |key: &str| reader.refuse(key, "is needed with sms.provider = \"webhook\"");
    let choices = [("none", 0), ("simulator", 1), ("webhook", 2), ("tencent", 3)];
    let provider = match reader.choice("sms.provider", &choices)? {
        0 => SmsProvider::None,
        1 => SmsProvider::Simulator,
        3 => SmsProvider::Tencent,
        _ => SmsProvider::Webhook {
            url: reader
                .secret("sms.webhook_url")?
                .ok_or_else(|| needs("sms.webhook_url"))?,
            secret: reader
                .secret("sms.webhook_secret")?
                .ok_or_else(|| needs("sms.webhook_secret"))?,
            timeout,
        },
    };
    Ok(Sms {
        provider,
        fixed_code: reader.secret("sms.fixed_code")?,
    })
}

/// The account at Tencent Cloud, with everything that its users need.
fn read_tencent(reader: &Reader<'_>) -> Result<Option<Tencent>, ConfigError> {
    let for_sms = reader.text("sms.provider")? == "tencent";
    let for_identity = reader.text("identity.provider")? == "tencent";
    let for_cards = reader.text("ocr.provider")? == "tencent";
    if !for_sms && !for_identity && !for_cards {
        return Ok(None);
    }
    let needed = |key: &str, needed: bool| match reader.text(key)? {
        text if text.is_empty() && needed => {
            Err(reader.refuse(key, "is needed where a provider is \"tencent\""))
        }
        text => Ok(text),
    };
    Ok(Some(Tencent {
        secret_id: needed("tencent.secret_id", true)?,
        secret_key: Secret::new(needed("tencent.secret_key", true)?),
        region: needed("tencent.region", true)?,
        endpoint: reader.optional("tencent.endpoint")?,
        timeout: Duration::from_secs(reader.number("tencent.timeout_seconds", 1..=60)?),
        face_rule_id: needed("tencent.face_rule_id", for_identity)?,
        sms_app_id: needed("tencent.sms_app_id", for_sms)?,
        sms_sign_name: needed("tencent.sms_sign_name", for_sms)?,
        sms_code_template: needed("tencent.sms_code_template", for_sms)?,
        sms_text_template: reader.optional("tencent.sms_text_template")?,
    }))
}

fn read_mail(reader: &Reader<'_>) -> Result<Mail, ConfigError> {
    let protections = [
        ("tls", SmtpSecurity::Tls),
        ("starttls", SmtpSecurity::StartTls),
        ("plain", SmtpSecurity::Plain),
    ];
    let security = reader.choice("mail.security", &protections)?;
    let timeout = Duration::from_secs(reader.number("mail.timeout_seconds", 1..=120)?);
    let usual = match security {
        SmtpSecurity::Tls => 465,
        SmtpSecurity::StartTls => 587,
        SmtpSecurity::Plain => 25,
    };
    let port: u16 = reader.number("mail.port", 0..=u16::MAX)?;
    let needs = |key: &str| reader.refuse(key, "is needed with mail.provider = \"smtp\"");
    let provider = match reader.choice("mail.provider", &[("none", 0), ("simulator", 1), ("smtp", 2)])? {
        0 => MailProvider::None,
        1 => MailProvider::Simulator,
        _ => MailProvider::Smtp {
            host: reader.optional("mail.host")?.ok_or_else(|| needs("mail.host"))?,
            port: if port == 0 { usual } else { port },
            security,
            login: login(reader)?,
            from: reader.optional("mail.from")?.ok_or_else(|| needs("mail.from"))?,
            timeout,
        },
    };
    Ok(Mail { provider })
}

fn login(reader: &Reader<'_>) -> Result<Option<(String, Secret)>, ConfigError> {
    match (reader.optional("mail.user")?, reader.secret("mail.password")?) {
        (Some(user), Some(password)) => Ok(Some((user, password))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(reader.refuse("mail.password", "is needed with mail.user")),
        (None, Some(_)) => Err(reader.refuse("mail.user", "is needed with mail.password")),
    }
}

fn read_limits(reader: &Reader<'_>) -> Result<Limits, ConfigError> {
    Ok(Limits {
        upload_bytes: reader.number::<u64>("limits.upload_mb", 1..=1024)? * BYTES_PER_MB,
        pages: reader.number::<u16>("limits.pages", 1..=20_000)?.into(),
        calls_per_minute: reader.number("limits.calls_per_minute", 1..=1_000_000)?,
        stream_bytes: reader.number::<u64>("limits.stream_mb", 1..=1024)? * BYTES_PER_MB,
    })
}

fn read_files(reader: &Reader<'_>) -> Result<Files, ConfigError> {
    Ok(Files {
        memory_bytes: reader.number::<u64>("files.memory_mb", 128..=4096)? * BYTES_PER_MB,
        timeout: Duration::from_secs(reader.number("files.seconds", 1..=600)?),
        libreoffice: reader.optional("files.libreoffice")?.map(PathBuf::from),
        office_memory_bytes: reader.number::<u64>("files.office_memory_mb", 256..=4096)? * BYTES_PER_MB,
        office_timeout: Duration::from_secs(reader.number("files.office_seconds", 1..=600)?),
        at_once: reader.number::<u16>("files.at_once", 1..=64)?.into(),
        run_without: reader.list("files.run_without")?,
    })
}

fn read_log(reader: &Reader<'_>) -> Result<Log, ConfigError> {
    let level = reader
        .optional("log.level")?
        .ok_or_else(|| reader.refuse("log.level", "must be a level such as \"info\""))?;
    let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
    Ok(Log {
        level,
        format: reader.choice("log.format", &formats)?,
    })
}

#[cfg(test)]
mod tests;
