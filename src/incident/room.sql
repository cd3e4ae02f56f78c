-- The room of a case. Everything that is read says for whom it is: {scope <case>, <audience>}.

-- name: room_entry_rows
-- The newest first. is_corrected: an entry that may be read corrects it.
-- result: many
-- scope: case
-- args: case_id int, before_id int, limit_count int
-- columns: id int, at_ms int, known_ms int, kind text, text text, detail_json text?, amount_vnd int?, tlp text, audience_bits int, corrects_id int?, is_corrected int, by_name text?, by_unit_id int?, by_unit_name text?
SELECT e.id, e.at_ms, e.known_ms, e.kind, e.text, e.detail_json, e.amount_vnd, e.tlp, e.audience_bits, e.corrects_id,
       CASE WHEN EXISTS (SELECT 1 FROM incident_entry c WHERE c.case_id = e.case_id AND c.corrects_id = e.id) THEN 1 ELSE 0 END AS is_corrected, p.name AS by_name, e.by_unit_id,
       (SELECT f.name FROM unit_fact f WHERE f.unit_id = e.by_unit_id ORDER BY f.from_day DESC, f.id DESC LIMIT 1) AS by_unit_name
  FROM incident_entry e LEFT JOIN person p ON p.id = e.by_person
 WHERE e.case_id = :case_id AND e.id < :before_id AND {scope :case_id, e.audience_bits}
 ORDER BY e.id DESC LIMIT :limit_count;

-- name: room_entry_after
-- result: many
-- scope: case
-- args: case_id int, after_id int, limit_count int
-- columns: id int, at_ms int, known_ms int, kind text, text text, detail_json text?, amount_vnd int?, tlp text, audience_bits int, corrects_id int?, by_name text?, by_unit_id int?, by_unit_name text?
SELECT e.id, e.at_ms, e.known_ms, e.kind, e.text, e.detail_json, e.amount_vnd, e.tlp, e.audience_bits, e.corrects_id, p.name AS by_name, e.by_unit_id,
       (SELECT f.name FROM unit_fact f WHERE f.unit_id = e.by_unit_id ORDER BY f.from_day DESC, f.id DESC LIMIT 1) AS by_unit_name
  FROM incident_entry e LEFT JOIN person p ON p.id = e.by_person
 WHERE e.case_id = :case_id AND e.id > :after_id AND {scope :case_id, e.audience_bits}
 ORDER BY e.id LIMIT :limit_count;

-- name: room_cost_sum
-- A cost that was corrected counts as its correction has it.
-- result: one
-- scope: case
-- args: case_id int
-- columns: vnd int
SELECT CAST(COALESCE(SUM(e.amount_vnd), 0) AS BIGINT) AS vnd FROM incident_entry e
 WHERE e.case_id = :case_id AND e.amount_vnd IS NOT NULL AND NOT EXISTS (SELECT 1 FROM incident_entry c WHERE c.case_id = e.case_id AND c.corrects_id = e.id) AND {scope :case_id, e.audience_bits};

-- name: room_entry_raw
-- result: one
-- scope: case
-- args: id int, case_id int
-- columns: kind text, audience_bits int
SELECT e.kind, e.audience_bits FROM incident_entry e WHERE e.id = :id AND e.case_id = :case_id AND {scope :case_id, e.audience_bits};

-- name: room_task_rows
-- result: many
-- scope: case
-- args: case_id int, on_day int
-- columns: id int, kind text, pair_id int?, title text, text text?, unit_id int, unit_name text, person_id int?, person_name text?, has_left int, due_ms int?, state text, result text?, done_ms int?, done_name text?, opened_ms int, audience_bits int
SELECT k.id, k.kind, k.pair_id, k.title, k.text, k.unit_id, COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = k.unit_id ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS unit_name, k.person_id, p.name AS person_name,
       CASE WHEN k.state = 'open' AND k.person_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM person_grant g JOIN person q ON q.id = g.person_id AND q.is_active = 1
             WHERE g.person_id = k.person_id AND g.unit_id = k.unit_id AND (g.rights & :actor_right) = :actor_right AND g.from_day <= :on_day AND g.to_day > :on_day) THEN 1 ELSE 0 END AS has_left,
       k.due_ms, k.state, k.result, k.done_ms, d.name AS done_name, k.opened_ms, k.audience_bits
  FROM incident_task k LEFT JOIN person p ON p.id = k.person_id LEFT JOIN person d ON d.id = k.done_by
 WHERE k.case_id = :case_id AND {scope :case_id, k.audience_bits} ORDER BY k.sort_no, k.id;

-- name: room_task_raw
-- result: one
-- scope: system
-- args: id int, case_id int
-- columns: id int, kind text, pair_id int?, title text, unit_id int, person_id int?, state text, audience_bits int, version int
SELECT id, kind, pair_id, title, unit_id, person_id, state, audience_bits, version FROM incident_task WHERE id = :id AND case_id = :case_id;

