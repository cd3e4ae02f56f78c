-- name: people_heads_of_unit
-- Heads and deputies who sign for, in a range of days, by first day.
-- result: many
-- scope: org
-- args: unit_id int, from_day int, to_day int
-- columns: person_id int, name text, title text?, role text, basis text?, from_day int, to_day int
SELECT g.person_id, p.name, p.title, g.role, g.basis, g.from_day, g.to_day FROM person_grant g JOIN person p ON p.id = g.person_id
 WHERE g.unit_id = :unit_id AND g.role IN ('unit_head', 'deputy_head') AND g.from_day < :to_day AND g.to_day > :from_day AND {scope :unit_id}
 ORDER BY g.from_day, CASE g.role WHEN 'unit_head' THEN 0 ELSE 1 END, g.id;
