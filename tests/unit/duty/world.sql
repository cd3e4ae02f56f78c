-- name: world_person
-- result: none
-- scope: system
-- args: id int, name text, created_ms int
INSERT INTO person (id, name, search_key, sort_key, created_ms) VALUES (:id, :name, '', '', :created_ms);

-- name: world_person_unit
-- result: none
-- scope: system
-- args: id int, person_id int, unit_id int
INSERT INTO person_unit (id, person_id, unit_id, from_day, to_day) VALUES (:id, :person_id, :unit_id, 0, 2147483647);

-- name: world_grant
-- result: none
-- scope: system
-- args: id int, person_id int, role text, unit_id int, edge_kind text, rights int, granted_ms int
INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, granted_ms)
VALUES (:id, :person_id, :role, :unit_id, :edge_kind, :rights, 0, 2147483647, :granted_ms);

-- name: world_system
-- result: none
-- scope: system
-- args: id int, unit_id int, name text, uses_camera int, from_day int
INSERT INTO info_system (id, owner_id, operator_id, name, search_key, sort_key, uses_camera, from_day, to_day)
VALUES (:id, :unit_id, :unit_id, :name, '', '', :uses_camera, :from_day, 2147483647);

-- name: world_level
-- result: none
-- scope: system
-- args: id int, system_id int, level int
INSERT INTO system_level (id, system_id, level, state, from_day, to_day) VALUES (:id, :system_id, :level, 'approved', 0, 2147483647);

-- name: world_assignments
-- result: many
-- scope: system
-- columns: id int, unit_id int, state int, obligation_id int, directive_id int, subject_kind text, subject_id int, closed int
SELECT id, unit_id, state, obligation_id, directive_id, subject_kind, subject_id, CASE WHEN closed_day IS NULL THEN 0 ELSE 1 END AS closed FROM assignment ORDER BY id;

-- name: world_forget_sums
-- As an upgrade leaves it: nothing summed by obligation yet,
-- result: none
-- scope: system
DELETE FROM duty_past_obligation;

-- name: world_sum_all_again
-- and every tree waits.
-- result: none
-- scope: system
INSERT INTO unit_tree_change (edge_kind, ancestor_id, from_day) SELECT DISTINCT edge_kind, ancestor_id, -2147483647 FROM unit_closure WHERE depth > 0
ON CONFLICT (edge_kind, ancestor_id, from_day) DO NOTHING;

-- name: world_facts
-- When each open duty is due as things stand, what covers it, until when it is waived, how much evidence waits for review.
-- result: many
-- scope: system
-- columns: id int, unit_id int, state int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, waits int
SELECT id, unit_id, state, due_day, covered_from_day, covered_to_day, waived_to_day,
       (SELECT COUNT(*) FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id WHERE ae.assignment_id = assignment.id AND e.state = 'submitted') AS waits
  FROM assignment WHERE state >= 0 ORDER BY id;

-- name: world_tamper
-- result: changes
-- scope: system
-- args: id int, at_ms int
UPDATE chain_entry SET at_ms = :at_ms WHERE id = :id;

-- name: world_entries
-- result: many
-- scope: system
-- columns: id int, seq int?, at_ms int, kind text
SELECT id, seq, at_ms, kind FROM chain_entry ORDER BY id;

-- name: world_email
-- result: changes
-- scope: system
-- args: id int, email text, language text
UPDATE person SET email = :email, language = :language WHERE id = :id;

-- name: world_grant_days
-- result: none
-- scope: system
-- args: id int, person_id int, role text, unit_id int, from_day int, to_day int
INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, granted_ms)
VALUES (:id, :person_id, :role, :unit_id, '', 1, :from_day, :to_day, 0);

-- name: world_end_grants
-- result: changes
-- scope: system
-- args: unit_id int, role text, to_day int
UPDATE person_grant SET to_day = :to_day WHERE unit_id = :unit_id AND role = :role;

-- name: world_function
-- result: none
-- scope: system
-- args: id int, unit_id int, area_unit_id int, function text
INSERT INTO unit_function (id, unit_id, area_unit_id, function, from_day, to_day, basis) VALUES (:id, :unit_id, :area_unit_id, :function, 0, 2147483647, 'QĐ 1');

-- name: world_freeze_tamper
-- result: changes
-- scope: system
-- args: freeze_id int, seq int
UPDATE data_freeze_row SET state = state + 1 WHERE freeze_id = :freeze_id AND seq = :seq;

-- name: world_freeze_lose
-- result: changes
-- scope: system
-- args: freeze_id int, seq int
DELETE FROM data_freeze_row WHERE freeze_id = :freeze_id AND seq = :seq;

