-- Templates of documents. Removed ones stay for the documents that were made of them.
CREATE TABLE template (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    company_id BIGINT NOT NULL REFERENCES company (id),
    state TEXT COLLATE "C" NOT NULL,
    create_ms BIGINT NOT NULL,
    modify_ms BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX template_by_company ON template (company_id, create_ms, id);
