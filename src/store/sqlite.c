/* sqlite.c - the embedded engine. WAL, one writer, full durability for every human act. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/file.h"
#include "store/driver.h"

#define SQLITE_APPLICATION_ID 0x4C757954 /* "LuyT" */
#define SQLITE_MMAP_BYTES     (64 << 20)
#define SQLITE_CACHE_KIB      2048        /* per connection; pages also live in the map, shared by all */
#define SQLITE_BULK_KIB       (256 << 10) /* at most, while db_bulk runs */
#define SQLITE_WAL_KEEP_BYTES (32 << 20)

static enum err_code fail(struct db *db, int rc, struct err *err)
{
    sqlite3 *handle = db->handle;
    const char *text = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(rc);
    const char *file = db->store->shown;
    errno = handle ? sqlite3_system_errno(handle) : 0;
    switch (rc & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        db->must_retry = true;
        return err_set(err, ERR_BUSY, "%s is locked by another program", file);
    case SQLITE_READONLY:
        return err_set(err, ERR_DENIED,
                       "%s is read-only: this user needs write permission to the file and to its folder", file);
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return err_set(err, ERR_DENIED, "%s: %s", file, text);
    case SQLITE_FULL:
        errno = ENOSPC;
        return err_set(err, ERR_IO, "disk full: nothing of this was stored in %s, free space and try again", file);
    case SQLITE_IOERR:
        if (rc == SQLITE_IOERR_NOMEM)
            return err_set(err, ERR_NOMEM, "no memory for SQLite");
        /* A refused write without an errno is a quota or a file size limit: SQLite keeps only ENOSPC apart. */
        if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || (rc == SQLITE_IOERR_WRITE && errno == 0)) {
            errno = 0;
            return err_set(err, ERR_IO,
                           "disk full, or over a quota: nothing of this was stored in %s, free space and try again",
                           file);
        }
        return err_set(err, ERR_IO, "%s: reading or writing failed (SQLite %d)", file, rc);
    case SQLITE_NOMEM:
        return err_set(err, ERR_NOMEM, "no memory for SQLite");
    case SQLITE_CORRUPT:
        return err_set(err, ERR_IO, "%s is damaged (%s): restore the last backup", file, text);
    case SQLITE_NOTADB:
        return err_set(err, ERR_SYNTAX, "%s is not a luytre database: it is not an SQLite file", file);
    case SQLITE_CANTOPEN:
        /* On a disk that is read-only SQLite looks in vain for its log, and says that there is no file. */
        if (access(db->store->where, W_OK) == 0 || errno != EROFS)
            errno = handle ? sqlite3_system_errno(handle) : 0;
        return err_set(err, errno == EACCES ? ERR_DENIED : ERR_IO, "open %s", file);
    case SQLITE_TOOBIG:
        return err_set(err, ERR_LIMIT, "a value is too big for SQLite");
    case SQLITE_CONSTRAINT:
        /* Unique and foreign keys: somebody was first. Checks and NOT NULL: the input is not what it should be. */
        return err_set(err,
                       rc == SQLITE_CONSTRAINT_CHECK || rc == SQLITE_CONSTRAINT_NOTNULL ||
                               rc == SQLITE_CONSTRAINT_DATATYPE
                           ? ERR_SYNTAX
                           : ERR_CONFLICT,
                       "%s", text);
    default:
        return err_set(err, ERR_SYNTAX, "SQLite: %s", text);
    }
}

static enum err_code exec(struct db *db, const char *sql, struct err *err)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_NONE : fail(db, rc, err);
}

static enum err_code one_int(struct db *db, const char *sql, int64_t *ret_value, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    enum err_code code = ERR_NONE;
    if (rc == SQLITE_ROW)
        *ret_value = sqlite3_column_int64(stmt, 0);
    else if (rc == SQLITE_DONE)
        code = err_set(err, ERR_SYNTAX, "SQLite: no answer to %s", sql);
    else
        code = fail(db, rc, err);
    sqlite3_finalize(stmt);
    return code;
}

static int cache_kib(const struct db *db)
{
    return db->store->cache_bytes ? (int)(db->store->cache_bytes / 1024) : SQLITE_CACHE_KIB;
}

static void roomy(struct db *db, bool is_roomy)
{
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA cache_size=-%d%s",
             is_roomy && cache_kib(db) < SQLITE_BULK_KIB ? SQLITE_BULK_KIB : cache_kib(db),
             is_roomy ? "" : ";PRAGMA shrink_memory");
    (void)sqlite3_exec(db->handle, sql, NULL, NULL, NULL); /* without it it is only slower */
}

