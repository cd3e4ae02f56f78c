#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/vec.h"
#include "os/crypto.h"
#include "os/file.h"
#include "store/driver.h"
#include "store/outbox.sql.h"
#include "store/schema.sql.h"

#define BACKUP_CHUNK_BYTES      (64u << 10)
#define BACKUP_RECORD_MAX_BYTES (1u << 30) /* one row of COPY text; PostgreSQL's own ceiling of a field */
#define BACKUP_ARENA_BYTES      (16u << 20)
#define UNFINISHED              "restore_unfinished" /* in meta: rows are here, nothing was verified */
#define COPY_MAGIC              "LUYTRE-COPY 1\n"

static enum err_code put(const struct backup_sink *sink, struct backup_report *report, struct str bytes,
                         struct err *err)
{
    report->bytes += (int64_t)bytes.len_bytes;
    return sink->write(sink->ctx, bytes, err);
}

static enum err_code temp_path(struct arena *arena, const char *before, const char **ret_path, struct err *err)
{
    char token[CRYPTO_TOKEN_CHARS + 1];
    crypto_token(token);
    struct str path = arena_printf(arena, "%s%s", before, token);
    if (str_is_null(path))
        return arena_full(arena, err);
    *ret_path = path.ptr;
    return ERR_NONE;
}

/* --- SQLite: the file --- */

static void remove_sqlite(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        char name[4096];
        if (snprintf(name, sizeof name, "%s%s", path, tails[i]) < (int)sizeof name)
            (void)unlink(name);
    }
}

static enum err_code check_sqlite(sqlite3 *handle, const char *path, int64_t *ret_tables, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    bool is_ok = sqlite3_prepare_v2(handle, "PRAGMA quick_check(1)", -1, &stmt, NULL) == SQLITE_OK &&
                 sqlite3_step(stmt) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
    sqlite3_finalize(stmt);
    stmt = NULL;
    errno = 0;
    if (is_ok &&
        sqlite3_prepare_v2(handle, "SELECT count(*) FROM sqlite_master WHERE type = 'table'", -1, &stmt, NULL) ==
            SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        *ret_tables = sqlite3_column_int64(stmt, 0);
    else
        is_ok = false;
    sqlite3_finalize(stmt);
    return is_ok ? ERR_NONE : err_set(err, ERR_IO, "the copy %s is damaged: %s", path, sqlite3_errmsg(handle));
}

static enum err_code copy_sqlite(struct db *db, const char *path, int64_t *ret_tables, struct err *err)
{
    sqlite3 *handle = NULL;
    int rc = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_backup *backup = rc == SQLITE_OK ? sqlite3_backup_init(handle, "main", db->handle, "main") : NULL;
    if (backup) {
        /* All pages in one step: one read transaction, so writers go on and the copy is of one moment. */
        rc = sqlite3_backup_step(backup, -1);
        for (int tried = 0; (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) && tried < DB_RETRY_MAX; tried++) {
            sqlite3_sleep(50);
            rc = sqlite3_backup_step(backup, -1);
        }
        int end = sqlite3_backup_finish(backup);
        rc = rc == SQLITE_DONE ? end : rc;
    } else if (rc == SQLITE_OK)
        rc = sqlite3_errcode(handle);
    enum err_code code = ERR_NONE;
    if (rc != SQLITE_OK) {
        errno = rc == SQLITE_FULL ? ENOSPC : 0;
        code = err_set(err,
                       rc == SQLITE_NOMEM                         ? ERR_NOMEM
                       : rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? ERR_BUSY
                                                                  : ERR_IO,
                       "copy to %s: %s", path, sqlite3_errstr(rc));
    } else
        code = check_sqlite(handle, path, ret_tables, err);
    sqlite3_close(handle);
    return code;
}

static enum err_code stream_file(const char *path, const struct backup_sink *sink, struct backup_report *report,
                                 struct err *err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_IO, "open %s", path);
    AUTO_ARENA arena;
    arena_init(&arena, BACKUP_CHUNK_BYTES * 2);
    char *room = arena_alloc(&arena, BACKUP_CHUNK_BYTES, 1);
    if (!room)
        return arena_full(&arena, err);
    for (;;) {
        ssize_t n = read(fd, room, BACKUP_CHUNK_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_IO, "read %s", path);
        if (n == 0)
            return ERR_NONE;
        TRY(put(sink, report, (struct str){room, (size_t)n}, err));
    }
}

