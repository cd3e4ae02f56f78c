-- What stands in each scope, wherever it stands: the sum of its counters, so that a list of directives need not add up ten thousand units
-- for each of them. Who counts only adds a line of changes, and waits for nobody; the worker folds the lines in.
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
