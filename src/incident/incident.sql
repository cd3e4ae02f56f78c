-- Cases. Whoever is a party of one may read it: {scope} of scope case.

-- name: incident_insert
-- result: none
-- scope: system
-- args: id int, code text, unit_id int, lead_unit_id int, system_id int?, title text, summary text?, source text, source_id int?, label text, label_said text?, facts int, severity text, classified_ms int, detected_ms int, occurred_ms int?, personal_ms int?, contained_ms int?, restored_ms int?, tlp text, is_exercise int, opened_ms int, opened_by int?, is_sample int
INSERT INTO incident (id, code, unit_id, lead_unit_id, system_id, title, summary, source, source_id, label, label_said, facts, severity, classified_ms, detected_ms, occurred_ms, personal_ms, contained_ms, restored_ms, state, tlp, is_exercise, opened_ms, opened_by, last_ms, version, is_sample)
VALUES (:id, :code, :unit_id, :lead_unit_id, :system_id, :title, :summary, :source, :source_id, :label, :label_said, :facts, :severity, :classified_ms, :detected_ms, :occurred_ms, :personal_ms, :contained_ms, :restored_ms, 'open', :tlp, :is_exercise, :opened_ms, :opened_by, :opened_ms, 1, :is_sample);

-- name: incident_year_next
-- The next number of a year; the row stays locked until the transaction ends, so numbers have no holes but those of cases that were rolled back.
-- result: one
-- scope: system
-- args: year int
-- columns: last_no int
INSERT INTO incident_year (year, last_no) VALUES (:year, 1) ON CONFLICT (year) DO UPDATE SET last_no = incident_year.last_no + 1 RETURNING last_no;

-- name: incident_word_insert
-- result: none
-- scope: system
-- args: word text, case_id int
INSERT INTO incident_word (word, case_id) VALUES (:word, :case_id) ON CONFLICT (word, case_id) DO NOTHING;

-- name: incident_word_delete
-- All that people can search for; the marks of state and severity stay.
-- result: none
-- scope: system
-- args: case_id int
DELETE FROM incident_word WHERE case_id = :case_id AND word NOT LIKE '=%';

-- name: incident_mark_delete
-- result: none
-- scope: system
-- args: case_id int, word text
DELETE FROM incident_word WHERE case_id = :case_id AND word = :word;

-- name: incident_raw
-- A writer holds the case until it commits.
-- result: one
-- scope: system
-- args: id int
-- columns: id int, code text, unit_id int, lead_unit_id int, system_id int?, title text, summary text?, source text, label text, facts int, severity text, severity_by int?, severity_ms int?, severity_note text?, classified_ms int, detected_ms int, occurred_ms int?, personal_ms int?, contained_ms int?, restored_ms int?, state text, tlp text, is_exercise int, version int
-- sqlite:
SELECT id, code, unit_id, lead_unit_id, system_id, title, summary, source, label, facts, severity, severity_by, severity_ms, severity_note, classified_ms, detected_ms, occurred_ms, personal_ms, contained_ms, restored_ms, state, tlp, is_exercise, version
  FROM incident WHERE id = :id;
-- postgres:
SELECT id, code, unit_id, lead_unit_id, system_id, title, summary, source, label, facts, severity, severity_by, severity_ms, severity_note, classified_ms, detected_ms, occurred_ms, personal_ms, contained_ms, restored_ms, state, tlp, is_exercise, version
  FROM incident WHERE id = :id FOR NO KEY UPDATE;

-- name: incident_put
-- result: none
-- scope: system
-- args: id int, system_id int?, title text, summary text?, label text, facts int, severity text, severity_by int?, severity_ms int?, severity_note text?, classified_ms int, detected_ms int, occurred_ms int?, personal_ms int?, contained_ms int?, restored_ms int?, tlp text
UPDATE incident SET system_id = :system_id, title = :title, summary = :summary, label = :label, facts = :facts, severity = :severity, severity_by = :severity_by, severity_ms = :severity_ms, severity_note = :severity_note, classified_ms = :classified_ms,
       detected_ms = :detected_ms, occurred_ms = :occurred_ms, personal_ms = :personal_ms, contained_ms = :contained_ms, restored_ms = :restored_ms, tlp = :tlp, version = version + 1
 WHERE id = :id;

