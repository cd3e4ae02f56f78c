-- name: watch_left
-- Tables written in some transaction that left no outbox row for them.
-- result: many
-- scope: system
-- columns: name text
SELECT name FROM watch_written ORDER BY name;

-- name: watch_tables
-- Tables that were written at all.
-- result: many
-- scope: system
-- columns: name text
SELECT name FROM watch_seen ORDER BY name;

-- name: watch_behind
-- A write the generator does not know to travel: this module has no outbox.txt.
-- result: none
-- scope: system
-- args: id int
UPDATE unit SET created_ms = created_ms + 1 WHERE id = :id;
