-- name: people_rows
-- People at and below a root, by given name: where they work, what they are there, how far they have come in signing in.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, is_alone int, search text?, role text?, state text?, limit_count int, offset_count int
-- columns: id int, name text, title text?, email text?, phone text?, is_active int, unit_id int, unit_name text, roles text?, has_password int, has_totp int
SELECT x.id, x.name, x.title, x.email, x.phone, x.is_active, x.unit_id, f.name AS unit_name, x.has_password, x.has_totp,
       (SELECT MIN(g.role) || CASE WHEN COUNT(DISTINCT g.role) > 1 THEN ' ' || MAX(g.role) ELSE '' END FROM person_grant g
         WHERE g.person_id = x.id AND g.unit_id = x.unit_id AND g.pair_id IS NULL AND g.from_day <= :on_day AND g.to_day > :on_day) AS roles
  FROM (SELECT p.id, p.name, p.title, p.email, p.phone, p.is_active, p.sort_key, pu.unit_id, pu.id AS work_id,
               CASE WHEN c.password_hash IS NULL THEN 0 ELSE 1 END AS has_password, CASE WHEN c.totp_confirmed_ms IS NULL THEN 0 ELSE 1 END AS has_totp
          FROM unit_closure k JOIN person_unit pu ON pu.unit_id = k.descendant_id AND pu.from_day <= :on_day AND pu.to_day > :on_day
          JOIN person p ON p.id = pu.person_id AND p.erased_ms IS NULL
          LEFT JOIN credential c ON c.person_id = p.id
 WHERE k.ancestor_id = :root_id AND k.edge_kind = :edge_kind AND k.from_day <= :on_day AND k.to_day > :on_day AND {scope :root_id} AND {scope_below k.depth, :root_id, :edge_kind} AND (CAST(:is_alone AS BIGINT) = 0 OR k.depth = 0)
   AND (CAST(:search AS TEXT) IS NULL OR p.search_key LIKE :search)
   AND (CAST(:role AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM person_grant g WHERE g.person_id = p.id AND g.role = :role AND g.from_day <= :on_day AND g.to_day > :on_day))
   AND (CAST(:state AS TEXT) IS NULL OR (CAST(:state AS TEXT) = 'off' AND p.is_active = 0) OR (CAST(:state AS TEXT) = 'invite' AND p.is_active = 1 AND c.password_hash IS NULL)
     OR (CAST(:state AS TEXT) = 'ready' AND p.is_active = 1 AND c.password_hash IS NOT NULL))
         ORDER BY p.sort_key, p.id, pu.id LIMIT :limit_count OFFSET :offset_count) x
  JOIN unit_fact f ON f.unit_id = x.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 ORDER BY x.sort_key, x.id, x.work_id;

-- name: people_counts
-- How many rows the tabs above that list open.
-- result: one
-- scope: org
-- args: root_id int, edge_kind text, on_day int, is_alone int, search text?, role text?
-- columns: n int, n_ready int, n_invite int, n_off int
SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN p.is_active = 1 AND c.password_hash IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_ready,
       CAST(COALESCE(SUM(CASE WHEN p.is_active = 1 AND c.password_hash IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_invite,
       CAST(COALESCE(SUM(CASE WHEN p.is_active = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS n_off
  FROM unit_closure k JOIN person_unit pu ON pu.unit_id = k.descendant_id AND pu.from_day <= :on_day AND pu.to_day > :on_day
  JOIN person p ON p.id = pu.person_id AND p.erased_ms IS NULL
  LEFT JOIN credential c ON c.person_id = p.id
 WHERE k.ancestor_id = :root_id AND k.edge_kind = :edge_kind AND k.from_day <= :on_day AND k.to_day > :on_day AND {scope :root_id} AND {scope_below k.depth, :root_id, :edge_kind} AND (CAST(:is_alone AS BIGINT) = 0 OR k.depth = 0)
   AND (CAST(:search AS TEXT) IS NULL OR p.search_key LIKE :search)
   AND (CAST(:role AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM person_grant g WHERE g.person_id = p.id AND g.role = :role AND g.from_day <= :on_day AND g.to_day > :on_day));

-- name: person_reach
-- What a person can see today: every live grant on a unit the actor holds his right on, with how many units it reaches.
-- result: many
-- scope: org
-- args: person_id int, on_day int
-- columns: id int, role text, unit_id int, unit_name text?, edge_kind text, rights int, reach int
SELECT g.id, g.role, g.unit_id, f.name AS unit_name, g.edge_kind, g.rights,
       CASE WHEN g.edge_kind = '' THEN 1 ELSE (SELECT COUNT(*) FROM unit_closure c WHERE c.ancestor_id = g.unit_id AND c.edge_kind = g.edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day) END AS reach
  FROM person_grant g LEFT JOIN unit_fact f ON f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE g.person_id = :person_id AND g.from_day <= :on_day AND g.to_day > :on_day AND {scope g.unit_id} ORDER BY g.id;
