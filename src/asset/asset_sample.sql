-- name: asset_sample_units
-- Sample units that stand on a day, with a site of theirs.
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, kind text, code text?, site_id int?, system_id int?
SELECT u.id, f.kind, f.code, (SELECT MIN(s.id) FROM site s WHERE s.unit_id = u.id AND s.from_day <= :on_day AND s.to_day > :on_day) AS site_id,
       (SELECT MIN(y.id) FROM info_system y WHERE y.operator_id = u.id AND y.from_day <= :on_day AND y.to_day > :on_day) AS system_id
  FROM unit u JOIN unit_fact f ON f.unit_id = u.id AND f.from_day <= :on_day AND f.to_day > :on_day WHERE u.is_sample = 1 ORDER BY u.id;

-- name: asset_sample_there
-- result: one
-- scope: system
-- columns: n int
SELECT COUNT(*) AS n FROM device WHERE is_sample = 1;

-- name: asset_sample_site
-- result: none
-- scope: system
-- args: id int, unit_id int, name text, from_day int
INSERT INTO site (id, unit_id, name, from_day, to_day) VALUES (:id, :unit_id, :name, :from_day, 2147483647);

-- name: asset_sample_delete_suggestions
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM device_suggestion WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: asset_sample_delete_merges
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM device_merge WHERE kept_id IN (SELECT id FROM device WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1)) OR merged_id IN (SELECT id FROM device WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: asset_sample_delete_identities
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM device_identity WHERE device_id IN (SELECT id FROM device WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: asset_sample_delete_counts
-- result: none
-- scope: system
DELETE FROM device_count WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: asset_sample_delete_devices
-- result: changes
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM device WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: asset_sample_delete_events
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM finding_event WHERE finding_id IN (SELECT id FROM finding WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: asset_sample_delete_tasks
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM finding_task WHERE finding_id IN (SELECT id FROM finding WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: asset_sample_delete_findings
-- result: changes
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM finding WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);
