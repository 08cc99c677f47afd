-- Who somebody is. The rules of 0001 hold: portable columns, unique indexes named <table>_<last column>.

-- One key per person; erasing it makes everything that was sealed under it unreadable, in the ledger too.
CREATE TABLE person_key (
    person_id BIGINT NOT NULL PRIMARY KEY REFERENCES person (id),
    number_digest BYTEA,
    body BYTEA NOT NULL
);
CREATE INDEX person_key_by_number ON person_key (number_digest);

-- Proven identities; the key is the person's. `material` is sealed under the person's key.
CREATE TABLE person_identity (
    id BIGINT NOT NULL PRIMARY KEY REFERENCES person (id),
    version BIGINT NOT NULL,
    body BYTEA NOT NULL,
    material BYTEA NOT NULL
);

-- Authentications of persons. `material` is sealed under the person's key; empty once it was erased.
CREATE TABLE person_auth (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    platform_id BIGINT NOT NULL REFERENCES company (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    state TEXT COLLATE "C" NOT NULL,
    create_ms BIGINT NOT NULL,
    body BYTEA NOT NULL,
    material BYTEA NOT NULL
);
CREATE INDEX person_auth_by_person ON person_auth (person_id, id);
CREATE INDEX person_auth_by_state ON person_auth (state, id);

-- Authentications of companies.
CREATE TABLE company_auth (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    platform_id BIGINT NOT NULL REFERENCES company (id),
    request_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    create_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX company_auth_request_id ON company_auth (request_id);
CREATE INDEX company_auth_by_name ON company_auth (name, id);
CREATE INDEX company_auth_by_state ON company_auth (state, id);
