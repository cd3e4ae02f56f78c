/* cmd_upgrade.c - `luytre upgrade`: a snapshot, all migrations in one transaction, a self-check; or nothing at all. */
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/ops.h"
#include "cmd/serve.h"
#include "duty/ledger.h"
#include "proof/chain.h"
#include "store/upgrade.h"

static const struct option_spec specs[] = {
    OPS_SPEC_STORE,
    OPS_SPEC_BLOBS,
    {"snapshot", 0, OPTION_PATH, 0, "FILE",
     "nơi đặt ảnh chụp trước khi nâng cấp (mặc định: cạnh tệp SQLite; PostgreSQL phải nêu)",
     "where the snapshot goes (default: beside the SQLite file; must be named for PostgreSQL)", 0, 0},
    OPS_SPEC_JSON,
};
static const struct usage usage = {
    .name = "upgrade",
    .args = "",
    .vi = "nâng cấp dữ liệu, chụp lại trước, quay lui khi hỏng; dừng dịch vụ trước khi chạy",
    .en = "upgrade the database; a snapshot first, rolled back on failure; stop the service before",
    .specs = specs,
    .spec_count = ARRAY_LEN(specs),
};

static enum err_code self_check(struct db *db, void *ctx, struct err *err)
{
    struct ops *ops = ctx;
    struct chain_report report;
    TRY(chain_verify(db, &ops->arena, &report, err));
    return ledger_recount(db, err);
}

/* What the new schema keeps of past days is summed tree by tree, each in a transaction of its own: whoever stops this
 * loses nothing, the next run or the service goes on with the next tree. */
static enum err_code sum_the_past(struct ops *ops, const char *where, const struct store_options *how,
                                  int64_t *ret_summed, struct err *err)
{
    AUTO_STORE store = NULL;
    AUTO_DB db = NULL;
    int64_t waiting, summed = 0;
    bool had_one = true, is_seen = isatty(STDERR_FILENO) == 1;
    TRY(store_open(where, how, &store, err));
    TRY(store_db_take(store, &db, err));
    TRY(ledger_waiting(db, &waiting, err));
    while (waiting && had_one) {
        if (ledger_catch_up(db, &had_one, err) != ERR_NONE)
            return err_wrap(err, "đã nâng cấp xong; cộng số liệu ngày cũ dừng ở cây %lld/%lld, chạy lại để làm tiếp",
                            (long long)summed, (long long)waiting);
        summed += had_one;
        if (is_seen)
            fprintf(stderr, ops_text(ops, "\rcộng số liệu ngày cũ: %lld/%lld", "\rsumming past days: %lld/%lld"),
                    (long long)summed, (long long)(summed > waiting ? summed : waiting));
    }
    if (is_seen && summed)
        fputs("\n", stderr);
    *ret_summed = summed;
    return ERR_NONE;
}

static enum err_code run(struct ops *ops, struct err *err)
{
    struct str where = options_text(ops->options, "store");
    const char *blobs = NULL;
    TRY(ops_folder(ops, "blobs", &blobs, err));
    struct str snapshot = options_text(ops->options, "snapshot");
    if (str_is_null(snapshot) && ops_is_postgres(where))
        return ops_usage(ops, err, "với PostgreSQL cần --snapshot FILE", "with PostgreSQL give --snapshot FILE");
    if (str_is_null(snapshot)) {
        char iso[CIVIL_TEXT_BYTES];
        civil_iso_ms(clock_now_ms(&ops->clock), iso);
        snapshot = arena_printf(&ops->arena, "%.*s.before-%.4s%.2s%.2s-%.2s%.2s%.2s", STR_ARG(where), iso, iso + 5,
                                iso + 8, iso + 11, iso + 14, iso + 17);
        if (str_is_null(snapshot))
            return arena_full(&ops->arena, err);
    }
    struct store_options how = {.modules = sql_modules_all, .clock = &ops->clock, .blob_folder = blobs};
    struct upgrade_plan plan = {
        .where = where.ptr, .options = &how, .snapshot_path = snapshot.ptr, .check = self_check, .ctx = ops};
    struct upgrade_report report;
    if (store_upgrade(&plan, &report, err) != ERR_NONE)
        return err_wrap(err, err->code == ERR_UNSUPPORTED || err->code == ERR_NOT_FOUND || err->code == ERR_SYNTAX
                                 ? "không nâng cấp"
                                 : "không nâng cấp được, dữ liệu vẫn như trước");
    int64_t summed = 0;
    TRY(sum_the_past(ops, where.ptr, &how, &summed, err));
    if (ops->json) {
        struct json_writer *w = ops_line(ops, "summary");
        json_field_i64(w, STR("from"), report.from_schema);
        json_field_i64(w, STR("to"), report.to_schema);
        json_field_i64(w, STR("migrations"), report.migration_count);
        json_field_i64(w, STR("queries"), report.query_count);
        json_field_i64(w, STR("trees_summed"), summed);
        json_field_str(w, STR("snapshot"), report.migration_count ? snapshot : STR_NONE);
        ops_line_end(ops);
    } else if (!report.migration_count)
        buf_printf(&ops->out,
                   ops_text(ops, "Lược đồ %d đã là mới nhất, không phải làm gì\n",
                            "Schema %d is the newest already, nothing to do\n"),
                   report.to_schema);
    else
        buf_printf(&ops->out,
                   ops_text(ops,
                            "Đã nâng lược đồ %d lên %d (%d bước), thử %d truy vấn, kiểm chứng chuỗi và đếm lại đều "
                            "đúng\nẢnh chụp trước khi nâng: %.*s (xóa khi đã yên tâm)\n",
                            "Schema %d raised to %d (%d steps), %d queries prepared, chain and counters are "
                            "right\nSnapshot from before: %.*s (remove it when all is well)\n"),
                   report.from_schema, report.to_schema, report.migration_count, report.query_count, STR_ARG(snapshot));
    if (summed && !ops->json)
        buf_printf(&ops->out,
                   ops_text(ops, "Đã cộng số liệu ngày cũ của %lld cây đơn vị\n",
                            "Past figures of %lld trees of units are summed\n"),
                   (long long)summed);
    return ERR_NONE;
}

int cmd_upgrade(enum lang lang, int argc, char **argv)
{
    static const struct ops_verb verb[] = {{NULL, &usage, run, 0}};
    return ops_main(lang, "upgrade", verb, 1, argc, argv);
}
