-- name: staff_rows
-- Everybody who works in a unit on a day: by unit, then by given name.
-- result: many
-- scope: system
-- args: on_day int
-- columns: work_id int, person_id int, unit_id int, name text, title text?, email text?, phone text?, is_active int, has_password int, has_totp int, search_key text, sort_key text
SELECT w.id AS work_id, p.id AS person_id, w.unit_id, p.name, p.title, p.email, p.phone, p.is_active,
       CASE WHEN c.password_hash IS NULL THEN 0 ELSE 1 END AS has_password, CASE WHEN c.totp_confirmed_ms IS NULL THEN 0 ELSE 1 END AS has_totp, p.search_key, p.sort_key
  FROM person_unit w JOIN person p ON p.id = w.person_id AND p.erased_ms IS NULL
  LEFT JOIN credential c ON c.person_id = p.id
 WHERE w.from_day <= :on_day AND w.to_day > :on_day
 ORDER BY w.unit_id, p.sort_key, p.id, w.id;

-- name: staff_role_holders
-- Everybody who holds a role anywhere on a day.
-- result: many
-- scope: system
-- args: role text, on_day int
-- columns: person_id int
SELECT DISTINCT g.person_id FROM person_grant g WHERE g.role = :role AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.person_id;

-- name: staff_roles
-- What some people are in the units they work in: the first and the last of their roles by name. people: [[person, unit], ...]
-- result: many
-- scope: system
-- args: people text, on_day int
-- columns: place int, roles text?
SELECT x.place,
       (SELECT MIN(g.role) || CASE WHEN COUNT(DISTINCT g.role) > 1 THEN ' ' || MAX(g.role) ELSE '' END FROM person_grant g
         WHERE g.person_id = x.person_id AND g.unit_id = x.unit_id AND g.pair_id IS NULL AND g.from_day <= :on_day AND g.to_day > :on_day) AS roles
-- sqlite:
  FROM (SELECT key AS place, json_extract(value, '$[0]') AS person_id, json_extract(value, '$[1]') AS unit_id FROM json_each(:people)) x
-- postgres:
  FROM (SELECT ordinality - 1 AS place, CAST(value ->> 0 AS BIGINT) AS person_id, CAST(value ->> 1 AS BIGINT) AS unit_id FROM json_array_elements(CAST(:people AS json)) WITH ORDINALITY) x
-- both:
 ORDER BY x.place;
