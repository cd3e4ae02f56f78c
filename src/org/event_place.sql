-- name: to_place_insert
-- result: none
-- scope: system
-- args: id int, event_id int, object_kind text, object_id int, title text?, unit_id int
INSERT INTO unit_to_place (id, event_id, object_kind, object_id, title, unit_id) VALUES (:id, :event_id, :object_kind, :object_id, :title, :unit_id);

-- name: to_place_get
-- result: one
-- scope: system
-- args: id int
-- columns: id int, event_id int, object_kind text, object_id int, unit_id int, placed_ms int?, on_day int
SELECT p.id, p.event_id, p.object_kind, p.object_id, p.unit_id, p.placed_ms, e.on_day
  FROM unit_to_place p JOIN unit_event e ON e.id = p.event_id WHERE p.id = :id AND NOT EXISTS (SELECT 1 FROM unit_event u WHERE u.undoes_id = p.event_id);

-- name: to_place_set
-- result: changes
-- scope: system
-- args: id int, placed_unit_id int, placed_day int, placed_ms int, placed_by int?
UPDATE unit_to_place SET placed_unit_id = :placed_unit_id, placed_day = :placed_day, placed_ms = :placed_ms, placed_by = :placed_by
 WHERE id = :id AND placed_ms IS NULL;

-- name: to_place_of_event
-- What an event left to be placed, what waits first (nothing waits of an event that was undone); for whoever may see where it stands.
-- result: many
-- scope: org
-- args: event_id int
-- columns: id int, object_kind text, object_id int, name text?, unit_id int, unit_name text?, placed_unit_id int?, placed_name text?, placed_day int?, placed_by_name text?
SELECT p.id, p.object_kind, p.object_id,
       COALESCE(p.title, (SELECT q.name FROM person q WHERE p.object_kind = 'person' AND q.id = p.object_id AND q.erased_ms IS NULL),
                (SELECT y.name FROM info_system y WHERE p.object_kind = 'system' AND y.id = p.object_id),
                (SELECT t.name FROM site t WHERE p.object_kind = 'site' AND t.id = p.object_id),
                (SELECT MAX(f.name) FROM unit_fact f WHERE p.object_kind = 'child' AND f.unit_id = p.object_id AND f.to_day = 2147483647)) AS name,
       p.unit_id, (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = p.unit_id AND f.to_day = 2147483647) AS unit_name,
       p.placed_unit_id, (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = p.placed_unit_id AND f.to_day = 2147483647) AS placed_name,
       p.placed_day, (SELECT b.name FROM person b WHERE b.id = p.placed_by) AS placed_by_name
  FROM unit_to_place p
 WHERE p.event_id = :event_id AND {scope p.unit_id} AND (p.placed_ms IS NOT NULL OR NOT EXISTS (SELECT 1 FROM unit_event u WHERE u.undoes_id = p.event_id))
 ORDER BY CASE WHEN p.placed_ms IS NULL THEN 0 ELSE 1 END, p.object_kind, p.id;

-- name: to_place_open_of_unit
-- The events that left something with this unit which nobody has placed yet.
-- result: many
-- scope: org
-- args: unit_id int
-- columns: event_id int, n int
SELECT p.event_id, COUNT(*) AS n FROM unit_to_place p
 WHERE p.unit_id = :unit_id AND p.placed_ms IS NULL AND {scope :unit_id} AND NOT EXISTS (SELECT 1 FROM unit_event u WHERE u.undoes_id = p.event_id) GROUP BY p.event_id ORDER BY p.event_id;

-- name: event_people_all
-- Who works in a unit or holds a role there.
-- result: many
-- scope: system
-- args: unit_id int, on_day int
-- columns: person_id int
SELECT person_id FROM person_unit WHERE unit_id = :unit_id AND to_day > :on_day
UNION SELECT person_id FROM person_grant WHERE unit_id = :unit_id AND to_day > :on_day ORDER BY person_id;

-- name: event_part
-- Whether a unit is one of those an event gave to.
-- result: one
-- scope: system
-- args: event_id int, unit_id int
-- columns: n int
SELECT COUNT(*) AS n FROM unit_succession WHERE event_id = :event_id AND to_unit_id = :unit_id;

-- name: event_parts
-- result: many
-- scope: org
-- args: event_id int, on_day int
-- columns: from_unit_id int, to_unit_id int, from_name text?, to_name text?
SELECT s.from_unit_id, s.to_unit_id,
       (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = s.from_unit_id AND f.from_day < e.on_day AND f.to_day >= e.on_day) AS from_name,
       COALESCE((SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = s.to_unit_id AND f.from_day <= :on_day AND f.to_day > :on_day),
                (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = s.to_unit_id AND f.from_day <= e.on_day AND f.to_day > e.on_day)) AS to_name
  FROM unit_succession s JOIN unit_event e ON e.id = s.event_id
 WHERE s.event_id = :event_id AND ({scope s.to_unit_id} OR {scope s.from_unit_id}) ORDER BY s.id;

-- name: event_get
-- One event, for whoever may see a unit it touched.
-- result: one
-- scope: org
-- args: event_id int
-- columns: id int, kind text, on_day int, basis text, note text?, by_name text?, at_ms int, undoes_id int?, has_items int, undone_id int?
SELECT e.id, e.kind, e.on_day, e.basis, e.note, p.name AS by_name, e.at_ms, e.undoes_id, e.has_items,
       (SELECT MAX(u.id) FROM unit_event u WHERE u.undoes_id = e.id) AS undone_id
  FROM unit_event e LEFT JOIN person p ON p.id = e.by_person
 WHERE e.id = :event_id AND (EXISTS (SELECT 1 FROM unit_succession s WHERE s.event_id = e.id AND ({scope s.to_unit_id} OR {scope s.from_unit_id}))
    OR EXISTS (SELECT 1 FROM unit_fact f WHERE f.event_id = e.id AND {scope f.unit_id})
    OR EXISTS (SELECT 1 FROM unit_edge g WHERE g.event_id = e.id AND {scope g.child_id})
    OR EXISTS (SELECT 1 FROM unit_function u WHERE u.event_id = e.id AND {scope u.unit_id})
    OR EXISTS (SELECT 1 FROM unit_succession s WHERE s.event_id = e.undoes_id AND ({scope s.to_unit_id} OR {scope s.from_unit_id})));

-- name: event_units
-- The units an event touched, any of which lets somebody see it; for whoever does.
-- result: many
-- scope: org
-- args: event_id int
-- columns: unit_id int
WITH x AS (SELECT s.to_unit_id AS unit_id FROM unit_succession s WHERE s.event_id = :event_id
           UNION SELECT s.from_unit_id FROM unit_succession s WHERE s.event_id = :event_id
           UNION SELECT f.unit_id FROM unit_fact f WHERE f.event_id = :event_id
           UNION SELECT g.child_id FROM unit_edge g WHERE g.event_id = :event_id
           UNION SELECT n.unit_id FROM unit_function n WHERE n.event_id = :event_id
           UNION SELECT s.to_unit_id FROM unit_event e JOIN unit_succession s ON s.event_id = e.undoes_id WHERE e.id = :event_id
           UNION SELECT s.from_unit_id FROM unit_event e JOIN unit_succession s ON s.event_id = e.undoes_id WHERE e.id = :event_id)
SELECT x.unit_id FROM x WHERE EXISTS (SELECT 1 FROM x mine WHERE {scope mine.unit_id}) ORDER BY x.unit_id;
