//! The application: everything an operation may use, wired once by the binary.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use qishu_authority::{Authority, AuthorityServices, Hierarchy, KeyPool};
use qishu_blob::Blobs;
use qishu_callback::Deliverer;
use qishu_model::application::SecretText;
use qishu_model::id::{ContractId, IdSource};
use qishu_model::time::Timestamp;
use qishu_provider::{IdentityServices, Messenger, Ocr};
use qishu_store::{RandomSource, Store};
use sealpki::{Certificate, DigestAlgorithm};

use crate::file_work::FileWork;

/// Where the time comes from: the system in production, a settable clock in tests.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Why the time cannot be trusted now, if it cannot: then nothing may be signed or time-stamped.
    fn fault(&self) -> Option<String> {
        None
    }
}

/// Figures and switches of the operations; documented in the default settings file.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address under which people reach the pages, without a slash at the end.
    pub base_url: String,
    /// Largest upload, in bytes (D-57).
    pub upload_bytes: usize,
    /// Most pages of a document.
    pub most_pages: usize,
    /// Largest decompressed stream in a PDF, in bytes.
    pub stream_bytes: usize,
    /// Frequent downloads lock a document (D-32).
    pub download_lock: bool,
    /// PAdES level of new signatures.
    pub signature_level: SignatureLevel,
    /// Every act puts an SM2 signature below the one of the first hierarchy.
    pub dual: bool,
    /// SM2 signatures with a company seal are electronic seals (GB/T 38540), where the level is B-LT or higher.
    pub electronic_seals: bool,
    /// Callbacks delivered at the same time: a receiver that is slow holds up itself and not the others.
    pub callbacks_at_once: usize,
    /// Picture seals are made without anybody looking at them (D-22): for sandboxes.
    pub seals_pass_unseen: bool,
    /// The same edit of a seal again and again locks it against edits (D-21).
    pub seal_edit_lock: bool,
    /// Simulated providers are in use: pages and reports say so.
    pub simulated: bool,
    /// The confirmation code of everybody; for sandboxes only.
    pub fixed_code: Option<SecretText>,
}

/// Level of new signatures (ETSI EN 319 142-1, 6); each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignatureLevel {
    /// B-B: the signature.
    BaselineB,
    /// B-T: a time-stamp over it.
    BaselineT,
    /// B-LT: what is needed to validate it later.
    BaselineLt,
    /// B-LTA: a time-stamp over all of that.
    BaselineLta,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// Rows.
    pub store: Store,
    /// Bytes.
    pub blobs: Blobs,
    /// Certificates.
    pub authority: Authority,
    /// Time-stamps and the state of certificates.
    pub services: AuthorityServices,
    /// Ready key pairs for one-time certificates.
    pub keys: Arc<KeyPool>,
    /// The other hierarchy, where there is one: it signs too with [`Settings::dual`], and in any case answers for what it
    /// issued.
    pub other: Option<Hierarchy>,
    /// Work on files of strangers.
    pub files: FileWork,
    /// SMS and mail.
    pub messenger: Messenger,
    /// Official data of people and companies.
    pub identity: IdentityServices,
    /// Reads cards in pictures; absent = nobody does.
    pub ocr: Option<Arc<dyn Ocr>>,
    /// Callbacks.
    pub deliverer: Deliverer,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn RandomSource>,
    /// Ids.
    pub ids: IdSource,
    /// Figures.
    pub settings: Settings,
}

/// Which of the hierarchies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// The one that signs first and foremost.
    First,
    /// The one beside it.
    Other,
}

/// An authority with its services and keys.
#[derive(Clone, Copy)]
pub struct HierarchyRef<'a> {
    /// Issues certificates.
    pub authority: &'a Authority,
    /// States what holds of them, and gives time-stamps.
    pub services: &'a AuthorityServices,
    /// Ready keys.
    pub keys: &'a Arc<KeyPool>,
}

