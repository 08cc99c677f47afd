-- Counters of the lock against frequent downloads (D-32).
CREATE TABLE download_count (
    document_id BIGINT NOT NULL PRIMARY KEY,
    last_ms BIGINT NOT NULL,
    in_a_row BIGINT NOT NULL,
    locks BIGINT NOT NULL,
    locked_until_ms BIGINT NOT NULL
);
CREATE INDEX download_count_by_last ON download_count (last_ms);
