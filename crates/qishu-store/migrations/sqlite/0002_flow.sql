-- What persons allow companies: to sign with their signature by API. Grants are never deleted; a withdrawn one says so.
CREATE TABLE personal_authorisation (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person (id),
    company_id INTEGER NOT NULL REFERENCES company (id),
    until_ms INTEGER NOT NULL,
    withdrawn_ms INTEGER,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX personal_authorisation_by_person ON personal_authorisation (person_id, company_id, id);

-- Drafts are looked for by age, to delete those that were never sent.
CREATE INDEX contract_by_status ON contract (status, create_ms);