-- name: world_reminders
-- result: many
-- scope: system
-- columns: assignment_id int, person_id int, step text, on_day int
SELECT assignment_id, person_id, step, on_day FROM reminder ORDER BY on_day, step, person_id, assignment_id;

-- name: world_chain_kinds
-- How many entries of one kind the chain has.
-- result: one
-- scope: system
-- args: kind text
-- columns: n int
SELECT COUNT(*) AS n FROM chain_entry WHERE kind = :kind;

-- name: world_database
-- result: none
-- scope: system
-- args: id int, system_id int, name text
INSERT INTO system_database (id, system_id, name, from_day, to_day) VALUES (:id, :system_id, :name, 0, 2147483647);

-- name: world_units_many
-- rows is a JSON array of [unit, person, fact, edge, grant ids]: schools with one focal officer each, right under a parent.
-- result: none
-- scope: system
-- args: rows text
-- sqlite:
INSERT INTO unit (id, created_ms) SELECT json_extract(j.value, '$[0]'), 0 FROM json_each(:rows) j;
-- postgres:
INSERT INTO unit (id, created_ms) SELECT CAST(j.value ->> 0 AS BIGINT), 0 FROM json_array_elements(CAST(:rows AS json)) j;

-- name: world_facts_many
-- result: none
-- scope: system
-- args: rows text
-- sqlite:
INSERT INTO unit_fact (id, unit_id, from_day, to_day, kind, name, search_key, sort_key, known_ms)
SELECT json_extract(j.value, '$[2]'), json_extract(j.value, '$[0]'), 0, 2147483647, 'school_primary', 'Trường ' || json_extract(j.value, '$[0]'), '', '', 0 FROM json_each(:rows) j;
-- postgres:
INSERT INTO unit_fact (id, unit_id, from_day, to_day, kind, name, search_key, sort_key, known_ms)
SELECT CAST(j.value ->> 2 AS BIGINT), CAST(j.value ->> 0 AS BIGINT), 0, 2147483647, 'school_primary', 'Trường ' || (j.value ->> 0), '', '', 0 FROM json_array_elements(CAST(:rows AS json)) j;

-- name: world_edges_many
-- result: none
-- scope: system
-- args: rows text, parent_id int
-- sqlite:
INSERT INTO unit_edge (id, parent_id, child_id, edge_kind, from_day, to_day, known_ms)
SELECT json_extract(j.value, '$[3]'), :parent_id, json_extract(j.value, '$[0]'), 'administrative', 0, 2147483647, 0 FROM json_each(:rows) j;
-- postgres:
INSERT INTO unit_edge (id, parent_id, child_id, edge_kind, from_day, to_day, known_ms)
SELECT CAST(j.value ->> 3 AS BIGINT), :parent_id, CAST(j.value ->> 0 AS BIGINT), 'administrative', 0, 2147483647, 0 FROM json_array_elements(CAST(:rows AS json)) j;

-- name: world_closure_many
-- result: none
-- scope: system
-- args: rows text, parent_id int
-- sqlite:
INSERT INTO unit_closure (ancestor_id, edge_kind, descendant_id, depth, from_day, to_day)
SELECT json_extract(j.value, '$[0]'), 'administrative', json_extract(j.value, '$[0]'), 0, 0, 2147483647 FROM json_each(:rows) j
UNION ALL
SELECT c.ancestor_id, 'administrative', json_extract(j.value, '$[0]'), c.depth + 1, 0, 2147483647 FROM json_each(:rows) j, unit_closure c WHERE c.descendant_id = :parent_id AND c.edge_kind = 'administrative';
-- postgres:
INSERT INTO unit_closure (ancestor_id, edge_kind, descendant_id, depth, from_day, to_day)
SELECT CAST(j.value ->> 0 AS BIGINT), 'administrative', CAST(j.value ->> 0 AS BIGINT), 0, 0, 2147483647 FROM json_array_elements(CAST(:rows AS json)) j
UNION ALL
SELECT c.ancestor_id, 'administrative', CAST(j.value ->> 0 AS BIGINT), c.depth + 1, 0, 2147483647 FROM json_array_elements(CAST(:rows AS json)) j, unit_closure c WHERE c.descendant_id = :parent_id AND c.edge_kind = 'administrative';

-- name: world_people_many
-- result: none
-- scope: system
-- args: rows text
-- sqlite:
INSERT INTO person (id, name, email, search_key, sort_key, created_ms)
SELECT json_extract(j.value, '$[1]'), 'Trần Văn Đoàn', 'doan' || json_extract(j.value, '$[1]') || '@truclam.example', '', '', 0 FROM json_each(:rows) j;
-- postgres:
INSERT INTO person (id, name, email, search_key, sort_key, created_ms)
SELECT CAST(j.value ->> 1 AS BIGINT), 'Trần Văn Đoàn', 'doan' || (j.value ->> 1) || '@truclam.example', '', '', 0 FROM json_array_elements(CAST(:rows AS json)) j;

