-- name: reminder_candidates
-- Duties whose next day is due_day, with everybody one step tells of them: the person each was given to and the roles, at the unit itself.
-- Cover that runs out counts like a day that comes. Left out: closed, covered, waived, not applicable; who was told; who had a digest today.
-- result: many
-- scope: system
-- args: due_day int, step text, on_day int, day int, roles text
-- columns: assignment_id int, person_id int, person_name text, email text?, language text, unit_name text, title text, due_day int
SELECT w.assignment_id, p.id AS person_id, p.name AS person_name, p.email, p.language, f.name AS unit_name, o.title, CAST(:due_day AS BIGINT) AS due_day
  FROM (SELECT t.id AS assignment_id, t.unit_id, t.obligation_id, g.person_id
          FROM (SELECT a.id, a.unit_id, a.obligation_id, a.issued_day FROM assignment a
                 WHERE a.due_day = :due_day AND (a.covered_to_day IS NULL OR a.covered_to_day <= :due_day) AND a.state IN (0, 1, 2, 4, 5, 6)
                UNION ALL
                SELECT a.id, a.unit_id, a.obligation_id, a.issued_day FROM assignment a
                 WHERE a.covered_to_day = CAST(:due_day AS BIGINT) + 1 AND (a.due_day IS NULL OR a.due_day <= :due_day) AND a.state IN (0, 1, 2, 3, 4, 5, 6)) t
          JOIN person_grant g ON g.unit_id = t.unit_id AND g.from_day <= :day AND g.to_day > :day AND CAST(:roles AS TEXT) LIKE '% ' || g.role || ' %'
         WHERE t.issued_day <= :on_day
        UNION
        SELECT a.id, a.unit_id, a.obligation_id, a.assignee_id FROM assignment a
         WHERE a.due_day = :due_day AND (a.covered_to_day IS NULL OR a.covered_to_day <= :due_day) AND a.state IN (0, 1, 2, 4, 5, 6) AND a.assignee_id IS NOT NULL AND a.issued_day <= :on_day
        UNION
        SELECT a.id, a.unit_id, a.obligation_id, a.assignee_id FROM assignment a
         WHERE a.covered_to_day = CAST(:due_day AS BIGINT) + 1 AND (a.due_day IS NULL OR a.due_day <= :due_day) AND a.state IN (0, 1, 2, 3, 4, 5, 6) AND a.assignee_id IS NOT NULL AND a.issued_day <= :on_day) w
  JOIN person p ON p.id = w.person_id AND p.is_active = 1
  JOIN unit_fact f ON f.unit_id = w.unit_id AND f.from_day <= :day AND f.to_day > :day
  JOIN obligation o ON o.id = w.obligation_id
 WHERE NOT EXISTS (SELECT 1 FROM reminder r WHERE r.assignment_id = w.assignment_id AND r.person_id = w.person_id AND r.step = :step AND r.on_day = :on_day AND r.channel = 'inbox')
   AND NOT EXISTS (SELECT 1 FROM reminder_digest g WHERE g.person_id = w.person_id AND g.day = :day);

-- name: reminder_candidates_above
-- The same for the tier above along the directive's edge kind: its reviewers, its head where it has none.
-- result: many
-- scope: system
-- args: due_day int, step text, on_day int, day int
-- columns: assignment_id int, person_id int, person_name text, email text?, language text, unit_name text, title text, due_day int
SELECT DISTINCT t.id AS assignment_id, p.id AS person_id, p.name AS person_name, p.email, p.language, f.name AS unit_name, o.title, CAST(:due_day AS BIGINT) AS due_day
  FROM (SELECT a.id, a.unit_id, a.obligation_id, a.directive_id, a.issued_day FROM assignment a
         WHERE a.due_day = :due_day AND (a.covered_to_day IS NULL OR a.covered_to_day <= :due_day) AND a.state IN (0, 1, 2, 4, 5, 6)
        UNION ALL
        SELECT a.id, a.unit_id, a.obligation_id, a.directive_id, a.issued_day FROM assignment a
         WHERE a.covered_to_day = CAST(:due_day AS BIGINT) + 1 AND (a.due_day IS NULL OR a.due_day <= :due_day) AND a.state IN (0, 1, 2, 4, 5, 6)) t
  JOIN directive d ON d.id = t.directive_id
  JOIN unit_edge e ON e.child_id = t.unit_id AND e.edge_kind = d.edge_kind AND e.from_day <= :day AND e.to_day > :day
  JOIN person_grant g ON g.unit_id = e.parent_id AND g.from_day <= :day AND g.to_day > :day
   AND (g.role IN ('superior_reviewer', 'coordinator')
     OR (g.role = 'unit_head' AND NOT EXISTS (SELECT 1 FROM person_grant v WHERE v.unit_id = e.parent_id AND v.role IN ('superior_reviewer', 'coordinator') AND v.from_day <= :day AND v.to_day > :day)))
  JOIN person p ON p.id = g.person_id AND p.is_active = 1
  JOIN unit_fact f ON f.unit_id = t.unit_id AND f.from_day <= :day AND f.to_day > :day
  JOIN obligation o ON o.id = t.obligation_id
 WHERE t.issued_day <= :on_day
   AND NOT EXISTS (SELECT 1 FROM reminder r WHERE r.assignment_id = t.id AND r.person_id = p.id AND r.step = :step AND r.on_day = :on_day AND r.channel = 'inbox')
   AND NOT EXISTS (SELECT 1 FROM reminder_digest x WHERE x.person_id = p.id AND x.day = :day);

