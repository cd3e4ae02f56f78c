CREATE TABLE device (
    id {id},
    unit_id {int} NOT NULL,
    site_id {int} NOT NULL,
    system_id {int},
    kind {text} NOT NULL,             -- server, workstation, endpoint, camera, recorder, network, unknown
    name {text} NOT NULL,
    search_key {text} NOT NULL,
    os {text},
    antimalware {text},               -- product; NULL: none known
    protection {text} NOT NULL DEFAULT 'unknown',  -- protected, unprotected, unknown; unknown counts as unprotected
    protection_ms {int},
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    merged_into {int},                -- set while a merge stands
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX device_unit_idx ON device (unit_id);
CREATE INDEX device_site_idx ON device (site_id);
CREATE TABLE device_identity (
    id {id},
    device_id {int} NOT NULL REFERENCES device (id),
    kind {text} NOT NULL,             -- mac, serial, hostname, agent_key, address
    value {text} NOT NULL,
    first_ms {int} NOT NULL,
    last_ms {int} NOT NULL
) {strict};
CREATE INDEX device_identity_idx ON device_identity (device_id);
CREATE INDEX device_identity_value_idx ON device_identity (kind, value);
CREATE TABLE device_merge (
    id {id},
    kept_id {int} NOT NULL REFERENCES device (id),
    merged_id {int} NOT NULL REFERENCES device (id),
    why {text} NOT NULL,
    by_person {int},
    at_ms {int} NOT NULL,
    undone_ms {int},
    undone_by {int}
) {strict};
CREATE INDEX device_merge_idx ON device_merge (merged_id);
-- A finding that lets someone enter and take control opens both tasks, repair and hunt, and closes only with both (CT18-2f).
CREATE TABLE finding (
    id {id},
    unit_id {int} NOT NULL,
    system_id {int},
    device_id {int},
    kind {text} NOT NULL,             -- vulnerability, misconfiguration, exposure, drill, hunt, camera
    title {text} NOT NULL,
    detail {text},
    severity {text} NOT NULL,         -- critical, high, medium, low
    allows_control {int} NOT NULL,
    source {text} NOT NULL,
    found_day {int} NOT NULL,
    due_day {int},
    opened_ms {int} NOT NULL,
    opened_by {int},
    closed_ms {int},
    closed_by {int},
    search_key {text} NOT NULL,
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX finding_unit_idx ON finding (unit_id, closed_ms);
CREATE TABLE finding_task (
    id {id},
    finding_id {int} NOT NULL REFERENCES finding (id),
    half {text} NOT NULL,             -- fix, hunt
    state {text} NOT NULL,            -- open, done
    note {text},
    evidence_id {int},
    done_by {int},
    done_ms {int}
) {strict};
CREATE UNIQUE INDEX finding_task_idx ON finding_task (finding_id, half);
