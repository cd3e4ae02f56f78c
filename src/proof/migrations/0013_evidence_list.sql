-- How much evidence of which unit stands in which state, without reading the evidence itself.
CREATE INDEX evidence_unit_state_idx ON evidence (unit_id, state, kind);
