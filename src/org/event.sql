-- name: unit_event_insert
-- result: none
-- scope: system
-- args: id int, kind text, on_day int, basis text, note text?, by_person int?, at_ms int, undoes_id int?
INSERT INTO unit_event (id, kind, on_day, basis, note, by_person, at_ms, undoes_id, has_items) VALUES (:id, :kind, :on_day, :basis, :note, :by_person, :at_ms, :undoes_id, 1);

-- name: unit_succession_insert
-- result: none
-- scope: system
-- args: id int, event_id int, from_unit_id int, to_unit_id int
INSERT INTO unit_succession (id, event_id, from_unit_id, to_unit_id) VALUES (:id, :event_id, :from_unit_id, :to_unit_id);

-- name: unit_event_list
-- Events that touched a unit at or below a root, newest first.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, limit_count int, offset_count int
-- columns: id int, kind text, on_day int, basis text, note text?, by_name text?, units int
SELECT e.id, e.kind, e.on_day, e.basis, e.note, p.name AS by_name, (SELECT COUNT(*) FROM unit_succession s WHERE s.event_id = e.id) AS units
  FROM unit_event e LEFT JOIN person p ON p.id = e.by_person
 WHERE {scope :root_id} AND (EXISTS (SELECT 1 FROM unit_succession s JOIN unit_closure c ON c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.descendant_id IN (s.from_unit_id, s.to_unit_id) WHERE s.event_id = e.id AND {scope_below c.depth, :root_id, :edge_kind})
    OR EXISTS (SELECT 1 FROM unit_fact f JOIN unit_closure c ON c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.descendant_id = f.unit_id WHERE f.event_id = e.id AND {scope_below c.depth, :root_id, :edge_kind}))
 ORDER BY e.on_day DESC, e.id DESC LIMIT :limit_count OFFSET :offset_count;

-- name: event_counts
-- What would move with a unit.
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: people int, grants int, systems int, sites int, children int, functions int
SELECT (SELECT COUNT(*) FROM person_unit pu JOIN person p ON p.id = pu.person_id AND p.erased_ms IS NULL WHERE pu.unit_id = :unit_id AND pu.to_day > :on_day) AS people,
       (SELECT COUNT(*) FROM person_grant g WHERE g.unit_id = :unit_id AND g.to_day > :on_day AND g.pair_id IS NULL) AS grants,
       (SELECT COUNT(*) FROM info_system s WHERE (s.operator_id = :unit_id OR s.owner_id = :unit_id) AND s.to_day > :on_day) AS systems,
       (SELECT COUNT(*) FROM site t WHERE t.unit_id = :unit_id AND t.to_day > :on_day) AS sites,
       (SELECT COUNT(DISTINCT e.child_id) FROM unit_edge e WHERE e.parent_id = :unit_id AND e.to_day > :on_day) AS children,
       (SELECT COUNT(*) FROM unit_function f WHERE f.unit_id = :unit_id AND f.to_day > :on_day) AS functions;

-- name: event_children
-- result: many
-- scope: system
-- args: unit_id int, on_day int
-- columns: child_id int, edge_kind text
SELECT child_id, edge_kind FROM unit_edge WHERE parent_id = :unit_id AND to_day > :on_day ORDER BY edge_kind, child_id;

-- name: event_people
-- result: many
-- scope: system
-- args: unit_id int, on_day int
-- columns: person_id int
SELECT DISTINCT person_id FROM person_unit WHERE unit_id = :unit_id AND to_day > :on_day ORDER BY person_id;

-- name: event_grants
-- result: many
-- scope: system
-- args: unit_id int, person_id int, on_day int
-- columns: id int, person_id int, role text, edge_kind text, rights int, from_day int, to_day int, basis text?, granted_by int?, pair_id int?, needs_factor int
SELECT id, person_id, role, edge_kind, rights, from_day, to_day, basis, granted_by, pair_id, needs_factor FROM person_grant
 WHERE unit_id = :unit_id AND to_day > :on_day AND (CAST(:person_id AS BIGINT) = 0 OR person_id = :person_id) ORDER BY COALESCE(pair_id, id), pair_id IS NOT NULL, id;

-- name: event_systems_operator
-- result: none
-- scope: system
-- args: from_unit_id int, to_unit_id int, system_id int, on_day int
-- outbox: to_unit_id
UPDATE info_system SET operator_id = :to_unit_id WHERE operator_id = :from_unit_id AND to_day > :on_day AND (CAST(:system_id AS BIGINT) = 0 OR id = :system_id);

-- name: event_systems_owner
-- result: none
-- scope: system
-- args: from_unit_id int, to_unit_id int, system_id int, on_day int
-- outbox: to_unit_id
UPDATE info_system SET owner_id = :to_unit_id WHERE owner_id = :from_unit_id AND to_day > :on_day AND (CAST(:system_id AS BIGINT) = 0 OR id = :system_id);

-- name: event_sites
-- result: none
-- scope: system
-- args: from_unit_id int, to_unit_id int, site_id int, on_day int
-- outbox: to_unit_id
UPDATE site SET unit_id = :to_unit_id WHERE unit_id = :from_unit_id AND to_day > :on_day AND (CAST(:site_id AS BIGINT) = 0 OR id = :site_id);

-- name: event_functions
-- result: many
-- scope: system
-- args: unit_id int, on_day int
-- columns: id int, unit_id int, area_unit_id int, function text, basis text
SELECT id, unit_id, area_unit_id, function, basis FROM unit_function WHERE (unit_id = :unit_id OR area_unit_id = :unit_id) AND to_day > :on_day ORDER BY id;

-- name: unit_function_close
-- result: changes
-- scope: system
-- args: id int, day int
UPDATE unit_function SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE id = :id AND to_day > :day;

