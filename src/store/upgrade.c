#include "store/upgrade.h"

#include <errno.h>
#include <fcntl.h>

#include "os/file.h"
#include "store/backup.h"
#include "store/driver.h"
#include "store/schema.sql.h"

#define UPGRADE_ARENA_BYTES (4u << 20)

struct upgrading {
    const struct upgrade_plan *plan;
    struct upgrade_report *report;
};

static enum err_code applied(struct db *db, int *ret_count, int *ret_highest, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, UPGRADE_ARENA_BYTES);
    struct sql_schema_applied_rows rows;
    TRY(sql_schema_applied(db, &arena, &rows, err));
    *ret_count = (int)rows.count;
    *ret_highest = 0;
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].number > *ret_highest)
            *ret_highest = (int)rows.items[i].number;
    return ERR_NONE;
}

static enum err_code all_of_it(struct db *db, void *ctx, struct err *err)
{
    const struct upgrading *u = ctx;
    int before = 0, after = 0;
    TRY(applied(db, &before, &u->report->from_schema, err));
    TRY(store_migrate(db, true, true, err));
    TRY(applied(db, &after, &u->report->to_schema, err));
    u->report->migration_count = after - before;
    u->report->query_count = 0;
    for (const struct sql_module *const *module = db->store->modules; *module; module++)
        for (size_t i = 0; i < (*module)->query_count; i++) {
            if (sql_check(db, (*module)->queries[i], err) != ERR_NONE)
                return err_wrap(err, "query %s", (*module)->queries[i]->name);
            u->report->query_count++;
        }
    if (u->plan->check && u->plan->check(db, u->plan->ctx, err) != ERR_NONE)
        return err_wrap(err, "check the new store");
    return ERR_NONE;
}

static enum err_code put_bytes(void *ctx, struct str bytes, struct err *err)
{
    const int *fd = ctx;
    return file_write_fd(*fd, "the snapshot", bytes, err);
}

static enum err_code snapshot(struct db *db, const char *path, int64_t *ret_bytes, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 10);
    struct str whole = str_from_cstr(path), name = path_base_name(whole);
    struct str folder = str_slice(whole, 0, whole.len_bytes - name.len_bytes);
    const char *folder_path = str_is_empty(folder) ? "." : arena_cstr(&arena, folder);
    struct str part = arena_printf(&arena, "%s.part", path);
    if (!folder_path || str_is_null(part))
        return arena_full(&arena, err);
    if (file_exists(path))
        return err_set(err, ERR_CONFLICT, "%s exists already", path);
    TRY(file_remove(part.ptr, err));
    AUTO_FD fd = open(part.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(err, ERR_IO, "create %s", part.ptr);
    struct backup_sink sink = {put_bytes, &fd};
    struct backup_report report;
    enum err_code code = backup_write(db, folder_path, &sink, &report, err);
    if (code == ERR_NONE && fsync(fd) != 0)
        code = err_set(err, ERR_IO, "write %s", part.ptr);
    if (code == ERR_NONE && rename(part.ptr, path) != 0)
        code = err_set(err, ERR_IO, "rename to %s", path);
    if (code != ERR_NONE) {
        (void)unlink(part.ptr);
        return code;
    }
    *ret_bytes = report.bytes;
    return file_sync_parent(path, err);
}

static enum err_code upgrade(struct db *db, const struct upgrade_plan *plan, struct upgrade_report *report,
                             struct err *err)
{
    enum db_content content = DB_CONTENT_EMPTY;
    TRY(db->driver->content(db, &content, err));
    if (content != DB_CONTENT_OURS)
        return err_set(err, ERR_SYNTAX, "%s holds no luytre database", store_where(db->store));
    int count;
    TRY(applied(db, &count, &report->from_schema, err));
    enum err_code code = store_migrate(db, false, false, err);
    report->to_schema = report->from_schema;
    if (code != ERR_CONFLICT) /* nothing to do, or newer than we are */
        return code;
    if (plan->snapshot_path && snapshot(db, plan->snapshot_path, &report->snapshot_bytes, err) != ERR_NONE)
        return err_wrap(err, "take the snapshot");
    TRY(db->driver->ready(db, err));
    struct upgrading u = {plan, report};
    return db_transact(db, all_of_it, &u, err);
}

enum err_code store_upgrade(const struct upgrade_plan *plan, struct upgrade_report *ret_report, struct err *err)
{
    struct store_options options = *plan->options;
    options.create = false;
    struct upgrade_report report = {0};
    struct store *store = NULL;
    struct db *db = NULL;
    TRY(store_connect(plan->where, &options, &store, &db, err));
    enum err_code code = upgrade(db, plan, &report, err);
    store_db_give(db);
    store_close(store);
    if (code == ERR_NONE)
        *ret_report = report;
    return code;
}
