-- Which running process makes ids with which node number.
CREATE TABLE node (
    number INTEGER NOT NULL PRIMARY KEY,
    owner BLOB NOT NULL,
    lease_until_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX node_owner ON node (owner);
