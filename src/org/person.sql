-- name: person_insert
-- result: none
-- scope: system
-- args: id int, name text, title text?, email text?, phone text?, search_key text, sort_key text, language text, publish_consent int, is_sample int, created_ms int
INSERT INTO person (id, name, title, email, phone, search_key, sort_key, language, publish_consent, is_sample, created_ms)
VALUES (:id, :name, :title, :email, :phone, :search_key, :sort_key, :language, :publish_consent, :is_sample, :created_ms);

-- name: person_change
-- result: changes
-- scope: system
-- args: id int, name text, title text?, email text?, phone text?, search_key text, sort_key text, publish_consent int
UPDATE person SET name = :name, title = :title, email = :email, phone = :phone, search_key = :search_key, sort_key = :sort_key, publish_consent = :publish_consent
 WHERE id = :id AND erased_ms IS NULL;

-- name: person_set_look
-- Language and theme are one's own.
-- result: changes
-- scope: system
-- args: id int, language text, theme text
-- kept: stays how pages look to a person is not kept in memory
UPDATE person SET language = :language, theme = :theme WHERE id = :id;

-- name: person_activate
-- result: changes
-- scope: system
-- args: id int, is_active int
UPDATE person SET is_active = :is_active WHERE id = :id AND erased_ms IS NULL;

-- name: person_forget
-- result: changes
-- scope: system
-- args: id int, name text, search_key text, sort_key text, erased_ms int
UPDATE person SET name = :name, title = NULL, email = NULL, phone = NULL, search_key = :search_key, sort_key = :sort_key, is_active = 0, publish_consent = 0, erased_ms = :erased_ms
 WHERE id = :id AND erased_ms IS NULL;

-- name: person_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, name text, title text?, email text?, phone text?, language text, theme text, is_active int, is_sample int, publish_consent int, erased_ms int?
SELECT id, name, title, email, phone, language, theme, is_active, is_sample, publish_consent, erased_ms FROM person WHERE id = :id;

-- name: person_is_managed
-- Does the person work in a unit the actor holds his right on?
-- result: one
-- scope: org
-- args: person_id int, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM person_unit pu WHERE pu.person_id = :person_id AND pu.from_day <= :on_day AND pu.to_day > :on_day AND {scope pu.unit_id};

-- name: person_unit_insert
-- result: none
-- scope: system
-- args: id int, person_id int, unit_id int, from_day int
INSERT INTO person_unit (id, person_id, unit_id, from_day, to_day) VALUES (:id, :person_id, :unit_id, :from_day, 2147483647);

-- name: person_unit_on
-- result: one
-- scope: system
-- args: person_id int, unit_id int, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM person_unit WHERE person_id = :person_id AND unit_id = :unit_id AND to_day > :on_day;

-- name: person_unit_end
-- What would begin on that day or later never was.
-- result: changes
-- scope: system
-- args: person_id int, unit_id int, day int
-- outbox: person_id
UPDATE person_unit SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE person_id = :person_id AND unit_id = :unit_id AND to_day > :day;

-- name: person_unit_end_all
-- result: none
-- scope: system
-- args: person_id int, day int
-- outbox: person_id
UPDATE person_unit SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE person_id = :person_id AND to_day > :day;

-- name: grant_insert
-- result: none
-- scope: system
-- args: id int, person_id int, role text, unit_id int, edge_kind text, rights int, from_day int, to_day int, basis text?, granted_by int?, granted_ms int, pair_id int?, needs_factor int
INSERT INTO person_grant (id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, basis, granted_by, granted_ms, pair_id, needs_factor)
VALUES (:id, :person_id, :role, :unit_id, :edge_kind, :rights, :from_day, :to_day, :basis, :granted_by, :granted_ms, :pair_id, :needs_factor);

-- name: grant_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, person_id int, role text, unit_id int, edge_kind text, rights int, from_day int, to_day int, pair_id int?
SELECT id, person_id, role, unit_id, edge_kind, rights, from_day, to_day, pair_id FROM person_grant WHERE id = :id;

-- name: grant_close
-- Both rows of a grant.
-- result: changes
-- scope: system
-- args: id int, day int
UPDATE person_grant SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE (id = :id OR pair_id = :id) AND to_day > :day;

-- name: grant_close_all
-- result: none
-- scope: system
-- args: person_id int, day int
-- outbox: person_id
UPDATE person_grant SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE person_id = :person_id AND to_day > :day;

-- name: grant_close_in_unit
-- Whoever leaves a unit leaves what he did there.
-- result: none
-- scope: system
-- args: person_id int, unit_id int, day int
-- outbox: person_id
UPDATE person_grant SET to_day = CASE WHEN from_day > :day THEN from_day ELSE :day END WHERE person_id = :person_id AND unit_id = :unit_id AND to_day > :day;