-- name: room_task_insert
-- result: none
-- scope: system
-- args: id int, case_id int, kind text, pair_id int?, title text, text text?, unit_id int, person_id int?, due_ms int?, sort_no int, audience_bits int, opened_ms int, opened_by int?
INSERT INTO incident_task (id, case_id, kind, pair_id, title, text, unit_id, person_id, due_ms, state, sort_no, audience_bits, opened_ms, opened_by, version)
VALUES (:id, :case_id, :kind, :pair_id, :title, :text, :unit_id, :person_id, :due_ms, 'open', :sort_no, :audience_bits, :opened_ms, :opened_by, 1);

-- name: room_task_last
-- result: one
-- scope: system
-- args: case_id int
-- columns: sort_no int
SELECT COALESCE(MAX(sort_no), 0) AS sort_no FROM incident_task WHERE case_id = :case_id;

-- name: room_task_put
-- result: changes
-- scope: system
-- args: id int, from_state text, state text, result text?, done_ms int?, done_by int?
UPDATE incident_task SET state = :state, result = :result, done_ms = :done_ms, done_by = :done_by, version = version + 1 WHERE id = :id AND state = :from_state;

-- name: room_task_put_owner
-- result: none
-- scope: system
-- args: id int, unit_id int, person_id int?, audience_bits int
UPDATE incident_task SET unit_id = :unit_id, person_id = :person_id, audience_bits = :audience_bits, version = version + 1 WHERE id = :id;

-- name: room_stands
-- Does a unit, or this person of it, stand in the case today, and what may that part read?
-- result: many
-- scope: system
-- args: case_id int, unit_id int, person_id int, right_bits int, on_day int
-- columns: view_bits int
SELECT DISTINCT m.view_bits FROM case_member m JOIN person_grant g ON g.unit_id = m.unit_id AND (m.person_id IS NULL OR g.person_id = m.person_id) JOIN person p ON p.id = g.person_id AND p.is_active = 1
 WHERE m.case_id = :case_id AND m.unit_id = :unit_id AND m.from_day <= :on_day AND m.to_day > :on_day AND (:person_id = 0 OR g.person_id = :person_id)
   AND (g.rights & :right_bits) = :right_bits AND g.from_day <= :on_day AND g.to_day > :on_day;

-- name: room_asset_rows
-- result: many
-- scope: case
-- args: case_id int
-- columns: id int, kind text, object_id int?, value text, note text?, by_name text?, at_ms int
SELECT a.id, a.kind, a.object_id, a.value, a.note, p.name AS by_name, a.at_ms FROM incident_asset a LEFT JOIN person p ON p.id = a.by_person
 WHERE a.case_id = :case_id AND a.ended_ms IS NULL AND {scope :case_id, a.audience_bits} ORDER BY a.id;

-- name: room_asset_insert
-- result: none
-- scope: system
-- args: id int, case_id int, kind text, object_id int?, value text, note text?, audience_bits int, by_person int?, at_ms int
INSERT INTO incident_asset (id, case_id, kind, object_id, value, note, audience_bits, by_person, at_ms) VALUES (:id, :case_id, :kind, :object_id, :value, :note, :audience_bits, :by_person, :at_ms);

-- name: room_asset_close
-- result: changes
-- scope: system
-- args: id int, case_id int, ended_ms int
UPDATE incident_asset SET ended_ms = :ended_ms WHERE id = :id AND case_id = :case_id AND ended_ms IS NULL;

-- name: room_asset_raw
-- result: one
-- scope: case
-- args: id int, case_id int
-- columns: value text, audience_bits int
SELECT a.value, a.audience_bits FROM incident_asset a WHERE a.id = :id AND a.case_id = :case_id AND a.ended_ms IS NULL AND {scope :case_id, a.audience_bits};

-- name: room_asset_same
-- result: one
-- scope: system
-- args: case_id int, kind text, value text
-- columns: n int
SELECT COUNT(*) AS n FROM incident_asset WHERE case_id = :case_id AND kind = :kind AND value = :value AND ended_ms IS NULL;

-- name: room_asset_object
-- The name of a system or device of the unit the case happened to.
-- result: one
-- scope: system
-- args: kind text, object_id int, unit_id int
-- columns: name text
SELECT s.name FROM info_system s WHERE :kind = 'system' AND s.id = :object_id AND (s.owner_id = :unit_id OR s.operator_id = :unit_id)
UNION ALL
SELECT COALESCE(d.name, '') FROM device d WHERE :kind = 'device' AND d.id = :object_id AND d.unit_id = :unit_id;

-- name: room_indicator_rows
-- other_count: cases beside this one that hold the same, whoever may see them.
-- result: many
-- scope: case
-- args: case_id int
-- columns: id int, kind text, value text, tlp text, note text?, seen_ms int?, by_name text?, at_ms int, other_count int
SELECT n.id, n.kind, n.value, n.tlp, n.note, n.seen_ms, p.name AS by_name, n.at_ms,
       (SELECT COUNT(DISTINCT o.case_id) FROM incident_indicator o WHERE o.kind = n.kind AND o.value_key = n.value_key AND o.case_id <> n.case_id AND o.ended_ms IS NULL) AS other_count
  FROM incident_indicator n LEFT JOIN person p ON p.id = n.by_person
 WHERE n.case_id = :case_id AND n.ended_ms IS NULL AND {scope :case_id, n.audience_bits} ORDER BY n.kind, n.id;

