-- name: contact_people
-- The focal officer of every unit that has one who is active: of several, the first ever entered.
-- result: many
-- scope: system
-- args: on_day int
-- columns: unit_id int, name text, title text?, phone text?, email text?, search_key text
SELECT g.unit_id, p.name, p.title, p.phone, p.email, p.search_key
  FROM (SELECT g.unit_id, MIN(g.person_id) AS person_id FROM person_grant g JOIN person q ON q.id = g.person_id AND q.is_active = 1
         WHERE g.role = 'focal_officer' AND g.pair_id IS NULL AND g.from_day <= :on_day AND g.to_day > :on_day GROUP BY g.unit_id) g
  JOIN person p ON p.id = g.person_id ORDER BY g.unit_id;

-- name: contact_verified
-- When each unit's contact was last confirmed by accepted evidence.
-- result: many
-- scope: system
-- columns: unit_id int, done_day int
SELECT e.unit_id, MAX(e.done_day) AS done_day FROM evidence e WHERE e.kind = 'contact' AND e.state = 'accepted' GROUP BY e.unit_id ORDER BY e.unit_id;
