-- name: directive_unit_rows
-- Units that owe something in a scope, each by its worst state, worst first; state -1: any, 100: late of both kinds. Paged by offset: what
-- stands beside the rows is looked up for those of the page alone.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, state int, unit_kind text?, search text?, limit_count int, offset_count int
-- columns: unit_id int, name text, kind text, worst int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int, parent_name text?, focal_name text?, focal_phone text?, due_day int?, reminded_day int?
SELECT x.unit_id, x.name, x.kind, x.worst, x.n_unseen, x.n_ack, x.n_doing, x.n_ok, x.n_due, x.n_late, x.n_birth, x.n_na, x.n_waived,
       (SELECT pf.name FROM unit_edge e JOIN unit_fact pf ON pf.unit_id = e.parent_id AND pf.from_day <= :on_day AND pf.to_day > :on_day
         WHERE e.child_id = x.unit_id AND e.edge_kind = :edge_kind AND e.from_day <= :on_day AND e.to_day > :on_day) AS parent_name,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone,
       (SELECT MIN(COALESCE(a.covered_to_day - 1, a.due_day)) FROM assignment a WHERE a.unit_id = x.unit_id AND a.state = x.worst AND (a.directive_id = :scope_id OR a.family_id = :scope_id)) AS due_day,
       (SELECT MAX(r.on_day) FROM assignment ra JOIN reminder r ON r.assignment_id = ra.id WHERE ra.unit_id = x.unit_id AND (ra.directive_id = :scope_id OR ra.family_id = :scope_id)) AS reminded_day
  FROM (SELECT y.unit_id, y.name, y.kind, y.sort_key, y.worst, y.n_unseen, y.n_ack, y.n_doing, y.n_ok, y.n_due, y.n_late, y.n_birth, y.n_na, y.n_waived
          FROM (SELECT c.descendant_id AS unit_id, f.name, f.kind, f.sort_key, CASE WHEN k.n_late > 0 THEN 5 WHEN k.n_birth > 0 THEN 6 WHEN k.n_unseen > 0 THEN 0 WHEN k.n_due > 0 THEN 4 WHEN k.n_ack > 0 THEN 1 WHEN k.n_doing > 0 THEN 2 WHEN k.n_ok > 0 THEN 3 WHEN k.n_waived > 0 THEN 8 ELSE 7 END AS worst, k.n_unseen, k.n_ack, k.n_doing, k.n_ok, k.n_due, k.n_late, k.n_birth, k.n_na, k.n_waived
                  FROM unit_closure c
                  JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
                  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
                 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
                   AND k.n_unseen + k.n_ack + k.n_doing + k.n_ok + k.n_due + k.n_late + k.n_birth + k.n_na + k.n_waived > 0
                   AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)) y
         WHERE CAST(:state AS BIGINT) < 0 OR y.worst = :state OR (CAST(:state AS BIGINT) = 100 AND y.worst IN (5, 6))
         ORDER BY CASE y.worst WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END, y.n_late + y.n_birth DESC, y.sort_key, y.unit_id LIMIT :limit_count OFFSET :offset_count) x
 ORDER BY CASE x.worst WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END, x.n_late + x.n_birth DESC, x.sort_key, x.unit_id;

-- name: directive_unit_counts
-- How many of those units stand in each worst state.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, unit_kind text?, search text?
-- columns: worst int, n int
SELECT CASE WHEN k.n_late > 0 THEN 5 WHEN k.n_birth > 0 THEN 6 WHEN k.n_unseen > 0 THEN 0 WHEN k.n_due > 0 THEN 4 WHEN k.n_ack > 0 THEN 1 WHEN k.n_doing > 0 THEN 2 WHEN k.n_ok > 0 THEN 3 WHEN k.n_waived > 0 THEN 8 ELSE 7 END AS worst, COUNT(*) AS n
  FROM unit_closure c
  JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND k.n_unseen + k.n_ack + k.n_doing + k.n_ok + k.n_due + k.n_late + k.n_birth + k.n_na + k.n_waived > 0
   AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
 GROUP BY 1 ORDER BY 1;

-- name: row_unit_counts
-- The rows behind a number: how many stand in each state, of units of a kind or a name, from the counters.
-- result: one
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, unit_kind text?, search text?
-- columns: n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT CAST(COALESCE(SUM(k.n_unseen), 0) AS BIGINT) AS n_unseen, CAST(COALESCE(SUM(k.n_ack), 0) AS BIGINT) AS n_ack, CAST(COALESCE(SUM(k.n_doing), 0) AS BIGINT) AS n_doing, CAST(COALESCE(SUM(k.n_ok), 0) AS BIGINT) AS n_ok, CAST(COALESCE(SUM(k.n_due), 0) AS BIGINT) AS n_due, CAST(COALESCE(SUM(k.n_late), 0) AS BIGINT) AS n_late, CAST(COALESCE(SUM(k.n_birth), 0) AS BIGINT) AS n_birth, CAST(COALESCE(SUM(k.n_na), 0) AS BIGINT) AS n_na, CAST(COALESCE(SUM(k.n_waived), 0) AS BIGINT) AS n_waived
  FROM unit_closure c
  JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search);

