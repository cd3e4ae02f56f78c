-- Reading a subtree asks twice: the root by {scope}, and what is below it by a grant that goes down this kind of edge, so that a grant
-- on one unit alone never shows the units below it.

-- name: device_rows
-- Devices at and below a unit, unprotected and unknown first. search: folded LIKE pattern; exact: an identifier in its one form.
-- host_kinds: " server endpoint "; behind a CASE, since PostgreSQL takes a bare LIKE for rare and then joins in a slower order.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, kind text?, host_kinds text, counted text?, site_id int?, search text?, exact text?, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, site_id int, site_name text?, system_id int?, kind text, name text, os text?, antimalware text?, counted text, protection_ms int?, seen_ms int, from_day int
SELECT d.id, d.unit_id, f.name AS unit_name, d.site_id, s.name AS site_name, d.system_id, d.kind, d.name, d.os, d.antimalware, d.counted, d.protection_ms, d.seen_ms, d.from_day
  FROM unit_closure c JOIN device d ON d.unit_id = c.descendant_id
  JOIN unit_fact f ON f.unit_id = d.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN site s ON s.id = d.site_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id}
   AND (c.depth = 0 OR :actor_all = 1 OR EXISTS (SELECT 1 FROM person_grant g JOIN unit_closure gc ON gc.ancestor_id = g.unit_id AND gc.edge_kind = g.edge_kind
         WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.edge_kind = :edge_kind AND g.from_day <= :actor_day AND g.to_day > :actor_day
           AND gc.descendant_id = :root_id AND gc.from_day <= :actor_day AND gc.to_day > :actor_day))
   AND d.counted <> ''
   AND (CAST(:kind AS TEXT) IS NULL OR d.kind = :kind OR (CAST(:kind AS TEXT) = 'hosts' AND CASE WHEN CAST(:host_kinds AS TEXT) LIKE '% ' || d.kind || ' %' THEN 1 ELSE 0 END <> 0)) AND (CAST(:counted AS TEXT) IS NULL OR d.counted = :counted) AND (CAST(:site_id AS BIGINT) IS NULL OR d.site_id = :site_id)
   AND (CAST(:search AS TEXT) IS NULL OR d.search_key LIKE :search OR EXISTS (SELECT 1 FROM device_identity i WHERE i.device_id = d.id AND i.value = :exact))
 ORDER BY CASE d.counted WHEN 'unprotected' THEN 0 WHEN 'unknown' THEN 1 ELSE 2 END, f.sort_key, d.unit_id, d.sort_key, d.id LIMIT :limit_count OFFSET :offset_count;

-- name: device_rows_count
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, on_day int, kind text?, host_kinds text, counted text?, site_id int?, search text?, exact text?
-- columns: n int
SELECT COUNT(*) AS n
  FROM unit_closure c JOIN device d ON d.unit_id = c.descendant_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id}
   AND (c.depth = 0 OR :actor_all = 1 OR EXISTS (SELECT 1 FROM person_grant g JOIN unit_closure gc ON gc.ancestor_id = g.unit_id AND gc.edge_kind = g.edge_kind
         WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.edge_kind = :edge_kind AND g.from_day <= :actor_day AND g.to_day > :actor_day
           AND gc.descendant_id = :root_id AND gc.from_day <= :actor_day AND gc.to_day > :actor_day))
   AND d.counted <> ''
   AND (CAST(:kind AS TEXT) IS NULL OR d.kind = :kind OR (CAST(:kind AS TEXT) = 'hosts' AND CASE WHEN CAST(:host_kinds AS TEXT) LIKE '% ' || d.kind || ' %' THEN 1 ELSE 0 END <> 0)) AND (CAST(:counted AS TEXT) IS NULL OR d.counted = :counted) AND (CAST(:site_id AS BIGINT) IS NULL OR d.site_id = :site_id)
   AND (CAST(:search AS TEXT) IS NULL OR d.search_key LIKE :search OR EXISTS (SELECT 1 FROM device_identity i WHERE i.device_id = d.id AND i.value = :exact));

