-- name: blob_insert
-- Known already: only the day it was last handed in moves.
-- result: none
-- scope: system
-- args: sha256 blob, size_bytes int, content blob?, put_ms int
INSERT INTO blob (sha256, size_bytes, content, put_ms) VALUES (:sha256, :size_bytes, :content, :put_ms)
    ON CONFLICT (sha256) DO UPDATE SET put_ms = excluded.put_ms;

-- name: blob_get
-- result: one
-- scope: system
-- args: sha256 blob
-- columns: size_bytes int, content blob?
SELECT size_bytes, content FROM blob WHERE sha256 = :sha256;

-- name: blob_has
-- result: one
-- scope: system
-- args: sha256 blob
-- columns: size_bytes int
SELECT size_bytes FROM blob WHERE sha256 = :sha256;

-- name: blob_use_insert
-- result: none
-- scope: system
-- args: sha256 blob, owner_kind text, owner_id int
INSERT INTO blob_use (sha256, owner_kind, owner_id) VALUES (:sha256, :owner_kind, :owner_id) ON CONFLICT (sha256, owner_kind, owner_id) DO NOTHING;

-- name: blob_use_delete
-- result: changes
-- scope: system
-- args: owner_kind text, owner_id int
DELETE FROM blob_use WHERE owner_kind = :owner_kind AND owner_id = :owner_id;

-- name: blob_delete_unused
-- result: changes
-- scope: system
-- args: before_ms int
DELETE FROM blob WHERE put_ms < :before_ms AND NOT EXISTS (SELECT 1 FROM blob_use WHERE blob_use.sha256 = blob.sha256);

-- name: blob_page
-- All blobs in the order of their hashes.
-- result: many
-- scope: system
-- args: after_sha256 blob, limit_count int
-- columns: sha256 blob, size_bytes int, is_inline int
SELECT sha256, size_bytes, CASE WHEN content IS NULL THEN 0 ELSE 1 END AS is_inline FROM blob
 WHERE sha256 > :after_sha256 ORDER BY sha256 LIMIT :limit_count;
