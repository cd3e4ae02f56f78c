-- name: notice_insert
-- result: none
-- scope: system
-- args: id int, person_id int, kind text, title text, link text, at_ms int
INSERT INTO notice (id, person_id, kind, title, link, at_ms) VALUES (:id, :person_id, :kind, :title, :link, :at_ms);

-- name: notice_insert_many
-- rows is a JSON array of [id, person_id, "title", "link"].
-- result: none
-- scope: system
-- args: rows text, kind text, at_ms int
-- sqlite:
INSERT INTO notice (id, person_id, kind, title, link, at_ms)
SELECT json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), :kind, json_extract(j.value, '$[2]'), json_extract(j.value, '$[3]'), :at_ms
  FROM json_each(:rows) j;
-- postgres:
INSERT INTO notice (id, person_id, kind, title, link, at_ms)
SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), :kind, j.value ->> 2, j.value ->> 3, :at_ms
  FROM json_array_elements(CAST(:rows AS json)) j;

-- name: notice_people_of_roles
-- Active people who hold one of some roles on exactly this unit.
-- result: many
-- scope: system
-- args: unit_id int, roles text, on_day int
-- columns: person_id int
SELECT DISTINCT g.person_id FROM person_grant g JOIN person p ON p.id = g.person_id AND p.is_active = 1
 WHERE g.unit_id = :unit_id AND g.from_day <= :on_day AND g.to_day > :on_day AND CAST(:roles AS TEXT) LIKE '% ' || g.role || ' %' ORDER BY g.person_id;

-- name: notice_list
-- The actor's own, unread first, newest first. kind NULL: all.
-- result: many
-- scope: self
-- args: kind text?, limit_count int, offset_count int
-- columns: id int, kind text, title text, link text, at_ms int, read_ms int?
SELECT id, kind, title, link, at_ms, read_ms FROM notice
 WHERE person_id = :actor_person AND (CAST(:kind AS TEXT) IS NULL OR kind = :kind)
 ORDER BY CASE WHEN read_ms IS NULL THEN 0 ELSE 1 END, at_ms DESC, id DESC LIMIT :limit_count OFFSET :offset_count;

-- name: notice_counts
-- How many of each kind the actor has.
-- result: many
-- scope: self
-- columns: kind text, n int
SELECT kind, COUNT(*) AS n FROM notice WHERE person_id = :actor_person GROUP BY kind;

-- name: notice_unread
-- result: one
-- scope: self
-- columns: n int
SELECT COUNT(*) AS n FROM notice WHERE person_id = :actor_person AND read_ms IS NULL;

-- name: notice_set_read
-- result: changes
-- scope: self
-- args: id int, read_ms int
UPDATE notice SET read_ms = COALESCE(read_ms, :read_ms) WHERE id = :id AND person_id = :actor_person;

-- name: notice_set_all_read
-- result: changes
-- scope: self
-- args: read_ms int
UPDATE notice SET read_ms = :read_ms WHERE person_id = :actor_person AND read_ms IS NULL;