-- name: device_get
-- result: one
-- scope: org
-- args: id int, on_day int
-- columns: id int, unit_id int, unit_name text?, site_id int, site_name text?, system_id int?, system_name text?, kind text, name text, os text?, antimalware text?, protection text, protection_ms int?, counted text, counted_to_day int, source text, seen_ms int, from_day int, to_day int, merged_into int?, is_sample int
SELECT d.id, d.unit_id, f.name AS unit_name, d.site_id, s.name AS site_name, d.system_id, y.name AS system_name, d.kind, d.name, d.os, d.antimalware, d.protection, d.protection_ms, d.counted, d.counted_to_day,
       d.source, d.seen_ms, d.from_day, d.to_day, d.merged_into, d.is_sample
  FROM device d LEFT JOIN unit_fact f ON f.unit_id = d.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN site s ON s.id = d.site_id LEFT JOIN info_system y ON y.id = d.system_id
 WHERE d.id = :id AND {scope d.unit_id};

-- name: device_group_identities
-- Identities of a device and of everything merged into it.
-- result: many
-- scope: org
-- args: root_id int
-- columns: id int, device_id int, device_name text, kind text, value text, first_ms int, last_ms int
WITH RECURSIVE grp (id) AS (
    SELECT d.id FROM device d WHERE d.id = :root_id AND {scope d.unit_id}
    UNION ALL SELECT m.id FROM grp JOIN device m ON m.merged_into = grp.id)
SELECT i.id, i.device_id, d.name AS device_name, i.kind, i.value, i.first_ms, i.last_ms
  FROM grp JOIN device_identity i ON i.device_id = grp.id JOIN device d ON d.id = grp.id ORDER BY i.kind, i.value, i.id;

-- name: device_merges
-- Every merge this device took part in, newest first.
-- result: many
-- scope: org
-- args: device_id int
-- columns: id int, kept_id int, kept_name text, merged_id int, merged_name text, why text, by_name text?, at_ms int, undone_ms int?, undone_name text?
SELECT m.id, m.kept_id, k.name AS kept_name, m.merged_id, d.name AS merged_name, m.why, p.name AS by_name, m.at_ms, m.undone_ms, u.name AS undone_name
  FROM device_merge m JOIN device k ON k.id = m.kept_id JOIN device d ON d.id = m.merged_id
  LEFT JOIN person p ON p.id = m.by_person LEFT JOIN person u ON u.id = m.undone_by
 WHERE (m.kept_id = :device_id OR m.merged_id = :device_id) AND {scope k.unit_id} ORDER BY m.id DESC;

-- name: device_suggestions
-- Who may be the same machine as this one, while nobody decided.
-- result: many
-- scope: org
-- args: device_id int
-- columns: id int, other_id int, other_name text, why text, at_ms int
SELECT g.id, d.id AS other_id, d.name AS other_name, g.why, g.at_ms
  FROM device_suggestion g JOIN device d ON d.id = CASE WHEN g.one_id = :device_id THEN g.other_id ELSE g.one_id END
 WHERE (g.one_id = :device_id OR g.other_id = :device_id) AND g.state = 'open' AND {scope g.unit_id} ORDER BY g.id;

-- name: device_suggestions_of
-- The same for the devices of a page: a JSON array of their ids.
-- result: many
-- scope: org
-- args: devices text
-- columns: device_id int, other_id int, other_name text, why text
SELECT x.device_id, d.id AS other_id, d.name AS other_name, g.why
-- sqlite:
  FROM (SELECT CAST(value AS INTEGER) AS device_id FROM json_each(:devices)) x
-- postgres:
  FROM (SELECT CAST(value AS BIGINT) AS device_id FROM json_array_elements_text(CAST(:devices AS json)) AS j (value)) x
-- both:
  JOIN (SELECT g.id, g.unit_id, g.one_id AS device_id, g.other_id AS partner_id, g.why FROM device_suggestion g WHERE g.state = 'open'
        UNION ALL SELECT g.id, g.unit_id, g.other_id, g.one_id, g.why FROM device_suggestion g WHERE g.state = 'open') g ON g.device_id = x.device_id
  JOIN device d ON d.id = g.partner_id
 WHERE {scope g.unit_id} ORDER BY x.device_id, g.id;