-- name: world_grants_many
-- result: none
-- scope: system
-- args: rows text
-- sqlite:
INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, granted_ms)
SELECT json_extract(j.value, '$[4]'), json_extract(j.value, '$[1]'), 'focal_officer', json_extract(j.value, '$[0]'), '', 7, 0, 2147483647, 0 FROM json_each(:rows) j;
-- postgres:
INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, granted_ms)
SELECT CAST(j.value ->> 4 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), 'focal_officer', CAST(j.value ->> 0 AS BIGINT), '', 7, 0, 2147483647, 0 FROM json_array_elements(CAST(:rows AS json)) j;

-- name: world_past
-- A past figure by its definition: every change visible by then, of every unit that stood at or below the root on that day.
-- result: one
-- scope: system
-- args: root_id int, scope_id int, edge_kind text, as_of_day int
-- columns: n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT CAST(COALESCE(SUM(CASE WHEN d.state = 0 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_unseen, CAST(COALESCE(SUM(CASE WHEN d.state = 1 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_ack, CAST(COALESCE(SUM(CASE WHEN d.state = 2 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_doing, CAST(COALESCE(SUM(CASE WHEN d.state = 3 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_ok, CAST(COALESCE(SUM(CASE WHEN d.state = 4 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_due, CAST(COALESCE(SUM(CASE WHEN d.state = 5 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_late, CAST(COALESCE(SUM(CASE WHEN d.state = 6 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_birth, CAST(COALESCE(SUM(CASE WHEN d.state = 7 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_na, CAST(COALESCE(SUM(CASE WHEN d.state = 8 THEN d.delta ELSE 0 END), 0) AS BIGINT) AS n_waived
  FROM assignment_delta d JOIN unit_closure c ON c.descendant_id = d.unit_id AND c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day
 WHERE d.visible_day <= :as_of_day AND (CAST(:scope_id AS BIGINT) = 0 OR d.family_id = :scope_id OR d.directive_id = :scope_id);

-- name: world_rows
-- Every assignment that stands at or below a unit, in a scope.
-- result: many
-- scope: system
-- args: root_id int, edge_kind text, on_day int, scope_id int
-- columns: id int, state int, catalogue_id text?
SELECT a.id, a.state, o.catalogue_id FROM assignment a JOIN obligation o ON o.id = a.obligation_id
 WHERE a.state >= 0 AND (CAST(:scope_id AS BIGINT) = 0 OR a.family_id = :scope_id OR a.directive_id = :scope_id)
   AND EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.descendant_id = a.unit_id AND c.from_day <= :on_day AND c.to_day > :on_day)
 ORDER BY a.id;

-- name: world_past_counts
-- How many duties stood in each state at the end of a day, at and below a unit: from the changes, one by one.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, as_of_day int, family_id int?, directive_id int?
-- columns: state int, n int
SELECT x.state, COUNT(*) AS n
  FROM (SELECT d.assignment_id, d.state
          FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id AND d.visible_day <= :as_of_day
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
           AND (CAST(:family_id AS BIGINT) IS NULL OR d.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR d.directive_id = :directive_id)
         GROUP BY d.assignment_id, d.state HAVING SUM(d.delta) > 0) x
 GROUP BY x.state ORDER BY x.state;

-- name: world_has_read
-- result: one
-- scope: system
-- args: directive_id int, person_id int
-- columns: n int
SELECT COUNT(*) AS n FROM acknowledgement WHERE directive_id = :directive_id AND person_id = :person_id;

-- name: world_grants_end
-- result: none
-- scope: system
-- args: person_id int, to_day int
UPDATE person_grant SET to_day = :to_day WHERE person_id = :person_id;

-- name: world_case_chain
-- What the chain holds of a case, in order.
-- result: many
-- scope: system
-- args: object_id int
-- columns: kind text, content blob?
SELECT kind, content FROM chain_entry WHERE object_kind = 'incident' AND object_id = :object_id ORDER BY id;

-- name: world_function_held
-- result: none
-- scope: system
-- args: id int, unit_id int, area_unit_id int, function text, from_day int, to_day int
INSERT INTO unit_function (id, unit_id, area_unit_id, function, from_day, to_day, basis) VALUES (:id, :unit_id, :area_unit_id, :function, :from_day, :to_day, 'QĐ');