static enum err_code write_sqlite(struct db *db, const char *work_folder, const struct backup_sink *sink,
                                  struct backup_report *report, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, BACKUP_CHUNK_BYTES);
    struct str before = arena_printf(&arena, "%s/backup-", work_folder);
    const char *path = "";
    if (str_is_null(before))
        return arena_full(&arena, err);
    TRY(temp_path(&arena, before.ptr, &path, err));
    AUTO_FD fd =
        open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600); /* nobody else may read the copy */
    if (fd < 0)
        return err_set(err, ERR_IO, "create %s", path);
    enum err_code code = copy_sqlite(db, path, &report->tables, err);
    if (code == ERR_NONE)
        code = stream_file(path, sink, report, err);
    remove_sqlite(path);
    return code;
}

static enum err_code receive_file(const char *path, const struct backup_source *source, struct backup_report *report,
                                  struct err *err)
{
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(err, ERR_IO, "create %s", path);
    AUTO_ARENA arena;
    arena_init(&arena, BACKUP_CHUNK_BYTES * 2);
    char *room = arena_alloc(&arena, BACKUP_CHUNK_BYTES, 1);
    if (!room)
        return arena_full(&arena, err);
    unsigned char head[100] = {0}; /* https://www.sqlite.org/fileformat.html 1.3: page size at 16, page count at 28 */
    for (;;) {
        size_t count = 0;
        TRY(source->read(source->ctx, room, BACKUP_CHUNK_BYTES, &count, err));
        if (count == 0)
            break;
        for (size_t i = 0; i < count && report->bytes + (int64_t)i < (int64_t)sizeof head; i++)
            head[report->bytes + (int64_t)i] = (unsigned char)room[i];
        report->bytes += (int64_t)count;
        TRY(file_write_fd(fd, path, (struct str){room, count}, err));
    }
    int64_t page_bytes = head[16] << 8 | head[17];
    int64_t pages = (int64_t)head[28] << 24 | head[29] << 16 | head[30] << 8 | head[31];
    if (memcmp(head, "SQLite format 3", 16) != 0)
        return err_set(err, ERR_SYNTAX, "not a backup of an SQLite store");
    if (report->bytes !=
        pages * (page_bytes == 1 ? 65536 : page_bytes)) /* SQLite itself would read a missing end as zeros */
        return err_set(err, ERR_SYNTAX, "the backup was cut short, or something was added to it");
    return fsync(fd) == 0 ? ERR_NONE : err_set(err, ERR_IO, "write %s", path);
}

static enum err_code restore_sqlite(const char *where, const struct store_options *options,
                                    const struct backup_source *source, struct backup_report *report, struct err *err)
{
    if (file_exists(where))
        return err_set(err, ERR_CONFLICT, "%s exists: a backup is restored into a new place only", where);
    AUTO_ARENA arena;
    arena_init(&arena, BACKUP_CHUNK_BYTES);
    struct str before = arena_printf(&arena, "%s.restore-", where);
    const char *path = "";
    if (str_is_null(before))
        return arena_full(&arena, err);
    TRY(temp_path(&arena, before.ptr, &path, err));
    enum err_code code = receive_file(path, source, report, err);
    if (code == ERR_NONE) {
        struct store_options look = *options;
        look.create = false;
        look.migrate = false;
        struct store *store = NULL;
        struct db *db = NULL;
        code = store_connect(path, &look, &store, &db, err);
        if (code == ERR_NONE) {
            enum db_content content = DB_CONTENT_EMPTY;
            code = db->driver->content(db, &content, err);
            if (code == ERR_NONE && content != DB_CONTENT_OURS)
                code = err_set(err, ERR_SYNTAX, "the backup holds no luytre database");
            if (code == ERR_NONE) /* also finds a file that was cut short */
                code = check_sqlite(db->handle, path, &report->tables, err);
            if (code == ERR_NONE)
                code = store_migrate(db, false, false, err);
            if (code == ERR_CONFLICT) /* older: the next open brings it up */
                code = ERR_NONE;
            store_db_give(db);
            store_close(store);
        }
    }
    if (code == ERR_NONE && link(path, where) != 0) /* unlike rename, never over a file that appeared meanwhile */
        code = err_set(err, errno == EEXIST ? ERR_CONFLICT : ERR_IO, "restore to %s: %s", where, strerror(errno));
    remove_sqlite(path);
    return code == ERR_NONE ? file_sync_parent(where, err) : code;
}

