#include "duty/freeze.h"

#include "duty/act.h"
#include "duty/ledger.h"
#include "duty/rollup.sql.h"
#include "format/json.h"
#include "org/access.h"

#define FREEZE_ARENA_BYTES    (8u << 20)
#define FREEZE_LINE_MAX_BYTES (64u << 10)

/* --- the lines a hash is over --- */

struct lines {
    struct buf buf;
    enum err_code (*out)(void *NULLABLE ctx, struct str line, struct err *err);
    void *ctx;
    int64_t count; /* of rows */
};

static void lines_done(struct lines *lines)
{
    buf_done(&lines->buf);
}

static enum err_code put_line(struct lines *lines, struct err *err)
{
    buf_put_byte(&lines->buf, '\n');
    TRY(buf_check(&lines->buf, err));
    enum err_code code = lines->out(lines->ctx, buf_str(&lines->buf), err);
    buf_clear(&lines->buf);
    return code;
}

static void put_day(struct json_writer *w, bool has, int64_t day)
{
    char text[CIVIL_TEXT_BYTES];
    if (has)
        json_put_str(w, str_from_cstr(civil_iso((civil_day)day, text)));
    else
        json_put_null(w);
}

static enum err_code put_head(struct lines *lines, int64_t root_id, int64_t directive_id, struct str edge_kind,
                              civil_day as_of_day, struct err *err)
{
    struct json_writer w;
    json_writer_init(&w, &lines->buf, 0);
    json_array_begin(&w);
    json_put_str(&w, STR("luytre-freeze-1"));
    json_put_id(&w, root_id);
    json_put_id(&w, directive_id);
    json_put_str(&w, edge_kind);
    put_day(&w, true, as_of_day);
    json_array_end(&w);
    return put_line(lines, err);
}

static enum err_code put_row(void *ctx, const struct sql_freeze_hash_rows_row *row, struct err *err)
{
    struct lines *lines = ctx;
    struct json_writer w;
    json_writer_init(&w, &lines->buf, 0);
    json_array_begin(&w);
    json_put_i64(&w, row->seq);
    json_put_id(&w, row->unit_id);
    json_put_str(&w, row->unit_name);
    json_put_id(&w, row->parent_id.v);
    json_put_id(&w, row->assignment_id);
    json_put_id(&w, row->obligation_id);
    json_put_str(&w, str_from_cstr(duty_state_to_str((int)row->state)));
    put_day(&w, row->due_day.has, row->due_day.v);
    json_array_end(&w);
    lines->count++;
    return put_line(lines, err);
}

static enum err_code put_all(struct db *db, int64_t freeze_id, int64_t root_id, int64_t directive_id,
                             struct str edge_kind, civil_day as_of_day, struct lines *lines, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, FREEZE_ARENA_BYTES);
    TRY(put_head(lines, root_id, directive_id, edge_kind, as_of_day, err));
    return sql_freeze_hash_rows_each(db, &scratch, &(struct sql_freeze_hash_rows_args){.freeze_id = freeze_id}, put_row,
                                     lines, err);
}

static enum err_code add_to_hash(void *ctx, struct str line, struct err *err)
{
    (void)err;
    struct sha256_stream *stream = ctx;
    sha256_add(stream, line);
    return ERR_NONE;
}

static enum err_code hash_all(struct db *db, int64_t freeze_id, int64_t root_id, int64_t directive_id,
                              struct str edge_kind, civil_day as_of_day, struct sha256 *ret_hash, int64_t *ret_count,
                              struct err *err)
{
    struct sha256_stream stream;
    sha256_begin(&stream);
    __attribute__((cleanup(lines_done))) struct lines lines = {.out = add_to_hash, .ctx = &stream};
    buf_init(&lines.buf, FREEZE_LINE_MAX_BYTES);
    TRY(put_all(db, freeze_id, root_id, directive_id, edge_kind, as_of_day, &lines, err));
    *ret_hash = sha256_end(&stream);
    *ret_count = lines.count;
    return ERR_NONE;
}

