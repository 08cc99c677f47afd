-- Portable columns only: integers (0/1 for flags, Unix milliseconds for times), text, bytes.
-- Every unique index is named <table>_<last column>: duplicate errors name it that way.
-- Bodies named `body` are sealed JSON; columns beside them exist because something queries them.

CREATE TABLE key_check (
    id BIGINT NOT NULL PRIMARY KEY,
    canary BYTEA NOT NULL
);

-- The ledger and its head. The head row is the lock that keeps numbers without gaps.
CREATE TABLE ledger (
    number BIGINT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    tenant BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    subject BIGINT,
    body BYTEA NOT NULL,
    effects BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX ledger_by_subject ON ledger (subject, number);

CREATE TABLE ledger_head (
    id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

CREATE TABLE ledger_checkpoint (
    number BIGINT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    signature BYTEA NOT NULL
);

-- Who uses the platform.
CREATE TABLE company (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    parent_id BIGINT REFERENCES company (id),
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX company_name ON company (name);
CREATE INDEX company_by_parent ON company (parent_id);

CREATE TABLE application (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    company_id BIGINT NOT NULL REFERENCES company (id),
    token TEXT COLLATE "C" NOT NULL,
    enabled BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX application_token ON application (token);
CREATE INDEX application_by_company ON application (company_id);

CREATE TABLE person (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    mobile_digest BYTEA,
    email_digest BYTEA,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX person_mobile_digest ON person (mobile_digest);
CREATE UNIQUE INDEX person_email_digest ON person (email_digest);

CREATE TABLE employee (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    company_id BIGINT NOT NULL REFERENCES company (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    status TEXT COLLATE "C" NOT NULL,
    mobile_digest BYTEA,
    email_digest BYTEA,
    number_digest BYTEA,
    biz_id_digest BYTEA,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX employee_person_id ON employee (company_id, person_id);
CREATE UNIQUE INDEX employee_number_digest ON employee (company_id, number_digest);
CREATE UNIQUE INDEX employee_biz_id_digest ON employee (company_id, biz_id_digest);
CREATE INDEX employee_by_person ON employee (person_id);
CREATE INDEX employee_by_mobile ON employee (company_id, mobile_digest);
CREATE INDEX employee_by_email ON employee (company_id, email_digest);

-- What they sign with, and the presets.
CREATE TABLE seal (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    company_id BIGINT REFERENCES company (id),
    person_id BIGINT REFERENCES person (id),
    kind TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    create_ms BIGINT NOT NULL,
    modify_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX seal_by_company ON seal (company_id, create_ms, id);
CREATE INDEX seal_by_person ON seal (person_id, create_ms, id);

CREATE TABLE category (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    company_id BIGINT NOT NULL REFERENCES company (id),
    name TEXT COLLATE "C" NOT NULL,
    live_name TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    create_ms BIGINT NOT NULL,
    modify_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
-- `live_name` is absent once the category is deleted, so that its name can be used again.
CREATE UNIQUE INDEX category_live_name ON category (company_id, live_name);
CREATE INDEX category_by_company ON category (company_id, create_ms, id);

-- Contracts.
-- `listed_ms` is the time of sending, for drafts the time of drafting: what lists filter by (D-30).
CREATE TABLE contract (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    company_id BIGINT NOT NULL REFERENCES company (id),
    biz_id TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    category_id BIGINT,
    create_ms BIGINT NOT NULL,
    listed_ms BIGINT NOT NULL,
    publish_ms BIGINT,
    expire_ms BIGINT,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX contract_biz_id ON contract (company_id, biz_id);
CREATE INDEX contract_by_company ON contract (company_id, create_ms, id);
CREATE INDEX contract_by_listing ON contract (company_id, listed_ms);
CREATE INDEX contract_by_expiry ON contract (status, expire_ms);

CREATE TABLE contract_party (
    id BIGINT NOT NULL PRIMARY KEY,
    contract_id BIGINT NOT NULL REFERENCES contract (id),
    company_id BIGINT,
    contact_digest BYTEA,
    sponsor BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL
);
CREATE INDEX contract_party_by_contract ON contract_party (contract_id);
CREATE INDEX contract_party_by_company ON contract_party (company_id, contract_id);
CREATE INDEX contract_party_by_contact ON contract_party (contact_digest, contract_id);

CREATE TABLE document (
    id BIGINT NOT NULL PRIMARY KEY,
    contract_id BIGINT NOT NULL REFERENCES contract (id)
);
CREATE INDEX document_by_contract ON document (contract_id);

CREATE TABLE signing_act (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    contract_id BIGINT NOT NULL REFERENCES contract (id),
    document_id BIGINT NOT NULL REFERENCES document (id),
    signatory_id BIGINT NOT NULL,
    open_document_id BIGINT,
    state TEXT COLLATE "C" NOT NULL,
    request_digest BYTEA NOT NULL,
    intended_ms BIGINT NOT NULL,
    settled_ms BIGINT,
    body BYTEA NOT NULL
);
-- `open_document_id` is set while the act is INTENDED: at most one act at a time appends to a document.
CREATE UNIQUE INDEX signing_act_open_document_id ON signing_act (open_document_id);
CREATE INDEX signing_act_by_contract ON signing_act (contract_id, intended_ms);
CREATE INDEX signing_act_by_state ON signing_act (state, intended_ms);

CREATE TABLE document_revision (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    document_id BIGINT NOT NULL REFERENCES document (id),
    number BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    parts BYTEA NOT NULL,
    length BIGINT NOT NULL,
    digest_state BYTEA,
    plan BYTEA,
    act_id BIGINT REFERENCES signing_act (id),
    create_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX document_revision_number ON document_revision (document_id, number);

CREATE TABLE certificate (
    serial TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    act_id BIGINT NOT NULL REFERENCES signing_act (id),
    recorded_ms BIGINT NOT NULL,
    issued_ms BIGINT,
    body BYTEA
);
CREATE INDEX certificate_by_act ON certificate (act_id);

-- Events for integrators. What happened is immutable; how far its delivery got is beside it.
CREATE TABLE callback_event (
    id BIGINT NOT NULL PRIMARY KEY,
    contract_id BIGINT NOT NULL REFERENCES contract (id),
    number BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    create_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX callback_event_number ON callback_event (contract_id, number);

CREATE TABLE callback_delivery (
    event_id BIGINT NOT NULL PRIMARY KEY REFERENCES callback_event (id),
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    settled_ms BIGINT
);
CREATE INDEX callback_delivery_by_due ON callback_delivery (state, due_ms);

CREATE TABLE callback_attempt (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    event_id BIGINT NOT NULL REFERENCES callback_event (id),
    number BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    took_ms BIGINT NOT NULL,
    status BIGINT,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX callback_attempt_number ON callback_attempt (event_id, number);

CREATE TABLE setting (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    body BYTEA NOT NULL
);

-- Operational: everything below is short-lived or progress, and is not replayed from the ledger.
CREATE TABLE page_link (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    purpose TEXT COLLATE "C" NOT NULL,
    contract_id BIGINT,
    expire_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX page_link_by_expiry ON page_link (expire_ms);
CREATE INDEX page_link_by_contract ON page_link (contract_id);

CREATE TABLE page_session (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    contract_id BIGINT,
    expire_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX page_session_by_expiry ON page_session (expire_ms);

CREATE TABLE confirm_code (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    binding BYTEA NOT NULL,
    code_hash BYTEA NOT NULL,
    tries BIGINT NOT NULL,
    used BIGINT NOT NULL,
    create_ms BIGINT NOT NULL,
    expire_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX confirm_code_binding ON confirm_code (binding);
CREATE INDEX confirm_code_by_expiry ON confirm_code (expire_ms);

CREATE TABLE send_count (
    subject BYTEA NOT NULL PRIMARY KEY,
    last_ms BIGINT NOT NULL,
    buckets TEXT COLLATE "C" NOT NULL
);
CREATE INDEX send_count_by_last ON send_count (last_ms);

CREATE TABLE replay (
    id BYTEA NOT NULL PRIMARY KEY,
    expire_ms BIGINT NOT NULL
);
CREATE INDEX replay_by_expiry ON replay (expire_ms);

CREATE TABLE job (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    dedup_key TEXT COLLATE "C",
    slot TEXT COLLATE "C",
    priority BIGINT NOT NULL,
    run_at_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_until_ms BIGINT,
    fence BIGINT NOT NULL,
    dead BIGINT NOT NULL,
    body BYTEA NOT NULL
);
-- `slot` is the deduplication key while the job waits and absent while it runs: what is asked for during a
-- run is not swallowed by that run.
CREATE UNIQUE INDEX job_slot ON job (slot);
CREATE INDEX job_by_due ON job (dead, priority, run_at_ms, id);

CREATE TABLE message_outbox (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    contact_digest BYTEA NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    create_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX message_outbox_by_contact ON message_outbox (contact_digest, id);
CREATE INDEX message_outbox_by_state ON message_outbox (state, id);
