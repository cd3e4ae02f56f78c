/* postgres.c - the big engine. Parameters go in binary, results come as text: sum() gives numeric, CASE gives int4, and
 * text reads them all the same. */
#include <arpa/inet.h>
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>

#include "base/mem.h"
#include "store/postgres.h"

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_CHAR = 18,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_VARCHAR = 1043,
    OID_NUMERIC = 1700,
};
#define SCHEMA_LOCK_KEY "7820742153467187" /* any number that nobody else takes */

static struct str first_line(const char *text)
{
    struct str s = str_from_cstr(text ? text : ""), line = s;
    (void)str_split(&s, '\n', &line);
    return line;
}

enum err_code postgres_fail(struct db *db, const PGresult *result, struct err *err)
{
    PGconn *conn = db->handle;
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    struct str why = primary ? str_from_cstr(primary) : first_line(PQerrorMessage(conn));
    struct str code = str_from_cstr(state ? state : "");
    errno = 0;
    if (PQstatus(conn) != CONNECTION_OK || str_starts_with(code, STR("57P")) || str_starts_with(code, STR("08"))) {
        db->is_broken = true;
        return err_set(err, ERR_IO, "the database %s is gone (%.*s); it is tried again at the next request",
                       db->store->shown, STR_ARG(why));
    }
    if (str_is_empty(code))
        return err_set(err, ERR_NOMEM, "PostgreSQL: %.*s", STR_ARG(why));
    if (str_equal(code, STR("40001")) || str_equal(code, STR("40P01"))) {
        db->must_retry = true;
        return err_set(err, ERR_BUSY, "PostgreSQL: %.*s", STR_ARG(why));
    }
    if (str_equal(code, STR("55P03")) || str_equal(code, STR("57014")))
        return err_set(err, ERR_BUSY, "PostgreSQL: %.*s", STR_ARG(why));
    if (str_equal(code, STR("53100"))) {
        errno = ENOSPC;
        return err_set(err, ERR_IO, "disk full: nothing of this was stored in %s, free space and try again",
                       db->store->shown);
    }
    if (str_equal(code, STR("53200")))
        return err_set(err, ERR_NOMEM, "PostgreSQL: %.*s", STR_ARG(why));
    if (str_starts_with(code, STR("53")))
        return err_set(err, ERR_BUSY, "PostgreSQL: %.*s", STR_ARG(why));
    if (str_starts_with(code, STR("58")) || str_starts_with(code, STR("XX")))
        return err_set(err, ERR_IO, "PostgreSQL: %.*s", STR_ARG(why));
    if (str_equal(code, STR("23505")) || str_equal(code, STR("23503")) || str_equal(code, STR("23P01")) ||
        str_equal(code, STR("25P02")))
        return err_set(err, ERR_CONFLICT, "%.*s", STR_ARG(why));
    if (str_equal(code, STR("25006")) || str_equal(code, STR("42501")) || str_starts_with(code, STR("28")))
        return err_set(err, ERR_DENIED, "PostgreSQL: %.*s", STR_ARG(why));
    if (str_starts_with(code, STR("54")))
        return err_set(err, ERR_LIMIT, "PostgreSQL: %.*s", STR_ARG(why));
    return err_set(err, ERR_SYNTAX, "PostgreSQL %.*s: %.*s", STR_ARG(code), STR_ARG(why));
}

static bool is_fine(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
}

static enum err_code exec(struct db *db, const char *sql, struct err *err)
{
    PGresult *result = PQexec(db->handle, sql);
    enum err_code code = is_fine(result) ? ERR_NONE : postgres_fail(db, result, err);
    /* COMMIT of a failed transaction answers ROLLBACK and calls it success. */
    if (code == ERR_NONE && strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0)
        code = err_set(err, ERR_CONFLICT, "the transaction failed before and was rolled back");
    PQclear(result);
    return code;
}

