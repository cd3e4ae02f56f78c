-- What changed at an assignment is found at the units it stood at: one index for both, and one entry less to write for each change.
CREATE INDEX assignment_delta_unit_assignment_idx ON assignment_delta (unit_id, assignment_id, visible_day);
-- Units an assignment stood at before it moved on with its system or its unit.
CREATE TABLE assignment_moved (
    assignment_id {int} NOT NULL,
    unit_id {int} NOT NULL,
    PRIMARY KEY (assignment_id, unit_id)
) {strict_no_rowid};
INSERT INTO assignment_moved (assignment_id, unit_id)
SELECT DISTINCT d.assignment_id, d.unit_id FROM assignment_delta d JOIN assignment a ON a.id = d.assignment_id WHERE d.unit_id <> a.unit_id;
DROP INDEX assignment_delta_unit_idx;
DROP INDEX assignment_delta_assignment_idx;
-- Nearly every assignment is of its unit itself, which is found by the unit.
CREATE INDEX assignment_system_idx ON assignment (subject_id) WHERE subject_kind = 'system';
CREATE INDEX assignment_database_idx ON assignment (subject_id) WHERE subject_kind = 'database';
DROP INDEX assignment_subject_idx;
