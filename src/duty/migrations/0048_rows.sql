-- Lists and sums behind a number: the assignments of an obligation by state. States change often, so they stand in as few indexes as
-- may be: a directive's assignments are looked up by unit.
CREATE INDEX assignment_obligation_state_idx ON assignment (obligation_id, state, unit_id);
DROP INDEX assignment_directive_idx;
CREATE INDEX assignment_directive_idx ON assignment (directive_id, unit_id);
