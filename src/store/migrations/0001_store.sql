-- What the store itself keeps. schema_migration is older than this file: it is made when a database is claimed.
CREATE TABLE meta (                   -- written once or by backup and restore: node, epoch, created_ms
    name {text} PRIMARY KEY NOT NULL,
    value {text} NOT NULL
) {strict};
CREATE TABLE setting (                -- what an administrator may change at run time
    name {text} PRIMARY KEY NOT NULL,
    value {text} NOT NULL,
    changed_ms {int} NOT NULL,
    changed_by {int}
) {strict};
CREATE TABLE job (
    id {id},
    queue {text} NOT NULL,            -- which role takes it: worker, parse, fetch, sign ...
    kind {text} NOT NULL,
    unique_key {text},                -- at most one waiting job has it; taken off when a worker takes the job
    payload {blob} NOT NULL,
    state {int} NOT NULL,             -- 0 waiting or leased, 1 dead
    run_at_ms {int} NOT NULL,
    attempts {int} NOT NULL,
    attempts_max {int} NOT NULL,
    lease_worker {text},
    lease_until_ms {int},
    created_ms {int} NOT NULL,
    failed_ms {int},
    error {text}
) {strict};
CREATE INDEX job_take_idx ON job (queue, state, run_at_ms, id);
CREATE UNIQUE INDEX job_unique_idx ON job (unique_key) WHERE state = 0;
-- Written in the transaction of the change it tells of. serial is given afterwards, to committed rows only (store/outbox.h).
CREATE TABLE outbox (
    id {id},
    serial {int} UNIQUE,
    topic {text} NOT NULL,
    object_id {int} NOT NULL,
    payload {blob} NOT NULL,
    at_ms {int} NOT NULL
) {strict};
CREATE INDEX outbox_unnumbered_idx ON outbox (id) WHERE serial IS NULL;
CREATE TABLE outbox_head (            -- one row: its lock is the numbering's lock
    id {id},
    last_serial {int} NOT NULL
) {strict};
INSERT INTO outbox_head (id, last_serial) VALUES (1, 0);
CREATE TABLE outbox_reader (          -- how far each reader has come
    name {text} PRIMARY KEY NOT NULL,
    serial {int} NOT NULL,
    moved_ms {int} NOT NULL
) {strict};
CREATE TABLE blob (
    sha256 {blob} PRIMARY KEY NOT NULL,
    size_bytes {int} NOT NULL,
    content {blob},                   -- NULL: in the blob folder
    put_ms {int} NOT NULL             -- last time somebody handed it in
) {strict};
CREATE TABLE blob_use (               -- who needs a blob; without a use it is swept away
    sha256 {blob} NOT NULL REFERENCES blob (sha256),
    owner_kind {text} NOT NULL,
    owner_id {int} NOT NULL,
    PRIMARY KEY (sha256, owner_kind, owner_id)
) {strict};
CREATE INDEX blob_use_owner_idx ON blob_use (owner_kind, owner_id);