-- name: grant_same
-- result: one
-- scope: system
-- args: person_id int, role text, unit_id int, on_day int
-- columns: n int
SELECT COUNT(*) AS n FROM person_grant WHERE person_id = :person_id AND role = :role AND unit_id = :unit_id AND to_day > :on_day;

-- name: grant_near
-- Roles a person holds where they would meet a new grant: on the unit, on one above it whose grant reaches it, on one below that the new grant reaches.
-- result: many
-- scope: system
-- args: person_id int, unit_id int, edge_kind text, on_day int
-- columns: role text
SELECT DISTINCT g.role FROM person_grant g
 WHERE g.person_id = :person_id AND g.to_day > :on_day
   AND (g.unit_id = :unit_id
     OR EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor_id = g.unit_id AND c.descendant_id = :unit_id AND c.edge_kind = g.edge_kind AND c.to_day > :on_day)
     OR EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor_id = :unit_id AND c.descendant_id = g.unit_id AND c.edge_kind = :edge_kind AND c.to_day > :on_day));

-- name: grant_roles_at
-- Roles whose grants reach a unit on a day; own: given on the unit itself. down: the grant goes down along edge_kind.
-- result: many
-- scope: system
-- args: person_id int, unit_id int, edge_kind text, on_day int
-- columns: role text, own int, down int
SELECT g.role, CASE WHEN g.unit_id = :unit_id THEN 1 ELSE 0 END AS own, CASE WHEN g.edge_kind = :edge_kind AND g.edge_kind <> '' THEN 1 ELSE 0 END AS down
  FROM person_grant g
 WHERE g.person_id = :person_id AND g.from_day <= :on_day AND g.to_day > :on_day
   AND (g.unit_id = :unit_id
     OR EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor_id = g.unit_id AND c.descendant_id = :unit_id AND c.edge_kind = g.edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day));

-- name: grant_down_rights
-- Rows that go down along one kind and reach a unit.
-- result: many
-- scope: system
-- args: person_id int, unit_id int, edge_kind text, on_day int
-- columns: rights int
SELECT g.rights FROM person_grant g JOIN unit_closure c ON c.ancestor_id = g.unit_id AND c.edge_kind = g.edge_kind AND c.descendant_id = :unit_id AND c.from_day <= :on_day AND c.to_day > :on_day
 WHERE g.person_id = :person_id AND g.edge_kind = :edge_kind AND g.from_day <= :on_day AND g.to_day > :on_day;

-- name: person_page
-- One person, for whoever holds the right on a unit the person works in.
-- result: one
-- scope: org
-- args: person_id int, on_day int
-- columns: id int, name text, title text?, email text?, phone text?, language text, is_active int, is_sample int, publish_consent int, erased_ms int?, sign_in_name text?, has_password int, has_totp int, locked_until_ms int?
SELECT p.id, p.name, p.title, p.email, p.phone, p.language, p.is_active, p.is_sample, p.publish_consent, p.erased_ms, c.sign_in_name, c.locked_until_ms,
       CASE WHEN c.password_hash IS NULL THEN 0 ELSE 1 END AS has_password, CASE WHEN c.totp_confirmed_ms IS NULL THEN 0 ELSE 1 END AS has_totp
  FROM person p LEFT JOIN credential c ON c.person_id = p.id
 WHERE p.id = :person_id AND EXISTS (SELECT 1 FROM person_unit pu WHERE pu.person_id = p.id AND pu.from_day <= :on_day AND pu.to_day > :on_day AND {scope pu.unit_id});

-- name: person_self
-- result: one
-- scope: self
-- columns: id int, name text, title text?, email text?, phone text?, language text, theme text, sign_in_name text?, has_totp int, codes_left int
SELECT p.id, p.name, p.title, p.email, p.phone, p.language, p.theme, c.sign_in_name, CASE WHEN c.totp_confirmed_ms IS NULL THEN 0 ELSE 1 END AS has_totp,
       (SELECT COUNT(*) FROM recovery_code r WHERE r.person_id = p.id AND r.used_ms IS NULL) AS codes_left
  FROM person p LEFT JOIN credential c ON c.person_id = p.id WHERE p.id = :actor_person;

-- name: person_self_grants
-- What I may do where, on a day.
-- result: many
-- scope: self
-- args: on_day int
-- columns: id int, role text, unit_id int, unit_name text, edge_kind text, rights int, from_day int, to_day int
SELECT g.id, g.role, g.unit_id, f.name AS unit_name, g.edge_kind, g.rights, g.from_day, g.to_day
  FROM person_grant g JOIN unit_fact f ON f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE g.person_id = :actor_person AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.from_day, g.id;

