CREATE TABLE person (
    id {id},
    name {text} NOT NULL,
    title {text},
    email {text},
    phone {text},
    search_key {text} NOT NULL,
    sort_key {text} NOT NULL,         -- by given name
    language {text} NOT NULL DEFAULT 'vi',
    theme {text} NOT NULL DEFAULT 'auto',   -- auto, light, dark
    is_active {int} NOT NULL DEFAULT 1,
    is_sample {int} NOT NULL DEFAULT 0,
    publish_consent {int} NOT NULL DEFAULT 0,
    created_ms {int} NOT NULL,
    erased_ms {int}
) {strict};
CREATE INDEX person_email_idx ON person (email);
CREATE INDEX person_sample_idx ON person (is_sample) WHERE is_sample = 1;
-- Who works where: the denominator of acknowledgement.
CREATE TABLE person_unit (
    id {id},
    person_id {int} NOT NULL REFERENCES person (id),
    unit_id {int} NOT NULL REFERENCES unit (id),
    from_day {int} NOT NULL,
    to_day {int} NOT NULL
) {strict};
CREATE INDEX person_unit_unit_idx ON person_unit (unit_id, from_day);
CREATE INDEX person_unit_person_idx ON person_unit (person_id);
-- A grant is (person, role, organisation, edge kind, from, to). rights is the role's bits on the day it was given.
CREATE TABLE person_grant (
    id {id},
    person_id {int} NOT NULL REFERENCES person (id),
    role {text} NOT NULL,
    unit_id {int} NOT NULL REFERENCES unit (id),
    edge_kind {text} NOT NULL,        -- '' : this unit alone; else down the tree of that kind
    rights {int} NOT NULL,
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    basis {text},
    granted_by {int},
    granted_ms {int} NOT NULL,
    pair_id {int},                    -- of the row down the tree: the row on the unit itself it was given with
    needs_factor {int} NOT NULL DEFAULT 0   -- the role asks for a second factor at sign-in
) {strict};
CREATE INDEX person_grant_person_idx ON person_grant (person_id);
CREATE INDEX person_grant_unit_idx ON person_grant (unit_id, role);
CREATE TABLE credential (
    person_id {int} PRIMARY KEY NOT NULL REFERENCES person (id),
    sign_in_name {text} NOT NULL UNIQUE,
    password_hash {text},             -- Argon2id string; NULL until chosen
    password_ms {int},
    totp_secret {blob},
    totp_confirmed_ms {int},
    totp_last_step {int},             -- a code is accepted once
    failed_count {int} NOT NULL DEFAULT 0,
    locked_until_ms {int}
) {strict};
CREATE TABLE recovery_code (
    id {id},
    person_id {int} NOT NULL REFERENCES person (id),
    code_hash {blob} NOT NULL,
    used_ms {int}
) {strict};
CREATE INDEX recovery_code_idx ON recovery_code (person_id);
CREATE TABLE session (
    token_hash {blob} PRIMARY KEY NOT NULL,   -- SHA-256 of 128 random bits in the cookie
    person_id {int} NOT NULL REFERENCES person (id),
    csrf_key {blob} NOT NULL,
    created_ms {int} NOT NULL,
    seen_ms {int} NOT NULL,
    expires_ms {int} NOT NULL,
    ip {text},
    agent {text},
    has_second_factor {int} NOT NULL
) {strict};
CREATE INDEX session_person_idx ON session (person_id);
CREATE TABLE invitation (
    token_hash {blob} PRIMARY KEY NOT NULL,
    person_id {int} NOT NULL REFERENCES person (id),
    kind {text} NOT NULL,             -- invite, reset, demo
    created_by {int},
    created_ms {int} NOT NULL,
    expires_ms {int} NOT NULL,
    used_ms {int}
) {strict};
CREATE INDEX invitation_person_idx ON invitation (person_id);
CREATE TABLE api_token (
    id {id},
    token_hash {blob} NOT NULL UNIQUE,
    person_id {int} NOT NULL REFERENCES person (id),
    name {text} NOT NULL,
    rights {int} NOT NULL,
    created_ms {int} NOT NULL,
    expires_ms {int} NOT NULL,
    revoked_ms {int},
    used_ms {int}
) {strict};
CREATE INDEX api_token_person_idx ON api_token (person_id);
-- In-app inbox.
CREATE TABLE notice (
    id {id},
    person_id {int} NOT NULL REFERENCES person (id),
    kind {text} NOT NULL,
    title {text} NOT NULL,
    link {text} NOT NULL,
    at_ms {int} NOT NULL,
    read_ms {int}
) {strict};
CREATE INDEX notice_person_idx ON notice (person_id, read_ms, at_ms);
-- Every register is filled by one import mechanism; each batch can be undone while nothing newer stands on it.
CREATE TABLE import_batch (
    id {id},
    register {text} NOT NULL,
    unit_id {int} NOT NULL,
    file_name {text} NOT NULL,
    sha256 {blob} NOT NULL,
    row_count {int} NOT NULL,
    by_person {int},
    at_ms {int} NOT NULL,
    undone_ms {int},
    undone_by {int}
) {strict};
CREATE TABLE import_change (
    id {id},
    batch_id {int} NOT NULL REFERENCES import_batch (id),
    seq {int} NOT NULL,
    object_kind {text} NOT NULL,
    object_id {int} NOT NULL,
    before_json {text},               -- NULL: it was created
    after_json {text} NOT NULL
) {strict};
CREATE INDEX import_change_batch_idx ON import_change (batch_id, seq);
CREATE INDEX import_change_object_idx ON import_change (object_id);
