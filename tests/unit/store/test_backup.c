/* Backup and restore on both engines: every row of every table, while others write; and what is refused. */
#include "sample.sql.h"
#include "store_test.h"

#include <pthread.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "store/backup.h"
#include "store/outbox.h"
#include "store/schema.sql.h"

extern const struct sql_module sql_module_sample;
static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_sample, NULL};
#define SAMPLES 2000

struct tape { /* the copy, in memory */
    struct buf buf;
    size_t read_bytes;
    size_t cut_bytes;  /* pretend it ends here; 0: it does not */
    size_t fail_bytes; /* the sink fails when it is this full; 0: never */
};
static enum err_code tape_write(void *ctx, struct str bytes, struct err *err)
{
    struct tape *tape = ctx;
    if (tape->fail_bytes && tape->buf.len_bytes + bytes.len_bytes > tape->fail_bytes)
        return err_set(err, ERR_IO, "the tape is full");
    buf_put(&tape->buf, bytes);
    return buf_check(&tape->buf, err);
}
static enum err_code tape_read(void *ctx, char *room, size_t room_bytes, size_t *ret_count, struct err *err)
{
    struct tape *tape = ctx;
    (void)err;
    size_t end = tape->cut_bytes ? tape->cut_bytes : tape->buf.len_bytes, left = end - tape->read_bytes;
    *ret_count = left < room_bytes ? left : room_bytes;
    if (*ret_count)
        memcpy(room, tape->buf.ptr + tape->read_bytes, *ret_count);
    tape->read_bytes += *ret_count;
    return ERR_NONE;
}

static enum err_code fill_rows(struct db *db, void *ctx, struct err *err)
{
    struct store_test *t = ctx;
    struct rng rng;
    rng_init(&rng, 7);
    for (int64_t id = 1; id <= SAMPLES; id++) {
        char name[64], bytes[40];
        snprintf(name, sizeof name, "%lld\tTrường\\N \"một\"\n%s", (long long)id, id % 3 ? "\\." : "\r");
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)rng_next(&rng);
        struct sql_sample_add_args args = {.id = id, .name = str_from_cstr(name)};
        if (id % 2)
            args.amount = OPT_I64((int64_t)(rng_next(&rng) >> 20));
        if (id % 5)
            args.weight = OPT_F64((double)rng_next(&rng) / 3.0);
        if (id % 7)
            args.bytes = (struct str){bytes, rng_below(&rng, sizeof bytes)};
        args.note = id % 4 == 0 ? STR("") : id % 4 == 1 ? STR("\\N") : STR_NONE;
        if (id > 1)
            args.parent_id = OPT_I64(id / 2);
        TRY(sql_sample_add(db, &args, err));
    }
    (void)t;
    return outbox_add(db, STR("sample"), 1, STR("{}"), err);
}

/* All rows of all tables as text, tables and rows sorted. */
static struct str dump(struct store_test *t, const char *where)
{
    struct buf buf;
    buf_init(&buf, 64u << 20);
    if (t->engine == STORE_POSTGRES) {
        PGconn *conn = PQconnectdb(where);
        PGresult *tables = PQexec(
            conn,
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1");
        for (int i = 0; i < PQntuples(tables); i++) {
            char sql[200];
            snprintf(sql, sizeof sql, "SELECT x::text FROM %s x ORDER BY 1", PQgetvalue(tables, i, 0));
            PGresult *rows = PQexec(conn, sql);
            buf_printf(&buf, "== %s %d\n", PQgetvalue(tables, i, 0), PQntuples(rows));
            for (int r = 0; r < PQntuples(rows); r++)
                buf_printf(&buf, "%s\n", PQgetvalue(rows, r, 0));
            PQclear(rows);
        }
        PQclear(tables);
        PQfinish(conn);
    } else {
        sqlite3 *handle;
        sqlite3_stmt *tables, *rows;
        assert_int_equal(sqlite3_open(where, &handle), SQLITE_OK);
        assert_int_equal(sqlite3_prepare_v2(handle, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1",
                                            -1, &tables, NULL),
                         SQLITE_OK);
        while (sqlite3_step(tables) == SQLITE_ROW) {
            char sql[200];
            snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1", (const char *)sqlite3_column_text(tables, 0));
            buf_printf(&buf, "== %s\n", (const char *)sqlite3_column_text(tables, 0));
            assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &rows, NULL), SQLITE_OK);
            while (sqlite3_step(rows) == SQLITE_ROW)
                for (int c = 0; c < sqlite3_column_count(rows); c++) {
                    buf_printf(&buf, "%d:", sqlite3_column_type(rows, c));
                    const char *bytes = sqlite3_column_blob(rows, c);
                    for (int i = 0; bytes && i < sqlite3_column_bytes(rows, c); i++)
                        buf_printf(&buf, "%02x", (unsigned char)bytes[i]);
                    buf_lit(&buf, "\n");
                }
            sqlite3_finalize(rows);
        }
        sqlite3_finalize(tables);
        sqlite3_close(handle);
    }
    struct str text = arena_str(&t->arena, buf_str(&buf));
    assert_false(buf.failed);
    buf_done(&buf);
    return text;
}

