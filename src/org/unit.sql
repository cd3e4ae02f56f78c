-- name: unit_insert
-- result: none
-- scope: system
-- args: id int, created_ms int, is_sample int
INSERT INTO unit (id, created_ms, is_sample) VALUES (:id, :created_ms, :is_sample);

-- name: unit_fact_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, from_day int, to_day int, kind text, name text, code text?, symbol text?, address text?, domain text?, phone text?, email text?, sector text?, search_key text, sort_key text, event_id int?, known_ms int
INSERT INTO unit_fact (id, unit_id, from_day, to_day, kind, name, code, symbol, address, domain, phone, email, sector, search_key, sort_key, event_id, known_ms)
VALUES (:id, :unit_id, :from_day, :to_day, :kind, :name, :code, :symbol, :address, :domain, :phone, :email, :sector, :search_key, :sort_key, :event_id, :known_ms);

-- name: unit_fact_on
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: id int, from_day int, to_day int, kind text, name text, code text?, symbol text?, address text?, domain text?, phone text?, email text?, sector text?
SELECT id, from_day, to_day, kind, name, code, symbol, address, domain, phone, email, sector
  FROM unit_fact WHERE unit_id = :unit_id AND from_day <= :on_day AND to_day > :on_day;

-- name: unit_fact_last
-- result: one
-- scope: system
-- args: unit_id int
-- columns: id int, from_day int, to_day int
SELECT id, from_day, to_day FROM unit_fact WHERE unit_id = :unit_id ORDER BY from_day DESC LIMIT 1;

-- name: unit_fact_close
-- result: changes
-- scope: system
-- args: id int, to_day int
UPDATE unit_fact SET to_day = :to_day WHERE id = :id;

-- name: unit_fact_delete
-- A fact that begins on the very day it is replaced was never true.
-- result: none
-- scope: system
-- args: id int
DELETE FROM unit_fact WHERE id = :id;

-- name: unit_code_holder
-- Who holds a code on a day.
-- result: one
-- scope: system
-- args: code text, on_day int
-- columns: unit_id int
SELECT unit_id FROM unit_fact WHERE code = :code AND from_day <= :on_day AND to_day > :on_day ORDER BY unit_id LIMIT 1;

-- name: unit_edge_on
-- result: one
-- scope: system
-- args: child_id int, edge_kind text, on_day int
-- columns: id int, parent_id int, from_day int, to_day int
SELECT id, parent_id, from_day, to_day FROM unit_edge WHERE child_id = :child_id AND edge_kind = :edge_kind AND from_day <= :on_day AND to_day > :on_day;

-- name: unit_edge_later
-- result: one
-- scope: system
-- args: child_id int, edge_kind text, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM unit_edge WHERE child_id = :child_id AND edge_kind = :edge_kind AND from_day > :on_day;

-- name: unit_edge_insert
-- result: none
-- scope: system
-- args: id int, parent_id int, child_id int, edge_kind text, from_day int, to_day int, event_id int?, known_ms int
INSERT INTO unit_edge (id, parent_id, child_id, edge_kind, from_day, to_day, event_id, known_ms)
VALUES (:id, :parent_id, :child_id, :edge_kind, :from_day, :to_day, :event_id, :known_ms);

-- name: unit_edge_close
-- result: none
-- scope: system
-- args: id int, to_day int
UPDATE unit_edge SET to_day = :to_day WHERE id = :id;

-- name: unit_edge_delete
-- result: none
-- scope: system
-- args: id int
DELETE FROM unit_edge WHERE id = :id;

-- name: closure_self
-- result: none
-- scope: system
-- args: unit_id int, edge_kind text, from_day int, to_day int
INSERT INTO unit_closure (ancestor_id, edge_kind, descendant_id, depth, from_day, to_day)
VALUES (:unit_id, :edge_kind, :unit_id, 0, :from_day, :to_day) ON CONFLICT (ancestor_id, edge_kind, descendant_id, from_day) DO NOTHING;

-- name: closure_has
-- result: one
-- scope: system
-- args: ancestor_id int, edge_kind text, descendant_id int, on_day int
-- columns: depth int
SELECT depth FROM unit_closure WHERE ancestor_id = :ancestor_id AND edge_kind = :edge_kind AND descendant_id = :descendant_id AND from_day <= :on_day AND to_day > :on_day;

