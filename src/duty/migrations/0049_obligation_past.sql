-- What stood below a unit when a day ended, for each obligation: a row only for a day on which something changed, as in duty_past_below.
CREATE TABLE duty_past_obligation (
    edge_kind {text} NOT NULL,
    unit_id {int} NOT NULL,
    obligation_id {int} NOT NULL,
    day {int} NOT NULL,
    n_unseen {int} NOT NULL, n_ack {int} NOT NULL, n_doing {int} NOT NULL, n_ok {int} NOT NULL, n_due {int} NOT NULL,
    n_late {int} NOT NULL, n_birth {int} NOT NULL, n_na {int} NOT NULL, n_waived {int} NOT NULL,
    PRIMARY KEY (edge_kind, unit_id, obligation_id, day)
) {strict_no_rowid};
-- What is known of the past is counted when the next day ends; till then it is counted when asked for.
INSERT INTO unit_tree_change (edge_kind, ancestor_id, from_day) SELECT DISTINCT edge_kind, ancestor_id, -2147483647 FROM unit_closure WHERE depth > 0
ON CONFLICT (edge_kind, ancestor_id, from_day) DO NOTHING;
