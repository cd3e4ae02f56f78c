-- name: event_item_insert
-- result: none
-- scope: system
-- args: id int, event_id int, object_kind text, object_id int, new_id int, edge_kind text, from_unit_id int, to_unit_id int, until_day int
INSERT INTO unit_event_item (id, event_id, object_kind, object_id, new_id, edge_kind, from_unit_id, to_unit_id, until_day)
VALUES (:id, :event_id, :object_kind, :object_id, :new_id, :edge_kind, :from_unit_id, :to_unit_id, :until_day);

-- name: event_items
-- What an event moved, the last first.
-- result: many
-- scope: system
-- args: event_id int
-- columns: id int, object_kind text, object_id int, new_id int, edge_kind text, from_unit_id int, to_unit_id int, until_day int
SELECT id, object_kind, object_id, new_id, edge_kind, from_unit_id, to_unit_id, until_day FROM unit_event_item WHERE event_id = :event_id ORDER BY id DESC;

-- name: event_handovers
-- result: many
-- scope: system
-- args: event_id int
-- columns: id int, object_kind text, object_id int, from_unit_id int, to_unit_id int
SELECT id, object_kind, object_id, from_unit_id, to_unit_id FROM unit_handover WHERE event_id = :event_id ORDER BY id DESC;

-- name: event_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, kind text, on_day int, at_ms int, undoes_id int?, has_items int, unit_id int?, is_undone int
SELECT e.id, e.kind, e.on_day, e.at_ms, e.undoes_id, e.has_items,
       COALESCE((SELECT MIN(s.from_unit_id) FROM unit_succession s WHERE s.event_id = e.id), (SELECT MIN(f.unit_id) FROM unit_fact f WHERE f.event_id = e.id),
                (SELECT MIN(g.child_id) FROM unit_edge g WHERE g.event_id = e.id), (SELECT MIN(n.unit_id) FROM unit_function n WHERE n.event_id = e.id)) AS unit_id,
       CASE WHEN EXISTS (SELECT 1 FROM unit_event u WHERE u.undoes_id = e.id) THEN 1 ELSE 0 END AS is_undone
  FROM unit_event e WHERE e.id = :id;

-- name: event_later
-- The first event after one that touched a unit it touched, unless that was undone.
-- result: one
-- scope: system
-- args: event_id int
-- columns: kind text, on_day int, basis text
SELECT e.kind, e.on_day, e.basis FROM unit_event e
 WHERE e.id > :event_id AND e.undoes_id IS NULL AND NOT EXISTS (SELECT 1 FROM unit_event u WHERE u.undoes_id = e.id)
   AND (EXISTS (SELECT 1 FROM unit_succession s JOIN unit_succession o ON o.event_id = :event_id
                 WHERE s.event_id = e.id AND (s.from_unit_id IN (o.from_unit_id, o.to_unit_id) OR s.to_unit_id IN (o.from_unit_id, o.to_unit_id)))
     OR EXISTS (SELECT 1 FROM unit_fact f WHERE f.event_id = e.id AND f.unit_id IN (SELECT o.to_unit_id FROM unit_succession o WHERE o.event_id = :event_id
                  UNION SELECT g.unit_id FROM unit_fact g WHERE g.event_id = :event_id UNION SELECT x.child_id FROM unit_edge x WHERE x.event_id = :event_id))
     OR EXISTS (SELECT 1 FROM unit_edge g WHERE g.event_id = e.id AND g.child_id IN (SELECT o.to_unit_id FROM unit_succession o WHERE o.event_id = :event_id
                  UNION SELECT x.child_id FROM unit_edge x WHERE x.event_id = :event_id))
     OR EXISTS (SELECT 1 FROM unit_function n JOIN unit_function o ON o.event_id = :event_id AND o.function = n.function AND o.area_unit_id = n.area_unit_id WHERE n.event_id = e.id))
 ORDER BY e.id LIMIT 1;

-- name: event_pairs
-- Who gave to whom.
-- result: many
-- scope: system
-- args: event_id int
-- columns: from_unit_id int, to_unit_id int
SELECT DISTINCT from_unit_id, to_unit_id FROM unit_succession WHERE event_id = :event_id ORDER BY from_unit_id, to_unit_id;

