//! A whole application with the demo's companies, on a fresh database, with a clock that the test moves.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use qishu_app::file_work::FileWork;
use qishu_app::{App, Clock, Parts, Settings, SignatureLevel, demo};
use qishu_authority::{
    Authority, AuthorityNames, AuthorityServices, Hierarchy, KeyAlgorithm, KeyPool, MasterKey,
};
use qishu_blob::Blobs;
use qishu_callback::{AddressPolicy, Deliverer};
use qishu_model::id::IdSource;
use qishu_model::time::Timestamp;
use qishu_provider::{IdentityServices, Messenger, OcrSimulator, Simulator};
use qishu_server::{ServerSettings, router, serve};
use qishu_store::{DataKey, DataKeys, Store, StoreOptions};
use qishu_testkit::{FakeClock, TestDatabase};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A clock with a fault that the test decides on; an empty one is none.
pub(crate) struct TestClock(pub(crate) FakeClock, Arc<Mutex<String>>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.now_ms())
    }

    fn fault(&self) -> Option<String> {
        Some(self.1.lock().unwrap().clone()).filter(|fault| !fault.is_empty())
    }
}

/// Files are handled by the test's own process.
fn in_process() -> FileWork {
    FileWork::in_this_process(Duration::from_secs(20))
}

/// The usual settings.
fn settings() -> Settings {
    Settings {
        base_url: String::new(),
        upload_bytes: 50 * 1024 * 1024,
        most_pages: 2000,
        stream_bytes: 200 << 20,
        download_lock: false,
        signature_level: SignatureLevel::BaselineB,
        dual: false,
        electronic_seals: true,
        callbacks_at_once: 4,
        seals_pass_unseen: false,
        seal_edit_lock: false,
        simulated: true,
        fixed_code: None,
    }
}

/// An SM2 hierarchy of its own.
pub(crate) fn sm2_hierarchy(folder: &Path, now_ms: i64) -> Hierarchy {
    let names = AuthorityNames {
        organisation: "Qishu".to_owned(),
        country: "CN".to_owned(),
    };
    let master = MasterKey::from_bytes([7; 32]);
    let authority = Authority::create(folder, &master, &names, KeyAlgorithm::Sm2, now_ms).unwrap();
    Hierarchy {
        services: AuthorityServices::open(folder, &master, &authority, now_ms).unwrap(),
        authority,
        keys: Arc::new(KeyPool::new(KeyAlgorithm::Sm2)),
    }
}

/// A serving application.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: FakeClock,
    fault: Arc<Mutex<String>>,
    pub(crate) simulator: Simulator,
    pub(crate) address: SocketAddr,
    _stop: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl TestApp {
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// With other settings of the server than the usual ones.
    pub(crate) async fn start_with(
        database: &TestDatabase,
        change: impl FnOnce(&mut ServerSettings),
    ) -> Self {
        Self::launch(database, in_process(), |_| {}, change).await
    }

    /// With other settings than the usual ones.
    pub(crate) async fn start_changed(
        database: &TestDatabase,
        change_app: impl FnOnce(&mut Settings),
        change: impl FnOnce(&mut ServerSettings),
    ) -> Self {
        Self::launch(database, in_process(), change_app, change).await
    }

    /// With other settings, and keys of this algorithm.
    pub(crate) async fn start_signing_with(
        database: &TestDatabase,
        algorithm: KeyAlgorithm,
        change_app: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::launch_with(database, in_process(), algorithm, change_app, |_| {}).await
    }

    /// With another way of handling files.
    pub(crate) async fn start_with_files(database: &TestDatabase, files: FileWork) -> Self {
        Self::launch(database, files, |_| {}, |_| {}).await
    }

    async fn launch(
        database: &TestDatabase,
        files: FileWork,
        change_app: impl FnOnce(&mut Settings),
        change: impl FnOnce(&mut ServerSettings),
    ) -> Self {
        Self::launch_with(database, files, KeyAlgorithm::EcdsaP256, change_app, change).await
    }

    async fn launch_with(
        database: &TestDatabase,
        files: FileWork,
        algorithm: KeyAlgorithm,
        change_app: impl FnOnce(&mut Settings),
        change: impl FnOnce(&mut ServerSettings),
    ) -> Self {
        let mut app_settings = settings();
        change_app(&mut app_settings);
        let clock = FakeClock::default();
        let fault = Arc::default();
        let simulator = Simulator::new();
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let names = AuthorityNames {
            organisation: "Qishu".to_owned(),
            country: "CN".to_owned(),
        };
        let master = MasterKey::from_bytes([7; 32]);
        let authority = Authority::create(folder.path(), &master, &names, algorithm, clock.now_ms()).unwrap();
        let services = AuthorityServices::open(folder.path(), &master, &authority, clock.now_ms()).unwrap();
        let options = StoreOptions {
            url: database.url.clone(),
            max_connections: 10,
            data_keys: DataKeys::new(DataKey::new(1, &[9; 32]).unwrap()),
            random: Arc::new(SystemRandom::new()),
        };
        let store = Store::connect(options).await.unwrap();
        store.migrate().await.unwrap();
        app_settings.base_url = format!("http://{address}");
        let other = app_settings
            .dual
            .then(|| sm2_hierarchy(&folder.path().join("sm2"), clock.now_ms()));
        let app = App::new(Parts {
            store,
            blobs: Blobs::in_memory(),
            authority,
            services,
            keys: Arc::new(KeyPool::new(algorithm)),
            other,
            files,
            messenger: Messenger::simulated(&simulator),
            identity: IdentityServices::simulated(),
            ocr: Some(Arc::new(OcrSimulator)),
            deliverer: Deliverer::new(AddressPolicy {
                allow_loopback: true,
                allow_private: Vec::new(),
            })
            .unwrap(),
            clock: Arc::new(TestClock(clock.clone(), Arc::clone(&fault))),
            random: Arc::new(SystemRandom::new()),
            ids: IdSource::new(1),
            settings: app_settings,
        });
        demo::seed(&app).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let mut settings = ServerSettings {
            window_ms: 600_000,
            hmac_accepted: true,
            trusted_proxies: Vec::new(),
            https: false,
            demo: true,
            time_stamp_server: true,
            refusals_per_minute: 30,
            calls_per_minute: 100_000,
            upload_bytes: 50 * 1024 * 1024,
        };
        change(&mut settings);
        tokio::spawn(serve(listener, router(app.clone(), settings), stopped));
        Self {
            app,
            clock,
            fault,
            simulator,
            address,
            _stop: stop,
            _folder: folder,
        }
    }

    /// From now on the clock has this fault; none when empty.
    pub(crate) fn clock_fault(&self, fault: &str) {
        fault.clone_into(&mut self.fault.lock().unwrap());
    }

    /// Does the background work that is due now.
    pub(crate) async fn work(&self) {
        qishu_app::job::work_off(&self.app).await.unwrap();
        qishu_app::job::deliver_due(&self.app).await.unwrap();
        qishu_app::job::expire_overdue(&self.app).await.unwrap();
    }
}