/* --- PostgreSQL: records of {kind, u32le length, payload} after the magic line ---
 * M "number digest": a migration it has.  T "table\tcolumn\tcolumn...": its rows follow.  D: COPY text.  E "rows": end
 * of a table.  Z "tables rows": end of all. */

static enum err_code put_record(const struct backup_sink *sink, struct backup_report *report, char kind,
                                struct str payload, struct err *err)
{
    unsigned char head[5] = {(unsigned char)kind, (unsigned char)payload.len_bytes,
                             (unsigned char)(payload.len_bytes >> 8), (unsigned char)(payload.len_bytes >> 16),
                             (unsigned char)(payload.len_bytes >> 24)};
    TRY(put(sink, report, (struct str){(const char *)head, sizeof head}, err));
    return payload.len_bytes ? put(sink, report, payload, err) : ERR_NONE;
}

static enum err_code failed_pg(struct db *db, const char *what, struct err *err)
{
    struct str why = str_from_cstr(PQerrorMessage(db->handle)), line = why;
    (void)str_split(&why, '\n', &line);
    errno = 0;
    if (PQstatus(db->handle) != CONNECTION_OK)
        db->is_broken = true;
    return err_set(err, ERR_IO, "%s: %.*s", what, STR_ARG(line));
}

struct table {
    struct str name;
    struct str line; /* name and columns, tabs between them */
    bool is_done;
};
typedef VEC(struct table) table_list;
struct edge { /* child refers to parent */
    struct str child;
    struct str parent;
};
typedef VEC(struct edge) edge_list;

static enum err_code ask(struct db *db, const char *sql, PGresult **ret_result, struct err *err)
{
    PGresult *result = PQexec(db->handle, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        PQclear(result);
        return failed_pg(db, "read the list of tables", err);
    }
    *ret_result = result;
    return ERR_NONE;
}

static struct str cell(const PGresult *result, int row, int column)
{
    return (struct str){PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column)};
}

/* Tables so that whoever is referred to comes first. */
static enum err_code order_tables(struct db *db, struct arena *arena, table_list *ret_tables, struct err *err)
{
    table_list found = {0}, ordered = {0};
    edge_list edges = {0};
    bool is_full = false;
    PGresult *result = NULL;
    TRY(ask(db,
            "SELECT c.relname, c.relname || chr(9) || (SELECT string_agg(a.attname, chr(9) ORDER BY a.attnum) FROM "
            "pg_attribute a"
            " WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') FROM pg_class c"
            " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname <> "
            "'schema_migration' ORDER BY c.relname",
            &result, err));
    for (int i = 0; i < PQntuples(result) && !is_full; i++) {
        struct table *table = vec_push(&found, arena);
        is_full = !table;
        if (table)
            *table = (struct table){arena_str(arena, cell(result, i, 0)), arena_str(arena, cell(result, i, 1)), false};
        is_full = is_full || str_is_null(table->name) || str_is_null(table->line);
    }
    PQclear(result);
    TRY(ask(db,
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND "
            "conrelid <> confrelid"
            " AND connamespace = current_schema()::regnamespace",
            &result, err));
    for (int i = 0; i < PQntuples(result) && !is_full; i++) {
        struct edge *edge = vec_push(&edges, arena);
        is_full = !edge;
        if (edge)
            *edge = (struct edge){arena_str(arena, cell(result, i, 0)), arena_str(arena, cell(result, i, 1))};
        is_full = is_full || str_is_null(edge->child) || str_is_null(edge->parent);
    }
    PQclear(result);
    if (is_full)
        return arena_full(arena, err);
    while (ordered.count < found.count) {
        size_t before = ordered.count;
        for (size_t i = 0; i < found.count; i++) {
            struct table *table = &found.items[i];
            bool waits = table->is_done;
            for (size_t e = 0; e < edges.count && !waits; e++)
                if (str_equal(edges.items[e].child, table->name))
                    for (size_t p = 0; p < found.count && !waits; p++)
                        waits = str_equal(found.items[p].name, edges.items[e].parent) && !found.items[p].is_done;
            if (waits)
                continue;
            struct table *slot = vec_push(&ordered, arena);
            if (!slot)
                return arena_full(arena, err);
            table->is_done = true;
            *slot = *table;
        }
        if (ordered.count == before)
            return err_set(err, ERR_UNSUPPORTED,
                           "some tables refer to each other in a circle: their copy could not be restored");
    }
    *ret_tables = ordered;
    return ERR_NONE;
}

