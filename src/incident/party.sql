-- Who stands in a case (case_member).

-- name: party_standing_rows
-- In which parts the actor stands today.
-- result: many
-- scope: case
-- args: case_id int
-- columns: unit_id int, part text, view_bits int
SELECT DISTINCT m.unit_id, m.part, m.view_bits
  FROM case_member m JOIN person_grant g ON g.unit_id = m.unit_id AND g.person_id = :actor_person
 WHERE m.case_id = :case_id AND (m.person_id IS NULL OR m.person_id = :actor_person) AND m.from_day <= :actor_day AND m.to_day > :actor_day
   AND (g.rights & :actor_right) = :actor_right AND g.from_day <= :actor_day AND g.to_day > :actor_day AND {scope :case_id};

-- name: party_insert
-- result: none
-- scope: system
-- args: id int, case_id int, unit_id int, person_id int?, part text, view_bits int, from_day int, to_day int, reason text?, by_person int?, at_ms int
INSERT INTO case_member (id, case_id, unit_id, person_id, part, view_bits, from_day, to_day, reason, by_person, at_ms)
VALUES (:id, :case_id, :unit_id, :person_id, :part, :view_bits, :from_day, :to_day, :reason, :by_person, :at_ms);

-- name: party_close
-- result: changes
-- scope: system
-- args: id int, case_id int, to_day int
UPDATE case_member SET to_day = :to_day WHERE id = :id AND case_id = :case_id AND to_day > :to_day;

-- name: party_same
-- result: one
-- scope: system
-- args: case_id int, unit_id int, person_id int, part text, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM case_member WHERE case_id = :case_id AND unit_id = :unit_id AND COALESCE(person_id, 0) = :person_id AND part = :part AND from_day <= :on_day AND to_day > :on_day;

-- name: party_raw
-- result: one
-- scope: system
-- args: id int, case_id int, on_day int
-- columns: id int, unit_id int, person_id int?, part text, n_lead int
SELECT m.id, m.unit_id, m.person_id, m.part,
       (SELECT COUNT(*) FROM case_member o WHERE o.case_id = m.case_id AND o.part = 'lead' AND o.from_day <= :on_day AND o.to_day > :on_day) AS n_lead
  FROM case_member m WHERE m.id = :id AND m.case_id = :case_id AND m.from_day <= :on_day AND m.to_day > :on_day;

-- name: party_reachable
-- How many people of a unit hold the right themselves today, or whether this one does.
-- result: one
-- scope: system
-- args: unit_id int, person_id int, right_bits int, on_day int
-- columns: n int
SELECT COUNT(DISTINCT g.person_id) AS n FROM person_grant g JOIN person p ON p.id = g.person_id AND p.is_active = 1
 WHERE g.unit_id = :unit_id AND (:person_id = 0 OR g.person_id = :person_id) AND (g.rights & :right_bits) = :right_bits AND g.from_day <= :on_day AND g.to_day > :on_day;

-- name: party_rows
-- result: many
-- scope: case
-- args: case_id int, on_day int
-- columns: id int, unit_id int, unit_name text, person_id int?, person_name text?, part text, from_day int, reason text?, by_name text?, at_ms int
SELECT m.id, m.unit_id, COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = m.unit_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS unit_name,
       m.person_id, p.name AS person_name, m.part, m.from_day, m.reason, b.name AS by_name, m.at_ms
  FROM case_member m LEFT JOIN person p ON p.id = m.person_id LEFT JOIN person b ON b.id = m.by_person
 WHERE m.case_id = :case_id AND m.from_day <= :on_day AND m.to_day > :on_day AND {scope :case_id}
 ORDER BY CASE m.part WHEN 'lead' THEN 0 WHEN 'own' THEN 1 WHEN 'help' THEN 2 WHEN 'provider' THEN 3 WHEN 'police' THEN 4 ELSE 5 END, m.id;

-- name: party_people_rows
-- Everybody who is in today, with the right by which: nobody stands twice for one unit and part.
-- result: many
-- scope: case
-- args: case_id int, on_day int
-- columns: person_id int, name text, title text?, phone text?, email text?, unit_id int, unit_name text, part text
SELECT DISTINCT p.id AS person_id, p.name, p.title, p.phone, p.email, m.unit_id,
       COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = m.unit_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS unit_name,
       m.part, p.sort_key, CASE m.part WHEN 'lead' THEN 0 WHEN 'own' THEN 1 WHEN 'help' THEN 2 WHEN 'provider' THEN 3 WHEN 'police' THEN 4 ELSE 5 END AS part_no
  FROM case_member m JOIN person_grant g ON g.unit_id = m.unit_id AND (m.person_id IS NULL OR g.person_id = m.person_id)
  JOIN person p ON p.id = g.person_id AND p.is_active = 1
 WHERE m.case_id = :case_id AND m.from_day <= :on_day AND m.to_day > :on_day AND (g.rights & :actor_right) = :actor_right AND g.from_day <= :on_day AND g.to_day > :on_day
   AND {scope :case_id}
 ORDER BY part_no, unit_name, p.sort_key, p.id;
