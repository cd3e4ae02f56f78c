-- name: unit_function_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, area_unit_id int, function text, from_day int, basis text, event_id int?
INSERT INTO unit_function (id, unit_id, area_unit_id, function, from_day, to_day, basis, event_id) VALUES (:id, :unit_id, :area_unit_id, :function, :from_day, 2147483647, :basis, :event_id);

-- name: unit_member_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, membership text, from_day int, basis text
INSERT INTO unit_member (id, unit_id, membership, from_day, to_day, basis) VALUES (:id, :unit_id, :membership, :from_day, 2147483647, :basis);

-- name: sample_unit_ids
-- result: many
-- scope: system
-- columns: id int
SELECT id FROM unit WHERE is_sample = 1 ORDER BY id;

-- name: sample_person_ids
-- result: many
-- scope: system
-- columns: id int
SELECT id FROM person WHERE is_sample = 1 ORDER BY id;

-- name: sample_system_ids
-- result: many
-- scope: system
-- columns: id int
SELECT id FROM info_system WHERE is_sample = 1 ORDER BY id;

-- name: sample_holder
-- Who holds a role in the unit with this code.
-- result: one
-- scope: system
-- args: code text, role text, on_day int
-- columns: person_id int, unit_id int
SELECT g.person_id, g.unit_id FROM unit_fact f JOIN unit u ON u.id = f.unit_id AND u.is_sample = 1 JOIN person_grant g ON g.unit_id = f.unit_id AND g.role = :role AND g.pair_id IS NULL
 WHERE f.code = :code AND f.from_day <= :on_day AND f.to_day > :on_day AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1;

-- name: sample_stuck
-- What is not sample but stands on it: units below, systems operated or owned.
-- result: one
-- scope: system
-- columns: units int, systems int
SELECT (SELECT COUNT(*) FROM unit_edge e JOIN unit p ON p.id = e.parent_id AND p.is_sample = 1 JOIN unit c ON c.id = e.child_id AND c.is_sample = 0) AS units,
       (SELECT COUNT(*) FROM info_system s JOIN unit u ON (u.id = s.operator_id OR u.id = s.owner_id) AND u.is_sample = 1 WHERE s.is_sample = 0) AS systems;

-- name: sample_drop_system_past
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM system_past WHERE system_id IN (SELECT id FROM info_system WHERE is_sample = 1);

-- name: sample_drop_levels
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM system_level WHERE system_id IN (SELECT id FROM info_system WHERE is_sample = 1);

-- name: sample_drop_databases
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM system_database WHERE system_id IN (SELECT id FROM info_system WHERE is_sample = 1);

-- name: sample_drop_ranges
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM system_range WHERE system_id IN (SELECT id FROM info_system WHERE is_sample = 1);

-- name: sample_drop_domains
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM system_domain WHERE system_id IN (SELECT id FROM info_system WHERE is_sample = 1);

-- name: sample_drop_systems
-- result: changes
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM info_system WHERE is_sample = 1;

-- name: sample_drop_sites
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM site WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_grants
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM person_grant WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_person_grants
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM person_grant WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);

-- name: sample_drop_members
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM person_unit WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_person_units
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM person_unit WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);

-- name: sample_drop_credentials
-- result: none
-- scope: system
DELETE FROM credential WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);

-- name: sample_drop_codes
-- result: none
-- scope: system
DELETE FROM recovery_code WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);

-- name: sample_drop_sessions
-- result: none
-- scope: system
DELETE FROM session WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);

-- name: sample_drop_invitations
-- result: none
-- scope: system
DELETE FROM invitation WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);

-- name: sample_drop_tokens
-- result: none
-- scope: system
DELETE FROM api_token WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);

-- name: sample_drop_notices
-- result: none
-- scope: system
DELETE FROM notice WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);

-- name: sample_drop_people
-- result: changes
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM person WHERE is_sample = 1;

-- name: sample_drop_functions
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM unit_function WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1) OR area_unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_memberships
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM unit_member WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_successions
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM unit_succession WHERE from_unit_id IN (SELECT id FROM unit WHERE is_sample = 1) OR to_unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_paths_down
-- result: none
-- scope: system
DELETE FROM unit_closure WHERE descendant_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_edges
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM unit_edge WHERE child_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_facts
-- result: none
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM unit_fact WHERE unit_id IN (SELECT id FROM unit WHERE is_sample = 1);

-- name: sample_drop_units
-- result: changes
-- scope: system
-- outbox: stays sample data belongs to one node
DELETE FROM unit WHERE is_sample = 1;