-- name: incident_put_severity
-- result: none
-- scope: system
-- args: id int, severity text, severity_by int?, severity_ms int, severity_note text?, classified_ms int
UPDATE incident SET severity = :severity, classified_ms = :classified_ms, severity_by = :severity_by, severity_ms = :severity_ms, severity_note = :severity_note, version = version + 1 WHERE id = :id;

-- name: incident_put_state
-- result: none
-- scope: system
-- args: id int, state text, joined_id int?, closed_ms int?, closed_by int?
UPDATE incident SET state = :state, joined_id = :joined_id, closed_ms = :closed_ms, closed_by = :closed_by, version = version + 1 WHERE id = :id;

-- name: incident_touch
-- result: none
-- scope: system
-- args: id int, last_ms int
UPDATE incident SET last_ms = :last_ms WHERE id = :id AND last_ms < :last_ms;

-- name: incident_unit_facts
-- What the rules ask of a unit on a day: its kind, sector, whether it is of the network.
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: name text, kind text, sector text?, in_network int
SELECT f.name, f.kind, f.sector, CASE WHEN EXISTS (SELECT 1 FROM unit_member m WHERE m.unit_id = f.unit_id AND m.membership = 'response_network' AND m.from_day <= :on_day AND m.to_day > :on_day) THEN 1 ELSE 0 END AS in_network
  FROM unit_fact f WHERE f.unit_id = :unit_id AND f.from_day <= :on_day AND f.to_day > :on_day;

-- name: incident_unit_functions
-- result: many
-- scope: system
-- args: unit_id int, on_day int
-- columns: function text
SELECT DISTINCT function FROM unit_function WHERE unit_id = :unit_id AND from_day <= :on_day AND to_day > :on_day ORDER BY function;

-- name: incident_system
-- A system the unit owns or operates, and its level on a day.
-- result: one
-- scope: system
-- args: id int, unit_id int, on_day int
-- columns: name text, level int?
SELECT s.name, (SELECT l.level FROM system_level l WHERE l.system_id = s.id AND l.from_day <= :on_day AND l.to_day > :on_day ORDER BY l.from_day DESC LIMIT 1) AS level
  FROM info_system s WHERE s.id = :id AND (s.owner_id = :unit_id OR s.operator_id = :unit_id);

-- name: incident_sent
-- result: many
-- scope: system
-- args: case_id int
-- columns: form text, sent_ms int, is_last int
SELECT form, sent_ms, is_last FROM incident_report WHERE case_id = :case_id AND state = 'sent' ORDER BY sent_ms, id;

-- name: incident_open_tasks
-- What is not done yet of the tasks that keep a case open.
-- result: many
-- scope: system
-- args: case_id int
-- columns: kind text, title text
SELECT kind, title FROM incident_task WHERE case_id = :case_id AND state = 'open' AND kind IN ('repair', 'hunt', 'contain') ORDER BY sort_no, id;

