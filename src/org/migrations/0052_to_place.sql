-- What a split gave to its first part only because nobody said where it goes. It stands there until somebody places it.
CREATE TABLE unit_to_place (
    id {id},
    event_id {int} NOT NULL REFERENCES unit_event (id),
    object_kind {text} NOT NULL,      -- person, system, site, child; finding and assignment by the layers above
    object_id {int} NOT NULL,
    title {text},                     -- of what the layers above keep; the rest has its name of today
    unit_id {int} NOT NULL REFERENCES unit (id),   -- where it stands meanwhile
    placed_unit_id {int},             -- where it was placed; may be the same unit
    placed_day {int},
    placed_ms {int},
    placed_by {int}
) {strict};
CREATE INDEX unit_to_place_unit_idx ON unit_to_place (unit_id, placed_ms);
CREATE INDEX unit_to_place_event_idx ON unit_to_place (event_id);
