-- name: site_sample_present
-- Is anything of the sample province still here? The index holds sample units only.
-- result: one
-- scope: system
-- columns: n int
SELECT CASE WHEN EXISTS (SELECT 1 FROM unit WHERE is_sample = 1) THEN 1 ELSE 0 END AS n;

-- name: site_people_present
-- Has anybody been set up? The first-run wizard runs only while nobody has.
-- result: one
-- scope: system
-- columns: n int
SELECT CASE WHEN EXISTS (SELECT 1 FROM person) THEN 1 ELSE 0 END AS n;

-- name: site_helpers
-- Whom a unit may ask: for each unit right above it, whoever is there for it, by telephone.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: edge_kind text, parent_id int, parent_name text, parent_phone text?, person_name text?, person_phone text?
SELECT e.edge_kind, e.parent_id, f.name AS parent_name, f.phone AS parent_phone, p.name AS person_name, p.phone AS person_phone
  FROM unit_edge e
  JOIN unit_fact f ON f.unit_id = e.parent_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN person p ON p.id = (SELECT g.person_id FROM person_grant g JOIN person gp ON gp.id = g.person_id AND gp.is_active = 1
         WHERE g.unit_id = e.parent_id AND g.pair_id IS NULL AND g.from_day <= :on_day AND g.to_day > :on_day
           AND g.role IN ('focal_officer', 'superior_reviewer', 'coordinator', 'focal_deputy')
         ORDER BY CASE g.role WHEN 'focal_officer' THEN 0 WHEN 'superior_reviewer' THEN 1 WHEN 'coordinator' THEN 2 ELSE 3 END, g.id LIMIT 1)
 WHERE e.child_id = :unit_id AND e.from_day <= :on_day AND e.to_day > :on_day AND {scope :unit_id}
 ORDER BY CASE e.edge_kind WHEN 'professional' THEN 0 WHEN 'administrative' THEN 1 ELSE 2 END, e.parent_id;

-- name: site_response_team
-- The nearest standing body of a response team whose area holds the unit.
-- result: one
-- scope: org
-- args: unit_id int, on_day int
-- columns: unit_id int, name text, phone text?
SELECT fn.unit_id, f.name, f.phone
  FROM unit_closure c
  JOIN unit_function fn ON fn.area_unit_id = c.ancestor_id AND fn.function = 'response_team_standing' AND fn.from_day <= :on_day AND fn.to_day > :on_day
  JOIN unit_fact f ON f.unit_id = fn.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.descendant_id = :unit_id AND c.edge_kind = 'administrative' AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :unit_id}
 ORDER BY c.depth, fn.unit_id LIMIT 1;

-- name: site_contact_confirmed
-- When somebody last said that their own number and address are right.
-- result: one
-- scope: self
-- columns: at_ms int?
SELECT MAX(at_ms) AS at_ms FROM chain_entry WHERE object_kind = 'person' AND object_id = :actor_person AND kind = 'contact_confirmed';
