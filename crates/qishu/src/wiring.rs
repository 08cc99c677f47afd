//! From settings to a running application.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use qishu_app::{App, Parts, Settings, SignatureLevel};
use qishu_authority::MasterKey;
use qishu_blob::Blobs;
use qishu_callback::{AddressPolicy, Deliverer};
use qishu_config::{
    Config, IdentityProvider, MailProvider, OcrProvider, SmsProvider, SmtpSecurity, Storage, Tencent,
};
use qishu_model::application::SecretText;
use qishu_model::id::IdSource;
use qishu_provider::{
    Channel, IdentityServices, Messenger, Ocr, OcrSimulator, Simulator, SmtpMail, SmtpProtection,
    SmtpSettings, TencentClient, TencentIdentity, TencentOcr, TencentSettings, TencentSms,
    TencentSmsSettings, WebhookSettings, WebhookSms,
};
use qishu_store::{DataKey, DataKeys, Store, StoreOptions, ledger};

use crate::Failure;
use crate::clock::SystemClock;
use crate::node::NodeLease;
use crate::{files, install};

/// Commands share the highest node number; serving processes lease one of the others.
const COMMAND_NODE: u16 = 1_023;

/// Bytes of verified document parts kept in memory.
const BLOB_CACHE_BYTES: usize = 256 * 1024 * 1024;

/// Opens the database; its key comes from the master key.
pub(crate) async fn open_store(config: &Config) -> Result<Store, Failure> {
    let master = install::master_key(config)?;
    open_store_with(config, &master).await
}

pub(crate) async fn open_store_with(config: &Config, master: &MasterKey) -> Result<Store, Failure> {
    let secret = master.keyed_digest("qishu store data key", b"1");
    let options = StoreOptions {
        url: config.database.url.expose().to_owned(),
        max_connections: config.database.max_connections,
        data_keys: DataKeys::new(DataKey::new(1, &secret)?),
        random: Arc::new(SystemRandom::new()),
    };
    Ok(Store::connect(options).await?)
}

/// Everything an operation may use, for a command that runs for a moment.
pub(crate) async fn open_app(config: &Config) -> Result<App, Failure> {
    let master = install::master_key(config)?;
    let store = open_migrated(config, &master).await?;
    wire(config, &master, store, COMMAND_NODE).await
}

/// Everything an operation may use, for a process that serves; with its node number.
pub(crate) async fn open_server(config: &Config) -> Result<(App, NodeLease), Failure> {
    let master = install::master_key(config)?;
    let store = open_migrated(config, &master).await?;
    let lease = NodeLease::claim(&store).await?;
    let app = wire(config, &master, store, lease.number()).await?;
    Ok((app, lease))
}

pub(crate) async fn open_migrated(config: &Config, master: &MasterKey) -> Result<Store, Failure> {
    let store = open_store_with(config, master).await?;
    store.migrate().await?;
    Ok(store)
}

async fn wire(config: &Config, master: &MasterKey, store: Store, node: u16) -> Result<App, Failure> {
    let (first, other) = install::hierarchies(config, master)?;
    let last_entry = ledger::last_time(&mut store.read("last_entry")).await?;
    let Storage::Folder(folder) = &config.storage;
    let policy = AddressPolicy {
        allow_loopback: config.callbacks.allow_loopback,
        allow_private: config
            .callbacks
            .allow_private_networks
            .iter()
            .map(|net| (net.address(), net.bits()))
            .collect(),
    };
    Ok(App::new(Parts {
        store,
        blobs: Blobs::in_folder(folder.clone(), BLOB_CACHE_BYTES)?,
        authority: first.authority,
        services: first.services,
        keys: first.keys,
        other,
        files: files::file_work(config)?,
        messenger: messenger(config)?,
        identity: identity(config)?,
        ocr: ocr(config)?,
        deliverer: Deliverer::new(policy)?,
        clock: Arc::new(SystemClock::starting_after(last_entry)),
        random: Arc::new(SystemRandom::new()),
        ids: IdSource::new(node),
        settings: Settings {
            base_url: base_url(config),
            upload_bytes: usize::try_from(config.limits.upload_bytes).unwrap_or(usize::MAX),
            most_pages: config.limits.pages,
            stream_bytes: usize::try_from(config.limits.stream_bytes).unwrap_or(usize::MAX),
            download_lock: config.downloads.rate_lock,
            signature_level: match config.authority.signature_level {
                qishu_config::SignatureLevel::BaselineB => SignatureLevel::BaselineB,
                qishu_config::SignatureLevel::BaselineT => SignatureLevel::BaselineT,
                qishu_config::SignatureLevel::BaselineLt => SignatureLevel::BaselineLt,
                qishu_config::SignatureLevel::BaselineLta => SignatureLevel::BaselineLta,
            },
            dual: config.authority.dual,
            electronic_seals: config.authority.electronic_seals,
            callbacks_at_once: config.callbacks.concurrency,
            seals_pass_unseen: config.seals.pass_unseen,
            seal_edit_lock: config.seals.edit_lock,
            simulated: !config.simulated().is_empty(),
            fixed_code: config
                .sms
                .fixed_code
                .as_ref()
                .map(|code| SecretText::new(code.expose().to_owned())),
        },
    }))
}

