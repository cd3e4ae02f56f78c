-- What is known of a case for its reports. audience 3: the team and the affected unit.

-- name: case_unit_facts
-- The unit it happened to, the unit above it, and its focal officer, of several the first ever entered.
-- result: one
-- scope: case
-- args: case_id int, unit_id int, on_day int
-- columns: name text, kind text, symbol text?, address text?, parent_name text?, focal_name text?, focal_title text?, focal_phone text?, focal_email text?
SELECT f.name, f.kind, f.symbol, f.address,
       (SELECT pf.name FROM unit_edge e JOIN unit_fact pf ON pf.unit_id = e.parent_id AND pf.from_day <= :on_day AND pf.to_day > :on_day
         WHERE e.child_id = f.unit_id AND e.edge_kind = 'administrative' AND e.from_day <= :on_day AND e.to_day > :on_day ORDER BY e.id LIMIT 1) AS parent_name,
       p.name AS focal_name, p.title AS focal_title, p.phone AS focal_phone, p.email AS focal_email
  FROM unit_fact f
  LEFT JOIN person p ON p.id = (SELECT MIN(g.person_id) FROM person_grant g JOIN person q ON q.id = g.person_id AND q.is_active = 1
         WHERE g.unit_id = f.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day)
 WHERE f.unit_id = :unit_id AND f.from_day <= :on_day AND f.to_day > :on_day AND {scope :case_id, 3};

-- name: case_system_facts
-- result: one
-- scope: case
-- args: case_id int, system_id int, on_day int
-- columns: name text, description text?, owner_name text, operator_name text, level int?, decision text?
SELECT s.name, s.description,
       COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = s.owner_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS owner_name,
       COALESCE((SELECT f.name FROM unit_fact f WHERE f.unit_id = s.operator_id AND f.from_day <= :on_day ORDER BY f.from_day DESC, f.id DESC LIMIT 1), '') AS operator_name,
       l.level, l.decision
  FROM info_system s LEFT JOIN system_level l ON l.id = (SELECT x.id FROM system_level x WHERE x.system_id = s.id AND x.from_day <= :on_day AND x.to_day > :on_day ORDER BY x.from_day DESC, x.id DESC LIMIT 1)
 WHERE s.id = :system_id AND {scope :case_id, 3};

-- name: case_addresses
-- result: many
-- scope: case
-- args: case_id int, system_id int
-- columns: value text
SELECT r.cidr AS value FROM system_range r WHERE r.system_id = :system_id AND {scope :case_id, 3}
UNION
SELECT d.domain AS value FROM system_domain d WHERE d.system_id = :system_id AND {scope :case_id, 3} ORDER BY value;

-- name: case_done
-- Measures that were written down, oldest first; of a corrected one its correction.
-- result: many
-- scope: case
-- args: case_id int
-- columns: at_ms int, text text
SELECT e.at_ms, e.text FROM incident_entry e
 WHERE e.case_id = :case_id AND e.kind = 'measure' AND NOT EXISTS (SELECT 1 FROM incident_entry c WHERE c.case_id = e.case_id AND c.corrects_id = e.id) AND {scope :case_id, e.audience_bits}
 ORDER BY e.at_ms, e.id LIMIT 500;
