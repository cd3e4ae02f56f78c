-- name: evidence_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, kind text, subject_kind text, subject_id int, done_day int, covers_from_day int, covers_to_day int, title text, fields_json text, source text, state text, submitted_by int?, submitted_ms int
INSERT INTO evidence (id, unit_id, kind, subject_kind, subject_id, done_day, covers_from_day, covers_to_day, title, fields_json, source, state, submitted_by, submitted_ms)
VALUES (:id, :unit_id, :kind, :subject_kind, :subject_id, :done_day, :covers_from_day, :covers_to_day, :title, :fields_json, :source, :state, :submitted_by, :submitted_ms);

-- name: evidence_file_insert
-- result: none
-- scope: system
-- args: id int, evidence_id int, name text, media_type text, size_bytes int, sha256 blob
INSERT INTO evidence_file (id, evidence_id, name, media_type, size_bytes, sha256)
VALUES (:id, :evidence_id, :name, :media_type, :size_bytes, :sha256);

-- name: evidence_get
-- result: one
-- scope: org
-- args: id int
-- columns: id int, unit_id int, kind text, subject_kind text, subject_id int, done_day int, covers_from_day int, covers_to_day int, title text, fields_json text, source text, state text, submitted_by int?, submitted_name text?, submitted_ms int, decided_by int?, decided_name text?, decided_ms int?, reason text?
SELECT e.id, e.unit_id, e.kind, e.subject_kind, e.subject_id, e.done_day, e.covers_from_day, e.covers_to_day, e.title, e.fields_json, e.source, e.state,
       e.submitted_by, sp.name AS submitted_name, e.submitted_ms, e.decided_by, dp.name AS decided_name, e.decided_ms, e.reason
  FROM evidence e LEFT JOIN person sp ON sp.id = e.submitted_by LEFT JOIN person dp ON dp.id = e.decided_by
 WHERE e.id = :id AND {scope e.unit_id};

-- name: evidence_files
-- result: many
-- scope: org
-- args: evidence_id int
-- columns: id int, name text, media_type text, size_bytes int, sha256 blob
SELECT f.id, f.name, f.media_type, f.size_bytes, f.sha256
  FROM evidence_file f JOIN evidence e ON e.id = f.evidence_id
 WHERE f.evidence_id = :evidence_id AND {scope e.unit_id} ORDER BY f.id;

-- name: evidence_decide
-- Only evidence that waits can be decided.
-- result: changes
-- scope: system
-- args: id int, from_state text, state text, decided_by int?, decided_ms int, reason text?
UPDATE evidence SET state = :state, decided_by = :decided_by, decided_ms = :decided_ms, reason = :reason
 WHERE id = :id AND state = :from_state;
