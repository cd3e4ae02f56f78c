-- piece: state_sums
-- How much the changes of a group add up to in each state, in the columns of every counter.
SUM(CASE WHEN state = 0 THEN delta ELSE 0 END) AS n_unseen,
SUM(CASE WHEN state = 1 THEN delta ELSE 0 END) AS n_ack,
SUM(CASE WHEN state = 2 THEN delta ELSE 0 END) AS n_doing,
SUM(CASE WHEN state = 3 THEN delta ELSE 0 END) AS n_ok,
SUM(CASE WHEN state = 4 THEN delta ELSE 0 END) AS n_due,
SUM(CASE WHEN state = 5 THEN delta ELSE 0 END) AS n_late,
SUM(CASE WHEN state = 6 THEN delta ELSE 0 END) AS n_birth,
SUM(CASE WHEN state = 7 THEN delta ELSE 0 END) AS n_na,
SUM(CASE WHEN state = 8 THEN delta ELSE 0 END) AS n_waived

-- name: duty_clock_read
-- A writer of deltas holds the clock still until it commits; the day job waits for it and the other way round.
-- result: one
-- scope: system
-- columns: day int
-- sqlite:
SELECT day FROM duty_clock WHERE id = 1;
-- postgres:
SELECT day FROM duty_clock WHERE id = 1 FOR SHARE;

-- name: duty_clock_lock
-- result: one
-- scope: system
-- columns: day int
-- sqlite:
SELECT day FROM duty_clock WHERE id = 1;
-- postgres:
SELECT day FROM duty_clock WHERE id = 1 FOR UPDATE;

-- name: duty_clock_set
-- result: none
-- scope: system
-- args: day int
INSERT INTO duty_clock (id, day) VALUES (1, :day) ON CONFLICT (id) DO UPDATE SET day = excluded.day;

-- name: assignment_get
-- result: one
-- scope: system
-- args: id int
-- columns: id int, obligation_id int, directive_id int, family_id int, unit_id int, subject_kind text, subject_id int, issued_day int, due_day int?, acked_ms int?, started_ms int?, covered_from_day int?, covered_to_day int?, na_from_day int?, waived_to_day int?, soon_days int, closed_day int?, state int, trigger_kind text, period_months int?, denominator text, evidence_kinds text, catalogue_id text?
-- sqlite:
SELECT a.id, a.obligation_id, a.directive_id, a.family_id, a.unit_id, a.subject_kind, a.subject_id, a.issued_day, a.due_day, a.acked_ms, a.started_ms, a.covered_from_day, a.covered_to_day,
       a.na_from_day, a.waived_to_day, a.soon_days, a.closed_day, a.state, o.trigger_kind, o.period_months, o.denominator, o.evidence_kinds, o.catalogue_id
  FROM assignment a JOIN obligation o ON o.id = a.obligation_id WHERE a.id = :id;
-- postgres:
SELECT a.id, a.obligation_id, a.directive_id, a.family_id, a.unit_id, a.subject_kind, a.subject_id, a.issued_day, a.due_day, a.acked_ms, a.started_ms, a.covered_from_day, a.covered_to_day,
       a.na_from_day, a.waived_to_day, a.soon_days, a.closed_day, a.state, o.trigger_kind, o.period_months, o.denominator, o.evidence_kinds, o.catalogue_id
  FROM assignment a JOIN obligation o ON o.id = a.obligation_id WHERE a.id = :id FOR UPDATE OF a;

-- name: assignment_put_facts
-- result: none
-- scope: system
-- args: id int, unit_id int, due_day int?, acked_ms int?, acked_by int?, started_ms int?, covered_from_day int?, covered_to_day int?, na_from_day int?, waived_to_day int?, closed_day int?, moved_to_id int?, state int
UPDATE assignment SET unit_id = :unit_id, due_day = :due_day, acked_ms = :acked_ms, acked_by = COALESCE(CAST(:acked_by AS BIGINT), acked_by), started_ms = :started_ms,
       covered_from_day = :covered_from_day, covered_to_day = :covered_to_day, na_from_day = :na_from_day,
       waived_to_day = :waived_to_day, closed_day = :closed_day, moved_to_id = :moved_to_id, state = :state
 WHERE id = :id;

-- name: assignment_past_add
-- What an assignment was known to be until this day, before it changes; the first change of a day says what held when the day before ended.
-- result: none
-- scope: system
-- args: assignment_id int, to_day int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?
-- outbox: assignment_id
INSERT INTO assignment_past (assignment_id, to_day, due_day, covered_from_day, covered_to_day, waived_to_day)
VALUES (:assignment_id, :to_day, :due_day, :covered_from_day, :covered_to_day, :waived_to_day)
ON CONFLICT (assignment_id, to_day) DO NOTHING;

-- name: duty_dated_from
-- From when on that is kept, in a database that is older than it; none in others.
-- result: one
-- scope: system
-- columns: from_day int
SELECT from_day FROM duty_dated WHERE id = 1;