static enum err_code settle(struct db *db, struct err *err)
{
    sqlite3 *handle = db->handle;
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, (int)db->store->busy_ms);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, (int *)NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)NULL);
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
    char sql[256];
    snprintf(sql, sizeof sql,
             "PRAGMA foreign_keys=ON;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;PRAGMA cell_size_check=ON;"
             "PRAGMA cache_size=-%d;PRAGMA mmap_size=%d;PRAGMA journal_size_limit=%d",
             cache_kib(db), SQLITE_MMAP_BYTES, SQLITE_WAL_KEEP_BYTES);
    return exec(db, sql, err);
}

static void db_close_sqlite(struct db *db)
{
    db_stmts_free(db);
    outbox_notes_free(db);
    if (db->handle)
        must(sqlite3_close(db->handle) == SQLITE_OK);
    db->handle = NULL;
}

static enum err_code db_open_sqlite(struct db *db, bool create, struct err *err)
{
    const char *path = db->store->where;
    if (access(path, F_OK) != 0) {
        if (!create)
            return errno == EACCES ? err_set(err, ERR_DENIED, "%s: this user may not enter its folder", path)
                                   : err_set(err, ERR_NOT_FOUND, "there is no database %s", path);
        /* Made by us, so that nobody else on the machine can read it; -wal and -shm get the same mode. */
        AUTO_FD fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return err_set(err, errno == EACCES || errno == EROFS ? ERR_DENIED : ERR_IO, "create %s: %s", path,
                           strerror(errno));
        TRY(file_sync_parent(path, err));
    }
    sqlite3 *handle = NULL;
    int flags = (db->store->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_PRIVATECACHE;
    int rc = sqlite3_open_v2(path, &handle, flags, NULL);
    db->handle = handle;
    enum err_code code = rc == SQLITE_OK ? settle(db, err) : fail(db, rc, err);
    if (code != ERR_NONE)
        db_close_sqlite(db);
    return code;
}

static bool is_alive(struct db *db)
{
    return !db->is_broken;
}

static enum err_code content(struct db *db, enum db_content *ret_content, struct err *err)
{
    int64_t application = 0, tables = 0;
    TRY(one_int(db, "PRAGMA application_id", &application, err));
    TRY(one_int(db, "SELECT count(*) FROM sqlite_master", &tables, err));
    *ret_content = application == SQLITE_APPLICATION_ID ? DB_CONTENT_OURS
                   : application == 0 && tables == 0    ? DB_CONTENT_EMPTY
                                                        : DB_CONTENT_FOREIGN;
    return ERR_NONE;
}

static enum err_code ready(struct db *db, struct err *err)
{
    return exec(db, "PRAGMA journal_mode=WAL", err);
}

/* Connections commit with synchronous=NORMAL, which writes the log and does not wait for the disk; this waits, for all
 * that the log holds, whoever wrote it. (A checkpoint brings the log to the disk before it takes from it, and the
 * database after, so what is no longer in the log is there as well.) */
static enum err_code sync_log(struct db *db, struct err *err)
{
    sqlite3_file *log = NULL;
    int rc = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (rc == SQLITE_OK && log && log->pMethods)
        rc = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    return rc == SQLITE_OK ? ERR_NONE
                           : err_set(err, ERR_IO, "%s: what was written may not be on the disk", db->store->shown);
}

static enum err_code claim(struct db *db, struct err *err)
{
    char sql[320];
    snprintf(
        sql, sizeof sql,
        "PRAGMA application_id=%d; CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, title TEXT NOT NULL, "
        "digest TEXT NOT NULL, applied_ms INTEGER NOT NULL) STRICT",
        SQLITE_APPLICATION_ID);
    return exec(db, sql, err);
}

static enum err_code lock_schema(struct db *db, struct err *err)
{
    (void)db; /* BEGIN IMMEDIATE did it */
    (void)err;
    return ERR_NONE;
}

static enum err_code prepare(struct db *db, const struct sql_query *query, struct db_stmt *ret_stmt, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v3(db->handle, query->sqlite, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (rc != SQLITE_OK)
        return fail(db, rc, err);
    int count = sqlite3_column_count(stmt);
    for (size_t c = 0; c < query->column_count; c++) {
        int at = -1;
        for (int i = 0; i < count && at < 0; i++) {
            const char *name = sqlite3_column_name(stmt, i);
            if (name && strcmp(name, query->columns[c].name) == 0)
                at = i;
        }
        if (at < 0) {
            sqlite3_finalize(stmt);
            return err_set(err, ERR_SYNTAX, "no column %s in the result", query->columns[c].name);
        }
        ret_stmt->index[c] = at;
    }
    ret_stmt->handle = stmt;
    return ERR_NONE;
}

static void unprepare(struct db *db, struct db_stmt *stmt)
{
    (void)db;
    sqlite3_finalize(stmt->handle);
}

static enum err_code value(struct db_row *row, size_t column, struct sql_value *ret_value, struct err *err)
{
    sqlite3_stmt *stmt = row->handle;
    int at = row->stmt->index[column];
    int type = sqlite3_column_type(stmt, at);
    if (type == SQLITE_NULL) {
        ret_value->is_null = true;
        return ERR_NONE;
    }
    switch (ret_value->type) {
    case SQL_INT:
        if (type == SQLITE_FLOAT) { /* sum() over a CASE may give one; it must still be whole */
            double real = sqlite3_column_double(stmt, at);
            if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0) || (double)(int64_t)real != real)
                return err_set(err, ERR_SYNTAX, "%g is not a whole number", real);
            ret_value->i = (int64_t)real;
            return ERR_NONE;
        }
        if (type != SQLITE_INTEGER)
            return err_set(err, ERR_SYNTAX, "a number was declared, the database holds text or bytes");
        ret_value->i = sqlite3_column_int64(stmt, at);
        return ERR_NONE;
    case SQL_REAL:
        if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
            return err_set(err, ERR_SYNTAX, "a number was declared, the database holds text or bytes");
        ret_value->r = sqlite3_column_double(stmt, at);
        return ERR_NONE;
    case SQL_TEXT: {
        if (type != SQLITE_TEXT)
            return err_set(err, ERR_SYNTAX, "a text was declared, the database holds something else");
        const unsigned char *text = sqlite3_column_text(stmt, at);
        if (!text)
            return err_set(err, ERR_NOMEM, "no memory for SQLite");
        ret_value->s = (struct str){(const char *)text, (size_t)sqlite3_column_bytes(stmt, at)};
        return ERR_NONE;
    }
    case SQL_BLOB: {
        if (type != SQLITE_BLOB)
            return err_set(err, ERR_SYNTAX, "bytes were declared, the database holds something else");
        const void *bytes = sqlite3_column_blob(stmt, at); /* NULL when there are none */
        ret_value->s = bytes ? (struct str){bytes, (size_t)sqlite3_column_bytes(stmt, at)} : STR("");
        return ERR_NONE;
    }
    }
    return ERR_NONE;
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct sql_value *in)
{
    if (in->is_null)
        return sqlite3_bind_null(stmt, at);
    switch (in->type) {
    case SQL_INT:
        return sqlite3_bind_int64(stmt, at, in->i);
    case SQL_REAL:
        return sqlite3_bind_double(stmt, at, in->r);
    case SQL_TEXT:
        return sqlite3_bind_text64(stmt, at, in->s.ptr, in->s.len_bytes, SQLITE_STATIC, SQLITE_UTF8);
    case SQL_BLOB:
        return in->s.len_bytes ? sqlite3_bind_blob64(stmt, at, in->s.ptr, in->s.len_bytes, SQLITE_STATIC)
                               : sqlite3_bind_zeroblob(stmt, at, 0);
    }
    return SQLITE_MISUSE;
}