-- name: row_page
-- A page of those that stand in one state, unit by unit: the counters say in which units the rows of the page lie, so that only their
-- assignments are read. scope_id: a directive, a family, 0: all.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, unit_kind text?, search text?, state int, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, kind text, directive_id int, obligation_id int, catalogue_id text?, title text, subject_kind text, subject_name text?, state int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, soon_days int, focal_name text?, focal_phone text?
SELECT a.id, a.unit_id, x.name AS unit_name, x.kind, a.directive_id, a.obligation_id, o.catalogue_id, o.title, a.subject_kind, COALESCE(s.name, b.name) AS subject_name, a.state, a.due_day,
       a.covered_from_day, a.covered_to_day, a.waived_to_day, o.period_months, a.issued_day, a.soon_days,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM (SELECT a.id, u.name, u.kind, u.sort_key, MIN(u.rows_before) OVER () + ROW_NUMBER() OVER (ORDER BY u.sort_key, u.unit_id, COALESCE(a.covered_to_day, a.due_day, 2147483647), a.id) AS place
          FROM (SELECT w.unit_id, w.name, w.kind, w.sort_key, w.rows_before
                  FROM (SELECT v.unit_id, v.name, v.kind, v.sort_key, v.n, SUM(v.n) OVER (ORDER BY v.sort_key, v.unit_id) - v.n AS rows_before
                          FROM (SELECT c.descendant_id AS unit_id, f.name, f.kind, f.sort_key, CASE CAST(:state AS BIGINT) WHEN 0 THEN k.n_unseen WHEN 1 THEN k.n_ack WHEN 2 THEN k.n_doing WHEN 3 THEN k.n_ok WHEN 4 THEN k.n_due WHEN 5 THEN k.n_late WHEN 6 THEN k.n_birth WHEN 7 THEN k.n_na WHEN 8 THEN k.n_waived END AS n
                                  FROM unit_closure c
                                  JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
                                  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
                                 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
                                   AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)) v
                         WHERE v.n > 0) w
                 WHERE w.rows_before + w.n > CAST(:offset_count AS BIGINT) AND w.rows_before < CAST(:offset_count AS BIGINT) + CAST(:limit_count AS BIGINT)) u
          JOIN assignment a ON a.unit_id = u.unit_id AND a.state = :state AND (CAST(:scope_id AS BIGINT) = 0 OR a.family_id = :scope_id OR a.directive_id = :scope_id)) x
  JOIN assignment a ON a.id = x.id
  JOIN obligation o ON o.id = a.obligation_id
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
  LEFT JOIN system_database b ON a.subject_kind = 'database' AND b.id = a.subject_id
 WHERE x.place > :offset_count AND x.place <= CAST(:offset_count AS BIGINT) + CAST(:limit_count AS BIGINT)
 ORDER BY x.place;

-- name: row_duty_counts
-- How many rows stand in each state of some obligations: of a catalogue entry, of one, or all that are counted by systems, databases ...
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, catalogue_id text?, obligation_id int?, denominator text?, unit_kind text?, search text?
-- columns: state int, n int
SELECT a.state, COUNT(*) AS n
  FROM obligation o CROSS JOIN assignment a CROSS JOIN unit_closure c
 WHERE a.obligation_id = o.id AND a.state >= 0 AND c.descendant_id = a.unit_id AND c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND (CAST(:scope_id AS BIGINT) = 0 OR o.directive_id IN (SELECT fd.id FROM directive fd WHERE fd.family_id = :scope_id OR fd.id = :scope_id))
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator)
   AND ((CAST(:unit_kind AS TEXT) IS NULL AND CAST(:search AS TEXT) IS NULL)
     OR EXISTS (SELECT 1 FROM unit_fact f WHERE f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)))
 GROUP BY a.state ORDER BY a.state;

