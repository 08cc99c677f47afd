-- How far the signatures of a document can be proven, by document; what lacks a time-stamp or has one that ages is cared for.
CREATE TABLE document_proof (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    contract_id BIGINT NOT NULL REFERENCES contract (id),
    wanted TEXT COLLATE "C" NOT NULL,
    reached TEXT COLLATE "C" NOT NULL,
    lacking BIGINT NOT NULL,
    proven_until_ms BIGINT,
    stamp_certificate BYTEA,
    try_ms BIGINT NOT NULL
);
CREATE INDEX document_proof_by_try ON document_proof (lacking, try_ms);
CREATE INDEX document_proof_by_until ON document_proof (proven_until_ms);
