-- One duty as it was known when a past day ended (duty/seen.h). until_ms is the first instant after that day.

-- name: seen_on
-- Who owed it and how it stood: unit and state from the changes visible by then, the rest from what was kept of it. state NULL: counted nowhere.
-- result: one
-- scope: org
-- args: assignment_id int, as_of_day int, until_ms int
-- columns: unit_id int, unit_name text?, subject_name text?, state int?, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, na_from_day int?, acked_ms int?, acked_name text?, started_ms int?
SELECT y.unit_id, (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = y.unit_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day) AS unit_name, y.subject_name, y.state, y.due_day, y.covered_from_day, y.covered_to_day,
       y.waived_to_day, CASE WHEN y.state = 7 THEN y.na_from_day END AS na_from_day, y.acked_ms, CASE WHEN y.acked_ms IS NULL THEN NULL ELSE y.acked_name END AS acked_name, y.started_ms
  FROM (SELECT COALESCE((SELECT MAX(u.unit_id) FROM (SELECT d.unit_id, SUM(d.delta) AS n FROM assignment_delta d WHERE d.unit_id IN (SELECT i.unit_id FROM assignment i WHERE i.id = :assignment_id UNION SELECT m.unit_id FROM assignment_moved m WHERE m.assignment_id = :assignment_id) AND d.assignment_id = :assignment_id AND d.visible_day <= :as_of_day GROUP BY d.unit_id) u WHERE u.n > 0), a.unit_id) AS unit_id,
               (SELECT MAX(u.state) FROM (SELECT d.state, SUM(d.delta) AS n FROM assignment_delta d WHERE d.unit_id IN (SELECT i.unit_id FROM assignment i WHERE i.id = :assignment_id UNION SELECT m.unit_id FROM assignment_moved m WHERE m.assignment_id = :assignment_id) AND d.assignment_id = :assignment_id AND d.visible_day <= :as_of_day GROUP BY d.state) u WHERE u.n > 0) AS state,
               CASE WHEN w.system_id IS NULL THEN s.name ELSE w.name END AS subject_name,
               CASE WHEN p.assignment_id IS NULL THEN a.due_day ELSE p.due_day END AS due_day, CASE WHEN p.assignment_id IS NULL THEN a.covered_from_day ELSE p.covered_from_day END AS covered_from_day,
               CASE WHEN p.assignment_id IS NULL THEN a.covered_to_day ELSE p.covered_to_day END AS covered_to_day, CASE WHEN p.assignment_id IS NULL THEN a.waived_to_day ELSE p.waived_to_day END AS waived_to_day, a.na_from_day,
               CASE WHEN a.acked_ms < :until_ms THEN a.acked_ms END AS acked_ms, ap.name AS acked_name, CASE WHEN a.started_ms < :until_ms THEN a.started_ms END AS started_ms
          FROM assignment a
          LEFT JOIN assignment_past p ON p.assignment_id = a.id AND p.to_day = (SELECT MIN(q.to_day) FROM assignment_past q WHERE q.assignment_id = a.id AND q.to_day > :as_of_day)
          LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
          LEFT JOIN system_past w ON w.system_id = s.id AND w.to_day = (SELECT MIN(v.to_day) FROM system_past v WHERE v.system_id = s.id AND v.to_day > :as_of_day)
          LEFT JOIN person ap ON ap.id = a.acked_by
         WHERE a.id = :assignment_id AND {scope a.unit_id}) y;

