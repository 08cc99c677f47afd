-- Certificates that were revoked before their time was over; what OCSP and revocation lists answer from.
CREATE TABLE certificate_revocation (
    serial TEXT NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    reason INTEGER NOT NULL
) STRICT;
