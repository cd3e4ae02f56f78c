-- Ancestors whose trees were changed by a move or an end of a unit, from a day on: sums over a tree that were kept for that day or a
-- later one count it anew (duty/ledger) and take the row away.
CREATE TABLE unit_tree_change (
    edge_kind {text} NOT NULL,
    ancestor_id {int} NOT NULL,
    from_day {int} NOT NULL,
    PRIMARY KEY (edge_kind, ancestor_id, from_day)
) {strict_no_rowid};
