-- What a unit has been accepted for, by kind: when its focal point was last confirmed, its last coverage. Without it each unit of a list
-- walked all evidence that was ever accepted.
CREATE INDEX evidence_accepted_idx ON evidence (unit_id, kind, done_day) WHERE state = 'accepted';
