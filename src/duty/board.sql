-- name: board_counts
-- What stands at every unit of a scope, wherever it stands.
-- result: many
-- scope: system
-- args: scope_id int
-- columns: unit_id int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT unit_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM duty_count WHERE scope_id = :scope_id ORDER BY unit_id;

-- name: board_counts_below
-- The same for the few units at and below one.
-- result: many
-- scope: system
-- args: root_id int, scope_id int, edge_kind text, on_day int
-- columns: unit_id int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT k.unit_id, k.n_unseen, k.n_ack, k.n_doing, k.n_ok, k.n_due, k.n_late, k.n_birth, k.n_na, k.n_waived
  FROM unit_closure c JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day ORDER BY k.unit_id;

-- name: board_past
-- What stood at every unit of a scope at the end of a day: its last row up to the day. Whatever has one has a counter.
-- result: many
-- scope: system
-- args: scope_id int, as_of_day int
-- columns: unit_id int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT p.unit_id, p.n_unseen, p.n_ack, p.n_doing, p.n_ok, p.n_due, p.n_late, p.n_birth, p.n_na, p.n_waived
  FROM duty_count k JOIN duty_past p ON p.unit_id = k.unit_id AND p.scope_id = :scope_id
   AND p.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = k.unit_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
 WHERE k.scope_id = :scope_id ORDER BY p.unit_id;

-- name: board_past_below
-- The same for the few units at and below one in the tree of that day.
-- result: many
-- scope: system
-- args: root_id int, scope_id int, edge_kind text, as_of_day int
-- columns: unit_id int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT p.unit_id, p.n_unseen, p.n_ack, p.n_doing, p.n_ok, p.n_due, p.n_late, p.n_birth, p.n_na, p.n_waived
  FROM unit_closure c JOIN duty_past p ON p.unit_id = c.descendant_id AND p.scope_id = :scope_id
   AND p.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = c.descendant_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day ORDER BY p.unit_id;

-- name: board_size
-- result: one
-- scope: system
-- args: scope_id int
-- columns: n int
SELECT COUNT(*) AS n FROM duty_count WHERE scope_id = :scope_id;

-- name: board_beside
-- What a list shows beside its units: whom to call, the nearest day of what stands in the unit's worst state, when it was last reminded.
-- units: [[unit, state], ...]
-- result: many
-- scope: system
-- args: units text, scope_id int, on_day int
-- columns: place int, focal_name text?, focal_phone text?, due_day int?, reminded_day int?
SELECT x.place,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone,
       (SELECT MIN(COALESCE(a.covered_to_day - 1, a.due_day)) FROM assignment a WHERE a.unit_id = x.unit_id AND a.state = x.worst AND (a.directive_id = :scope_id OR a.family_id = :scope_id)) AS due_day,
       (SELECT MAX(r.on_day) FROM assignment ra JOIN reminder r ON r.assignment_id = ra.id WHERE ra.unit_id = x.unit_id AND (ra.directive_id = :scope_id OR ra.family_id = :scope_id)) AS reminded_day
-- sqlite:
  FROM (SELECT key AS place, json_extract(value, '$[0]') AS unit_id, json_extract(value, '$[1]') AS worst FROM json_each(:units)) x
-- postgres:
  FROM (SELECT ordinality - 1 AS place, CAST(value ->> 0 AS BIGINT) AS unit_id, CAST(value ->> 1 AS BIGINT) AS worst FROM json_array_elements(CAST(:units AS json)) WITH ORDINALITY) x
-- both:
 ORDER BY x.place;