/* An empty place for the restore. */
static const char *new_place(struct store_test *t)
{
    if (t->engine == STORE_SQLITE)
        return arena_printf(&t->arena, "%s/restored.db", t->dir).ptr;
    char sql[160];
    snprintf(sql, sizeof sql, "CREATE DATABASE %s_r TEMPLATE template0", t->database);
    assert_true(store_test_admin(sql));
    const char *name = strstr(store_test_where, "/postgres?");
    return arena_printf(&t->arena, "%.*s/%s_r?%s", (int)(name - store_test_where), store_test_where, t->database,
                        name + 10)
        .ptr;
}
static void drop_place(struct store_test *t)
{
    char sql[160];
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s_r WITH (FORCE)", t->database);
    if (t->engine == STORE_POSTGRES)
        assert_true(store_test_admin(sql));
}

static void make_copy(struct store_test *t, struct tape *tape)
{
    struct err err;
    assert_ok(db_transact(t->db, fill_rows, t, &err));
    struct sql_outbox_after_rows rows;
    assert_ok(outbox_read(t->db, 0, 10, &t->arena, &rows, &err));
    memset(tape, 0, sizeof *tape);
    buf_init(&tape->buf, 256u << 20);
    struct backup_sink sink = {tape_write, tape};
    struct backup_report report;
    assert_ok(backup_write(t->db, t->dir, &sink, &report, &err));
    assert_int_equal(report.bytes, tape->buf.len_bytes);
    assert_true(report.tables >= 11);
    assert_true(t->engine == STORE_SQLITE || report.rows > SAMPLES);
}

static void test_every_row_comes_back(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct tape tape;
    make_copy(t, &tape);
    const char *where = new_place(t);
    struct backup_source source = {tape_read, &tape};
    struct backup_report report;
    assert_ok(backup_restore(where, &t->options, &source, &report, &err));
    assert_int_equal(report.bytes, tape.buf.len_bytes);
    assert_true(str_equal(dump(t, t->where), dump(t, where)));
    struct store *store; /* and it is a store: nothing to migrate, the next serial stands above a jump */
    struct store_options options = t->options;
    options.migrate = false;
    assert_ok(store_open(where, &options, &store, &err));
    struct db *db;
    assert_ok(store_db_take(store, &db, &err));
    int64_t epoch;
    assert_ok(backup_new_epoch(db, &epoch, &err));
    assert_int_equal(epoch, 2);
    struct sql_sample_count_row *row;
    assert_ok(sql_sample_count(db, &t->arena, &row, &err));
    assert_int_equal(row->row_count, SAMPLES);
    store_db_give(db);
    store_close(store);
    drop_place(t);
    buf_done(&tape.buf);
}

struct busy {
    struct store *store;
    _Atomic bool stop;
    bool failed;
    int64_t id;
};
static enum err_code add_pair(struct db *db, void *ctx, struct err *err)
{
    struct busy *busy = ctx;
    for (int i = 0; i < 2; i++) {
        char name[40];
        snprintf(name, sizeof name, "w%lld-%d", (long long)busy->id, i);
        struct sql_sample_add_args args = {
            .id = busy->id * 2 + i, .name = str_from_cstr(name), .note = STR("a note to fill the page")};
        TRY(sql_sample_add(db, &args, err));
    }
    return ERR_NONE;
}
static void *write_pairs(void *ctx)
{
    struct busy *busy = ctx;
    struct err err;
    AUTO_DB db = NULL;
    busy->failed = store_db_take(busy->store, &db, &err) != ERR_NONE;
    for (busy->id = 1000000; !busy->failed && !busy->stop; busy->id++)
        if (db_transact(db, add_pair, busy, &err) != ERR_NONE) {
            fprintf(stderr, "%s\n", err.text);
            busy->failed = true;
        }
    return NULL;
}

static void test_copy_is_of_one_moment_while_others_write(void **state)
{
    struct store_test *t = *state;
    struct err err;
    assert_ok(db_transact(t->db, fill_rows, t, &err));
    struct busy busy = {.store = t->store};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_pairs, &busy), 0);
    struct tape tape = {0};
    struct backup_sink sink = {tape_write, &tape};
    struct backup_report report;
    enum err_code code = ERR_NONE;
    for (int i = 0; i < 5 && code == ERR_NONE; i++) {
        buf_done(&tape.buf);
        buf_init(&tape.buf, 256u << 20);
        code = backup_write(t->db, t->dir, &sink, &report, &err);
    }
    busy.stop = true;
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(code, ERR_NONE);
    assert_false(busy.failed);
    const char *where = new_place(t);
    struct backup_source source = {tape_read, &tape};
    assert_ok(backup_restore(where, &t->options, &source, &report, &err));
    struct store *store;
    assert_ok(store_open(where, &t->options, &store, &err));
    struct db *db;
    assert_ok(store_db_take(store, &db, &err));
    struct sql_sample_count_row *row;
    assert_ok(sql_sample_count(db, &t->arena, &row, &err));
    assert_int_equal((row->row_count - SAMPLES) % 2, 0); /* never half a transaction */
    store_db_give(db);
    store_close(store);
    drop_place(t);
    buf_done(&tape.buf);
}

