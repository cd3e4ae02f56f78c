-- name: directive_unit_rows
-- Units that owe something in a scope, each by its worst state, worst first; state -1: any, 100: late of both kinds. Paged by offset.
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
       (SELECT MAX(r.on_day) FROM reminder r JOIN assignment ra ON ra.id = r.assignment_id WHERE ra.unit_id = x.unit_id AND (ra.directive_id = :scope_id OR ra.family_id = :scope_id)) AS reminded_day
  FROM (SELECT c.descendant_id AS unit_id, f.name, f.kind, f.sort_key, CASE WHEN k.n_late > 0 THEN 5 WHEN k.n_birth > 0 THEN 6 WHEN k.n_unseen > 0 THEN 0 WHEN k.n_due > 0 THEN 4 WHEN k.n_ack > 0 THEN 1 WHEN k.n_doing > 0 THEN 2 WHEN k.n_ok > 0 THEN 3 WHEN k.n_waived > 0 THEN 8 ELSE 7 END AS worst,
               k.n_unseen, k.n_ack, k.n_doing, k.n_ok, k.n_due, k.n_late, k.n_birth, k.n_na, k.n_waived
          FROM unit_closure c
          JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
          JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
        WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
          AND k.n_unseen + k.n_ack + k.n_doing + k.n_ok + k.n_due + k.n_late + k.n_birth + k.n_na + k.n_waived > 0
          AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)) x
 WHERE CAST(:state AS BIGINT) < 0 OR x.worst = :state OR (CAST(:state AS BIGINT) = 100 AND x.worst IN (5, 6))
 ORDER BY CASE x.worst WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END,
       x.n_late + x.n_birth DESC, x.sort_key, x.unit_id LIMIT :limit_count OFFSET :offset_count;

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

-- name: row_list
-- The rows behind a number: assignments at and below a unit, late first, with whom to call. state -1: any, 100: late of both kinds. Paged.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, family_id int?, directive_id int?, catalogue_id text?, obligation_id int?, denominator text?, unit_kind text?, search text?, waiting int, state int, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, kind text, directive_id int, obligation_id int, catalogue_id text?, title text, subject_kind text, subject_name text?, state int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, soon_days int, focal_name text?, focal_phone text?
SELECT a.id, a.unit_id, f.name AS unit_name, f.kind, a.directive_id, a.obligation_id, o.catalogue_id, o.title, a.subject_kind, COALESCE(s.name, b.name) AS subject_name, a.state, a.due_day,
       a.covered_from_day, a.covered_to_day, a.waived_to_day, o.period_months, a.issued_day, a.soon_days,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM unit_closure c JOIN assignment a ON a.unit_id = c.descendant_id
  JOIN obligation o ON o.id = a.obligation_id
  JOIN unit_fact f ON f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
  LEFT JOIN system_database b ON a.subject_kind = 'database' AND b.id = a.subject_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind} AND a.state >= 0
   AND (CAST(:family_id AS BIGINT) IS NULL OR a.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR a.directive_id = :directive_id)
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator) AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind)
   AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
   AND (:waiting = 0 OR EXISTS (SELECT 1 FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id WHERE ae.assignment_id = a.id AND e.state = 'submitted'))
   AND (CAST(:state AS BIGINT) < 0 OR a.state = :state OR (CAST(:state AS BIGINT) = 100 AND a.state IN (5, 6)))
 ORDER BY CASE a.state WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END,
       COALESCE(a.covered_to_day, a.due_day, 2147483647), f.sort_key, a.id LIMIT :limit_count OFFSET :offset_count;

-- name: row_counts
-- How many of those rows stand in each state.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, family_id int?, directive_id int?, catalogue_id text?, obligation_id int?, denominator text?, unit_kind text?, search text?, waiting int
-- columns: state int, n int
SELECT a.state, COUNT(*) AS n
  FROM unit_closure c JOIN assignment a ON a.unit_id = c.descendant_id
  JOIN obligation o ON o.id = a.obligation_id
  JOIN unit_fact f ON f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind} AND a.state >= 0
   AND (CAST(:family_id AS BIGINT) IS NULL OR a.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR a.directive_id = :directive_id)
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id) AND (CAST(:obligation_id AS BIGINT) IS NULL OR o.id = :obligation_id)
   AND (CAST(:denominator AS TEXT) IS NULL OR o.denominator = :denominator) AND (CAST(:unit_kind AS TEXT) IS NULL OR f.kind = :unit_kind)
   AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
   AND (:waiting = 0 OR EXISTS (SELECT 1 FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id WHERE ae.assignment_id = a.id AND e.state = 'submitted'))
 GROUP BY a.state ORDER BY a.state;

-- name: row_denominators
-- The four ways to count, for a directive or family: how many rows of each denominator are owed and how many are proved.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, family_id int?, directive_id int?
-- columns: denominator text, owed int, done int
SELECT o.denominator, COUNT(*) AS owed, SUM(CASE WHEN a.state = 3 THEN 1 ELSE 0 END) AS done
  FROM unit_closure c JOIN assignment a ON a.unit_id = c.descendant_id JOIN obligation o ON o.id = a.obligation_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND (CAST(:family_id AS BIGINT) IS NULL OR a.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR a.directive_id = :directive_id)
   AND a.state >= 0 AND a.state NOT IN (7, 8)
 GROUP BY o.denominator ORDER BY o.denominator;

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
   AND ({scope d.issuer_id} OR EXISTS (SELECT 1 FROM assignment a WHERE a.directive_id = d.id AND {scope a.unit_id}))
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
   AND ({scope d.issuer_id} OR EXISTS (SELECT 1 FROM assignment a WHERE a.directive_id = d.id AND {scope a.unit_id}))
 ORDER BY CASE d.state WHEN 'draft' THEN 0 ELSE 1 END, d.issued_day DESC, d.id DESC LIMIT :limit_count OFFSET :offset_count;
