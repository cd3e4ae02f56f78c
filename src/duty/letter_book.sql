-- name: letter_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, direction text, number text?, symbol text?, document_type text?, issued_day int?, received_day int?, place text?, issuer text?, issuer_parent text?, subject text?, text_sha256 blob, file_sha256 blob?, file_name text?, media_type text?, read_json text, parent_id int?, search_key text, created_by int?, created_ms int, is_sample int
INSERT INTO letter (id, unit_id, direction, number, symbol, document_type, issued_day, received_day, place, issuer, issuer_parent, subject, text_sha256, file_sha256, file_name, media_type,
       read_json, state, parent_id, search_key, created_by, created_ms, is_sample)
VALUES (:id, :unit_id, :direction, :number, :symbol, :document_type, :issued_day, :received_day, :place, :issuer, :issuer_parent, :subject, :text_sha256, :file_sha256, :file_name, :media_type,
       :read_json, 'read', :parent_id, :search_key, :created_by, :created_ms, :is_sample);

-- name: letter_same
-- The same text in the same letter book: it was handed in before.
-- result: one
-- scope: system
-- args: unit_id int, text_sha256 blob
-- columns: id int
SELECT id FROM letter WHERE unit_id = :unit_id AND text_sha256 = :text_sha256 ORDER BY id LIMIT 1;

-- name: letter_get
-- result: one
-- scope: org
-- args: id int
-- columns: id int, unit_id int, direction text, number text?, symbol text?, document_type text?, issued_day int?, received_day int?, place text?, issuer text?, issuer_parent text?, subject text?, text_sha256 blob, file_sha256 blob?, file_name text?, media_type text?, read_json text, state text, parent_id int?, created_by_name text?, created_ms int, confirmed_ms int?
SELECT l.id, l.unit_id, l.direction, l.number, l.symbol, l.document_type, l.issued_day, l.received_day, l.place, l.issuer, l.issuer_parent, l.subject, l.text_sha256, l.file_sha256, l.file_name,
       l.media_type, l.read_json, l.state, l.parent_id, p.name AS created_by_name, l.created_ms, l.confirmed_ms
  FROM letter l LEFT JOIN person p ON p.id = l.created_by WHERE l.id = :id AND {scope l.unit_id};

-- name: letter_list
-- result: many
-- scope: org
-- args: unit_id int, search text?, before_id int, limit_count int
-- columns: id int, number text?, symbol text?, document_type text?, issued_day int?, issuer text?, subject text?, state text, created_ms int, duties int, open_duties int, missing_attachments int
SELECT l.id, l.number, l.symbol, l.document_type, l.issued_day, l.issuer, l.subject, l.state, l.created_ms,
       (SELECT COUNT(*) FROM letter_duty d WHERE d.letter_id = l.id AND d.state <> 'dropped') AS duties,
       (SELECT COUNT(*) FROM letter_duty d WHERE d.letter_id = l.id AND d.state = 'read') AS open_duties,
       (SELECT COUNT(*) FROM letter_attachment a WHERE a.letter_id = l.id AND a.child_id IS NULL) AS missing_attachments
  FROM letter l WHERE l.unit_id = :unit_id AND l.id < :before_id AND (CAST(:search AS TEXT) IS NULL OR l.search_key LIKE :search) AND {scope :unit_id}
 ORDER BY l.id DESC LIMIT :limit_count;

-- name: letter_duty_insert
-- result: none
-- scope: system
-- args: id int, letter_id int, no int, text text, quote_from int?, quote_to int?, actor text?, co_actors text, product text?, trigger_kind text, period_count int?, period_months int?, deadline_day int?, deadline_strict int, deadline_due_ms int?, deadline_quoted text?, deadline_note text?, obligations text, confidence real, state text, read_json text?
INSERT INTO letter_duty (id, letter_id, no, text, quote_from, quote_to, actor, co_actors, product, trigger_kind, period_count, period_months, deadline_day, deadline_strict, deadline_due_ms, deadline_quoted, deadline_note,
       obligations, confidence, state, read_json)
VALUES (:id, :letter_id, :no, :text, :quote_from, :quote_to, :actor, :co_actors, :product, :trigger_kind, :period_count, :period_months, :deadline_day, :deadline_strict, :deadline_due_ms, :deadline_quoted, :deadline_note,
       :obligations, :confidence, :state, :read_json);

