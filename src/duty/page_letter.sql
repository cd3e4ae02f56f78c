-- name: letter_book_rows
-- The letter book of one unit, newest first. state: 'read' still has something to confirm, 'confirmed' has not; NULL: both. Paged by offset.
-- result: many
-- scope: org
-- args: unit_id int, state text?, search text?, limit_count int, offset_count int
-- columns: id int, number text?, symbol text?, document_type text?, issued_day int?, issuer text?, subject text?, created_ms int, duties int, open_duties int, missing_attachments int, directives int
SELECT l.id, l.number, l.symbol, l.document_type, l.issued_day, l.issuer, l.subject, l.created_ms,
       (SELECT COUNT(*) FROM letter_duty d WHERE d.letter_id = l.id AND d.state <> 'dropped') AS duties,
       (SELECT COUNT(*) FROM letter_duty d WHERE d.letter_id = l.id AND d.state = 'read') AS open_duties,
       (SELECT COUNT(*) FROM letter_attachment a WHERE a.letter_id = l.id AND a.child_id IS NULL) AS missing_attachments,
       (SELECT COUNT(*) FROM directive v WHERE v.letter_id = l.id AND v.state = 'issued') AS directives
  FROM letter l
 WHERE l.unit_id = :unit_id AND (CAST(:search AS TEXT) IS NULL OR l.search_key LIKE :search) AND {scope :unit_id}
   AND (CAST(:state AS TEXT) IS NULL
     OR (CAST(:state AS TEXT) = 'read' AND EXISTS (SELECT 1 FROM letter_duty d WHERE d.letter_id = l.id AND d.state = 'read'))
     OR (CAST(:state AS TEXT) = 'confirmed' AND NOT EXISTS (SELECT 1 FROM letter_duty d WHERE d.letter_id = l.id AND d.state = 'read')))
 ORDER BY l.id DESC LIMIT :limit_count OFFSET :offset_count;

-- name: letter_book_count
-- result: one
-- scope: org
-- args: unit_id int, search text?
-- columns: total int, waiting int
SELECT COUNT(*) AS total,
       COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM letter_duty d WHERE d.letter_id = l.id AND d.state = 'read') THEN 1 ELSE 0 END), 0) AS waiting
  FROM letter l WHERE l.unit_id = :unit_id AND (CAST(:search AS TEXT) IS NULL OR l.search_key LIKE :search) AND {scope :unit_id};

-- name: letter_directives
-- What was made of a letter.
-- result: many
-- scope: org
-- args: letter_id int
-- columns: id int, title text, state text, issued_day int
SELECT d.id, d.title, d.state, d.issued_day FROM directive d WHERE d.letter_id = :letter_id AND {scope d.issuer_id} ORDER BY d.id DESC;
