-- Counters of the lock against frequent downloads (D-32).
CREATE TABLE download_count (
    document_id INTEGER NOT NULL PRIMARY KEY,
    last_ms INTEGER NOT NULL,
    in_a_row INTEGER NOT NULL,
    locks INTEGER NOT NULL,
    locked_until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX download_count_by_last ON download_count (last_ms);
