-- name: kept_version
-- How often what is kept under a name was written.
-- result: one
-- scope: system
-- args: name text
-- columns: n int
SELECT n FROM kept_version WHERE name = :name;

-- name: kept_stir
-- result: none
-- scope: system
-- args: name text
INSERT INTO kept_version (name, n) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET n = kept_version.n + 1;