-- name: closure_cut
-- A subtree leaves everything above it on a day.
-- result: none
-- scope: system
-- args: unit_id int, edge_kind text, day int
UPDATE unit_closure SET to_day = :day
 WHERE edge_kind = :edge_kind AND to_day > :day AND from_day < :day
   AND ancestor_id IN (SELECT up.ancestor_id FROM unit_closure up WHERE up.descendant_id = :unit_id AND up.edge_kind = :edge_kind AND up.depth > 0 AND up.from_day <= :day AND up.to_day > :day)
   AND descendant_id IN (SELECT down.descendant_id FROM unit_closure down WHERE down.ancestor_id = :unit_id AND down.edge_kind = :edge_kind AND down.from_day <= :day AND down.to_day > :day);

-- name: closure_cut_fresh
-- Paths through it that would begin on that day or later never stood: also those of units that came below it that very day, or will come.
-- result: none
-- scope: system
-- args: unit_id int, edge_kind text, day int
DELETE FROM unit_closure
 WHERE edge_kind = :edge_kind AND from_day >= :day AND to_day > :day
   AND ancestor_id IN (SELECT a.ancestor_id FROM unit_closure a WHERE a.descendant_id = :unit_id AND a.edge_kind = :edge_kind AND a.depth > 0 AND a.to_day > :day)
   AND descendant_id IN (SELECT d.descendant_id FROM unit_closure d WHERE d.ancestor_id = :unit_id AND d.edge_kind = :edge_kind AND d.to_day > :day)
   AND EXISTS (SELECT 1 FROM unit_closure up JOIN unit_closure down ON down.edge_kind = up.edge_kind AND down.ancestor_id = up.descendant_id
                WHERE up.descendant_id = :unit_id AND up.edge_kind = :edge_kind AND up.depth > 0 AND up.ancestor_id = unit_closure.ancestor_id AND down.descendant_id = unit_closure.descendant_id
                  AND up.depth + down.depth = unit_closure.depth AND up.from_day < unit_closure.to_day AND up.to_day > unit_closure.from_day
                  AND down.from_day < unit_closure.to_day AND down.to_day > unit_closure.from_day);

-- name: closure_join
-- A subtree comes under a parent and everything above it, with what both will become later.
-- result: none
-- scope: system
-- args: unit_id int, parent_id int, edge_kind text, day int
INSERT INTO unit_closure (ancestor_id, edge_kind, descendant_id, depth, from_day, to_day)
SELECT j.ancestor_id, j.edge_kind, j.descendant_id, j.depth, j.from_day, j.to_day
  FROM (SELECT up.ancestor_id, up.edge_kind, down.descendant_id, up.depth + down.depth + 1 AS depth,
               CASE WHEN up.from_day >= down.from_day AND up.from_day > :day THEN up.from_day WHEN down.from_day > :day THEN down.from_day ELSE CAST(:day AS BIGINT) END AS from_day,
               CASE WHEN up.to_day < down.to_day THEN up.to_day ELSE down.to_day END AS to_day
          FROM unit_closure up JOIN unit_closure down ON down.edge_kind = up.edge_kind
         WHERE up.descendant_id = :parent_id AND up.edge_kind = :edge_kind AND up.to_day > :day AND down.ancestor_id = :unit_id AND down.to_day > :day) j
 WHERE j.from_day < j.to_day;

-- name: unit_page
-- One unit on a day.
-- result: one
-- scope: org
-- args: unit_id int, on_day int
-- columns: id int, kind text, name text, code text?, symbol text?, address text?, domain text?, phone text?, email text?, sector text?, from_day int, to_day int, people int, is_sample int
SELECT u.id, f.kind, f.name, f.code, f.symbol, f.address, f.domain, f.phone, f.email, f.sector, f.from_day, f.to_day, u.is_sample,
       (SELECT COUNT(DISTINCT pu.person_id) FROM person_unit pu JOIN person p ON p.id = pu.person_id AND p.is_active = 1 WHERE pu.unit_id = u.id AND pu.from_day <= :on_day AND pu.to_day > :on_day) AS people
  FROM unit u JOIN unit_fact f ON f.unit_id = u.id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE u.id = :unit_id AND {scope u.id};

-- name: unit_name_on
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: name text, kind text, code text?, symbol text?
SELECT name, kind, code, symbol FROM unit_fact WHERE unit_id = :unit_id AND from_day <= :on_day AND to_day > :on_day;

-- name: unit_parents
-- Each kind of parent a unit has on a day.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: edge_kind text, parent_id int, name text
SELECT e.edge_kind, e.parent_id, f.name
  FROM unit_edge e JOIN unit_fact f ON f.unit_id = e.parent_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE e.child_id = :unit_id AND e.from_day <= :on_day AND e.to_day > :on_day AND {scope :unit_id} ORDER BY e.edge_kind;

