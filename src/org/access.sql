-- name: access_check
-- result: one
-- scope: org
-- args: unit_id int
-- columns: ok int
SELECT 1 AS ok FROM unit WHERE id = :unit_id AND {scope :unit_id};

-- name: access_who
-- Who can see this: every grant that reaches a unit today, nearest first.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: person_id int, name text, title text?, role text, grant_unit_id int, grant_unit_name text, edge_kind text, depth int, rights int, from_day int, to_day int
SELECT g.person_id, p.name, p.title, g.role, g.unit_id AS grant_unit_id, f.name AS grant_unit_name, g.edge_kind, c.depth, g.rights, g.from_day, g.to_day
  FROM unit_closure c
  JOIN person_grant g ON g.unit_id = c.ancestor_id AND (g.edge_kind = c.edge_kind OR (c.depth = 0 AND g.edge_kind = ''))
  JOIN person p ON p.id = g.person_id AND p.is_active = 1
  JOIN unit_fact f ON f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.descendant_id = :unit_id AND c.from_day <= :on_day AND c.to_day > :on_day AND g.from_day <= :on_day AND g.to_day > :on_day
   AND (g.pair_id IS NULL OR c.depth > 0)
   AND (c.depth > 0 OR c.edge_kind = g.edge_kind OR (g.edge_kind = '' AND c.edge_kind = 'administrative'))
   AND {scope :unit_id}
 ORDER BY c.depth, p.sort_key, g.id;

-- name: access_below
-- How many units stand below this one along one kind of edge, if the actor may look down it; no row when not.
-- result: one
-- scope: org
-- args: unit_id int, edge_kind text, on_day int
-- columns: n int
SELECT (SELECT COUNT(*) FROM unit_closure c
         WHERE c.ancestor_id = u.id AND c.edge_kind = :edge_kind AND c.depth > 0 AND c.from_day <= :on_day AND c.to_day > :on_day) AS n
  FROM unit u
 WHERE u.id = :unit_id AND {scope :unit_id} AND {scope_below 1, :unit_id, :edge_kind};

-- name: access_may_below
-- A row when the actor may look down one kind of edge from this unit, whether anything stands there or not.
-- result: one
-- scope: org
-- args: unit_id int, edge_kind text
-- columns: ok int
SELECT 1 AS ok FROM unit u WHERE u.id = :unit_id AND {scope :unit_id} AND {scope_below 1, :unit_id, :edge_kind};

-- name: access_look_below
-- A row when units stand below this one along one kind of edge and the actor may look down it.
-- result: one
-- scope: org
-- args: unit_id int, edge_kind text, on_day int
-- columns: ok int
SELECT 1 AS ok FROM unit u
 WHERE u.id = :unit_id AND {scope :unit_id} AND {scope_below 1, :unit_id, :edge_kind}
   AND EXISTS (SELECT 1 FROM unit_closure c
                WHERE c.ancestor_id = u.id AND c.edge_kind = :edge_kind AND c.depth > 0 AND c.from_day <= :on_day AND c.to_day > :on_day);
