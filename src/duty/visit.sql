-- name: visit_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, by_unit_id int, directive_id int?, planned_day int, people text, by_person int?, at_ms int
INSERT INTO visit (id, unit_id, by_unit_id, directive_id, planned_day, people, by_person, at_ms)
VALUES (:id, :unit_id, :by_unit_id, :directive_id, :planned_day, :people, :by_person, :at_ms);

-- name: visit_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, unit_id int, by_unit_id int, planned_day int, done_day int?, people text, cancelled_ms int?
SELECT id, unit_id, by_unit_id, planned_day, done_day, people, cancelled_ms FROM visit WHERE id = :id;

-- name: visit_set_planned
-- result: changes
-- scope: system
-- args: id int, planned_day int
UPDATE visit SET planned_day = :planned_day WHERE id = :id AND done_day IS NULL AND cancelled_ms IS NULL;

-- name: visit_set_done
-- result: changes
-- scope: system
-- args: id int, done_day int, people text, minutes text, conclusion text, file_sha256 blob?
UPDATE visit SET done_day = :done_day, people = :people, minutes = :minutes, conclusion = :conclusion, file_sha256 = :file_sha256
 WHERE id = :id AND done_day IS NULL AND cancelled_ms IS NULL;

-- name: visit_set_cancelled
-- result: changes
-- scope: system
-- args: id int, cancelled_ms int, cancel_reason text
UPDATE visit SET cancelled_ms = :cancelled_ms, cancel_reason = :cancel_reason WHERE id = :id AND done_day IS NULL AND cancelled_ms IS NULL;

-- name: visit_page
-- result: one
-- scope: org
-- args: id int, on_day int
-- columns: id int, unit_id int, unit_name text, by_unit_id int, by_unit_name text, directive_id int?, directive_title text?, planned_day int, done_day int?, people text, minutes text?, conclusion text?, file_sha256 blob?, by_name text?, at_ms int, cancelled_ms int?, cancel_reason text?
SELECT v.id, v.unit_id, f.name AS unit_name, v.by_unit_id, bf.name AS by_unit_name, v.directive_id, d.title AS directive_title, v.planned_day, v.done_day, v.people, v.minutes, v.conclusion, v.file_sha256,
       p.name AS by_name, v.at_ms, v.cancelled_ms, v.cancel_reason
  FROM visit v JOIN unit_fact f ON f.unit_id = v.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  JOIN unit_fact bf ON bf.unit_id = v.by_unit_id AND bf.from_day <= :on_day AND bf.to_day > :on_day
  LEFT JOIN directive d ON d.id = v.directive_id LEFT JOIN person p ON p.id = v.by_person
 WHERE v.id = :id AND ({scope v.unit_id} OR {scope v.by_unit_id});

-- name: visit_list_unit
-- Visits of one unit: to come first, then the newest.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: id int, by_unit_id int, by_unit_name text, planned_day int, done_day int?, people text, conclusion text?, cancelled_ms int?
SELECT v.id, v.by_unit_id, bf.name AS by_unit_name, v.planned_day, v.done_day, v.people, v.conclusion, v.cancelled_ms
  FROM visit v JOIN unit_fact bf ON bf.unit_id = v.by_unit_id AND bf.from_day <= :on_day AND bf.to_day > :on_day
 WHERE v.unit_id = :unit_id AND {scope :unit_id}
 ORDER BY CASE WHEN v.done_day IS NULL AND v.cancelled_ms IS NULL THEN 0 ELSE 1 END, COALESCE(v.done_day, v.planned_day) DESC, v.id DESC;

-- name: visit_list_by
-- Visits one unit makes, those to come first by day. state: all, open, done, cancelled.
-- result: many
-- scope: org
-- args: by_unit_id int, state text, on_day int, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, planned_day int, done_day int?, people text, conclusion text?, cancelled_ms int?
SELECT v.id, v.unit_id, f.name AS unit_name, v.planned_day, v.done_day, v.people, v.conclusion, v.cancelled_ms
  FROM visit v JOIN unit_fact f ON f.unit_id = v.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE v.by_unit_id = :by_unit_id AND {scope :by_unit_id}
   AND (CAST(:state AS TEXT) = 'all' OR CAST(:state AS TEXT) = CASE WHEN v.cancelled_ms IS NOT NULL THEN 'cancelled' WHEN v.done_day IS NOT NULL THEN 'done' ELSE 'open' END)
 ORDER BY CASE WHEN v.done_day IS NULL AND v.cancelled_ms IS NULL THEN 0 ELSE 1 END, CASE WHEN v.done_day IS NULL THEN v.planned_day ELSE -v.done_day END, v.id LIMIT :limit_count OFFSET :offset_count;

-- name: visit_counts
-- For the report: how many visits a unit planned, held and called off with planned days in a range.
-- result: one
-- scope: org
-- args: by_unit_id int, from_day int, to_day int
-- columns: planned int, held int, cancelled int, units int
SELECT COUNT(*) AS planned, COALESCE(SUM(CASE WHEN done_day IS NULL THEN 0 ELSE 1 END), 0) AS held, COALESCE(SUM(CASE WHEN cancelled_ms IS NULL THEN 0 ELSE 1 END), 0) AS cancelled,
       COUNT(DISTINCT CASE WHEN done_day IS NULL THEN NULL ELSE unit_id END) AS units
  FROM visit WHERE by_unit_id = :by_unit_id AND planned_day >= :from_day AND planned_day < :to_day AND {scope :by_unit_id};