/* --- making --- */

struct making {
    const struct actor *actor;
    const struct freeze_draft *draft;
    struct freeze_made made;
};

static enum err_code make_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct making *m = ctx;
    const struct freeze_draft *draft = m->draft;
    AUTO_ARENA arena;
    arena_init(&arena, FREEZE_ARENA_BYTES);
    TRY(access_require(db, m->actor, RIGHT_REPORT, draft->root_id, "freeze the figures of this unit", err));
    civil_day today;
    TRY(ledger_day(db, &arena, &today, err));
    civil_day as_of = draft->as_of_day == CIVIL_NONE ? today : draft->as_of_day;
    if (as_of > today)
        return err_set(err, ERR_SYNTAX, "không chốt được số liệu của một ngày chưa tới");
    struct freeze_made made = {.id = db_id(db), .as_of_day = as_of};
    struct opt_i64 directive = {draft->directive_id != 0, draft->directive_id};
    TRY(sql_freeze_open(db,
                        &(struct sql_freeze_open_args){
                            .id = made.id,
                            .root_id = draft->root_id,
                            .directive_id = directive,
                            .edge_kind = draft->edge_kind,
                            .as_of_day = as_of,
                            .at_ms = db_now_ms(db),
                            .by_person = {m->actor->person_id != 0, m->actor->person_id},
                            .hash = STR(""),
                        },
                        err));
    if (as_of == today)
        TRY(sql_freeze_take_now(db,
                                &(struct sql_freeze_take_now_args){.freeze_id = made.id,
                                                                   .root_id = draft->root_id,
                                                                   .directive_id = directive,
                                                                   .edge_kind = draft->edge_kind,
                                                                   .on_day = as_of},
                                &made.row_count, err));
    else
        TRY(sql_freeze_take_past(db,
                                 &(struct sql_freeze_take_past_args){.freeze_id = made.id,
                                                                     .root_id = draft->root_id,
                                                                     .directive_id = directive,
                                                                     .edge_kind = draft->edge_kind,
                                                                     .as_of_day = as_of},
                                 &made.row_count, err));
    if (made.row_count > FREEZE_ROWS_MAX)
        return err_set(err, ERR_LIMIT, "nhiều hơn %d dòng: hãy chốt theo từng đơn vị cấp dưới", FREEZE_ROWS_MAX);
    int64_t hashed = 0, changes = 0;
    TRY(hash_all(db, made.id, draft->root_id, draft->directive_id, draft->edge_kind, as_of, &made.hash, &hashed, err));
    must(hashed == made.row_count);
    TRY(sql_freeze_close(
        db, &(struct sql_freeze_close_args){.id = made.id, .row_count = made.row_count, .hash = sha256_str(&made.hash)},
        &changes, err));
    must(changes == 1);
    char day[CIVIL_TEXT_BYTES];
    struct str hex = crypto_to_hex(sha256_str(&made.hash), &arena);
    if (str_is_null(hex))
        return arena_full(&arena, err);
    const struct act_field fields[] = {ACT_TEXT("as_of", str_from_cstr(civil_iso(as_of, day))),
                                       ACT_ID("directive", draft->directive_id), ACT_NUMBER("rows", made.row_count),
                                       ACT_TEXT("sha256", hex)};
    TRY(act_record(db, m->actor,
                   &(struct act){"figures_frozen", "freeze", made.id, draft->root_id, fields, ARRAY_LEN(fields)}, err));
    m->made = made;
    return ERR_NONE;
}

enum err_code freeze_make(struct db *db, const struct actor *actor, const struct freeze_draft *draft,
                          struct freeze_made *ret_made, struct err *err)
{
    struct making making = {.actor = actor, .draft = draft};
    if (db_transact(db, make_in_transaction, &making, err) != ERR_NONE)
        return err_wrap(err, "chốt số liệu");
    *ret_made = making.made;
    return ERR_NONE;
}

/* --- reading again --- */

