-- name: series_units
-- Every unit of a day with what decides whether it owes a report.
-- result: many
-- scope: system
-- args: on_day int
-- columns: unit_id int, kind text, sector text?, parent_id int?
SELECT f.unit_id, f.kind, f.sector, e.parent_id
  FROM unit_fact f LEFT JOIN unit_edge e ON e.child_id = f.unit_id AND e.edge_kind = 'administrative' AND e.from_day <= :on_day AND e.to_day > :on_day
 WHERE f.from_day <= :on_day AND f.to_day > :on_day ORDER BY f.unit_id;

-- name: series_functions
-- Functions held on a day, for which area; owning and operating a system are functions too (area: the unit itself).
-- result: many
-- scope: system
-- args: on_day int
-- columns: unit_id int, function text, area_unit_id int
SELECT unit_id, function, area_unit_id FROM unit_function WHERE from_day <= :on_day AND to_day > :on_day
UNION
SELECT owner_id, 'system_owner', owner_id FROM info_system WHERE from_day <= :on_day AND to_day > :on_day
UNION
SELECT operator_id, 'system_operator', operator_id FROM info_system WHERE from_day <= :on_day AND to_day > :on_day
 ORDER BY 1, 2, 3;

-- name: series_network
-- Members of the response network and everything under them.
-- result: many
-- scope: system
-- args: on_day int
-- columns: unit_id int
SELECT DISTINCT c.descendant_id AS unit_id FROM unit_member m JOIN unit_closure c ON c.ancestor_id = m.unit_id AND c.edge_kind = 'administrative' AND c.from_day <= :on_day AND c.to_day > :on_day
 WHERE m.membership = 'response_network' AND m.from_day <= :on_day AND m.to_day > :on_day ORDER BY 1;

-- name: series_owners
-- Whose systems a unit operates, when they are another's.
-- result: many
-- scope: system
-- args: on_day int
-- columns: unit_id int, owner_id int
SELECT operator_id AS unit_id, MIN(owner_id) AS owner_id FROM info_system WHERE from_day <= :on_day AND to_day > :on_day AND owner_id <> operator_id GROUP BY operator_id ORDER BY operator_id;

-- name: series_below
-- result: many
-- scope: system
-- args: root_id int, edge_kind text, on_day int
-- columns: unit_id int
SELECT descendant_id AS unit_id FROM unit_closure WHERE ancestor_id = :root_id AND edge_kind = :edge_kind AND depth > 0 AND from_day <= :on_day AND to_day > :on_day ORDER BY 1;

-- name: report_insert_many
-- rows is a JSON array of [id, unit_id, to_unit_id or null]; what is open already stays as it is.
-- result: changes
-- scope: system
-- args: rows text, series text, directive_id int?, period_from_day int, period_to_day int, due_day int?, opened_ms int, order_id int?, opened_by int?
-- outbox: opened_ms
-- sqlite:
INSERT INTO report (id, series, unit_id, to_unit_id, directive_id, period_from_day, period_to_day, due_day, state, fields_json, opened_ms, order_id, opened_by)
SELECT json_extract(j.value, '$[0]'), :series, json_extract(j.value, '$[1]'), json_extract(j.value, '$[2]'), :directive_id, :period_from_day, :period_to_day, :due_day, 'open', '{}', :opened_ms, :order_id, :opened_by
  FROM json_each(:rows) j WHERE 1 = 1 ON CONFLICT DO NOTHING;
-- postgres:
INSERT INTO report (id, series, unit_id, to_unit_id, directive_id, period_from_day, period_to_day, due_day, state, fields_json, opened_ms, order_id, opened_by)
SELECT CAST(j.value ->> 0 AS BIGINT), :series, CAST(j.value ->> 1 AS BIGINT), CAST(j.value ->> 2 AS BIGINT), :directive_id, :period_from_day, :period_to_day, :due_day, 'open', '{}', :opened_ms, :order_id, :opened_by
  FROM json_array_elements(CAST(:rows AS json)) j ON CONFLICT DO NOTHING;

