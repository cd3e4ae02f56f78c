-- name: home_unread
-- Directives a unit owes something under that the actor has not confirmed in their own name, the most urgent first.
-- result: many
-- scope: org
-- args: unit_id int
-- columns: id int, title text, number text?, symbol text?, issued_day int, issuer_name text, due_day int?, duties int
SELECT d.id, d.title, d.number, d.symbol, d.issued_day, n.name AS issuer_name, MIN(a.due_day) AS due_day, COUNT(*) AS duties
  FROM assignment a JOIN directive d ON d.id = a.directive_id AND d.state = 'issued'
  JOIN unit_fact n ON n.unit_id = d.issuer_id AND n.from_day <= d.issued_day AND n.to_day > d.issued_day
 WHERE a.unit_id = :unit_id AND a.state >= 0 AND a.closed_day IS NULL AND {scope :unit_id}
   AND NOT EXISTS (SELECT 1 FROM acknowledgement k WHERE k.directive_id = a.directive_id AND k.person_id = :actor_person)
 GROUP BY d.id, d.title, d.number, d.symbol, d.issued_day, n.name
 ORDER BY COALESCE(MIN(a.due_day), 2147483647), d.issued_day, d.id;

-- name: home_review_count
-- How much evidence of units at and below a unit waits for review, and since when.
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, on_day int
-- columns: n int, oldest_ms int?
SELECT COUNT(*) AS n, MIN(e.submitted_ms) AS oldest_ms
  FROM evidence e JOIN unit_closure c ON c.descendant_id = e.unit_id AND c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day
 WHERE e.state = 'submitted' AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind};

-- name: home_clock
-- The day the figures stand on, without waiting for the day job.
-- result: one
-- scope: system
-- columns: day int
SELECT day FROM duty_clock WHERE id = 1;
