-- name: bench_found
-- Whether somebody was here before: a bench wants an empty database.
-- result: one
-- scope: system
-- columns: n int
SELECT (SELECT COUNT(*) FROM unit) + (SELECT COUNT(*) FROM person) + (SELECT COUNT(*) FROM assignment) AS n;

-- name: bench_person_unit
-- result: none
-- scope: system
-- args: id int, person_id int, unit_id int
INSERT INTO person_unit (id, person_id, unit_id, from_day, to_day) VALUES (:id, :person_id, :unit_id, 0, 2147483647);

-- name: bench_forget
-- What issuing planned for the days to come of one obligation; its history comes instead.
-- result: none
-- scope: system
-- args: obligation_id int, after_day int
DELETE FROM assignment_delta WHERE visible_day > :after_day AND (unit_id, assignment_id) IN (SELECT unit_id, id FROM assignment WHERE obligation_id = :obligation_id);

-- name: bench_issued
-- With which days an obligation was issued.
-- result: one
-- scope: system
-- args: obligation_id int
-- columns: soon_days int, due_day int?
SELECT soon_days, due_day FROM assignment WHERE obligation_id = :obligation_id LIMIT 1;

-- name: bench_history
-- The history of one obligation in every unit of a bucket: rows is a JSON array of [state, delta, day].
-- result: none
-- scope: system
-- args: obligation_id int, bucket int, buckets int, rows text
-- sqlite:
INSERT INTO assignment_delta (assignment_id, unit_id, directive_id, family_id, obligation_id, state, delta, effective_day, known_day, visible_day)
SELECT a.id, a.unit_id, a.directive_id, a.family_id, a.obligation_id, json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]'), json_extract(j.value, '$[2]'), json_extract(j.value, '$[2]')
  FROM assignment a, json_each(:rows) j WHERE a.obligation_id = :obligation_id AND (a.unit_id & 127) % :buckets = :bucket;
-- postgres:
INSERT INTO assignment_delta (assignment_id, unit_id, directive_id, family_id, obligation_id, state, delta, effective_day, known_day, visible_day)
SELECT a.id, a.unit_id, a.directive_id, a.family_id, a.obligation_id, CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), CAST(j.value ->> 2 AS BIGINT)
  FROM assignment a, json_array_elements(CAST(:rows AS json)) j WHERE a.obligation_id = :obligation_id AND (a.unit_id & 127) % :buckets = :bucket;

-- name: bench_facts
-- And the facts it ends with.
-- result: none
-- scope: system
-- args: obligation_id int, bucket int, buckets int, acked_ms int?, started_ms int?, covered_from_day int?, covered_to_day int?, na_from_day int?, waived_to_day int?
UPDATE assignment SET acked_ms = :acked_ms, started_ms = :started_ms, covered_from_day = :covered_from_day, covered_to_day = :covered_to_day, na_from_day = :na_from_day, waived_to_day = :waived_to_day
 WHERE obligation_id = :obligation_id AND (unit_id & 127) % :buckets = :bucket;

-- name: bench_evidence
-- One piece of evidence a unit for what it has done under a directive.
-- result: none
-- scope: system
-- args: directive_id int
INSERT INTO evidence (id, unit_id, kind, subject_kind, subject_id, done_day, covers_from_day, covers_to_day, title, fields_json, source, state, submitted_ms, decided_ms)
SELECT MIN(a.id), a.unit_id, 'plan', 'unit', a.unit_id, MIN(a.covered_from_day), MIN(a.covered_from_day), MAX(a.covered_to_day), 'Phương án', '{}', 'hand', 'accepted', MIN(a.started_ms), MIN(a.started_ms)
  FROM assignment a WHERE a.directive_id = :directive_id AND a.covered_from_day IS NOT NULL GROUP BY a.unit_id;

