#include "store/outbox.h"

enum err_code outbox_add(struct db *db, struct str topic, int64_t object_id, struct str payload, struct err *err)
{
    must(db_is_in_transaction(db));
    struct sql_outbox_insert_args args = {db_id(db), topic, object_id, str_is_null(payload) ? STR("") : payload,
                                          db_now_ms(db)};
    return sql_outbox_insert(db, &args, err);
}

static enum err_code number(struct db *db, void *ctx, struct err *err)
{
    bool *is_all = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 10);
    struct sql_outbox_lock_row *head;
    TRY(sql_outbox_lock(db, &arena, &head, err));
    if (!head)
        return err_set(err, ERR_IO, "the outbox has lost its head row: restore the last backup");
    struct sql_outbox_number_rows_args args = {head->last_serial, OUTBOX_NUMBER_BATCH};
    int64_t changes = 0;
    TRY(sql_outbox_number_rows(db, &args, &changes, err));
    *is_all = changes < OUTBOX_NUMBER_BATCH;
    struct sql_outbox_move_head_args move = {head->last_serial + changes};
    return changes ? sql_outbox_move_head(db, &move, err) : ERR_NONE;
}

enum err_code outbox_read(struct db *db, int64_t after_serial, int64_t limit_count, struct arena *arena,
                          struct sql_outbox_after_rows *ret_rows, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, 16u << 10);
    struct sql_outbox_unnumbered_row *row;
    TRY(sql_outbox_unnumbered(db, &scratch, &row, err));
    for (bool is_all = !row->waits; !is_all;)
        TRY(db_transact(db, number, &is_all, err));
    struct sql_outbox_after_args args = {after_serial, limit_count};
    return sql_outbox_after(db, arena, &args, ret_rows, err);
}

enum err_code outbox_cursor(struct db *db, struct str reader, int64_t *ret_serial, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 16u << 10);
    struct sql_outbox_reader_get_args args = {reader};
    struct sql_outbox_reader_get_row *row;
    TRY(sql_outbox_reader_get(db, &arena, &args, &row, err));
    *ret_serial = row ? row->serial : 0;
    return ERR_NONE;
}

enum err_code outbox_advance(struct db *db, struct str reader, int64_t serial, struct err *err)
{
    struct sql_outbox_reader_put_args args = {reader, serial, db_now_ms(db)};
    return sql_outbox_reader_put(db, &args, err);
}

enum err_code outbox_prune(struct db *db, int64_t before_ms, int64_t *ret_dropped, struct err *err)
{
    struct sql_outbox_delete_read_args args = {before_ms};
    return sql_outbox_delete_read(db, &args, ret_dropped, err);
}
