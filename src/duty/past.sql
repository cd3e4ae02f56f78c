-- name: past_wall
-- A day that has ended, as rollup_wall shows today: one row a unit at and below the root that stood there then, by its names and parents of
-- that day. What a unit stood at is its last row of duty_past up to the day.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, as_of_day int
-- columns: unit_id int, name text, kind text, parent_id int?, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT c.descendant_id AS unit_id, f.name, f.kind, e.parent_id, k.n_unseen, k.n_ack, k.n_doing, k.n_ok, k.n_due, k.n_late, k.n_birth, k.n_na, k.n_waived
  FROM unit_closure c
  JOIN duty_past k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
   AND k.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = c.descendant_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day
  LEFT JOIN unit_edge e ON e.child_id = c.descendant_id AND e.edge_kind = c.edge_kind AND e.from_day <= :as_of_day AND e.to_day > :as_of_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
 ORDER BY e.parent_id, f.sort_key, c.descendant_id;

-- name: past_children
-- The same for each unit right below on that day, worst first.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, as_of_day int
-- columns: unit_id int, name text, kind text, units int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT ch.descendant_id AS unit_id, f.name, f.kind, COUNT(*) AS units, CAST(SUM(k.n_unseen) AS BIGINT) AS n_unseen, CAST(SUM(k.n_ack) AS BIGINT) AS n_ack, CAST(SUM(k.n_doing) AS BIGINT) AS n_doing, CAST(SUM(k.n_ok) AS BIGINT) AS n_ok, CAST(SUM(k.n_due) AS BIGINT) AS n_due, CAST(SUM(k.n_late) AS BIGINT) AS n_late, CAST(SUM(k.n_birth) AS BIGINT) AS n_birth, CAST(SUM(k.n_na) AS BIGINT) AS n_na, CAST(SUM(k.n_waived) AS BIGINT) AS n_waived
  FROM unit_closure ch
  JOIN unit_fact f ON f.unit_id = ch.descendant_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day
  JOIN unit_closure c ON c.ancestor_id = ch.descendant_id AND c.edge_kind = ch.edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day
  JOIN duty_past k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
   AND k.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = c.descendant_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
 WHERE ch.ancestor_id = :root_id AND ch.edge_kind = :edge_kind AND ch.depth = 1 AND ch.from_day <= :as_of_day AND ch.to_day > :as_of_day AND {scope :root_id} AND {scope_below ch.depth, :root_id, :edge_kind}
 GROUP BY ch.descendant_id, f.name, f.kind, f.sort_key
 ORDER BY SUM(k.n_late) DESC, SUM(k.n_unseen) DESC, SUM(k.n_due) DESC, f.sort_key, ch.descendant_id;

-- name: past_unit_rows
-- Units that owed something in a scope, each by its worst state of that day, worst first, with whom to call then; state -1: any, 100: late of both kinds. Paged by offset.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, as_of_day int, state int, unit_kind text?, search text?, limit_count int, offset_count int
-- columns: unit_id int, name text, kind text, worst int, parent_name text?, focal_name text?, focal_phone text?, due_day int?, reminded_day int?
SELECT x.unit_id, x.name, x.kind, x.worst,
       (SELECT pf.name FROM unit_edge e JOIN unit_fact pf ON pf.unit_id = e.parent_id AND pf.from_day <= :as_of_day AND pf.to_day > :as_of_day
         WHERE e.child_id = x.unit_id AND e.edge_kind = :edge_kind AND e.from_day <= :as_of_day AND e.to_day > :as_of_day) AS parent_name,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :as_of_day AND g.to_day > :as_of_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :as_of_day AND g.to_day > :as_of_day ORDER BY g.id LIMIT 1) AS focal_phone,
       (SELECT MIN(a.due_day) FROM (SELECT d.assignment_id FROM assignment_delta d
          WHERE d.unit_id = x.unit_id AND d.state = x.worst AND d.visible_day <= :as_of_day AND (d.directive_id = :scope_id OR d.family_id = :scope_id)
          GROUP BY d.assignment_id HAVING SUM(d.delta) > 0) w JOIN assignment a ON a.id = w.assignment_id) AS due_day,
       (SELECT MAX(r.on_day) FROM reminder r JOIN assignment ra ON ra.id = r.assignment_id WHERE ra.unit_id = x.unit_id AND r.on_day <= :as_of_day AND (ra.directive_id = :scope_id OR ra.family_id = :scope_id)) AS reminded_day
  FROM (SELECT c.descendant_id AS unit_id, f.name, f.kind, f.sort_key, k.n_late + k.n_birth AS n_bad, CASE WHEN k.n_late > 0 THEN 5 WHEN k.n_birth > 0 THEN 6 WHEN k.n_unseen > 0 THEN 0 WHEN k.n_due > 0 THEN 4 WHEN k.n_ack > 0 THEN 1 WHEN k.n_doing > 0 THEN 2 WHEN k.n_ok > 0 THEN 3 WHEN k.n_waived > 0 THEN 8 ELSE 7 END AS worst
          FROM unit_closure c
          JOIN duty_past k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
   AND k.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = c.descendant_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
          JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
           AND k.n_unseen + k.n_ack + k.n_doing + k.n_ok + k.n_due + k.n_late + k.n_birth + k.n_na + k.n_waived > 0
           AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)) x
 WHERE CAST(:state AS BIGINT) < 0 OR x.worst = :state OR (CAST(:state AS BIGINT) = 100 AND x.worst IN (5, 6))
 ORDER BY CASE x.worst WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END,
       x.n_bad DESC, x.sort_key, x.unit_id LIMIT :limit_count OFFSET :offset_count;

