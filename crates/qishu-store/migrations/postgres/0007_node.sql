-- Which running process makes ids with which node number.
CREATE TABLE node (
    number BIGINT NOT NULL PRIMARY KEY,
    owner BYTEA NOT NULL,
    lease_until_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX node_owner ON node (owner);
