/* outbox_watch.h - the database itself watches that whoever writes a table that travels leaves an outbox row: triggers
 * write down each table as a row of it changes, and the outbox row of the transaction strikes out what it names. What
 * is left when transactions are over was written behind the outbox's back. Both engines. */
#ifndef LUYTRE_TESTS_OUTBOX_WATCH_H
#define LUYTRE_TESTS_OUTBOX_WATCH_H

#include "store_test.h"

#include "store/driver.h"

UNUSED static void watch_exec(struct store_test *t, const char *sql)
{
    struct err err;
    assert_ok(t->db->driver->exec(t->db, sql, &err));
}

UNUSED static void outbox_watch(struct store_test *t)
{
    bool is_sqlite = t->engine == STORE_SQLITE;
    watch_exec(t, "CREATE TABLE watch_written (name TEXT PRIMARY KEY NOT NULL)");
    watch_exec(t, "CREATE TABLE watch_seen (name TEXT PRIMARY KEY NOT NULL)");
    if (is_sqlite)
        watch_exec(
            t, "CREATE TRIGGER watch_outbox AFTER INSERT ON outbox BEGIN"
               " DELETE FROM watch_written WHERE instr(CAST(NEW.payload AS TEXT), '{\"table\":\"' || name || '\"') > 0;"
               " END");
    else
        watch_exec(
            t,
            "CREATE FUNCTION watch_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO watch_written VALUES (TG_TABLE_NAME) ON CONFLICT DO NOTHING;"
            " INSERT INTO watch_seen VALUES (TG_TABLE_NAME) ON CONFLICT DO NOTHING; RETURN NULL; END $$;"
            "CREATE FUNCTION watch_strike() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " DELETE FROM watch_written WHERE"
            " position('{\"table\":\"' || name || '\"' in convert_from(NEW.payload, 'UTF8')) > 0; RETURN NULL; END $$;"
            "CREATE TRIGGER watch_outbox AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION watch_strike()");
    for (const struct sql_module *const *m = store_test_modules; *m; m++)
        for (size_t i = 0; i < (*m)->travel_count; i++) {
            const char *table = (*m)->travels[i];
            static const char *const acts[] = {"INSERT", "UPDATE", "DELETE"};
            for (size_t a = 0; a < (is_sqlite ? 3 : 1); a++) {
                char sql[512];
                if (is_sqlite)
                    snprintf(sql, sizeof sql,
                             "CREATE TRIGGER watch_%s_%s AFTER %s ON %s BEGIN"
                             " INSERT INTO watch_written SELECT '%s' WHERE NOT EXISTS (SELECT 1 FROM watch_written "
                             "WHERE name = '%s');"
                             " INSERT INTO watch_seen SELECT '%s' WHERE NOT EXISTS (SELECT 1 FROM watch_seen WHERE "
                             "name = '%s'); END",
                             table, acts[a], acts[a], table, table, table, table, table);
                else
                    snprintf(sql, sizeof sql,
                             "CREATE TRIGGER watch_row AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW"
                             " EXECUTE FUNCTION watch_write()",
                             table);
                watch_exec(t, sql);
            }
        }
}

#endif
