-- What was known of an assignment before it changed: its due day, what covered it, until when it was waived. A row holds at the end of every
-- day before to_day, back to the row before it; an assignment that never changed has none, and what it says now held always.
CREATE TABLE assignment_past (
    assignment_id {int} NOT NULL,
    to_day {int} NOT NULL,            -- the first day at whose end something else was known
    due_day {int},
    covered_from_day {int},
    covered_to_day {int},
    waived_to_day {int},
    PRIMARY KEY (assignment_id, to_day)
) {strict_no_rowid};
-- From when on that is kept: only in a database that is older than this table.
CREATE TABLE duty_dated (
    id {int} PRIMARY KEY,
    from_day {int} NOT NULL
) {strict};
INSERT INTO duty_dated (id, from_day) SELECT 1, day FROM duty_clock WHERE id = 1;
-- Of the time before, this is sure: what covers a duty now was not known before its evidence was last accepted.
INSERT INTO assignment_past (assignment_id, to_day, due_day, covered_from_day, covered_to_day, waived_to_day)
SELECT a.id, MAX((COALESCE(e.decided_ms, e.submitted_ms) + 25200000) / 86400000), MAX(a.due_day), NULL, NULL, NULL
  FROM assignment a JOIN assignment_evidence ae ON ae.assignment_id = a.id JOIN evidence e ON e.id = ae.evidence_id
 WHERE a.covered_to_day IS NOT NULL AND e.state = 'accepted' GROUP BY a.id;
