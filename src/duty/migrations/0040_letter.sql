-- A letter as received or drafted by a unit, its text, and what was read from it.
CREATE TABLE letter (
    id {id},
    unit_id {int} NOT NULL,           -- whose letter book it stands in
    direction {text} NOT NULL,        -- in, out
    number {text},                    -- keeps its leading zero; NULL: the clerk has not given it
    symbol {text},
    document_type {text},
    issued_day {int},
    received_day {int},
    place {text},
    issuer {text},
    issuer_parent {text},
    issuer_unit_id {int},             -- when it is one of ours
    subject {text},
    text_sha256 {blob} NOT NULL,      -- blob: canonical text that all offsets count in
    file_sha256 {blob},               -- blob: the file as handed in
    file_name {text},
    media_type {text},
    read_json {text} NOT NULL,        -- the letter object of the contract, with offsets
    state {text} NOT NULL,            -- read, confirmed
    parent_id {int},                  -- the letter it carries out or was attached to
    search_key {text} NOT NULL,
    created_by {int},
    created_ms {int} NOT NULL,
    confirmed_ms {int},
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX letter_unit_idx ON letter (unit_id, created_ms);
CREATE INDEX letter_text_idx ON letter (unit_id, text_sha256);
CREATE TABLE letter_duty (
    id {id},
    letter_id {int} NOT NULL REFERENCES letter (id),
    no {int} NOT NULL,
    text {text} NOT NULL,
    quote_from {int},                 -- byte offsets, half open; NULL: added by the clerk
    quote_to {int},
    actor {text},
    trigger_kind {text} NOT NULL,     -- once, periodic, on_change, on_request, at_once, standing
    period_count {int},
    period_months {int},
    deadline_day {int},               -- the day named
    deadline_strict {int} NOT NULL DEFAULT 0,
    deadline_due_ms {int},            -- last allowed instant
    deadline_quoted {text},
    deadline_note {text},
    obligations {text} NOT NULL,      -- catalogue ids, blank separated
    confidence {real} NOT NULL,
    state {text} NOT NULL,            -- read, confirmed, dropped
    read_json {text}                  -- what the engine said, kept when a clerk corrects it; NULL: added by hand
) {strict};
CREATE INDEX letter_duty_idx ON letter_duty (letter_id, no);
CREATE TABLE letter_attachment (
    id {id},
    letter_id {int} NOT NULL REFERENCES letter (id),
    title {text} NOT NULL,
    quote_from {int} NOT NULL,
    quote_to {int} NOT NULL,
    child_id {int}                    -- the letter it turned out to be; NULL: missing, a task
) {strict};
CREATE INDEX letter_attachment_idx ON letter_attachment (letter_id);
