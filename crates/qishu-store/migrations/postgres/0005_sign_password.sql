-- Signing passwords, by person. The body holds salt and hash, sealed.
CREATE TABLE sign_password (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    body BYTEA NOT NULL
);

-- Wrong tries since the last right one, by person; the count starts again after `until_ms`.
CREATE TABLE sign_password_try (
    id BIGINT NOT NULL PRIMARY KEY,
    tries BIGINT NOT NULL,
    until_ms BIGINT NOT NULL
);
