/* blob.h - bytes known by their SHA-256: evidence files, letters, pictures.
 * Up to BLOB_INLINE_MAX_BYTES they live in the database, larger ones in the blob folder as ab/cdef..., on the disk
 * before the row that names them commits. What nobody uses is swept away later; the same bytes are kept once. Uses:
 * base, os, store/db.    Used by: proof, duty, cmd (sweep, verify, backup). Memory: the caller's arena.    Threads: any
 * number, each with its db; also several processes on one folder. */
#ifndef LUYTRE_STORE_BLOB_H
#define LUYTRE_STORE_BLOB_H

#include "os/crypto.h"
#include "store/blob.sql.h"
#include "store/db.h"

NONNULL_BEGIN

/* Inside the transaction that needs them: put the bytes, then say who uses them (owner_kind "evidence_file", its id).
 */
MUST_USE enum err_code blob_put(struct db *db, struct str bytes, struct sha256 *ret_hash, struct err *err);
MUST_USE enum err_code blob_use(struct db *db, const struct sha256 *hash, struct str owner_kind, int64_t owner_id,
                                struct err *err);
MUST_USE enum err_code blob_unuse(struct db *db, struct str owner_kind, int64_t owner_id, struct err *err);
/* ERR_NOT_FOUND: no such blob; ERR_LIMIT: larger than the ceiling; ERR_IO: the bytes are missing or not what their name
 * says. */
MUST_USE enum err_code blob_read(struct db *db, const struct sha256 *hash, size_t ceiling_bytes, struct arena *arena,
                                 struct str *ret_bytes, struct err *err);
MUST_USE enum err_code blob_size(struct db *db, const struct sha256 *hash, int64_t *ret_size_bytes, struct err *err);

struct blob_sweep {
    int64_t rows;  /* blobs without a user, forgotten */
    int64_t files; /* files without a row, and leftovers of broken writes, removed */
};
#define BLOB_SWEEP_AGE_MS (24 * 3600 * 1000LL)
/* Only what was last handed in age_ms ago or earlier: a running transaction may not have named its use yet. */
MUST_USE enum err_code blob_sweep(struct db *db, int64_t age_ms, struct blob_sweep *ret_sweep, struct err *err);

struct blob_report {
    int64_t blobs;
    int64_t bytes;
    int64_t missing; /* the file is gone */
    int64_t damaged; /* the bytes do not have their hash */
    struct sha256 first_bad;
};
/* Read every blob and compare its hash: for doctor and after a restore. */
MUST_USE enum err_code blob_verify(struct db *db, struct blob_report *ret_report, struct err *err);
/* Every blob of the folder, for backup: hash and where its bytes stand ("" when inline). */
MUST_USE enum err_code blob_path(struct db *db, const struct sha256 *hash, struct arena *arena, const char **ret_path,
                                 struct err *err);

NONNULL_END
#endif
