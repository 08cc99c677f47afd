use super::*;

fn load(text: &str) -> Result<Config, ConfigError> {
    Config::load(&Sources {
        file: Some(("qishu.toml".to_owned(), text.to_owned())),
        ..Sources::default()
    })
}

const PRODUCTION: &str = "base_url = \"https://sign.example.com/\"\n";

fn production(more: &str) -> Result<Config, ConfigError> {
    load(&format!("{PRODUCTION}{more}"))
}

/// The key and the message of a refusal.
fn refused(result: Result<Config, ConfigError>) -> (String, String) {
    let error = result.unwrap_err();
    (error.key().unwrap().to_owned(), error.to_string())
}

#[test]
fn production_needs_only_its_address() {
    assert_eq!(refused(load("")).0, "base_url");
    let config = production("").unwrap();
    assert_eq!(config.profile, Profile::Production);
    assert_eq!(config.base_url.as_deref(), Some("https://sign.example.com"));
    assert_eq!(config.database.url.expose(), "sqlite:qishu-data/qishu.db");
    assert_eq!(config.storage, Storage::Folder("qishu-data/blobs".into()));
    assert_eq!(
        config.authority.master_key_file,
        PathBuf::from("qishu-data/master.key")
    );
    assert_eq!(config.request.timestamp_window, Duration::from_secs(600));
    assert_eq!(
        config.limits,
        Limits {
            upload_bytes: 52_428_800,
            pages: 2000,
            calls_per_minute: 6000,
            stream_bytes: 209_715_200
        }
    );
    assert!(config.simulated().is_empty() && !config.callbacks.allow_loopback && !config.downloads.rate_lock);
}

#[test]
fn the_demo_uses_simulators_on_loopback() {
    let config = load("profile = \"demo\"\n[sms]\nfixed_code = \"123456\"").unwrap();
    assert_eq!(config.simulated(), ["sms", "mail", "identity", "ocr"]);
    assert!(config.callbacks.allow_loopback && config.base_url.is_none());
    let (key, message) = refused(load("profile = \"demo\"\nlisten = \"0.0.0.0:8080\""));
    assert_eq!(key, "listen");
    assert!(message.contains("demo.allow_remote"), "{message}");
    assert!(load("profile = \"demo\"\nlisten = \"0.0.0.0:8080\"\n[demo]\nallow_remote = true").is_ok());
}

#[test]
fn production_refuses_simulators_unless_they_are_named() {
    let (key, message) = refused(production("[sms]\nprovider = \"simulator\""));
    assert_eq!(key, "sms.provider");
    assert!(message.contains("allow_simulated = [\"sms\"]"), "{message}");
    let named = production("allow_simulated = [\"sms\"]\n[sms]\nprovider = \"simulator\"").unwrap();
    assert_eq!(named.simulated(), ["sms"]);
    assert_eq!(
        refused(production(
            "allow_simulated = [\"sms\"]\n[mail]\nprovider = \"simulator\""
        ))
        .0,
        "mail.provider"
    );
    assert_eq!(
        refused(production("allow_simulated = [\"everything\"]")).0,
        "allow_simulated"
    );
    assert_eq!(
        refused(production("[sms]\nfixed_code = \"123456\"")).0,
        "sms.fixed_code"
    );
}

#[test]
fn production_needs_tls_towards_others() {
    assert_eq!(refused(production("listen = \"0.0.0.0:80\"")).0, "listen");
    assert!(production("listen = \"0.0.0.0:80\"\n[request]\ntls_proxy = true").is_ok());
    assert_eq!(
        refused(load("base_url = \"http://sign.example.com\"")).0,
        "base_url"
    );
    assert!(load("base_url = \"http://localhost:8080\"").is_ok());
}

#[test]
fn addresses_are_checked() {
    for bad in [
        "sign.example.com",
        "ftp://x",
        "https://",
        "https://u:p@x",
        "https://x?a=1",
        "https://x#f",
    ] {
        assert_eq!(
            refused(load(&format!("base_url = \"{bad}\""))).0,
            "base_url",
            "{bad}"
        );
    }
    assert_eq!(refused(production("listen = \"localhost\"")).0, "listen");
    let (key, message) = refused(production("[database]\nurl = \"mysql://root:hunter2@db/x\""));
    assert_eq!(key, "database.url");
    assert!(!message.contains("hunter2"), "{message}");
    for bad in [
        "8.8.8.0/24",
        "0.0.0.0/0",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "10.0.0.0/7",
        "fe80::/10",
    ] {
        let text = format!("[callbacks]\nallow_private_networks = [\"{bad}\"]");
        assert_eq!(
            refused(production(&text)).0,
            "callbacks.allow_private_networks",
            "{bad}"
        );
    }
    let config =
        production("[callbacks]\nallow_private_networks = [\"10.20.0.0/16\", \"fd00::/8\"]").unwrap();
    assert_eq!(config.callbacks.allow_private_networks.len(), 2);
}

