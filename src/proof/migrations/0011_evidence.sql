-- Evidence proves a duty: what was done, on which subject, on which day, until when it covers.
CREATE TABLE evidence (
    id {id},
    unit_id {int} NOT NULL,
    kind {text} NOT NULL,            -- knowledge/evidence_kinds.yaml
    subject_kind {text} NOT NULL,    -- unit, system, database, person, device
    subject_id {int} NOT NULL,
    done_day {int} NOT NULL,         -- the day the fact happened
    covers_from_day {int} NOT NULL,
    covers_to_day {int} NOT NULL,    -- first day no longer covered
    title {text} NOT NULL,
    fields_json {text} NOT NULL,     -- the kind's fields
    source {text} NOT NULL,          -- hand, or the engine that made it
    state {text} NOT NULL,           -- submitted, accepted, returned, withdrawn
    submitted_by {int},
    submitted_ms {int} NOT NULL,
    decided_by {int},
    decided_ms {int},
    reason {text}                    -- of a return or a withdrawal
) {strict};
CREATE INDEX evidence_subject_idx ON evidence (subject_kind, subject_id, kind, covers_to_day);
CREATE INDEX evidence_unit_idx ON evidence (unit_id, submitted_ms);
CREATE INDEX evidence_waiting_idx ON evidence (state, submitted_ms);

CREATE TABLE evidence_file (
    id {id},
    evidence_id {int} NOT NULL REFERENCES evidence (id),
    name {text} NOT NULL,
    media_type {text} NOT NULL,
    size_bytes {int} NOT NULL,
    sha256 {blob} NOT NULL
) {strict};
CREATE INDEX evidence_file_idx ON evidence_file (evidence_id);
