-- name: unit_list_rows
-- Units at and below a root with what each itself owes, late first. state: any (-1), or units with at least one duty in that state.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, kind text?, search text?, state int, limit_count int, offset_count int
-- columns: unit_id int, name text, kind text, code text?, parent_id int?, parent_name text?, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT x.unit_id, x.name, x.kind, x.code, e.parent_id, pf.name AS parent_name, x.n_unseen, x.n_ack, x.n_doing, x.n_ok, x.n_due, x.n_late, x.n_birth, x.n_na, x.n_waived
  FROM (SELECT c.descendant_id AS unit_id, f.name, f.kind, f.code, f.sort_key,
               COALESCE(k.n_unseen, 0) AS n_unseen, COALESCE(k.n_ack, 0) AS n_ack, COALESCE(k.n_doing, 0) AS n_doing, COALESCE(k.n_ok, 0) AS n_ok, COALESCE(k.n_due, 0) AS n_due,
               COALESCE(k.n_late, 0) AS n_late, COALESCE(k.n_birth, 0) AS n_birth, COALESCE(k.n_na, 0) AS n_na, COALESCE(k.n_waived, 0) AS n_waived
          FROM unit_closure c
          JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
          LEFT JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = 0
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
           AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search) AND (CAST(:kind AS TEXT) IS NULL OR f.kind = :kind)
           AND (CAST(:state AS BIGINT) < 0 OR (CAST(:state AS BIGINT) = 0 AND k.n_unseen > 0) OR (CAST(:state AS BIGINT) = 4 AND k.n_due > 0) OR (CAST(:state AS BIGINT) = 5 AND k.n_late > 0))
         ORDER BY COALESCE(k.n_late, 0) DESC, COALESCE(k.n_unseen, 0) DESC, COALESCE(k.n_due, 0) DESC, f.sort_key, c.descendant_id LIMIT :limit_count OFFSET :offset_count) x
  LEFT JOIN unit_edge e ON e.child_id = x.unit_id AND e.edge_kind = :edge_kind AND e.from_day <= :on_day AND e.to_day > :on_day
  LEFT JOIN unit_fact pf ON pf.unit_id = e.parent_id AND pf.from_day <= :on_day AND pf.to_day > :on_day
 ORDER BY x.n_late DESC, x.n_unseen DESC, x.n_due DESC, x.sort_key, x.unit_id;

-- name: unit_list_counts
-- How many units the tabs above that list open.
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, on_day int, kind text?, search text?
-- columns: n int, n_late int, n_unseen int, n_due int
SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN k.n_late > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_late,
       CAST(COALESCE(SUM(CASE WHEN k.n_unseen > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_unseen, CAST(COALESCE(SUM(CASE WHEN k.n_due > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_due
  FROM unit_closure c
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = 0
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search) AND (CAST(:kind AS TEXT) IS NULL OR f.kind = :kind);

-- name: unit_duties_as_of
-- What one unit owed on a past day, as known at its end, late first.
-- result: many
-- scope: org
-- args: unit_id int, as_of_day int
-- columns: id int, title text, catalogue_id text?, directive_title text, number text?, symbol text?, subject_kind text, subject_id int, subject_name text?, state int, due_day int?
SELECT x.assignment_id AS id, o.title, o.catalogue_id, d.title AS directive_title, d.number, d.symbol, a.subject_kind, a.subject_id, s.name AS subject_name, x.state, a.due_day
  FROM (SELECT d.assignment_id, d.obligation_id, d.state, SUM(d.delta) AS n FROM assignment_delta d
         WHERE d.unit_id = :unit_id AND d.visible_day <= :as_of_day GROUP BY d.assignment_id, d.obligation_id, d.state) x
  JOIN obligation o ON o.id = x.obligation_id JOIN assignment a ON a.id = x.assignment_id JOIN directive d ON d.id = a.directive_id
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
 WHERE x.n > 0 AND {scope :unit_id}
 ORDER BY CASE x.state WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END, COALESCE(a.due_day, 2147483647), x.assignment_id;

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
