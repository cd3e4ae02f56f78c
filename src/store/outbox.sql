-- name: outbox_insert
-- result: none
-- scope: system
-- args: id int, topic text, object_id int, payload blob, at_ms int
INSERT INTO outbox (id, topic, object_id, payload, at_ms) VALUES (:id, :topic, :object_id, :payload, :at_ms);

-- name: outbox_unnumbered
-- result: one
-- scope: system
-- columns: waits int
SELECT CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE serial IS NULL) THEN 1 ELSE 0 END AS waits;

-- name: outbox_lock
-- Whoever numbers holds this row until its commit.
-- result: one
-- scope: system
-- columns: last_serial int
UPDATE outbox_head SET last_serial = last_serial WHERE id = 1 RETURNING last_serial;

-- name: outbox_number_rows
-- result: changes
-- scope: system
-- args: last_serial int, limit_count int
UPDATE outbox SET serial = :last_serial + waiting.place
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM outbox WHERE serial IS NULL ORDER BY id LIMIT :limit_count) AS waiting
 WHERE outbox.id = waiting.id;

-- name: outbox_move_head
-- result: none
-- scope: system
-- args: last_serial int
UPDATE outbox_head SET last_serial = :last_serial WHERE id = 1;

-- name: outbox_after
-- result: many
-- scope: system
-- args: after_serial int, limit_count int
-- columns: serial int, id int, topic text, object_id int, payload blob, at_ms int
SELECT serial, id, topic, object_id, payload, at_ms FROM outbox WHERE serial > :after_serial ORDER BY serial LIMIT :limit_count;

-- name: outbox_reader_get
-- result: one
-- scope: system
-- args: name text
-- columns: serial int
SELECT serial FROM outbox_reader WHERE name = :name;

-- name: outbox_reader_put
-- A reader never goes back.
-- result: none
-- scope: system
-- args: name text, serial int, moved_ms int
INSERT INTO outbox_reader (name, serial, moved_ms) VALUES (:name, :serial, :moved_ms)
    ON CONFLICT (name) DO UPDATE SET serial = excluded.serial, moved_ms = excluded.moved_ms WHERE outbox_reader.serial < excluded.serial;

-- name: outbox_delete_read
-- What every reader has behind it and is older than a day named by the caller; all of that age where nobody reads.
-- result: changes
-- scope: system
-- args: before_ms int
DELETE FROM outbox WHERE at_ms < :before_ms AND (serial <= (SELECT min(serial) FROM outbox_reader) OR NOT EXISTS (SELECT 1 FROM outbox_reader));
