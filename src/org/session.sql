-- name: credential_by_name
-- result: one
-- scope: system
-- args: sign_in_name text
-- columns: person_id int, password_hash text?, totp_secret blob?, totp_confirmed_ms int?, totp_last_step int?, failed_count int, locked_until_ms int?, is_active int
SELECT c.person_id, c.password_hash, c.totp_secret, c.totp_confirmed_ms, c.totp_last_step, c.failed_count, c.locked_until_ms, p.is_active
  FROM credential c JOIN person p ON p.id = c.person_id WHERE c.sign_in_name = :sign_in_name;

-- name: credential_of
-- result: one
-- scope: system
-- args: person_id int
-- columns: sign_in_name text, password_hash text?, totp_secret blob?, totp_confirmed_ms int?, totp_last_step int?, failed_count int, locked_until_ms int?, is_active int
SELECT c.sign_in_name, c.password_hash, c.totp_secret, c.totp_confirmed_ms, c.totp_last_step, c.failed_count, c.locked_until_ms, p.is_active
  FROM credential c JOIN person p ON p.id = c.person_id WHERE c.person_id = :person_id;

-- name: credential_name_holder
-- result: one
-- scope: system
-- args: sign_in_name text
-- columns: person_id int
SELECT person_id FROM credential WHERE sign_in_name = :sign_in_name;

-- name: credential_put
-- result: none
-- scope: system
-- args: person_id int, sign_in_name text, password_hash text?, password_ms int?
INSERT INTO credential (person_id, sign_in_name, password_hash, password_ms) VALUES (:person_id, :sign_in_name, :password_hash, :password_ms)
ON CONFLICT (person_id) DO UPDATE SET sign_in_name = excluded.sign_in_name, password_hash = excluded.password_hash, password_ms = excluded.password_ms,
   failed_count = 0, locked_until_ms = NULL;

-- name: credential_password
-- result: changes
-- scope: system
-- args: person_id int, password_hash text, password_ms int
UPDATE credential SET password_hash = :password_hash, password_ms = :password_ms WHERE person_id = :person_id;

-- name: credential_rehash
-- The same password at another cost: when it was chosen stays, and a newer one is not overwritten.
-- result: changes
-- scope: system
-- args: person_id int, password_hash text, old_hash text
UPDATE credential SET password_hash = :password_hash WHERE person_id = :person_id AND password_hash = :old_hash;

-- name: credential_failed
-- Counted in the database, so that guesses in parallel count each.
-- result: one
-- scope: system
-- args: person_id int
-- columns: failed_count int
-- kept: stays attempts to sign in are not kept in memory
UPDATE credential SET failed_count = failed_count + 1 WHERE person_id = :person_id RETURNING failed_count;

-- name: credential_lock
-- result: none
-- scope: system
-- args: person_id int, locked_until_ms int
-- kept: stays attempts to sign in are not kept in memory
UPDATE credential SET locked_until_ms = :locked_until_ms WHERE person_id = :person_id;

-- name: credential_fine
-- result: none
-- scope: system
-- args: person_id int
-- kept: stays attempts to sign in are not kept in memory
UPDATE credential SET failed_count = 0, locked_until_ms = NULL WHERE person_id = :person_id AND (failed_count > 0 OR locked_until_ms IS NOT NULL);

-- name: totp_put
-- result: changes
-- scope: system
-- args: person_id int, totp_secret blob
UPDATE credential SET totp_secret = :totp_secret, totp_confirmed_ms = NULL, totp_last_step = NULL WHERE person_id = :person_id;

-- name: totp_confirm
-- result: changes
-- scope: system
-- args: person_id int, confirmed_ms int
UPDATE credential SET totp_confirmed_ms = :confirmed_ms WHERE person_id = :person_id AND totp_confirmed_ms IS NULL AND totp_secret IS NOT NULL;

-- name: totp_step
-- A code is accepted once: whoever raises the step first has used it.
-- result: changes
-- scope: system
-- args: person_id int, step int
-- kept: stays attempts to sign in are not kept in memory
UPDATE credential SET totp_last_step = :step WHERE person_id = :person_id AND (totp_last_step IS NULL OR totp_last_step < :step);

-- name: totp_drop
-- result: changes
-- scope: system
-- args: person_id int
UPDATE credential SET totp_secret = NULL, totp_confirmed_ms = NULL, totp_last_step = NULL WHERE person_id = :person_id;