-- name: device_suggestions_below
-- Pairs that nobody decided about, at and below a unit, by id.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, after_id int, limit_count int
-- columns: id int, unit_id int, unit_name text, one_id int, one_name text, other_id int, other_name text, why text, at_ms int
SELECT g.id, g.unit_id, f.name AS unit_name, a.id AS one_id, a.name AS one_name, b.id AS other_id, b.name AS other_name, g.why, g.at_ms
  FROM unit_closure c JOIN device_suggestion g ON g.unit_id = c.descendant_id AND g.state = 'open'
  JOIN unit_fact f ON f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  JOIN device a ON a.id = g.one_id JOIN device b ON b.id = g.other_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND g.id > :after_id ORDER BY g.id LIMIT :limit_count;

-- name: device_coverage_rows
-- Counters of a unit and everything below it; depth_max 0: the unit alone.
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, on_day int, kind text, depth_max int
-- columns: n_protected int, n_unprotected int, n_unknown int
SELECT CAST(COALESCE(SUM(k.n_protected), 0) AS BIGINT) AS n_protected, CAST(COALESCE(SUM(k.n_unprotected), 0) AS BIGINT) AS n_unprotected, CAST(COALESCE(SUM(k.n_unknown), 0) AS BIGINT) AS n_unknown
  FROM unit_closure c JOIN device_count k ON k.unit_id = c.descendant_id AND k.kind = :kind
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND c.depth <= :depth_max AND {scope :root_id}
   AND (c.depth = 0 OR :actor_all = 1 OR EXISTS (SELECT 1 FROM person_grant g JOIN unit_closure gc ON gc.ancestor_id = g.unit_id AND gc.edge_kind = g.edge_kind
         WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.edge_kind = :edge_kind AND g.from_day <= :actor_day AND g.to_day > :actor_day
           AND gc.descendant_id = :root_id AND gc.from_day <= :actor_day AND gc.to_day > :actor_day));

-- name: device_coverage_below
-- The same for each unit right below, worst first: by how many are not protected.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, kind text
-- columns: unit_id int, unit_name text, n_protected int, n_unprotected int, n_unknown int
SELECT c.descendant_id AS unit_id, f.name AS unit_name, CAST(COALESCE(SUM(k.n_protected), 0) AS BIGINT) AS n_protected, CAST(COALESCE(SUM(k.n_unprotected), 0) AS BIGINT) AS n_unprotected, CAST(COALESCE(SUM(k.n_unknown), 0) AS BIGINT) AS n_unknown
  FROM unit_closure c
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  JOIN unit_closure b ON b.ancestor_id = c.descendant_id AND b.edge_kind = c.edge_kind AND b.from_day <= :on_day AND b.to_day > :on_day
  LEFT JOIN device_count k ON k.unit_id = b.descendant_id AND k.kind = :kind
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND c.depth = 1 AND {scope :root_id}
   AND (c.depth = 0 OR :actor_all = 1 OR EXISTS (SELECT 1 FROM person_grant g JOIN unit_closure gc ON gc.ancestor_id = g.unit_id AND gc.edge_kind = g.edge_kind
         WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.edge_kind = :edge_kind AND g.from_day <= :actor_day AND g.to_day > :actor_day
           AND gc.descendant_id = :root_id AND gc.from_day <= :actor_day AND gc.to_day > :actor_day))
 GROUP BY c.descendant_id, f.name, f.sort_key
 ORDER BY COALESCE(SUM(k.n_unprotected + k.n_unknown), 0) DESC, f.sort_key, c.descendant_id;

-- name: asset_access_read
-- Does the actor see the unit at all? For numbers, where no row does not mean no right.
-- result: one
-- scope: org
-- args: unit_id int
-- columns: ok int
SELECT 1 AS ok FROM unit WHERE id = :unit_id AND {scope :unit_id};

-- name: site_lock
-- Whoever registers, merges or ages devices of a site holds the site until it commits.
-- result: one
-- scope: system
-- args: id int
-- columns: id int, unit_id int, from_day int, to_day int
-- sqlite:
SELECT id, unit_id, from_day, to_day FROM site WHERE id = :id;
-- postgres:
SELECT id, unit_id, from_day, to_day FROM site WHERE id = :id FOR NO KEY UPDATE;

