-- Invitations asked to be mailed, and what became of them. The link itself is made when the mail leaves and is nowhere but in it.
CREATE TABLE invitation_mail (
    id {id},
    person_id {int} NOT NULL REFERENCES person (id),
    kind {text} NOT NULL,             -- invite, reset
    address {text} NOT NULL,
    asked_by {int},
    asked_ms {int} NOT NULL,
    state {text} NOT NULL,            -- queued, sent, refused
    tries {int} NOT NULL,
    changed_ms {int} NOT NULL,
    expires_ms {int},                 -- of the link that was sent
    reason {text}                     -- why the last try failed, in parts (base/err.h)
) {strict};
CREATE INDEX invitation_mail_person_idx ON invitation_mail (person_id, id);
