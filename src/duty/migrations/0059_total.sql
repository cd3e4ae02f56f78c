-- What stands in each scope, wherever it stands: the sum of its counters, so that a list of directives need not add up ten thousand units
-- for each of them. An obligation is a scope here, too. Who counts only adds a line of changes, and waits for nobody; the worker folds the lines in.
CREATE TABLE duty_total (
    scope_id {int} PRIMARY KEY,
    n_unseen {int} NOT NULL, n_ack {int} NOT NULL, n_doing {int} NOT NULL, n_ok {int} NOT NULL, n_due {int} NOT NULL,
    n_late {int} NOT NULL, n_birth {int} NOT NULL, n_na {int} NOT NULL, n_waived {int} NOT NULL
) {strict};
CREATE TABLE duty_total_change (
    scope_id {int} NOT NULL,
    n_unseen {int} NOT NULL, n_ack {int} NOT NULL, n_doing {int} NOT NULL, n_ok {int} NOT NULL, n_due {int} NOT NULL,
    n_late {int} NOT NULL, n_birth {int} NOT NULL, n_na {int} NOT NULL, n_waived {int} NOT NULL
) {strict};
CREATE INDEX duty_total_change_scope_idx ON duty_total_change (scope_id);
INSERT INTO duty_total (scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT scope_id, SUM(n_unseen), SUM(n_ack), SUM(n_doing), SUM(n_ok), SUM(n_due), SUM(n_late), SUM(n_birth), SUM(n_na), SUM(n_waived)
  FROM duty_count GROUP BY scope_id;
INSERT INTO duty_total (scope_id, n_unseen, n_ack, n_doing, n_ok, n_due, n_late, n_birth, n_na, n_waived)
SELECT obligation_id, SUM(CASE WHEN state = 0 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 2 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 3 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 4 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 5 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 6 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 7 THEN 1 ELSE 0 END), SUM(CASE WHEN state = 8 THEN 1 ELSE 0 END)
  FROM assignment WHERE state >= 0 GROUP BY obligation_id;