-- name: report_order_insert
-- result: none
-- scope: system
-- args: id int, series text, issuer_id int, edge_kind text, directive_id int?, period_from_day int, period_to_day int, due_day int, note text, by_person int?, at_ms int
INSERT INTO report_order (id, series, issuer_id, edge_kind, directive_id, period_from_day, period_to_day, due_day, note, by_person, at_ms)
VALUES (:id, :series, :issuer_id, :edge_kind, :directive_id, :period_from_day, :period_to_day, :due_day, :note, :by_person, :at_ms);

-- name: report_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, series text, unit_id int, to_unit_id int?, directive_id int?, period_from_day int, period_to_day int, due_day int?, state text, freeze_id int?, fields_json text, version int, is_latest int, order_id int?
SELECT id, series, unit_id, to_unit_id, directive_id, period_from_day, period_to_day, due_day, state, freeze_id, fields_json, version, is_latest, order_id FROM report WHERE id = :id;

-- name: report_of_directive
-- result: one
-- scope: system
-- args: unit_id int, directive_id int
-- columns: id int
SELECT id FROM report WHERE series = 'directive' AND unit_id = :unit_id AND directive_id = :directive_id AND is_latest = 1;

-- name: report_directive_duties
-- What a unit owes under a directive and the last day of it.
-- result: one
-- scope: system
-- args: unit_id int, directive_id int
-- columns: n int, last_day int?
SELECT COUNT(*) AS n, MAX(due_day) AS last_day FROM assignment WHERE unit_id = :unit_id AND (directive_id = :directive_id OR family_id = :directive_id);

-- name: report_set_fields
-- result: changes
-- scope: system
-- args: id int, fields_json text
UPDATE report SET fields_json = :fields_json WHERE id = :id AND state = 'open';

-- name: report_set_frozen
-- result: changes
-- scope: system
-- args: id int, freeze_id int, fields_json text, frozen_ms int
UPDATE report SET state = 'frozen', freeze_id = :freeze_id, fields_json = :fields_json, frozen_ms = :frozen_ms WHERE id = :id AND state = 'open';

-- name: report_set_thawed
-- result: changes
-- scope: system
-- args: id int, fields_json text
UPDATE report SET state = 'open', freeze_id = NULL, frozen_ms = NULL, fields_json = :fields_json WHERE id = :id AND state = 'frozen';

-- name: report_set_sent
-- result: changes
-- scope: system
-- args: id int, sent_ms int, sent_by int?, file_sha256 blob?
UPDATE report SET state = 'sent', sent_ms = :sent_ms, sent_by = :sent_by, file_sha256 = :file_sha256 WHERE id = :id AND state = 'frozen';

-- name: report_set_replaced
-- result: changes
-- scope: system
-- args: id int
UPDATE report SET is_latest = 0 WHERE id = :id AND state = 'sent' AND is_latest = 1;

-- name: report_insert_version
-- result: none
-- scope: system
-- args: id int, replaces_id int, fields_json text, correction text, opened_ms int, opened_by int?
INSERT INTO report (id, series, unit_id, to_unit_id, directive_id, period_from_day, period_to_day, due_day, state, fields_json, opened_ms, order_id, version, replaces_id, correction, opened_by)
SELECT :id, series, unit_id, to_unit_id, directive_id, period_from_day, period_to_day, due_day, 'open', :fields_json, :opened_ms, order_id, version + 1, id, :correction, :opened_by
  FROM report WHERE id = :replaces_id;