#[test]
fn ranges_and_choices_say_what_is_allowed() {
    let cases = [
        (
            "[limits]\nupload_mb = 0",
            "limits.upload_mb (from qishu.toml): must be a whole number from 1 to 1024, not 0",
        ),
        (
            "[authority]\none_time_key = \"rsa\"",
            "authority.one_time_key (from qishu.toml): must be \"rsa-2048\" or \"rsa-3072\" or \"rsa-4096\" or \"ecdsa-p256\" or \"sm2\", not \"rsa\"",
        ),
        (
            "[log]\nlevel = \"info,sqlx=loud\"",
            "log.level (from qishu.toml): \"sqlx=loud\" names no level",
        ),
        (
            "[limits]\npages = 99999",
            "limits.pages (from qishu.toml): must be a whole number from 1 to 20000, not 99999",
        ),
    ];
    for (text, expected) in cases {
        let (_, message) = refused(production(text));
        assert!(message.starts_with(expected), "{message}");
    }
    assert!(production("[log]\nlevel = \"info, sqlx=warn\"").is_ok());
}

#[test]
fn a_gateway_and_a_mail_server_need_their_parts() {
    let gateway = "[sms]\nprovider = \"webhook\"\nwebhook_url = \"https://sms.example.com/send\"\n";
    assert_eq!(refused(production(gateway)).0, "sms.webhook_secret");
    assert_eq!(
        refused(production(&format!("{gateway}webhook_secret = \"short\""))).0,
        "sms.webhook_secret"
    );
    let good = format!("{gateway}webhook_secret = \"0123456789abcdef\"");
    assert!(production(&good).is_ok());
    assert_eq!(
        refused(production(&good.replace("https:", "http:"))).0,
        "sms.webhook_url"
    );
    assert!(production(&good.replace("https://sms.example.com", "http://127.0.0.1:9")).is_ok());

    let smtp = "[mail]\nprovider = \"smtp\"\nhost = \"mail.example.com\"\nfrom = \"Qishu <q@example.com>\"\n";
    let config = production(smtp).unwrap();
    let MailProvider::Smtp {
        port,
        login,
        security,
        ..
    } = &config.mail.provider
    else {
        panic!("smtp expected")
    };
    assert_eq!(
        (*port, login.is_none(), *security),
        (465, true, SmtpSecurity::Tls)
    );
    assert_eq!(
        refused(production(&format!("{smtp}security = \"plain\""))).0,
        "mail.security"
    );
    assert_eq!(
        refused(production(&format!("{smtp}user = \"u\""))).0,
        "mail.password"
    );
    assert_eq!(refused(production(&smtp.replace("q@", ""))).0, "mail.from");
}

#[test]
fn printing_shows_origins_and_no_secret() {
    let mut sources = Sources::default();
    let text = format!(
        "{PRODUCTION}[mail]\nprovider = \"smtp\"\nhost = \"h\"\nuser = \"u\"\npassword = \"hunter2\"\nfrom = \"a@b.c\"\n\
         [sms]\nprovider = \"webhook\"\nwebhook_url = \"https://sms.example.com/?key=hunter2\"\n\
         webhook_secret = \"hunter2hunter2hunter2\"\n"
    );
    sources.file = Some(("qishu.toml".to_owned(), text));
    let url = "postgres://qishu:hunter2@db.example.com/qishu".to_owned();
    sources.environment.insert("QISHU_DATABASE__URL".to_owned(), url);
    let config = Config::load(&sources).unwrap();
    let printed = config.print();
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(
        !format!("{config:?} {sources:?}").contains("hunter2"),
        "Debug shows a secret"
    );
    let line = "url = \"postgres://qishu:***@db.example.com/qishu\"  # from environment variable QISHU_DATABASE__URL\n";
    assert!(printed.contains(line), "{printed}");
    assert!(
        printed.contains("password = \"***\"  # from qishu.toml\n"),
        "{printed}"
    );
    assert!(printed.contains("pages = 2000\n"), "{printed}");
    let again = printed.parse::<toml::Table>().unwrap();
    let sections = crate::DEFAULT_FILE.parse::<toml::Table>().unwrap().len();
    assert_eq!(
        again.len(),
        sections,
        "what is printed is TOML with every section"
    );
}

#[test]
fn every_key_of_the_default_file_is_explained() {
    let mut explained = false;
    for line in crate::DEFAULT_FILE.lines() {
        if line.starts_with('#') {
            explained = true;
        } else if line.contains(" = ") {
            assert!(explained, "no comment above {line:?}");
            explained = false;
        } else {
            explained = false;
        }
    }
}

#[test]
fn tencent_cloud_needs_what_its_users_need() {
    let account = "[tencent]\nsecret_id = \"AKID\"\nsecret_key = \"k\"\n";
    let (key, _) = refused(production("[identity]\nprovider = \"tencent\""));
    assert_eq!(key, "tencent.secret_id");
    let (key, _) = refused(production(&format!(
        "[identity]\nprovider = \"tencent\"\n{account}"
    )));
    assert_eq!(key, "tencent.face_rule_id");
    let (key, _) = refused(production(&format!("[sms]\nprovider = \"tencent\"\n{account}")));
    assert_eq!(key, "tencent.sms_app_id");
    let all = format!("[identity]\nprovider = \"tencent\"\n{account}face_rule_id = \"1\"");
    let config = production(&all).unwrap();
    let tencent = config.tencent.as_ref().unwrap();
    assert_eq!(
        (tencent.region.as_str(), tencent.timeout),
        ("ap-guangzhou", Duration::from_secs(10))
    );
    assert!(config.simulated().is_empty());
    assert!(
        config.print().contains("secret_key = \"***\""),
        "{}",
        config.print()
    );
}
