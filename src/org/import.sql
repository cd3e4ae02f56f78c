-- name: import_batch_insert
-- result: none
-- scope: system
-- args: id int, register_id text, unit_id int, file_name text, sha256 blob, row_count int, by_person int?, at_ms int
INSERT INTO import_batch (id, register, unit_id, file_name, sha256, row_count, by_person, at_ms) VALUES (:id, :register_id, :unit_id, :file_name, :sha256, :row_count, :by_person, :at_ms);

-- name: import_change_insert
-- result: none
-- scope: system
-- args: id int, batch_id int, seq int, object_kind text, object_id int, before_json text?, after_json text
INSERT INTO import_change (id, batch_id, seq, object_kind, object_id, before_json, after_json) VALUES (:id, :batch_id, :seq, :object_kind, :object_id, :before_json, :after_json);

-- name: import_batch_get
-- result: one
-- scope: system
-- args: id int
-- columns: id int, register_id text, unit_id int, at_ms int, undone_ms int?
SELECT id, register AS register_id, unit_id, at_ms, undone_ms FROM import_batch WHERE id = :id;

-- name: import_batch_undone
-- result: changes
-- scope: system
-- args: id int, undone_ms int, undone_by int?
UPDATE import_batch SET undone_ms = :undone_ms, undone_by = :undone_by WHERE id = :id AND undone_ms IS NULL;

-- name: import_batches
-- Batches at a unit, newest first.
-- result: many
-- scope: org
-- args: unit_id int, limit_count int
-- columns: id int, register_id text, file_name text, row_count int, by_name text?, at_ms int, undone_ms int?
SELECT b.id, b.register AS register_id, b.file_name, b.row_count, p.name AS by_name, b.at_ms, b.undone_ms FROM import_batch b LEFT JOIN person p ON p.id = b.by_person
 WHERE b.unit_id = :unit_id AND {scope :unit_id} ORDER BY b.id DESC LIMIT :limit_count;

-- name: import_changes
-- result: many
-- scope: system
-- args: batch_id int
-- columns: seq int, object_kind text, object_id int, before_json text?, after_json text
SELECT seq, object_kind, object_id, before_json, after_json FROM import_change WHERE batch_id = :batch_id ORDER BY seq DESC;

-- name: import_later
-- Objects of a batch that a later batch changed again.
-- result: one
-- scope: system
-- args: batch_id int
-- columns: n int, first_json text?
SELECT COUNT(*) AS n, MIN(c.after_json) AS first_json FROM import_change c
 WHERE c.batch_id = :batch_id AND EXISTS (SELECT 1 FROM import_change l JOIN import_batch b ON b.id = l.batch_id AND b.undone_ms IS NULL WHERE l.object_id = c.object_id AND l.batch_id > :batch_id);

-- name: import_units
-- Every unit with a code on a day. inside: at or below the root in any tree, and the actor has the right there (a grant on the root alone does not reach below it).
-- result: many
-- scope: org
-- args: root_id int, on_day int
-- columns: id int, code text, kind text, name text, symbol text?, address text?, phone text?, email text?, domain text?, sector text?, inside int, administrative text?, professional text?, incident text?
SELECT f.unit_id AS id, f.code, f.kind, f.name, f.symbol, f.address, f.phone, f.email, f.domain, f.sector,
       CASE WHEN CAST(:root_id AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor_id = :root_id AND c.descendant_id = f.unit_id AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope f.unit_id} AND {scope_below c.depth, :root_id, c.edge_kind}) THEN 1 ELSE 0 END AS inside,
       (SELECT MAX(p.code) FROM unit_edge e JOIN unit_fact p ON p.unit_id = e.parent_id AND p.from_day <= :on_day AND p.to_day > :on_day WHERE e.child_id = f.unit_id AND e.edge_kind = 'administrative' AND e.from_day <= :on_day AND e.to_day > :on_day) AS administrative,
       (SELECT MAX(p.code) FROM unit_edge e JOIN unit_fact p ON p.unit_id = e.parent_id AND p.from_day <= :on_day AND p.to_day > :on_day WHERE e.child_id = f.unit_id AND e.edge_kind = 'professional' AND e.from_day <= :on_day AND e.to_day > :on_day) AS professional,
       (SELECT MAX(p.code) FROM unit_edge e JOIN unit_fact p ON p.unit_id = e.parent_id AND p.from_day <= :on_day AND p.to_day > :on_day WHERE e.child_id = f.unit_id AND e.edge_kind = 'incident' AND e.from_day <= :on_day AND e.to_day > :on_day) AS incident
  FROM unit_fact f WHERE f.code IS NOT NULL AND f.from_day <= :on_day AND f.to_day > :on_day ORDER BY f.unit_id;

-- name: import_people
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, unit_id int, name text, title text?, email text?, phone text?
SELECT p.id, pu.unit_id, p.name, p.title, p.email, p.phone FROM person_unit pu JOIN person p ON p.id = pu.person_id AND p.erased_ms IS NULL
 WHERE pu.from_day <= :on_day AND pu.to_day > :on_day ORDER BY pu.id;

-- name: import_systems
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, owner_id int, operator_id int, name text, code text?, description text?, is_important int, has_personal_data int, is_national_platform int, uses_camera int, sector text?
SELECT id, owner_id, operator_id, name, code, description, is_important, has_personal_data, is_national_platform, uses_camera, sector
  FROM info_system WHERE from_day <= :on_day AND to_day > :on_day ORDER BY id;

