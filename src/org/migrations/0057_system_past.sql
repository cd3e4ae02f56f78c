-- What stood in the register of systems before it was changed: a row holds at the end of every day before to_day, back to the row before it.
-- Events write their own handovers (unit_handover); levels and databases have days of their own.
CREATE TABLE system_past (
    system_id {int} NOT NULL,
    to_day {int} NOT NULL,            -- the first day at whose end something else stood there
    owner_id {int} NOT NULL,
    operator_id {int} NOT NULL,
    name {text} NOT NULL,
    code {text},
    is_important {int} NOT NULL,
    has_personal_data {int} NOT NULL,
    is_national_platform {int} NOT NULL,
    uses_camera {int} NOT NULL,
    PRIMARY KEY (system_id, to_day)
) {strict_no_rowid};
CREATE INDEX system_past_operator_idx ON system_past (operator_id);
-- From when on that is kept: only in a database that is older than this table.
CREATE TABLE system_dated (
    id {int} PRIMARY KEY,
    from_day {int} NOT NULL
) {strict};
INSERT INTO system_dated (id, from_day) SELECT 1, (SELECT (MAX(applied_ms) + 25200000) / 86400000 FROM schema_migration) WHERE EXISTS (SELECT 1 FROM info_system);