-- name: device_insert
-- result: none
-- scope: system
-- args: id int, unit_id int, site_id int, system_id int?, kind text, name text, search_key text, sort_key text, os text?, antimalware text?, protection text, protection_ms int?, counted text, counted_to_day int, source text, seen_ms int, from_day int, is_sample int
INSERT INTO device (id, unit_id, site_id, system_id, kind, name, search_key, sort_key, os, antimalware, protection, protection_ms, counted, counted_to_day, source, seen_ms, from_day, to_day, is_sample)
VALUES (:id, :unit_id, :site_id, :system_id, :kind, :name, :search_key, :sort_key, :os, :antimalware, :protection, :protection_ms, :counted, :counted_to_day, :source, :seen_ms, :from_day, 2147483647, :is_sample);

-- name: device_row
-- result: one
-- scope: system
-- args: id int
-- columns: id int, unit_id int, site_id int, system_id int?, kind text, name text, os text?, antimalware text?, protection text, protection_ms int?, counted text, counted_to_day int, from_day int, to_day int, merged_into int?
SELECT id, unit_id, site_id, system_id, kind, name, os, antimalware, protection, protection_ms, counted, counted_to_day, from_day, to_day, merged_into FROM device WHERE id = :id;

-- name: device_group
-- A root and all rows merged into it, through however many steps.
-- result: many
-- scope: system
-- args: root_id int
-- columns: id int, protection text, protection_ms int?
WITH RECURSIVE grp (id) AS (
    SELECT CAST(:root_id AS BIGINT)
    UNION ALL SELECT m.id FROM grp JOIN device m ON m.merged_into = grp.id)
SELECT d.id, d.protection, d.protection_ms FROM grp JOIN device d ON d.id = grp.id ORDER BY d.id;

-- name: device_root
-- The device a row stands for today.
-- result: one
-- scope: system
-- args: id int
-- columns: id int
WITH RECURSIVE up (id, merged_into) AS (
    SELECT d.id, d.merged_into FROM device d WHERE d.id = :id
    UNION ALL SELECT m.id, m.merged_into FROM up JOIN device m ON m.id = up.merged_into)
SELECT id FROM up WHERE merged_into IS NULL;

-- name: device_put
-- result: none
-- scope: system
-- args: id int, system_id int?, kind text, name text, search_key text, sort_key text, os text?
UPDATE device SET system_id = :system_id, kind = :kind, name = :name, search_key = :search_key, sort_key = :sort_key, os = :os WHERE id = :id;

-- name: device_put_state
-- result: none
-- scope: system
-- args: id int, antimalware text?, protection text, protection_ms int?
UPDATE device SET antimalware = :antimalware, protection = :protection, protection_ms = :protection_ms WHERE id = :id;

-- name: device_put_counted
-- result: none
-- scope: system
-- args: id int, counted text, counted_to_day int
UPDATE device SET counted = :counted, counted_to_day = :counted_to_day WHERE id = :id;

-- name: device_put_seen
-- result: none
-- scope: system
-- args: id int, seen_ms int
UPDATE device SET seen_ms = CASE WHEN seen_ms > :seen_ms THEN seen_ms ELSE :seen_ms END WHERE id = :id;

-- name: device_end
-- result: none
-- scope: system
-- args: id int, to_day int
UPDATE device SET to_day = :to_day WHERE id = :id;

-- name: device_point
-- result: none
-- scope: system
-- args: id int, merged_into int?
UPDATE device SET merged_into = :merged_into WHERE id = :id;

-- name: identity_touch
-- result: changes
-- scope: system
-- args: device_id int, kind text, value text, last_ms int
-- outbox: device_id
UPDATE device_identity SET last_ms = :last_ms WHERE device_id = :device_id AND kind = :kind AND value = :value;

-- name: identity_move
-- result: changes
-- scope: system
-- args: id int, from_device_id int, to_device_id int
UPDATE device_identity SET device_id = :to_device_id WHERE id = :id AND device_id = :from_device_id;

-- name: identity_count
-- result: one
-- scope: system
-- args: device_id int
-- columns: n int
SELECT COUNT(*) AS n FROM device_identity WHERE device_id = :device_id;

