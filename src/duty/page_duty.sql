-- What the pages of one duty and of evidence read.

-- name: duty_subjects
-- Every open assignment of the same obligation in the same unit, itself included: one a system, a database, or the unit. waits: evidence waits for review.
-- result: many
-- scope: org
-- args: assignment_id int, on_day int
-- columns: id int, subject_kind text, subject_id int, subject_name text?, level int?, issued_day int, due_day int?, acked_ms int?, started_ms int?, covered_from_day int?, covered_to_day int?, na_from_day int?, waived_to_day int?, soon_days int, state int, waits int
SELECT b.id, b.subject_kind, b.subject_id, COALESCE(s.name, d.name) AS subject_name,
       (SELECT MAX(l.level) FROM system_level l WHERE l.system_id = COALESCE(s.id, d.system_id) AND l.from_day <= :on_day AND l.to_day > :on_day) AS level,
       b.issued_day, b.due_day, b.acked_ms, b.started_ms, b.covered_from_day, b.covered_to_day, b.na_from_day, b.waived_to_day, b.soon_days, b.state,
       CASE WHEN EXISTS (SELECT 1 FROM assignment_evidence we JOIN evidence w ON w.id = we.evidence_id WHERE we.assignment_id = b.id AND w.state = 'submitted') THEN 1 ELSE 0 END AS waits
  FROM assignment a JOIN assignment b ON b.unit_id = a.unit_id AND b.obligation_id = a.obligation_id
  LEFT JOIN info_system s ON b.subject_kind = 'system' AND s.id = b.subject_id
  LEFT JOIN system_database d ON b.subject_kind = 'database' AND d.id = b.subject_id
 WHERE a.id = :assignment_id AND (b.state >= 0 OR b.id = a.id) AND {scope a.unit_id}
 ORDER BY COALESCE(s.sort_key, d.name), b.id;

-- name: duty_spans
-- From when until when accepted evidence covered each of those.
-- result: many
-- scope: org
-- args: assignment_id int
-- columns: assignment_id int, covers_from_day int, covers_to_day int
SELECT b.id AS assignment_id, e.covers_from_day, e.covers_to_day
  FROM assignment a JOIN assignment b ON b.unit_id = a.unit_id AND b.obligation_id = a.obligation_id
  JOIN assignment_evidence ae ON ae.assignment_id = b.id JOIN evidence e ON e.id = ae.evidence_id AND e.state = 'accepted'
 WHERE a.id = :assignment_id AND e.covers_to_day > e.covers_from_day AND {scope a.unit_id}
 ORDER BY b.id, e.covers_from_day;

-- name: duty_source
-- The words of the letter a duty comes from; can_open: the letter itself may be read too.
-- result: one
-- scope: org
-- args: assignment_id int
-- columns: letter_id int, no int, text text, number text?, symbol text?, can_open int
SELECT l.id AS letter_id, q.no, q.text, l.number, l.symbol, CASE WHEN {scope l.unit_id} THEN 1 ELSE 0 END AS can_open
  FROM assignment a JOIN obligation o ON o.id = a.obligation_id JOIN letter_duty q ON q.id = o.letter_duty_id JOIN letter l ON l.id = q.letter_id
 WHERE a.id = :assignment_id AND {scope a.unit_id};

-- name: duty_last_evidence
-- What the unit last handed in of a kind on the same subject, to fill the next form from.
-- result: one
-- scope: org
-- args: assignment_id int, kind text
-- columns: id int, fields_json text, submitted_ms int
SELECT e.id, e.fields_json, e.submitted_ms
  FROM assignment a JOIN evidence e ON e.unit_id = a.unit_id AND e.kind = :kind AND e.subject_kind = a.subject_kind AND e.subject_id = a.subject_id
 WHERE a.id = :assignment_id AND e.state <> 'withdrawn' AND {scope a.unit_id} ORDER BY e.id DESC LIMIT 1;

-- name: evidence_duties
-- The duties one piece of evidence answers.
-- result: many
-- scope: org
-- args: evidence_id int
-- columns: id int, title text, catalogue_id text?, state int, directive_title text
SELECT a.id, o.title, o.catalogue_id, a.state, d.title AS directive_title
  FROM assignment_evidence ae JOIN assignment a ON a.id = ae.assignment_id JOIN obligation o ON o.id = a.obligation_id JOIN directive d ON d.id = a.directive_id
 WHERE ae.evidence_id = :evidence_id AND {scope a.unit_id} ORDER BY a.id;

-- name: evidence_file_one
-- result: one
-- scope: org
-- args: evidence_id int, file_id int
-- columns: name text, media_type text, size_bytes int, sha256 blob
SELECT f.name, f.media_type, f.size_bytes, f.sha256 FROM evidence_file f JOIN evidence e ON e.id = f.evidence_id
 WHERE f.id = :file_id AND f.evidence_id = :evidence_id AND {scope e.unit_id};
