-- name: assignments_open_on_system
-- Open duties of a unit on one system and on its databases.
-- result: many
-- scope: system
-- args: unit_id int, system_id int
-- columns: id int
SELECT a.id FROM assignment a WHERE a.unit_id = :unit_id AND a.closed_day IS NULL
   AND ((a.subject_kind = 'system' AND a.subject_id = :system_id)
     OR (a.subject_kind = 'database' AND a.subject_id IN (SELECT b.id FROM system_database b WHERE b.system_id = :system_id))) ORDER BY a.id;

-- name: assignments_loose
-- Open duties of the unit itself, and those whose system or database is not its own any more.
-- result: many
-- scope: system
-- args: unit_id int
-- columns: id int, title text
SELECT a.id, o.title FROM assignment a JOIN obligation o ON o.id = a.obligation_id
 WHERE a.unit_id = :unit_id AND a.closed_day IS NULL
   AND NOT EXISTS (SELECT 1 FROM info_system y WHERE y.operator_id = :unit_id AND a.subject_kind = 'system' AND y.id = a.subject_id)
   AND NOT EXISTS (SELECT 1 FROM system_database b JOIN info_system y ON y.id = b.system_id WHERE y.operator_id = :unit_id AND a.subject_kind = 'database' AND b.id = a.subject_id)
 ORDER BY a.id;

-- name: assignment_stands
-- result: one
-- scope: system
-- args: id int, unit_id int
-- columns: n int
SELECT COUNT(*) AS n FROM assignment WHERE id = :id AND unit_id = :unit_id AND closed_day IS NULL;

-- name: duty_history
-- Every entry about one duty before an instant, newest first, also of the time when another unit owed it, with that unit's name of the day; whoever may read the duty reads its past.
-- result: many
-- scope: org
-- args: assignment_id int, until_ms int, limit_count int
-- columns: id int, kind text, actor_id int?, actor_name text?, at_ms int, unit_id int?, unit_name text?, content blob?, hash blob?, erased_by int?
SELECT e.id, e.kind, e.actor_id, p.name AS actor_name, e.at_ms, e.unit_id,
       (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = e.unit_id AND f.from_day <= (e.at_ms + 25200000) / 86400000 AND f.to_day > (e.at_ms + 25200000) / 86400000) AS unit_name,
       e.content, e.hash, e.erased_by
  FROM assignment a JOIN chain_entry e ON e.object_kind = 'assignment' AND e.object_id = a.id LEFT JOIN person p ON p.id = e.actor_id
 WHERE a.id = :assignment_id AND {scope a.unit_id} AND e.unit_id IS NOT NULL AND e.at_ms < :until_ms
 ORDER BY e.id DESC LIMIT :limit_count;

-- name: duty_earlier_evidence
-- What was handed in for a duty while another unit owed it, newest first: read only, under the name of that unit on that day.
-- result: many
-- scope: org
-- args: assignment_id int
-- columns: id int, title text, done_day int, covers_to_day int, state text, submitted_ms int, unit_id int, unit_name text?, file_count int
SELECT e.id, e.title, e.done_day, e.covers_to_day, e.state, e.submitted_ms, e.unit_id,
       (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = e.unit_id AND f.from_day <= e.done_day AND f.to_day > e.done_day) AS unit_name,
       (SELECT COUNT(*) FROM evidence_file ef WHERE ef.evidence_id = e.id) AS file_count
  FROM assignment a JOIN assignment_evidence ae ON ae.assignment_id = a.id JOIN evidence e ON e.id = ae.evidence_id
 WHERE a.id = :assignment_id AND {scope a.unit_id} AND e.unit_id <> a.unit_id ORDER BY e.id DESC;

-- name: assignments_open
-- Open duties of a unit; of one system and its databases when that is not 0.
-- result: many
-- scope: system
-- args: unit_id int, system_id int
-- columns: id int
SELECT a.id FROM assignment a WHERE a.unit_id = :unit_id AND a.closed_day IS NULL
   AND (CAST(:system_id AS BIGINT) = 0 OR (a.subject_kind = 'system' AND a.subject_id = :system_id)
     OR (a.subject_kind = 'database' AND a.subject_id IN (SELECT b.id FROM system_database b WHERE b.system_id = :system_id))) ORDER BY a.id;

-- name: event_built_on
-- What was handed in since for the duties an event moved, and what a unit it made has issued.
-- result: one
-- scope: system
-- args: event_id int, since_ms int, founded_id int
-- columns: evidence int, directives int
SELECT (SELECT COUNT(DISTINCT e.id) FROM unit_event_item i JOIN assignment_evidence ae ON ae.assignment_id = i.object_id JOIN evidence e ON e.id = ae.evidence_id
         WHERE i.event_id = :event_id AND i.object_kind = 'assignment' AND e.submitted_ms > :since_ms) AS evidence,
       (SELECT COUNT(*) FROM directive d WHERE d.issuer_id = :founded_id AND d.state <> 'draft') AS directives;

-- name: unit_duty_evidence_on
-- The newest evidence behind what a unit owed on a past day: handed in by then, and not withdrawn by then.
-- result: many
-- scope: org
-- args: unit_id int, as_of_day int, until_ms int
-- columns: assignment_id int, evidence_id int, title text
SELECT x.assignment_id, e.id AS evidence_id, e.title
  FROM (SELECT ae.assignment_id, MAX(v.id) AS newest
          FROM (SELECT DISTINCT d.assignment_id FROM assignment_delta d WHERE d.unit_id = :unit_id AND d.visible_day <= :as_of_day) b
          JOIN assignment_evidence ae ON ae.assignment_id = b.assignment_id
          JOIN evidence v ON v.id = ae.evidence_id AND v.submitted_ms < :until_ms AND (v.state <> 'withdrawn' OR v.decided_ms >= :until_ms)
         GROUP BY ae.assignment_id) x
  JOIN evidence e ON e.id = x.newest
 WHERE {scope :unit_id};
