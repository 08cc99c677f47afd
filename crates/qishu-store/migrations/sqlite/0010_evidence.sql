-- Evidence. The rules of 0001 hold: portable columns, unique indexes named <table>_<last column>.

-- A checkpoint also commits to every row since the one before: the root of a tree over the hashes of the rows
-- first_number to number, so that one row can be proved without the others.
ALTER TABLE ledger_checkpoint ADD COLUMN first_number INTEGER;
ALTER TABLE ledger_checkpoint ADD COLUMN tree BLOB;

-- Digests that were time-stamped and recorded; `data_digest` is a keyed digest of the integrator's own id.
CREATE TABLE notary (
    id INTEGER NOT NULL PRIMARY KEY,
    company_id INTEGER NOT NULL REFERENCES company (id),
    data_digest BLOB NOT NULL,
    hash TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX notary_data_digest ON notary (company_id, data_digest);

-- Evidence reports; `serial` is that of the certificate of the report's seal, `file` the SHA-256 of the report.
CREATE TABLE evidence (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER NOT NULL REFERENCES company (id),
    state TEXT NOT NULL,
    serial TEXT,
    file TEXT,
    create_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX evidence_serial ON evidence (serial);

-- Counters of the lock against repeated edits of a seal (D-21); `digest` is that of the last request.
CREATE TABLE seal_edit_count (
    seal_id INTEGER NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    first_ms INTEGER NOT NULL,
    in_a_row INTEGER NOT NULL,
    locks INTEGER NOT NULL,
    locked_until_ms INTEGER NOT NULL
) STRICT;
