-- name: unit_duties_as_of
-- What one unit owed on a past day, as known at its end, late first: with the day it was due by then, and what covered it. waits: as seen_waits (duty/seen.h) reads it.
-- result: many
-- scope: org
-- args: unit_id int, as_of_day int, until_ms int
-- columns: id int, title text, catalogue_id text?, directive_title text, number text?, symbol text?, subject_kind text, subject_id int, subject_name text?, state int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, soon_days int, waits int
SELECT x.assignment_id AS id, o.title, o.catalogue_id, d.title AS directive_title, d.number, d.symbol, a.subject_kind, a.subject_id, s.name AS subject_name, x.state,
       CASE WHEN p.assignment_id IS NULL THEN a.due_day ELSE p.due_day END AS due_day, CASE WHEN p.assignment_id IS NULL THEN a.covered_from_day ELSE p.covered_from_day END AS covered_from_day,
       CASE WHEN p.assignment_id IS NULL THEN a.covered_to_day ELSE p.covered_to_day END AS covered_to_day, CASE WHEN p.assignment_id IS NULL THEN a.waived_to_day ELSE p.waived_to_day END AS waived_to_day,
       o.period_months, a.issued_day, a.soon_days,
       COALESCE((SELECT MAX(CASE WHEN v.state = 'withdrawn' THEN 1 ELSE 2 END) FROM assignment_evidence ve JOIN evidence v ON v.id = ve.evidence_id WHERE ve.assignment_id = a.id AND v.submitted_ms < :until_ms AND (v.decided_ms IS NULL OR v.decided_ms >= :until_ms)), 0) AS waits
  FROM (SELECT d.assignment_id, d.obligation_id, d.state, SUM(d.delta) AS n FROM assignment_delta d
         WHERE d.unit_id = :unit_id AND d.visible_day <= :as_of_day GROUP BY d.assignment_id, d.obligation_id, d.state) x
  JOIN obligation o ON o.id = x.obligation_id JOIN assignment a ON a.id = x.assignment_id JOIN directive d ON d.id = a.directive_id
  LEFT JOIN assignment_past p ON p.assignment_id = a.id AND p.to_day = (SELECT MIN(q.to_day) FROM assignment_past q WHERE q.assignment_id = a.id AND q.to_day > :as_of_day)
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
 WHERE x.n > 0 AND {scope :unit_id}
 ORDER BY CASE x.state WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END,
       COALESCE(CASE WHEN p.assignment_id IS NULL THEN a.covered_to_day ELSE p.covered_to_day END, CASE WHEN p.assignment_id IS NULL THEN a.due_day ELSE p.due_day END, 2147483647), x.assignment_id;

-- name: unit_duty_evidence
-- The newest evidence behind each open duty of a unit: one row a duty that has any.
-- result: many
-- scope: org
-- args: unit_id int
-- columns: assignment_id int, evidence_id int, title text, state text, n int
SELECT x.assignment_id, e.id AS evidence_id, e.title, e.state, x.n
  FROM (SELECT ae.assignment_id, MAX(v.id) AS newest, COUNT(*) AS n
          FROM assignment a JOIN assignment_evidence ae ON ae.assignment_id = a.id JOIN evidence v ON v.id = ae.evidence_id AND v.state <> 'withdrawn'
         WHERE a.unit_id = :unit_id AND a.state >= 0 GROUP BY ae.assignment_id) x
  JOIN evidence e ON e.id = x.newest
 WHERE {scope :unit_id};