static void quiet(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

static void db_close_postgres(struct db *db)
{
    db_stmts_free(db);
    postgres_bulk_drop(db);
    outbox_notes_free(db);
    PQfinish(db->handle);
    db->handle = NULL;
}

static enum err_code db_open_postgres(struct db *db, bool create, struct err *err)
{
    (void)create;
    /* What the administrator wrote in the URL wins: expand_dbname puts it after ours. */
    const char *const words[] = {"application_name", "connect_timeout", "keepalives_idle",
                                 "client_encoding",  "dbname",          NULL};
    const char *const values[] = {"luytre", "5", "30", "UTF8", db->store->where, NULL};
    PGconn *conn = PQconnectdbParams(words, values, 1);
    if (!conn)
        return err_set(err, ERR_NOMEM, "no memory for a database connection");
    db->handle = conn;
    enum err_code code = ERR_NONE;
    if (PQstatus(conn) != CONNECTION_OK) {
        struct str why = first_line(PQerrorMessage(conn));
        bool denied = str_contains(why, STR("authentication")) || str_contains(why, STR("no password")) ||
                      str_contains(why, STR("pg_hba"));
        errno = 0;
        code = err_set(err,
                       denied                                     ? ERR_DENIED
                       : str_contains(why, STR("does not exist")) ? ERR_NOT_FOUND
                                                                  : ERR_IO,
                       "database %s: %.*s", db->store->shown, STR_ARG(why));
    } else {
        PQsetNoticeProcessor(conn, quiet, NULL);
        char sql[640];
        snprintf(sql, sizeof sql,
                 /* Many small questions over indexes: compiling a plan, or spreading it over processes, costs more
                  * than its answer, and a page in the cache is as near as the next. */
                 "SET jit=off; SET max_parallel_workers_per_gather=0; SET random_page_cost=1.1;"
                 "SET client_min_messages=error; SET timezone='UTC'; SET standard_conforming_strings=on;"
                 "SET default_transaction_isolation='read committed'; SET lock_timeout=%lld;"
                 "SET idle_in_transaction_session_timeout='5min'; SET synchronous_commit=%s; SET "
                 "default_transaction_read_only=%s",
                 (long long)db->store->busy_ms, db->is_telemetry ? "off" : "on", db->store->read_only ? "on" : "off");
        code = exec(db, sql, err);
    }
    if (code != ERR_NONE)
        db_close_postgres(db);
    return code;
}

/* An idle connection has nothing to say: if its socket can be read, that is the server's farewell, or the end. */
static bool is_alive(struct db *db)
{
    PGconn *conn = db->handle;
    if (db->is_broken || PQstatus(conn) != CONNECTION_OK)
        return false;
    struct pollfd fd = {.fd = PQsocket(conn), .events = POLLIN};
    if (poll(&fd, 1, 0) > 0) {
        if (!PQconsumeInput(conn) || PQstatus(conn) != CONNECTION_OK)
            return false;
        /* A farewell is followed by the end of the stream; a mere notice is not. */
        if (poll(&fd, 1, 0) > 0 && (!PQconsumeInput(conn) || PQstatus(conn) != CONNECTION_OK))
            return false;
    }
    return PQtransactionStatus(conn) == PQTRANS_IDLE;
}

static enum err_code content(struct db *db, enum db_content *ret_content, struct err *err)
{
    PGresult *result =
        PQexec(db->handle,
               "SELECT count(*), count(*) FILTER (WHERE c.relname = 'schema_migration' AND EXISTS (SELECT 1 FROM "
               "pg_attribute a"
               " WHERE a.attrelid = c.oid AND a.attname = 'digest')) FROM pg_class c"
               " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace = current_schema()::regnamespace");
    enum err_code code = ERR_NONE;
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        code = postgres_fail(db, result, err);
    else
        *ret_content = strcmp(PQgetvalue(result, 0, 1), "0") != 0   ? DB_CONTENT_OURS
                       : strcmp(PQgetvalue(result, 0, 0), "0") == 0 ? DB_CONTENT_EMPTY
                                                                    : DB_CONTENT_FOREIGN;
    PQclear(result);
    return code;
}

static enum err_code ready(struct db *db, struct err *err)
{
    (void)db;
    (void)err;
    return ERR_NONE;
}

static enum err_code claim(struct db *db, struct err *err)
{
    return exec(db,
                "CREATE TABLE schema_migration (number bigint PRIMARY KEY, title text COLLATE \"C\" NOT NULL, "
                "digest text COLLATE \"C\" NOT NULL, applied_ms bigint NOT NULL)",
                err);
}

static enum err_code lock_schema(struct db *db, struct err *err)
{
    return exec(db, "SELECT pg_advisory_xact_lock(" SCHEMA_LOCK_KEY ")", err);
}

void postgres_stmt_name(const struct db_stmt *stmt, char out[32])
{
    snprintf(out, 32, "luytre_%lu", (unsigned long)(uintptr_t)stmt->handle);
}

static bool fits(enum sql_type declared, Oid type);

static enum err_code prepare(struct db *db, const struct sql_query *query, struct db_stmt *ret_stmt, struct err *err)
{
    static const Oid oids[] = {
        [SQL_INT] = OID_INT8, [SQL_TEXT] = OID_TEXT, [SQL_BLOB] = OID_BYTEA, [SQL_REAL] = OID_FLOAT8};
    must(query->param_count <= DB_PARAMS_MAX);
    Oid types[DB_PARAMS_MAX];
    for (size_t i = 0; i < query->param_count; i++)
        types[i] = oids[query->params[i].type];
    ret_stmt->handle = (void *)(uintptr_t)++db->stmt_made;
    char name[32];
    postgres_stmt_name(ret_stmt, name);
    PGresult *result = PQprepare(db->handle, name, query->postgres, (int)query->param_count, types);
    enum err_code code = is_fine(result) ? ERR_NONE : postgres_fail(db, result, err);
    PQclear(result);
    if (code != ERR_NONE || !query->column_count)
        return code;
    result = PQdescribePrepared(db->handle, name);
    if (!is_fine(result))
        code = postgres_fail(db, result, err);
    for (size_t c = 0; c < query->column_count && code == ERR_NONE; c++) {
        /* PQfnumber would fold case */
        int at = -1;
        for (int i = 0; i < PQnfields(result) && at < 0; i++)
            if (strcmp(PQfname(result, i), query->columns[c].name) == 0)
                at = i;
        if (at < 0)
            code = err_set(err, ERR_SYNTAX, "no column %s in the result", query->columns[c].name);
        else if (!fits(query->columns[c].type, PQftype(result, at)))
            code = err_set(err, ERR_SYNTAX, "column %s is of another type (%u) than declared", query->columns[c].name,
                           (unsigned)PQftype(result, at));
        else
            ret_stmt->index[c] = at;
    }
    PQclear(result);
    return code;
}

static void unprepare(struct db *db, struct db_stmt *stmt)
{
    (void)db; /* statements go with the connection, and are only dropped with it */
    (void)stmt;
}

/* --- values as the server sends them in binary (each type's send function; big-endian) --- */

static uint64_t big_endian(struct str bytes)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < bytes.len_bytes; i++)
        bits = bits << 8 | (unsigned char)bytes.ptr[i];
    return bits;
}

