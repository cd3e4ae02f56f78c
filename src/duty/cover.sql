-- name: cover_accepted
-- What an assignment has is little: its evidence is fetched by id. Without OFFSET 0 PostgreSQL, as long as it has no statistics or holds on to a plan
-- made when the table was small, reads all evidence there is each time (20 ms at 19,000 pieces, and a demo of 40,000 duties asks 40,000 times).
-- COALESCE keeps SQLite, once it has statistics, from beginning with all that was ever accepted.
-- result: many
-- scope: system
-- args: assignment_id int
-- columns: evidence_id int, kind text, covers_from_day int, covers_to_day int
-- sqlite:
SELECT e.id AS evidence_id, e.kind, e.covers_from_day, e.covers_to_day
  FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id WHERE ae.assignment_id = :assignment_id AND COALESCE(e.state, '') = 'accepted' ORDER BY e.id;
-- postgres:
SELECT e.id AS evidence_id, e.kind, e.covers_from_day, e.covers_to_day
  FROM assignment_evidence ae CROSS JOIN LATERAL (SELECT x.id, x.kind, x.covers_from_day, x.covers_to_day, x.state FROM evidence x WHERE x.id = ae.evidence_id OFFSET 0) e
 WHERE ae.assignment_id = :assignment_id AND e.state = 'accepted' ORDER BY e.id;

-- name: cover_system_level
-- result: one
-- scope: system
-- args: system_id int, on_day int
-- columns: level int?
SELECT MAX(level) AS level FROM system_level WHERE system_id = :system_id AND from_day <= :on_day AND to_day > :on_day;

-- name: cover_works_in
-- result: one
-- scope: system
-- args: person_id int, unit_id int, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM person_unit WHERE person_id = :person_id AND unit_id = :unit_id AND from_day <= :on_day AND to_day > :on_day;

-- name: cover_is_of
-- Is a person of this unit: works there, or holds on the unit itself (not from above) a grant that does its work? Who is of the unit neither frees it of
-- a duty nor decides what it asked for, whatever list of people he stands in.
-- result: one
-- scope: system
-- args: person_id int, unit_id int, on_day int, work_rights int
-- columns: n int
SELECT (SELECT COUNT(*) FROM person_unit WHERE person_id = :person_id AND unit_id = :unit_id AND from_day <= :on_day AND to_day > :on_day)
     + (SELECT COUNT(*) FROM person_grant WHERE person_id = :person_id AND unit_id = :unit_id AND from_day <= :on_day AND to_day > :on_day AND (rights & :work_rights) <> 0) AS n;

-- name: cover_roles
-- The roles a person holds that reach a unit on a day.
-- result: many
-- scope: system
-- args: person_id int, unit_id int, on_day int
-- columns: role text
SELECT DISTINCT g.role FROM person_grant g
 WHERE g.person_id = :person_id AND g.from_day <= :on_day AND g.to_day > :on_day
   AND (g.unit_id = :unit_id OR EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor_id = g.unit_id AND c.edge_kind = g.edge_kind AND c.descendant_id = :unit_id
        AND c.from_day <= :on_day AND c.to_day > :on_day)) ORDER BY g.role;

-- name: cover_set_assignee
-- result: none
-- scope: system
-- args: id int, person_id int?
UPDATE assignment SET assignee_id = :person_id WHERE id = :id;

-- name: cover_evidence_again
-- What the same person handed in for a duty a moment ago in the same words and still waits: the button pressed twice, or the page sent again.
-- result: many
-- scope: system
-- args: assignment_id int, person_id int, kind text, done_day int, fields_json text, since_ms int
-- columns: id int
SELECT e.id FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id
 WHERE ae.assignment_id = :assignment_id AND e.submitted_by = :person_id AND e.state = 'submitted' AND e.source = 'hand' AND e.kind = :kind AND e.done_day = :done_day
   AND e.fields_json = :fields_json AND e.submitted_ms >= :since_ms ORDER BY e.id LIMIT 5;

-- name: assignment_reaches
-- Does a directive give this unit anything, open or closed?
-- result: one
-- scope: system
-- args: unit_id int, directive_id int
-- columns: ok int
SELECT 1 AS ok WHERE EXISTS (SELECT 1 FROM assignment WHERE unit_id = :unit_id AND directive_id = :directive_id);
