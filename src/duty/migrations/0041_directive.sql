-- A directive is what one unit demands of the units below it along one edge kind. parent_id: the directive it carries out,
-- issued by a tier above; so a chain leads from a school to the Prime Minister's directive.
CREATE TABLE directive (
    id {id},
    issuer_id {int} NOT NULL,         -- unit
    letter_id {int},
    parent_id {int},
    family_id {int} NOT NULL,         -- the directive at the top of the chain within this store; itself when it has no parent
    instrument {text},                -- knowledge/instruments.yaml, when it is or rests on a known text
    edge_kind {text} NOT NULL,
    number {text},
    symbol {text},
    title {text} NOT NULL,
    issued_day {int} NOT NULL,
    state {text} NOT NULL,            -- draft, issued, withdrawn
    issued_ms {int},
    issued_by {int},
    withdrawn_ms {int},
    withdrawn_reason {text},
    supersedes_id {int},
    contact_person_id {int},          -- HOL-3: focal point of this campaign
    search_key {text} NOT NULL,
    created_ms {int} NOT NULL,
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX directive_issuer_idx ON directive (issuer_id, issued_day);
CREATE INDEX directive_parent_idx ON directive (parent_id);
CREATE INDEX directive_family_idx ON directive (family_id);
CREATE TABLE obligation (
    id {id},
    directive_id {int} NOT NULL REFERENCES directive (id),
    no {int} NOT NULL,
    catalogue_id {text},              -- CT18-2b; NULL: a duty of its own
    parent_id {int},                  -- the obligation of the tier above it carries out
    letter_duty_id {int},
    title {text} NOT NULL,
    text {text} NOT NULL,             -- in this tier's own words
    trigger_kind {text} NOT NULL,
    period_months {int},              -- one each N months
    deadline_day {int},               -- last allowed day, inclusive; NULL: none
    deadline_note {text},
    denominator {text} NOT NULL,      -- person, unit, system, database, device
    evidence_kinds {text} NOT NULL,   -- blank separated
    needs_all {int} NOT NULL DEFAULT 0,    -- each of them, not any
    min_level {int} NOT NULL DEFAULT 0,    -- only systems of this level and above; a system without a level counts as in
    only_cameras {int} NOT NULL DEFAULT 0  -- only systems that use cameras
) {strict};
CREATE INDEX obligation_directive_idx ON obligation (directive_id, no);
CREATE INDEX obligation_parent_idx ON obligation (parent_id);
CREATE TABLE obligation_target (
    id {id},
    obligation_id {int} NOT NULL REFERENCES obligation (id),
    rule {text} NOT NULL,             -- all, children, self, kind, child_kind, function, sector, member, unit, except_unit, except_kind
    value {text} NOT NULL
) {strict};
CREATE INDEX obligation_target_idx ON obligation_target (obligation_id);

-- What one unit owes on one subject. state is what holds on duty_clock.day; future changes stand in assignment_delta.
CREATE TABLE assignment (
    id {id},
    obligation_id {int} NOT NULL REFERENCES obligation (id),
    directive_id {int} NOT NULL,
    family_id {int} NOT NULL,
    unit_id {int} NOT NULL,
    subject_kind {text} NOT NULL,     -- unit, system, database
    subject_id {int} NOT NULL,
    issued_day {int} NOT NULL,
    issued_ms {int} NOT NULL,
    due_day {int},                    -- last allowed day, inclusive
    acked_ms {int},
    acked_by {int},
    started_ms {int},
    covered_from_day {int},           -- of the accepted evidence that reaches furthest
    covered_to_day {int},             -- first day no longer covered
    na_from_day {int},                -- not applicable, approved
    waived_to_day {int},              -- first day no longer waived
    soon_days {int} NOT NULL,         -- due soon from this many days before (knowledge/states.yaml on the day of issue)
    assignee_id {int},                -- person, internal assignment (CT18-1b)
    closed_day {int},                 -- moved to a successor, subject gone, directive withdrawn
    moved_to_id {int},
    moved_from_id {int},
    state {int} NOT NULL              -- enum duty_state
) {strict};
CREATE INDEX assignment_unit_idx ON assignment (unit_id, state);
CREATE INDEX assignment_obligation_idx ON assignment (obligation_id, unit_id);
CREATE INDEX assignment_directive_idx ON assignment (directive_id, unit_id, state);
CREATE INDEX assignment_family_idx ON assignment (family_id, unit_id, state);
CREATE INDEX assignment_subject_idx ON assignment (subject_kind, subject_id);
CREATE INDEX assignment_due_idx ON assignment (due_day);

-- Dated deltas: append only. visible_day = max(effective day, day it became known), so "as of D, as known at the end of D"
-- is the sum of the rows with visible_day <= D (design 3.5).
CREATE TABLE assignment_delta (
    assignment_id {int} NOT NULL,
    unit_id {int} NOT NULL,
    directive_id {int} NOT NULL,
    family_id {int} NOT NULL,
    obligation_id {int} NOT NULL,
    state {int} NOT NULL,
    delta {int} NOT NULL,             -- +1, -1
    effective_day {int} NOT NULL,
    known_day {int} NOT NULL,
    visible_day {int} NOT NULL
) {strict};
CREATE INDEX assignment_delta_visible_idx ON assignment_delta (visible_day, unit_id);
CREATE INDEX assignment_delta_family_idx ON assignment_delta (family_id, visible_day);
CREATE INDEX assignment_delta_assignment_idx ON assignment_delta (assignment_id);

-- Sums of the deltas with visible_day <= duty_clock.day, one column a state in the order of enum duty_state.
-- scope_id: a directive, a family (the directive at its top, with all that carry it out), or 0: all.
CREATE TABLE duty_count (
    unit_id {int} NOT NULL,
    scope_id {int} NOT NULL,
    n_unseen {int} NOT NULL, n_ack {int} NOT NULL, n_doing {int} NOT NULL, n_ok {int} NOT NULL, n_due {int} NOT NULL,
    n_late {int} NOT NULL, n_birth {int} NOT NULL, n_na {int} NOT NULL, n_waived {int} NOT NULL,
    PRIMARY KEY (scope_id, unit_id)
) {strict};
-- The same sums as they stood at the end of a day; taken monthly, so that a past day is a checkpoint plus a few deltas.
CREATE TABLE duty_count_past (
    day {int} NOT NULL,
    unit_id {int} NOT NULL,
    scope_id {int} NOT NULL,
    n_unseen {int} NOT NULL, n_ack {int} NOT NULL, n_doing {int} NOT NULL, n_ok {int} NOT NULL, n_due {int} NOT NULL,
    n_late {int} NOT NULL, n_birth {int} NOT NULL, n_na {int} NOT NULL, n_waived {int} NOT NULL,
    PRIMARY KEY (day, scope_id, unit_id)
) {strict};
CREATE TABLE duty_clock (             -- one row; a writer of deltas reads it FOR SHARE, the day job FOR UPDATE
    id {int} PRIMARY KEY NOT NULL,
    day {int} NOT NULL
) {strict};

CREATE TABLE acknowledgement (        -- per person (CT18-1a)
    directive_id {int} NOT NULL,
    person_id {int} NOT NULL,
    unit_id {int} NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (directive_id, person_id)
) {strict};
CREATE INDEX acknowledgement_unit_idx ON acknowledgement (unit_id, directive_id);

CREATE TABLE assignment_evidence (
    assignment_id {int} NOT NULL,
    evidence_id {int} NOT NULL,
    PRIMARY KEY (assignment_id, evidence_id)
) {strict};
CREATE INDEX assignment_evidence_idx ON assignment_evidence (evidence_id);
