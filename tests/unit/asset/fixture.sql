-- name: fixture_person
-- result: none
-- scope: system
-- args: id int, name text, created_ms int
INSERT INTO person (id, name, search_key, sort_key, created_ms) VALUES (:id, :name, '', '', :created_ms);

-- name: fixture_grant
-- result: none
-- scope: system
-- args: id int, person_id int, unit_id int, edge_kind text, rights int
INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, granted_ms)
VALUES (:id, :person_id, 'test', :unit_id, :edge_kind, :rights, 0, 2147483647, 0);

-- name: fixture_site
-- result: none
-- scope: system
-- args: id int, unit_id int, name text
INSERT INTO site (id, unit_id, name, from_day, to_day) VALUES (:id, :unit_id, :name, 0, 2147483647);

-- name: fixture_system
-- result: none
-- scope: system
-- args: id int, unit_id int, name text
INSERT INTO info_system (id, owner_id, operator_id, name, search_key, sort_key, from_day, to_day) VALUES (:id, :unit_id, :unit_id, :name, '', '', 0, 2147483647);

-- name: fixture_evidence
-- result: none
-- scope: system
-- args: id int, unit_id int, state text
INSERT INTO evidence (id, unit_id, kind, subject_kind, subject_id, done_day, covers_from_day, covers_to_day, title, fields_json, source, state, submitted_ms)
VALUES (:id, :unit_id, 'hunt', 'unit', :unit_id, 0, 0, 2147483647, 'Biên bản săn lùng', '{}', 'hand', :state, 0);

-- name: fixture_entries
-- result: many
-- scope: system
-- args: object_kind text
-- columns: kind text, object_id int, unit_id int?, actor_id int?
SELECT kind, object_id, unit_id, actor_id FROM chain_entry WHERE stream = 'duty' AND object_kind = :object_kind ORDER BY id;

-- name: fixture_break
-- A counter that somebody changed by hand.
-- result: none
-- scope: system
-- args: unit_id int
UPDATE device_count SET n_protected = n_protected + 1 WHERE unit_id = :unit_id AND kind = 'all';

-- name: fixture_hosts_more
-- Sums of hosts as another choice of kinds leaves them.
-- result: none
-- scope: system
-- args: unit_id int
UPDATE device_count SET n_protected = n_protected + 3, n_unprotected = n_unprotected - 1 WHERE unit_id = :unit_id AND kind = 'hosts';

-- name: fixture_hosts_none
-- result: none
-- scope: system
-- args: unit_id int
DELETE FROM device_count WHERE unit_id = :unit_id AND kind = 'hosts';

-- name: fixture_roots
-- result: many
-- scope: system
-- columns: id int, site_id int, merged_into int?, to_day int
SELECT id, site_id, merged_into, to_day FROM device ORDER BY id;

-- name: fixture_standing
-- result: many
-- scope: system
-- columns: id int
SELECT id FROM device_merge WHERE undone_ms IS NULL ORDER BY id;