-- name: recovery_insert
-- result: none
-- scope: system
-- args: id int, person_id int, code_hash blob
INSERT INTO recovery_code (id, person_id, code_hash) VALUES (:id, :person_id, :code_hash);

-- name: recovery_use
-- result: changes
-- scope: system
-- args: person_id int, code_hash blob, used_ms int
UPDATE recovery_code SET used_ms = :used_ms WHERE person_id = :person_id AND code_hash = :code_hash AND used_ms IS NULL;

-- name: session_insert
-- result: none
-- scope: system
-- args: token_hash blob, person_id int, csrf_key blob, created_ms int, expires_ms int, ip text?, agent text?, has_second_factor int
INSERT INTO session (token_hash, person_id, csrf_key, created_ms, seen_ms, expires_ms, ip, agent, has_second_factor)
VALUES (:token_hash, :person_id, :csrf_key, :created_ms, :created_ms, :expires_ms, :ip, :agent, :has_second_factor);

-- name: session_by_token
-- All a request needs, in one: who, what he may do somewhere (rights is the union), whether a second factor is asked for.
-- result: one
-- scope: system
-- args: token_hash blob, now_ms int, idle_ms int, today int
-- columns: person_id int, name text, language text, theme text, csrf_key blob, created_ms int, seen_ms int, expires_ms int, has_second_factor int, has_totp int, needs_factor int, is_sample int, rights int, unread int, unit_id int?, unit_name text?
SELECT s.person_id, p.name, p.language, p.theme, s.csrf_key, s.created_ms, s.seen_ms, s.expires_ms, s.has_second_factor, p.is_sample,
       COALESCE((SELECT MAX(1) FROM credential c WHERE c.person_id = s.person_id AND c.totp_confirmed_ms IS NOT NULL), 0) AS has_totp,
       COALESCE((SELECT MAX(g.needs_factor) FROM person_grant g WHERE g.person_id = s.person_id AND g.from_day <= :today AND g.to_day > :today), 0) AS needs_factor,
       COALESCE((SELECT MAX(g.rights & 1) + MAX(g.rights & 2) + MAX(g.rights & 4) + MAX(g.rights & 8) + MAX(g.rights & 16) + MAX(g.rights & 32) + MAX(g.rights & 64) + MAX(g.rights & 128)
                      + MAX(g.rights & 256) + MAX(g.rights & 512) + MAX(g.rights & 1024) + MAX(g.rights & 2048) + MAX(g.rights & 4096) + MAX(g.rights & 8192) + MAX(g.rights & 16384)
                      + MAX(g.rights & 32768) + MAX(g.rights & 65536) + MAX(g.rights & 131072) + MAX(g.rights & 262144) + MAX(g.rights & 524288) + MAX(g.rights & 1048576)
                      + MAX(g.rights & 2097152) + MAX(g.rights & 4194304) + MAX(g.rights & 8388608) + MAX(g.rights & 16777216) + MAX(g.rights & 33554432)
                   FROM person_grant g WHERE g.person_id = s.person_id AND g.from_day <= :today AND g.to_day > :today), 0) AS rights,
       (SELECT COUNT(*) FROM notice n WHERE n.person_id = s.person_id AND n.read_ms IS NULL) AS unread,
       u.unit_id, (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = u.unit_id AND f.from_day <= :today AND f.to_day > :today) AS unit_name
  FROM session s JOIN person p ON p.id = s.person_id AND p.is_active = 1
  LEFT JOIN person_unit u ON u.id = (SELECT MIN(pu.id) FROM person_unit pu WHERE pu.person_id = s.person_id AND pu.from_day <= :today AND pu.to_day > :today)
 WHERE s.token_hash = :token_hash AND s.expires_ms > :now_ms AND s.seen_ms > :now_ms - :idle_ms;

-- name: session_seen
-- result: none
-- scope: system
-- args: token_hash blob, seen_ms int
UPDATE session SET seen_ms = :seen_ms WHERE token_hash = :token_hash AND seen_ms < :seen_ms;

-- name: session_rename
-- After a second factor the session goes on under a new token.
-- result: changes
-- scope: system
-- args: token_hash blob, new_hash blob, csrf_key blob
UPDATE session SET token_hash = :new_hash, csrf_key = :csrf_key, has_second_factor = 1 WHERE token_hash = :token_hash;

-- name: session_delete
-- result: changes
-- scope: system
-- args: token_hash blob
DELETE FROM session WHERE token_hash = :token_hash;