-- name: person_grants
-- Grants of a person on units the actor holds his right on, newest first, ended ones too. A grant older than the unit shows the unit's first name.
-- result: many
-- scope: org
-- args: person_id int
-- columns: id int, role text, unit_id int, unit_name text, edge_kind text, down_kind text?, rights int, from_day int, to_day int, basis text?, granted_by_name text?, granted_ms int
SELECT g.id, g.role, g.unit_id, g.edge_kind, g.rights, g.from_day, g.to_day, g.basis, b.name AS granted_by_name, g.granted_ms,
       (SELECT MAX(d.edge_kind) FROM person_grant d WHERE d.pair_id = g.id) AS down_kind,
       COALESCE((SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = g.unit_id AND f.from_day <= g.from_day AND f.to_day > g.from_day),
                (SELECT f.name FROM unit_fact f WHERE f.unit_id = g.unit_id ORDER BY f.from_day, f.id LIMIT 1)) AS unit_name
  FROM person_grant g LEFT JOIN person b ON b.id = g.granted_by
 WHERE g.person_id = :person_id AND g.pair_id IS NULL AND {scope g.unit_id} ORDER BY g.from_day DESC, g.id DESC;

-- name: person_units
-- Where a person works or worked, newest first; before the unit's first day by its first name.
-- result: many
-- scope: org
-- args: person_id int
-- columns: unit_id int, unit_name text, from_day int, to_day int
SELECT pu.unit_id, pu.from_day, pu.to_day,
       COALESCE((SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = pu.unit_id AND f.from_day <= pu.from_day AND f.to_day > pu.from_day),
                (SELECT f.name FROM unit_fact f WHERE f.unit_id = pu.unit_id ORDER BY f.from_day, f.id LIMIT 1)) AS unit_name
  FROM person_unit pu WHERE pu.person_id = :person_id AND {scope pu.unit_id} ORDER BY pu.from_day DESC, pu.id DESC;

-- name: people_managed
-- Which of these people work in a unit the actor holds his right on? people: [person, ...]
-- result: many
-- scope: org
-- args: people text, on_day int
-- columns: person_id int
SELECT DISTINCT pu.person_id FROM person_unit pu
 WHERE pu.from_day <= :on_day AND pu.to_day > :on_day AND {scope pu.unit_id}
-- sqlite:
   AND pu.person_id IN (SELECT CAST(value AS BIGINT) FROM json_each(:people));
-- postgres:
   AND pu.person_id IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(:people AS json)));

-- name: person_works_in
-- The units a person works in on a day, any of which lets somebody see the person; for whoever does.
-- result: many
-- scope: org
-- args: person_id int, on_day int
-- columns: unit_id int
SELECT DISTINCT pu.unit_id FROM person_unit pu
 WHERE pu.person_id = :person_id AND pu.from_day <= :on_day AND pu.to_day > :on_day
   AND EXISTS (SELECT 1 FROM person_unit mine WHERE mine.person_id = :person_id AND mine.from_day <= :on_day AND mine.to_day > :on_day AND {scope mine.unit_id})
 ORDER BY pu.unit_id;

-- name: unit_people
-- People who work in one unit on a day, with one role to show.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: id int, name text, title text?, email text?, phone text?, is_active int, role text?, has_totp int
SELECT p.id, p.name, p.title, p.email, p.phone, p.is_active,
       (SELECT MAX(g.role) FROM person_grant g WHERE g.person_id = p.id AND g.unit_id = :unit_id AND g.pair_id IS NULL AND g.from_day <= :on_day AND g.to_day > :on_day) AS role,
       (SELECT COUNT(*) FROM credential c WHERE c.person_id = p.id AND c.totp_confirmed_ms IS NOT NULL) AS has_totp
  FROM person p
 WHERE p.id IN (SELECT pu.person_id FROM person_unit pu WHERE pu.unit_id = :unit_id AND pu.from_day <= :on_day AND pu.to_day > :on_day) AND {scope :unit_id}
 ORDER BY p.sort_key, p.id;

-- name: credential_wipe
-- result: none
-- scope: system
-- args: person_id int
DELETE FROM credential WHERE person_id = :person_id;

-- name: recovery_wipe
-- result: none
-- scope: system
-- args: person_id int
DELETE FROM recovery_code WHERE person_id = :person_id;

-- name: session_wipe
-- result: changes
-- scope: system
-- args: person_id int
DELETE FROM session WHERE person_id = :person_id;

-- name: invitation_wipe
-- result: none
-- scope: system
-- args: person_id int
DELETE FROM invitation WHERE person_id = :person_id;

-- name: api_token_revoke_all
-- result: none
-- scope: system
-- args: person_id int, revoked_ms int
UPDATE api_token SET revoked_ms = :revoked_ms WHERE person_id = :person_id AND revoked_ms IS NULL;

-- name: notice_wipe
-- result: none
-- scope: system
-- args: person_id int
DELETE FROM notice WHERE person_id = :person_id;

-- name: person_entries
-- Entries of the audit chain that say a person's name.
-- result: many
-- scope: system
-- args: person_id int
-- columns: id int
SELECT id FROM chain_entry WHERE object_kind = 'person' AND object_id = :person_id AND kind IN ('person_added', 'person_changed') AND erased_by IS NULL ORDER BY id;