/// The public address; in the demo the listening one.
pub(crate) fn base_url(config: &Config) -> String {
    config
        .base_url
        .clone()
        .unwrap_or_else(|| format!("http://{}", config.listen))
}

fn identity(config: &Config) -> Result<IdentityServices, Failure> {
    Ok(match (config.identity, &config.tencent) {
        (IdentityProvider::Simulator, _) => IdentityServices::simulated(),
        (IdentityProvider::Tencent, Some(account)) => {
            let source = Arc::new(TencentIdentity::new(
                tencent(account)?,
                account.face_rule_id.clone(),
            ));
            IdentityServices {
                person: Some(source.clone()),
                bank_card: Some(source.clone()),
                face: Some(source),
                ..IdentityServices::default()
            }
        }
        (IdentityProvider::None | IdentityProvider::Tencent, _) => IdentityServices::default(),
    })
}

fn tencent(account: &Tencent) -> Result<TencentClient, Failure> {
    Ok(TencentClient::new(TencentSettings {
        secret_id: account.secret_id.clone(),
        secret_key: account.secret_key.expose().to_owned(),
        region: account.region.clone(),
        endpoint: account.endpoint.clone(),
        timeout: account.timeout,
    })?)
}

/// Text messages by Tencent Cloud; nobody sends them without an account, which the settings refuse before.
fn tencent_sms(config: &Config) -> Result<Messenger, Failure> {
    let Some(account) = &config.tencent else {
        return Ok(Messenger::new());
    };
    let settings = TencentSmsSettings {
        app_id: account.sms_app_id.clone(),
        sign_name: account.sms_sign_name.clone(),
        code_template: account.sms_code_template.clone(),
        text_template: account.sms_text_template.clone(),
    };
    Ok(Messenger::new().with(Channel::Sms, TencentSms::new(tencent(account)?, settings)))
}

fn ocr(config: &Config) -> Result<Option<Arc<dyn Ocr>>, Failure> {
    Ok(match (config.ocr, &config.tencent) {
        (OcrProvider::Simulator, _) => Some(Arc::new(OcrSimulator)),
        (OcrProvider::Tencent, Some(account)) => Some(Arc::new(TencentOcr::new(tencent(account)?))),
        (OcrProvider::None | OcrProvider::Tencent, _) => None,
    })
}

fn messenger(config: &Config) -> Result<Messenger, Failure> {
    let simulator = Simulator::new();
    let messenger = match &config.sms.provider {
        SmsProvider::None => Messenger::new(),
        SmsProvider::Simulator => Messenger::new().with(Channel::Sms, simulator.clone()),
        SmsProvider::Tencent => tencent_sms(config)?,
        SmsProvider::Webhook { url, secret, timeout } => {
            let settings = WebhookSettings {
                url: url.expose().to_owned(),
                secret: secret.expose().to_owned(),
                timeout: *timeout,
            };
            Messenger::new().with(Channel::Sms, WebhookSms::new(&settings)?)
        }
    };
    Ok(match &config.mail.provider {
        MailProvider::None => messenger,
        MailProvider::Simulator => messenger.with(Channel::Mail, simulator),
        MailProvider::Smtp {
            host,
            port,
            security,
            login,
            from,
            timeout,
        } => {
            let settings = SmtpSettings {
                host: host.clone(),
                port: *port,
                protection: match security {
                    SmtpSecurity::Plain => SmtpProtection::Plain,
                    SmtpSecurity::StartTls => SmtpProtection::StartTls,
                    SmtpSecurity::Tls => SmtpProtection::Tls,
                },
                login: login
                    .as_ref()
                    .map(|(account, password)| (account.clone(), password.expose().to_owned())),
                from: from.clone(),
                timeout: *timeout,
            };
            messenger.with(Channel::Mail, SmtpMail::new(&settings)?)
        }
    })
}
