-- name: site_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, name text, address text?, from_day int
INSERT INTO site (id, unit_id, name, address, from_day, to_day) VALUES (:id, :unit_id, :name, :address, :from_day, 2147483647);

-- name: site_change
-- result: changes
-- scope: system
-- args: id int, name text, address text?
UPDATE site SET name = :name, address = :address WHERE id = :id AND to_day = 2147483647;

-- name: site_close
-- result: changes
-- scope: system
-- args: id int, day int
UPDATE site SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE id = :id AND to_day > :day;

-- name: site_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, unit_id int, name text, address text?, from_day int, to_day int
SELECT id, unit_id, name, address, from_day, to_day FROM site WHERE id = :id;

-- name: site_by_name
-- result: one
-- scope: system
-- args: unit_id int, name text, on_day int
-- columns: id int
SELECT MIN(id) AS id FROM site WHERE unit_id = :unit_id AND name = :name AND to_day > :on_day HAVING COUNT(*) > 0;

-- name: site_of_unit
-- Sites of a unit on a day.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: id int, name text, address text?, from_day int, to_day int
SELECT id, name, address, from_day, to_day FROM site WHERE unit_id = :unit_id AND from_day <= :on_day AND to_day > :on_day AND {scope :unit_id} ORDER BY from_day, id;

-- name: system_insert
-- result: none
-- scope: system
-- args: id int, owner_id int, operator_id int, name text, code text?, description text?, search_key text, sort_key text, is_important int, has_personal_data int, is_national_platform int, uses_camera int, sector text?, from_day int, is_sample int
INSERT INTO info_system (id, owner_id, operator_id, name, code, description, search_key, sort_key, is_important, has_personal_data, is_national_platform, uses_camera, sector, from_day, to_day, is_sample)
VALUES (:id, :owner_id, :operator_id, :name, :code, :description, :search_key, :sort_key, :is_important, :has_personal_data, :is_national_platform, :uses_camera, :sector, :from_day, 2147483647, :is_sample);

-- name: system_past_add
-- What stood in the register until this day, before it says something else; the first change of a day says what stood when the day before ended.
-- result: none
-- scope: system
-- args: id int, to_day int, owner_id int, operator_id int, name text, code text?, is_important int, has_personal_data int, is_national_platform int, uses_camera int
-- outbox: id
INSERT INTO system_past (system_id, to_day, owner_id, operator_id, name, code, is_important, has_personal_data, is_national_platform, uses_camera)
SELECT id, :to_day, owner_id, operator_id, name, code, is_important, has_personal_data, is_national_platform, uses_camera
  FROM info_system
 WHERE id = :id AND to_day = 2147483647
   AND (owner_id <> :owner_id OR operator_id <> :operator_id OR name <> :name OR COALESCE(code, '') <> COALESCE(CAST(:code AS TEXT), '') OR is_important <> :is_important
     OR has_personal_data <> :has_personal_data OR is_national_platform <> :is_national_platform OR uses_camera <> :uses_camera)
ON CONFLICT (system_id, to_day) DO NOTHING;

-- name: system_change
-- result: changes
-- scope: system
-- args: id int, owner_id int, operator_id int, name text, code text?, description text?, search_key text, sort_key text, is_important int, has_personal_data int, is_national_platform int, uses_camera int, sector text?
UPDATE info_system SET owner_id = :owner_id, operator_id = :operator_id, name = :name, code = :code, description = :description, search_key = :search_key, sort_key = :sort_key,
       is_important = :is_important, has_personal_data = :has_personal_data, is_national_platform = :is_national_platform, uses_camera = :uses_camera, sector = :sector
 WHERE id = :id AND to_day = 2147483647;

-- name: system_close
-- result: changes
-- scope: system
-- args: id int, day int
UPDATE info_system SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE id = :id AND to_day > :day;

-- name: system_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, owner_id int, operator_id int, name text, code text?, description text?, is_important int, has_personal_data int, is_national_platform int, uses_camera int, sector text?, from_day int, to_day int
SELECT id, owner_id, operator_id, name, code, description, is_important, has_personal_data, is_national_platform, uses_camera, sector, from_day, to_day FROM info_system WHERE id = :id;

-- name: system_code_holder
-- result: one
-- scope: system
-- args: code text, operator_id int, on_day int
-- columns: id int
SELECT MIN(id) AS id FROM info_system WHERE code = :code AND operator_id = :operator_id AND to_day > :on_day HAVING COUNT(*) > 0;

-- name: system_level_insert
-- result: none
-- scope: system
-- args: id int, system_id int, level int, state text, decision text?, from_day int
INSERT INTO system_level (id, system_id, level, state, decision, from_day, to_day) VALUES (:id, :system_id, :level, :state, :decision, :from_day, 2147483647);