-- name: row_duty_page
-- A page of those that stand in one state.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, catalogue_id text?, obligation_id int?, denominator text?, unit_kind text?, search text?, state int, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, kind text, directive_id int, obligation_id int, catalogue_id text?, title text, subject_kind text, subject_name text?, state int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, soon_days int, focal_name text?, focal_phone text?
SELECT a.id, a.unit_id, x.name AS unit_name, x.kind, a.directive_id, a.obligation_id, o.catalogue_id, o.title, a.subject_kind, COALESCE(s.name, b.name) AS subject_name, a.state, a.due_day,
       a.covered_from_day, a.covered_to_day, a.waived_to_day, o.period_months, a.issued_day, a.soon_days,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM (SELECT a.id, f.name, f.kind, f.sort_key
          FROM obligation o CROSS JOIN assignment a CROSS JOIN unit_closure c CROSS JOIN unit_fact f
         WHERE a.obligation_id = o.id AND a.state = :state AND c.descendant_id = a.unit_id AND c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND (CAST(:scope_id AS BIGINT) = 0 OR o.directive_id IN (SELECT fd.id FROM directive fd WHERE fd.family_id = :scope_id OR fd.id = :scope_id))
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator)
           AND f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
         ORDER BY f.sort_key, a.unit_id, a.id LIMIT :limit_count OFFSET :offset_count) x
  JOIN assignment a ON a.id = x.id
  JOIN obligation o ON o.id = a.obligation_id
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
  LEFT JOIN system_database b ON a.subject_kind = 'database' AND b.id = a.subject_id
 ORDER BY x.sort_key, a.unit_id, a.id;

-- name: row_waiting_counts
-- How many rows in each state have evidence that waits for review.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, catalogue_id text?, obligation_id int?, denominator text?, unit_kind text?, search text?
-- columns: state int, n int
SELECT a.state, COUNT(DISTINCT a.id) AS n
  FROM evidence e CROSS JOIN assignment_evidence ae CROSS JOIN assignment a CROSS JOIN unit_closure c CROSS JOIN obligation o CROSS JOIN unit_fact f
 WHERE e.state = 'submitted' AND ae.evidence_id = e.id AND a.id = ae.assignment_id AND a.state >= 0 AND (CAST(:scope_id AS BIGINT) = 0 OR a.family_id = :scope_id OR a.directive_id = :scope_id)
   AND c.descendant_id = a.unit_id AND c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind} AND o.id = a.obligation_id
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator)
   AND f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
 GROUP BY a.state ORDER BY a.state;

-- name: row_waiting_page
-- A page of them in one state.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, catalogue_id text?, obligation_id int?, denominator text?, unit_kind text?, search text?, state int, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, kind text, directive_id int, obligation_id int, catalogue_id text?, title text, subject_kind text, subject_name text?, state int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, soon_days int, focal_name text?, focal_phone text?
SELECT a.id, a.unit_id, x.name AS unit_name, x.kind, a.directive_id, a.obligation_id, o.catalogue_id, o.title, a.subject_kind, COALESCE(s.name, b.name) AS subject_name, a.state, a.due_day,
       a.covered_from_day, a.covered_to_day, a.waived_to_day, o.period_months, a.issued_day, a.soon_days,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM (SELECT DISTINCT a.id, f.name, f.kind, f.sort_key, a.unit_id
          FROM evidence e CROSS JOIN assignment_evidence ae CROSS JOIN assignment a CROSS JOIN unit_closure c CROSS JOIN obligation o CROSS JOIN unit_fact f
         WHERE e.state = 'submitted' AND ae.evidence_id = e.id AND a.id = ae.assignment_id AND a.state = :state AND (CAST(:scope_id AS BIGINT) = 0 OR a.family_id = :scope_id OR a.directive_id = :scope_id)
           AND c.descendant_id = a.unit_id AND c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind} AND o.id = a.obligation_id
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator)
   AND f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
         ORDER BY f.sort_key, a.unit_id, a.id LIMIT :limit_count OFFSET :offset_count) x
  JOIN assignment a ON a.id = x.id
  JOIN obligation o ON o.id = a.obligation_id
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
  LEFT JOIN system_database b ON a.subject_kind = 'database' AND b.id = a.subject_id
 ORDER BY x.sort_key, a.unit_id, a.id;