-- name: import_sites
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, unit_id int, name text, address text?
SELECT id, unit_id, name, address FROM site WHERE from_day <= :on_day AND to_day > :on_day ORDER BY id;

-- name: import_ranges
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, system_id int, operator_id int, site_name text?, cidr text
SELECT r.id, r.system_id, s.operator_id, t.name AS site_name, r.cidr FROM system_range r JOIN info_system s ON s.id = r.system_id LEFT JOIN site t ON t.id = r.site_id
 WHERE s.from_day <= :on_day AND s.to_day > :on_day ORDER BY r.id;

-- name: import_domains
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, system_id int, operator_id int, domain text
SELECT d.id, d.system_id, s.operator_id, d.domain FROM system_domain d JOIN info_system s ON s.id = d.system_id
 WHERE s.from_day <= :on_day AND s.to_day > :on_day ORDER BY d.id;

-- name: import_databases
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, system_id int, operator_id int, name text, engine text?, has_personal_data int
SELECT d.id, d.system_id, s.operator_id, d.name, d.engine, d.has_personal_data FROM system_database d JOIN info_system s ON s.id = d.system_id
 WHERE s.from_day <= :on_day AND s.to_day > :on_day AND d.from_day <= :on_day AND d.to_day > :on_day ORDER BY d.id;

-- name: undo_stuck_units
-- What stands on units a batch made.
-- result: one
-- scope: system
-- args: batch_id int
-- columns: below int, people int, grants int, systems int, events int
SELECT (SELECT COUNT(*) FROM import_change c JOIN unit_edge e ON e.parent_id = c.object_id WHERE c.batch_id = :batch_id AND c.before_json IS NULL
          AND NOT EXISTS (SELECT 1 FROM import_change o WHERE o.batch_id = :batch_id AND o.object_id = e.child_id AND o.before_json IS NULL)) AS below,
       (SELECT COUNT(*) FROM import_change c JOIN person_unit p ON p.unit_id = c.object_id WHERE c.batch_id = :batch_id AND c.before_json IS NULL) AS people,
       (SELECT COUNT(*) FROM import_change c JOIN person_grant g ON g.unit_id = c.object_id WHERE c.batch_id = :batch_id AND c.before_json IS NULL) AS grants,
       (SELECT COUNT(*) FROM import_change c JOIN info_system s ON s.operator_id = c.object_id OR s.owner_id = c.object_id WHERE c.batch_id = :batch_id AND c.before_json IS NULL) AS systems,
       (SELECT COUNT(*) FROM import_change c JOIN unit_fact f ON f.unit_id = c.object_id WHERE c.batch_id = :batch_id AND f.event_id IS NOT NULL) AS events;

-- name: undo_unit_paths
-- result: none
-- scope: system
-- args: batch_id int
DELETE FROM unit_closure WHERE descendant_id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_unit_edges
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM unit_edge WHERE child_id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_unit_facts
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM unit_fact WHERE unit_id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_units
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM unit WHERE id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_stuck_people
-- Who has signed in, was invited, or was given something since.
-- result: one
-- scope: system
-- args: batch_id int, at_ms int
-- columns: accounts int, grants int
SELECT (SELECT COUNT(*) FROM import_change c WHERE c.batch_id = :batch_id AND c.before_json IS NULL AND (EXISTS (SELECT 1 FROM credential k WHERE k.person_id = c.object_id) OR EXISTS (SELECT 1 FROM invitation i WHERE i.person_id = c.object_id))) AS accounts,
       (SELECT COUNT(*) FROM import_change c JOIN person_grant g ON g.person_id = c.object_id AND g.granted_ms > :at_ms WHERE c.batch_id = :batch_id AND c.before_json IS NULL) AS grants;

-- name: undo_person_grants
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM person_grant WHERE person_id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_person_units
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM person_unit WHERE person_id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_people
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM person WHERE id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_stuck_systems
-- result: one
-- scope: system
-- args: batch_id int
-- columns: levels int, parts int
SELECT (SELECT COUNT(*) FROM import_change c JOIN system_level l ON l.system_id = c.object_id WHERE c.batch_id = :batch_id AND c.before_json IS NULL) AS levels,
       (SELECT COUNT(*) FROM import_change c WHERE c.batch_id = :batch_id AND c.before_json IS NULL AND (EXISTS (SELECT 1 FROM system_range r WHERE r.system_id = c.object_id)
          OR EXISTS (SELECT 1 FROM system_domain d WHERE d.system_id = c.object_id) OR EXISTS (SELECT 1 FROM system_database b WHERE b.system_id = c.object_id))) AS parts;

-- name: undo_systems
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM info_system WHERE id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_stuck_sites
-- result: one
-- scope: system
-- args: batch_id int
-- columns: ranges int
SELECT COUNT(*) AS ranges FROM import_change c JOIN system_range r ON r.site_id = c.object_id WHERE c.batch_id = :batch_id AND c.before_json IS NULL;

-- name: undo_sites
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM site WHERE id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_ranges
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM system_range WHERE id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_domains
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM system_domain WHERE id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);

-- name: undo_databases
-- result: none
-- scope: system
-- args: batch_id int
-- outbox: batch_id
DELETE FROM system_database WHERE id IN (SELECT object_id FROM import_change WHERE batch_id = :batch_id AND before_json IS NULL);
