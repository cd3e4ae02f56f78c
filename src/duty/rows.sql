-- name: rows_duties
-- Where the duties of some obligations stand, one row each: of a catalogue entry, of one obligation, of all counted by systems ...
-- result: many
-- scope: system
-- args: scope_id int, catalogue_id text?, obligation_id int?, denominator text?
-- columns: unit_id int, state int
SELECT a.unit_id, a.state
  FROM obligation o CROSS JOIN assignment a
 WHERE a.obligation_id = o.id AND a.state >= 0
   AND (CAST(:scope_id AS BIGINT) = 0 OR o.directive_id IN (SELECT d.id FROM directive d WHERE d.family_id = :scope_id OR d.id = :scope_id))
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator);

-- name: rows_waiting
-- The same for duties with evidence that waits for review, each once.
-- result: many
-- scope: system
-- args: scope_id int, catalogue_id text?, obligation_id int?, denominator text?
-- columns: id int, unit_id int, state int
SELECT DISTINCT a.id, a.unit_id, a.state
  FROM evidence e CROSS JOIN assignment_evidence ae CROSS JOIN assignment a CROSS JOIN obligation o
 WHERE e.state = 'submitted' AND ae.evidence_id = e.id AND a.id = ae.assignment_id AND a.state >= 0 AND o.id = a.obligation_id
   AND (CAST(:scope_id AS BIGINT) = 0 OR a.family_id = :scope_id OR a.directive_id = :scope_id)
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator);

-- piece: asked_obligations
-- The obligations of a scope that a page asks for.
(CAST(:scope_id AS BIGINT) = 0 OR o.directive_id IN (SELECT v.id FROM directive v WHERE v.family_id = :scope_id OR v.id = :scope_id))
AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator)

-- name: rows_duties_past
-- Where they stood at the end of a day, as known then.
-- result: many
-- scope: system
-- args: scope_id int, as_of_day int, catalogue_id text?, obligation_id int?, denominator text?
-- columns: unit_id int, state int, n int
SELECT x.unit_id, x.state, COUNT(*) AS n
  FROM (SELECT d.assignment_id, d.unit_id, d.state
          FROM (SELECT a.id, a.unit_id FROM obligation o CROSS JOIN assignment a
                 WHERE a.obligation_id = o.id AND {piece asked_obligations}
                UNION ALL
                SELECT m.assignment_id, m.unit_id FROM assignment_moved m JOIN assignment a ON a.id = m.assignment_id AND a.unit_id <> m.unit_id JOIN obligation o ON o.id = a.obligation_id
                 WHERE {piece asked_obligations}) w
         CROSS JOIN assignment_delta d
         WHERE d.unit_id = w.unit_id AND d.assignment_id = w.id AND d.visible_day <= :as_of_day
         GROUP BY d.assignment_id, d.unit_id, d.state HAVING SUM(d.delta) > 0) x
 GROUP BY x.unit_id, x.state;

-- name: rows_of_units
-- The duties of some units that stand in one state, in the order of the units, the nearest day first. units: [unit, ...]
-- result: many
-- scope: system
-- args: units text, on_day int, state int, scope_id int, catalogue_id text?, obligation_id int?, denominator text?, is_waiting int, limit_count int, offset_count int
-- columns: id int, unit_id int, directive_id int, obligation_id int, catalogue_id text?, title text, subject_name text?, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, soon_days int, waits int, focal_name text?, focal_phone text?
SELECT a.id, a.unit_id, a.directive_id, a.obligation_id, o.catalogue_id, o.title, COALESCE(s.name, b.name) AS subject_name, a.due_day,
       a.covered_from_day, a.covered_to_day, a.waived_to_day, o.period_months, a.issued_day, a.soon_days,
       CASE WHEN EXISTS (SELECT 1 FROM assignment_evidence we JOIN evidence w ON w.id = we.evidence_id WHERE we.assignment_id = a.id AND w.state = 'submitted') THEN 1 ELSE 0 END AS waits,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM (SELECT a.id, u.place, COALESCE(a.covered_to_day, a.due_day, 2147483647) AS near_day
-- sqlite:
          FROM (SELECT key AS place, value AS unit_id FROM json_each(:units)) u CROSS JOIN assignment a
         WHERE a.unit_id = u.unit_id
-- postgres:
          FROM (SELECT ordinality AS place, CAST(value AS BIGINT) AS unit_id FROM json_array_elements_text(CAST(:units AS json)) WITH ORDINALITY) u
          JOIN assignment a ON a.unit_id = u.unit_id
         WHERE 1 = 1
-- both:
           AND a.state = :state AND (CAST(:scope_id AS BIGINT) = 0 OR a.family_id = :scope_id OR a.directive_id = :scope_id)
           AND ((CAST(:catalogue_id AS TEXT) IS NULL AND CAST(:obligation_id AS BIGINT) IS NULL AND CAST(:denominator AS TEXT) IS NULL)
             OR EXISTS (SELECT 1 FROM obligation f WHERE f.id = a.obligation_id AND (CAST(:catalogue_id AS TEXT) IS NULL OR f.catalogue_id = :catalogue_id)
                           AND (CAST(:obligation_id AS BIGINT) IS NULL OR f.id = :obligation_id) AND (CAST(:denominator AS TEXT) IS NULL OR f.denominator = :denominator)))
           AND (:is_waiting = 0 OR EXISTS (SELECT 1 FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id WHERE ae.assignment_id = a.id AND e.state = 'submitted'))
         ORDER BY u.place, COALESCE(a.covered_to_day, a.due_day, 2147483647), a.id LIMIT :limit_count OFFSET :offset_count) x
  JOIN assignment a ON a.id = x.id JOIN obligation o ON o.id = a.obligation_id
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
  LEFT JOIN system_database b ON a.subject_kind = 'database' AND b.id = a.subject_id
 ORDER BY x.place, x.near_day, a.id;