static enum err_code run(struct db *db, const struct db_stmt *stmt, const struct sql_value *values,
                         enum err_code (*row)(void *ctx, struct db_row *row, struct err *err), void *ctx,
                         struct arena *arena, int64_t *ret_changes, struct err *err)
{
    sqlite3_stmt *handle = stmt->handle;
    int param_count = sqlite3_bind_parameter_count(handle);
    int rc = SQLITE_OK;
    for (int i = 0; i < param_count && rc == SQLITE_OK; i++)
        rc = bind_one(handle, i + 1, &values[i]);
    enum err_code code = rc == SQLITE_OK ? ERR_NONE : fail(db, rc, err);
    struct db_row at = {.handle = handle, .stmt = stmt, .db = db, .arena = arena};
    while (code == ERR_NONE) {
        rc = sqlite3_step(handle);
        if (rc == SQLITE_DONE)
            break;
        if (rc != SQLITE_ROW)
            code = fail(db, rc, err);
        else if (row)
            code = row(ctx, &at, err);
    }
    if (code == ERR_NONE && ret_changes)
        *ret_changes = sqlite3_changes64(db->handle);
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
    return code;
}

const struct store_driver store_driver_sqlite = {
    .name = "sqlite",
    .engine = STORE_SQLITE,
    .db_open = db_open_sqlite,
    .db_close = db_close_sqlite,
    .is_alive = is_alive,
    .content = content,
    .ready = ready,
    .claim = claim,
    .lock_schema = lock_schema,
    .exec = exec,
    .roomy = roomy,
    .sync = sync_log,
    .prepare = prepare,
    .unprepare = unprepare,
    .run = run,
    .value = value,
    .sql_begin_write = "BEGIN IMMEDIATE",
    .sql_begin_read = "BEGIN DEFERRED",
};
