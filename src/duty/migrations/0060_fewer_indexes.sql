-- One index for what two did: an obligation at a unit, and all of an obligation by unit and state without the assignments themselves. What a
-- family has is found by its directives or its units. Each assignment issued is two entries less to write.
CREATE INDEX assignment_obligation_unit_idx ON assignment (obligation_id, unit_id, state);
DROP INDEX assignment_obligation_idx;
DROP INDEX assignment_obligation_state_idx;
DROP INDEX assignment_family_idx;
