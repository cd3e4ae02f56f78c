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

-- name: delta_insert
-- result: none
-- scope: system
-- args: assignment_id int, unit_id int, directive_id int, family_id int, obligation_id int, state int, delta int, effective_day int, known_day int, visible_day int
INSERT INTO assignment_delta (assignment_id, unit_id, directive_id, family_id, obligation_id, state, delta, effective_day, known_day, visible_day)
VALUES (:assignment_id, :unit_id, :directive_id, :family_id, :obligation_id, :state, :delta, :effective_day, :known_day, :visible_day);

-- name: delta_insert_obligation
-- The same delta for every assignment of an obligation issued in one go; those that do not apply have no such changes.
-- result: none
-- scope: system
-- args: obligation_id int, issued_ms int, state int, delta int, effective_day int, known_day int
INSERT INTO assignment_delta (assignment_id, unit_id, directive_id, family_id, obligation_id, state, delta, effective_day, known_day, visible_day)
SELECT id, unit_id, directive_id, family_id, obligation_id, :state, :delta, :effective_day, :known_day,
       CASE WHEN CAST(:effective_day AS BIGINT) > CAST(:known_day AS BIGINT) THEN :effective_day ELSE :known_day END
  FROM assignment WHERE obligation_id = :obligation_id AND issued_ms = :issued_ms AND na_from_day IS NULL;

-- name: count_add
-- Counters change only by n = n + d, so that two writers never lose one.
-- result: none
-- scope: system
-- args: unit_id int, scope_id int, d_unseen int, d_ack int, d_doing int, d_ok int, d_due int, d_late int, d_birth int, d_na int, d_waived int
INSERT INTO duty_count (unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
VALUES (:unit_id, :scope_id, :d_unseen, :d_ack, :d_doing, :d_ok, :d_due, :d_late, :d_birth, :d_na, :d_waived)
ON CONFLICT (scope_id, unit_id) DO UPDATE SET
    n_unseen = duty_count.n_unseen + excluded.n_unseen, n_ack = duty_count.n_ack + excluded.n_ack, n_doing = duty_count.n_doing + excluded.n_doing,
    n_ok = duty_count.n_ok + excluded.n_ok, n_due = duty_count.n_due + excluded.n_due, n_late = duty_count.n_late + excluded.n_late,
    n_birth = duty_count.n_birth + excluded.n_birth, n_na = duty_count.n_na + excluded.n_na, n_waived = duty_count.n_waived + excluded.n_waived;

-- name: count_add_issued
-- Counters of everything one directive issued in one go, all of it in one state. scope_id: the directive, its family, or 0.
-- result: none
-- scope: system
-- args: directive_id int, issued_ms int, scope_id int
INSERT INTO duty_count (unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT unit_id, :scope_id, SUM(CASE WHEN state = 0 THEN 1 ELSE 0 END), 0, 0, 0, SUM(CASE WHEN state = 4 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 5 THEN 1 ELSE 0 END),
       SUM(CASE WHEN state = 6 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 7 THEN 1 ELSE 0 END), 0
  FROM assignment WHERE directive_id = :directive_id AND issued_ms = :issued_ms GROUP BY unit_id ORDER BY unit_id
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
       SUM(CASE WHEN state = 0 THEN delta ELSE 0 END), SUM(CASE WHEN state = 1 THEN delta ELSE 0 END), SUM(CASE WHEN state = 2 THEN delta ELSE 0 END),
       SUM(CASE WHEN state = 3 THEN delta ELSE 0 END), SUM(CASE WHEN state = 4 THEN delta ELSE 0 END), SUM(CASE WHEN state = 5 THEN delta ELSE 0 END),
       SUM(CASE WHEN state = 6 THEN delta ELSE 0 END), SUM(CASE WHEN state = 7 THEN delta ELSE 0 END), SUM(CASE WHEN state = 8 THEN delta ELSE 0 END)
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
-- The state each assignment has from a day on: the one whose deltas visible up to that day sum to 1. PostgreSQL gets a join: before its
-- statistics are there it takes the index of days for the inner select of the other form (19 s for 20,000 changes instead of 0.6).
-- result: changes
-- scope: system
-- args: day int
-- sqlite:
UPDATE assignment SET state = COALESCE((
        SELECT x.state FROM (SELECT d.state AS state, SUM(d.delta) AS n FROM assignment_delta d
                              WHERE d.assignment_id = assignment.id AND d.visible_day <= :day GROUP BY d.state) x
         WHERE x.n > 0 ORDER BY x.state LIMIT 1), -1)
 WHERE id IN (SELECT assignment_id FROM assignment_delta WHERE visible_day = :day);
-- postgres:
UPDATE assignment SET state = x.state
  FROM (SELECT t.assignment_id, COALESCE(MIN(CASE WHEN s.n > 0 THEN s.state END), -1) AS state
          FROM (SELECT DISTINCT assignment_id FROM assignment_delta WHERE visible_day = :day) t
          LEFT JOIN (SELECT d.assignment_id, d.state, SUM(d.delta) AS n FROM assignment_delta d
                      WHERE d.assignment_id IN (SELECT assignment_id FROM assignment_delta WHERE visible_day = :day) AND d.visible_day <= :day
                      GROUP BY d.assignment_id, d.state) s ON s.assignment_id = t.assignment_id
         GROUP BY t.assignment_id) x
 WHERE assignment.id = x.assignment_id;

-- name: count_checkpoint
-- result: none
-- scope: system
-- args: day int
INSERT INTO duty_count_past (day, unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT :day, unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM duty_count WHERE 1 = 1
ON CONFLICT (day, scope_id, unit_id) DO NOTHING;

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

-- name: delta_insert_na
-- Assignments that do not apply from the start.
-- result: none
-- scope: system
-- args: obligation_id int, issued_ms int, known_day int
INSERT INTO assignment_delta (assignment_id, unit_id, directive_id, family_id, obligation_id, state, delta, effective_day, known_day, visible_day)
SELECT id, unit_id, directive_id, family_id, obligation_id, 7, 1, :known_day, :known_day, :known_day
  FROM assignment WHERE obligation_id = :obligation_id AND issued_ms = :issued_ms AND na_from_day IS NOT NULL;
