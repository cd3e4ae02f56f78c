-- name: ops_roots
-- Units that stand below nobody in a tree, for the keeper of the store.
-- result: many
-- scope: system
-- args: edge_kind text, on_day int
-- columns: id int, kind text, name text, code text?, below int
SELECT f.unit_id AS id, f.kind, f.name, f.code,
       (SELECT COUNT(*) FROM unit_closure c WHERE c.ancestor_id = f.unit_id AND c.edge_kind = :edge_kind AND c.depth > 0 AND c.from_day <= :on_day AND c.to_day > :on_day) AS below
  FROM unit_fact f WHERE f.from_day <= :on_day AND f.to_day > :on_day
   AND NOT EXISTS (SELECT 1 FROM unit_edge e WHERE e.child_id = f.unit_id AND e.edge_kind = :edge_kind AND e.from_day <= :on_day AND e.to_day > :on_day)
 ORDER BY f.sort_key, f.unit_id;

-- name: ops_children
-- Right below a unit, for the keeper of the store.
-- result: many
-- scope: system
-- args: parent_id int, edge_kind text, on_day int
-- columns: id int, kind text, name text, code text?
SELECT f.unit_id AS id, f.kind, f.name, f.code
  FROM unit_edge e JOIN unit_fact f ON f.unit_id = e.child_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE e.parent_id = :parent_id AND e.edge_kind = :edge_kind AND e.from_day <= :on_day AND e.to_day > :on_day ORDER BY f.sort_key, f.unit_id;

-- name: ops_people
-- Everybody, for the keeper of the store.
-- result: many
-- scope: system
-- args: search text?, on_day int
-- columns: id int, name text, title text?, email text?, is_active int, erased_ms int?, sign_in_name text?, has_password int, has_totp int, unit_id int?, unit_name text?
SELECT p.id, p.name, p.title, p.email, p.is_active, p.erased_ms, c.sign_in_name,
       CASE WHEN c.password_hash IS NULL THEN 0 ELSE 1 END AS has_password, CASE WHEN c.totp_confirmed_ms IS NULL THEN 0 ELSE 1 END AS has_totp,
       u.unit_id, (SELECT MIN(f.name) FROM unit_fact f WHERE f.unit_id = u.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day) AS unit_name
  FROM person p LEFT JOIN credential c ON c.person_id = p.id
  LEFT JOIN person_unit u ON u.id = (SELECT MIN(x.id) FROM person_unit x WHERE x.person_id = p.id AND x.from_day <= :on_day AND x.to_day > :on_day)
 WHERE CAST(:search AS TEXT) IS NULL OR p.search_key LIKE :search OR c.sign_in_name LIKE :search
 ORDER BY p.sort_key, p.id;

-- name: ops_grants
-- What one person may do today and later.
-- result: many
-- scope: system
-- args: person_id int, on_day int
-- columns: id int, role text, unit_id int, unit_name text?, edge_kind text, down_kind text?, from_day int, to_day int
SELECT g.id, g.role, g.unit_id, (SELECT MIN(f.name) FROM unit_fact f WHERE f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day) AS unit_name,
       g.edge_kind, (SELECT MIN(d.edge_kind) FROM person_grant d WHERE d.pair_id = g.id) AS down_kind, g.from_day, g.to_day
  FROM person_grant g WHERE g.person_id = :person_id AND g.pair_id IS NULL AND g.to_day > :on_day ORDER BY g.from_day, g.id;

-- name: ops_tokens
-- Tokens of programs, whosoever.
-- result: many
-- scope: system
-- columns: id int, person_id int, person_name text, name text, rights int, created_ms int, expires_ms int, revoked_ms int?, used_ms int?
SELECT t.id, t.person_id, p.name AS person_name, t.name, t.rights, t.created_ms, t.expires_ms, t.revoked_ms, t.used_ms
  FROM api_token t JOIN person p ON p.id = t.person_id ORDER BY t.created_ms, t.id;

-- name: ops_token_owner
-- result: one
-- scope: system
-- args: id int
-- columns: person_id int
SELECT person_id FROM api_token WHERE id = :id;

-- name: ops_directives
-- result: many
-- scope: system
-- args: state text?
-- columns: id int, issuer_id int, issuer_name text?, number text?, symbol text?, title text, issued_day int, state text, obligations int, assignments int
SELECT d.id, d.issuer_id, (SELECT MIN(f.name) FROM unit_fact f WHERE f.unit_id = d.issuer_id AND f.from_day <= d.issued_day AND f.to_day > d.issued_day) AS issuer_name,
       d.number, d.symbol, d.title, d.issued_day, d.state, (SELECT COUNT(*) FROM obligation o WHERE o.directive_id = d.id) AS obligations,
       (SELECT COUNT(*) FROM assignment a WHERE a.directive_id = d.id) AS assignments
  FROM directive d WHERE CAST(:state AS TEXT) IS NULL OR d.state = :state ORDER BY d.issued_day DESC, d.id DESC;

-- name: ops_epoch_entry
-- The newest entry of all chains: no later act may carry an earlier time.
-- result: one
-- scope: system
-- columns: at_ms int?
SELECT MAX(at_ms) AS at_ms FROM chain_entry WHERE id = (SELECT MAX(id) FROM chain_entry);
