-- Signing passwords, by person. The body holds salt and hash, sealed.
CREATE TABLE sign_password (
    id INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Wrong tries since the last right one, by person; the count starts again after `until_ms`.
CREATE TABLE sign_password_try (
    id INTEGER NOT NULL PRIMARY KEY,
    tries INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