static void test_full_place_is_refused(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct tape tape;
    make_copy(t, &tape);
    struct str before = dump(t, t->where);
    struct backup_source source = {tape_read, &tape};
    struct backup_report report;
    assert_err(backup_restore(t->where, &t->options, &source, &report, &err), ERR_CONFLICT);
    assert_true(str_equal(before, dump(t, t->where)));
    buf_done(&tape.buf);
}

static void test_cut_or_damaged_copy_leaves_nothing(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct tape tape;
    make_copy(t, &tape);
    const char *where = new_place(t);
    struct backup_source source = {tape_read, &tape};
    struct backup_report report;
    const size_t cuts[] = {1, 10, 200, tape.buf.len_bytes / 2, tape.buf.len_bytes - 1};
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        tape.read_bytes = 0;
        tape.cut_bytes = cuts[i];
        enum err_code code = backup_restore(where, &t->options, &source, &report, &err);
        if (code != ERR_SYNTAX && code != ERR_IO)
            fail_msg("cut at %zu: %s %s", cuts[i], err_code_to_str(code), code ? err.text : "");
    }
    tape.cut_bytes = 0;
    tape.read_bytes = 0;
    tape.buf.ptr[t->engine == STORE_SQLITE ? 3 : 20] ^= 0x7F; /* the header; the length of the first record */
    assert_true(backup_restore(where, &t->options, &source, &report, &err) != ERR_NONE);
    tape.buf.ptr[t->engine == STORE_SQLITE ? 3 : 20] ^= 0x7F;
    tape.read_bytes = 0;
    assert_ok(backup_restore(where, &t->options, &source, &report, &err)); /* the place is still empty */
    assert_true(str_equal(dump(t, t->where), dump(t, where)));
    struct file_list list;
    assert_ok(file_list_folder(t->dir, 100, &t->arena, &list, &err));
    for (size_t i = 0; i < list.count; i++)
        assert_true(str_find(list.items[i].name, STR("restore-"), 0) < 0 &&
                    str_find(list.items[i].name, STR("backup-"), 0) < 0);
    drop_place(t);
    buf_done(&tape.buf);
}

static void test_newer_copy_is_refused(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct tape tape;
    make_copy(t, &tape);
    const char *where = new_place(t);
    static const struct sql_module *const old[] = {&sql_module_store, NULL};
    struct store_options options = t->options;
    options.modules = old;
    struct backup_source source = {tape_read, &tape};
    struct backup_report report;
    assert_err(backup_restore(where, &options, &source, &report, &err), ERR_UNSUPPORTED);
    drop_place(t);
    buf_done(&tape.buf);
}

static void test_older_copy_is_brought_up(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct tape tape;
    make_copy(t, &tape);
    const char *where = new_place(t);
    static const struct sql_migration more_migrations[] = {{9002, "more", "m/9002_more.sql", "d",
                                                            "ALTER TABLE sample ADD COLUMN added INTEGER",
                                                            "ALTER TABLE sample ADD COLUMN added bigint"}};
    static const struct sql_module more = {.name = "more", .migrations = more_migrations, .migration_count = 1};
    static const struct sql_module *const newer[] = {&sql_module_store, &sql_module_sample, &more, NULL};
    struct store_options options = t->options;
    options.modules = newer;
    struct backup_source source = {tape_read, &tape};
    struct backup_report report;
    assert_ok(backup_restore(where, &options, &source, &report, &err));
    struct store *store;
    assert_ok(store_open(where, &options, &store, &err));
    assert_int_equal(store_schema(store), 9002);
    store_close(store);
    drop_place(t);
    buf_done(&tape.buf);
}

static void test_full_tape_is_told_and_the_connection_goes_on(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct tape tape;
    make_copy(t, &tape);
    buf_clear(&tape.buf);
    tape.fail_bytes = 5000;
    struct backup_sink sink = {tape_write, &tape};
    struct backup_report report;
    assert_err(backup_write(t->db, t->dir, &sink, &report, &err), ERR_IO);
    assert_non_null(strstr(err.text, "the tape is full"));
    struct sql_sample_count_row *row;
    assert_ok(sql_sample_count(t->db, &t->arena, &row, &err));
    assert_int_equal(row->row_count, SAMPLES);
    buf_done(&tape.buf);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        STORE_TEST(test_every_row_comes_back),
        STORE_TEST(test_copy_is_of_one_moment_while_others_write),
        STORE_TEST(test_full_place_is_refused),
        STORE_TEST(test_cut_or_damaged_copy_leaves_nothing),
        STORE_TEST(test_newer_copy_is_refused),
        STORE_TEST(test_older_copy_is_brought_up),
        STORE_TEST(test_full_tape_is_told_and_the_connection_goes_on),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
