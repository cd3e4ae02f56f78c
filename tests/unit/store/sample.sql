-- name: sample_add
-- result: none
-- scope: system
-- args: id int, name text, amount int?, weight real?, bytes blob?, note text?, parent_id int?
INSERT INTO sample (id, name, amount, weight, bytes, note, parent_id) VALUES (:id, :name, :amount, :weight, :bytes, :note, :parent_id);

-- name: sample_get
-- result: one
-- scope: system
-- args: id int
-- columns: id int, name text, amount int?, weight real?, bytes blob?, note text?
SELECT note, bytes, weight, amount, name, id FROM sample WHERE id = :id;

-- name: sample_any
-- More than one row comes, which "one" refuses.
-- result: one
-- scope: system
-- columns: id int
SELECT id FROM sample;

-- name: sample_by_name
-- In the order of bytes on both engines.
-- result: many
-- scope: system
-- columns: id int, name text
SELECT id, name FROM sample ORDER BY name;

-- name: sample_count
-- result: one
-- scope: system
-- columns: row_count int, total int?, half real?
SELECT count(*) AS row_count, sum(amount) AS total, avg(amount) / 2.0 AS half FROM sample;

-- name: sample_amount_not_null
-- Declared wrongly on purpose: amount may be NULL.
-- result: one
-- scope: system
-- args: id int
-- columns: amount int
SELECT amount FROM sample WHERE id = :id;

-- name: sample_raise
-- result: changes
-- scope: system
-- args: by_amount int, least int
UPDATE sample SET amount = amount + :by_amount WHERE amount >= :least;

-- name: sample_take
-- Writes and gives a row back.
-- result: one
-- scope: system
-- args: id int
-- columns: name text
DELETE FROM sample WHERE id = :id RETURNING name;

-- name: sample_numbers
-- result: many
-- scope: system
-- args: last int
-- columns: n int
WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < :last) SELECT n FROM series;

-- name: sample_visible
-- result: many
-- scope: org
-- args: unit_id int
-- columns: id int
SELECT id FROM sample WHERE id = :unit_id AND {scope :unit_id};

-- name: sample_mine
-- result: many
-- scope: self
-- columns: id int, who text
-- sqlite:
SELECT id, 'sqlite' AS who FROM sample WHERE amount = :actor_person
-- postgres:
SELECT id, 'postgres'::text AS who FROM sample WHERE amount = :actor_person
-- both:
ORDER BY id;

-- name: closure_add
-- result: none
-- scope: system
-- args: ancestor_id int, edge_kind text, descendant_id int, from_day int, to_day int
INSERT INTO unit_closure (ancestor_id, edge_kind, descendant_id, from_day, to_day) VALUES (:ancestor_id, :edge_kind, :descendant_id, :from_day, :to_day);

-- name: grant_add
-- result: none
-- scope: system
-- args: id int, person_id int, unit_id int, edge_kind text, rights int, from_day int, to_day int
INSERT INTO person_grant (id, person_id, unit_id, edge_kind, rights, from_day, to_day) VALUES (:id, :person_id, :unit_id, :edge_kind, :rights, :from_day, :to_day);

-- name: sample_add_fixed
-- result: none
-- scope: system
-- args: id int, name text
INSERT INTO sample (id, name, note, amount) VALUES (:id, :name, 'it''s ''so''', 120);

-- name: sample_clear
-- result: none
-- scope: system
DELETE FROM sample;

-- name: sample_lanes
-- result: many
-- scope: system
-- columns: lane int, holder int, taken_ms int, until_ms int
SELECT lane, holder, taken_ms, until_ms FROM id_lane ORDER BY lane;

-- name: sample_kinds
-- Every kind of number a database may answer with.
-- result: one
-- scope: system
-- columns: whole int, below int, same int, tens int, zero int, small int, four int, yes int, part real, tiny real, narrow real, wide real, big real, word text, bytes blob
-- sqlite:
SELECT 123456789012345678 AS whole, -20000 AS below, 3.0 AS same, 120000 AS tens, 0 AS zero, 7 AS small, -7 AS four, 1 AS yes, -1234.5678 AS part, 0.00012 AS tiny, 1.5 AS narrow, -2.5 AS wide,
       1e25 AS big, 'từ' AS word, x'00ff5c78' AS bytes;
-- postgres:
SELECT CAST('123456789012345678' AS numeric) AS whole, CAST(-20000 AS numeric) AS below, CAST('3.0' AS numeric) AS same, CAST(120000 AS numeric) AS tens, CAST(0 AS numeric) AS zero, CAST(7 AS smallint) AS small,
       CAST(-7 AS integer) AS four, true AS yes, CAST('-1234.5678' AS numeric) AS part, CAST('0.00012' AS numeric) AS tiny, CAST(1.5 AS real) AS narrow, CAST(-2.5 AS double precision) AS wide,
       CAST('10000000000000000000000000' AS numeric) AS big, CAST('từ' AS varchar(9)) AS word, decode('00ff5c78', 'hex') AS bytes;

-- name: sample_too_big
-- result: one
-- scope: system
-- columns: n int
-- sqlite:
SELECT 1.5 AS n;
-- postgres:
SELECT CAST('92233720368547758080' AS numeric) AS n;