-- name: unit_function_holders
-- Who holds a function on a day, anywhere (area 0) or for one area.
-- result: many
-- scope: system
-- args: function text, area_unit_id int, on_day int
-- columns: id int, unit_id int, area_unit_id int, kind text
SELECT uf.id, uf.unit_id, uf.area_unit_id, f.kind FROM unit_function uf JOIN unit_fact f ON f.unit_id = uf.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE uf.function = :function AND (CAST(:area_unit_id AS BIGINT) = 0 OR uf.area_unit_id = :area_unit_id) AND uf.from_day <= :on_day AND uf.to_day > :on_day ORDER BY uf.id;

-- name: event_members
-- result: many
-- scope: system
-- args: unit_id int, on_day int
-- columns: id int, membership text, basis text
SELECT id, membership, basis FROM unit_member WHERE unit_id = :unit_id AND to_day > :on_day ORDER BY id;

-- name: unit_member_close
-- result: none
-- scope: system
-- args: id int, day int
UPDATE unit_member SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE id = :id;

-- name: units_of_kind
-- Units of a kind on a day with their parent and their top in the administrative tree.
-- result: many
-- scope: system
-- args: kind text, on_day int
-- columns: id int, name text, parent_id int, top_id int
SELECT f.unit_id AS id, f.name,
       COALESCE((SELECT MAX(e.parent_id) FROM unit_edge e WHERE e.child_id = f.unit_id AND e.edge_kind = 'administrative' AND e.from_day <= :on_day AND e.to_day > :on_day), 0) AS parent_id,
       (SELECT c.ancestor_id FROM unit_closure c WHERE c.descendant_id = f.unit_id AND c.edge_kind = 'administrative' AND c.from_day <= :on_day AND c.to_day > :on_day ORDER BY c.depth DESC LIMIT 1) AS top_id
  FROM unit_fact f WHERE f.kind = :kind AND f.from_day <= :on_day AND f.to_day > :on_day ORDER BY f.sort_key, f.unit_id;

-- name: units_right_below
-- result: many
-- scope: system
-- args: unit_id int, on_day int
-- columns: id int, kind text, name text
SELECT e.child_id AS id, f.kind, f.name FROM unit_edge e JOIN unit_fact f ON f.unit_id = e.child_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE e.parent_id = :unit_id AND e.edge_kind = 'administrative' AND e.from_day <= :on_day AND e.to_day > :on_day ORDER BY f.sort_key, e.child_id;

-- name: unit_handover_insert
-- result: none
-- scope: system
-- args: id int, event_id int, object_kind text, object_id int, role text, from_unit_id int, to_unit_id int, on_day int
INSERT INTO unit_handover (id, event_id, object_kind, object_id, role, from_unit_id, to_unit_id, on_day) VALUES (:id, :event_id, :object_kind, :object_id, :role, :from_unit_id, :to_unit_id, :on_day);

-- name: event_holdings
-- What an event takes from a unit: its sites and systems, or (object_id not 0) the one of a kind.
-- result: many
-- scope: system
-- args: unit_id int, object_kind text, object_id int, on_day int
-- columns: object_kind text, id int, role text
SELECT 'site' AS object_kind, id, '' AS role FROM site WHERE unit_id = :unit_id AND to_day > :on_day AND (CAST(:object_id AS BIGINT) = 0 OR (id = :object_id AND CAST(:object_kind AS TEXT) = 'site'))
UNION ALL SELECT 'system', id, 'operator' FROM info_system WHERE operator_id = :unit_id AND to_day > :on_day AND (CAST(:object_id AS BIGINT) = 0 OR (id = :object_id AND CAST(:object_kind AS TEXT) = 'system'))
UNION ALL SELECT 'system', id, 'owner' FROM info_system WHERE owner_id = :unit_id AND to_day > :on_day AND (CAST(:object_id AS BIGINT) = 0 OR (id = :object_id AND CAST(:object_kind AS TEXT) = 'system'))
ORDER BY 1, 3, 2;

-- name: unit_holdings_on
-- Sites and systems that stood with a unit on a day, also when they stand elsewhere today. Whoever may read a successor reads it too.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: object_kind text, id int, role text, name text
SELECT 'site' AS object_kind, t.id, '' AS role, t.name FROM site t
 WHERE (t.unit_id = :unit_id OR t.id IN (SELECT h.object_id FROM unit_handover h WHERE h.from_unit_id = :unit_id AND h.object_kind = 'site')) AND t.from_day <= :on_day AND t.to_day > :on_day
   AND COALESCE((SELECT h.from_unit_id FROM unit_handover h WHERE h.object_kind = 'site' AND h.object_id = t.id AND h.on_day > :on_day ORDER BY h.on_day, h.id LIMIT 1), t.unit_id) = :unit_id
   AND ({scope :unit_id} OR EXISTS (SELECT 1 FROM unit_succession s WHERE s.from_unit_id = :unit_id AND {scope s.to_unit_id}))
UNION ALL
SELECT 'system', y.id, 'operator', y.name FROM info_system y
 WHERE (y.operator_id = :unit_id OR y.id IN (SELECT h.object_id FROM unit_handover h WHERE h.from_unit_id = :unit_id AND h.object_kind = 'system')) AND y.from_day <= :on_day AND y.to_day > :on_day
   AND COALESCE((SELECT h.from_unit_id FROM unit_handover h WHERE h.object_kind = 'system' AND h.role = 'operator' AND h.object_id = y.id AND h.on_day > :on_day ORDER BY h.on_day, h.id LIMIT 1), y.operator_id) = :unit_id
   AND ({scope :unit_id} OR EXISTS (SELECT 1 FROM unit_succession s WHERE s.from_unit_id = :unit_id AND {scope s.to_unit_id}))
ORDER BY 1, 4, 2;
