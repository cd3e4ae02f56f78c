-- name: bench_unit
-- result: none
-- scope: system
-- args: id int, created_ms int
INSERT INTO unit (id, created_ms) VALUES (:id, :created_ms);

-- name: bench_unit_fact
-- result: none
-- scope: system
-- args: id int, unit_id int, name text, known_ms int
INSERT INTO unit_fact (id, unit_id, from_day, to_day, kind, name, search_key, sort_key, known_ms) VALUES (:id, :unit_id, 0, 2147483647, 'school_primary', :name, '', '', :known_ms);

-- name: bench_person
-- result: none
-- scope: system
-- args: id int, name text, created_ms int
INSERT INTO person (id, name, search_key, sort_key, created_ms) VALUES (:id, :name, '', '', :created_ms);

-- name: bench_grant
-- result: none
-- scope: system
-- args: id int, person_id int, unit_id int, rights int, granted_ms int
INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, granted_ms) VALUES (:id, :person_id, 'focal_officer', :unit_id, '', :rights, 0, 2147483647, :granted_ms);

-- name: bench_word
-- result: none
-- scope: system
-- args: word text, case_id int
INSERT INTO incident_word (word, case_id) VALUES (:word, :case_id);
