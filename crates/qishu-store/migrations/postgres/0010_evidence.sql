-- Evidence. The rules of 0001 hold: portable columns, unique indexes named <table>_<last column>.

-- A checkpoint also commits to every row since the one before: the root of a tree over the hashes of the rows
-- first_number to number, so that one row can be proved without the others.
ALTER TABLE ledger_checkpoint ADD COLUMN first_number BIGINT;
ALTER TABLE ledger_checkpoint ADD COLUMN tree BYTEA;

-- Digests that were time-stamped and recorded; `data_digest` is a keyed digest of the integrator's own id.
CREATE TABLE notary (
    id BIGINT NOT NULL PRIMARY KEY,
    company_id BIGINT NOT NULL REFERENCES company (id),
    data_digest BYTEA NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    create_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX notary_data_digest ON notary (company_id, data_digest);

-- Evidence reports; `serial` is that of the certificate of the report's seal, `file` the SHA-256 of the report.
CREATE TABLE evidence (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    company_id BIGINT NOT NULL REFERENCES company (id),
    state TEXT COLLATE "C" NOT NULL,
    serial TEXT COLLATE "C",
    file TEXT COLLATE "C",
    create_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX evidence_serial ON evidence (serial);

-- Counters of the lock against repeated edits of a seal (D-21); `digest` is that of the last request.
CREATE TABLE seal_edit_count (
    seal_id BIGINT NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL,
    first_ms BIGINT NOT NULL,
    in_a_row BIGINT NOT NULL,
    locks BIGINT NOT NULL,
    locked_until_ms BIGINT NOT NULL
);
