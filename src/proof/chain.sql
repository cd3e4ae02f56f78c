-- name: chain_insert
-- result: none
-- scope: system
-- args: id int, node int, stream text, kind text, object_kind text, object_id int, unit_id int?, actor_id int?, at_ms int, salt blob, content blob, content_hash blob
INSERT INTO chain_entry (id, node, stream, kind, object_kind, object_id, unit_id, actor_id, at_ms, salt, content, content_hash)
VALUES (:id, :node, :stream, :kind, :object_kind, :object_id, :unit_id, :actor_id, :at_ms, :salt, :content, :content_hash);

-- name: chain_waiting
-- Entries of this node that wait for the committer, oldest first.
-- result: many
-- scope: system
-- args: node int, limit_count int
-- columns: id int, stream text, kind text, object_kind text, object_id int, unit_id int?, actor_id int?, at_ms int, content_hash blob
SELECT id, stream, kind, object_kind, object_id, unit_id, actor_id, at_ms, content_hash
  FROM chain_entry WHERE seq IS NULL AND node = :node ORDER BY id LIMIT :limit_count;

-- name: chain_head_get
-- result: one
-- scope: system
-- args: node int, stream text
-- columns: seq int, hash blob
-- sqlite:
SELECT seq, hash FROM chain_head WHERE node = :node AND stream = :stream;
-- postgres:
SELECT seq, hash FROM chain_head WHERE node = :node AND stream = :stream FOR UPDATE;

-- name: chain_head_put
-- result: none
-- scope: system
-- args: node int, stream text, seq int, hash blob
INSERT INTO chain_head (node, stream, seq, hash) VALUES (:node, :stream, :seq, :hash)
ON CONFLICT (node, stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;

-- name: chain_seal_one
-- result: changes
-- scope: system
-- args: id int, seq int, prev_hash blob, hash blob
UPDATE chain_entry SET seq = :seq, prev_hash = :prev_hash, hash = :hash WHERE id = :id AND seq IS NULL;

-- name: chain_all
-- Every sealed entry of a stream in order, for the verifier and the export.
-- result: many
-- scope: system
-- args: node int, stream text, after_seq int
-- columns: id int, seq int, kind text, object_kind text, object_id int, unit_id int?, actor_id int?, at_ms int, salt blob?, content blob?, content_hash blob, prev_hash blob, hash blob, erased_by int?
SELECT id, seq, kind, object_kind, object_id, unit_id, actor_id, at_ms, salt, content, content_hash, prev_hash, hash, erased_by
  FROM chain_entry WHERE node = :node AND stream = :stream AND seq > :after_seq ORDER BY seq;

-- name: chain_streams
-- result: many
-- scope: system
-- columns: node int, stream text, seq int, hash blob
SELECT node, stream, seq, hash FROM chain_head ORDER BY node, stream;

-- name: chain_waiting_count
-- result: one
-- scope: system
-- columns: waiting int, oldest_ms int?
SELECT COUNT(*) AS waiting, MIN(at_ms) AS oldest_ms FROM chain_entry WHERE seq IS NULL;

-- name: chain_entry_get
-- result: one
-- scope: system
-- args: id int
-- columns: id int, node int, stream text, kind text, object_kind text, object_id int, unit_id int?, content blob?
SELECT id, node, stream, kind, object_kind, object_id, unit_id, content FROM chain_entry WHERE id = :id;

-- name: chain_erase
-- result: changes
-- scope: system
-- args: id int, erased_by int
UPDATE chain_entry SET salt = NULL, content = NULL, erased_by = :erased_by WHERE id = :id AND content IS NOT NULL;

-- name: chain_of_object
-- The history of one object in one unit, newest first; rows whose content was erased say so. Entries of no unit (sign-ins, settings) are nobody's history:
-- the sight of some unit would open them all.
-- result: many
-- scope: org
-- args: object_kind text, object_id int, unit_id int, before_id int, limit_count int
-- columns: id int, kind text, actor_id int?, actor_name text?, at_ms int, content blob?, hash blob?, erased_by int?
SELECT e.id, e.kind, e.actor_id, p.name AS actor_name, e.at_ms, e.content, e.hash, e.erased_by
  FROM chain_entry e LEFT JOIN person p ON p.id = e.actor_id
 WHERE e.object_kind = :object_kind AND e.object_id = :object_id AND e.id < :before_id AND {scope :unit_id} AND e.unit_id = :unit_id
 ORDER BY e.id DESC LIMIT :limit_count;

-- name: chain_signature_insert
-- result: none
-- scope: system
-- args: id int, node int, stream text, seq int, hash blob, key_id text, signature blob, at_ms int
INSERT INTO chain_signature (id, node, stream, seq, hash, key_id, signature, at_ms)
VALUES (:id, :node, :stream, :seq, :hash, :key_id, :signature, :at_ms);

-- name: chain_signatures
-- result: many
-- scope: system
-- args: node int, stream text
-- columns: seq int, hash blob, key_id text, signature blob, at_ms int, public_key blob?
SELECT s.seq, s.hash, s.key_id, s.signature, s.at_ms, k.public_key
  FROM chain_signature s LEFT JOIN chain_key k ON k.key_id = s.key_id
 WHERE s.node = :node AND s.stream = :stream ORDER BY s.seq;

-- name: chain_signature_last
-- result: one
-- scope: system
-- args: node int, stream text
-- columns: seq int, at_ms int
SELECT seq, at_ms FROM chain_signature WHERE node = :node AND stream = :stream ORDER BY seq DESC LIMIT 1;

-- name: chain_key_put
-- result: none
-- scope: system
-- args: key_id text, public_key blob, from_ms int
INSERT INTO chain_key (key_id, public_key, from_ms) VALUES (:key_id, :public_key, :from_ms) ON CONFLICT (key_id) DO NOTHING;