static double double_of(Oid type, struct str bytes)
{
    uint64_t bits = big_endian(bytes);
    double real;
    if (type == OID_FLOAT4) {
        uint32_t half = (uint32_t)bits;
        float narrow;
        memcpy(&narrow, &half, sizeof narrow);
        return (double)narrow;
    }
    memcpy(&real, &bits, sizeof real);
    return real;
}

/* numeric: how many digits to the base 10000, the weight of the first, the sign, the scale; then the digits. */
static bool numeric_of(struct str bytes, double *ret_real, int64_t *ret_whole, bool *ret_is_whole)
{
    if (bytes.len_bytes < 8)
        return false;
    size_t count = (size_t)big_endian(str_slice(bytes, 0, 2));
    int weight = (int16_t)big_endian(str_slice(bytes, 2, 4));
    unsigned sign = (unsigned)big_endian(str_slice(bytes, 4, 6));
    if ((sign != 0 && sign != 0x4000) || bytes.len_bytes != 8 + 2 * count)
        return false;
    double real = 0;
    int64_t whole = 0;
    bool is_whole = true;
    for (size_t i = 0; i < count || (int)i <= weight; i++) {
        int64_t digit = i < count ? (int64_t)big_endian(str_slice(bytes, 8 + 2 * i, 10 + 2 * i)) : 0;
        if ((int)i <= weight) {
            real = real * 10000 + (double)digit;
            is_whole = is_whole && !__builtin_mul_overflow(whole, 10000, &whole) &&
                       !__builtin_add_overflow(whole, digit, &whole);
        } else {
            double place = 1;
            for (int k = weight; k < (int)i; k++)
                place /= 10000;
            real += (double)digit * place;
            is_whole = is_whole && digit == 0;
        }
        if (i > 200)
            return false;
    }
    *ret_real = sign ? -real : real;
    *ret_whole = sign ? -whole : whole;
    *ret_is_whole = is_whole;
    return true;
}

