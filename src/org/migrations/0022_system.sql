CREATE TABLE info_system (
    id {id},
    owner_id {int} NOT NULL,          -- unit: chủ quản
    operator_id {int} NOT NULL,       -- unit: đơn vị vận hành; answers for scan, hunt, drill
    name {text} NOT NULL,
    code {text},
    description {text},
    search_key {text} NOT NULL,
    sort_key {text} NOT NULL,
    is_important {int} NOT NULL DEFAULT 0,        -- the three classes of HOL-0
    has_personal_data {int} NOT NULL DEFAULT 0,
    is_national_platform {int} NOT NULL DEFAULT 0,
    uses_camera {int} NOT NULL DEFAULT 0,
    sector {text},
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX info_system_operator_idx ON info_system (operator_id);
CREATE INDEX info_system_owner_idx ON info_system (owner_id);
CREATE INDEX info_system_sample_idx ON info_system (is_sample) WHERE is_sample = 1;
CREATE TABLE system_level (           -- dated: the level moves with re-levelling
    id {id},
    system_id {int} NOT NULL REFERENCES info_system (id),
    level {int} NOT NULL,             -- 1..5
    state {text} NOT NULL,            -- proposed, appraised, approved
    decision {text},
    from_day {int} NOT NULL,
    to_day {int} NOT NULL
) {strict};
CREATE INDEX system_level_idx ON system_level (system_id, from_day);
CREATE TABLE system_database (
    id {id},
    system_id {int} NOT NULL REFERENCES info_system (id),
    name {text} NOT NULL,
    engine {text},
    has_personal_data {int} NOT NULL DEFAULT 0,
    from_day {int} NOT NULL,
    to_day {int} NOT NULL
) {strict};
CREATE INDEX system_database_idx ON system_database (system_id);
CREATE TABLE system_range (
    id {id},
    system_id {int} NOT NULL REFERENCES info_system (id),
    site_id {int},                    -- an address has meaning only with its site; NULL: public address
    cidr {text} NOT NULL
) {strict};
CREATE INDEX system_range_idx ON system_range (system_id);
CREATE TABLE system_domain (
    id {id},
    system_id {int} NOT NULL REFERENCES info_system (id),
    domain {text} NOT NULL
) {strict};
CREATE INDEX system_domain_idx ON system_domain (system_id);
CREATE INDEX system_domain_name_idx ON system_domain (domain);