/* "COPY name (columns) TO STDOUT"; names are quoted by the library, and come from the catalogue or a checked copy. */
static enum err_code copy_sql(struct db *db, struct str line, const char *tail, struct buf *sql, struct err *err)
{
    buf_clear(sql);
    buf_lit(sql, "COPY ");
    struct str part;
    for (size_t i = 0; str_split(&line, '\t', &part); i++) {
        char *quoted = PQescapeIdentifier(db->handle, part.ptr, part.len_bytes);
        if (!quoted)
            return failed_pg(db, "a name in the copy", err);
        buf_put(sql, i == 0 ? STR("") : i == 1 ? STR(" (") : STR(", "));
        buf_put(sql, str_from_cstr(quoted));
        PQfreemem(quoted);
    }
    buf_put(sql, str_from_cstr(tail));
    return buf_check(sql, err);
}

static enum err_code write_table(struct db *db, const struct table *table, const struct backup_sink *sink,
                                 struct backup_report *report, struct buf *room, struct err *err)
{
    TRY(put_record(sink, report, 'T', table->line, err));
    TRY(copy_sql(db, table->line, ") TO STDOUT", room, err));
    PGresult *result = PQexec(db->handle, room->ptr);
    bool is_out = PQresultStatus(result) == PGRES_COPY_OUT;
    PQclear(result);
    if (!is_out)
        return failed_pg(db, "copy a table", err);
    enum err_code code = ERR_NONE;
    int64_t rows = 0;
    buf_clear(room);
    int n;
    for (char *row = NULL; (n = PQgetCopyData(db->handle, &row, 0)) > 0; PQfreemem(row)) {
        if (code != ERR_NONE)
            continue; /* read to the end, so that the connection is whole again */
        rows++;
        buf_put(room, (struct str){row, (size_t)n});
        code = buf_check(room, err);
        if (code == ERR_NONE && room->len_bytes >= BACKUP_CHUNK_BYTES) {
            code = put_record(sink, report, 'D', buf_str(room), err);
            buf_clear(room);
        }
    }
    if (code == ERR_NONE && room->len_bytes)
        code = put_record(sink, report, 'D', buf_str(room), err);
    while ((result = PQgetResult(db->handle))) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK && code == ERR_NONE)
            code = failed_pg(db, "copy a table", err);
        PQclear(result);
    }
    if (code == ERR_NONE && n != -1)
        code = failed_pg(db, "copy a table", err);
    TRY(code);
    report->rows += rows;
    report->tables++;
    char count[24];
    snprintf(count, sizeof count, "%lld", (long long)rows);
    return put_record(sink, report, 'E', str_from_cstr(count), err);
}

struct writing {
    const struct backup_sink *sink;
    struct backup_report *report;
};

