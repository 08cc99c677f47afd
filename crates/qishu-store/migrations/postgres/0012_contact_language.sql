-- Language in which somebody used a page last, by keyed digest of the contact: that of their messages.
CREATE TABLE contact_language (
    contact_digest BYTEA NOT NULL PRIMARY KEY,
    language TEXT COLLATE "C" NOT NULL
);
