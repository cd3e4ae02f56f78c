-- name: request_insert
-- result: none
-- scope: system
-- args: id int, kind text, unit_id int, assignment_id int?, to_unit_id int, reason text, amount_vnd int?, budget_year int?, until_day int?, by_person int?, at_ms int
INSERT INTO duty_request (id, kind, unit_id, assignment_id, to_unit_id, reason, amount_vnd, budget_year, until_day, state, by_person, at_ms)
VALUES (:id, :kind, :unit_id, :assignment_id, :to_unit_id, :reason, :amount_vnd, :budget_year, :until_day, 'open', :by_person, :at_ms);

-- name: request_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, kind text, unit_id int, assignment_id int?, to_unit_id int, reason text, amount_vnd int?, budget_year int?, until_day int?, state text, by_person int?, at_ms int, granted_vnd int?, spent_vnd int?
SELECT id, kind, unit_id, assignment_id, to_unit_id, reason, amount_vnd, budget_year, until_day, state, by_person, at_ms, granted_vnd, spent_vnd
  FROM duty_request WHERE id = :id;

-- name: request_waiting
-- How many requests of a kind wait for one duty.
-- result: one
-- scope: system
-- args: assignment_id int, kind text
-- columns: n int
SELECT COUNT(*) AS n FROM duty_request WHERE assignment_id = :assignment_id AND kind = :kind AND state = 'open';

-- name: request_edge_of_assignment
-- result: one
-- scope: system
-- args: assignment_id int
-- columns: unit_id int, edge_kind text, issuer_id int, title text
SELECT a.unit_id, d.edge_kind, d.issuer_id, o.title FROM assignment a JOIN directive d ON d.id = a.directive_id JOIN obligation o ON o.id = a.obligation_id WHERE a.id = :assignment_id;

-- name: request_unit_above
-- result: one
-- scope: system
-- args: unit_id int, edge_kind text, on_day int
-- columns: parent_id int
SELECT parent_id FROM unit_edge WHERE child_id = :unit_id AND edge_kind = :edge_kind AND from_day <= :on_day AND to_day > :on_day;

-- name: request_may_help
-- Is a unit one that help may be asked of: above the asker in any kind, or holder of the dedicated function.
-- result: one
-- scope: system
-- args: to_unit_id int, unit_id int, on_day int
-- columns: n int
SELECT (SELECT COUNT(*) FROM unit_closure c WHERE c.ancestor_id = :to_unit_id AND c.descendant_id = :unit_id AND c.depth > 0 AND c.from_day <= :on_day AND c.to_day > :on_day)
     + (SELECT COUNT(*) FROM unit_function uf WHERE uf.unit_id = :to_unit_id AND uf.function IN ('dedicated_body', 'response_team_standing', 'coordinator') AND uf.from_day <= :on_day AND uf.to_day > :on_day) AS n;

-- name: request_decide
-- Only what waits can be decided.
-- result: changes
-- scope: system
-- args: id int, state text, decided_by int?, decided_ms int, decision text?, granted_vnd int?, granted_to_day int?
UPDATE duty_request SET state = :state, decided_by = :decided_by, decided_ms = :decided_ms, decision = :decision, granted_vnd = :granted_vnd, granted_to_day = :granted_to_day
 WHERE id = :id AND state = 'open';

-- name: request_set_spent
-- result: changes
-- scope: system
-- args: id int, spent_vnd int, spent_ms int, state text
UPDATE duty_request SET spent_vnd = :spent_vnd, spent_ms = :spent_ms, state = :state WHERE id = :id AND kind = 'cost' AND state IN ('granted', 'done');

-- name: request_page
-- One request as a page shows it: for the unit that asks and the one that decides.
-- result: one
-- scope: org
-- args: id int, on_day int
-- columns: id int, kind text, unit_id int, unit_name text, assignment_id int?, title text?, catalogue_id text?, to_unit_id int, to_unit_name text, reason text, amount_vnd int?, budget_year int?, until_day int?, state text, by_name text?, at_ms int, decided_name text?, decided_ms int?, decision text?, granted_vnd int?, granted_to_day int?, spent_vnd int?, spent_ms int?
SELECT r.id, r.kind, r.unit_id, f.name AS unit_name, r.assignment_id, o.title, o.catalogue_id, r.to_unit_id, tf.name AS to_unit_name, r.reason, r.amount_vnd, r.budget_year, r.until_day, r.state,
       bp.name AS by_name, r.at_ms, dp.name AS decided_name, r.decided_ms, r.decision, r.granted_vnd, r.granted_to_day, r.spent_vnd, r.spent_ms
  FROM duty_request r
  JOIN unit_fact f ON f.unit_id = r.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  JOIN unit_fact tf ON tf.unit_id = r.to_unit_id AND tf.from_day <= :on_day AND tf.to_day > :on_day
  LEFT JOIN assignment a ON a.id = r.assignment_id LEFT JOIN obligation o ON o.id = a.obligation_id
  LEFT JOIN person bp ON bp.id = r.by_person LEFT JOIN person dp ON dp.id = r.decided_by
 WHERE r.id = :id AND ({scope r.unit_id} OR {scope r.to_unit_id});

