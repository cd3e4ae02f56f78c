-- Tables only the tests of the store have; org brings the real unit_closure and person_grant.
CREATE TABLE sample (
    id {id},
    name {text} NOT NULL,
    amount {int},
    weight {real},
    bytes {blob},
    note {text},
    parent_id {int} REFERENCES sample (id)
) {strict};
CREATE UNIQUE INDEX sample_name_idx ON sample (name);
-- sqlite:
CREATE TRIGGER sample_no_negative BEFORE INSERT ON sample WHEN new.amount < -1000000 BEGIN SELECT RAISE(ABORT, 'too negative'); END;
-- both:
CREATE TABLE unit_closure (
    ancestor_id {int} NOT NULL,
    edge_kind {text} NOT NULL,
    descendant_id {int} NOT NULL,
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    PRIMARY KEY (ancestor_id, edge_kind, descendant_id, from_day)
) {strict_no_rowid};
CREATE TABLE person_grant (
    id {id},
    person_id {int} NOT NULL,
    unit_id {int} NOT NULL,
    edge_kind {text} NOT NULL,
    rights {int} NOT NULL,
    from_day {int} NOT NULL,
    to_day {int} NOT NULL
) {strict};