-- name: session_delete_others
-- result: changes
-- scope: system
-- args: person_id int, token_hash blob
DELETE FROM session WHERE person_id = :person_id AND token_hash <> :token_hash;

-- name: session_expire
-- result: changes
-- scope: system
-- args: now_ms int, idle_ms int
DELETE FROM session WHERE expires_ms <= :now_ms OR seen_ms <= :now_ms - :idle_ms;

-- name: session_end_all
-- result: changes
-- scope: system
DELETE FROM session;

-- name: invitation_void_all
-- result: changes
-- scope: system
-- args: used_ms int
UPDATE invitation SET used_ms = :used_ms WHERE used_ms IS NULL;

-- name: session_list
-- My open sessions, newest first.
-- result: many
-- scope: self
-- args: now_ms int
-- columns: token_hash blob, created_ms int, seen_ms int, ip text?, agent text?, has_second_factor int
SELECT token_hash, created_ms, seen_ms, ip, agent, has_second_factor FROM session WHERE person_id = :actor_person AND expires_ms > :now_ms ORDER BY seen_ms DESC;

-- name: invitation_insert
-- result: none
-- scope: system
-- args: token_hash blob, person_id int, kind text, created_by int?, created_ms int, expires_ms int
INSERT INTO invitation (token_hash, person_id, kind, created_by, created_ms, expires_ms) VALUES (:token_hash, :person_id, :kind, :created_by, :created_ms, :expires_ms);

-- name: invitation_void
-- A new link makes the older ones of its kind void.
-- result: none
-- scope: system
-- args: person_id int, kind text, used_ms int
UPDATE invitation SET used_ms = :used_ms WHERE person_id = :person_id AND kind = :kind AND used_ms IS NULL;

-- name: invitation_get
-- result: one
-- scope: system
-- args: token_hash blob, now_ms int
-- columns: person_id int, name text, email text?, kind text, sign_in_name text?, expires_ms int
SELECT i.person_id, p.name, p.email, i.kind, c.sign_in_name, i.expires_ms
  FROM invitation i JOIN person p ON p.id = i.person_id AND p.is_active = 1 LEFT JOIN credential c ON c.person_id = i.person_id
 WHERE i.token_hash = :token_hash AND i.used_ms IS NULL AND i.expires_ms > :now_ms;

-- name: invitation_use
-- result: changes
-- scope: system
-- args: token_hash blob, now_ms int
UPDATE invitation SET used_ms = :now_ms WHERE token_hash = :token_hash AND used_ms IS NULL AND expires_ms > :now_ms;

-- name: api_token_insert
-- result: none
-- scope: system
-- args: id int, token_hash blob, person_id int, name text, rights int, created_ms int, expires_ms int
INSERT INTO api_token (id, token_hash, person_id, name, rights, created_ms, expires_ms) VALUES (:id, :token_hash, :person_id, :name, :rights, :created_ms, :expires_ms);

-- name: api_token_by_hash
-- result: one
-- scope: system
-- args: token_hash blob, now_ms int
-- columns: id int, person_id int, name text, person_name text, language text, rights int, used_ms int?
SELECT t.id, t.person_id, t.name, p.name AS person_name, p.language, t.rights, t.used_ms
  FROM api_token t JOIN person p ON p.id = t.person_id AND p.is_active = 1
 WHERE t.token_hash = :token_hash AND t.revoked_ms IS NULL AND t.expires_ms > :now_ms;

-- name: api_token_used
-- result: none
-- scope: system
-- args: id int, used_ms int
UPDATE api_token SET used_ms = :used_ms WHERE id = :id;

-- name: api_token_revoke
-- result: changes
-- scope: self
-- args: id int, revoked_ms int
UPDATE api_token SET revoked_ms = :revoked_ms WHERE id = :id AND person_id = :actor_person AND revoked_ms IS NULL;

-- name: api_token_list
-- result: many
-- scope: self
-- columns: id int, name text, rights int, created_ms int, expires_ms int, revoked_ms int?, used_ms int?
SELECT id, name, rights, created_ms, expires_ms, revoked_ms, used_ms FROM api_token WHERE person_id = :actor_person ORDER BY id DESC;

-- name: rights_of
-- result: many
-- scope: system
-- args: person_id int, today int
-- columns: rights int, needs_factor int
SELECT rights, needs_factor FROM person_grant WHERE person_id = :person_id AND from_day <= :today AND to_day > :today;