-- name: incident_get
-- result: one
-- scope: case
-- args: id int, on_day int
-- columns: id int, code text, unit_id int, unit_name text, lead_unit_id int, lead_name text, system_id int?, system_name text?, title text, summary text?, source text, source_id int?, label text, label_said text?, facts int, severity text, severity_by int?, severity_name text?, severity_ms int?, severity_note text?, classified_ms int, detected_ms int, occurred_ms int?, personal_ms int?, contained_ms int?, restored_ms int?, state text, joined_id int?, tlp text, is_exercise int, opened_ms int, opened_name text?, closed_ms int?, closed_name text?, last_ms int, version int
SELECT i.id, i.code, i.unit_id, COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = i.unit_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS unit_name,
       i.lead_unit_id, COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = i.lead_unit_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS lead_name,
       i.system_id, y.name AS system_name, i.title, i.summary, i.source, i.source_id, i.label, i.label_said, i.facts, i.severity, i.severity_by, sp.name AS severity_name, i.severity_ms, i.severity_note, i.classified_ms,
       i.detected_ms, i.occurred_ms, i.personal_ms, i.contained_ms, i.restored_ms, i.state, i.joined_id, i.tlp, i.is_exercise, i.opened_ms, op.name AS opened_name, i.closed_ms, cp.name AS closed_name, i.last_ms, i.version
  FROM incident i LEFT JOIN info_system y ON y.id = i.system_id LEFT JOIN person sp ON sp.id = i.severity_by LEFT JOIN person op ON op.id = i.opened_by LEFT JOIN person cp ON cp.id = i.closed_by
 WHERE i.id = :id AND {scope i.id};

-- piece: incident_columns
       i.id, i.code, i.unit_id, COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = i.unit_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS unit_name,
       i.title, i.label, i.severity, CASE WHEN i.severity_by IS NULL THEN 0 ELSE 1 END AS is_confirmed, i.detected_ms, i.restored_ms, i.state, i.tlp, i.is_exercise, i.last_ms

-- piece: incident_fits
       (CAST(:state AS TEXT) IS NULL OR i.state = :state) AND (CAST(:severity AS TEXT) IS NULL OR i.severity = :severity) AND (CAST(:unit_id AS BIGINT) IS NULL OR i.unit_id = :unit_id)
   AND (CAST(:word_1 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM incident_word w WHERE w.case_id = i.id AND w.word >= :word_1 AND w.word < :end_1))
   AND (CAST(:word_2 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM incident_word w WHERE w.case_id = i.id AND w.word >= :word_2 AND w.word < :end_2))
   AND (CAST(:word_3 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM incident_word w WHERE w.case_id = i.id AND w.word >= :word_3 AND w.word < :end_3))

-- name: incident_rows
-- Through all cases from the newest entry on: for who is a party of many, and words that many have.
-- result: many
-- scope: case
-- args: on_day int, state text?, severity text?, unit_id int?, word_1 text?, end_1 text?, word_2 text?, end_2 text?, word_3 text?, end_3 text?, limit_count int, offset_count int
-- columns: id int, code text, unit_id int, unit_name text, title text, label text, severity text, is_confirmed int, detected_ms int, restored_ms int?, state text, tlp text, is_exercise int, last_ms int
SELECT {piece incident_columns}
  FROM incident i WHERE {piece incident_fits} AND {scope i.id}
 ORDER BY i.last_ms DESC, i.id DESC LIMIT :limit_count OFFSET :offset_count;

-- name: incident_rows_of
-- The same among some cases, ids: [id, ...]: those of few parties, or of a word that few have.
-- result: many
-- scope: case
-- args: ids text, on_day int, state text?, severity text?, unit_id int?, word_1 text?, end_1 text?, word_2 text?, end_2 text?, word_3 text?, end_3 text?, limit_count int, offset_count int
-- columns: id int, code text, unit_id int, unit_name text, title text, label text, severity text, is_confirmed int, detected_ms int, restored_ms int?, state text, tlp text, is_exercise int, last_ms int
SELECT {piece incident_columns}
-- sqlite:
  FROM (SELECT CAST(value AS BIGINT) AS case_id FROM json_each(:ids)) c JOIN incident i ON i.id = c.case_id
-- postgres:
  FROM (SELECT CAST(value AS BIGINT) AS case_id FROM json_array_elements_text(CAST(:ids AS json))) c JOIN incident i ON i.id = c.case_id
-- both:
 WHERE {piece incident_fits} AND {scope i.id}
 ORDER BY i.last_ms DESC, i.id DESC LIMIT :limit_count OFFSET :offset_count;