-- name: reminder_insert_many
-- rows is a JSON array of [id, assignment_id, person_id].
-- result: none
-- scope: system
-- args: rows text, step text, on_day int, sent_ms int
-- sqlite:
INSERT INTO reminder (id, assignment_id, person_id, step, on_day, channel, sent_ms)
SELECT json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]'), :step, :on_day, 'inbox', :sent_ms FROM json_each(:rows) j WHERE 1 = 1
ON CONFLICT (assignment_id, person_id, step, on_day, channel) DO NOTHING;
-- postgres:
INSERT INTO reminder (id, assignment_id, person_id, step, on_day, channel, sent_ms)
SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), :step, :on_day, 'inbox', :sent_ms FROM json_array_elements(CAST(:rows AS json)) j
ON CONFLICT (assignment_id, person_id, step, on_day, channel) DO NOTHING;

-- name: reminder_digest_insert_many
-- rows is a JSON array of [person_id, late_count, due_count].
-- result: none
-- scope: system
-- args: rows text, day int, at_ms int
-- sqlite:
INSERT INTO reminder_digest (person_id, day, late_count, due_count, at_ms)
SELECT json_extract(j.value, '$[0]'), :day, json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]'), :at_ms FROM json_each(:rows) j;
-- postgres:
INSERT INTO reminder_digest (person_id, day, late_count, due_count, at_ms)
SELECT CAST(j.value ->> 0 AS BIGINT), :day, CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), :at_ms FROM json_array_elements(CAST(:rows AS json)) j;

-- name: reminder_duty
-- What a message about one duty says.
-- result: one
-- scope: org
-- args: assignment_id int, on_day int
-- columns: id int, unit_name text, title text, directive_title text, number text?, symbol text?, state int, issued_day int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?
SELECT a.id, f.name AS unit_name, o.title, d.title AS directive_title, d.number, d.symbol, a.state, a.issued_day, a.due_day, a.covered_from_day, a.covered_to_day, a.waived_to_day
  FROM assignment a JOIN obligation o ON o.id = a.obligation_id JOIN directive d ON d.id = a.directive_id
  JOIN unit_fact f ON f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE a.id = :assignment_id AND {scope a.unit_id};

-- name: reminder_of_assignment
-- Who was reminded of one duty, newest first.
-- result: many
-- scope: org
-- args: assignment_id int
-- columns: person_name text, step text, on_day int, sent_ms int?
SELECT p.name AS person_name, r.step, r.on_day, r.sent_ms
  FROM reminder r JOIN assignment a ON a.id = r.assignment_id JOIN person p ON p.id = r.person_id
 WHERE r.assignment_id = :assignment_id AND {scope a.unit_id} ORDER BY r.on_day DESC, p.sort_key, p.id;

-- name: reminder_counts
-- How often units at and below a root were urged in a range of days (CT18-6j), for reports.
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, from_day int, to_day int, on_day int
-- columns: reminders int, duties int, units int
SELECT COUNT(*) AS reminders, COUNT(DISTINCT r.assignment_id) AS duties, COUNT(DISTINCT a.unit_id) AS units
  FROM unit_closure c JOIN assignment a ON a.unit_id = c.descendant_id JOIN reminder r ON r.assignment_id = a.id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND r.on_day >= :from_day AND r.on_day < :to_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind};