-- name: room_shared
-- Other cases the actor may read that hold an indicator of this one: how many they share.
-- result: many
-- scope: case
-- args: case_id int
-- columns: id int, code text, title text, state text, n int
SELECT i.id, i.code, i.title, i.state, COUNT(DISTINCT n.id) AS n
  FROM incident_indicator n JOIN incident_indicator o ON o.kind = n.kind AND o.value_key = n.value_key AND o.case_id <> n.case_id AND o.ended_ms IS NULL JOIN incident i ON i.id = o.case_id
 WHERE n.case_id = :case_id AND n.ended_ms IS NULL AND {scope :case_id, n.audience_bits} AND {scope o.case_id, o.audience_bits}
 GROUP BY i.id, i.code, i.title, i.state ORDER BY n DESC, i.id DESC LIMIT 100;

-- name: room_indicator_same
-- result: one
-- scope: system
-- args: case_id int, kind text, value_key text
-- columns: n int
SELECT COUNT(*) AS n FROM incident_indicator WHERE case_id = :case_id AND kind = :kind AND value_key = :value_key AND ended_ms IS NULL;

-- name: room_indicator_insert
-- result: none
-- scope: system
-- args: id int, case_id int, kind text, value text, value_key text, tlp text, audience_bits int, note text?, seen_ms int?, by_person int?, at_ms int
INSERT INTO incident_indicator (id, case_id, kind, value, value_key, tlp, audience_bits, note, seen_ms, by_person, at_ms) VALUES (:id, :case_id, :kind, :value, :value_key, :tlp, :audience_bits, :note, :seen_ms, :by_person, :at_ms);

-- name: room_indicator_raw
-- result: one
-- scope: case
-- args: id int, case_id int
-- columns: value text, audience_bits int
SELECT n.value, n.audience_bits FROM incident_indicator n WHERE n.id = :id AND n.case_id = :case_id AND n.ended_ms IS NULL AND {scope :case_id, n.audience_bits};

-- name: room_indicator_close
-- result: none
-- scope: system
-- args: id int, ended_ms int, ended_reason text
UPDATE incident_indicator SET ended_ms = :ended_ms, ended_reason = :ended_reason WHERE id = :id;

-- name: room_file_rows
-- result: many
-- scope: case
-- args: case_id int
-- columns: id int, name text, media_type text, size_bytes int, sha256 blob, collected_ms int, collected_where text?, note text?, tlp text, by_name text?, at_ms int
SELECT f.id, f.name, f.media_type, f.size_bytes, f.sha256, f.collected_ms, f.collected_where, f.note, f.tlp, p.name AS by_name, f.at_ms
  FROM incident_file f LEFT JOIN person p ON p.id = f.by_person WHERE f.case_id = :case_id AND {scope :case_id, f.audience_bits} ORDER BY f.id;

-- name: room_file_get
-- result: one
-- scope: case
-- args: id int, case_id int
-- columns: id int, name text, media_type text, size_bytes int, sha256 blob, audience_bits int
SELECT f.id, f.name, f.media_type, f.size_bytes, f.sha256, f.audience_bits FROM incident_file f WHERE f.id = :id AND f.case_id = :case_id AND {scope :case_id, f.audience_bits};

-- name: room_file_same
-- result: one
-- scope: system
-- args: case_id int, sha256 blob
-- columns: n int
SELECT COUNT(*) AS n FROM incident_file WHERE case_id = :case_id AND sha256 = :sha256;

-- name: room_file_insert
-- result: none
-- scope: system
-- args: id int, case_id int, name text, media_type text, size_bytes int, sha256 blob, collected_ms int, collected_where text?, note text?, tlp text, audience_bits int, by_person int?, at_ms int
INSERT INTO incident_file (id, case_id, name, media_type, size_bytes, sha256, collected_ms, collected_where, note, tlp, audience_bits, by_person, at_ms)
VALUES (:id, :case_id, :name, :media_type, :size_bytes, :sha256, :collected_ms, :collected_where, :note, :tlp, :audience_bits, :by_person, :at_ms);

-- name: room_custody_insert
-- result: none
-- scope: system
-- args: id int, file_id int, what text, from_text text?, to_text text?, reason text?, by_person int?, at_ms int
INSERT INTO incident_custody (id, file_id, what, from_text, to_text, reason, by_person, at_ms) VALUES (:id, :file_id, :what, :from_text, :to_text, :reason, :by_person, :at_ms);

-- name: room_custody_rows
-- result: many
-- scope: case
-- args: case_id int
-- columns: file_id int, what text, from_text text?, to_text text?, reason text?, by_name text?, at_ms int
SELECT c.file_id, c.what, c.from_text, c.to_text, c.reason, p.name AS by_name, c.at_ms
  FROM incident_file f JOIN incident_custody c ON c.file_id = f.id LEFT JOIN person p ON p.id = c.by_person
 WHERE f.case_id = :case_id AND {scope :case_id, f.audience_bits} ORDER BY c.file_id, c.id;
