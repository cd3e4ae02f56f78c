-- Findings and their tasks. A subtree is asked for twice, as in device.sql: the root by {scope}, what is below by a grant that goes down.

-- name: finding_rows
-- Findings at and below a unit: open before closed, late first, then grave. state: enum finding_state.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, state int, only_control int, severity text?, kind text?, system_id int?, device_id int?, search text?, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, system_id int?, system_name text?, device_id int?, device_name text?, kind text, title text, severity text, allows_control int, source text, found_day int, due_day int?, opened_ms int, closed_ms int?, is_late int, fix_state text?, hunt_state text?
SELECT x.id, x.unit_id, f.name AS unit_name, x.system_id, y.name AS system_name, x.device_id, d.name AS device_name, x.kind, x.title, x.severity, x.allows_control, x.source, x.found_day, x.due_day, x.opened_ms, x.closed_ms,
       CASE WHEN (x.closed_ms IS NULL AND x.due_day IS NOT NULL AND x.due_day < CAST(:on_day AS BIGINT)) THEN 1 ELSE 0 END AS is_late,
       (SELECT t.state FROM finding_task t WHERE t.finding_id = x.id AND t.half = 'fix') AS fix_state, (SELECT t.state FROM finding_task t WHERE t.finding_id = x.id AND t.half = 'hunt') AS hunt_state
  FROM unit_closure c JOIN finding x ON x.unit_id = c.descendant_id
  JOIN unit_fact f ON f.unit_id = x.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN info_system y ON y.id = x.system_id LEFT JOIN device d ON d.id = x.device_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id}
   AND (c.depth = 0 OR :actor_all = 1 OR EXISTS (SELECT 1 FROM person_grant g JOIN unit_closure gc ON gc.ancestor_id = g.unit_id AND gc.edge_kind = g.edge_kind
         WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.edge_kind = :edge_kind AND g.from_day <= :actor_day AND g.to_day > :actor_day
           AND gc.descendant_id = :root_id AND gc.from_day <= :actor_day AND gc.to_day > :actor_day))
   AND (CAST(:state AS BIGINT) = 0 OR (CAST(:state AS BIGINT) = 1 AND x.closed_ms IS NULL) OR (CAST(:state AS BIGINT) = 2 AND x.closed_ms IS NOT NULL)
     OR (CAST(:state AS BIGINT) = 3 AND (x.closed_ms IS NULL AND x.due_day IS NOT NULL AND x.due_day < CAST(:on_day AS BIGINT)))
     OR (CAST(:state AS BIGINT) = 4 AND (x.closed_ms IS NULL AND x.allows_control = 1 AND (SELECT COUNT(*) FROM finding_task t WHERE t.finding_id = x.id AND t.state = 'done') = 1)))
   AND (CAST(:only_control AS BIGINT) = 0 OR x.allows_control = 1)
   AND (CAST(:severity AS TEXT) IS NULL OR x.severity = :severity) AND (CAST(:kind AS TEXT) IS NULL OR x.kind = :kind)
   AND (CAST(:system_id AS BIGINT) IS NULL OR x.system_id = :system_id) AND (CAST(:device_id AS BIGINT) IS NULL OR x.device_id = :device_id)
   AND (CAST(:search AS TEXT) IS NULL OR x.search_key LIKE :search)
 ORDER BY CASE WHEN x.closed_ms IS NULL THEN 0 ELSE 1 END, CASE WHEN (x.closed_ms IS NULL AND x.due_day IS NOT NULL AND x.due_day < CAST(:on_day AS BIGINT)) THEN 0 ELSE 1 END, x.allows_control DESC,
       CASE x.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END, COALESCE(x.due_day, 2147483647), x.id DESC LIMIT :limit_count OFFSET :offset_count;

