-- An event entered by mistake is undone by a later one. What each event moved stands here, so that it can be moved back.
ALTER TABLE unit_event ADD COLUMN undoes_id {int};
CREATE TABLE unit_event_item (
    id {id},
    event_id {int} NOT NULL REFERENCES unit_event (id),
    object_kind {text} NOT NULL,      -- person, child, grant, function, member, assignment; sites, systems, findings: unit_handover
    object_id {int} NOT NULL,         -- of a grant, function or member: the row that ended
    new_id {int} NOT NULL,            -- and the one that began instead; 0: none
    edge_kind {text} NOT NULL,        -- of a child
    from_unit_id {int} NOT NULL,
    to_unit_id {int} NOT NULL,
    until_day {int} NOT NULL          -- of a grant: until when it would have held
) {strict};
CREATE INDEX unit_event_item_event_idx ON unit_event_item (event_id);
CREATE INDEX unit_event_undoes_idx ON unit_event (undoes_id);