-- name: incident_rows_count
-- At most limit_count of them: pages say "more than" past that.
-- result: one
-- scope: case
-- args: state text?, severity text?, unit_id int?, word_1 text?, end_1 text?, word_2 text?, end_2 text?, word_3 text?, end_3 text?, limit_count int
-- columns: n int
SELECT COUNT(*) AS n FROM (SELECT 1 FROM incident i WHERE {piece incident_fits} AND {scope i.id} LIMIT :limit_count) x;

-- name: incident_rows_of_count
-- result: one
-- scope: case
-- args: ids text, state text?, severity text?, unit_id int?, word_1 text?, end_1 text?, word_2 text?, end_2 text?, word_3 text?, end_3 text?
-- columns: n int
SELECT COUNT(*) AS n
-- sqlite:
  FROM (SELECT CAST(value AS BIGINT) AS case_id FROM json_each(:ids)) c JOIN incident i ON i.id = c.case_id
-- postgres:
  FROM (SELECT CAST(value AS BIGINT) AS case_id FROM json_array_elements_text(CAST(:ids AS json))) c JOIN incident i ON i.id = c.case_id
-- both:
 WHERE {piece incident_fits} AND {scope i.id};

-- name: incident_of_parties
-- Cases the actor is a party of, up to limit_count; a case stands once for each part and grant by which he is in it.
-- result: many
-- scope: case
-- args: limit_count int
-- columns: case_id int
SELECT m.case_id FROM person_grant g JOIN case_member m ON m.unit_id = g.unit_id
 WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.from_day <= :actor_day AND g.to_day > :actor_day
   AND (m.person_id IS NULL OR m.person_id = :actor_person) AND m.from_day <= :actor_day AND m.to_day > :actor_day AND {scope m.case_id}
 LIMIT :limit_count;

-- name: incident_of_word
-- Cases that have a word which begins like this, up to limit_count; who may see them is asked later.
-- result: many
-- scope: system
-- args: word text, word_end text, limit_count int
-- columns: case_id int
SELECT DISTINCT case_id FROM incident_word WHERE word >= :word AND word < :word_end LIMIT :limit_count;

-- name: incident_of_word_many
-- The same, a case perhaps more than once.
-- result: many
-- scope: system
-- args: word text, word_end text, limit_count int
-- columns: case_id int
SELECT case_id FROM incident_word WHERE word >= :word AND word < :word_end LIMIT :limit_count;

-- name: incident_entry_insert
-- result: none
-- scope: system
-- args: id int, case_id int, at_ms int, known_ms int, kind text, text text, detail_json text?, amount_vnd int?, tlp text, audience_bits int, corrects_id int?, by_person int?, by_unit_id int?, once_key text?
INSERT INTO incident_entry (id, case_id, at_ms, known_ms, kind, text, detail_json, amount_vnd, tlp, audience_bits, corrects_id, by_person, by_unit_id, once_key)
VALUES (:id, :case_id, :at_ms, :known_ms, :kind, :text, :detail_json, :amount_vnd, :tlp, :audience_bits, :corrects_id, :by_person, :by_unit_id, :once_key);

-- name: incident_entry_once
-- result: one
-- scope: system
-- args: case_id int, once_key text
-- columns: id int
SELECT id FROM incident_entry WHERE case_id = :case_id AND once_key = :once_key;

-- name: incident_tlp
-- result: one
-- scope: system
-- args: id int
-- columns: tlp text
SELECT tlp FROM incident WHERE id = :id;

-- name: incident_parties_move
-- The parties of a case that was joined to another, which are not in that one yet.
-- result: many
-- scope: system
-- args: case_id int, into_id int, on_day int
-- columns: unit_id int, person_id int?, part text
SELECT m.unit_id, m.person_id, m.part FROM case_member m
 WHERE m.case_id = :case_id AND m.from_day <= :on_day AND m.to_day > :on_day
   AND NOT EXISTS (SELECT 1 FROM case_member o WHERE o.case_id = :into_id AND o.unit_id = m.unit_id AND COALESCE(o.person_id, 0) = COALESCE(m.person_id, 0) AND o.part = m.part AND o.from_day <= :on_day AND o.to_day > :on_day)
 ORDER BY m.id;