static enum err_code write_all_tables(struct db *db, void *ctx, struct err *err)
{
    const struct writing *writing = ctx;
    const struct backup_sink *sink = writing->sink;
    struct backup_report *report = writing->report;
    AUTO_ARENA arena;
    arena_init(&arena, BACKUP_ARENA_BYTES);
    AUTO_BUF room;
    buf_init(&room, BACKUP_RECORD_MAX_BYTES);
    TRY(put(sink, report, STR(COPY_MAGIC), err));
    struct sql_schema_applied_rows applied;
    TRY(sql_schema_applied(db, &arena, &applied, err));
    for (size_t i = 0; i < applied.count; i++) {
        struct str line =
            arena_printf(&arena, "%lld %.*s", (long long)applied.items[i].number, STR_ARG(applied.items[i].digest));
        if (str_is_null(line))
            return arena_full(&arena, err);
        TRY(put_record(sink, report, 'M', line, err));
    }
    table_list tables = {0};
    TRY(order_tables(db, &arena, &tables, err));
    for (size_t i = 0; i < tables.count; i++)
        TRY(write_table(db, &tables.items[i], sink, report, &room, err));
    struct str end = arena_printf(&arena, "%lld %lld", (long long)report->tables, (long long)report->rows);
    if (str_is_null(end))
        return arena_full(&arena, err);
    return put_record(sink, report, 'Z', end, err);
}

struct restoring {
    const struct backup_source *source;
    struct backup_report *report;
    const struct sql_module *const *modules;
    struct buf record;
    char kind;
    bool has_begun;
    bool is_checked_later; /* mark the database: nobody opens it before backup_new_epoch() */
};

static enum err_code read_exactly(struct restoring *r, char *room, size_t want, struct err *err)
{
    for (size_t have = 0; have < want;) {
        size_t count = 0;
        TRY(r->source->read(r->source->ctx, room + have, want - have, &count, err));
        if (count == 0)
            return err_set(err, ERR_SYNTAX, "the backup ends too early: it was cut short");
        have += count;
        r->report->bytes += (int64_t)count;
    }
    return ERR_NONE;
}

static enum err_code read_record(struct restoring *r, struct err *err)
{
    char head[5];
    TRY(read_exactly(r, head, sizeof head, err));
    struct cursor cursor = cursor_over((struct str){head + 1, 4});
    size_t left = cursor_u32le(&cursor);
    if (!strchr("MTDEZ", head[0]) || head[0] == '\0')
        return err_set(err, ERR_SYNTAX, "the backup is damaged: no such record");
    r->kind = head[0];
    buf_clear(&r->record);
    char room[4096];
    while (left) {
        size_t part = left < sizeof room ? left : sizeof room;
        TRY(read_exactly(r, room, part, err));
        buf_put(&r->record, (struct str){room, part});
        TRY(buf_check(&r->record, err));
        left -= part;
    }
    return ERR_NONE;
}

static const struct sql_migration *migration_of(const struct sql_module *const *modules, int64_t number)
{
    for (; *modules; modules++)
        for (size_t i = 0; i < (*modules)->migration_count; i++)
            if ((*modules)->migrations[i].number == number)
                return &(*modules)->migrations[i];
    return NULL;
}

static enum err_code restore_table(struct db *db, struct restoring *r, const table_list *known, struct err *err)
{
    bool is_known = false;
    for (size_t i = 0; i < known->count; i++)
        is_known |= str_equal(known->items[i].line, buf_str(&r->record));
    if (!is_known)
        return err_set(err, ERR_SYNTAX, "the backup is damaged: a table that its schema does not have");
    AUTO_BUF sql;
    buf_init(&sql, BACKUP_CHUNK_BYTES);
    TRY(copy_sql(db, buf_str(&r->record), ") FROM STDIN", &sql, err));
    PGresult *result = PQexec(db->handle, sql.ptr);
    bool is_in = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    if (!is_in)
        return failed_pg(db, "restore a table", err);
    enum err_code code = ERR_NONE;
    for (;;) {
        code = read_record(r, err);
        if (code != ERR_NONE || r->kind != 'D')
            break;
        if (PQputCopyData(db->handle, r->record.ptr, (int)r->record.len_bytes) != 1) {
            code = failed_pg(db, "restore a table", err);
            break;
        }
    }
    int64_t want = -1, got = -2;
    if (code == ERR_NONE && (r->kind != 'E' || !str_to_i64(buf_str(&r->record), &want)))
        code = err_set(err, ERR_SYNTAX, "the backup is damaged: a table without an end");
    if (PQputCopyEnd(db->handle, code == ERR_NONE ? NULL : "the backup is damaged") != 1 && code == ERR_NONE)
        code = failed_pg(db, "restore a table", err);
    while ((result = PQgetResult(db->handle))) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK && code == ERR_NONE)
            code = failed_pg(db, "restore a table", err);
        (void)str_to_i64(str_from_cstr(PQcmdTuples(result)), &got);
        PQclear(result);
    }
    TRY(code);
    if (want != got)
        return err_set(err, ERR_SYNTAX, "the backup is damaged: a table has %lld rows instead of %lld", (long long)got,
                       (long long)want);
    r->report->tables++;
    r->report->rows += got;
    return ERR_NONE;
}

