-- How far the signatures of a document can be proven, by document; what lacks a time-stamp or has one that ages is cared for.
CREATE TABLE document_proof (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    contract_id INTEGER NOT NULL REFERENCES contract (id),
    wanted TEXT NOT NULL,
    reached TEXT NOT NULL,
    lacking INTEGER NOT NULL,
    proven_until_ms INTEGER,
    stamp_certificate BLOB,
    try_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX document_proof_by_try ON document_proof (lacking, try_ms);
CREATE INDEX document_proof_by_until ON document_proof (proven_until_ms);
