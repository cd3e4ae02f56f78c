/* The run-time user of PostgreSQL on a real server: what it may not do fails, what the program does works. */
#include "store_test.h"

#include "org/unit.h"
#include "proof/chain.h"
#include "store/driver.h"
#include "work/rights.h"

extern const struct sql_module sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset, sql_module_work;

#define NOW_DAY civil_day_of_ms(t->now_ms)

struct rights_test {
    struct store_test *t;
    char role[64];
    char url[512];
    PGconn *conn; /* as the run-time user */
};

static void rights_begin(struct rights_test *r, struct store_test *t)
{
    struct err err;
    char sql[200];
    *r = (struct rights_test){.t = t};
    static int number; /* a role belongs to the whole server */
    snprintf(r->role, sizeof r->role, "luytre_run_%d_%d", (int)getpid(), ++number);
    snprintf(sql, sizeof sql, "CREATE ROLE %s LOGIN", r->role);
    assert_true(store_test_admin(sql));
    assert_ok(store_grants_apply(t->db, &work_grants, str_from_cstr(r->role), &err));
    const char *at = strstr(t->where, "postgres@");
    assert_non_null(at);
    snprintf(r->url, sizeof r->url, "%.*s%s@%s", (int)(at - t->where), t->where, r->role, at + strlen("postgres@"));
    r->conn = PQconnectdb(r->url);
    assert_int_equal(PQstatus(r->conn), CONNECTION_OK);
}

static void rights_end(struct rights_test *r)
{
    char sql[200];
    PQfinish(r->conn);
    PGconn *owner = PQconnectdb(r->t->where);
    snprintf(sql, sizeof sql, "DROP OWNED BY %s; DROP ROLE %s", r->role, r->role);
    PGresult *result = PQexec(owner, sql);
    assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
    PQclear(result);
    PQfinish(owner);
}

/* The SQLSTATE of a statement; "00000" when it worked, which is then taken back. */
static const char *try(struct rights_test *r, const char *sql)
{
    static char state[8];
    PQclear(PQexec(r->conn, "BEGIN"));
    PGresult *result = PQexec(r->conn, sql);
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    snprintf(state, sizeof state, "%s", code ? code : "00000");
    PQclear(result);
    PQclear(PQexec(r->conn, "ROLLBACK"));
    return state;
}

/* A world as the owner: a unit, a sealed entry of the chain, a piece of evidence. */
static void fill(struct store_test *t)
{
    struct err err;
    struct actor system = actor_system(NOW_DAY);
    int64_t unit;
    struct unit_fact fact = {.kind = STR("provincial_committee"), .name = STR("UBND tỉnh")};
    assert_ok(unit_found(t->db, &system, &fact, NULL, 0, 0, 0, false, &unit, &err));
    size_t sealed = 0;
    assert_ok(chain_seal(t->db, &sealed, &err));
    assert_true(sealed > 0);
    char sql[400];
    snprintf(sql, sizeof sql,
             "INSERT INTO acknowledgement (directive_id, person_id, unit_id, at_ms) VALUES (1, 1, %lld, 1)",
             (long long)unit);
    assert_ok(t->db->driver->exec(t->db, sql, &err));
}

static void what_is_forbidden_fails(void **state)
{
    struct store_test *t = *state;
    if (t->engine == STORE_SQLITE)
        return; /* SQLite has no users: who_cannot_be_held_is_refused has that side */
    struct rights_test r;
    fill(t);
    rights_begin(&r, t);
    static const char *const forbidden[] = {
        "DROP TABLE chain_entry",
        "DROP TABLE unit CASCADE",
        "ALTER TABLE unit ADD COLUMN x bigint",
        "ALTER TABLE chain_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER luytre_guard ON chain_entry",
        "TRUNCATE chain_entry",
        "TRUNCATE acknowledgement",
        "TRUNCATE unit CASCADE",
        "CREATE TABLE mine (x bigint)",
        "CREATE TEMP TABLE unit (id bigint, is_sample bigint)",
        "CREATE FUNCTION luytre_guard_chain_entry() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'",
        "SET session_replication_role = replica",
        "DELETE FROM chain_entry",
        "UPDATE chain_entry SET kind = 'x'",
        "UPDATE chain_entry SET content_hash = ''::bytea",
        "UPDATE chain_entry SET at_ms = 0",
        "UPDATE chain_entry SET hash = '\\x00'::bytea WHERE seq IS NOT NULL",
        "UPDATE chain_entry SET seq = seq + 1000",
        "UPDATE chain_entry SET content = '\\x00'::bytea",
        "DELETE FROM chain_head",
        "DELETE FROM chain_signature",
        "UPDATE chain_signature SET hash = ''::bytea",
        "DELETE FROM chain_key",
        "UPDATE acknowledgement SET at_ms = 0",
        "DELETE FROM acknowledgement",
        "UPDATE evidence SET unit_id = 0",
        "UPDATE data_freeze_row SET state = 0",
        "UPDATE unit SET is_sample = 1",
        "DELETE FROM schema_migration",
        "INSERT INTO schema_migration (number, title, digest, applied_ms) VALUES (1, '', '', 0)",
        "UPDATE import_change SET after_json = ''",
        "DELETE FROM import_change",
        "UPDATE unit_event SET kind = ''",
    };
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
        const char *code = try(&r, forbidden[i]);
        if (strcmp(code, "42501") == 0)
            continue;
        print_error("%s: %s\n", forbidden[i], code);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    /* and the same connection may read and do what the program does */
    assert_string_equal(try(&r, "SELECT count(*) FROM chain_entry"), "00000");
    assert_string_equal(try(&r, "INSERT INTO meta (name, value) VALUES ('x', 'y')"), "00000");
    assert_string_equal(try(&r, "UPDATE chain_entry SET content = NULL, salt = NULL, erased_by = 1"), "00000");
    rights_end(&r);
}