-- name: report_versions
-- Every version of the same report, newest first.
-- result: many
-- scope: org
-- args: id int
-- columns: id int, version int, state text, correction text?, opened_ms int, sent_ms int?, sent_by_name text?, freeze_id int?, file_sha256 blob?
SELECT v.id, v.version, v.state, v.correction, v.opened_ms, v.sent_ms, p.name AS sent_by_name, v.freeze_id, v.file_sha256
  FROM report r JOIN report v ON v.series = r.series AND v.unit_id = r.unit_id AND v.period_from_day = r.period_from_day AND v.period_to_day = r.period_to_day AND COALESCE(v.directive_id, 0) = COALESCE(r.directive_id, 0)
  LEFT JOIN person p ON p.id = v.sent_by
 WHERE r.id = :id AND {scope r.unit_id} ORDER BY v.version DESC;

-- name: report_compile
-- Reports of one series to one unit: of each the newest version that was sent, else the newest; when the first was sent; whom to call.
-- result: many
-- scope: org
-- args: to_unit_id int, series text, directive_id int?, period_to_day int, on_day int
-- columns: id int, unit_id int, unit_name text, state text, due_day int?, sent_ms int?, first_sent_ms int?, version int, fields_json text, focal_name text?, focal_phone text?
SELECT r.id, r.unit_id, f.name AS unit_name, r.state, r.due_day, r.sent_ms,
       (SELECT MIN(x.sent_ms) FROM report x WHERE x.series = r.series AND x.unit_id = r.unit_id AND x.period_from_day = r.period_from_day AND x.period_to_day = r.period_to_day AND COALESCE(x.directive_id, 0) = COALESCE(r.directive_id, 0)) AS first_sent_ms,
       r.version, r.fields_json,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = r.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = r.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM report r JOIN unit_fact f ON f.unit_id = r.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE r.to_unit_id = :to_unit_id AND r.series = :series AND {scope :to_unit_id}
   AND ((CAST(:directive_id AS BIGINT) IS NULL AND r.period_to_day = :period_to_day) OR r.directive_id = :directive_id)
   AND NOT EXISTS (SELECT 1 FROM report x WHERE x.series = r.series AND x.unit_id = r.unit_id AND x.period_from_day = r.period_from_day AND x.period_to_day = r.period_to_day
                      AND COALESCE(x.directive_id, 0) = COALESCE(r.directive_id, 0) AND x.id <> r.id
                      AND ((x.state = 'sent' AND (r.state <> 'sent' OR x.version > r.version)) OR (x.state <> 'sent' AND r.state <> 'sent' AND x.version > r.version)))
 ORDER BY f.sort_key, r.unit_id;

-- name: report_systems
-- Systems operated at and below a unit, by level; level NULL: none yet.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int
-- columns: level int?, n int, important int, personal_data int, cameras int
SELECT x.level, COUNT(*) AS n, SUM(x.is_important) AS important, SUM(x.has_personal_data) AS personal_data, SUM(x.uses_camera) AS cameras
  FROM (SELECT s.id, s.is_important, s.has_personal_data, s.uses_camera,
               (SELECT MAX(l.level) FROM system_level l WHERE l.system_id = s.id AND l.state = 'approved' AND l.from_day <= :on_day AND l.to_day > :on_day) AS level
          FROM unit_closure c JOIN info_system s ON s.operator_id = c.descendant_id AND s.from_day <= :on_day AND s.to_day > :on_day
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}) x
 GROUP BY x.level ORDER BY x.level;

-- name: report_coverage
-- The newest accepted count of devices of each unit and subject at and below a unit.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int
-- columns: unit_id int, done_day int, fields_json text
SELECT e.unit_id, e.done_day, e.fields_json
  FROM unit_closure c JOIN evidence e ON e.unit_id = c.descendant_id AND e.kind = 'coverage' AND e.state = 'accepted'
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND NOT EXISTS (SELECT 1 FROM evidence n WHERE n.subject_kind = e.subject_kind AND n.subject_id = e.subject_id AND n.kind = 'coverage' AND n.state = 'accepted' AND n.unit_id = e.unit_id
                      AND (n.done_day > e.done_day OR (n.done_day = e.done_day AND n.id > e.id)))
 ORDER BY e.unit_id, e.id;
