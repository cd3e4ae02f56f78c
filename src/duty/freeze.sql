-- name: freeze_open
-- result: none
-- scope: system
-- args: id int, root_id int, directive_id int?, edge_kind text, as_of_day int, at_ms int, by_person int?, hash blob
INSERT INTO data_freeze (id, root_id, directive_id, edge_kind, as_of_day, at_ms, by_person, row_count, hash)
VALUES (:id, :root_id, :directive_id, :edge_kind, :as_of_day, :at_ms, :by_person, 0, :hash);

-- name: freeze_take_now
-- Every row at and below the root as it stands, in one statement and so in one snapshot.
-- result: changes
-- scope: system
-- args: freeze_id int, root_id int, directive_id int?, edge_kind text, on_day int
-- outbox: freeze_id
INSERT INTO data_freeze_row (freeze_id, seq, unit_id, unit_name, parent_id, assignment_id, obligation_id, state, due_day)
SELECT :freeze_id, ROW_NUMBER() OVER (ORDER BY a.unit_id, a.id), a.unit_id, f.name, e.parent_id, a.id, a.obligation_id, a.state, a.due_day
  FROM unit_closure c JOIN assignment a ON a.unit_id = c.descendant_id
  JOIN unit_fact f ON f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN unit_edge e ON e.child_id = a.unit_id AND e.edge_kind = c.edge_kind AND e.from_day <= :on_day AND e.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND a.state >= 0
   AND (CAST(:directive_id AS BIGINT) IS NULL OR a.directive_id = :directive_id OR a.family_id = :directive_id);

-- name: freeze_take_past
-- The same as of a past day, as known at its end: the state whose deltas visible by then sum to one.
-- result: changes
-- scope: system
-- args: freeze_id int, root_id int, directive_id int?, edge_kind text, as_of_day int
-- outbox: freeze_id
INSERT INTO data_freeze_row (freeze_id, seq, unit_id, unit_name, parent_id, assignment_id, obligation_id, state, due_day)
SELECT :freeze_id, ROW_NUMBER() OVER (ORDER BY x.unit_id, x.assignment_id), x.unit_id, f.name, e.parent_id, x.assignment_id, x.obligation_id, x.state, a.due_day
  FROM (SELECT d.assignment_id, d.unit_id, d.obligation_id, d.state, SUM(d.delta) AS n
          FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND d.visible_day <= :as_of_day
           AND (CAST(:directive_id AS BIGINT) IS NULL OR d.directive_id = :directive_id OR d.family_id = :directive_id)
         GROUP BY d.assignment_id, d.unit_id, d.obligation_id, d.state) x
  JOIN assignment a ON a.id = x.assignment_id
  JOIN unit_fact f ON f.unit_id = x.unit_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day
  LEFT JOIN unit_edge e ON e.child_id = x.unit_id AND e.edge_kind = :edge_kind AND e.from_day <= :as_of_day AND e.to_day > :as_of_day
 WHERE x.n > 0;

-- name: freeze_hash_rows
-- result: many
-- scope: system
-- args: freeze_id int
-- columns: seq int, unit_id int, unit_name text, parent_id int?, assignment_id int, obligation_id int, state int, due_day int?
SELECT seq, unit_id, unit_name, parent_id, assignment_id, obligation_id, state, due_day FROM data_freeze_row WHERE freeze_id = :freeze_id ORDER BY seq;

-- name: freeze_close
-- Once: afterwards the head is never written again.
-- result: changes
-- scope: system
-- args: id int, row_count int, hash blob
UPDATE data_freeze SET row_count = :row_count, hash = :hash WHERE id = :id AND row_count = 0 AND length(hash) = 0;

-- name: freeze_list
-- Freezes of one unit, newest first; of one directive or of all.
-- result: many
-- scope: org
-- args: root_id int, directive_id int?, limit_count int
-- columns: id int, directive_id int?, directive_title text?, edge_kind text, as_of_day int, at_ms int, by_name text?, row_count int, hash blob
SELECT z.id, z.directive_id, d.title AS directive_title, z.edge_kind, z.as_of_day, z.at_ms, p.name AS by_name, z.row_count, z.hash
  FROM data_freeze z LEFT JOIN directive d ON d.id = z.directive_id LEFT JOIN person p ON p.id = z.by_person
 WHERE z.root_id = :root_id AND (CAST(:directive_id AS BIGINT) IS NULL OR z.directive_id = :directive_id) AND {scope :root_id} ORDER BY z.id DESC LIMIT :limit_count;

-- name: freeze_totals
-- Per obligation and state, by catalogue id: the table of a report.
-- result: many
-- scope: org
-- args: freeze_id int
-- columns: catalogue_id text?, title text, state int, n int, units int
SELECT o.catalogue_id, MIN(o.title) AS title, r.state, COUNT(*) AS n, COUNT(DISTINCT r.unit_id) AS units
  FROM data_freeze_row r JOIN data_freeze z ON z.id = r.freeze_id JOIN obligation o ON o.id = r.obligation_id
 WHERE r.freeze_id = :freeze_id AND {scope z.root_id} AND {scope_below CASE WHEN r.unit_id = z.root_id THEN 0 ELSE 1 END, z.root_id, z.edge_kind}
 GROUP BY o.catalogue_id, CASE WHEN o.catalogue_id IS NULL THEN o.id ELSE 0 END, r.state ORDER BY o.catalogue_id, MIN(o.title), r.state;

-- name: freeze_state_counts
-- result: many
-- scope: org
-- args: freeze_id int
-- columns: state int, n int
SELECT r.state, COUNT(*) AS n FROM data_freeze_row r JOIN data_freeze z ON z.id = r.freeze_id WHERE r.freeze_id = :freeze_id AND {scope z.root_id} AND {scope_below CASE WHEN r.unit_id = z.root_id THEN 0 ELSE 1 END, z.root_id, z.edge_kind} GROUP BY r.state ORDER BY r.state;
