-- An organisation has an id that never changes; everything else about it is a fact with [from_day, to_day).
CREATE TABLE unit_event (             -- merge, split, rename, reparent, dissolve, found, transfer_function
    id {id},
    kind {text} NOT NULL,
    on_day {int} NOT NULL,
    basis {text} NOT NULL,            -- the decision it stands on
    note {text},
    by_person {int},
    at_ms {int} NOT NULL
) {strict};
CREATE TABLE unit (
    id {id},
    created_ms {int} NOT NULL,
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE TABLE unit_fact (
    id {id},
    unit_id {int} NOT NULL REFERENCES unit (id),
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    kind {text} NOT NULL,             -- knowledge/org_kinds.yaml
    name {text} NOT NULL,
    code {text},
    symbol {text},                    -- in letter numbers: SGDĐT
    address {text},
    domain {text},
    phone {text},
    email {text},
    sector {text},                    -- Decision 632
    search_key {text} NOT NULL,
    sort_key {text} NOT NULL,
    event_id {int},
    known_ms {int} NOT NULL
) {strict};
CREATE INDEX unit_fact_unit_idx ON unit_fact (unit_id, from_day);
CREATE INDEX unit_fact_code_idx ON unit_fact (code);
CREATE INDEX unit_fact_kind_idx ON unit_fact (kind);
CREATE TABLE unit_edge (
    id {id},
    parent_id {int} NOT NULL REFERENCES unit (id),
    child_id {int} NOT NULL REFERENCES unit (id),
    edge_kind {text} NOT NULL,        -- administrative, professional, incident
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    event_id {int},
    known_ms {int} NOT NULL
) {strict};
CREATE INDEX unit_edge_child_idx ON unit_edge (child_id, edge_kind, from_day);
CREATE INDEX unit_edge_parent_idx ON unit_edge (parent_id, edge_kind, from_day);
-- All ancestors of a unit within one edge kind, itself included (depth 0), with the days on which the path stands.
CREATE TABLE unit_closure (
    ancestor_id {int} NOT NULL,
    edge_kind {text} NOT NULL,
    descendant_id {int} NOT NULL,
    depth {int} NOT NULL,
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    PRIMARY KEY (ancestor_id, edge_kind, descendant_id, from_day)
) {strict_no_rowid};
CREATE INDEX unit_closure_up_idx ON unit_closure (descendant_id, edge_kind, ancestor_id);
-- A duty belongs to a function, not to a name: "dedicated body of the province" is a dated assignment.
CREATE TABLE unit_function (
    id {id},
    unit_id {int} NOT NULL REFERENCES unit (id),
    area_unit_id {int} NOT NULL REFERENCES unit (id),
    function {text} NOT NULL,
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    basis {text} NOT NULL,
    event_id {int}
) {strict};
CREATE INDEX unit_function_idx ON unit_function (area_unit_id, function, from_day);
CREATE INDEX unit_function_unit_idx ON unit_function (unit_id);
CREATE TABLE unit_member (            -- national response network, steering bodies ...
    id {id},
    unit_id {int} NOT NULL REFERENCES unit (id),
    membership {text} NOT NULL,
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    basis {text} NOT NULL
) {strict};
CREATE INDEX unit_member_idx ON unit_member (membership, unit_id);
CREATE TABLE unit_succession (
    id {id},
    event_id {int} NOT NULL REFERENCES unit_event (id),
    from_unit_id {int} NOT NULL REFERENCES unit (id),
    to_unit_id {int} NOT NULL REFERENCES unit (id)
) {strict};
CREATE INDEX unit_succession_from_idx ON unit_succession (from_unit_id);
-- An address has meaning only with its site: every school is 192.168.1.0/24.
CREATE TABLE site (
    id {id},
    unit_id {int} NOT NULL REFERENCES unit (id),
    name {text} NOT NULL,
    address {text},
    from_day {int} NOT NULL,
    to_day {int} NOT NULL
) {strict};
CREATE INDEX site_unit_idx ON site (unit_id);