static bool is_text(Oid type)
{
    return type == OID_TEXT || type == OID_VARCHAR || type == OID_NAME || type == OID_JSON || type == OID_CHAR;
}

static bool is_number(Oid type)
{
    return type == OID_INT8 || type == OID_INT4 || type == OID_INT2 || type == OID_BOOL || type == OID_NUMERIC ||
           type == OID_FLOAT8 || type == OID_FLOAT4;
}

/* What a column may hold. A NULL without a type is a text to PostgreSQL, and fits everywhere. */
static bool fits(enum sql_type declared, Oid type)
{
    switch (declared) {
    case SQL_INT:
    case SQL_REAL:
        return is_number(type) || type == OID_TEXT;
    case SQL_TEXT:
        return is_text(type);
    case SQL_BLOB:
        return type == OID_BYTEA || type == OID_TEXT;
    }
    return false;
}

static enum err_code number(Oid type, struct str bytes, struct sql_value *ret_value, struct err *err)
{
    double real = 0;
    int64_t whole = 0;
    bool is_whole = false;
    switch (is_number(type) ? type : 0) {
    case OID_BOOL:
    case OID_INT2:
    case OID_INT4:
    case OID_INT8: {
        uint64_t bits = big_endian(bytes);
        whole = type == OID_INT2 ? (int16_t)bits : type == OID_INT4 ? (int32_t)bits : (int64_t)bits;
        real = (double)whole;
        is_whole = true;
        break;
    }
    case OID_NUMERIC:
        if (!numeric_of(bytes, &real, &whole, &is_whole))
            return err_set(err, ERR_SYNTAX, "a number was declared, the database holds one that is none");
        break;
    case OID_FLOAT4:
    case OID_FLOAT8:
        real = double_of(type, bytes);
        is_whole = real >= -9007199254740992.0 && real <= 9007199254740992.0 && (double)(int64_t)real == real;
        whole = is_whole ? (int64_t)real : 0;
        break;
    default:
        return err_set(err, ERR_SYNTAX, "a number was declared, the database holds \"%.*s\"",
                       STR_ARG(str_slice(bytes, 0, 60)));
    }
    if (ret_value->type == SQL_REAL)
        ret_value->r = real;
    else if (is_whole)
        ret_value->i = whole;
    else
        return err_set(err, ERR_SYNTAX, "a whole number was declared, the database holds %g", real);
    return ERR_NONE;
}

static enum err_code value(struct db_row *row, size_t column, struct sql_value *ret_value, struct err *err)
{
    const PGresult *result = row->handle;
    int at = row->stmt->index[column];
    if (PQgetisnull(result, row->number, at)) {
        ret_value->is_null = true;
        return ERR_NONE;
    }
    Oid type = PQftype(result, at);
    struct str bytes = {PQgetvalue(result, row->number, at), (size_t)PQgetlength(result, row->number, at)};
    if (ret_value->type == SQL_INT || ret_value->type == SQL_REAL)
        return number(type, bytes, ret_value, err);
    if (ret_value->type == SQL_TEXT && !is_text(type))
        return err_set(err, ERR_SYNTAX, "a text was declared, the database holds something else");
    if (ret_value->type == SQL_BLOB && type != OID_BYTEA)
        return err_set(err, ERR_SYNTAX, "bytes were declared, the database holds something else");
    ret_value->s = bytes;
    return ERR_NONE;
}

