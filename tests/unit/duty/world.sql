-- name: world_person
-- result: none
-- scope: system
-- args: id int, name text, created_ms int
INSERT INTO person (id, name, search_key, sort_key, created_ms) VALUES (:id, :name, '', '', :created_ms);

-- name: world_person_unit
-- result: none
-- scope: system
-- args: id int, person_id int, unit_id int
INSERT INTO person_unit (id, person_id, unit_id, from_day, to_day) VALUES (:id, :person_id, :unit_id, 0, 2147483647);

-- name: world_grant
-- result: none
-- scope: system
-- args: id int, person_id int, role text, unit_id int, edge_kind text, rights int, granted_ms int
INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, granted_ms)
VALUES (:id, :person_id, :role, :unit_id, :edge_kind, :rights, 0, 2147483647, :granted_ms);

-- name: world_system
-- result: none
-- scope: system
-- args: id int, unit_id int, name text, uses_camera int, from_day int
INSERT INTO info_system (id, owner_id, operator_id, name, search_key, sort_key, uses_camera, from_day, to_day)
VALUES (:id, :unit_id, :unit_id, :name, '', '', :uses_camera, :from_day, 2147483647);

-- name: world_level
-- result: none
-- scope: system
-- args: id int, system_id int, level int
INSERT INTO system_level (id, system_id, level, state, from_day, to_day) VALUES (:id, :system_id, :level, 'approved', 0, 2147483647);

-- name: world_assignments
-- result: many
-- scope: system
-- columns: id int, unit_id int, state int, obligation_id int, directive_id int, subject_kind text, subject_id int, closed int
SELECT id, unit_id, state, obligation_id, directive_id, subject_kind, subject_id, CASE WHEN closed_day IS NULL THEN 0 ELSE 1 END AS closed FROM assignment ORDER BY id;

-- name: world_tamper
-- result: changes
-- scope: system
-- args: id int, at_ms int
UPDATE chain_entry SET at_ms = :at_ms WHERE id = :id;

-- name: world_entries
-- result: many
-- scope: system
-- columns: id int, seq int?, at_ms int, kind text
SELECT id, seq, at_ms, kind FROM chain_entry ORDER BY id;
