-- name: demo_directive_assignments
-- result: many
-- scope: system
-- args: directive_id int
-- columns: id int, unit_id int, catalogue_id text?, denominator text, evidence_kinds text, due_day int?, state int
SELECT a.id, a.unit_id, o.catalogue_id, o.denominator, o.evidence_kinds, a.due_day, a.state
  FROM assignment a JOIN obligation o ON o.id = a.obligation_id WHERE a.directive_id = :directive_id AND a.closed_day IS NULL AND a.state <> 7 ORDER BY a.unit_id, a.id;

-- name: demo_people
-- Who works where in the sample, with the role of the unit's own grant.
-- result: many
-- scope: system
-- args: on_day int
-- columns: unit_id int, person_id int, name text, role text
SELECT g.unit_id, g.person_id, p.name, g.role FROM person_grant g JOIN person p ON p.id = g.person_id
 WHERE g.edge_kind = '' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.unit_id, g.person_id, g.role;

-- name: demo_unit_of_kind
-- The first sample unit of a kind.
-- result: one
-- scope: system
-- args: kind text, on_day int
-- columns: unit_id int, name text
SELECT f.unit_id, f.name FROM unit_fact f JOIN unit u ON u.id = f.unit_id AND u.is_sample = 1
 WHERE f.kind = :kind AND f.from_day <= :on_day AND f.to_day > :on_day ORDER BY f.unit_id LIMIT 1;

-- name: demo_focal_of_kind
-- Focal officers of units of a kind: for the sign-in links.
-- result: many
-- scope: system
-- args: kind text, on_day int, limit_count int
-- columns: person_id int, name text, unit_id int, unit_name text
SELECT p.id AS person_id, p.name, f.unit_id, f.name AS unit_name
  FROM unit_fact f JOIN unit u ON u.id = f.unit_id AND u.is_sample = 1
  JOIN person_grant g ON g.unit_id = f.unit_id AND g.role = 'focal_officer' AND g.edge_kind = '' AND g.from_day <= :on_day AND g.to_day > :on_day
  JOIN person p ON p.id = g.person_id
 WHERE f.kind = :kind AND f.from_day <= :on_day AND f.to_day > :on_day ORDER BY f.unit_id LIMIT :limit_count;

-- name: sample_count
-- result: one
-- scope: system
-- columns: units int, people int
SELECT (SELECT COUNT(*) FROM unit WHERE is_sample = 1) AS units, (SELECT COUNT(*) FROM person WHERE is_sample = 1) AS people;

-- name: sample_delete_letter_duties
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM letter_duty WHERE letter_id IN (SELECT id FROM letter WHERE is_sample = 1 OR unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_letter_attachments
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM letter_attachment WHERE letter_id IN (SELECT id FROM letter WHERE is_sample = 1 OR unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_letters
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM letter WHERE is_sample = 1 OR unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_evidence_links
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM assignment_evidence WHERE evidence_id IN (SELECT id FROM evidence WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_evidence_files
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM evidence_file WHERE evidence_id IN (SELECT id FROM evidence WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_evidence
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM evidence WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_assignment_past
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM assignment_past WHERE assignment_id IN (SELECT id FROM assignment WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_assignment_moved
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM assignment_moved WHERE assignment_id IN (SELECT id FROM assignment WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_deltas
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM assignment_delta WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_take_totals
-- The sums of scopes go down by what goes.
-- result: none
-- scope: system
INSERT INTO duty_total_change (scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT scope_id, -SUM(n_unseen), -SUM(n_ack), -SUM(n_doing), -SUM(n_ok), -SUM(n_due), -SUM(n_late), -SUM(n_birth), -SUM(n_na), -SUM(n_waived)
  FROM duty_count WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1) GROUP BY scope_id;

-- name: sample_take_obligations
-- And those of obligations.
-- result: none
-- scope: system
INSERT INTO duty_total_change (scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT obligation_id, SUM(CASE WHEN state = 0 THEN -1 ELSE 0 END), SUM(CASE WHEN state = 1 THEN -1 ELSE 0 END), SUM(CASE WHEN state = 2 THEN -1 ELSE 0 END), SUM(CASE WHEN state = 3 THEN -1 ELSE 0 END), SUM(CASE WHEN state = 4 THEN -1 ELSE 0 END), SUM(CASE WHEN state = 5 THEN -1 ELSE 0 END), SUM(CASE WHEN state = 6 THEN -1 ELSE 0 END), SUM(CASE WHEN state = 7 THEN -1 ELSE 0 END), SUM(CASE WHEN state = 8 THEN -1 ELSE 0 END)
  FROM assignment WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1) AND state >= 0 GROUP BY obligation_id;

-- name: sample_delete_counts
-- result: none
-- scope: system
DELETE FROM duty_count WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_past
-- result: none
-- scope: system
DELETE FROM duty_past WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_past_below
-- result: none
-- scope: system
DELETE FROM duty_past_below WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_past_obligation
-- result: none
-- scope: system
DELETE FROM duty_past_obligation WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1) OR obligation_id IN (SELECT o.id FROM obligation o JOIN directive d ON d.id = o.directive_id WHERE d.is_sample = 1);

-- name: sample_delete_tree_changes
-- result: none
-- scope: system
DELETE FROM unit_tree_change WHERE ancestor_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_note_trees
-- Units that stay and had samples below them: their past is counted anew.
-- result: none
-- scope: system
INSERT INTO unit_tree_change (edge_kind, ancestor_id, from_day)
SELECT DISTINCT c.edge_kind, c.ancestor_id, -2147483647
  FROM unit s JOIN unit_closure c ON c.descendant_id = s.id JOIN unit a ON a.id = c.ancestor_id AND a.is_sample = 0
 WHERE s.is_sample = 1
ON CONFLICT (edge_kind, ancestor_id, from_day) DO NOTHING;

-- name: sample_delete_acknowledgements
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM acknowledgement WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_reminders
-- result: none
-- scope: system
DELETE FROM reminder WHERE assignment_id IN (SELECT id FROM assignment WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_requests
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM duty_request WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_visits
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM visit WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_reports
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM report WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_freeze_rows
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM data_freeze_row WHERE freeze_id IN (SELECT id FROM data_freeze WHERE root_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_freezes
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM data_freeze WHERE root_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_assignments
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM assignment WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_delete_targets
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM obligation_target WHERE obligation_id IN (SELECT o.id FROM obligation o JOIN directive d ON d.id = o.directive_id WHERE d.issuer_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_obligations
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM obligation WHERE directive_id IN (SELECT id FROM directive WHERE issuer_id IN (SELECT id FROM unit WHERE is_sample = 1));

-- name: sample_delete_directives
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM directive WHERE issuer_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: demo_administrators
-- result: many
-- scope: system
-- args: on_day int
-- columns: person_id int, name text, unit_name text
SELECT p.id AS person_id, p.name, f.name AS unit_name
  FROM person_grant g JOIN person p ON p.id = g.person_id AND p.is_sample = 1
  JOIN unit_fact f ON f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE g.role = 'administrator' AND g.edge_kind = '' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY p.id;
