-- name: unit_page_roots
-- Where a person's sight begins: units they hold the right on by a grant, without those another of their grants reaches from above.
-- result: many
-- scope: self
-- args: on_day int
-- columns: id int, name text, kind text, code text?
SELECT DISTINCT g.unit_id AS id, f.name, f.kind, f.code, f.sort_key
  FROM person_grant g JOIN unit_fact f ON f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.from_day <= :actor_day AND g.to_day > :actor_day
   AND NOT EXISTS (SELECT 1 FROM person_grant h JOIN unit_closure c ON c.ancestor_id = h.unit_id AND c.edge_kind = h.edge_kind AND c.descendant_id = g.unit_id AND c.depth > 0
                     AND c.from_day <= :on_day AND c.to_day > :on_day
                    WHERE h.person_id = :actor_person AND (h.rights & :actor_right) = :actor_right AND h.from_day <= :actor_day AND h.to_day > :actor_day)
 ORDER BY f.sort_key, g.unit_id;

-- name: unit_page_seen
-- Which of the units above one the actor may open: for the links of the bread crumbs.
-- result: many
-- scope: org
-- args: unit_id int, edge_kind text, on_day int
-- columns: id int, name text, depth int, seen int
SELECT c.ancestor_id AS id, f.name, c.depth, CASE WHEN {scope c.ancestor_id} THEN 1 ELSE 0 END AS seen
  FROM unit_closure c JOIN unit_fact f ON f.unit_id = c.ancestor_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.descendant_id = :unit_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day ORDER BY c.depth DESC;

-- name: unit_page_contacts
-- Head and focal points of a unit on a day, and when each last said that their number is right.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: person_id int, name text, title text?, phone text?, email text?, role text, from_day int, basis text?, confirmed_ms int?
SELECT p.id AS person_id, p.name, p.title, p.phone, p.email, g.role, g.from_day, g.basis,
       (SELECT MAX(e.at_ms) FROM chain_entry e WHERE e.object_kind = 'person' AND e.object_id = p.id AND e.kind = 'contact_confirmed') AS confirmed_ms
  FROM person_grant g JOIN person p ON p.id = g.person_id AND p.is_active = 1
 WHERE g.unit_id = :unit_id AND g.pair_id IS NULL AND g.from_day <= :on_day AND g.to_day > :on_day
   AND g.role IN ('unit_head', 'deputy_head', 'focal_officer', 'focal_deputy', 'isp_contact') AND {scope :unit_id}
 ORDER BY CASE g.role WHEN 'unit_head' THEN 0 WHEN 'deputy_head' THEN 1 WHEN 'focal_officer' THEN 2 WHEN 'isp_contact' THEN 3 ELSE 4 END, p.sort_key, g.id;

-- name: unit_page_past_parents
-- Under whom a unit stood through time, newest first, with the names of those days.
-- result: many
-- scope: org
-- args: unit_id int
-- columns: edge_kind text, parent_id int, name text?, from_day int, to_day int, event_kind text?, basis text?
SELECT e.edge_kind, e.parent_id, e.from_day, e.to_day, v.kind AS event_kind, v.basis,
       (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = e.parent_id AND f.from_day <= e.from_day AND f.to_day > e.from_day) AS name
  FROM unit_edge e LEFT JOIN unit_event v ON v.id = e.event_id
 WHERE e.child_id = :unit_id AND {scope :unit_id} ORDER BY e.from_day DESC, e.edge_kind;

-- name: unit_page_succession
-- Whom a unit came from and who came after it, but for what was undone.
-- result: many
-- scope: org
-- args: unit_id int
-- columns: event_kind text, on_day int, basis text, other_id int, name text?, is_after int
SELECT v.kind AS event_kind, v.on_day, v.basis, CASE WHEN s.from_unit_id = :unit_id THEN s.to_unit_id ELSE s.from_unit_id END AS other_id,
       CASE WHEN s.from_unit_id = :unit_id THEN 1 ELSE 0 END AS is_after,
       (SELECT f.name FROM unit_fact f WHERE f.unit_id = CASE WHEN s.from_unit_id = :unit_id THEN s.to_unit_id ELSE s.from_unit_id END ORDER BY f.from_day DESC LIMIT 1) AS name
  FROM unit_succession s JOIN unit_event v ON v.id = s.event_id
 WHERE (s.from_unit_id = :unit_id OR s.to_unit_id = :unit_id) AND s.from_unit_id <> s.to_unit_id AND {scope :unit_id}
   AND NOT EXISTS (SELECT 1 FROM unit_event x WHERE x.undoes_id = v.id) ORDER BY v.on_day DESC, s.id;

-- name: unit_page_functions
-- What a unit is for whom: "dedicated body of the province".
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: function text, area_id int, area_name text?, from_day int, basis text
SELECT n.function, n.area_unit_id AS area_id, f.name AS area_name, n.from_day, n.basis
  FROM unit_function n LEFT JOIN unit_fact f ON f.unit_id = n.area_unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE n.unit_id = :unit_id AND n.from_day <= :on_day AND n.to_day > :on_day AND {scope :unit_id} ORDER BY n.function, n.id;

-- name: unit_page_pick
-- A unit somebody typed: by its code, else by what its name holds. For forms that name another unit.
-- result: many
-- scope: org
-- args: code text, search text, on_day int, limit_count int
-- columns: id int, name text, code text?, kind text, is_code int
SELECT f.unit_id AS id, f.name, f.code, f.kind, CASE WHEN f.code = :code THEN 1 ELSE 0 END AS is_code
  FROM unit_fact f
 WHERE f.from_day <= :on_day AND f.to_day > :on_day AND (f.code = :code OR f.search_key LIKE :search) AND {scope f.unit_id}
 ORDER BY CASE WHEN f.code = :code THEN 0 ELSE 1 END, f.sort_key, f.unit_id LIMIT :limit_count;
