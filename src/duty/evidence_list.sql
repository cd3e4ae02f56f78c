-- name: evidence_counts
-- How much evidence of each unit stands in which state.
-- result: many
-- scope: system
-- args: kind text?
-- columns: unit_id int, state text, n int
SELECT e.unit_id, e.state, COUNT(*) AS n FROM evidence e WHERE (CAST(:kind AS TEXT) IS NULL OR e.kind = :kind) GROUP BY e.unit_id, e.state;

-- name: evidence_counts_of
-- The same for some units. units: [unit, ...]
-- result: many
-- scope: system
-- args: units text, kind text?
-- columns: unit_id int, state text, n int
SELECT e.unit_id, e.state, COUNT(*) AS n
-- sqlite:
  FROM (SELECT value AS unit_id FROM json_each(:units)) u CROSS JOIN evidence e
-- postgres:
  FROM (SELECT CAST(value AS BIGINT) AS unit_id FROM json_array_elements_text(CAST(:units AS json))) u CROSS JOIN evidence e
-- both:
 WHERE e.unit_id = u.unit_id AND (CAST(:kind AS TEXT) IS NULL OR e.kind = :kind) GROUP BY e.unit_id, e.state;

-- name: evidence_walk_up
-- Evidence in one state, whosever it is, the oldest first, from behind one on.
-- result: many
-- scope: system
-- args: state text, kind text?, after_ms int, after_id int, limit_count int
-- columns: id int, unit_id int, submitted_ms int
SELECT e.id, e.unit_id, e.submitted_ms FROM evidence e
 WHERE e.state = :state AND e.submitted_ms >= :after_ms AND (e.submitted_ms > :after_ms OR e.id > :after_id) AND (CAST(:kind AS TEXT) IS NULL OR e.kind = :kind)
 ORDER BY e.submitted_ms, e.id LIMIT :limit_count;

-- name: evidence_walk_down
-- The newest first.
-- result: many
-- scope: system
-- args: state text, kind text?, after_ms int, after_id int, limit_count int
-- columns: id int, unit_id int, submitted_ms int
SELECT e.id, e.unit_id, e.submitted_ms FROM evidence e
 WHERE e.state = :state AND e.submitted_ms <= :after_ms AND (e.submitted_ms < :after_ms OR e.id < :after_id) AND (CAST(:kind AS TEXT) IS NULL OR e.kind = :kind)
 ORDER BY e.submitted_ms DESC, e.id DESC LIMIT :limit_count;

-- name: evidence_of_units
-- Evidence of some units in one state; by_new 1: the newest first, 0: the oldest. units: [unit, ...]
-- result: many
-- scope: system
-- args: units text, state text, kind text?, by_new int, limit_count int, offset_count int
-- columns: id int
SELECT e.id
-- sqlite:
  FROM (SELECT value AS unit_id FROM json_each(:units)) u CROSS JOIN evidence e
-- postgres:
  FROM (SELECT CAST(value AS BIGINT) AS unit_id FROM json_array_elements_text(CAST(:units AS json))) u CROSS JOIN evidence e
-- both:
 WHERE e.unit_id = u.unit_id AND e.state = :state AND (CAST(:kind AS TEXT) IS NULL OR e.kind = :kind)
 ORDER BY CASE WHEN CAST(:by_new AS BIGINT) = 1 THEN -e.submitted_ms ELSE e.submitted_ms END, CASE WHEN CAST(:by_new AS BIGINT) = 1 THEN -e.id ELSE e.id END LIMIT :limit_count OFFSET :offset_count;

-- name: evidence_rows
-- Some pieces of evidence as a list shows them, in the order asked. ids: [id, ...]
-- result: many
-- scope: system
-- args: ids text
-- columns: id int, unit_id int, kind text, title text, subject_name text?, done_day int, covers_to_day int, state text, submitted_ms int, submitted_by int?, submitted_name text?, file_count int, duty_title text?
SELECT e.id, e.unit_id, e.kind, e.title, s.name AS subject_name, e.done_day, e.covers_to_day, e.state, e.submitted_ms, e.submitted_by, p.name AS submitted_name,
       (SELECT COUNT(*) FROM evidence_file f WHERE f.evidence_id = e.id) AS file_count,
       (SELECT o.title FROM assignment_evidence ae JOIN assignment a ON a.id = ae.assignment_id JOIN obligation o ON o.id = a.obligation_id WHERE ae.evidence_id = e.id ORDER BY a.id LIMIT 1) AS duty_title
-- sqlite:
  FROM (SELECT key AS place, value AS id FROM json_each(:ids)) x CROSS JOIN evidence e
-- postgres:
  FROM (SELECT ordinality AS place, CAST(value AS BIGINT) AS id FROM json_array_elements_text(CAST(:ids AS json)) WITH ORDINALITY) x CROSS JOIN evidence e
-- both:
  LEFT JOIN info_system s ON e.subject_kind = 'system' AND s.id = e.subject_id
  LEFT JOIN person p ON p.id = e.submitted_by
 WHERE e.id = x.id ORDER BY x.place;