-- name: rows_of_units_past
-- The same at the end of a day, as known then: when it was due by then, what covered it, whom to call. waits: as seen_waits (duty/seen.h) reads it.
-- result: many
-- scope: system
-- args: units text, as_of_day int, state int, scope_id int, catalogue_id text?, obligation_id int?, denominator text?, until_ms int, limit_count int, offset_count int
-- columns: id int, unit_id int, directive_id int, obligation_id int, catalogue_id text?, title text, subject_name text?, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, soon_days int, waits int, focal_name text?, focal_phone text?
SELECT a.id, x.unit_id, a.directive_id, a.obligation_id, o.catalogue_id, o.title, COALESCE(s.name, b.name) AS subject_name, x.due_day, x.covered_from_day, x.covered_to_day, x.waived_to_day, o.period_months, a.issued_day, a.soon_days,
       COALESCE((SELECT MAX(CASE WHEN v.state = 'withdrawn' THEN 1 ELSE 2 END) FROM assignment_evidence ve JOIN evidence v ON v.id = ve.evidence_id WHERE ve.assignment_id = a.id AND v.submitted_ms < :until_ms AND (v.decided_ms IS NULL OR v.decided_ms >= :until_ms)), 0) AS waits,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :as_of_day AND g.to_day > :as_of_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :as_of_day AND g.to_day > :as_of_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM (SELECT z.assignment_id, z.unit_id, z.place, z.due_day, z.covered_from_day, z.covered_to_day, z.waived_to_day, COALESCE(z.covered_to_day, z.due_day, 2147483647) AS near_day
          FROM (SELECT y.assignment_id, y.unit_id, y.place,
                       CASE WHEN p.assignment_id IS NULL THEN a.due_day ELSE p.due_day END AS due_day, CASE WHEN p.assignment_id IS NULL THEN a.covered_from_day ELSE p.covered_from_day END AS covered_from_day,
                       CASE WHEN p.assignment_id IS NULL THEN a.covered_to_day ELSE p.covered_to_day END AS covered_to_day, CASE WHEN p.assignment_id IS NULL THEN a.waived_to_day ELSE p.waived_to_day END AS waived_to_day
          FROM (SELECT d.assignment_id, d.unit_id, u.place
-- sqlite:
                  FROM (SELECT key AS place, value AS unit_id FROM json_each(:units)) u CROSS JOIN assignment_delta d
                 WHERE d.unit_id = u.unit_id
-- postgres:
                  FROM (SELECT ordinality AS place, CAST(value AS BIGINT) AS unit_id FROM json_array_elements_text(CAST(:units AS json)) WITH ORDINALITY) u
                  JOIN assignment_delta d ON d.unit_id = u.unit_id
                 WHERE 1 = 1
-- both:
                   AND d.state = :state AND d.visible_day <= :as_of_day AND (CAST(:scope_id AS BIGINT) = 0 OR d.family_id = :scope_id OR d.directive_id = :scope_id)
                   AND ((CAST(:catalogue_id AS TEXT) IS NULL AND CAST(:obligation_id AS BIGINT) IS NULL AND CAST(:denominator AS TEXT) IS NULL)
                     OR EXISTS (SELECT 1 FROM obligation f WHERE f.id = d.obligation_id AND (CAST(:catalogue_id AS TEXT) IS NULL OR f.catalogue_id = :catalogue_id)
                                   AND (CAST(:obligation_id AS BIGINT) IS NULL OR f.id = :obligation_id) AND (CAST(:denominator AS TEXT) IS NULL OR f.denominator = :denominator)))
                 GROUP BY d.assignment_id, d.unit_id, u.place HAVING SUM(d.delta) > 0) y JOIN assignment a ON a.id = y.assignment_id
                LEFT JOIN assignment_past p ON p.assignment_id = a.id AND p.to_day = (SELECT MIN(q.to_day) FROM assignment_past q WHERE q.assignment_id = a.id AND q.to_day > :as_of_day)) z
         ORDER BY z.place, COALESCE(z.covered_to_day, z.due_day, 2147483647), z.assignment_id LIMIT :limit_count OFFSET :offset_count) x
  JOIN assignment a ON a.id = x.assignment_id JOIN obligation o ON o.id = a.obligation_id
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
  LEFT JOIN system_database b ON a.subject_kind = 'database' AND b.id = a.subject_id
 ORDER BY x.place, x.near_day, a.id;
