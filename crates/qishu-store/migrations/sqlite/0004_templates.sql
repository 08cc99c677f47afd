-- Templates of documents. Removed ones stay for the documents that were made of them.
CREATE TABLE template (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    company_id INTEGER NOT NULL REFERENCES company (id),
    state TEXT NOT NULL,
    create_ms INTEGER NOT NULL,
    modify_ms INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX template_by_company ON template (company_id, create_ms, id);