-- name: identity_holders
-- Live devices of a site that hold one identifier, by their root.
-- result: many
-- scope: system
-- args: site_id int, kind text, value text
-- columns: root_id int
WITH RECURSIVE up (id, merged_into, to_day) AS (
    SELECT d.id, d.merged_into, d.to_day FROM device_identity i JOIN device d ON d.id = i.device_id WHERE i.kind = :kind AND i.value = :value AND d.site_id = :site_id
    UNION SELECT m.id, m.merged_into, m.to_day FROM up JOIN device m ON m.id = up.merged_into)
SELECT DISTINCT id AS root_id FROM up WHERE merged_into IS NULL AND to_day = 2147483647 ORDER BY id;

-- name: identity_of_root
-- result: many
-- scope: system
-- args: root_id int
-- columns: device_id int, kind text, value text, last_ms int
WITH RECURSIVE grp (id) AS (
    SELECT CAST(:root_id AS BIGINT)
    UNION ALL SELECT m.id FROM grp JOIN device m ON m.merged_into = grp.id)
SELECT i.device_id, i.kind, i.value, i.last_ms FROM grp JOIN device_identity i ON i.device_id = grp.id ORDER BY i.device_id, i.id;

-- name: merge_insert
-- result: none
-- scope: system
-- args: id int, kept_id int, merged_id int, why text, by_person int?, at_ms int
INSERT INTO device_merge (id, kept_id, merged_id, why, by_person, at_ms) VALUES (:id, :kept_id, :merged_id, :why, :by_person, :at_ms);

-- name: merge_row
-- result: one
-- scope: system
-- args: id int
-- columns: id int, kept_id int, merged_id int, undone_ms int?
SELECT id, kept_id, merged_id, undone_ms FROM device_merge WHERE id = :id;

-- name: merge_undone
-- result: changes
-- scope: system
-- args: id int, undone_by int?, undone_ms int
UPDATE device_merge SET undone_ms = :undone_ms, undone_by = :undone_by WHERE id = :id AND undone_ms IS NULL;

-- name: suggestion_put
-- A pair is suggested once; what somebody decided stays decided.
-- result: none
-- scope: system
-- args: id int, unit_id int, one_id int, other_id int, why text, at_ms int
INSERT INTO device_suggestion (id, unit_id, one_id, other_id, why, state, at_ms) VALUES (:id, :unit_id, :one_id, :other_id, :why, 'open', :at_ms)
ON CONFLICT (one_id, other_id) DO NOTHING;

-- name: suggestion_decide
-- result: none
-- scope: system
-- args: id int, unit_id int, one_id int, other_id int, why text, state text, by_person int?, at_ms int
INSERT INTO device_suggestion (id, unit_id, one_id, other_id, why, state, at_ms, decided_by, decided_ms)
VALUES (:id, :unit_id, :one_id, :other_id, :why, :state, :at_ms, :by_person, :at_ms)
ON CONFLICT (one_id, other_id) DO UPDATE SET state = excluded.state, decided_by = excluded.decided_by, decided_ms = excluded.decided_ms;

-- name: suggestion_row
-- result: one
-- scope: system
-- args: id int
-- columns: id int, unit_id int, one_id int, other_id int, why text, state text
SELECT id, unit_id, one_id, other_id, why, state FROM device_suggestion WHERE id = :id;

-- name: device_count_add
-- Counters change only by n = n + d, so that two writers never lose one.
-- result: none
-- scope: system
-- args: unit_id int, kind text, d_protected int, d_unprotected int, d_unknown int
INSERT INTO device_count (unit_id, kind, n_protected, n_unprotected, n_unknown) VALUES (:unit_id, :kind, :d_protected, :d_unprotected, :d_unknown)
ON CONFLICT (kind, unit_id) DO UPDATE SET n_protected = device_count.n_protected + excluded.n_protected,
    n_unprotected = device_count.n_unprotected + excluded.n_unprotected, n_unknown = device_count.n_unknown + excluded.n_unknown;

-- name: device_aging
-- What was said of these is too old from a day on.
-- result: many
-- scope: system
-- args: on_day int, limit_count int
-- columns: id int, site_id int
SELECT id, site_id FROM device WHERE counted_to_day <= :on_day AND counted_to_day < 2147483647 ORDER BY counted_to_day, site_id, id LIMIT :limit_count;

