-- name: access_check
-- result: one
-- scope: org
-- args: unit_id int
-- columns: ok int
SELECT 1 AS ok FROM unit WHERE id = :unit_id AND {scope :unit_id};

-- piece: who_reaches
-- Grants that reach one of the units m, by how many steps at least, and whether over a unit that the actor sees.
     r AS (SELECT g.id AS grant_id, 0 AS depth, m.is_seen FROM m JOIN person_grant g ON g.unit_id = m.unit_id AND g.pair_id IS NULL
           UNION ALL
           SELECT g.id AS grant_id, c.depth, m.is_seen
             FROM m JOIN unit_closure c ON c.descendant_id = m.unit_id AND c.depth > 0 AND c.from_day <= :on_day AND c.to_day > :on_day
             JOIN person_grant g ON g.unit_id = c.ancestor_id AND g.edge_kind = c.edge_kind),
     s AS (SELECT r.grant_id, MIN(r.depth) AS depth, MAX(r.is_seen) AS is_seen FROM r GROUP BY r.grant_id)

-- piece: who_holds
-- Of those, the live ones of the actor's own right.
  FROM s JOIN person_grant g ON g.id = s.grant_id JOIN person p ON p.id = g.person_id AND p.is_active = 1
 WHERE g.from_day <= :on_day AND g.to_day > :on_day AND (g.rights & :actor_right) = :actor_right AND EXISTS (SELECT 1 FROM m WHERE m.is_seen = 1)

-- name: access_who
-- Who can see a thing: every live grant of the actor's own right that reaches one of the units any of which lets somebody in, nearest first.
-- is_seen 0, behind all others: it reaches only units that the actor does not see, so it is counted and not named. units: [unit, ...]
-- result: many
-- scope: org
-- args: units text, on_day int, skip_count int, limit_count int
-- columns: person_id int, name text, title text?, role text, grant_unit_id int, grant_unit_name text?, edge_kind text, depth int, is_seen int, rights int, from_day int, to_day int
-- sqlite:
WITH u AS (SELECT DISTINCT CAST(value AS BIGINT) AS unit_id FROM json_each(:units)),
-- postgres:
WITH u AS (SELECT DISTINCT CAST(value AS BIGINT) AS unit_id FROM json_array_elements_text(CAST(:units AS json))),
-- both:
     m AS (SELECT u.unit_id, CASE WHEN {scope u.unit_id} THEN 1 ELSE 0 END AS is_seen FROM u),
     {piece who_reaches}
SELECT g.person_id, p.name, p.title, g.role, g.unit_id AS grant_unit_id,
       (SELECT f.name FROM unit_fact f WHERE f.unit_id = g.unit_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1) AS grant_unit_name,
       g.edge_kind, s.depth, s.is_seen, g.rights, g.from_day, g.to_day
  {piece who_holds}
 ORDER BY s.is_seen DESC, s.depth, p.sort_key, g.id LIMIT :limit_count OFFSET :skip_count;

-- name: access_who_count
-- How many people that are, how many of them are not named, and how many grants of the others.
-- result: one
-- scope: org
-- args: units text, on_day int
-- columns: people int, unnamed int, grants int
-- sqlite:
WITH u AS (SELECT DISTINCT CAST(value AS BIGINT) AS unit_id FROM json_each(:units)),
-- postgres:
WITH u AS (SELECT DISTINCT CAST(value AS BIGINT) AS unit_id FROM json_array_elements_text(CAST(:units AS json))),
-- both:
     m AS (SELECT u.unit_id, CASE WHEN {scope u.unit_id} THEN 1 ELSE 0 END AS is_seen FROM u),
     {piece who_reaches}
SELECT COUNT(*) AS people, COALESCE(SUM(1 - x.is_seen), 0) AS unnamed, COALESCE(SUM(x.seen_count), 0) AS grants
  FROM (SELECT g.person_id, MAX(s.is_seen) AS is_seen, SUM(s.is_seen) AS seen_count
  {piece who_holds}
         GROUP BY g.person_id) x;

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