-- name: delta_insert
-- Changes of one assignment: rows is a JSON array of [unit_id, state, delta, effective_day, visible_day].
-- result: none
-- scope: system
-- args: rows text, assignment_id int, directive_id int, family_id int, obligation_id int, known_day int
-- outbox: assignment_id
-- sqlite:
INSERT INTO assignment_delta (assignment_id, unit_id, directive_id, family_id, obligation_id, state, delta, effective_day, known_day, visible_day)
SELECT :assignment_id, json_extract(j.value, '$[0]'), :directive_id, :family_id, :obligation_id, json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]'), json_extract(j.value, '$[3]'), :known_day,
       json_extract(j.value, '$[4]') FROM json_each(:rows) j;
-- postgres:
INSERT INTO assignment_delta (assignment_id, unit_id, directive_id, family_id, obligation_id, state, delta, effective_day, known_day, visible_day)
SELECT :assignment_id, CAST(j.value ->> 0 AS BIGINT), :directive_id, :family_id, :obligation_id, CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), CAST(j.value ->> 3 AS BIGINT), :known_day,
       CAST(j.value ->> 4 AS BIGINT) FROM json_array_elements(CAST(:rows AS json)) j;

-- name: delta_forget
-- Changes that were to come and will not come like that: nothing ever counted them.
-- result: none
-- scope: system
-- args: unit_id int, assignment_id int, after_day int
-- outbox: assignment_id
DELETE FROM assignment_delta WHERE unit_id = :unit_id AND assignment_id = :assignment_id AND visible_day > :after_day;

-- name: assignment_moved_add
-- The unit an assignment stood at and leaves.
-- result: none
-- scope: system
-- args: assignment_id int, unit_id int
-- outbox: assignment_id
INSERT INTO assignment_moved (assignment_id, unit_id) VALUES (:assignment_id, :unit_id) ON CONFLICT (assignment_id, unit_id) DO NOTHING;

-- name: delta_insert_issued
-- One change of an assignment that a directive issued: one row, so that on PostgreSQL those of a whole directive go out together (db_bulk).
-- result: none
-- scope: system
-- args: assignment_id int, unit_id int, directive_id int, family_id int, obligation_id int, state int, delta int, effective_day int, known_day int, visible_day int
-- outbox: directive_id
INSERT INTO assignment_delta (assignment_id, unit_id, directive_id, family_id, obligation_id, state, delta, effective_day, known_day, visible_day)
VALUES (:assignment_id, :unit_id, :directive_id, :family_id, :obligation_id, :state, :delta, :effective_day, :known_day, :visible_day);