-- name: device_recount_all
-- Row by row what each unit should be counted as, beside what is counted. host_kinds here and below: " server endpoint ".
-- result: many
-- scope: system
-- args: host_kinds text
-- columns: unit_id int, kind text, n_protected int, n_unprotected int, n_unknown int, is_counter int
SELECT unit_id, kind, n_protected, n_unprotected, n_unknown, 1 AS is_counter FROM device_count WHERE n_protected <> 0 OR n_unprotected <> 0 OR n_unknown <> 0
UNION ALL
SELECT unit_id, kind, SUM(CASE WHEN counted = 'protected' THEN 1 ELSE 0 END), SUM(CASE WHEN counted = 'unprotected' THEN 1 ELSE 0 END), SUM(CASE WHEN counted = 'unknown' THEN 1 ELSE 0 END), 0
  FROM (SELECT unit_id, kind, counted FROM device WHERE merged_into IS NULL AND to_day = 2147483647
        UNION ALL SELECT unit_id, 'all', counted FROM device WHERE merged_into IS NULL AND to_day = 2147483647
        UNION ALL SELECT unit_id, 'hosts', counted FROM device WHERE merged_into IS NULL AND to_day = 2147483647 AND CAST(:host_kinds AS TEXT) LIKE '% ' || kind || ' %') d GROUP BY unit_id, kind
 ORDER BY 1, 2, 6;

-- name: device_hosts_wrong
-- Units whose sum of hosts is not the sum of these kinds, in order.
-- result: many
-- scope: system
-- args: host_kinds text, limit_count int
-- columns: unit_id int
SELECT unit_id FROM (SELECT unit_id, CASE WHEN kind = 'hosts' THEN -1 WHEN CAST(:host_kinds AS TEXT) LIKE '% ' || kind || ' %' THEN 1 ELSE 0 END AS d, n_protected, n_unprotected, n_unknown FROM device_count) x
 GROUP BY unit_id HAVING SUM(d * n_protected) <> 0 OR SUM(d * n_unprotected) <> 0 OR SUM(d * n_unknown) <> 0 ORDER BY unit_id LIMIT :limit_count;

-- name: device_hosts_off
-- What the sum of hosts of a unit lacks.
-- result: one
-- scope: system
-- args: unit_id int, host_kinds text
-- columns: d_protected int, d_unprotected int, d_unknown int
SELECT CAST(COALESCE(SUM(d * n_protected), 0) AS BIGINT) AS d_protected, CAST(COALESCE(SUM(d * n_unprotected), 0) AS BIGINT) AS d_unprotected, CAST(COALESCE(SUM(d * n_unknown), 0) AS BIGINT) AS d_unknown
  FROM (SELECT CASE WHEN kind = 'hosts' THEN -1 WHEN CAST(:host_kinds AS TEXT) LIKE '% ' || kind || ' %' THEN 1 ELSE 0 END AS d, n_protected, n_unprotected, n_unknown FROM device_count WHERE unit_id = :unit_id) x;

-- name: device_unit_sites
-- result: many
-- scope: system
-- args: unit_id int
-- columns: id int
SELECT id FROM site WHERE unit_id = :unit_id ORDER BY id;

-- name: device_counted_wrong
-- Rows that are counted and should not be, or the other way round.
-- result: many
-- scope: system
-- columns: id int, counted text
SELECT id, counted FROM device WHERE (merged_into IS NULL AND to_day = 2147483647 AND counted = '') OR ((merged_into IS NOT NULL OR to_day < 2147483647) AND counted <> '') ORDER BY id LIMIT 1;

-- name: device_counted_rows
-- result: many
-- scope: system
-- args: after_id int, limit_count int
-- columns: id int, counted text, counted_to_day int, protection text, protection_ms int?, has_merged int
SELECT d.id, d.counted, d.counted_to_day, d.protection, d.protection_ms, CASE WHEN EXISTS (SELECT 1 FROM device m WHERE m.merged_into = d.id) THEN 1 ELSE 0 END AS has_merged
  FROM device d WHERE d.merged_into IS NULL AND d.to_day = 2147483647 AND d.id > :after_id ORDER BY d.id LIMIT :limit_count;