impl HierarchyRef<'_> {
    /// The digest that its one-time keys sign.
    pub(crate) fn digest(&self) -> DigestAlgorithm {
        self.keys.algorithm().signature_algorithm().digest()
    }
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
    locks: Arc<ContractLocks>,
    work: Arc<tokio::sync::Notify>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl App {
    /// Wires an application.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            locks: Arc::default(),
            work: Arc::default(),
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Now, for something that is signed.
    ///
    /// # Errors
    /// Internal while the clock cannot be trusted.
    pub fn trusted_now(&self) -> Result<Timestamp, crate::AppError> {
        match self.clock.fault() {
            None => Ok(self.now()),
            Some(fault) => Err(crate::AppError::Internal(format!(
                "nothing is signed while the clock cannot be trusted: {fault}"
            ))),
        }
    }

    /// The hierarchies: the one that signs first, then the other one.
    pub(crate) fn hierarchies(&self) -> impl Iterator<Item = HierarchyRef<'_>> {
        std::iter::once(HierarchyRef {
            authority: &self.authority,
            services: &self.services,
            keys: &self.keys,
        })
        .chain(self.other.as_ref().map(|other| HierarchyRef {
            authority: &other.authority,
            services: &other.services,
            keys: &other.keys,
        }))
    }

    /// One of the hierarchies.
    ///
    /// # Errors
    /// Internal when there is no other one.
    pub(crate) fn hierarchy(&self, family: Family) -> Result<HierarchyRef<'_>, crate::AppError> {
        let mut all = self.hierarchies();
        let found = match family {
            Family::First => all.next(),
            Family::Other => all.nth(1),
        };
        found.ok_or_else(|| crate::AppError::Internal("there is no second hierarchy".to_owned()))
    }

    /// The SM2 hierarchy, or the one that is not.
    #[must_use]
    pub fn hierarchy_by_kind(&self, sm2: bool) -> Option<HierarchyRef<'_>> {
        self.hierarchies().find(|one| one.authority.is_sm2() == sm2)
    }

    /// The roots of our own signatures, whatever they were signed with.
    #[must_use]
    pub fn roots(&self) -> Vec<Certificate> {
        let roots = self.hierarchies().map(|one| one.authority.root_certificate());
        roots.cloned().collect()
    }

    /// A new id.
    #[must_use]
    pub fn next_id(&self) -> u64 {
        self.ids.next(self.now().ms())
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// Internal when the source of chance fails; nothing may go on without it.
    pub fn random_bytes<const N: usize>(&self) -> Result<[u8; N], crate::AppError> {
        let mut bytes = [0; N];
        if self.random.fill(&mut bytes) {
            Ok(bytes)
        } else {
            Err(crate::AppError::Internal(
                "the source of chance gave no bytes".to_owned(),
            ))
        }
    }

    /// Tells the background that there may be work, so that nobody waits for its next round.
    pub(crate) fn wake(&self) {
        self.work.notify_one();
    }

    /// Waits for [`App::wake`] of this process.
    pub(crate) async fn work_announced(&self) {
        self.work.notified().await;
    }

    /// Waits a little before the next attempt at something that others were faster at.
    pub(crate) async fn pause(&self, attempt: u32) {
        let ms = u64::from(attempt.min(8)) * 5 + 1;
        tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
    }

    /// Waits until nobody else in this process works on the contract. Other processes are kept apart by the version
    /// every update names; the lock only spares work that would be thrown away.
    pub(crate) async fn lock_contract(&self, id: ContractId) -> tokio::sync::OwnedMutexGuard<()> {
        self.locks.of(id).lock_owned().await
    }
}

#[derive(Default)]
struct ContractLocks {
    locks: Mutex<HashMap<ContractId, Weak<tokio::sync::Mutex<()>>>>,
}

impl ContractLocks {
    fn of(&self, id: ContractId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&id).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(tokio::sync::Mutex::new(()));
        locks.insert(id, Arc::downgrade(&lock));
        lock
    }
}