-- name: system_level_last
-- result: one
-- scope: system
-- args: system_id int
-- columns: id int, level int, state text, from_day int, to_day int
SELECT id, level, state, from_day, to_day FROM system_level WHERE system_id = :system_id ORDER BY from_day DESC, id DESC LIMIT 1;

-- name: system_level_close
-- result: none
-- scope: system
-- args: id int, day int
UPDATE system_level SET to_day = :day WHERE id = :id;

-- name: system_level_delete
-- A level that begins on the very day it is replaced never held.
-- result: none
-- scope: system
-- args: id int
DELETE FROM system_level WHERE id = :id;

-- name: system_database_insert
-- result: none
-- scope: system
-- args: id int, system_id int, name text, engine text?, has_personal_data int, from_day int
INSERT INTO system_database (id, system_id, name, engine, has_personal_data, from_day, to_day) VALUES (:id, :system_id, :name, :engine, :has_personal_data, :from_day, 2147483647);

-- name: system_database_change
-- result: changes
-- scope: system
-- args: id int, system_id int, name text, engine text?, has_personal_data int
UPDATE system_database SET name = :name, engine = :engine, has_personal_data = :has_personal_data WHERE id = :id AND system_id = :system_id;

-- name: system_database_close
-- result: changes
-- scope: system
-- args: id int, system_id int, day int
UPDATE system_database SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE id = :id AND system_id = :system_id AND to_day > :day;

-- name: system_databases_close
-- result: none
-- scope: system
-- args: system_id int, day int
-- outbox: system_id
UPDATE system_database SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE system_id = :system_id AND to_day > :day;

-- name: system_range_insert
-- result: none
-- scope: system
-- args: id int, system_id int, site_id int?, cidr text
INSERT INTO system_range (id, system_id, site_id, cidr) VALUES (:id, :system_id, :site_id, :cidr);

-- name: system_range_delete
-- result: changes
-- scope: system
-- args: id int, system_id int
DELETE FROM system_range WHERE id = :id AND system_id = :system_id;

-- name: system_range_same
-- result: one
-- scope: system
-- args: system_id int, site_id int, cidr text
-- columns: n int
SELECT COUNT(*) AS n FROM system_range WHERE system_id = :system_id AND COALESCE(site_id, 0) = :site_id AND cidr = :cidr;

-- name: system_domain_insert
-- result: none
-- scope: system
-- args: id int, system_id int, domain text
INSERT INTO system_domain (id, system_id, domain) VALUES (:id, :system_id, :domain);

-- name: system_domain_delete
-- result: changes
-- scope: system
-- args: id int, system_id int
DELETE FROM system_domain WHERE id = :id AND system_id = :system_id;

-- name: system_domain_same
-- result: one
-- scope: system
-- args: system_id int, domain text
-- columns: n int
SELECT COUNT(*) AS n FROM system_domain WHERE system_id = :system_id AND domain = :domain;

-- name: system_page
-- One system with its level on a day, for whoever may read its owner or its operator.
-- result: one
-- scope: org
-- args: id int, on_day int
-- columns: id int, owner_id int, owner_name text?, operator_id int, operator_name text?, name text, code text?, description text?, is_important int, has_personal_data int, is_national_platform int, uses_camera int, sector text?, from_day int, to_day int, level int?, level_state text?, level_decision text?, level_from_day int?, is_sample int
SELECT s.id, s.owner_id, s.operator_id, s.name, s.code, s.description, s.is_important, s.has_personal_data, s.is_national_platform, s.uses_camera, s.sector, s.from_day, s.to_day, s.is_sample,
       fo.name AS owner_name, fp.name AS operator_name, l.level, l.state AS level_state, l.decision AS level_decision, l.from_day AS level_from_day
  FROM info_system s
  LEFT JOIN unit_fact fo ON fo.unit_id = s.owner_id AND fo.from_day <= :on_day AND fo.to_day > :on_day
  LEFT JOIN unit_fact fp ON fp.unit_id = s.operator_id AND fp.from_day <= :on_day AND fp.to_day > :on_day
  LEFT JOIN system_level l ON l.system_id = s.id AND l.from_day <= :on_day AND l.to_day > :on_day
 WHERE s.id = :id AND ({scope s.operator_id} OR {scope s.owner_id});

-- name: system_databases
-- result: many
-- scope: org
-- args: system_id int, on_day int
-- columns: id int, name text, engine text?, has_personal_data int, from_day int, to_day int
SELECT d.id, d.name, d.engine, d.has_personal_data, d.from_day, d.to_day FROM system_database d JOIN info_system s ON s.id = d.system_id
 WHERE d.system_id = :system_id AND d.from_day <= :on_day AND d.to_day > :on_day AND ({scope s.operator_id} OR {scope s.owner_id}) ORDER BY d.name, d.id;