/* The schema as old as the copy, then the rows, all in one transaction: on failure the database is empty as before. */
static enum err_code restore_all(struct db *db, void *ctx, struct err *err)
{
    struct restoring *r = ctx;
    if (r->has_begun)
        return err_set(err, ERR_IO, "the restore was disturbed: start it again");
    r->has_begun = true;
    AUTO_ARENA arena;
    arena_init(&arena, BACKUP_ARENA_BYTES);
    char magic[sizeof COPY_MAGIC - 1];
    TRY(read_exactly(r, magic, sizeof magic, err));
    if (memcmp(magic, COPY_MAGIC, sizeof magic) != 0)
        return err_set(err, ERR_SYNTAX, "not a backup of a PostgreSQL store");
    VEC(struct sql_migration) list = {0};
    for (;;) {
        TRY(read_record(r, err));
        if (r->kind != 'M')
            break;
        struct str digest = buf_str(&r->record), text;
        int64_t number;
        if (!str_split(&digest, ' ', &text) || !str_to_i64(text, &number))
            return err_set(err, ERR_SYNTAX, "the backup is damaged: its migrations");
        const struct sql_migration *migration = migration_of(r->modules, number);
        if (!migration)
            return err_set(err, ERR_UNSUPPORTED,
                           "the backup was made by a newer luytre (migration %04lld): install the newer version",
                           (long long)number);
        if (!str_equal(digest, str_from_cstr(migration->digest)))
            return err_set(err, ERR_CONFLICT, "migration %04lld is not the one the backup was made with",
                           (long long)number);
        struct sql_migration *slot = vec_push(&list, &arena);
        if (!slot)
            return arena_full(&arena, err);
        *slot = *migration;
    }
    struct sql_module module = {.name = "restored", .migrations = list.items, .migration_count = list.count};
    const struct sql_module *const modules[] = {&module, NULL};
    db->store->modules = modules;
    enum err_code code = store_migrate(db, true, true, err);
    db->store->modules = r->modules;
    TRY(code);
    table_list tables = {0};
    TRY(order_tables(db, &arena, &tables, err));
    AUTO_BUF sql;
    buf_init(&sql, BACKUP_CHUNK_BYTES);
    for (size_t i = 0; i < tables.count; i++) { /* rows that migrations wrote are in the copy too */
        char *quoted = PQescapeIdentifier(db->handle, tables.items[i].name.ptr, tables.items[i].name.len_bytes);
        if (!quoted)
            return failed_pg(db, "a name", err);
        buf_printf(&sql, "%s%s", i ? ", " : "TRUNCATE ", quoted);
        PQfreemem(quoted);
    }
    TRY(buf_check(&sql, err));
    if (tables.count)
        TRY(db->driver->exec(db, sql.ptr, err));
    for (; r->kind != 'Z';) {
        if (r->kind != 'T')
            return err_set(err, ERR_SYNTAX, "the backup is damaged: rows without a table");
        TRY(restore_table(db, r, &tables, err));
        TRY(read_record(r, err));
    }
    struct str end = arena_printf(&arena, "%lld %lld", (long long)r->report->tables, (long long)r->report->rows);
    if (!str_equal(end, buf_str(&r->record)) || (size_t)r->report->tables != tables.count)
        return err_set(err, ERR_SYNTAX, "the backup is damaged: tables are missing");
    if (!r->is_checked_later)
        return ERR_NONE;
    /* Not by sql_meta_put: the schema may still be older than this program's queries. */
    return db->driver->exec(db, "INSERT INTO meta (name, value) VALUES ('" UNFINISHED "', '1')", err);
}