-- name: count_add
-- One assignment's change of state in all scopes it counts in. Counters change only by n = n + d, so that two writers never lose one.
-- result: none
-- scope: system
-- args: unit_id int, family_id int, directive_id int, d_unseen int, d_ack int, d_doing int, d_ok int, d_due int, d_late int, d_birth int, d_na int, d_waived int
INSERT INTO duty_count (unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT :unit_id, x.scope_id, CAST(:d_unseen AS BIGINT), CAST(:d_ack AS BIGINT), CAST(:d_doing AS BIGINT), CAST(:d_ok AS BIGINT), CAST(:d_due AS BIGINT), CAST(:d_late AS BIGINT), CAST(:d_birth AS BIGINT), CAST(:d_na AS BIGINT), CAST(:d_waived AS BIGINT)
  FROM (SELECT 0 AS scope_id UNION SELECT CAST(:family_id AS BIGINT) UNION SELECT CAST(:directive_id AS BIGINT)) x WHERE 1 = 1 ORDER BY x.scope_id
ON CONFLICT (scope_id, unit_id) DO UPDATE SET
    n_unseen = duty_count.n_unseen + excluded.n_unseen, n_ack = duty_count.n_ack + excluded.n_ack, n_doing = duty_count.n_doing + excluded.n_doing,
    n_ok = duty_count.n_ok + excluded.n_ok, n_due = duty_count.n_due + excluded.n_due, n_late = duty_count.n_late + excluded.n_late,
    n_birth = duty_count.n_birth + excluded.n_birth, n_na = duty_count.n_na + excluded.n_na, n_waived = duty_count.n_waived + excluded.n_waived;

-- name: count_add_issued
-- Counters of everything one directive issued in one go, in all scopes it counts in.
-- result: none
-- scope: system
-- args: directive_id int, family_id int, issued_ms int
INSERT INTO duty_count (unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT a.unit_id, x.scope_id, a.n_unseen, 0, 0, 0, a.n_due, a.n_late, a.n_birth, a.n_na, 0
  FROM (SELECT unit_id, SUM(CASE WHEN state = 0 THEN 1 ELSE 0 END) AS n_unseen, SUM(CASE WHEN state = 4 THEN 1 ELSE 0 END) AS n_due, SUM(CASE WHEN state = 5 THEN 1 ELSE 0 END) AS n_late,
               SUM(CASE WHEN state = 6 THEN 1 ELSE 0 END) AS n_birth, SUM(CASE WHEN state = 7 THEN 1 ELSE 0 END) AS n_na
          FROM assignment WHERE directive_id = :directive_id AND issued_ms = :issued_ms GROUP BY unit_id) a
  CROSS JOIN (SELECT 0 AS scope_id UNION SELECT CAST(:family_id AS BIGINT) UNION SELECT CAST(:directive_id AS BIGINT)) x
 WHERE 1 = 1 ORDER BY x.scope_id, a.unit_id
ON CONFLICT (scope_id, unit_id) DO UPDATE SET
    n_unseen = duty_count.n_unseen + excluded.n_unseen, n_due = duty_count.n_due + excluded.n_due,
    n_late = duty_count.n_late + excluded.n_late, n_birth = duty_count.n_birth + excluded.n_birth, n_na = duty_count.n_na + excluded.n_na;

-- name: count_apply_day
-- The day job: every delta that becomes visible on a day, added to one scope's counters, in unit order.
-- result: none
-- scope: system
-- args: day int, kind text
INSERT INTO duty_count (unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT unit_id, scope_id,
       {piece state_sums}
  FROM (SELECT unit_id, state, delta,
               CASE WHEN CAST(:kind AS TEXT) = 'all' THEN 0 WHEN CAST(:kind AS TEXT) = 'family' THEN family_id ELSE directive_id END AS scope_id
          FROM assignment_delta
         WHERE visible_day = :day AND (CAST(:kind AS TEXT) <> 'directive' OR directive_id <> family_id)) d
 WHERE 1 = 1
 GROUP BY unit_id, scope_id ORDER BY unit_id, scope_id
ON CONFLICT (scope_id, unit_id) DO UPDATE SET
    n_unseen = duty_count.n_unseen + excluded.n_unseen, n_ack = duty_count.n_ack + excluded.n_ack, n_doing = duty_count.n_doing + excluded.n_doing,
    n_ok = duty_count.n_ok + excluded.n_ok, n_due = duty_count.n_due + excluded.n_due, n_late = duty_count.n_late + excluded.n_late,
    n_birth = duty_count.n_birth + excluded.n_birth, n_na = duty_count.n_na + excluded.n_na, n_waived = duty_count.n_waived + excluded.n_waived;

-- name: assignment_apply_day
-- The state each assignment has from a day on: the one whose deltas visible up to that day sum to 1, at the unit where it stands (at those it
-- left they sum to 0). PostgreSQL gets a join: before its
-- statistics are there it takes the index of days for the inner select of the other form (19 s for 20,000 changes instead of 0.6).
-- result: changes
-- scope: system
-- args: day int
-- outbox: stays each node passes its own days
-- sqlite:
UPDATE assignment SET state = COALESCE((
        SELECT x.state FROM (SELECT d.state AS state, SUM(d.delta) AS n FROM assignment_delta d
                              WHERE d.unit_id = assignment.unit_id AND d.assignment_id = assignment.id AND d.visible_day <= :day GROUP BY d.state) x
         WHERE x.n > 0 ORDER BY x.state LIMIT 1), -1)
 WHERE id IN (SELECT assignment_id FROM assignment_delta WHERE visible_day = :day);
-- postgres:
UPDATE assignment SET state = x.state
  FROM (SELECT t.assignment_id, COALESCE(MIN(CASE WHEN s.n > 0 THEN s.state END), -1) AS state
          FROM (SELECT DISTINCT assignment_id FROM assignment_delta WHERE visible_day = :day) t
          LEFT JOIN (SELECT d.assignment_id, d.state, SUM(d.delta) AS n
                       FROM (SELECT DISTINCT assignment_id FROM assignment_delta WHERE visible_day = :day) c JOIN assignment a ON a.id = c.assignment_id
                       JOIN assignment_delta d ON d.unit_id = a.unit_id AND d.assignment_id = a.id AND d.visible_day <= :day
                      GROUP BY d.assignment_id, d.state) s ON s.assignment_id = t.assignment_id
         GROUP BY t.assignment_id) x
 WHERE assignment.id = x.assignment_id;

-- name: past_close
-- A day ends: what every unit stands at of which something changed on it.
-- result: none
-- scope: system
-- args: day int
INSERT INTO duty_past (unit_id, scope_id, day, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT k.unit_id, k.scope_id, :day, k.n_unseen, k.n_ack, k.n_doing, k.n_ok, k.n_due, k.n_late, k.n_birth, k.n_na, k.n_waived
  FROM (SELECT unit_id, 0 AS scope_id FROM assignment_delta WHERE visible_day = :day
        UNION SELECT unit_id, family_id FROM assignment_delta WHERE visible_day = :day
        UNION SELECT unit_id, directive_id FROM assignment_delta WHERE visible_day = :day) t
  JOIN duty_count k ON k.scope_id = t.scope_id AND k.unit_id = t.unit_id
 WHERE 1 = 1
ON CONFLICT (unit_id, scope_id, day) DO NOTHING;

-- name: past_close_below
-- The same for everything below each unit: what stood there before and what the day changed.
-- result: none
-- scope: system
-- args: day int
INSERT INTO duty_past_below (edge_kind, unit_id, scope_id, day, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT x.edge_kind, x.unit_id, x.scope_id, :day, COALESCE(p.n_unseen, 0) + x.n_unseen, COALESCE(p.n_ack, 0) + x.n_ack, COALESCE(p.n_doing, 0) + x.n_doing, COALESCE(p.n_ok, 0) + x.n_ok, COALESCE(p.n_due, 0) + x.n_due, COALESCE(p.n_late, 0) + x.n_late, COALESCE(p.n_birth, 0) + x.n_birth, COALESCE(p.n_na, 0) + x.n_na, COALESCE(p.n_waived, 0) + x.n_waived
  FROM (SELECT c.edge_kind, c.ancestor_id AS unit_id, d.scope_id, SUM(d.n_unseen) AS n_unseen, SUM(d.n_ack) AS n_ack, SUM(d.n_doing) AS n_doing, SUM(d.n_ok) AS n_ok, SUM(d.n_due) AS n_due, SUM(d.n_late) AS n_late, SUM(d.n_birth) AS n_birth, SUM(d.n_na) AS n_na, SUM(d.n_waived) AS n_waived
          FROM (SELECT unit_id, scope_id,
               {piece state_sums}
                  FROM (SELECT unit_id, 0 AS scope_id, state, delta FROM assignment_delta WHERE visible_day = :day
                        UNION ALL SELECT unit_id, family_id, state, delta FROM assignment_delta WHERE visible_day = :day
                        UNION ALL SELECT unit_id, directive_id, state, delta FROM assignment_delta WHERE visible_day = :day AND directive_id <> family_id) e
                 GROUP BY unit_id, scope_id) d
          JOIN unit_closure c ON c.descendant_id = d.unit_id AND c.depth > 0 AND c.from_day <= :day AND c.to_day > :day
         GROUP BY c.edge_kind, c.ancestor_id, d.scope_id) x
  LEFT JOIN duty_past_below p ON p.edge_kind = x.edge_kind AND p.unit_id = x.unit_id AND p.scope_id = x.scope_id
   AND p.day = (SELECT MAX(q.day) FROM duty_past_below q WHERE q.edge_kind = x.edge_kind AND q.unit_id = x.unit_id AND q.scope_id = x.scope_id AND q.day < :day)
 WHERE 1 = 1
ON CONFLICT (edge_kind, unit_id, scope_id, day) DO NOTHING;

-- name: past_close_obligation
-- A day ends: the same below each unit for each obligation.
-- result: none
-- scope: system
-- args: day int
INSERT INTO duty_past_obligation (edge_kind, unit_id, obligation_id, day, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT x.edge_kind, x.unit_id, x.obligation_id, :day, COALESCE(p.n_unseen, 0) + x.n_unseen, COALESCE(p.n_ack, 0) + x.n_ack, COALESCE(p.n_doing, 0) + x.n_doing, COALESCE(p.n_ok, 0) + x.n_ok, COALESCE(p.n_due, 0) + x.n_due, COALESCE(p.n_late, 0) + x.n_late, COALESCE(p.n_birth, 0) + x.n_birth, COALESCE(p.n_na, 0) + x.n_na, COALESCE(p.n_waived, 0) + x.n_waived
  FROM (SELECT c.edge_kind, c.ancestor_id AS unit_id, d.obligation_id, SUM(d.n_unseen) AS n_unseen, SUM(d.n_ack) AS n_ack, SUM(d.n_doing) AS n_doing, SUM(d.n_ok) AS n_ok, SUM(d.n_due) AS n_due, SUM(d.n_late) AS n_late, SUM(d.n_birth) AS n_birth, SUM(d.n_na) AS n_na, SUM(d.n_waived) AS n_waived
          FROM (SELECT unit_id, obligation_id,
               {piece state_sums}
                  FROM assignment_delta WHERE visible_day = :day GROUP BY unit_id, obligation_id) d
          JOIN unit_closure c ON c.descendant_id = d.unit_id AND c.depth > 0 AND c.from_day <= :day AND c.to_day > :day
         GROUP BY c.edge_kind, c.ancestor_id, d.obligation_id) x
  LEFT JOIN duty_past_obligation p ON p.edge_kind = x.edge_kind AND p.unit_id = x.unit_id AND p.obligation_id = x.obligation_id
   AND p.day = (SELECT MAX(q.day) FROM duty_past_obligation q WHERE q.edge_kind = x.edge_kind AND q.unit_id = x.unit_id AND q.obligation_id = x.obligation_id AND q.day < :day)
 WHERE 1 = 1
ON CONFLICT (edge_kind, unit_id, obligation_id, day) DO NOTHING;

-- name: past_obligation_drop
-- result: none
-- scope: system
-- args: edge_kind text, unit_id int, from_day int
DELETE FROM duty_past_obligation WHERE edge_kind = :edge_kind AND unit_id = :unit_id AND day >= :from_day;

-- name: duty_clock_look
-- The day, without holding it.
-- result: one
-- scope: system
-- columns: day int
SELECT day FROM duty_clock WHERE id = 1;

-- name: past_obligation_sums
-- The sums of one unit by obligation counted anew from a day on: what stood the day before, what changed at units while they stood below,
-- what came with a unit that came below, what went with one that left.
-- result: many
-- scope: system
-- args: edge_kind text, unit_id int, from_day int, last_day int
-- columns: obligation_id int, day int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
WITH step AS (
    SELECT p.obligation_id, CAST(:from_day AS BIGINT) AS day, p.n_unseen, p.n_ack, p.n_doing, p.n_ok, p.n_due, p.n_late, p.n_birth, p.n_na, p.n_waived
      FROM duty_past_obligation p
     WHERE p.edge_kind = :edge_kind AND p.unit_id = :unit_id
       AND p.day = (SELECT MAX(q.day) FROM duty_past_obligation q WHERE q.edge_kind = :edge_kind AND q.unit_id = :unit_id AND q.obligation_id = p.obligation_id AND q.day < :from_day)
    UNION ALL
    SELECT m.obligation_id, m.day,
               {piece state_sums}
      FROM (SELECT d.obligation_id, d.visible_day AS day, d.state, d.delta
              FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id AND d.visible_day >= c.from_day AND d.visible_day < c.to_day
             WHERE c.ancestor_id = :unit_id AND c.edge_kind = :edge_kind AND c.depth > 0 AND c.to_day > :from_day AND d.visible_day >= :from_day AND d.visible_day <= :last_day
            UNION ALL
            SELECT d.obligation_id, c.from_day, d.state, d.delta
              FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id AND d.visible_day < c.from_day
             WHERE c.ancestor_id = :unit_id AND c.edge_kind = :edge_kind AND c.depth > 0 AND c.from_day >= :from_day AND c.from_day <= :last_day
            UNION ALL
            SELECT d.obligation_id, c.to_day, d.state, -d.delta
              FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id AND d.visible_day < c.to_day
             WHERE c.ancestor_id = :unit_id AND c.edge_kind = :edge_kind AND c.depth > 0 AND c.to_day >= :from_day AND c.to_day <= :last_day) m
     GROUP BY m.obligation_id, m.day),
by_day AS (
    SELECT obligation_id, day, SUM(n_unseen) AS n_unseen, SUM(n_ack) AS n_ack, SUM(n_doing) AS n_doing, SUM(n_ok) AS n_ok, SUM(n_due) AS n_due, SUM(n_late) AS n_late, SUM(n_birth) AS n_birth, SUM(n_na) AS n_na, SUM(n_waived) AS n_waived FROM step GROUP BY obligation_id, day)
SELECT obligation_id, day,
       CAST(SUM(n_unseen) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_unseen,
       CAST(SUM(n_ack) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_ack,
       CAST(SUM(n_doing) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_doing,
       CAST(SUM(n_ok) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_ok,
       CAST(SUM(n_due) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_due,
       CAST(SUM(n_late) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_late,
       CAST(SUM(n_birth) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_birth,
       CAST(SUM(n_na) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_na,
       CAST(SUM(n_waived) OVER (PARTITION BY obligation_id ORDER BY day) AS BIGINT) AS n_waived
  FROM by_day;

-- name: past_obligation_put
-- Those sums. rows is a JSON array of [obligation_id, day, each state in turn].
-- result: none
-- scope: system
-- args: edge_kind text, unit_id int, rows text
INSERT INTO duty_past_obligation (edge_kind, unit_id, obligation_id, day, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
-- sqlite:
SELECT :edge_kind, :unit_id, json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]'), json_extract(j.value, '$[3]'), json_extract(j.value, '$[4]'), json_extract(j.value, '$[5]'), json_extract(j.value, '$[6]'), json_extract(j.value, '$[7]'), json_extract(j.value, '$[8]'), json_extract(j.value, '$[9]'), json_extract(j.value, '$[10]') FROM json_each(:rows) j;
-- postgres:
SELECT CAST(:edge_kind AS TEXT), CAST(:unit_id AS BIGINT), CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), CAST(j.value ->> 3 AS BIGINT), CAST(j.value ->> 4 AS BIGINT), CAST(j.value ->> 5 AS BIGINT), CAST(j.value ->> 6 AS BIGINT), CAST(j.value ->> 7 AS BIGINT), CAST(j.value ->> 8 AS BIGINT), CAST(j.value ->> 9 AS BIGINT), CAST(j.value ->> 10 AS BIGINT) FROM json_array_elements(CAST(:rows AS json)) j;

-- name: tree_change_next
-- An ancestor whose tree was changed from a day on that has ended: its sums from then on wait to be counted anew.
-- result: one
-- scope: system
-- args: day int
-- columns: edge_kind text, ancestor_id int, from_day int
SELECT edge_kind, ancestor_id, MIN(from_day) AS from_day FROM unit_tree_change WHERE from_day <= :day GROUP BY edge_kind, ancestor_id ORDER BY edge_kind, ancestor_id LIMIT 1;

-- name: tree_change_done
-- result: none
-- scope: system
-- args: edge_kind text, ancestor_id int, day int
DELETE FROM unit_tree_change WHERE edge_kind = :edge_kind AND ancestor_id = :ancestor_id AND from_day <= :day;

-- name: tree_changes_waiting
-- How many trees wait for that.
-- result: one
-- scope: system
-- columns: n int
SELECT COUNT(*) AS n FROM (SELECT DISTINCT edge_kind, ancestor_id FROM unit_tree_change WHERE from_day < (SELECT day FROM duty_clock WHERE id = 1)) x;

-- name: past_below_drop
-- result: none
-- scope: system
-- args: edge_kind text, unit_id int, from_day int
DELETE FROM duty_past_below WHERE edge_kind = :edge_kind AND unit_id = :unit_id AND day >= :from_day;

-- name: past_below_sums
-- The sums of one unit counted anew from a day on: what stood at a unit over some days, on the days it stood below this one.
-- result: many
-- scope: system
-- args: edge_kind text, unit_id int, from_day int, last_day int
-- columns: scope_id int, day int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
WITH span AS (
    SELECT s.unit_id, s.scope_id, s.day AS from_day, LEAD(s.day, 1, 2147483647) OVER (PARTITION BY s.unit_id, s.scope_id ORDER BY s.day) AS to_day, s.n_unseen, s.n_ack, s.n_doing, s.n_ok, s.n_due, s.n_late, s.n_birth, s.n_na, s.n_waived
      FROM duty_past s
     WHERE s.unit_id IN (SELECT b.descendant_id FROM unit_closure b WHERE b.ancestor_id = :unit_id AND b.edge_kind = :edge_kind AND b.depth > 0 AND b.to_day > :from_day)),
stood AS (
    SELECT s.scope_id, s.from_day, s.to_day,
           CASE WHEN c.from_day > CAST(:from_day AS BIGINT) THEN c.from_day ELSE CAST(:from_day AS BIGINT) END AS below_from, c.to_day AS below_to, s.n_unseen, s.n_ack, s.n_doing, s.n_ok, s.n_due, s.n_late, s.n_birth, s.n_na, s.n_waived
      FROM unit_closure c JOIN span s ON s.unit_id = c.descendant_id
     WHERE c.ancestor_id = :unit_id AND c.edge_kind = :edge_kind AND c.depth > 0 AND c.to_day > :from_day),
part AS (
    SELECT scope_id, CASE WHEN from_day > below_from THEN from_day ELSE below_from END AS from_day, CASE WHEN to_day < below_to THEN to_day ELSE below_to END AS to_day, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived
      FROM stood WHERE from_day < below_to AND to_day > below_from),
step AS (
    SELECT scope_id, from_day AS day, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM part WHERE from_day <= :last_day
    UNION ALL SELECT scope_id, to_day, -n_unseen, -n_ack, -n_doing, -n_ok, -n_due, -n_late, -n_birth, -n_na, -n_waived FROM part WHERE to_day <= :last_day
    UNION ALL SELECT DISTINCT o.scope_id, CAST(:from_day AS BIGINT), 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM duty_past_below o
               WHERE o.edge_kind = :edge_kind AND o.unit_id = :unit_id AND o.day < :from_day),
by_day AS (
    SELECT scope_id, day, SUM(n_unseen) AS n_unseen, SUM(n_ack) AS n_ack, SUM(n_doing) AS n_doing, SUM(n_ok) AS n_ok, SUM(n_due) AS n_due, SUM(n_late) AS n_late, SUM(n_birth) AS n_birth, SUM(n_na) AS n_na, SUM(n_waived) AS n_waived FROM step GROUP BY scope_id, day)
SELECT scope_id, day,
       CAST(SUM(n_unseen) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_unseen,
       CAST(SUM(n_ack) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_ack,
       CAST(SUM(n_doing) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_doing,
       CAST(SUM(n_ok) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_ok,
       CAST(SUM(n_due) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_due,
       CAST(SUM(n_late) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_late,
       CAST(SUM(n_birth) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_birth,
       CAST(SUM(n_na) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_na,
       CAST(SUM(n_waived) OVER (PARTITION BY scope_id ORDER BY day) AS BIGINT) AS n_waived
  FROM by_day;

-- name: past_below_put
-- Those sums. rows is a JSON array of [scope_id, day, each state in turn].
-- result: none
-- scope: system
-- args: edge_kind text, unit_id int, rows text
INSERT INTO duty_past_below (edge_kind, unit_id, scope_id, day, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
-- sqlite:
SELECT :edge_kind, :unit_id, json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]'), json_extract(j.value, '$[3]'), json_extract(j.value, '$[4]'), json_extract(j.value, '$[5]'), json_extract(j.value, '$[6]'), json_extract(j.value, '$[7]'), json_extract(j.value, '$[8]'), json_extract(j.value, '$[9]'), json_extract(j.value, '$[10]') FROM json_each(:rows) j;
-- postgres:
SELECT CAST(:edge_kind AS TEXT), CAST(:unit_id AS BIGINT), CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), CAST(j.value ->> 3 AS BIGINT), CAST(j.value ->> 4 AS BIGINT), CAST(j.value ->> 5 AS BIGINT), CAST(j.value ->> 6 AS BIGINT), CAST(j.value ->> 7 AS BIGINT), CAST(j.value ->> 8 AS BIGINT), CAST(j.value ->> 9 AS BIGINT), CAST(j.value ->> 10 AS BIGINT) FROM json_array_elements(CAST(:rows AS json)) j;

-- name: total_add
-- Changes of the sums of some scopes: lines, so that nobody waits for anybody. rows is a JSON array of [scope_id, change of each state in turn].
-- result: none
-- scope: system
-- args: rows text
INSERT INTO duty_total_change (scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
-- sqlite:
SELECT json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]'), json_extract(j.value, '$[3]'), json_extract(j.value, '$[4]'), json_extract(j.value, '$[5]'), json_extract(j.value, '$[6]'), json_extract(j.value, '$[7]'), json_extract(j.value, '$[8]'), json_extract(j.value, '$[9]') FROM json_each(:rows) j;
-- postgres:
SELECT CAST(j.value ->> 0 AS BIGINT), CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), CAST(j.value ->> 3 AS BIGINT), CAST(j.value ->> 4 AS BIGINT), CAST(j.value ->> 5 AS BIGINT), CAST(j.value ->> 6 AS BIGINT), CAST(j.value ->> 7 AS BIGINT), CAST(j.value ->> 8 AS BIGINT), CAST(j.value ->> 9 AS BIGINT) FROM json_array_elements(CAST(:rows AS json)) j;

-- name: total_apply_day
-- Every delta that becomes visible on a day, in the sums of its scopes.
-- result: none
-- scope: system
-- args: day int, kind text
INSERT INTO duty_total_change (scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT scope_id, SUM(CASE WHEN state = 0 THEN delta ELSE 0 END), SUM(CASE WHEN state = 1 THEN delta ELSE 0 END), SUM(CASE WHEN state = 2 THEN delta ELSE 0 END), SUM(CASE WHEN state = 3 THEN delta ELSE 0 END), SUM(CASE WHEN state = 4 THEN delta ELSE 0 END), SUM(CASE WHEN state = 5 THEN delta ELSE 0 END), SUM(CASE WHEN state = 6 THEN delta ELSE 0 END), SUM(CASE WHEN state = 7 THEN delta ELSE 0 END), SUM(CASE WHEN state = 8 THEN delta ELSE 0 END)
  FROM (SELECT state, delta, CASE WHEN CAST(:kind AS TEXT) = 'all' THEN 0 WHEN CAST(:kind AS TEXT) = 'family' THEN family_id WHEN CAST(:kind AS TEXT) = 'directive' THEN directive_id ELSE obligation_id END AS scope_id
          FROM assignment_delta
         WHERE visible_day = :day AND (CAST(:kind AS TEXT) <> 'directive' OR directive_id <> family_id)) d
 GROUP BY scope_id;

-- name: total_waits
-- result: one
-- scope: system
-- columns: waits int
SELECT 1 AS waits FROM duty_total_change LIMIT 1;

-- name: total_fold
-- The lines go into the sums. On SQLite nobody else writes meanwhile, and total_folded takes them away; on PostgreSQL the lines that are
-- added up and those that go are the same, whoever adds others meanwhile.
-- result: none
-- scope: system
-- sqlite:
INSERT INTO duty_total (scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT scope_id, SUM(n_unseen), SUM(n_ack), SUM(n_doing), SUM(n_ok), SUM(n_due), SUM(n_late), SUM(n_birth), SUM(n_na), SUM(n_waived) FROM duty_total_change WHERE 1 = 1 GROUP BY scope_id
ON CONFLICT (scope_id) DO UPDATE SET
    n_unseen = duty_total.n_unseen + excluded.n_unseen, n_ack = duty_total.n_ack + excluded.n_ack, n_doing = duty_total.n_doing + excluded.n_doing, n_ok = duty_total.n_ok + excluded.n_ok, n_due = duty_total.n_due + excluded.n_due, n_late = duty_total.n_late + excluded.n_late, n_birth = duty_total.n_birth + excluded.n_birth, n_na = duty_total.n_na + excluded.n_na, n_waived = duty_total.n_waived + excluded.n_waived;
-- postgres:
WITH gone AS (DELETE FROM duty_total_change RETURNING scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
INSERT INTO duty_total (scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT scope_id, SUM(n_unseen), SUM(n_ack), SUM(n_doing), SUM(n_ok), SUM(n_due), SUM(n_late), SUM(n_birth), SUM(n_na), SUM(n_waived) FROM gone GROUP BY scope_id ORDER BY scope_id
ON CONFLICT (scope_id) DO UPDATE SET
    n_unseen = duty_total.n_unseen + excluded.n_unseen, n_ack = duty_total.n_ack + excluded.n_ack, n_doing = duty_total.n_doing + excluded.n_doing, n_ok = duty_total.n_ok + excluded.n_ok, n_due = duty_total.n_due + excluded.n_due, n_late = duty_total.n_late + excluded.n_late, n_birth = duty_total.n_birth + excluded.n_birth, n_na = duty_total.n_na + excluded.n_na, n_waived = duty_total.n_waived + excluded.n_waived;

-- name: total_folded
-- result: none
-- scope: system
-- sqlite:
DELETE FROM duty_total_change;
-- postgres:
DELETE FROM duty_total_change WHERE 1 = 0;

-- name: total_wrong
-- Scopes whose sum is not what their counters, or the assignments of an obligation, add up to.
-- result: many
-- scope: system
-- columns: scope_id int
SELECT scope_id FROM (
    SELECT scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM duty_total
    UNION ALL SELECT scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM duty_total_change
    UNION ALL SELECT scope_id, -n_unseen, -n_ack, -n_doing, -n_ok, -n_due, -n_late, -n_birth, -n_na, -n_waived FROM duty_count
    UNION ALL SELECT obligation_id, CASE WHEN state = 0 THEN -1 ELSE 0 END, CASE WHEN state = 1 THEN -1 ELSE 0 END, CASE WHEN state = 2 THEN -1 ELSE 0 END, CASE WHEN state = 3 THEN -1 ELSE 0 END, CASE WHEN state = 4 THEN -1 ELSE 0 END, CASE WHEN state = 5 THEN -1 ELSE 0 END, CASE WHEN state = 6 THEN -1 ELSE 0 END, CASE WHEN state = 7 THEN -1 ELSE 0 END, CASE WHEN state = 8 THEN -1 ELSE 0 END FROM assignment WHERE state >= 0) t
 GROUP BY scope_id HAVING SUM(n_unseen) <> 0 OR SUM(n_ack) <> 0 OR SUM(n_doing) <> 0 OR SUM(n_ok) <> 0 OR SUM(n_due) <> 0 OR SUM(n_late) <> 0 OR SUM(n_birth) <> 0 OR SUM(n_na) <> 0 OR SUM(n_waived) <> 0 ORDER BY scope_id;

-- name: count_rows
-- Everything that is counted, for the test that recounts, and for doctor.
-- result: many
-- scope: system
-- columns: unit_id int, scope_id int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM duty_count
 WHERE n_unseen <> 0 OR n_ack <> 0 OR n_doing <> 0 OR n_ok <> 0 OR n_due <> 0 OR n_late <> 0 OR n_birth <> 0 OR n_na <> 0 OR n_waived <> 0
 ORDER BY scope_id, unit_id;

-- name: count_recount
-- The same, counted from the assignments themselves.
-- result: many
-- scope: system
-- args: kind text
-- columns: unit_id int, scope_id int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT unit_id, scope_id, SUM(CASE WHEN state = 0 THEN 1 ELSE 0 END) AS n_unseen, SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS n_ack,
       SUM(CASE WHEN state = 2 THEN 1 ELSE 0 END) AS n_doing, SUM(CASE WHEN state = 3 THEN 1 ELSE 0 END) AS n_ok, SUM(CASE WHEN state = 4 THEN 1 ELSE 0 END) AS n_due,
       SUM(CASE WHEN state = 5 THEN 1 ELSE 0 END) AS n_late, SUM(CASE WHEN state = 6 THEN 1 ELSE 0 END) AS n_birth, SUM(CASE WHEN state = 7 THEN 1 ELSE 0 END) AS n_na,
       SUM(CASE WHEN state = 8 THEN 1 ELSE 0 END) AS n_waived
  FROM (SELECT unit_id, state, CASE WHEN CAST(:kind AS TEXT) = 'all' THEN 0 WHEN CAST(:kind AS TEXT) = 'family' THEN family_id ELSE directive_id END AS scope_id
          FROM assignment WHERE state >= 0 AND (CAST(:kind AS TEXT) <> 'directive' OR directive_id <> family_id)) a
 GROUP BY unit_id, scope_id ORDER BY scope_id, unit_id;

-- name: assignment_facts_all
-- For the recount: the facts of every assignment.
-- result: many
-- scope: system
-- columns: id int, state int
SELECT id, state FROM assignment ORDER BY id;
