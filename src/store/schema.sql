-- name: schema_applied
-- Migrations this database has.
-- result: many
-- scope: system
-- columns: number int, digest text
SELECT number, digest FROM schema_migration ORDER BY number;

-- name: schema_add
-- result: none
-- scope: system
-- args: number int, title text, digest text, applied_ms int
INSERT INTO schema_migration (number, title, digest, applied_ms) VALUES (:number, :title, :digest, :applied_ms);

-- name: meta_get
-- result: one
-- scope: system
-- args: name text
-- columns: value text
SELECT value FROM meta WHERE name = :name;

-- name: meta_put
-- result: none
-- scope: system
-- args: name text, value text
INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: meta_drop
-- result: none
-- scope: system
-- args: name text
DELETE FROM meta WHERE name = :name;

-- name: setting_get
-- result: one
-- scope: system
-- args: name text
-- columns: value text
SELECT value FROM setting WHERE name = :name;

-- name: setting_put
-- result: none
-- scope: system
-- args: name text, value text, changed_ms int, changed_by int?
INSERT INTO setting (name, value, changed_ms, changed_by) VALUES (:name, :value, :changed_ms, :changed_by)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_ms = excluded.changed_ms, changed_by = excluded.changed_by;