-- name: system_ranges
-- result: many
-- scope: org
-- args: system_id int
-- columns: id int, site_id int?, site_name text?, cidr text
SELECT r.id, r.site_id, t.name AS site_name, r.cidr FROM system_range r JOIN info_system s ON s.id = r.system_id LEFT JOIN site t ON t.id = r.site_id
 WHERE r.system_id = :system_id AND ({scope s.operator_id} OR {scope s.owner_id}) ORDER BY r.id;

-- name: system_domains
-- result: many
-- scope: org
-- args: system_id int
-- columns: id int, domain text
SELECT d.id, d.domain FROM system_domain d JOIN info_system s ON s.id = d.system_id
 WHERE d.system_id = :system_id AND ({scope s.operator_id} OR {scope s.owner_id}) ORDER BY d.domain;

-- name: unit_systems
-- Systems one unit operates or owns on a day.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: id int, name text, code text?, owner_id int, operator_id int, is_important int, has_personal_data int, is_national_platform int, uses_camera int, sector text?, level int?, level_state text?
SELECT s.id, s.name, s.code, s.owner_id, s.operator_id, s.is_important, s.has_personal_data, s.is_national_platform, s.uses_camera, s.sector, l.level, l.state AS level_state
  FROM info_system s LEFT JOIN system_level l ON l.system_id = s.id AND l.from_day <= :on_day AND l.to_day > :on_day
 WHERE (s.operator_id = :unit_id OR s.owner_id = :unit_id) AND s.from_day <= :on_day AND s.to_day > :on_day AND {scope :unit_id} ORDER BY s.sort_key, s.id;

-- name: system_search
-- Systems operated at or below a root. level -1: any, 0: none yet. what: any, important, personal, national (the three classes), camera.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, search text, level int, what text, sector text?, on_day int, limit_count int, offset_count int
-- columns: id int, name text, code text?, operator_id int, operator_name text, owner_id int, is_important int, has_personal_data int, is_national_platform int, uses_camera int, sector text?, level int?, level_state text?
SELECT s.id, s.name, s.code, s.operator_id, f.name AS operator_name, s.owner_id, s.is_important, s.has_personal_data, s.is_national_platform, s.uses_camera, s.sector, l.level, l.state AS level_state
  FROM unit_closure c JOIN info_system s ON s.operator_id = c.descendant_id AND s.from_day <= :on_day AND s.to_day > :on_day
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN system_level l ON l.system_id = s.id AND l.from_day <= :on_day AND l.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND s.search_key LIKE :search AND (CAST(:level AS BIGINT) < 0 OR COALESCE(l.level, 0) = :level) AND (CAST(:sector AS TEXT) IS NULL OR s.sector = :sector)
   AND (CAST(:what AS TEXT) = 'any' OR (CAST(:what AS TEXT) = 'important' AND s.is_important = 1) OR (CAST(:what AS TEXT) = 'personal' AND s.has_personal_data = 1)
     OR (CAST(:what AS TEXT) = 'national' AND s.is_national_platform = 1) OR (CAST(:what AS TEXT) = 'camera' AND s.uses_camera = 1))
 ORDER BY s.sort_key, s.id LIMIT :limit_count OFFSET :offset_count;

-- name: system_counts
-- The same systems as system_search at any level, counted, and how many of them have no level yet.
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, search text, what text, on_day int
-- columns: n int, no_level int
SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN l.level IS NULL THEN 1 ELSE 0 END), 0) AS no_level
  FROM unit_closure c JOIN info_system s ON s.operator_id = c.descendant_id AND s.from_day <= :on_day AND s.to_day > :on_day
  LEFT JOIN system_level l ON l.system_id = s.id AND l.from_day <= :on_day AND l.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND s.search_key LIKE :search
   AND (CAST(:what AS TEXT) = 'any' OR (CAST(:what AS TEXT) = 'important' AND s.is_important = 1) OR (CAST(:what AS TEXT) = 'personal' AND s.has_personal_data = 1)
     OR (CAST(:what AS TEXT) = 'national' AND s.is_national_platform = 1) OR (CAST(:what AS TEXT) = 'camera' AND s.uses_camera = 1));

-- name: sector_units
-- Kinds and sectors of the units at or below a root, counted: what the sectors of Decision 632 are matched with.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int
-- columns: kind text, sector text?, units int
SELECT f.kind, f.sector, COUNT(*) AS units
  FROM unit_closure c JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
 GROUP BY f.kind, f.sector;

-- name: sector_systems
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int
-- columns: sector text, systems int
SELECT s.sector, COUNT(*) AS systems
  FROM unit_closure c JOIN info_system s ON s.operator_id = c.descendant_id AND s.from_day <= :on_day AND s.to_day > :on_day AND s.sector IS NOT NULL
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
 GROUP BY s.sector;
