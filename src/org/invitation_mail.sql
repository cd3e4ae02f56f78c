-- name: invitation_mail_insert
-- result: none
-- scope: system
-- args: id int, person_id int, kind text, address text, asked_by int?, asked_ms int
INSERT INTO invitation_mail (id, person_id, kind, address, asked_by, asked_ms, state, tries, changed_ms)
VALUES (:id, :person_id, :kind, :address, :asked_by, :asked_ms, 'queued', 0, :asked_ms);

-- name: invitation_mail_get
-- result: one
-- scope: system
-- args: id int
-- columns: id int, person_id int, kind text, address text, state text, name text, language text?, is_active int
SELECT m.id, m.person_id, m.kind, m.address, m.state, p.name, p.language, p.is_active FROM invitation_mail m JOIN person p ON p.id = m.person_id WHERE m.id = :id;

-- name: invitation_mail_last
-- The newest of a person. The caller has asked whether the person may be managed.
-- result: one
-- scope: system
-- args: person_id int
-- columns: id int, kind text, address text, state text, tries int, asked_ms int, changed_ms int, expires_ms int?, reason text?
SELECT id, kind, address, state, tries, asked_ms, changed_ms, expires_ms, reason FROM invitation_mail WHERE person_id = :person_id ORDER BY id DESC LIMIT 1;

-- name: invitation_mail_set
-- result: changes
-- scope: system
-- args: id int, state text, changed_ms int, expires_ms int?, reason text?
UPDATE invitation_mail SET state = :state, tries = tries + 1, changed_ms = :changed_ms, expires_ms = :expires_ms, reason = :reason WHERE id = :id AND state = 'queued';

-- name: invitation_mail_wipe
-- result: none
-- scope: system
-- args: person_id int
DELETE FROM invitation_mail WHERE person_id = :person_id;

-- name: sample_drop_invitation_mail
-- result: none
-- scope: system
DELETE FROM invitation_mail WHERE person_id IN (SELECT id FROM person WHERE is_sample = 1);