-- name: asset_system_of_unit
-- result: one
-- scope: system
-- args: id int, unit_id int, on_day int
-- columns: id int
SELECT id FROM info_system WHERE id = :id AND (operator_id = :unit_id OR owner_id = :unit_id) AND from_day <= :on_day AND to_day > :on_day;

-- name: identity_of_site
-- Every identity of the live devices of a site, by their root.
-- result: many
-- scope: system
-- args: site_id int
-- columns: root_id int, device_id int, kind text, value text, last_ms int
WITH RECURSIVE grp (root_id, id) AS (
    SELECT d.id, d.id FROM device d WHERE d.site_id = :site_id AND d.merged_into IS NULL AND d.to_day = 2147483647
    UNION ALL SELECT grp.root_id, m.id FROM grp JOIN device m ON m.merged_into = grp.id)
SELECT grp.root_id, i.device_id, i.kind, i.value, i.last_ms FROM grp JOIN device_identity i ON i.device_id = grp.id ORDER BY grp.root_id, i.id;

-- name: device_insert_many
-- Many rows in one statement: a JSON array of arrays in the order of the columns. One statement a row costs a round trip on PostgreSQL.
-- result: none
-- scope: system
-- args: rows_json text
-- outbox: by hand
-- sqlite:
INSERT INTO device (id, unit_id, site_id, system_id, kind, name, search_key, sort_key, os, antimalware, protection, protection_ms, counted, counted_to_day, source, seen_ms, from_day, is_sample, to_day)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'), json_extract(value, '$[8]'), json_extract(value, '$[9]'), json_extract(value, '$[10]'), json_extract(value, '$[11]'), json_extract(value, '$[12]'), json_extract(value, '$[13]'), json_extract(value, '$[14]'), json_extract(value, '$[15]'), json_extract(value, '$[16]'), json_extract(value, '$[17]'), 2147483647 FROM json_each(:rows_json);
-- postgres:
INSERT INTO device (id, unit_id, site_id, system_id, kind, name, search_key, sort_key, os, antimalware, protection, protection_ms, counted, counted_to_day, source, seen_ms, from_day, is_sample, to_day)
SELECT CAST(r.value ->> 0 AS BIGINT), CAST(r.value ->> 1 AS BIGINT), CAST(r.value ->> 2 AS BIGINT), CAST(r.value ->> 3 AS BIGINT), r.value ->> 4, r.value ->> 5, r.value ->> 6, r.value ->> 7, r.value ->> 8, r.value ->> 9, r.value ->> 10, CAST(r.value ->> 11 AS BIGINT), r.value ->> 12, CAST(r.value ->> 13 AS BIGINT), r.value ->> 14, CAST(r.value ->> 15 AS BIGINT), CAST(r.value ->> 16 AS BIGINT), CAST(r.value ->> 17 AS BIGINT), 2147483647 FROM jsonb_array_elements(CAST(:rows_json AS jsonb)) r (value);

-- name: identity_insert_many
-- Many rows in one statement: a JSON array of arrays in the order of the columns. One statement a row costs a round trip on PostgreSQL.
-- result: none
-- scope: system
-- args: rows_json text
-- outbox: by hand
-- sqlite:
INSERT INTO device_identity (id, device_id, kind, value, first_ms, last_ms)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]') FROM json_each(:rows_json);
-- postgres:
INSERT INTO device_identity (id, device_id, kind, value, first_ms, last_ms)
SELECT CAST(r.value ->> 0 AS BIGINT), CAST(r.value ->> 1 AS BIGINT), r.value ->> 2, r.value ->> 3, CAST(r.value ->> 4 AS BIGINT), CAST(r.value ->> 5 AS BIGINT) FROM jsonb_array_elements(CAST(:rows_json AS jsonb)) r (value);