-- name: unit_children
-- Units right below one on a day, with how many stand below each.
-- result: many
-- scope: org
-- args: unit_id int, edge_kind text, on_day int
-- columns: id int, kind text, name text, code text?, below int
SELECT c.descendant_id AS id, f.kind, f.name, f.code,
       (SELECT COUNT(*) FROM unit_closure b WHERE b.ancestor_id = c.descendant_id AND b.edge_kind = c.edge_kind AND b.depth > 0 AND b.from_day <= :on_day AND b.to_day > :on_day) AS below
  FROM unit_closure c JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.ancestor_id = :unit_id AND c.edge_kind = :edge_kind AND c.depth = 1 AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :unit_id} AND {scope_below c.depth, :unit_id, :edge_kind}
 ORDER BY f.sort_key, c.descendant_id;

-- name: unit_history
-- Names and kinds of a unit through time, newest first.
-- result: many
-- scope: org
-- args: unit_id int
-- columns: from_day int, to_day int, kind text, name text, code text?, event_kind text?, basis text?
SELECT f.from_day, f.to_day, f.kind, f.name, f.code, e.kind AS event_kind, e.basis
  FROM unit_fact f LEFT JOIN unit_event e ON e.id = f.event_id WHERE f.unit_id = :unit_id AND {scope :unit_id} ORDER BY f.from_day DESC;

-- name: unit_search
-- Units the actor may read whose key holds a text, at or below a root.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, search text, kind text?, on_day int, limit_count int, offset_count int
-- columns: id int, kind text, name text, code text?, parent_id int?, parent_name text?
SELECT c.descendant_id AS id, f.kind, f.name, f.code, e.parent_id, pf.name AS parent_name
  FROM unit_closure c JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN unit_edge e ON e.child_id = c.descendant_id AND e.edge_kind = c.edge_kind AND e.from_day <= :on_day AND e.to_day > :on_day
  LEFT JOIN unit_fact pf ON pf.unit_id = e.parent_id AND pf.from_day <= :on_day AND pf.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND f.search_key LIKE :search AND (CAST(:kind AS TEXT) IS NULL OR f.kind = :kind)
 ORDER BY f.sort_key, c.descendant_id LIMIT :limit_count OFFSET :offset_count;

-- name: unit_below_count
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM unit_edge WHERE parent_id = :unit_id AND to_day > :on_day;

-- name: closure_end_self
-- result: none
-- scope: system
-- args: unit_id int, edge_kind text, day int
UPDATE unit_closure SET to_day = :day WHERE ancestor_id = :unit_id AND descendant_id = :unit_id AND edge_kind = :edge_kind AND to_day > :day;

-- name: closure_up
-- Everything above a unit, itself included, on a day or later.
-- result: many
-- scope: system
-- args: unit_id int, edge_kind text, day int
-- columns: ancestor_id int, depth int, from_day int, to_day int
SELECT ancestor_id, depth, from_day, to_day FROM unit_closure WHERE descendant_id = :unit_id AND edge_kind = :edge_kind AND to_day > :day;

-- name: closure_add
-- result: none
-- scope: system
-- args: ancestor_id int, edge_kind text, descendant_id int, depth int, from_day int, to_day int
INSERT INTO unit_closure (ancestor_id, edge_kind, descendant_id, depth, from_day, to_day) VALUES (:ancestor_id, :edge_kind, :descendant_id, :depth, :from_day, :to_day);

-- name: closure_will
-- On that day or any later one.
-- result: one
-- scope: system
-- args: ancestor_id int, edge_kind text, descendant_id int, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM unit_closure WHERE ancestor_id = :ancestor_id AND edge_kind = :edge_kind AND descendant_id = :descendant_id AND to_day > :on_day;

-- name: tree_change_insert
-- What stands below an ancestor changed from a day on: sums that were kept over its tree are no longer right. Also a row that is there is
-- written, so that whoever sums that tree and takes the row off waits for this change and sees it.
-- result: none
-- scope: system
-- args: edge_kind text, ancestor_id int, from_day int
INSERT INTO unit_tree_change (edge_kind, ancestor_id, from_day) VALUES (:edge_kind, :ancestor_id, :from_day)
ON CONFLICT (edge_kind, ancestor_id, from_day) DO UPDATE SET from_day = excluded.from_day;
