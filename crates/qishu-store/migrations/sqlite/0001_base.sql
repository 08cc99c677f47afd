-- Portable columns only: integers (0/1 for flags, Unix milliseconds for times), text, bytes.
-- Every unique index is named <table>_<last column>: duplicate errors name it that way.
-- Bodies named `body` are sealed JSON; columns beside them exist because something queries them.

CREATE TABLE key_check (
    id INTEGER NOT NULL PRIMARY KEY,
    canary BLOB NOT NULL
) STRICT;

-- The ledger and its head. The head row is the lock that keeps numbers without gaps.
CREATE TABLE ledger (
    number INTEGER NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    tenant INTEGER,
    kind TEXT NOT NULL,
    subject INTEGER,
    body BLOB NOT NULL,
    effects BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_by_subject ON ledger (subject, number);

CREATE TABLE ledger_head (
    id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE ledger_checkpoint (
    number INTEGER NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

-- Who uses the platform.
CREATE TABLE company (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    parent_id INTEGER REFERENCES company (id),
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX company_name ON company (name);
CREATE INDEX company_by_parent ON company (parent_id);

CREATE TABLE application (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER NOT NULL REFERENCES company (id),
    token TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX application_token ON application (token);
CREATE INDEX application_by_company ON application (company_id);

CREATE TABLE person (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    mobile_digest BLOB,
    email_digest BLOB,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX person_mobile_digest ON person (mobile_digest);
CREATE UNIQUE INDEX person_email_digest ON person (email_digest);

CREATE TABLE employee (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER NOT NULL REFERENCES company (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    status TEXT NOT NULL,
    mobile_digest BLOB,
    email_digest BLOB,
    number_digest BLOB,
    biz_id_digest BLOB,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX employee_person_id ON employee (company_id, person_id);
CREATE UNIQUE INDEX employee_number_digest ON employee (company_id, number_digest);
CREATE UNIQUE INDEX employee_biz_id_digest ON employee (company_id, biz_id_digest);
CREATE INDEX employee_by_person ON employee (person_id);
CREATE INDEX employee_by_mobile ON employee (company_id, mobile_digest);
CREATE INDEX employee_by_email ON employee (company_id, email_digest);

-- What they sign with, and the presets.
CREATE TABLE seal (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER REFERENCES company (id),
    person_id INTEGER REFERENCES person (id),
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    modify_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX seal_by_company ON seal (company_id, create_ms, id);
CREATE INDEX seal_by_person ON seal (person_id, create_ms, id);

CREATE TABLE category (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER NOT NULL REFERENCES company (id),
    name TEXT NOT NULL,
    live_name TEXT,
    state TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    modify_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
-- `live_name` is absent once the category is deleted, so that its name can be used again.
CREATE UNIQUE INDEX category_live_name ON category (company_id, live_name);
CREATE INDEX category_by_company ON category (company_id, create_ms, id);

-- Contracts.
-- `listed_ms` is the time of sending, for drafts the time of drafting: what lists filter by (D-30).
CREATE TABLE contract (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER NOT NULL REFERENCES company (id),
    biz_id TEXT,
    status TEXT NOT NULL,
    category_id INTEGER,
    create_ms INTEGER NOT NULL,
    listed_ms INTEGER NOT NULL,
    publish_ms INTEGER,
    expire_ms INTEGER,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX contract_biz_id ON contract (company_id, biz_id);
CREATE INDEX contract_by_company ON contract (company_id, create_ms, id);
CREATE INDEX contract_by_listing ON contract (company_id, listed_ms);
CREATE INDEX contract_by_expiry ON contract (status, expire_ms);

CREATE TABLE contract_party (
    id INTEGER NOT NULL PRIMARY KEY,
    contract_id INTEGER NOT NULL REFERENCES contract (id),
    company_id INTEGER,
    contact_digest BLOB,
    sponsor INTEGER NOT NULL,
    status TEXT NOT NULL
) STRICT;
CREATE INDEX contract_party_by_contract ON contract_party (contract_id);
CREATE INDEX contract_party_by_company ON contract_party (company_id, contract_id);
CREATE INDEX contract_party_by_contact ON contract_party (contact_digest, contract_id);

CREATE TABLE document (
    id INTEGER NOT NULL PRIMARY KEY,
    contract_id INTEGER NOT NULL REFERENCES contract (id)
) STRICT;
CREATE INDEX document_by_contract ON document (contract_id);

CREATE TABLE signing_act (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    contract_id INTEGER NOT NULL REFERENCES contract (id),
    document_id INTEGER NOT NULL REFERENCES document (id),
    signatory_id INTEGER NOT NULL,
    open_document_id INTEGER,
    state TEXT NOT NULL,
    request_digest BLOB NOT NULL,
    intended_ms INTEGER NOT NULL,
    settled_ms INTEGER,
    body BLOB NOT NULL
) STRICT;
-- `open_document_id` is set while the act is INTENDED: at most one act at a time appends to a document.
CREATE UNIQUE INDEX signing_act_open_document_id ON signing_act (open_document_id);
CREATE INDEX signing_act_by_contract ON signing_act (contract_id, intended_ms);
CREATE INDEX signing_act_by_state ON signing_act (state, intended_ms);

CREATE TABLE document_revision (
    id TEXT NOT NULL PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES document (id),
    number INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    parts BLOB NOT NULL,
    length INTEGER NOT NULL,
    digest_state BLOB,
    plan BLOB,
    act_id INTEGER REFERENCES signing_act (id),
    create_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_revision_number ON document_revision (document_id, number);

CREATE TABLE certificate (
    serial TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    act_id INTEGER NOT NULL REFERENCES signing_act (id),
    recorded_ms INTEGER NOT NULL,
    issued_ms INTEGER,
    body BLOB
) STRICT;
CREATE INDEX certificate_by_act ON certificate (act_id);

-- Events for integrators. What happened is immutable; how far its delivery got is beside it.
CREATE TABLE callback_event (
    id INTEGER NOT NULL PRIMARY KEY,
    contract_id INTEGER NOT NULL REFERENCES contract (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX callback_event_number ON callback_event (contract_id, number);

CREATE TABLE callback_delivery (
    event_id INTEGER NOT NULL PRIMARY KEY REFERENCES callback_event (id),
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    settled_ms INTEGER
) STRICT;
CREATE INDEX callback_delivery_by_due ON callback_delivery (state, due_ms);

CREATE TABLE callback_attempt (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    event_id INTEGER NOT NULL REFERENCES callback_event (id),
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    status INTEGER,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX callback_attempt_number ON callback_attempt (event_id, number);

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Operational: everything below is short-lived or progress, and is not replayed from the ledger.
CREATE TABLE page_link (
    token_hash TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    contract_id INTEGER,
    expire_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX page_link_by_expiry ON page_link (expire_ms);
CREATE INDEX page_link_by_contract ON page_link (contract_id);

CREATE TABLE page_session (
    token_hash TEXT NOT NULL PRIMARY KEY,
    contract_id INTEGER,
    expire_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX page_session_by_expiry ON page_session (expire_ms);

CREATE TABLE confirm_code (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    binding BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    tries INTEGER NOT NULL,
    used INTEGER NOT NULL,
    create_ms INTEGER NOT NULL,
    expire_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX confirm_code_binding ON confirm_code (binding);
CREATE INDEX confirm_code_by_expiry ON confirm_code (expire_ms);

CREATE TABLE send_count (
    subject BLOB NOT NULL PRIMARY KEY,
    last_ms INTEGER NOT NULL,
    buckets TEXT NOT NULL
) STRICT;
CREATE INDEX send_count_by_last ON send_count (last_ms);

CREATE TABLE replay (
    id BLOB NOT NULL PRIMARY KEY,
    expire_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX replay_by_expiry ON replay (expire_ms);

CREATE TABLE job (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    dedup_key TEXT,
    slot TEXT,
    priority INTEGER NOT NULL,
    run_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease_until_ms INTEGER,
    fence INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
-- `slot` is the deduplication key while the job waits and absent while it runs: what is asked for during a
-- run is not swallowed by that run.
CREATE UNIQUE INDEX job_slot ON job (slot);
CREATE INDEX job_by_due ON job (dead, priority, run_at_ms, id);

CREATE TABLE message_outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    contact_digest BLOB NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX message_outbox_by_contact ON message_outbox (contact_digest, id);
CREATE INDEX message_outbox_by_state ON message_outbox (state, id);
