-- A device is (site, identifiers). A row keeps what was said about it for ever: a merge only points it at another row (merged_into),
-- so that undoing the merge gives back exactly what was there. What the group at a root amounts to stands in the root: counted.
CREATE TABLE device (
    id {id},
    unit_id {int} NOT NULL,
    site_id {int} NOT NULL,
    system_id {int},
    kind {text} NOT NULL,             -- server, workstation, endpoint, camera, recorder, network, unknown
    name {text} NOT NULL,
    search_key {text} NOT NULL,
    sort_key {text} NOT NULL DEFAULT '',
    os {text},
    antimalware {text},               -- product; NULL: none known
    protection {text} NOT NULL DEFAULT 'unknown',  -- what was last said of this row: protected, unprotected, unknown
    protection_ms {int},              -- when that was true; NULL: nothing was ever said
    counted {text} NOT NULL DEFAULT '',            -- a root: protected, unprotected, unknown today; '': not counted
    counted_to_day {int} NOT NULL DEFAULT 2147483647,  -- from this day on what was said is too old and counts as unknown
    source {text} NOT NULL DEFAULT 'hand',         -- hand, import, scan, agent, sample
    seen_ms {int} NOT NULL DEFAULT 0,
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    merged_into {int},                -- set while a merge stands
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX device_unit_idx ON device (unit_id, kind);
CREATE INDEX device_site_idx ON device (site_id);
CREATE INDEX device_merged_idx ON device (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX device_ages_idx ON device (counted_to_day) WHERE counted_to_day < 2147483647;
CREATE INDEX device_sample_idx ON device (is_sample) WHERE is_sample = 1;
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
CREATE INDEX device_merge_kept_idx ON device_merge (kept_id);
-- Evidence that contradicts itself never merges: two rows stay apart and somebody is asked.
CREATE TABLE device_suggestion (
    id {id},
    unit_id {int} NOT NULL,
    one_id {int} NOT NULL REFERENCES device (id),      -- the smaller id of the two
    other_id {int} NOT NULL REFERENCES device (id),
    why {text} NOT NULL,
    state {text} NOT NULL,            -- open, merged, apart
    at_ms {int} NOT NULL,
    decided_by {int},
    decided_ms {int}
) {strict};
CREATE UNIQUE INDEX device_suggestion_idx ON device_suggestion (one_id, other_id);
CREATE INDEX device_suggestion_other_idx ON device_suggestion (other_id);
CREATE INDEX device_suggestion_unit_idx ON device_suggestion (unit_id, state);
-- Sums over roots, kind 'all', 'hosts' (what CT14-1b counts) and each kind: a subtree is one join with the closure. Written only by n = n + d.
CREATE TABLE device_count (
    unit_id {int} NOT NULL,
    kind {text} NOT NULL,
    n_protected {int} NOT NULL,
    n_unprotected {int} NOT NULL,
    n_unknown {int} NOT NULL,
    PRIMARY KEY (kind, unit_id)
) {strict};
CREATE INDEX device_count_unit_idx ON device_count (unit_id);

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
    due_day {int},                    -- the last day it may be open
    opened_ms {int} NOT NULL,
    opened_by {int},
    closed_ms {int},
    closed_by {int},
    search_key {text} NOT NULL,
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX finding_unit_idx ON finding (unit_id, closed_ms);
CREATE INDEX finding_device_idx ON finding (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX finding_system_idx ON finding (system_id) WHERE system_id IS NOT NULL;
CREATE INDEX finding_sample_idx ON finding (is_sample) WHERE is_sample = 1;
CREATE TABLE finding_task (
    id {id},
    finding_id {int} NOT NULL REFERENCES finding (id),
    half {text} NOT NULL,             -- fix, hunt
    state {text} NOT NULL,            -- open, done
    opened_ms {int} NOT NULL DEFAULT 0,
    note {text},
    evidence_id {int},
    done_by {int},
    done_ms {int}
) {strict};
CREATE UNIQUE INDEX finding_task_idx ON finding_task (finding_id, half);
-- What happened to it, in order; nothing is overwritten.
CREATE TABLE finding_event (
    id {id},
    finding_id {int} NOT NULL REFERENCES finding (id),
    what {text} NOT NULL,             -- opened, control, done, task_reopened, closed, reopened
    half {text},
    note {text},
    evidence_id {int},
    by_person {int},
    at_ms {int} NOT NULL
) {strict};
CREATE INDEX finding_event_idx ON finding_event (finding_id, id);