-- name: board_beside_past
-- The same on a day that has ended.
-- result: many
-- scope: system
-- args: units text, scope_id int, as_of_day int
-- columns: place int, focal_name text?, focal_phone text?, due_day int?, reminded_day int?
SELECT x.place,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :as_of_day AND g.to_day > :as_of_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :as_of_day AND g.to_day > :as_of_day ORDER BY g.id LIMIT 1) AS focal_phone,
       (SELECT MIN(CASE WHEN p.assignment_id IS NULL THEN COALESCE(a.covered_to_day - 1, a.due_day) ELSE COALESCE(p.covered_to_day - 1, p.due_day) END) FROM (SELECT d.assignment_id FROM assignment_delta d
          WHERE d.unit_id = x.unit_id AND d.state = x.worst AND d.visible_day <= :as_of_day AND (d.directive_id = :scope_id OR d.family_id = :scope_id)
          GROUP BY d.assignment_id HAVING SUM(d.delta) > 0) w JOIN assignment a ON a.id = w.assignment_id
          LEFT JOIN assignment_past p ON p.assignment_id = a.id AND p.to_day = (SELECT MIN(q.to_day) FROM assignment_past q WHERE q.assignment_id = a.id AND q.to_day > :as_of_day)) AS due_day,
       (SELECT MAX(r.on_day) FROM reminder r JOIN assignment ra ON ra.id = r.assignment_id WHERE ra.unit_id = x.unit_id AND r.on_day <= :as_of_day AND (ra.directive_id = :scope_id OR ra.family_id = :scope_id)) AS reminded_day
-- sqlite:
  FROM (SELECT key AS place, json_extract(value, '$[0]') AS unit_id, json_extract(value, '$[1]') AS worst FROM json_each(:units)) x
-- postgres:
  FROM (SELECT ordinality - 1 AS place, CAST(value ->> 0 AS BIGINT) AS unit_id, CAST(value ->> 1 AS BIGINT) AS worst FROM json_array_elements(CAST(:units AS json)) WITH ORDINALITY) x
-- both:
 ORDER BY x.place;

-- name: board_units_of
-- Every unit a scope ever had something at.
-- result: many
-- scope: system
-- args: scope_id int
-- columns: unit_id int
SELECT unit_id FROM duty_count WHERE scope_id = :scope_id ORDER BY unit_id;

-- name: board_scope_sum
-- Everything of a scope, wherever it stands: its kept sum, and what came since.
-- result: one
-- scope: system
-- args: scope_id int
-- columns: n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT CAST(COALESCE(SUM(n_unseen), 0) AS BIGINT) AS n_unseen, CAST(COALESCE(SUM(n_ack), 0) AS BIGINT) AS n_ack, CAST(COALESCE(SUM(n_doing), 0) AS BIGINT) AS n_doing, CAST(COALESCE(SUM(n_ok), 0) AS BIGINT) AS n_ok, CAST(COALESCE(SUM(n_due), 0) AS BIGINT) AS n_due, CAST(COALESCE(SUM(n_late), 0) AS BIGINT) AS n_late, CAST(COALESCE(SUM(n_birth), 0) AS BIGINT) AS n_birth, CAST(COALESCE(SUM(n_na), 0) AS BIGINT) AS n_na, CAST(COALESCE(SUM(n_waived), 0) AS BIGINT) AS n_waived
  FROM (SELECT n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM duty_total WHERE scope_id = :scope_id
        UNION ALL SELECT n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM duty_total_change WHERE scope_id = :scope_id) t;

-- name: board_units_sum
-- What of it stands at some units. units: [unit, ...]
-- result: one
-- scope: system
-- args: units text, scope_id int
-- columns: n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT CAST(COALESCE(SUM(k.n_unseen), 0) AS BIGINT) AS n_unseen, CAST(COALESCE(SUM(k.n_ack), 0) AS BIGINT) AS n_ack, CAST(COALESCE(SUM(k.n_doing), 0) AS BIGINT) AS n_doing, CAST(COALESCE(SUM(k.n_ok), 0) AS BIGINT) AS n_ok, CAST(COALESCE(SUM(k.n_due), 0) AS BIGINT) AS n_due,
       CAST(COALESCE(SUM(k.n_late), 0) AS BIGINT) AS n_late, CAST(COALESCE(SUM(k.n_birth), 0) AS BIGINT) AS n_birth, CAST(COALESCE(SUM(k.n_na), 0) AS BIGINT) AS n_na, CAST(COALESCE(SUM(k.n_waived), 0) AS BIGINT) AS n_waived
-- sqlite:
  FROM (SELECT value AS unit_id FROM json_each(:units)) u CROSS JOIN duty_count k
-- postgres:
  FROM (SELECT CAST(value AS BIGINT) AS unit_id FROM json_array_elements_text(CAST(:units AS json))) u CROSS JOIN duty_count k
-- both:
 WHERE k.scope_id = :scope_id AND k.unit_id = u.unit_id;