-- name: request_list_to
-- What was asked of a unit, waiting first, the oldest of those first. kind and state NULL: all.
-- result: many
-- scope: org
-- args: to_unit_id int, kind text?, state text?, on_day int, limit_count int, offset_count int
-- columns: id int, kind text, unit_id int, unit_name text, assignment_id int?, title text?, catalogue_id text?, reason text, amount_vnd int?, budget_year int?, until_day int?, state text, by_name text?, at_ms int, decided_name text?, decided_ms int?, decision text?, granted_vnd int?, spent_vnd int?
SELECT r.id, r.kind, r.unit_id, f.name AS unit_name, r.assignment_id, o.title, o.catalogue_id, r.reason, r.amount_vnd, r.budget_year, r.until_day, r.state,
       bp.name AS by_name, r.at_ms, dp.name AS decided_name, r.decided_ms, r.decision, r.granted_vnd, r.spent_vnd
  FROM duty_request r
  JOIN unit_fact f ON f.unit_id = r.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN assignment a ON a.id = r.assignment_id LEFT JOIN obligation o ON o.id = a.obligation_id
  LEFT JOIN person bp ON bp.id = r.by_person LEFT JOIN person dp ON dp.id = r.decided_by
 WHERE r.to_unit_id = :to_unit_id AND (CAST(:kind AS TEXT) IS NULL OR r.kind = :kind) AND (CAST(:state AS TEXT) IS NULL OR r.state = :state) AND {scope :to_unit_id}
 ORDER BY CASE r.state WHEN 'open' THEN 0 ELSE 1 END, CASE r.state WHEN 'open' THEN r.at_ms ELSE -r.at_ms END, r.id LIMIT :limit_count OFFSET :offset_count;

-- name: request_count_to
-- What waits at a unit, by kind.
-- result: many
-- scope: org
-- args: to_unit_id int
-- columns: kind text, n int, oldest_ms int
SELECT kind, COUNT(*) AS n, MIN(at_ms) AS oldest_ms FROM duty_request WHERE to_unit_id = :to_unit_id AND state = 'open' AND {scope :to_unit_id} GROUP BY kind ORDER BY kind;

-- name: request_list_unit
-- What a unit has asked, waiting first, then newest first.
-- result: many
-- scope: org
-- args: unit_id int, kind text?, on_day int, limit_count int, offset_count int
-- columns: id int, kind text, assignment_id int?, title text?, catalogue_id text?, to_unit_id int, to_unit_name text, reason text, amount_vnd int?, budget_year int?, until_day int?, state text, by_name text?, at_ms int, decided_name text?, decided_ms int?, decision text?, granted_vnd int?, spent_vnd int?
SELECT r.id, r.kind, r.assignment_id, o.title, o.catalogue_id, r.to_unit_id, tf.name AS to_unit_name, r.reason, r.amount_vnd, r.budget_year, r.until_day, r.state,
       bp.name AS by_name, r.at_ms, dp.name AS decided_name, r.decided_ms, r.decision, r.granted_vnd, r.spent_vnd
  FROM duty_request r
  JOIN unit_fact tf ON tf.unit_id = r.to_unit_id AND tf.from_day <= :on_day AND tf.to_day > :on_day
  LEFT JOIN assignment a ON a.id = r.assignment_id LEFT JOIN obligation o ON o.id = a.obligation_id
  LEFT JOIN person bp ON bp.id = r.by_person LEFT JOIN person dp ON dp.id = r.decided_by
 WHERE r.unit_id = :unit_id AND (CAST(:kind AS TEXT) IS NULL OR r.kind = :kind) AND {scope :unit_id}
 ORDER BY CASE r.state WHEN 'open' THEN 0 ELSE 1 END, r.at_ms DESC, r.id DESC LIMIT :limit_count OFFSET :offset_count;

-- name: request_list_assignment
-- Everything asked about one duty, newest first.
-- result: many
-- scope: org
-- args: assignment_id int
-- columns: id int, kind text, reason text, amount_vnd int?, budget_year int?, until_day int?, state text, by_name text?, at_ms int, decided_name text?, decided_ms int?, decision text?, granted_vnd int?, spent_vnd int?, spent_ms int?
SELECT r.id, r.kind, r.reason, r.amount_vnd, r.budget_year, r.until_day, r.state, bp.name AS by_name, r.at_ms, dp.name AS decided_name, r.decided_ms, r.decision, r.granted_vnd, r.spent_vnd, r.spent_ms
  FROM duty_request r LEFT JOIN person bp ON bp.id = r.by_person LEFT JOIN person dp ON dp.id = r.decided_by
 WHERE r.assignment_id = :assignment_id AND {scope r.unit_id} ORDER BY r.id DESC;
