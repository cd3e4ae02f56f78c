-- Alarms of the clocks of cases.

-- name: ring_get
-- result: one
-- scope: system
-- args: case_id int
-- columns: rung_ms int, next_ms int?
SELECT rung_ms, next_ms FROM incident_ring WHERE case_id = :case_id;

-- name: ring_put
-- result: none
-- scope: system
-- args: case_id int, rung_ms int, next_ms int?
INSERT INTO incident_ring (case_id, rung_ms, next_ms) VALUES (:case_id, :rung_ms, :next_ms)
ON CONFLICT (case_id) DO UPDATE SET rung_ms = :rung_ms, next_ms = :next_ms;

-- name: ring_due
-- result: many
-- scope: system
-- args: now_ms int, limit_count int
-- columns: case_id int
SELECT case_id FROM incident_ring WHERE next_ms IS NOT NULL AND next_ms <= :now_ms ORDER BY next_ms, case_id LIMIT :limit_count;

-- name: ring_next
-- result: one
-- scope: system
-- columns: next_ms int?
SELECT MIN(next_ms) AS next_ms FROM incident_ring WHERE next_ms IS NOT NULL;

-- name: ring_people
-- Who holds one of the roles in a unit today (roles: " a b ").
-- result: many
-- scope: system
-- args: unit_id int, roles text, on_day int
-- columns: person_id int
SELECT DISTINCT g.person_id FROM person_grant g JOIN person p ON p.id = g.person_id AND p.is_active = 1
 WHERE g.unit_id = :unit_id AND :roles LIKE '% ' || g.role || ' %' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.person_id;
