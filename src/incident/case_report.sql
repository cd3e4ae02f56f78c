-- Reports of cases. audience 11: the team, the affected unit, the police.

-- name: case_answer_rows
-- result: many
-- scope: case
-- args: case_id int
-- columns: key text, value text, by_name text?, at_ms int
SELECT a.key, a.value, p.name AS by_name, a.at_ms FROM incident_answer a LEFT JOIN person p ON p.id = a.by_person WHERE a.case_id = :case_id AND {scope :case_id, 3} ORDER BY a.key;

-- name: case_answer_raw
-- result: one
-- scope: system
-- args: case_id int, key text
-- columns: value text
SELECT value FROM incident_answer WHERE case_id = :case_id AND key = :key;

-- name: case_answer_insert
-- result: none
-- scope: system
-- args: case_id int, key text, value text, by_person int?, at_ms int
-- outbox: case_id
INSERT INTO incident_answer (case_id, key, value, by_person, at_ms) VALUES (:case_id, :key, :value, :by_person, :at_ms)
ON CONFLICT (case_id, key) DO UPDATE SET value = :value, by_person = :by_person, at_ms = :at_ms;

-- name: case_answer_delete
-- result: none
-- scope: system
-- args: case_id int, key text
-- outbox: case_id
DELETE FROM incident_answer WHERE case_id = :case_id AND key = :key;

-- name: case_function_holder
-- Who holds a function for the nearest area that a unit belongs to.
-- result: one
-- scope: system
-- args: unit_id int, function text, on_day int
-- columns: unit_id int
SELECT f.unit_id FROM unit_closure c JOIN unit_function f ON f.area_unit_id = c.ancestor_id
 WHERE c.descendant_id = :unit_id AND c.edge_kind = 'administrative' AND c.from_day <= :on_day AND c.to_day > :on_day
   AND f.function = :function AND f.from_day <= :on_day AND f.to_day > :on_day ORDER BY c.depth, f.id LIMIT 1;

-- name: case_unit_above
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: unit_id int
SELECT parent_id AS unit_id FROM unit_edge WHERE child_id = :unit_id AND edge_kind = 'administrative' AND from_day <= :on_day AND to_day > :on_day ORDER BY id LIMIT 1;

-- name: case_system_owner
-- result: one
-- scope: system
-- args: system_id int
-- columns: unit_id int
SELECT owner_id AS unit_id FROM info_system WHERE id = :system_id;

-- name: case_report_last_no
-- result: one
-- scope: system
-- args: case_id int, form text
-- columns: no int
SELECT COALESCE(MAX(no), 0) AS no FROM incident_report WHERE case_id = :case_id AND form = :form;

-- name: case_report_once
-- result: one
-- scope: system
-- args: case_id int, once_key text
-- columns: id int
SELECT id FROM incident_report WHERE case_id = :case_id AND once_key = :once_key;

-- name: case_report_insert
-- result: none
-- scope: system
-- args: id int, case_id int, form text, no int, values_json text, is_last int, to_unit_id int?, to_text text, number text?, sent_ms int, sent_by int?, sent_how text, sha256 blob?, made_ms int, made_by int?, once_key text?
INSERT INTO incident_report (id, case_id, form, no, state, values_json, is_last, to_unit_id, to_text, number, sent_ms, sent_by, sent_how, sha256, made_ms, made_by, once_key)
VALUES (:id, :case_id, :form, :no, 'sent', :values_json, :is_last, :to_unit_id, :to_text, :number, :sent_ms, :sent_by, :sent_how, :sha256, :made_ms, :made_by, :once_key);

-- name: case_report_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, case_id int, form text, no int, state text, to_unit_id int?, receipt_ms int?, sha256 blob?
SELECT id, case_id, form, no, state, to_unit_id, receipt_ms, sha256 FROM incident_report WHERE id = :id;

-- name: case_report_put_receipt
-- result: changes
-- scope: system
-- args: id int, receipt_ms int, receipt_text text, receipt_by int?
UPDATE incident_report SET receipt_ms = :receipt_ms, receipt_text = :receipt_text, receipt_by = :receipt_by WHERE id = :id AND receipt_ms IS NULL AND state = 'sent';

-- name: case_report_put_withdrawn
-- result: changes
-- scope: system
-- args: id int
UPDATE incident_report SET state = 'withdrawn' WHERE id = :id AND state = 'sent';

-- name: case_report_rows
-- result: many
-- scope: case
-- args: case_id int
-- columns: id int, form text, no int, state text, is_last int, to_unit_id int?, to_text text, number text?, sent_ms int?, sent_name text?, sent_how text?, receipt_ms int?, receipt_text text?, receipt_name text?, sha256 blob?
SELECT r.id, r.form, r.no, r.state, r.is_last, r.to_unit_id, r.to_text, r.number, r.sent_ms, s.name AS sent_name, r.sent_how, r.receipt_ms, r.receipt_text, q.name AS receipt_name, r.sha256
  FROM incident_report r LEFT JOIN person s ON s.id = r.sent_by LEFT JOIN person q ON q.id = r.receipt_by
 WHERE r.case_id = :case_id AND {scope :case_id, 11} ORDER BY r.sent_ms, r.id;

-- name: case_report_inbox_rows
-- What was sent to one unit: those nobody answered first, then the newest.
-- result: many
-- scope: org
-- args: unit_id int, on_day int, limit_count int
-- columns: id int, form text, no int, is_last int, from_unit_id int, from_name text, code text, number text?, sent_ms int?, receipt_ms int?, sha256 blob?
SELECT r.id, r.form, r.no, r.is_last, i.unit_id AS from_unit_id, COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = i.unit_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS from_name,
       i.code, r.number, r.sent_ms, r.receipt_ms, r.sha256
  FROM incident_report r JOIN incident i ON i.id = r.case_id
 WHERE r.to_unit_id = :unit_id AND r.state = 'sent' AND {scope :unit_id}
 ORDER BY CASE WHEN r.receipt_ms IS NULL THEN 0 ELSE 1 END, r.sent_ms DESC, r.id DESC LIMIT :limit_count;

-- name: case_report_for_party
-- result: one
-- scope: case
-- args: id int, case_id int
-- columns: sha256 blob?
SELECT r.sha256 FROM incident_report r WHERE r.id = :id AND r.case_id = :case_id AND {scope :case_id, 11};

-- name: case_report_for_recipient
-- result: one
-- scope: org
-- args: id int, unit_id int
-- columns: sha256 blob?
SELECT r.sha256 FROM incident_report r WHERE r.id = :id AND r.to_unit_id = :unit_id AND r.state = 'sent' AND {scope :unit_id};