-- name: directive_reader_rows
-- People of units that owe something under a directive: who has not read it first, then by unit. missing 0: all, 1: has read, 2: has not. Paged.
-- A past day (is_past): who was in the unit then, whatever became of the account, and had read it before before_ms.
-- result: many
-- scope: org
-- args: root_id int, directive_id int, edge_kind text, on_day int, before_ms int, is_past int, missing int, search text?, limit_count int, offset_count int
-- columns: person_id int, name text, title text?, phone text?, unit_id int, unit_name text, at_ms int?
SELECT p.id AS person_id, p.name, p.title, p.phone, pu.unit_id, f.name AS unit_name, k.at_ms
  FROM unit_closure c
  JOIN person_unit pu ON pu.unit_id = c.descendant_id AND pu.from_day <= :on_day AND pu.to_day > :on_day
  JOIN person p ON p.id = pu.person_id AND (p.is_active = 1 OR :is_past = 1)
  JOIN unit_fact f ON f.unit_id = pu.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN acknowledgement k ON k.directive_id = :directive_id AND k.person_id = pu.person_id AND k.at_ms < :before_ms
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND (:missing = 0 OR (:missing = 1 AND k.at_ms IS NOT NULL) OR (:missing = 2 AND k.at_ms IS NULL))
   AND (CAST(:search AS TEXT) IS NULL OR p.search_key LIKE :search OR f.search_key LIKE :search)
   AND EXISTS (SELECT 1 FROM assignment a WHERE a.unit_id = c.descendant_id AND a.directive_id = :directive_id AND (a.closed_day IS NULL OR (:is_past = 1 AND a.closed_day > :on_day)))
 ORDER BY CASE WHEN k.at_ms IS NULL THEN 0 ELSE 1 END, f.sort_key, pu.unit_id, p.sort_key, p.id LIMIT :limit_count OFFSET :offset_count;

-- name: directive_reader_counts
-- result: one
-- scope: org
-- args: root_id int, directive_id int, edge_kind text, on_day int, before_ms int, is_past int, search text?
-- columns: people int, read_count int
SELECT COUNT(*) AS people, COALESCE(SUM(CASE WHEN k.at_ms IS NULL THEN 0 ELSE 1 END), 0) AS read_count
  FROM unit_closure c
  JOIN person_unit pu ON pu.unit_id = c.descendant_id AND pu.from_day <= :on_day AND pu.to_day > :on_day
  JOIN person p ON p.id = pu.person_id AND (p.is_active = 1 OR :is_past = 1)
  JOIN unit_fact f ON f.unit_id = pu.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN acknowledgement k ON k.directive_id = :directive_id AND k.person_id = pu.person_id AND k.at_ms < :before_ms
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND (CAST(:search AS TEXT) IS NULL OR p.search_key LIKE :search OR f.search_key LIKE :search)
   AND EXISTS (SELECT 1 FROM assignment a WHERE a.unit_id = c.descendant_id AND a.directive_id = :directive_id AND (a.closed_day IS NULL OR (:is_past = 1 AND a.closed_day > :on_day)));

-- name: directive_my_acknowledgement
-- When the person asking confirmed having read a directive.
-- result: one
-- scope: self
-- args: directive_id int
-- columns: at_ms int
SELECT at_ms FROM acknowledgement WHERE directive_id = :directive_id AND person_id = :actor_person;

-- name: unit_kinds_below
-- What kinds of units stand below one, for choosing who gets a directive.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int
-- columns: kind text, n int
SELECT f.kind, COUNT(*) AS n FROM unit_closure c JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.depth > 0 AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
 GROUP BY f.kind ORDER BY COUNT(*) DESC, f.kind;

-- name: directive_count
-- How many directives a search finds, in each state.
-- result: many
-- scope: org
-- args: search text?
-- columns: state text, n int
SELECT d.state, COUNT(*) AS n FROM directive d
 WHERE (CAST(:search AS TEXT) IS NULL OR d.search_key LIKE :search)
   AND ({scope d.issuer_id} OR {scope_some assignment a, a.unit_id, a.directive_id = d.id})
 GROUP BY d.state ORDER BY d.state;

-- name: directive_rows
-- Directives a person may see, drafts first, then newest first. Paged by offset.
-- result: many
-- scope: org
-- args: search text?, state text?, limit_count int, offset_count int
-- columns: id int, issuer_id int, issuer_name text, title text, number text?, symbol text?, issued_day int, state text, parent_id int?, family_id int, edge_kind text
SELECT d.id, d.issuer_id, n.name AS issuer_name, d.title, d.number, d.symbol, d.issued_day, d.state, d.parent_id, d.family_id, d.edge_kind
  FROM directive d JOIN unit_fact n ON n.unit_id = d.issuer_id AND n.from_day <= d.issued_day AND n.to_day > d.issued_day
 WHERE (CAST(:search AS TEXT) IS NULL OR d.search_key LIKE :search) AND (CAST(:state AS TEXT) IS NULL OR d.state = :state)
   AND ({scope d.issuer_id} OR {scope_some assignment a, a.unit_id, a.directive_id = d.id})
 ORDER BY CASE d.state WHEN 'draft' THEN 0 ELSE 1 END, d.issued_day DESC, d.id DESC LIMIT :limit_count OFFSET :offset_count;
