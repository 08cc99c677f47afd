-- Organisation and seals. The rules of 0001 hold: portable columns, unique indexes named <table>_<last column>.

-- A company has one seal of its legal representative; removed ones do not count.
CREATE UNIQUE INDEX seal_company_id ON seal (company_id) WHERE kind = 'LP' AND status <> 'REMOVED';

-- Applications for picture seals.
CREATE TABLE seal_review (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER NOT NULL REFERENCES company (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX seal_review_company_id ON seal_review (company_id) WHERE kind = 'LP' AND state = 'PENDING';
CREATE INDEX seal_review_by_state ON seal_review (state, id);

-- Which seal was put on what, by which act.
CREATE TABLE seal_use (
    id INTEGER NOT NULL PRIMARY KEY,
    seal_id INTEGER NOT NULL REFERENCES seal (id),
    contract_id INTEGER NOT NULL REFERENCES contract (id),
    act_id INTEGER NOT NULL REFERENCES signing_act (id),
    create_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX seal_use_act_id ON seal_use (seal_id, act_id);
CREATE INDEX seal_use_by_seal ON seal_use (seal_id, create_ms, id);

-- Invitations into a group.
CREATE TABLE invitation (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    platform_id INTEGER NOT NULL REFERENCES company (id),
    company_id INTEGER NOT NULL REFERENCES company (id),
    state TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX invitation_company_id ON invitation (platform_id, company_id) WHERE state = 'OPEN';
CREATE INDEX invitation_by_company ON invitation (company_id, state);

-- External customers; `key_digest` is a keyed digest of kind, company and contact.
CREATE TABLE customer (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER NOT NULL REFERENCES company (id),
    key_digest BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX customer_key_digest ON customer (company_id, key_digest);

-- Accounts of companies that pay for contracts; the key is the company's.
CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY REFERENCES company (id),
    version INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Events that a request asked for with a callback address of its own: results of reviews and invitations.
-- `request_id` is the id that the request was answered with.
CREATE TABLE request_event (
    id INTEGER NOT NULL PRIMARY KEY,
    request_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX request_event_by_request ON request_event (request_id, id);

CREATE TABLE request_delivery (
    event_id INTEGER NOT NULL PRIMARY KEY REFERENCES request_event (id),
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms INTEGER NOT NULL,
    settled_ms INTEGER
) STRICT;
CREATE INDEX request_delivery_by_due ON request_delivery (state, due_ms);

CREATE TABLE request_attempt (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    event_id INTEGER NOT NULL REFERENCES request_event (id),
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    status INTEGER,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX request_attempt_number ON request_attempt (event_id, number);

-- Whether a file is one of ours is asked by its hash.
CREATE INDEX document_revision_by_sha256 ON document_revision (sha256);
