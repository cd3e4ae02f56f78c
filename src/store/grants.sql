-- What a user of a PostgreSQL database may do; SQLite has no users, there everything is allowed.

-- name: grants_role
-- The role by name, or the one that asks when none is given.
-- result: one
-- scope: system
-- args: role text?
-- columns: name text, exists int, is_super int, is_owner int, can_create int
-- sqlite:
SELECT COALESCE(:role, '') AS name, 1 AS "exists", 1 AS is_super, 1 AS is_owner, 1 AS can_create;
-- postgres:
SELECT COALESCE(:role, current_user) AS name, CASE WHEN r.oid IS NULL THEN 0 ELSE 1 END AS "exists", CASE WHEN r.rolsuper THEN 1 ELSE 0 END AS is_super,
       CASE WHEN r.oid IS NOT NULL AND EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND pg_has_role(r.oid, c.relowner, 'MEMBER')) THEN 1 ELSE 0 END AS is_owner,
       CASE WHEN r.oid IS NOT NULL AND has_schema_privilege(r.oid, current_schema(), 'CREATE') THEN 1 ELSE 0 END AS can_create
  FROM (SELECT 1 AS one) o LEFT JOIN pg_roles r ON r.rolname = COALESCE(:role, current_user);

-- name: grants_tables
-- The tables there are, and what the user that asks may do with all of their columns.
-- result: many
-- scope: system
-- columns: name text, can_select int, can_insert int, can_update int, can_delete int, can_truncate int, guarded int
-- sqlite:
SELECT name, 1 AS can_select, 1 AS can_insert, 1 AS can_update, 1 AS can_delete, 1 AS can_truncate, 0 AS guarded FROM sqlite_schema WHERE type = 'table' ORDER BY name;
-- postgres:
SELECT c.relname::text AS name, has_table_privilege(c.oid, 'SELECT')::int AS can_select, has_table_privilege(c.oid, 'INSERT')::int AS can_insert, has_table_privilege(c.oid, 'UPDATE')::int AS can_update,
       has_table_privilege(c.oid, 'DELETE')::int AS can_delete, has_table_privilege(c.oid, 'TRUNCATE')::int AS can_truncate,
       EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'luytre_guard' AND t.tgenabled <> 'D')::int AS guarded
  FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.relname;

-- name: grants_columns
-- The columns that the user that asks may update, where it may not update the whole table.
-- result: many
-- scope: system
-- columns: table_name text, column_name text
-- sqlite:
SELECT '' AS table_name, '' AS column_name WHERE 1 = 0;
-- postgres:
SELECT c.relname::text AS table_name, a.attname::text AS column_name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND has_column_privilege(c.oid, a.attnum, 'UPDATE') ORDER BY c.relname, a.attnum;