-- name: past_unit_counts
-- How many of those units stood in each worst state.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, as_of_day int, unit_kind text?, search text?
-- columns: worst int, n int
SELECT CASE WHEN k.n_late > 0 THEN 5 WHEN k.n_birth > 0 THEN 6 WHEN k.n_unseen > 0 THEN 0 WHEN k.n_due > 0 THEN 4 WHEN k.n_ack > 0 THEN 1 WHEN k.n_doing > 0 THEN 2 WHEN k.n_ok > 0 THEN 3 WHEN k.n_waived > 0 THEN 8 ELSE 7 END AS worst, COUNT(*) AS n
  FROM unit_closure c
  JOIN duty_past k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
   AND k.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = c.descendant_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND k.n_unseen + k.n_ack + k.n_doing + k.n_ok + k.n_due + k.n_late + k.n_birth + k.n_na + k.n_waived > 0
   AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
 GROUP BY 1 ORDER BY 1;

-- name: past_obligations
-- For each obligation of a directive or family, and each way to count: how many duties stood in which state when the day ended.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, as_of_day int, family_id int?, directive_id int?
-- columns: catalogue_id text?, title text, denominator text, state int, n int
SELECT o.catalogue_id, MIN(o.title) AS title, o.denominator, x.state, CAST(SUM(x.n) AS BIGINT) AS n
  FROM (SELECT d.obligation_id, d.state, SUM(d.delta) AS n
          FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id AND d.visible_day <= :as_of_day
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
           AND (CAST(:family_id AS BIGINT) IS NULL OR d.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR d.directive_id = :directive_id)
         GROUP BY d.obligation_id, d.state) x JOIN obligation o ON o.id = x.obligation_id
 WHERE x.n > 0
 GROUP BY o.catalogue_id, CASE WHEN o.catalogue_id IS NULL THEN o.id ELSE 0 END, o.denominator, x.state ORDER BY o.catalogue_id, MIN(o.title), o.denominator, x.state;

-- name: past_rows
-- The rows behind any number of a past day, late first, with whom to call then. The plain list by unit is assignments_as_of, which reads less.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, as_of_day int, family_id int?, directive_id int?, catalogue_id text?, obligation_id int?, denominator text?, unit_kind text?, search text?, state int, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, title text, catalogue_id text?, subject_name text?, state int, due_day int?, focal_name text?, focal_phone text?
SELECT x.assignment_id AS id, x.unit_id, f.name AS unit_name, o.title, o.catalogue_id, COALESCE(s.name, b.name) AS subject_name, x.state, a.due_day,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :as_of_day AND g.to_day > :as_of_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :as_of_day AND g.to_day > :as_of_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM (SELECT d.assignment_id, d.unit_id, d.obligation_id, d.state
          FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id AND d.visible_day <= :as_of_day
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
           AND (CAST(:family_id AS BIGINT) IS NULL OR d.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR d.directive_id = :directive_id)
         GROUP BY d.assignment_id, d.unit_id, d.obligation_id, d.state HAVING SUM(d.delta) > 0) x
  JOIN unit_fact f ON f.unit_id = x.unit_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day
  JOIN obligation o ON o.id = x.obligation_id JOIN assignment a ON a.id = x.assignment_id
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
  LEFT JOIN system_database b ON a.subject_kind = 'database' AND b.id = a.subject_id
 WHERE (CAST(:state AS BIGINT) < 0 OR x.state = :state OR (CAST(:state AS BIGINT) = 100 AND x.state IN (5, 6)))
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator) AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind)
   AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
 ORDER BY CASE x.state WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END,
       COALESCE(a.due_day, 2147483647), f.sort_key, x.assignment_id LIMIT :limit_count OFFSET :offset_count;

-- name: past_row_counts
-- How many of those rows stood in each state.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, as_of_day int, family_id int?, directive_id int?, catalogue_id text?, obligation_id int?, denominator text?, unit_kind text?, search text?
-- columns: state int, n int
SELECT x.state, COUNT(*) AS n
  FROM (SELECT d.assignment_id, d.unit_id, d.obligation_id, d.state
          FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id AND d.visible_day <= :as_of_day
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
           AND (CAST(:family_id AS BIGINT) IS NULL OR d.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR d.directive_id = :directive_id)
         GROUP BY d.assignment_id, d.unit_id, d.obligation_id, d.state HAVING SUM(d.delta) > 0) x
  JOIN unit_fact f ON f.unit_id = x.unit_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day
  JOIN obligation o ON o.id = x.obligation_id
 WHERE 1 = 1
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator) AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind)
   AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
 GROUP BY x.state ORDER BY x.state;