-- name: finding_rows_count
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, on_day int, state int, only_control int, severity text?, kind text?, system_id int?, device_id int?, search text?
-- columns: n int
SELECT COUNT(*) AS n FROM unit_closure c JOIN finding x ON x.unit_id = c.descendant_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id}
   AND (c.depth = 0 OR :actor_all = 1 OR EXISTS (SELECT 1 FROM person_grant g JOIN unit_closure gc ON gc.ancestor_id = g.unit_id AND gc.edge_kind = g.edge_kind
         WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.edge_kind = :edge_kind AND g.from_day <= :actor_day AND g.to_day > :actor_day
           AND gc.descendant_id = :root_id AND gc.from_day <= :actor_day AND gc.to_day > :actor_day))
   AND (CAST(:state AS BIGINT) = 0 OR (CAST(:state AS BIGINT) = 1 AND x.closed_ms IS NULL) OR (CAST(:state AS BIGINT) = 2 AND x.closed_ms IS NOT NULL)
     OR (CAST(:state AS BIGINT) = 3 AND (x.closed_ms IS NULL AND x.due_day IS NOT NULL AND x.due_day < CAST(:on_day AS BIGINT)))
     OR (CAST(:state AS BIGINT) = 4 AND (x.closed_ms IS NULL AND x.allows_control = 1 AND (SELECT COUNT(*) FROM finding_task t WHERE t.finding_id = x.id AND t.state = 'done') = 1)))
   AND (CAST(:only_control AS BIGINT) = 0 OR x.allows_control = 1)
   AND (CAST(:severity AS TEXT) IS NULL OR x.severity = :severity) AND (CAST(:kind AS TEXT) IS NULL OR x.kind = :kind)
   AND (CAST(:system_id AS BIGINT) IS NULL OR x.system_id = :system_id) AND (CAST(:device_id AS BIGINT) IS NULL OR x.device_id = :device_id)
   AND (CAST(:search AS TEXT) IS NULL OR x.search_key LIKE :search);

-- name: finding_get
-- result: one
-- scope: org
-- args: id int, on_day int
-- columns: id int, unit_id int, unit_name text?, system_id int?, system_name text?, device_id int?, device_name text?, kind text, title text, detail text?, severity text, allows_control int, source text, found_day int, due_day int?, opened_ms int, opened_name text?, closed_ms int?, closed_name text?, is_late int
SELECT x.id, x.unit_id, f.name AS unit_name, x.system_id, y.name AS system_name, x.device_id, d.name AS device_name, x.kind, x.title, x.detail, x.severity, x.allows_control, x.source, x.found_day, x.due_day, x.opened_ms,
       op.name AS opened_name, x.closed_ms, cp.name AS closed_name, CASE WHEN (x.closed_ms IS NULL AND x.due_day IS NOT NULL AND x.due_day < CAST(:on_day AS BIGINT)) THEN 1 ELSE 0 END AS is_late
  FROM finding x LEFT JOIN unit_fact f ON f.unit_id = x.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN info_system y ON y.id = x.system_id LEFT JOIN device d ON d.id = x.device_id
  LEFT JOIN person op ON op.id = x.opened_by LEFT JOIN person cp ON cp.id = x.closed_by
 WHERE x.id = :id AND {scope x.unit_id};

-- name: finding_tasks
-- result: many
-- scope: org
-- args: finding_id int
-- columns: id int, half text, state text, opened_ms int, note text?, evidence_id int?, done_name text?, done_ms int?
SELECT t.id, t.half, t.state, t.opened_ms, t.note, t.evidence_id, p.name AS done_name, t.done_ms
  FROM finding_task t JOIN finding x ON x.id = t.finding_id LEFT JOIN person p ON p.id = t.done_by
 WHERE t.finding_id = :finding_id AND {scope x.unit_id} ORDER BY t.half;

-- name: finding_events
-- What happened to it, oldest first.
-- result: many
-- scope: org
-- args: finding_id int
-- columns: id int, what text, half text?, note text?, evidence_id int?, by_name text?, at_ms int
SELECT e.id, e.what, e.half, e.note, e.evidence_id, p.name AS by_name, e.at_ms
  FROM finding_event e JOIN finding x ON x.id = e.finding_id LEFT JOIN person p ON p.id = e.by_person
 WHERE e.finding_id = :finding_id AND {scope x.unit_id} ORDER BY e.id;