-- name: bench_evidence_links
-- result: none
-- scope: system
-- args: directive_id int
INSERT INTO assignment_evidence (assignment_id, evidence_id)
SELECT a.id, m.id FROM assignment a JOIN (SELECT MIN(b.id) AS id, b.unit_id FROM assignment b WHERE b.directive_id = :directive_id AND b.covered_from_day IS NOT NULL GROUP BY b.unit_id) m ON m.unit_id = a.unit_id
 WHERE a.directive_id = :directive_id AND a.covered_from_day IS NOT NULL;

-- name: bench_acknowledgements
-- Who had confirmed each directive of the past.
-- result: none
-- scope: system
-- args: directive_id int
INSERT INTO acknowledgement (directive_id, person_id, unit_id, at_ms)
SELECT x.directive_id, pu.person_id, x.unit_id, x.acked_ms
  FROM (SELECT a.directive_id, a.unit_id, MIN(a.acked_ms) AS acked_ms FROM assignment a WHERE a.directive_id = :directive_id AND a.acked_ms IS NOT NULL GROUP BY a.directive_id, a.unit_id) x
  JOIN person_unit pu ON pu.unit_id = x.unit_id;

-- name: bench_audit
-- An entry of the chain for each of them.
-- result: none
-- scope: system
-- args: directive_id int, node int
-- sqlite:
INSERT INTO chain_entry (id, node, stream, kind, object_kind, object_id, unit_id, at_ms, content_hash)
SELECT MIN(a.id), :node, 'audit', 'evidence_accepted', 'evidence', MIN(a.id), a.unit_id, MIN(a.started_ms), zeroblob(32)
  FROM assignment a WHERE a.directive_id = :directive_id AND a.covered_from_day IS NOT NULL GROUP BY a.unit_id;
-- postgres:
INSERT INTO chain_entry (id, node, stream, kind, object_kind, object_id, unit_id, at_ms, content_hash)
SELECT MIN(a.id), :node, 'audit', 'evidence_accepted', 'evidence', MIN(a.id), a.unit_id, MIN(a.started_ms), decode(repeat('00', 32), 'hex')
  FROM assignment a WHERE a.directive_id = :directive_id AND a.covered_from_day IS NOT NULL GROUP BY a.unit_id;

-- name: bench_seen
-- Duties of one unit.
-- result: many
-- scope: system
-- args: unit_id int, limit_count int
-- columns: id int
SELECT id FROM assignment WHERE unit_id = :unit_id ORDER BY id LIMIT :limit_count;

-- name: bench_size
-- result: one
-- scope: system
-- columns: units int, assignments int, deltas int, kept int, kept_below int, evidence int, audit int
SELECT (SELECT COUNT(*) FROM unit) AS units, (SELECT COUNT(*) FROM assignment) AS assignments, (SELECT COUNT(*) FROM assignment_delta) AS deltas,
       (SELECT COUNT(*) FROM duty_past) AS kept, (SELECT COUNT(*) FROM duty_past_below) AS kept_below, (SELECT COUNT(*) FROM evidence) AS evidence, (SELECT COUNT(*) FROM chain_entry) AS audit;

-- name: bench_units_again
-- Units of an earlier run in the order they were made.
-- result: many
-- scope: system
-- columns: id int, head_id int, focal_id int
SELECT f.unit_id AS id,
       (SELECT MIN(g.person_id) FROM person_grant g WHERE g.unit_id = f.unit_id AND g.role = 'unit_head') AS head_id,
       (SELECT MIN(g.person_id) FROM person_grant g WHERE g.unit_id = f.unit_id AND g.role = 'focal_officer') AS focal_id
  FROM unit_fact f WHERE f.code LIKE 'B%' ORDER BY f.code;

-- name: bench_root_again
-- result: one
-- scope: system
-- columns: id int, leader_id int, day int
SELECT g.unit_id AS id, g.person_id AS leader_id, (SELECT day FROM duty_clock WHERE id = 1) AS day FROM person_grant g JOIN unit_fact f ON f.unit_id = g.unit_id AND f.kind = 'provincial_committee' LIMIT 1;

-- name: bench_directives_again
-- result: many
-- scope: system
-- columns: id int
SELECT id FROM directive ORDER BY id;