/* Read until the server has said all; the connection is then ready for the next question. */
static void drain(PGconn *conn)
{
    PGresult *result;
    while ((result = PQgetResult(conn)))
        PQclear(result);
}

static enum err_code run(struct db *db, const struct db_stmt *stmt, const struct sql_value *values,
                         enum err_code (*row)(void *ctx, struct db_row *row, struct err *err), void *ctx,
                         struct arena *arena, int64_t *ret_changes, struct err *err)
{
    PGconn *conn = db->handle;
    size_t count = stmt->query->param_count;
    const char *ptrs[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];
    uint64_t numbers[DB_PARAMS_MAX];
    for (size_t i = 0; i < count; i++) {
        const struct sql_value *in = &values[i];
        formats[i] = 1;
        ptrs[i] = NULL;
        lengths[i] = 0;
        if (in->is_null)
            continue;
        if (in->type == SQL_TEXT || in->type == SQL_BLOB) {
            if (in->s.len_bytes > INT32_MAX)
                return err_set(err, ERR_LIMIT, "a value is too big for PostgreSQL");
            ptrs[i] = in->s.ptr;
            lengths[i] = (int)in->s.len_bytes;
            continue;
        }
        uint64_t bits;
        if (in->type == SQL_REAL)
            memcpy(&bits, &in->r, sizeof bits);
        else
            bits = (uint64_t)in->i;
        numbers[i] = (uint64_t)htonl((uint32_t)(bits >> 32)) | (uint64_t)htonl((uint32_t)bits) << 32;
        ptrs[i] = (const char *)&numbers[i];
        lengths[i] = sizeof numbers[i];
    }
    char name[32];
    postgres_stmt_name(stmt, name);
    if (!PQsendQueryPrepared(conn, name, (int)count, ptrs, lengths, formats, 1))
        return postgres_fail(db, NULL, err);
    if (row &&
        stmt->one_by_one) /* a list goes into an arena as a whole: a result for every row of it would only cost */
        (void)PQsetSingleRowMode(conn);
    enum err_code code = ERR_NONE;
    int64_t changes = 0;
    PGresult *result;
    while ((result = PQgetResult(conn))) {
        if (code == ERR_NONE && !is_fine(result))
            code = postgres_fail(db, result, err);
        struct db_row at = {.handle = result, .stmt = stmt, .db = db, .arena = arena};
        for (; code == ERR_NONE && row && at.number < PQntuples(result); at.number++) {
            code = row(ctx, &at, err);
            if (code != ERR_NONE && PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
                /* Nobody wants the rest: ask the server to stop, else a million rows are read for nothing. */
                PGcancel *cancel = PQgetCancel(conn);
                char why[256];
                if (cancel && db->state == DB_IDLE)
                    (void)PQcancel(cancel, why, sizeof why);
                PQfreeCancel(cancel);
            }
        }
        const char *tuples = PQcmdTuples(result);
        (void)str_to_i64(str_from_cstr(tuples), &changes);
        PQclear(result);
        if (PQstatus(conn) != CONNECTION_OK)
            break;
    }
    if (PQstatus(conn) != CONNECTION_OK) {
        drain(conn);
        db->is_broken = true;
        if (code == ERR_NONE)
            code = postgres_fail(db, NULL, err);
    }
    if (code == ERR_NONE && ret_changes)
        *ret_changes = changes;
    return code;
}

const struct store_driver store_driver_postgres = {
    .name = "postgres",
    .engine = STORE_POSTGRES,
    .db_open = db_open_postgres,
    .db_close = db_close_postgres,
    .is_alive = is_alive,
    .content = content,
    .ready = ready,
    .claim = claim,
    .lock_schema = lock_schema,
    .exec = exec,
    .prepare = prepare,
    .unprepare = unprepare,
    .run = run,
    .value = value,
    .bulk_add = postgres_bulk_add,
    .bulk_send = postgres_bulk_send,
    .bulk_drop = postgres_bulk_drop,
    .sql_begin_write = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    .sql_begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
};
