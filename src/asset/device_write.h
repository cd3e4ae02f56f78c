/* device_write.h - inside asset: what one transaction over devices keeps at hand: the identities of a site, the
 * counters to come. Uses: asset/device.    Used by: asset/device*.c alone.    Memory: the transaction's arena. Threads:
 * one db, one owner. */
#ifndef LUYTRE_ASSET_DEVICE_WRITE_H
#define LUYTRE_ASSET_DEVICE_WRITE_H

#include "asset/device.h"
#include "base/map.h"
#include "base/vec.h"

NONNULL_BEGIN

#define DEVICE_ARENA_BYTES (768u << 20)

/* What changes in the counters, summed up, to be written in the order of units at the end. */
struct count_delta {
    int64_t unit_id;
    struct str kind;
    int64_t d[3]; /* protected, unprotected, unknown */
};
struct count_deltas {
    struct arena *arena;
    civil_day day; /* which kinds are hosts */
    struct map by_key;
    struct count_delta **NULLABLE items;
    size_t count;
    size_t room;
};
/* d to one state of one unit: its kind and 'all'. counted empty: nothing. */
MUST_USE enum err_code count_delta_add(struct count_deltas *deltas, int64_t unit_id, struct str kind,
                                       struct str counted, int64_t d, struct err *err);
/* " server endpoint ", as queries take the kinds that are hosts on a day. */
MUST_USE enum err_code host_kinds_text(struct arena *arena, civil_day day, struct str *ret_text, struct err *err);
MUST_USE enum err_code count_delta_flush(struct db *db, struct count_deltas *deltas, struct err *err);

/* What a row's statement counts as on a day, and from which day on it is too old. */
struct counted {
    struct str state;
    civil_day to_day; /* CIVIL_FOREVER: does not age */
};
struct counted counted_of(struct str protection, struct opt_i64 protection_ms, civil_day today);
/* Of two statements: is the first the one that decides? The newer; of the same instant the worse. */
bool is_statement_newer(struct str protection, struct opt_i64 protection_ms, struct str than, struct opt_i64 than_ms);
/* Bring a root's counted state in line with its rows. The caller holds the site. */
MUST_USE enum err_code device_count_again(struct db *db, struct arena *arena, struct count_deltas *deltas,
                                          int64_t root_id, civil_day today, struct err *err);
MUST_USE enum err_code device_note(struct db *db, const struct actor *actor, const char *kind, int64_t device_id,
                                   int64_t unit_id, struct str content, struct err *err);
/* What a table says of a device, whole: an empty system_id leaves the system; protection empty: nothing is said of it.
 * In the caller's transaction, who has asked for the right. ERR_CONFLICT when it is merged or retired. */
#define DEVICE_TEXT_MAX 500u /* characters */
MUST_USE enum err_code device_put_row(struct db *db, const struct actor *actor, int64_t device_id,
                                      const struct device_change *change, struct str antimalware, struct str protection,
                                      struct err *err);
/* The system stands with this unit today; 0: none is named. */
MUST_USE enum err_code device_check_system(struct db *db, struct arena *arena, int64_t system_id, int64_t unit_id,
                                           struct err *err);
/* What a root is called and is, changed where something is said. The caller holds its site. */
MUST_USE enum err_code device_put_root(struct db *db, struct arena *arena, struct count_deltas *deltas,
                                       const struct sql_device_row_row *row, const struct device_change *change,
                                       struct err *err);
MUST_USE enum err_code device_put_statement(struct db *db, const struct sql_device_row_row *row, struct str protection,
                                            struct opt_i64 at_ms, struct str product, struct err *err);
MUST_USE enum err_code device_suggest(struct db *db, int64_t unit_id, int64_t a, int64_t b, const char *why,
                                      struct err *err);
MUST_USE enum err_code device_keys(struct arena *arena, struct str name, struct str os, struct str antimalware,
                                   struct str *ret_search, struct str *ret_sort, struct err *err);

NONNULL_END
#endif