static enum err_code restore_postgres(const char *where, const struct store_options *options,
                                      const struct backup_source *source, struct backup_report *report, struct err *err)
{
    struct store *store = NULL;
    struct db *db = NULL;
    TRY(store_connect(where, options, &store, &db, err));
    enum db_content content = DB_CONTENT_EMPTY;
    enum err_code code = db->driver->content(db, &content, err);
    if (code == ERR_NONE && content != DB_CONTENT_EMPTY)
        code = err_set(err, ERR_CONFLICT, "%s is not empty: a backup is restored into an empty database only",
                       store->shown);
    if (code == ERR_NONE) {
        struct restoring r = {
            .source = source, .report = report, .modules = options->modules, .is_checked_later = options->is_restoring};
        buf_init(&r.record, BACKUP_RECORD_MAX_BYTES);
        code = db_transact(db, restore_all, &r, err);
        buf_done(&r.record);
    }
    store_db_give(db);
    store_close(store);
    return code;
}

/* --- both --- */

enum err_code backup_write(struct db *db, const char *work_folder, const struct backup_sink *sink,
                           struct backup_report *ret_report, struct err *err)
{
    must(!db_is_in_transaction(db));
    struct backup_report report = {0};
    struct writing writing = {sink, &report};
    enum err_code code = db->driver->engine == STORE_SQLITE ? write_sqlite(db, work_folder, sink, &report, err)
                                                            : db_read(db, write_all_tables, &writing, err);
    if (code != ERR_NONE)
        return err_wrap(err, "make the backup");
    *ret_report = report;
    return ERR_NONE;
}

enum err_code backup_restore(const char *where, const struct store_options *options, const struct backup_source *source,
                             struct backup_report *ret_report, struct err *err)
{
    struct backup_report report = {0};
    struct str url = str_from_cstr(where);
    bool is_postgres = str_starts_with(url, STR("postgres://")) || str_starts_with(url, STR("postgresql://"));
    enum err_code code = is_postgres ? restore_postgres(where, options, source, &report, err)
                                     : restore_sqlite(where, options, source, &report, err);
    if (code != ERR_NONE)
        return err_wrap(err, "restore the backup");
    *ret_report = report;
    return ERR_NONE;
}

enum err_code backup_is_unfinished(struct db *db, bool *ret_is_unfinished, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 10);
    struct sql_meta_get_row *row = NULL;
    TRY(sql_meta_get(db, &arena, &(struct sql_meta_get_args){STR(UNFINISHED)}, &row, err));
    *ret_is_unfinished = row != NULL;
    return ERR_NONE;
}

static enum err_code new_epoch(struct db *db, void *ctx, struct err *err)
{
    int64_t *epoch = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 10);
    struct sql_meta_get_args get = {STR("epoch")};
    struct sql_meta_get_row *row;
    TRY(sql_meta_get(db, &arena, &get, &row, err));
    *epoch = 1;
    if (row && !str_to_i64(row->value, epoch))
        return err_set(err, ERR_SYNTAX, "the epoch in the database is no number");
    ++*epoch;
    struct sql_meta_put_args put_epoch = {STR("epoch"), arena_printf(&arena, "%lld", (long long)*epoch)};
    if (str_is_null(put_epoch.value))
        return arena_full(&arena, err);
    TRY(sql_meta_put(db, &put_epoch, err));
    TRY(sql_meta_drop(db, &(struct sql_meta_drop_args){STR(UNFINISHED)}, err));
    struct sql_outbox_lock_row *head;
    TRY(sql_outbox_lock(db, &arena, &head, err));
    struct sql_outbox_move_head_args move = {(head ? head->last_serial : 0) + BACKUP_SERIAL_JUMP};
    return sql_outbox_move_head(db, &move, err);
}

enum err_code backup_new_epoch(struct db *db, int64_t *ret_epoch, struct err *err)
{
    int64_t epoch = 0;
    TRY(db_transact(db, new_epoch, &epoch, err));
    *ret_epoch = epoch;
    return ERR_NONE;
}
