//! The list of tables: which are business tables, replayed from the ledger, and which are not, with the reason.

/// A business table: its rows are written through a transaction that records them for the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// Column of the primary key.
    pub(crate) key: &'static str,
    /// Whether updates name the version they saw.
    pub(crate) versioned: bool,
}

const fn versioned(name: &'static str) -> Table {
    Table {
        name,
        key: "id",
        versioned: true,
    }
}

const fn plain(name: &'static str) -> Table {
    Table {
        name,
        key: "id",
        versioned: false,
    }
}

pub(crate) const ACCOUNT: Table = versioned("account");
pub(crate) const APPLICATION: Table = versioned("application");
pub(crate) const CALLBACK_EVENT: Table = plain("callback_event");
pub(crate) const CATEGORY: Table = versioned("category");
pub(crate) const CERTIFICATE: Table = Table {
    name: "certificate",
    key: "serial",
    versioned: true,
};
pub(crate) const CERTIFICATE_REVOCATION: Table = Table {
    name: "certificate_revocation",
    key: "serial",
    versioned: false,
};
pub(crate) const COMPANY: Table = versioned("company");
pub(crate) const COMPANY_AUTH: Table = versioned("company_auth");
pub(crate) const CONTRACT: Table = versioned("contract");
pub(crate) const CONTRACT_PARTY: Table = plain("contract_party");
pub(crate) const CUSTOMER: Table = versioned("customer");
pub(crate) const DOCUMENT: Table = plain("document");
pub(crate) const DOCUMENT_REVISION: Table = plain("document_revision");
pub(crate) const EMPLOYEE: Table = versioned("employee");
pub(crate) const EVIDENCE: Table = versioned("evidence");
pub(crate) const INVITATION: Table = versioned("invitation");
pub(crate) const NOTARY: Table = plain("notary");
pub(crate) const PERSON: Table = versioned("person");
pub(crate) const PERSON_AUTH: Table = versioned("person_auth");
pub(crate) const PERSON_IDENTITY: Table = versioned("person_identity");
pub(crate) const PERSONAL_AUTHORISATION: Table = versioned("personal_authorisation");
pub(crate) const REQUEST_EVENT: Table = plain("request_event");
pub(crate) const SEAL: Table = versioned("seal");
pub(crate) const SEAL_REVIEW: Table = versioned("seal_review");
pub(crate) const SEAL_USE: Table = plain("seal_use");
pub(crate) const SETTING: Table = Table {
    name: "setting",
    key: "name",
    versioned: true,
};
pub(crate) const SIGN_PASSWORD: Table = versioned("sign_password");
pub(crate) const SIGNING_ACT: Table = versioned("signing_act");
pub(crate) const TEMPLATE: Table = versioned("template");

/// Every business table. Replaying the ledger from row 1 gives exactly their content (P2).
pub(crate) const BUSINESS: &[Table] = &[
    ACCOUNT,
    APPLICATION,
    CALLBACK_EVENT,
    CATEGORY,
    CERTIFICATE,
    CERTIFICATE_REVOCATION,
    COMPANY,
    COMPANY_AUTH,
    CONTRACT,
    CONTRACT_PARTY,
    CUSTOMER,
    DOCUMENT,
    DOCUMENT_REVISION,
    EMPLOYEE,
    EVIDENCE,
    INVITATION,
    NOTARY,
    PERSON,
    PERSON_AUTH,
    PERSON_IDENTITY,
    PERSONAL_AUTHORISATION,
    REQUEST_EVENT,
    SEAL,
    SEAL_REVIEW,
    SEAL_USE,
    SETTING,
    SIGN_PASSWORD,
    SIGNING_ACT,
    TEMPLATE,
];

/// Tables that the ledger does not carry: name, key column, reason.
pub const OPERATIONAL_TABLES: &[(&str, &str, &str)] = &[
    (
        "callback_attempt",
        "id",
        "it is itself the record of what was sent; deliveries are no decisions",
    ),
    (
        "callback_delivery",
        "event_id",
        "progress of a delivery; the event it delivers is a business row",
    ),
    (
        "confirm_code",
        "id",
        "lives five minutes and must not outlive its use",
    ),
    (
        "contact_language",
        "contact_digest",
        "a convenience: the language in which a contact used a page last",
    ),
    (
        "download_count",
        "document_id",
        "counters of the download lock; the downloads themselves are in the log",
    ),
    ("job", "id", "work still to be done, derived from business rows"),
    (
        "key_check",
        "id",
        "proves that the data key is the right one; written once by the set-up",
    ),
    ("ledger", "number", "is the log"),
    ("ledger_checkpoint", "number", "is about the log"),
    ("ledger_head", "id", "is the end of the log"),
    (
        "message_outbox",
        "id",
        "messages on their way; what was sent is logged by the operation",
    ),
    (
        "node",
        "number",
        "which process makes ids with which number; leases",
    ),
    (
        "page_link",
        "token_hash",
        "expiring ticket; carries no authority after its time",
    ),
    ("page_session", "token_hash", "expiring ticket of one browser"),
    (
        "person_key",
        "person_id",
        "an erasure must really destroy it, and the log never forgets",
    ),
    ("replay", "id", "request signatures seen within the time window"),
    (
        "request_attempt",
        "id",
        "it is itself the record of what was sent; deliveries are no decisions",
    ),
    (
        "request_delivery",
        "event_id",
        "progress of a delivery; the event it delivers is a business row",
    ),
    (
        "seal_edit_count",
        "seal_id",
        "counters of the lock against repeated edits; the edits themselves are in the log",
    ),
    ("send_count", "subject", "counters of sending limits"),
    (
        "sign_password_try",
        "id",
        "counter of wrong tries, forgotten after an hour",
    ),
];

/// Column of the primary key of any table of ours.
pub(crate) fn key_column(table: &str) -> Option<&'static str> {
    let business = BUSINESS
        .iter()
        .find(|known| known.name == table)
        .map(|known| known.key);
    business.or_else(|| {
        OPERATIONAL_TABLES
            .iter()
            .find(|known| known.0 == table)
            .map(|known| known.1)
    })
}