-- name: letter_duties
-- result: many
-- scope: org
-- args: letter_id int
-- columns: id int, no int, text text, quote_from int?, quote_to int?, actor text?, co_actors text, product text?, trigger_kind text, period_count int?, period_months int?, deadline_day int?, deadline_strict int, deadline_due_ms int?, deadline_quoted text?, deadline_note text?, obligations text, confidence real, state text, read_json text?
SELECT d.id, d.no, d.text, d.quote_from, d.quote_to, d.actor, d.co_actors, d.product, d.trigger_kind, d.period_count, d.period_months, d.deadline_day, d.deadline_strict, d.deadline_due_ms, d.deadline_quoted, d.deadline_note,
       d.obligations, d.confidence, d.state, d.read_json
  FROM letter_duty d JOIN letter l ON l.id = d.letter_id WHERE d.letter_id = :letter_id AND {scope l.unit_id} ORDER BY d.no;

-- name: letter_duty_one
-- result: one
-- scope: system
-- args: id int
-- columns: id int, letter_id int, unit_id int, no int, text text, actor text?, trigger_kind text, period_count int?, period_months int?, deadline_day int?, deadline_strict int, deadline_due_ms int?, deadline_note text?, obligations text, state text
SELECT d.id, d.letter_id, l.unit_id, d.no, d.text, d.actor, d.trigger_kind, d.period_count, d.period_months, d.deadline_day, d.deadline_strict, d.deadline_due_ms, d.deadline_note, d.obligations, d.state
  FROM letter_duty d JOIN letter l ON l.id = d.letter_id WHERE d.id = :id;

-- name: letter_duty_set_state
-- result: changes
-- scope: system
-- args: id int, state text
UPDATE letter_duty SET state = :state WHERE id = :id;

-- name: letter_duty_correct
-- What the engine said stays in read_json.
-- result: changes
-- scope: system
-- args: id int, text text, actor text?, co_actors text, product text?, trigger_kind text, period_count int?, period_months int?, deadline_day int?, deadline_strict int, deadline_due_ms int?, deadline_note text?, obligations text
UPDATE letter_duty SET text = :text, actor = :actor, co_actors = :co_actors, product = :product, trigger_kind = :trigger_kind, period_count = :period_count, period_months = :period_months, deadline_day = :deadline_day,
       deadline_strict = :deadline_strict, deadline_due_ms = :deadline_due_ms, deadline_note = :deadline_note, obligations = :obligations, confidence = 1.0, state = 'confirmed'
 WHERE id = :id;

-- name: letter_duty_next_no
-- result: one
-- scope: system
-- args: letter_id int
-- columns: no int
SELECT COALESCE(MAX(no), 0) + 1 AS no FROM letter_duty WHERE letter_id = :letter_id;

-- name: letter_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, unit_id int, state text, subject text?, issuer text?
SELECT id, unit_id, state, subject, issuer FROM letter WHERE id = :id;

-- name: letter_set_confirmed
-- result: changes
-- scope: system
-- args: id int, confirmed_ms int
UPDATE letter SET state = 'confirmed', confirmed_ms = :confirmed_ms WHERE id = :id AND state = 'read';

-- name: letter_attachment_insert
-- result: none
-- scope: system
-- args: id int, letter_id int, title text, quote_from int, quote_to int
INSERT INTO letter_attachment (id, letter_id, title, quote_from, quote_to) VALUES (:id, :letter_id, :title, :quote_from, :quote_to);

-- name: letter_attachments
-- A missing one is a task: ask whoever sent the letter.
-- result: many
-- scope: org
-- args: letter_id int
-- columns: id int, title text, quote_from int, quote_to int, child_id int?
SELECT a.id, a.title, a.quote_from, a.quote_to, a.child_id FROM letter_attachment a JOIN letter l ON l.id = a.letter_id
 WHERE a.letter_id = :letter_id AND {scope l.unit_id} ORDER BY a.id;

-- name: letter_attachment_link
-- result: changes
-- scope: system
-- args: id int, letter_id int, child_id int
UPDATE letter_attachment SET child_id = :child_id WHERE id = :id AND letter_id = :letter_id;