-- name: event_facts
-- Units that have a fact from an event; was_there: they stood before it; is_last: that fact holds still.
-- result: many
-- scope: system
-- args: event_id int
-- columns: unit_id int, was_there int, is_last int
SELECT f.unit_id, CASE WHEN EXISTS (SELECT 1 FROM unit_fact g WHERE g.unit_id = f.unit_id AND g.from_day < f.from_day) THEN 1 ELSE 0 END AS was_there,
       CASE WHEN f.to_day = 2147483647 THEN 1 ELSE 0 END AS is_last
  FROM unit_fact f WHERE f.event_id = :event_id ORDER BY f.unit_id;

-- name: fact_before
-- What a unit was when a day began.
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: to_day int, kind text, name text, code text?, symbol text?, address text?, domain text?, phone text?, email text?, sector text?
SELECT to_day, kind, name, code, symbol, address, domain, phone, email, sector FROM unit_fact
 WHERE unit_id = :unit_id AND from_day < :on_day AND to_day >= :on_day ORDER BY from_day DESC LIMIT 1;

-- name: fact_last_day
-- result: one
-- scope: system
-- args: unit_id int
-- columns: to_day int?
SELECT MAX(to_day) AS to_day FROM unit_fact WHERE unit_id = :unit_id;

-- name: edges_before
-- Under whom a unit stood in each tree when a day began.
-- result: many
-- scope: system
-- args: child_id int, on_day int
-- columns: edge_kind text, parent_id int
SELECT edge_kind, parent_id FROM unit_edge WHERE child_id = :child_id AND from_day < :on_day AND to_day >= :on_day ORDER BY edge_kind;

-- name: event_edges
-- Edges an event made; is_last: they hold still.
-- result: many
-- scope: system
-- args: event_id int
-- columns: child_id int, edge_kind text, is_last int
SELECT child_id, edge_kind, CASE WHEN to_day = 2147483647 THEN 1 ELSE 0 END AS is_last FROM unit_edge WHERE event_id = :event_id ORDER BY id DESC;

-- name: grant_rows
-- Both rows of a grant, however it ended.
-- result: many
-- scope: system
-- args: id int
-- columns: id int, person_id int, role text, edge_kind text, rights int, to_day int, basis text?, granted_by int?, pair_id int?, needs_factor int
SELECT id, person_id, role, edge_kind, rights, to_day, basis, granted_by, pair_id, needs_factor FROM person_grant WHERE id = :id OR pair_id = :id ORDER BY pair_id IS NOT NULL, id;

-- name: function_get
-- result: one
-- scope: system
-- args: id int
-- columns: unit_id int, area_unit_id int, function text, basis text, to_day int
SELECT unit_id, area_unit_id, function, basis, to_day FROM unit_function WHERE id = :id;

-- name: function_of_event
-- Functions an event gave; before_unit_id: who held them until then.
-- result: many
-- scope: system
-- args: event_id int, on_day int
-- columns: id int, area_unit_id int, function text, unit_id int, to_day int, before_unit_id int?
SELECT n.id, n.area_unit_id, n.function, n.unit_id, n.to_day,
       (SELECT MAX(o.unit_id) FROM unit_function o WHERE o.area_unit_id = n.area_unit_id AND o.function = n.function AND o.id <> n.id AND o.to_day = :on_day) AS before_unit_id
  FROM unit_function n WHERE n.event_id = :event_id ORDER BY n.id;

-- name: member_get
-- result: one
-- scope: system
-- args: id int
-- columns: unit_id int, membership text, basis text, to_day int
SELECT unit_id, membership, basis, to_day FROM unit_member WHERE id = :id;

-- name: person_works
-- result: one
-- scope: system
-- args: person_id int, unit_id int, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM person_unit WHERE person_id = :person_id AND unit_id = :unit_id AND to_day > :on_day;

-- name: holding_stands
-- Whether a site or system still stands with a unit.
-- result: one
-- scope: system
-- args: object_kind text, object_id int, unit_id int
-- columns: n int
SELECT (SELECT COUNT(*) FROM site t WHERE CAST(:object_kind AS TEXT) = 'site' AND t.id = :object_id AND t.unit_id = :unit_id)
     + (SELECT COUNT(*) FROM info_system y WHERE CAST(:object_kind AS TEXT) = 'system' AND y.id = :object_id AND (y.operator_id = :unit_id OR y.owner_id = :unit_id)) AS n;
