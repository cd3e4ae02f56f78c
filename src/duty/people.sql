-- name: people_units
-- Units at and below a root that owe acknowledgements of a directive: how many people, how many have read; most missing first. Paged.
-- result: many
-- scope: org
-- args: root_id int, directive_id int, edge_kind text, on_day int, limit_count int, offset_count int
-- columns: unit_id int, name text, people int, acked int
SELECT c.descendant_id AS unit_id, f.name, COUNT(DISTINCT pu.person_id) AS people, COUNT(DISTINCT k.person_id) AS acked
  FROM unit_closure c
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  JOIN person_unit pu ON pu.unit_id = c.descendant_id AND pu.from_day <= :on_day AND pu.to_day > :on_day
  JOIN person p ON p.id = pu.person_id AND p.is_active = 1
  LEFT JOIN acknowledgement k ON k.directive_id = :directive_id AND k.person_id = pu.person_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND EXISTS (SELECT 1 FROM assignment a WHERE a.unit_id = c.descendant_id AND a.directive_id = :directive_id AND a.closed_day IS NULL)
 GROUP BY c.descendant_id, f.name, f.sort_key
 ORDER BY COUNT(DISTINCT pu.person_id) - COUNT(DISTINCT k.person_id) DESC, f.sort_key, c.descendant_id LIMIT :limit_count OFFSET :offset_count;

-- name: people_missing
-- Who has not read a directive, by unit and given name, with how to reach them. Paged.
-- result: many
-- scope: org
-- args: root_id int, directive_id int, edge_kind text, on_day int, search text?, limit_count int, offset_count int
-- columns: person_id int, name text, title text?, phone text?, unit_id int, unit_name text
SELECT p.id AS person_id, p.name, p.title, p.phone, c.descendant_id AS unit_id, f.name AS unit_name
  FROM unit_closure c
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  JOIN person_unit pu ON pu.unit_id = c.descendant_id AND pu.from_day <= :on_day AND pu.to_day > :on_day
  JOIN person p ON p.id = pu.person_id AND p.is_active = 1
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND EXISTS (SELECT 1 FROM assignment a WHERE a.unit_id = c.descendant_id AND a.directive_id = :directive_id AND a.closed_day IS NULL)
   AND NOT EXISTS (SELECT 1 FROM acknowledgement k WHERE k.directive_id = :directive_id AND k.person_id = p.id)
   AND (CAST(:search AS TEXT) IS NULL OR p.search_key LIKE :search OR f.search_key LIKE :search)
 ORDER BY f.sort_key, c.descendant_id, p.sort_key, p.id LIMIT :limit_count OFFSET :offset_count;

-- name: people_heads_of_unit
-- Heads and deputies who sign for, in a range of days, by first day.
-- result: many
-- scope: org
-- args: unit_id int, from_day int, to_day int
-- columns: person_id int, name text, title text?, role text, basis text?, from_day int, to_day int
SELECT g.person_id, p.name, p.title, g.role, g.basis, g.from_day, g.to_day FROM person_grant g JOIN person p ON p.id = g.person_id
 WHERE g.unit_id = :unit_id AND g.role IN ('unit_head', 'deputy_head') AND g.from_day < :to_day AND g.to_day > :from_day AND {scope :unit_id}
 ORDER BY g.from_day, CASE g.role WHEN 'unit_head' THEN 0 ELSE 1 END, g.id;

-- name: people_heads
-- The extract for a whole subtree: who was head of which unit, when, within a range of days; units without any come too. Paged by offset.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, from_day int, to_day int, limit_count int, offset_count int
-- columns: unit_id int, unit_name text, person_id int?, name text?, title text?, basis text?, from_day int?, to_day int?
SELECT c.descendant_id AS unit_id, f.name AS unit_name, g.person_id, p.name, p.title, g.basis, g.from_day, g.to_day
  FROM unit_closure c
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN person_grant g ON g.unit_id = c.descendant_id AND g.role = 'unit_head' AND g.from_day < :to_day AND g.to_day > :from_day
  LEFT JOIN person p ON p.id = g.person_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
 ORDER BY CASE WHEN g.id IS NULL THEN 0 ELSE 1 END, f.sort_key, c.descendant_id, g.from_day, g.id LIMIT :limit_count OFFSET :offset_count;