static void what_the_program_does_works(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_SQLITE)
        return;
    struct rights_test r;
    fill(t);
    rights_begin(&r, t);
    struct store_options options = t->options;
    struct store *store;
    struct db *db;
    assert_ok(store_open(r.url, &options, &store, &err)); /* up to date: nothing to migrate */
    assert_ok(store_db_take(store, &db, &err));
    struct actor system = actor_system(NOW_DAY);
    int64_t unit, entry;
    struct unit_fact fact = {.kind = STR("department"), .name = STR("Sở Tre")};
    assert_ok(unit_found(db, &system, &fact, NULL, 0, 0, 0, true, &unit, &err));
    assert_ok(chain_append(db,
                           &(struct chain_note){.stream = CHAIN_AUDIT,
                                                .kind = "person_added",
                                                .object_kind = "person",
                                                .object_id = 7,
                                                .content = STR("Trần Văn Tre")},
                           &entry, &err));
    size_t sealed = 0;
    assert_ok(chain_seal(db, &sealed, &err));
    assert_int_equal(sealed, 2);
    assert_ok(chain_erase(db, entry, 0, STR("hết hạn lưu"), &err));
    assert_ok(chain_seal(db, &sealed, &err));
    struct chain_report report;
    assert_ok(chain_verify(db, &t->arena, &report, &err));
    assert_int_equal(report.erased_count, 1);
    struct store_grants_report check;
    assert_ok(store_grants_check(db, &work_grants, &t->arena, &check, &err));
    if (check.missing_count || check.excess_count || check.guard_missing_count)
        fail_msg("missing %zu (%.*s), too many %zu (%.*s), guards missing %zu", check.missing_count,
                 STR_ARG(check.missing), check.excess_count, STR_ARG(check.excess), check.guard_missing_count);
    assert_false(check.is_owner);
    assert_str(check.role, str_from_cstr(r.role));
    store_db_give(db);
    store_close(store);
    rights_end(&r);
}

/* What is wrong with the rights is found. */
static void drift_is_found(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_SQLITE)
        return;
    struct rights_test r;
    fill(t);
    rights_begin(&r, t);
    struct store_options options = t->options;
    static const struct {
        const char *sql; /* the role comes after it */
        size_t missing, excess, guards;
    } drifts[] = {
        {"GRANT TRUNCATE ON chain_entry TO ", 0, 1, 0},
        {"GRANT UPDATE (kind) ON chain_entry TO ", 0, 2, 0},
        {"REVOKE INSERT ON acknowledgement FROM ", 1, 2, 0},
        {"REVOKE UPDATE (seq) ON chain_entry FROM ", 2, 2, 0},
        {"ALTER TABLE chain_entry DISABLE TRIGGER luytre_guard -- ", 2, 2, 1},
        {"DROP TRIGGER luytre_guard ON evidence -- ", 2, 2, 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(drifts); i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "%s%s", drifts[i].sql, r.role);
        assert_ok(t->db->driver->exec(t->db, sql, &err));
        struct store *store;
        struct db *db;
        struct store_grants_report check;
        assert_ok(store_open(r.url, &options, &store, &err));
        assert_ok(store_db_take(store, &db, &err));
        assert_ok(store_grants_check(db, &work_grants, &t->arena, &check, &err));
        store_db_give(db);
        store_close(store);
        if (check.missing_count != drifts[i].missing || check.excess_count != drifts[i].excess ||
            check.guard_missing_count != drifts[i].guards)
            fail_msg("%s: missing %zu (%.*s), too many %zu (%.*s), guards missing %zu", sql, check.missing_count,
                     STR_ARG(check.missing), check.excess_count, STR_ARG(check.excess), check.guard_missing_count);
    }
    /* and mended by doing it again */
    assert_ok(store_grants_apply(t->db, &work_grants, str_from_cstr(r.role), &err));
    assert_string_equal(try(&r, "TRUNCATE chain_entry"), "42501");
    assert_string_equal(try(&r, "UPDATE chain_entry SET kind = 'x'"), "42501");
    rights_end(&r);
}

static void who_cannot_be_held_is_refused(void **state)
{
    struct store_test *t = *state;
    struct err err;
    if (t->engine == STORE_SQLITE) {
        assert_err(store_grants_apply(t->db, &work_grants, STR("luytre"), &err), ERR_UNSUPPORTED);
        return;
    }
    assert_err(store_grants_apply(t->db, &work_grants, STR("postgres"), &err), ERR_CONFLICT);
    assert_err(store_grants_apply(t->db, &work_grants, STR("nobody_here"), &err), ERR_NOT_FOUND);
    AUTO_BUF sql;
    buf_init(&sql, 1u << 20);
    static const struct str bad[] = {STR_INIT("x; DROP TABLE unit"), STR_INIT(""), STR_INIT("a\"b"), STR_INIT("9a")};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_err(store_grants_sql(t->db, &work_grants, bad[i], &sql, &err), ERR_SYNTAX);
    struct store_grants_report check;
    assert_ok(store_grants_check(t->db, &work_grants, &t->arena, &check, &err));
    assert_true(check.is_owner);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store,
                                                       &sql_module_proof,
                                                       &sql_module_org,
                                                       &sql_module_duty,
                                                       &sql_module_asset,
                                                       &sql_module_work,
                                                       NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(what_is_forbidden_fails),
        STORE_TEST(what_the_program_does_works),
        STORE_TEST(drift_is_found),
        STORE_TEST(who_cannot_be_held_is_refused),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
