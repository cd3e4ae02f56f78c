-- Who held a thing before: a site, a system, a finding that an event gave to another unit on a day. The thing itself names who holds it
-- now; who held it on a past day is the giver of the first handover after that day. A device stands where its site stands.
CREATE TABLE unit_handover (
    id {id},
    event_id {int} NOT NULL REFERENCES unit_event (id),
    object_kind {text} NOT NULL,      -- site, system, finding
    object_id {int} NOT NULL,
    role {text} NOT NULL,             -- of the unit: '' the unit, operator, owner
    from_unit_id {int} NOT NULL REFERENCES unit (id),
    to_unit_id {int} NOT NULL REFERENCES unit (id),
    on_day {int} NOT NULL
) {strict};
CREATE INDEX unit_handover_object_idx ON unit_handover (object_kind, object_id, on_day);
CREATE INDEX unit_handover_from_idx ON unit_handover (from_unit_id, object_kind);
