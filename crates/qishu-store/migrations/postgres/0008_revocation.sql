-- Certificates that were revoked before their time was over; what OCSP and revocation lists answer from.
CREATE TABLE certificate_revocation (
    serial TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    reason BIGINT NOT NULL
);
