/* backup_stream.h - the sealed file of `backup`: records of {kind, u32le length, payload} inside one sealed stream.
 * A writer builds it under another name and gives it its own only when everything is on the disk; a reader hands out
 * records as they are verified, and the last one ('Z') only after the stream was seen to end there, signed and whole.
 *   H header (JSON)   D bytes of the database   E end of the database   B "hex size": a file begins   C its bytes
 *   K "name\ncontent": a key file   Z end (JSON)
 * Sealing runs in a thread of its own, joined by a pipe. Uses: os/crypto, os/file.    Used by: cmd_backup, cmd_restore.
 * Memory: one record.    Threads: a writer or reader has one owner; SIGPIPE must be ignored. */
#ifndef LUYTRE_CMD_BACKUP_STREAM_H
#define LUYTRE_CMD_BACKUP_STREAM_H

#include "base/arena.h"
#include "os/crypto.h"

NONNULL_BEGIN

#define PACK_RECORD_MAX_BYTES (1u << 20)
#define PACK_PART_SUFFIX      ".part"

struct pack_writer;
/* ERR_CONFLICT when path exists. */
MUST_USE enum err_code pack_create(const char *path, const struct seal_public *to, struct pack_writer **ret_writer,
                                   struct err *err);
MUST_USE enum err_code pack_put(struct pack_writer *writer, char kind, struct str payload, struct err *err);
/* Everything on the disk, under its name. The writer is gone afterwards, also on failure. */
MUST_USE enum err_code pack_finish(struct pack_writer *writer, int64_t *ret_file_bytes, struct err *err);
void pack_abort(struct pack_writer *NULLABLE writer);

struct pack_reader;
MUST_USE enum err_code pack_open(const char *path, const struct seal_secret *secret, struct pack_reader **ret_reader,
                                 struct err *err);
/* The view lives until the next call. After 'Z' there is nothing more. */
MUST_USE enum err_code pack_next(struct pack_reader *reader, char *ret_kind, struct str *ret_payload, struct err *err);
void pack_close(struct pack_reader *NULLABLE reader);

/* Key files: one line each. The secret one must be readable by its owner alone. */
MUST_USE enum err_code pack_keys_make(const char *secret_path, const char *public_path, struct err *err);
MUST_USE enum err_code pack_public_read(const char *path, struct seal_public *ret_public, struct err *err);
MUST_USE enum err_code pack_secret_read(const char *path, struct seal_secret *ret_secret, struct err *err);

NONNULL_END
#endif
