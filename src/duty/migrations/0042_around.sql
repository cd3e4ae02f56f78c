-- What a unit may ask of the tier above: not_applicable, waiver, cost, help; and what the tier above does: visit.
CREATE TABLE duty_request (
    id {id},
    kind {text} NOT NULL,             -- not_applicable, waiver, cost, help
    unit_id {int} NOT NULL,
    assignment_id {int},
    to_unit_id {int} NOT NULL,
    reason {text} NOT NULL,
    amount_vnd {int},                 -- cost
    budget_year {int},
    until_day {int},                  -- waiver: first day no longer waived
    state {text} NOT NULL,            -- open, granted, refused, withdrawn, done
    by_person {int},
    at_ms {int} NOT NULL,
    decided_by {int},
    decided_ms {int},
    decision {text},
    granted_vnd {int},
    granted_to_day {int},             -- waiver as granted: first day no longer waived
    spent_vnd {int},                  -- in all, so far
    spent_ms {int}
) {strict};
CREATE INDEX duty_request_year_idx ON duty_request (budget_year, unit_id);
CREATE INDEX duty_request_to_idx ON duty_request (to_unit_id, state);
CREATE INDEX duty_request_unit_idx ON duty_request (unit_id, at_ms);
CREATE INDEX duty_request_assignment_idx ON duty_request (assignment_id);
-- All the money of a unit in a year: what a share is a share of (CT18-7b, CT23-4a).
CREATE TABLE unit_budget (
    id {id},
    unit_id {int} NOT NULL,
    budget_year {int} NOT NULL,
    total_vnd {int} NOT NULL,
    basis {text} NOT NULL,            -- the decision it stands on
    by_person {int},
    at_ms {int} NOT NULL
) {strict};
CREATE UNIQUE INDEX unit_budget_idx ON unit_budget (unit_id, budget_year);
CREATE TABLE visit (                  -- CT18-6j
    id {id},
    unit_id {int} NOT NULL,
    by_unit_id {int} NOT NULL,
    directive_id {int},
    planned_day {int} NOT NULL,
    done_day {int},
    people {text} NOT NULL,
    minutes {text},
    conclusion {text},
    file_sha256 {blob},               -- blob: the signed minutes
    by_person {int},
    at_ms {int} NOT NULL,
    cancelled_ms {int},
    cancel_reason {text}
) {strict};
CREATE INDEX visit_unit_idx ON visit (unit_id, planned_day);
CREATE INDEX visit_by_idx ON visit (by_unit_id, planned_day);
CREATE TABLE reminder (
    id {id},
    assignment_id {int} NOT NULL,
    person_id {int} NOT NULL,
    step {text} NOT NULL,             -- knowledge/reminders.yaml
    on_day {int} NOT NULL,
    channel {text} NOT NULL,          -- inbox, mail, message
    sent_ms {int}
) {strict};
CREATE UNIQUE INDEX reminder_once_idx ON reminder (assignment_id, person_id, step, on_day, channel);
-- One digest a person and day.
CREATE TABLE reminder_digest (
    person_id {int} NOT NULL,
    day {int} NOT NULL,
    late_count {int} NOT NULL,
    due_count {int} NOT NULL,
    at_ms {int} NOT NULL,
    PRIMARY KEY (person_id, day)
) {strict};
-- Periodic duties whose cover runs out.
CREATE INDEX assignment_covered_idx ON assignment (covered_to_day) WHERE covered_to_day IS NOT NULL;

CREATE TABLE data_freeze (                 -- chốt số liệu
    id {id},
    root_id {int} NOT NULL,
    directive_id {int},               -- NULL: all
    edge_kind {text} NOT NULL,
    as_of_day {int} NOT NULL,
    at_ms {int} NOT NULL,
    by_person {int},
    row_count {int} NOT NULL,
    hash {blob} NOT NULL              -- SHA-256 over its rows in order, printed in the report's foot
) {strict};
CREATE TABLE data_freeze_row (
    freeze_id {int} NOT NULL REFERENCES data_freeze (id),
    seq {int} NOT NULL,
    unit_id {int} NOT NULL,
    unit_name {text} NOT NULL,        -- the name of the day
    parent_id {int},
    assignment_id {int} NOT NULL,
    obligation_id {int} NOT NULL,
    state {int} NOT NULL,
    due_day {int},
    PRIMARY KEY (freeze_id, seq)
) {strict};
CREATE INDEX data_freeze_root_idx ON data_freeze (root_id, at_ms);
CREATE INDEX data_freeze_row_unit_idx ON data_freeze_row (freeze_id, unit_id);
-- A series that comes "as prescribed": the issuer says which period and until when.
CREATE TABLE report_order (
    id {id},
    series {text} NOT NULL,
    issuer_id {int} NOT NULL,
    edge_kind {text} NOT NULL,
    directive_id {int},
    period_from_day {int} NOT NULL,
    period_to_day {int} NOT NULL,
    due_day {int} NOT NULL,           -- last day in time
    note {text} NOT NULL,
    by_person {int},
    at_ms {int} NOT NULL
) {strict};
CREATE INDEX report_order_idx ON report_order (issuer_id, due_day);
CREATE TABLE report (                 -- one answer of one unit for one period of one series, or to one directive
    id {id},
    series {text} NOT NULL,           -- knowledge/report_series.yaml, or 'directive'
    unit_id {int} NOT NULL,
    to_unit_id {int},
    directive_id {int},
    period_from_day {int} NOT NULL,
    period_to_day {int} NOT NULL,
    due_day {int},
    state {text} NOT NULL,            -- open, frozen, sent
    freeze_id {int},
    fields_json {text} NOT NULL,
    opened_ms {int} NOT NULL,
    sent_ms {int},
    sent_by {int},
    file_sha256 {blob},
    order_id {int},                   -- report_order; NULL: the calendar, or the unit itself
    version {int} NOT NULL DEFAULT 1,
    replaces_id {int},                -- the version it corrects
    is_latest {int} NOT NULL DEFAULT 1,
    correction {text},                -- why there is a new version
    frozen_ms {int},
    opened_by {int}
) {strict};
CREATE UNIQUE INDEX report_once_idx ON report (series, unit_id, period_from_day, period_to_day, COALESCE(directive_id, 0), version);
CREATE INDEX report_to_idx ON report (to_unit_id, series, period_to_day);
CREATE INDEX report_unit_idx ON report (unit_id, due_day);
CREATE INDEX report_series_idx ON report (series, period_from_day, to_unit_id);
