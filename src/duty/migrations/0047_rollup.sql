-- Counters lie in the order a roll-up reads them.
CREATE TABLE duty_count_ordered (
    unit_id {int} NOT NULL,
    scope_id {int} NOT NULL,
    n_unseen {int} NOT NULL, n_ack {int} NOT NULL, n_doing {int} NOT NULL, n_ok {int} NOT NULL, n_due {int} NOT NULL,
    n_late {int} NOT NULL, n_birth {int} NOT NULL, n_na {int} NOT NULL, n_waived {int} NOT NULL,
    PRIMARY KEY (scope_id, unit_id)
) {strict_no_rowid};
INSERT INTO duty_count_ordered (unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT unit_id, scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived FROM duty_count;
DROP TABLE duty_count;
ALTER TABLE duty_count_ordered RENAME TO duty_count;

-- What a unit itself stood at when a day ended; a row only for a day on which something changed, so the last row up to a day holds.
-- A day that has ended never changes again: corrections become visible on the day they become known.
DROP TABLE duty_count_past;
CREATE TABLE duty_past (
    unit_id {int} NOT NULL,
    scope_id {int} NOT NULL,
    day {int} NOT NULL,
    n_unseen {int} NOT NULL, n_ack {int} NOT NULL, n_doing {int} NOT NULL, n_ok {int} NOT NULL, n_due {int} NOT NULL,
    n_late {int} NOT NULL, n_birth {int} NOT NULL, n_na {int} NOT NULL, n_waived {int} NOT NULL,
    PRIMARY KEY (unit_id, scope_id, day)
) {strict_no_rowid};
-- The same summed over everything below a unit along one edge kind, in the tree of that day; the unit itself is not in it.
CREATE TABLE duty_past_below (
    edge_kind {text} NOT NULL,
    unit_id {int} NOT NULL,
    scope_id {int} NOT NULL,
    day {int} NOT NULL,
    n_unseen {int} NOT NULL, n_ack {int} NOT NULL, n_doing {int} NOT NULL, n_ok {int} NOT NULL, n_due {int} NOT NULL,
    n_late {int} NOT NULL, n_birth {int} NOT NULL, n_na {int} NOT NULL, n_waived {int} NOT NULL,
    PRIMARY KEY (edge_kind, unit_id, scope_id, day)
) {strict_no_rowid};
-- What is known of the past so far. The sums below units follow when the next day ends: till then they are counted when asked for.
INSERT INTO duty_past (unit_id, scope_id, day, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT unit_id, scope_id, day,
       SUM(n_unseen) OVER (PARTITION BY scope_id, unit_id ORDER BY day),
       SUM(n_ack) OVER (PARTITION BY scope_id, unit_id ORDER BY day),
       SUM(n_doing) OVER (PARTITION BY scope_id, unit_id ORDER BY day),
       SUM(n_ok) OVER (PARTITION BY scope_id, unit_id ORDER BY day),
       SUM(n_due) OVER (PARTITION BY scope_id, unit_id ORDER BY day),
       SUM(n_late) OVER (PARTITION BY scope_id, unit_id ORDER BY day),
       SUM(n_birth) OVER (PARTITION BY scope_id, unit_id ORDER BY day),
       SUM(n_na) OVER (PARTITION BY scope_id, unit_id ORDER BY day),
       SUM(n_waived) OVER (PARTITION BY scope_id, unit_id ORDER BY day)
  FROM (SELECT scope_id, unit_id, day,
       SUM(CASE WHEN state = 0 THEN delta ELSE 0 END) AS n_unseen,
       SUM(CASE WHEN state = 1 THEN delta ELSE 0 END) AS n_ack,
       SUM(CASE WHEN state = 2 THEN delta ELSE 0 END) AS n_doing,
       SUM(CASE WHEN state = 3 THEN delta ELSE 0 END) AS n_ok,
       SUM(CASE WHEN state = 4 THEN delta ELSE 0 END) AS n_due,
       SUM(CASE WHEN state = 5 THEN delta ELSE 0 END) AS n_late,
       SUM(CASE WHEN state = 6 THEN delta ELSE 0 END) AS n_birth,
       SUM(CASE WHEN state = 7 THEN delta ELSE 0 END) AS n_na,
       SUM(CASE WHEN state = 8 THEN delta ELSE 0 END) AS n_waived
          FROM (SELECT 0 AS scope_id, unit_id, visible_day AS day, state, delta FROM assignment_delta
                UNION ALL SELECT family_id, unit_id, visible_day, state, delta FROM assignment_delta
                UNION ALL SELECT directive_id, unit_id, visible_day, state, delta FROM assignment_delta WHERE directive_id <> family_id) d
         WHERE day < (SELECT day FROM duty_clock WHERE id = 1)
         GROUP BY scope_id, unit_id, day) x;
INSERT INTO unit_tree_change (edge_kind, ancestor_id, from_day) SELECT DISTINCT edge_kind, ancestor_id, -2147483647 FROM unit_closure WHERE depth > 0;

-- Rows behind a past figure are read unit by unit.
DROP INDEX assignment_delta_family_idx;
CREATE INDEX assignment_delta_unit_idx ON assignment_delta (unit_id, visible_day);