-- name: seen_subjects
-- Every duty of the same obligation that stood in the unit on that day: itself, and those that the reader may open today.
-- result: many
-- scope: org
-- args: assignment_id int, unit_id int, obligation_id int, as_of_day int, until_ms int
-- columns: id int, subject_kind text, subject_id int, subject_name text?, level int?, issued_day int, due_day int?, acked_ms int?, started_ms int?, covered_from_day int?, covered_to_day int?, na_from_day int?, waived_to_day int?, soon_days int, state int
SELECT b.id, b.subject_kind, b.subject_id, COALESCE(CASE WHEN w.system_id IS NULL THEN s.name ELSE w.name END, d.name) AS subject_name,
       (SELECT MAX(l.level) FROM system_level l WHERE l.system_id = COALESCE(s.id, d.system_id) AND l.from_day <= :as_of_day AND l.to_day > :as_of_day) AS level,
       b.issued_day, CASE WHEN p.assignment_id IS NULL THEN b.due_day ELSE p.due_day END AS due_day, CASE WHEN b.acked_ms < :until_ms THEN b.acked_ms END AS acked_ms, CASE WHEN b.started_ms < :until_ms THEN b.started_ms END AS started_ms,
       CASE WHEN p.assignment_id IS NULL THEN b.covered_from_day ELSE p.covered_from_day END AS covered_from_day, CASE WHEN p.assignment_id IS NULL THEN b.covered_to_day ELSE p.covered_to_day END AS covered_to_day,
       CASE WHEN x.state = 7 THEN b.na_from_day END AS na_from_day, CASE WHEN p.assignment_id IS NULL THEN b.waived_to_day ELSE p.waived_to_day END AS waived_to_day, b.soon_days, x.state
  FROM (SELECT c.assignment_id, c.state, SUM(c.delta) AS n FROM assignment_delta c
         WHERE c.unit_id = :unit_id AND c.obligation_id = :obligation_id AND c.visible_day <= :as_of_day GROUP BY c.assignment_id, c.state) x
  JOIN assignment b ON b.id = x.assignment_id
  LEFT JOIN assignment_past p ON p.assignment_id = b.id AND p.to_day = (SELECT MIN(q.to_day) FROM assignment_past q WHERE q.assignment_id = b.id AND q.to_day > :as_of_day)
  LEFT JOIN info_system s ON b.subject_kind = 'system' AND s.id = b.subject_id
  LEFT JOIN system_past w ON w.system_id = s.id AND w.to_day = (SELECT MIN(v.to_day) FROM system_past v WHERE v.system_id = s.id AND v.to_day > :as_of_day)
  LEFT JOIN system_database d ON b.subject_kind = 'database' AND d.id = b.subject_id
 WHERE x.n > 0 AND (b.id = :assignment_id OR {scope b.unit_id}) AND EXISTS (SELECT 1 FROM assignment a WHERE a.id = :assignment_id AND {scope a.unit_id})
 ORDER BY COALESCE(s.sort_key, d.name), b.id;

-- name: seen_evidence
-- Evidence handed in by then for those, with what has become of it since.
-- result: many
-- scope: org
-- args: assignment_id int, unit_id int, obligation_id int, as_of_day int, until_ms int
-- columns: assignment_id int, evidence_id int, covers_from_day int, covers_to_day int, state text, decided_ms int?
SELECT b.id AS assignment_id, e.id AS evidence_id, e.covers_from_day, e.covers_to_day, e.state, e.decided_ms
  FROM (SELECT c.assignment_id FROM assignment_delta c WHERE c.unit_id = :unit_id AND c.obligation_id = :obligation_id AND c.visible_day <= :as_of_day
        UNION SELECT a.id FROM assignment a WHERE a.id = :assignment_id) x
  JOIN assignment b ON b.id = x.assignment_id JOIN assignment_evidence ae ON ae.assignment_id = b.id JOIN evidence e ON e.id = ae.evidence_id AND e.submitted_ms < :until_ms
 WHERE (b.id = :assignment_id OR {scope b.unit_id}) AND EXISTS (SELECT 1 FROM assignment a WHERE a.id = :assignment_id AND {scope a.unit_id})
 ORDER BY b.id, e.covers_from_day, e.id;

-- name: seen_accepted
-- What the chain says was accepted by then for one duty: evidence that was withdrawn since no longer says it itself.
-- result: many
-- scope: system
-- args: assignment_id int, until_ms int
-- columns: content blob?
SELECT c.content FROM chain_entry c WHERE c.object_kind = 'assignment' AND c.object_id = :assignment_id AND c.kind = 'evidence_accepted' AND c.at_ms < :until_ms ORDER BY c.id;

-- name: seen_withdrawn
-- Evidence of one duty that was handed in by then and withdrawn since.
-- result: many
-- scope: system
-- args: assignment_id int, until_ms int
-- columns: id int
SELECT e.id FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id
 WHERE ae.assignment_id = :assignment_id AND e.state = 'withdrawn' AND e.submitted_ms < :until_ms AND e.decided_ms >= :until_ms;

-- name: seen_given
-- Who was given the work last by then.
-- result: one
-- scope: system
-- args: assignment_id int, until_ms int
-- columns: content blob?
SELECT c.content FROM chain_entry c WHERE c.object_kind = 'assignment' AND c.object_id = :assignment_id AND c.kind = 'assignment_given' AND c.at_ms < :until_ms ORDER BY c.id DESC LIMIT 1;

-- name: seen_person
-- result: one
-- scope: system
-- args: id int
-- columns: name text
SELECT name FROM person WHERE id = :id;
