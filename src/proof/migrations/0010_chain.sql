-- One chain per node and stream. A row is written unsealed in the transaction of the act it records; one committer seals
-- waiting rows in groups: gives seq, links prev_hash, computes hash. Content may be erased by rule: content and salt go,
-- content_hash stays, and the erasure is a new entry (design 3.7).
CREATE TABLE chain_entry (
    id {id},
    node {int} NOT NULL,
    stream {text} NOT NULL,
    seq {int},                       -- 1, 2, ... within (node, stream); NULL until sealed
    kind {text} NOT NULL,            -- 'assignment_issued', 'evidence_accepted', ...
    object_kind {text} NOT NULL,
    object_id {int} NOT NULL,
    unit_id {int},                   -- whose history it belongs to
    actor_id {int},                  -- person; NULL: the system itself
    at_ms {int} NOT NULL,
    salt {blob},                     -- 16 random bytes; NULL once erased
    content {blob},                  -- canonical JSON; NULL once erased
    content_hash {blob} NOT NULL,    -- SHA-256(salt || content)
    prev_hash {blob},
    hash {blob},                     -- SHA-256 over the canonical header, prev_hash and content_hash
    erased_by {int}                  -- the entry that erased this one
) {strict};
CREATE UNIQUE INDEX chain_entry_seq_idx ON chain_entry (node, stream, seq);
CREATE INDEX chain_entry_waiting_idx ON chain_entry (id) WHERE seq IS NULL;
CREATE INDEX chain_entry_object_idx ON chain_entry (object_kind, object_id, id);
CREATE INDEX chain_entry_unit_idx ON chain_entry (unit_id, id);
CREATE INDEX chain_entry_stream_time_idx ON chain_entry (stream, at_ms);

CREATE TABLE chain_head (
    node {int} NOT NULL,
    stream {text} NOT NULL,
    seq {int} NOT NULL,
    hash {blob} NOT NULL,
    PRIMARY KEY (node, stream)
) {strict};

-- Heads signed hourly by the sign role; printed on reports, sent up.
CREATE TABLE chain_signature (
    id {id},
    node {int} NOT NULL,
    stream {text} NOT NULL,
    seq {int} NOT NULL,
    hash {blob} NOT NULL,
    key_id {text} NOT NULL,
    signature {blob} NOT NULL,
    at_ms {int} NOT NULL
) {strict};
CREATE INDEX chain_signature_head_idx ON chain_signature (node, stream, seq);
CREATE TABLE chain_key (
    key_id {text} PRIMARY KEY NOT NULL,
    public_key {blob} NOT NULL,
    from_ms {int} NOT NULL
) {strict};
