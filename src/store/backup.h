/* backup.h - a consistent copy of the whole database as a stream of bytes, while writers go on; and back into an empty
 * place. SQLite: the file itself, copied by the engine. PostgreSQL: every table through COPY, read in one snapshot,
 * each in the order of its references. Encryption, blobs and keys are the caller's (cmd backup): bytes leave and come
 * through callbacks. Uses: base, os, store/db.    Used by: cmd (backup, restore, upgrade). Memory: constant, but for
 * the list of tables.    Threads: the db is the caller's. */
#ifndef LUYTRE_STORE_BACKUP_H
#define LUYTRE_STORE_BACKUP_H

#include "store/store.h"

NONNULL_BEGIN

/* Takes the next bytes of the copy. */
struct backup_sink {
    enum err_code (*write)(void *NULLABLE ctx, struct str bytes, struct err *err);
    void *NULLABLE ctx;
};
/* Fills room with up to room_bytes; *ret_count 0 is the end. */
struct backup_source {
    enum err_code (*read)(void *NULLABLE ctx, char *room, size_t room_bytes, size_t *ret_count, struct err *err);
    void *NULLABLE ctx;
};
struct backup_report {
    int64_t bytes;
    int64_t tables;
    int64_t rows; /* PostgreSQL only; SQLite copies pages */
};
/* work_folder: where SQLite's copy stands while it is made and checked; needs as much room as the database. */
MUST_USE enum err_code backup_write(struct db *db, const char *work_folder, const struct backup_sink *sink,
                                    struct backup_report *ret_report, struct err *err);
/* where: as store_open takes it; the SQLite file must not exist, the PostgreSQL database must be empty (else
 * ERR_CONFLICT). Nothing stays behind on failure. modules: those of this program; a copy made by a newer one is
 * ERR_UNSUPPORTED, an older one is restored as it was and brought up by the next store_open. ERR_SYNTAX: not a copy of
 * this kind, or cut short. */
MUST_USE enum err_code backup_restore(const char *where, const struct store_options *options,
                                      const struct backup_source *source, struct backup_report *ret_report,
                                      struct err *err);

/* After a restore: what was told to others since the copy was made is told anew under higher serials, and everybody can
 * see that this is another life of the same node. */
#define BACKUP_SERIAL_JUMP 1000000
/* PostgreSQL: the rows were committed, backup_new_epoch() has not run. store_open() refuses such a database. */
MUST_USE enum err_code backup_is_unfinished(struct db *db, bool *ret_is_unfinished, struct err *err);
MUST_USE enum err_code backup_new_epoch(struct db *db, int64_t *ret_epoch, struct err *err);

NONNULL_END
#endif
