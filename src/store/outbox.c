#include "store/outbox.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/driver.h"

/* --- what the transaction has written --- */

enum err_code outbox_touch(struct db *db, const char *table, const char *by, int64_t key, struct err *err)
{
    struct outbox_notes *notes = &db->notes;
    must(db_is_in_transaction(db));
    if (notes->count) {
        const struct outbox_note *last = &notes->items[notes->count - 1];
        if (last->key == key && last->table == table && last->by == by)
            return ERR_NONE;
    }
    if (notes->count == notes->room) {
        size_t room = notes->room ? notes->room * 2 : 32;
        struct outbox_note *grown = mem_alloc(room * sizeof *grown);
        if (!grown)
            return err_set(err, ERR_NOMEM, "no memory to note what was written");
        if (notes->count)
            memcpy(grown, notes->items, notes->count * sizeof *grown);
        mem_free(notes->items);
        notes->items = grown;
        notes->room = room;
    }
    notes->items[notes->count++] = (struct outbox_note){table, by, key, 0};
    return ERR_NONE;
}

void outbox_notes_free(struct db *db)
{
    mem_free(db->notes.items);
    db->notes = (struct outbox_notes){0};
}

static int by_key(const void *a, const void *b)
{
    const struct outbox_note *x = a, *y = b;
    return x->group != y->group ? x->group - y->group : (x->key > y->key) - (x->key < y->key);
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

static bool is_same_group(const struct outbox_note *a, const struct outbox_note *b)
{
    return is_same_text(a->table, b->table) && is_same_text(a->by, b->by);
}

static void put_group(struct buf *buf, const struct outbox_note *group, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        kept += i == 0 || group[i].key != group[i - 1].key;
    buf_printf(buf, "{\"table\":\"%s\",\"by\":\"%s\",", group->table, group->by);
    if (kept > OUTBOX_KEYS_MAX) {
        buf_printf(buf, "\"count\":%zu,\"from\":\"%lld\",\"to\":\"%lld\"}", kept, (long long)group[0].key,
                   (long long)group[count - 1].key);
        return;
    }
    buf_lit(buf, "\"keys\":[");
    for (size_t i = 0; i < count; i++)
        if (i == 0 || group[i].key != group[i - 1].key)
            buf_printf(buf, "%s\"%lld\"", i ? "," : "", (long long)group[i].key);
    buf_lit(buf, "]}");
}

/* Every table and key once, in the order the tables were first written. */
enum err_code outbox_flush(struct db *db, struct err *err)
{
    struct outbox_notes *notes = &db->notes;
    enum { GROUPS_MAX = 96 };
    struct outbox_note firsts[GROUPS_MAX];
    size_t group_count = 0;
    if (notes->count == 0)
        return ERR_NONE;
    for (size_t i = 0; i < notes->count; i++) {
        size_t g = 0;
        while (g < group_count && !is_same_group(&firsts[g], &notes->items[i]))
            g++;
        if (g == GROUPS_MAX)
            return err_set(err, ERR_LIMIT, "a transaction writes more than %d kinds of rows", GROUPS_MAX);
        if (g == group_count)
            firsts[group_count++] = notes->items[i];
        notes->items[i].group = (int)g;
    }
    qsort(notes->items, notes->count, sizeof *notes->items, by_key);
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    buf_lit(&buf, "{\"writes\":[");
    for (size_t begin = 0, end = 0; begin < notes->count; begin = end) {
        while (end < notes->count && notes->items[end].group == notes->items[begin].group)
            end++;
        if (begin)
            buf_lit(&buf, ",");
        put_group(&buf, notes->items + begin, end - begin);
    }
    buf_lit(&buf, "]}");
    TRY(buf_check(&buf, err));
    notes->count = 0;
    return outbox_add(db, STR(OUTBOX_CHANGE), firsts[0].key, buf_str(&buf), err);
}

/* --- rows --- */

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