-- name: finding_count_rows
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, on_day int
-- columns: n_open int, n_control int, n_late int, n_critical int, n_high int, n_medium int, n_low int, n_closed int
SELECT CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_open,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.allows_control = 1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_control,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.due_day < CAST(:on_day AS BIGINT) THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_late,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.severity = 'critical' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_critical,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.severity = 'high' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_high,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.severity = 'medium' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_medium,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.severity = 'low' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_low,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_closed
  FROM unit_closure c JOIN finding x ON x.unit_id = c.descendant_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id}
   AND (c.depth = 0 OR :actor_all = 1 OR EXISTS (SELECT 1 FROM person_grant g JOIN unit_closure gc ON gc.ancestor_id = g.unit_id AND gc.edge_kind = g.edge_kind
         WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.edge_kind = :edge_kind AND g.from_day <= :actor_day AND g.to_day > :actor_day
           AND gc.descendant_id = :root_id AND gc.from_day <= :actor_day AND gc.to_day > :actor_day));

-- name: finding_count_below
-- For each unit right below with everything below it: late and grave first.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int
-- columns: unit_id int, unit_name text, n_open int, n_control int, n_late int, n_critical int, n_high int, n_medium int, n_low int, n_closed int
SELECT c.descendant_id AS unit_id, f.name AS unit_name, CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_open,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.allows_control = 1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_control,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.due_day < CAST(:on_day AS BIGINT) THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_late,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.severity = 'critical' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_critical,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.severity = 'high' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_high,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.severity = 'medium' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_medium,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL AND x.severity = 'low' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_low,
       CAST(COALESCE(SUM(CASE WHEN x.closed_ms IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_closed
  FROM unit_closure c
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  JOIN unit_closure b ON b.ancestor_id = c.descendant_id AND b.edge_kind = c.edge_kind AND b.from_day <= :on_day AND b.to_day > :on_day
  LEFT JOIN finding x ON x.unit_id = b.descendant_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND c.depth = 1 AND {scope :root_id}
   AND (c.depth = 0 OR :actor_all = 1 OR EXISTS (SELECT 1 FROM person_grant g JOIN unit_closure gc ON gc.ancestor_id = g.unit_id AND gc.edge_kind = g.edge_kind
         WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.edge_kind = :edge_kind AND g.from_day <= :actor_day AND g.to_day > :actor_day
           AND gc.descendant_id = :root_id AND gc.from_day <= :actor_day AND gc.to_day > :actor_day))
 GROUP BY c.descendant_id, f.name, f.sort_key
 ORDER BY SUM(CASE WHEN x.closed_ms IS NULL AND x.due_day < CAST(:on_day AS BIGINT) THEN 1 ELSE 0 END) DESC, SUM(CASE WHEN x.closed_ms IS NULL AND x.allows_control = 1 THEN 1 ELSE 0 END) DESC,
       SUM(CASE WHEN x.closed_ms IS NULL AND x.id IS NOT NULL THEN 1 ELSE 0 END) DESC, f.sort_key, c.descendant_id;

-- name: finding_pair_rows
-- The pairs of one unit, summed up.
-- result: one
-- scope: org
-- args: unit_id int, on_day int
-- columns: n_found int, n_open int, n_fix_only int, n_hunt_only int, n_closed int, n_late int, oldest_day int?, last_ms int?
SELECT COUNT(*) AS n_found, CAST(COALESCE(SUM(CASE WHEN p.closed_ms IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_open,
       CAST(COALESCE(SUM(CASE WHEN p.closed_ms IS NULL AND p.fix = 'done' AND p.hunt <> 'done' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_fix_only,
       CAST(COALESCE(SUM(CASE WHEN p.closed_ms IS NULL AND p.fix <> 'done' AND p.hunt = 'done' THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_hunt_only,
       CAST(COALESCE(SUM(CASE WHEN p.closed_ms IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_closed,
       CAST(COALESCE(SUM(CASE WHEN p.closed_ms IS NULL AND p.due_day < CAST(:on_day AS BIGINT) THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_late,
       MIN(CASE WHEN p.closed_ms IS NULL THEN p.found_day END) AS oldest_day, MAX(p.closed_ms) AS last_ms
  FROM (SELECT x.closed_ms, x.due_day, x.found_day, tf.state AS fix, th.state AS hunt
          FROM finding x JOIN finding_task tf ON tf.finding_id = x.id AND tf.half = 'fix' JOIN finding_task th ON th.finding_id = x.id AND th.half = 'hunt'
         WHERE x.unit_id = :unit_id AND x.allows_control = 1 AND {scope :unit_id}) p;

-- name: finding_pairs_closed_rows
-- Closed pairs of a unit with what both halves say, oldest first.
-- result: many
-- scope: org
-- args: unit_id int, after_ms int
-- columns: id int, system_id int?, device_id int?, title text, severity text, found_day int, opened_ms int, closed_ms int, fix_note text?, fix_ms int?, fix_by int?, fix_evidence_id int?, hunt_note text?, hunt_ms int?, hunt_by int?, hunt_evidence_id int?
SELECT x.id, x.system_id, x.device_id, x.title, x.severity, x.found_day, x.opened_ms, x.closed_ms, tf.note AS fix_note, tf.done_ms AS fix_ms, tf.done_by AS fix_by, tf.evidence_id AS fix_evidence_id,
       th.note AS hunt_note, th.done_ms AS hunt_ms, th.done_by AS hunt_by, th.evidence_id AS hunt_evidence_id
  FROM finding x JOIN finding_task tf ON tf.finding_id = x.id AND tf.half = 'fix' JOIN finding_task th ON th.finding_id = x.id AND th.half = 'hunt'
 WHERE x.unit_id = :unit_id AND x.allows_control = 1 AND x.closed_ms > :after_ms AND {scope x.unit_id} ORDER BY x.closed_ms, x.id;

-- name: finding_row
-- A writer holds the finding until it commits.
-- result: one
-- scope: system
-- args: id int
-- columns: id int, unit_id int, allows_control int, title text, closed_ms int?
-- sqlite:
SELECT id, unit_id, allows_control, title, closed_ms FROM finding WHERE id = :id;
-- postgres:
SELECT id, unit_id, allows_control, title, closed_ms FROM finding WHERE id = :id FOR NO KEY UPDATE;

-- name: finding_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, system_id int?, device_id int?, kind text, title text, detail text?, severity text, allows_control int, source text, found_day int, due_day int?, opened_ms int, opened_by int?, search_key text, is_sample int
INSERT INTO finding (id, unit_id, system_id, device_id, kind, title, detail, severity, allows_control, source, found_day, due_day, opened_ms, opened_by, search_key, is_sample)
VALUES (:id, :unit_id, :system_id, :device_id, :kind, :title, :detail, :severity, :allows_control, :source, :found_day, :due_day, :opened_ms, :opened_by, :search_key, :is_sample);

-- name: finding_set_control
-- result: none
-- scope: system
-- args: id int
UPDATE finding SET allows_control = 1 WHERE id = :id;

-- name: finding_put_closed
-- result: none
-- scope: system
-- args: id int, closed_ms int?, closed_by int?
UPDATE finding SET closed_ms = :closed_ms, closed_by = :closed_by WHERE id = :id;

-- name: finding_task_insert
-- result: none
-- scope: system
-- args: id int, finding_id int, half text, opened_ms int
INSERT INTO finding_task (id, finding_id, half, state, opened_ms) VALUES (:id, :finding_id, :half, 'open', :opened_ms);

-- name: finding_task_put
-- result: changes
-- scope: system
-- args: finding_id int, half text, from_state text, state text, note text?, evidence_id int?, done_by int?, done_ms int?
-- outbox: finding_id
UPDATE finding_task SET state = :state, note = :note, evidence_id = :evidence_id, done_by = :done_by, done_ms = :done_ms
 WHERE finding_id = :finding_id AND half = :half AND state = :from_state;

-- name: finding_task_states
-- result: many
-- scope: system
-- args: finding_id int
-- columns: half text, state text
SELECT half, state FROM finding_task WHERE finding_id = :finding_id ORDER BY half;

-- name: finding_event_insert
-- result: none
-- scope: system
-- args: id int, finding_id int, what text, half text?, note text?, evidence_id int?, by_person int?, at_ms int
INSERT INTO finding_event (id, finding_id, what, half, note, evidence_id, by_person, at_ms) VALUES (:id, :finding_id, :what, :half, :note, :evidence_id, :by_person, :at_ms);

-- name: finding_evidence
-- result: one
-- scope: system
-- args: id int
-- columns: unit_id int, state text
SELECT unit_id, state FROM evidence WHERE id = :id;

-- name: finding_device_unit
-- result: one
-- scope: system
-- args: id int
-- columns: unit_id int
SELECT unit_id FROM device WHERE id = :id;

-- name: findings_moving
-- Open findings that go from a unit to another: all of them, or those on a device or system that stands there now.
-- result: many
-- scope: system
-- args: from_unit_id int, to_unit_id int, is_all int
-- columns: id int
SELECT f.id FROM finding f WHERE f.unit_id = :from_unit_id AND f.closed_ms IS NULL
   AND (CAST(:is_all AS BIGINT) = 1 OR EXISTS (SELECT 1 FROM device d WHERE d.id = f.device_id AND d.unit_id = :to_unit_id)
     OR (f.device_id IS NULL AND EXISTS (SELECT 1 FROM info_system y WHERE y.id = f.system_id AND y.operator_id = :to_unit_id))) ORDER BY f.id;

-- name: findings_loose
-- Open findings on nothing that stands with the unit: neither a device nor a system of it.
-- result: many
-- scope: system
-- args: unit_id int
-- columns: id int, title text
SELECT f.id, f.title FROM finding f WHERE f.unit_id = :unit_id AND f.closed_ms IS NULL
   AND NOT EXISTS (SELECT 1 FROM device d WHERE d.id = f.device_id AND d.unit_id = :unit_id)
   AND NOT EXISTS (SELECT 1 FROM info_system y WHERE f.device_id IS NULL AND y.id = f.system_id AND y.operator_id = :unit_id) ORDER BY f.id;

-- name: finding_stands
-- result: one
-- scope: system
-- args: id int, unit_id int
-- columns: n int
SELECT COUNT(*) AS n FROM finding WHERE id = :id AND unit_id = :unit_id AND closed_ms IS NULL;

-- name: finding_move_unit
-- result: none
-- scope: system
-- args: id int, to_unit_id int
UPDATE finding SET unit_id = :to_unit_id WHERE id = :id;

-- name: findings_on
-- Findings that stood open with a unit at the end of a day, also when they stand elsewhere today.
-- result: many
-- scope: org
-- args: unit_id int, on_day int, until_ms int
-- columns: id int, title text, unit_id int
SELECT f.id, f.title, f.unit_id FROM finding f
 WHERE (f.unit_id = :unit_id OR f.id IN (SELECT h.object_id FROM unit_handover h WHERE h.from_unit_id = :unit_id AND h.object_kind = 'finding')) AND f.opened_ms < :until_ms AND (f.closed_ms IS NULL OR f.closed_ms >= :until_ms)
   AND COALESCE((SELECT h.from_unit_id FROM unit_handover h WHERE h.object_kind = 'finding' AND h.object_id = f.id AND h.on_day > :on_day ORDER BY h.on_day, h.id LIMIT 1), f.unit_id) = :unit_id
   AND ({scope :unit_id} OR EXISTS (SELECT 1 FROM unit_succession s WHERE s.from_unit_id = :unit_id AND {scope s.to_unit_id})) ORDER BY f.id;