struct checking {
    const struct actor *actor;
    int64_t freeze_id;
    struct freeze_made found;
    struct lines *lines; /* when exporting */
};

static enum err_code get_head(struct db *db, const struct actor *actor, int64_t id, struct arena *arena,
                              struct sql_freeze_get_row **ret_head, struct err *err)
{
    TRY(sql_freeze_get(db, actor, arena, &(struct sql_freeze_get_args){.id = id}, ret_head, err));
    return *ret_head ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có lần chốt số liệu này");
}

static enum err_code check_in_snapshot(struct db *db, void *ctx, struct err *err)
{
    struct checking *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, FREEZE_ARENA_BYTES);
    struct sql_freeze_get_row *head = NULL;
    TRY(get_head(db, c->actor, c->freeze_id, &arena, &head, err));
    if (c->lines) {
        struct sql_freeze_state_counts_rows seen;
        TRY(sql_freeze_state_counts(db, c->actor, &arena, &(struct sql_freeze_state_counts_args){.freeze_id = head->id},
                                    &seen, err));
        int64_t n = 0;
        for (size_t i = 0; i < seen.count; i++)
            n += seen.items[i].n;
        if (n < head->row_count && !c->actor->all)
            return err_set(err, ERR_DENIED, "lần chốt này có số liệu của đơn vị cấp dưới mà bạn không được xem");
        return put_all(db, head->id, head->root_id, head->directive_id.v, head->edge_kind, (civil_day)head->as_of_day,
                       c->lines, err);
    }
    c->found = (struct freeze_made){.id = head->id, .as_of_day = (civil_day)head->as_of_day};
    TRY(hash_all(db, head->id, head->root_id, head->directive_id.v, head->edge_kind, (civil_day)head->as_of_day,
                 &c->found.hash, &c->found.row_count, err));
    if (c->found.row_count != head->row_count)
        return err_set(err, ERR_CONFLICT, "lần chốt này có %lld dòng, đang lưu %lld dòng", (long long)head->row_count,
                       (long long)c->found.row_count);
    return str_equal(sha256_str(&c->found.hash), head->hash)
               ? ERR_NONE
               : err_set(err, ERR_CONFLICT, "số liệu đã chốt bị sửa: mã băm không còn khớp");
}

enum err_code freeze_verify(struct db *db, const struct actor *actor, int64_t freeze_id, struct freeze_made *ret_found,
                            struct err *err)
{
    struct checking checking = {.actor = actor, .freeze_id = freeze_id};
    if (db_read(db, check_in_snapshot, &checking, err) != ERR_NONE)
        return err->code;
    if (ret_found)
        *ret_found = checking.found;
    return ERR_NONE;
}

enum err_code freeze_export(struct db *db, const struct actor *actor, int64_t freeze_id,
                            enum err_code (*line)(void *NULLABLE ctx, struct str line, struct err *err), void *ctx,
                            struct err *err)
{
    __attribute__((cleanup(lines_done))) struct lines lines = {.out = line, .ctx = ctx};
    buf_init(&lines.buf, FREEZE_LINE_MAX_BYTES);
    struct checking checking = {.actor = actor, .freeze_id = freeze_id, .lines = &lines};
    return db_read(db, check_in_snapshot, &checking, err);
}

enum err_code freeze_counts(struct db *db, const struct actor *actor, int64_t freeze_id,
                            int64_t ret_counts[DUTY_STATE_COUNT], struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, FREEZE_ARENA_BYTES);
    struct sql_freeze_get_row *head = NULL;
    TRY(get_head(db, actor, freeze_id, &arena, &head, err));
    struct sql_freeze_state_counts_rows rows;
    TRY(sql_freeze_state_counts(db, actor, &arena, &(struct sql_freeze_state_counts_args){.freeze_id = freeze_id},
                                &rows, err));
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        ret_counts[i] = 0;
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].state >= 0 && rows.items[i].state < DUTY_STATE_COUNT)
            ret_counts[rows.items[i].state] = rows.items[i].n;
    return ERR_NONE;
}