-- name: asset_device_since
-- Did anything happen to a device after an instant?
-- result: one
-- scope: system
-- args: id int, at_ms int
-- columns: name text, is_touched int
SELECT d.name, CASE WHEN d.merged_into IS NOT NULL OR d.seen_ms > :at_ms OR COALESCE(d.protection_ms, 0) > :at_ms
       OR EXISTS (SELECT 1 FROM device_merge m WHERE m.kept_id = d.id AND m.undone_ms IS NULL) THEN 1 ELSE 0 END AS is_touched
  FROM device d WHERE d.id = :id;

-- name: import_devices
-- Every device that stands on a day, as the import shows it.
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, unit_id int, site_name text, name text, kind text, os text?, antimalware text?, counted text, protection_ms int?
SELECT d.id, d.unit_id, s.name AS site_name, d.name, d.kind, d.os, d.antimalware, d.counted, d.protection_ms
  FROM device d JOIN site s ON s.id = d.site_id WHERE d.counted <> '' AND d.from_day <= :on_day AND d.to_day > :on_day ORDER BY d.id;

-- name: import_identities
-- Their serial numbers and cards, with those of what was merged into them, in the order of devices.
-- result: many
-- scope: system
-- args: on_day int
-- columns: root_id int, kind text, value text
WITH RECURSIVE grp (root_id, id) AS (
    SELECT d.id, d.id FROM device d WHERE d.counted <> '' AND d.from_day <= :on_day AND d.to_day > :on_day
    UNION ALL SELECT grp.root_id, m.id FROM grp JOIN device m ON m.merged_into = grp.id)
SELECT grp.root_id, i.kind, i.value FROM grp JOIN device_identity i ON i.device_id = grp.id WHERE i.kind IN ('mac', 'serial') ORDER BY grp.root_id, i.id;

-- name: identity_insert
-- result: none
-- scope: system
-- args: id int, device_id int, kind text, value text, at_ms int
-- outbox: device_id
INSERT INTO device_identity (id, device_id, kind, value, first_ms, last_ms) VALUES (:id, :device_id, :kind, :value, :at_ms, :at_ms);

-- name: identity_drop
-- result: none
-- scope: system
-- args: device_id int, kind text, value text
-- outbox: device_id
DELETE FROM device_identity WHERE device_id = :device_id AND kind = :kind AND value = :value;

-- name: device_moving_counts
-- Devices whose site stands with another unit now.
-- result: many
-- scope: system
-- args: from_unit_id int, to_unit_id int
-- columns: kind text, counted text, n int
SELECT d.kind, d.counted, COUNT(*) AS n FROM device d JOIN site s ON s.id = d.site_id WHERE d.unit_id = :from_unit_id AND s.unit_id = :to_unit_id AND d.counted <> '' GROUP BY d.kind, d.counted;

-- name: device_move_unit
-- result: changes
-- scope: system
-- args: from_unit_id int, to_unit_id int
-- outbox: to_unit_id
UPDATE device SET unit_id = :to_unit_id WHERE unit_id = :from_unit_id AND site_id IN (SELECT id FROM site WHERE unit_id = :to_unit_id);

-- name: suggestion_move_unit
-- result: none
-- scope: system
-- args: from_unit_id int, to_unit_id int
-- outbox: to_unit_id
UPDATE device_suggestion SET unit_id = :to_unit_id WHERE unit_id = :from_unit_id AND one_id IN (SELECT id FROM device WHERE unit_id = :to_unit_id);

-- name: device_counts_on
-- The same, counted by kind.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: kind text, n int
SELECT d.kind, COUNT(*) AS n FROM site t JOIN device d ON d.site_id = t.id AND d.merged_into IS NULL AND d.from_day <= :on_day AND d.to_day > :on_day
 WHERE (t.unit_id = :unit_id OR t.id IN (SELECT h.object_id FROM unit_handover h WHERE h.from_unit_id = :unit_id AND h.object_kind = 'site'))
   AND COALESCE((SELECT h.from_unit_id FROM unit_handover h WHERE h.object_kind = 'site' AND h.object_id = t.id AND h.on_day > :on_day ORDER BY h.on_day, h.id LIMIT 1), t.unit_id) = :unit_id
   AND ({scope :unit_id} OR EXISTS (SELECT 1 FROM unit_succession s WHERE s.from_unit_id = :unit_id AND {scope s.to_unit_id})) GROUP BY d.kind ORDER BY COUNT(*) DESC, d.kind;
