#include "org/import.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/viet.h"
#include "format/json.h"
#include "org/access.h"
#include "org/import.sql.h"
#include "os/crypto.h"
#include "proof/chain.h"

const struct import_register *import_register_find(struct str id)
{
    for (size_t i = 0; i < import_register_count; i++)
        if (str_equal(id, str_from_cstr(import_registers[i]->id)))
            return import_registers[i];
    return NULL;
}

void import_begin(struct import_run *run, const struct import_register *what, int64_t root_id, civil_day day)
{
    must(what->column_count <= IMPORT_COLUMNS_MAX);
    *run = (struct import_run){.what = what, .root_id = root_id, .day = day};
    arena_init(&run->arena, IMPORT_ARENA_BYTES);
}
void import_end(struct import_run *run)
{
    arena_done(&run->arena);
}

void import_template(const struct import_register *what, struct str *ret_headers, struct str *ret_example)
{
    for (size_t i = 0; i < what->column_count; i++) {
        struct str names = str_from_cstr(what->columns[i].vi);
        must(str_split(&names, '|', &ret_headers[i]));
        ret_example[i] = str_from_cstr(what->columns[i].example);
    }
}

enum err_code import_there(struct import_run *run, int64_t id, struct str *cells, bool is_inside, struct err *err)
{
    return import_there_as(run, id, cells, run->what->key(run, cells), is_inside, err);
}

enum err_code import_there_as(struct import_run *run, int64_t id, struct str *cells, struct str key, bool is_inside,
                              struct err *err)
{
    struct import_object *object = arena_new(&run->arena, struct import_object);
    if (!object || str_is_null(key))
        return arena_full(&run->arena, err);
    *object = (struct import_object){id, cells, is_inside};
    return map_put(&run->there, &run->arena, key, object) ? ERR_NONE : arena_full(&run->arena, err);
}

/* --- judging --- */

static void refuse(struct import_run *run, struct import_row *row, int column, const char *reason,
                   int table_column_number)
{
    char where[TABLE_WHERE_BYTES];
    row->verdict = IMPORT_ERROR;
    row->column = column;
    row->reason = arena_str(&run->arena, str_from_cstr(reason));
    row->where =
        arena_str(&run->arena, str_from_cstr(table_where(&run->table, row->table_row, table_column_number, where)));
}

size_t import_row_number(const struct import_run *run, const struct import_row *row)
{
    return run->table.rows[row->table_row].number;
}

/* Which columns of the file nobody reads: a name of none of ours is told, a cell below no name at all is an error (a
 * comma too many moves every cell behind it), and a name that stands there twice is one of two truths. */
static enum err_code unread_find(struct import_run *run, const struct str *names, const int *columns, struct err *err)
{
    const struct import_register *what = run->what;
    bool *nameless = arena_new_array(&run->arena, bool, run->table.columns + 1);
    if (!nameless)
        return arena_full(&run->arena, err);
    for (size_t c = 0; c < what->column_count; c++)
        if (columns[c] >= 0 && table_column_after(&run->table, names[c], columns[c]) >= 0)
            return err_set(err, ERR_SYNTAX, "cột '%.*s' có hai lần", STR_ARG(run->table.header[columns[c]]));
    for (size_t k = 0; k < run->table.columns; k++) {
        bool is_read = false;
        for (size_t c = 0; c < what->column_count; c++)
            is_read |= columns[c] == (int)k;
        nameless[k] = str_is_empty(run->table.header[k]);
        if (is_read || nameless[k])
            continue;
        struct str *slot = vec_push(&run->unread, &run->arena);
        if (!slot)
            return arena_full(&run->arena, err);
        *slot = run->table.header[k];
    }
    run->nameless = nameless;
    return ERR_NONE;
}

/* NULL, or why no register takes these bytes. */
static const char *NULLABLE cell_refusal(struct str cell, char *room, size_t room_bytes)
{
    if (utf8_count(cell) > IMPORT_CELL_MAX) {
        (void)said_pack(room, room_bytes, "dài quá %u ký tự", IMPORT_CELL_MAX);
        return room;
    }
    for (size_t i = 0; i < cell.len_bytes; i++) {
        unsigned char c = (unsigned char)cell.ptr[i];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return "có ký tự điều khiển";
    }
    return NULL;
}

/* One line of it: breaks and the blanks around them become one blank. NULL text on no memory. */
static struct str one_line(struct import_run *run, struct str cell)
{
    bool is_one = true;
    for (size_t i = 0; i < cell.len_bytes; i++)
        is_one &= cell.ptr[i] != '\t' && cell.ptr[i] != '\n' && cell.ptr[i] != '\r';
    if (is_one)
        return cell;
    char *room = arena_alloc(&run->arena, cell.len_bytes, 1);
    if (!room)
        return STR_NONE;
    size_t len_bytes = 0;
    for (size_t i = 0; i < cell.len_bytes; i++) {
        char c = cell.ptr[i] == '\t' || cell.ptr[i] == '\n' || cell.ptr[i] == '\r' ? ' ' : cell.ptr[i];
        if (c != ' ' || (len_bytes && room[len_bytes - 1] != ' '))
            room[len_bytes++] = c;
    }
    return (struct str){room, len_bytes};
}

/* The canonical form of a cell; NULL text: it is wrong. */
static struct str canonical(struct import_run *run, const struct import_column *column, struct str cell)
{
    static const char *const yes[] = {"co", "x", "1", "yes", "true", "dung"}, *const no[] = {"khong", "0", "no",
                                                                                             "false", "sai"};
    switch (column->type) {
    case IMPORT_TEXT:
        return cell;
    case IMPORT_EMAIL: {
        ptrdiff_t at = str_find_byte(cell, '@', 0);
        return at > 0 && (size_t)at + 1 < cell.len_bytes && str_find_byte(cell, ' ', 0) < 0 ? cell : STR_NONE;
    }
    case IMPORT_YES_NO: {
        struct str folded = viet_search_key(&run->arena, cell);
        for (size_t i = 0; i < ARRAY_LEN(yes); i++)
            if (str_equal(folded, str_from_cstr(yes[i])))
                return STR("1");
        for (size_t i = 0; i < ARRAY_LEN(no); i++)
            if (str_equal(folded, str_from_cstr(no[i])))
                return STR("0");
        return STR_NONE;
    }
    case IMPORT_CHOICE: {
        struct import_choice choice = {STR_NONE, STR_NONE, STR_NONE};
        size_t count = column->choices ? column->choices(0, &choice) : 0;
        for (size_t i = 0; i < count; i++) {
            column->choices(i, &choice);
            if (str_equal(cell, choice.id))
                return choice.id;
        }
        for (size_t i = 0; i < count; i++) {
            column->choices(i, &choice);
            if (viet_equal_folded(cell, choice.vi) || viet_equal_folded(cell, choice.en))
                return choice.id;
        }
        return STR_NONE;
    }
    }
    return STR_NONE;
}

static enum err_code judge_row(struct import_run *run, struct import_row *row, const int *columns, struct err *err)
{
    const struct import_register *what = run->what;
    row->column = -1;
    for (size_t k = 0; k < run->table.columns; k++)
        if (run->nameless[k] && !str_is_empty(table_cell(&run->table, row->table_row, (int)k))) {
            refuse(run, row, -1, "ô này nằm ngoài các cột của hàng tiêu đề", (int)k);
            return ERR_NONE;
        }
    for (size_t c = 0; c < what->column_count; c++) {
        char room[64];
        struct str cell = table_cell(&run->table, row->table_row, columns[c]);
        const char *reason = cell_refusal(cell, room, sizeof room);
        if (reason) {
            refuse(run, row, (int)c, reason, columns[c]);
            return ERR_NONE;
        }
        cell = one_line(run, cell);
        if (str_is_null(cell))
            return arena_full(&run->arena, err);
        row->given |= str_is_empty(cell) ? 0 : UINT32_C(1) << c;
        row->cells[c] = str_is_empty(cell) ? STR("") : canonical(run, &what->columns[c], cell);
        if (str_is_null(row->cells[c])) {
            row->cells[c] = STR("");
            refuse(run, row, (int)c,
                   what->columns[c].type == IMPORT_EMAIL    ? "không phải địa chỉ thư điện tử"
                   : what->columns[c].type == IMPORT_YES_NO ? "chỉ ghi có hoặc không"
                                                            : "không có trong danh mục",
                   columns[c]);
            return ERR_NONE;
        }
    }
    struct str key = what->key(run, row->cells);
    if (str_is_null(key))
        return arena_full(&run->arena, err);
    const struct import_object *object = map_get(&run->there, key);
    if (object) {
        row->object_id = object->id;
        row->before = object->cells;
        row->verdict = IMPORT_SAME;
        for (size_t c = 0; c < what->column_count; c++) {
            if (str_is_empty(row->cells[c]))
                row->cells[c] = object->cells[c];
            else if (!str_equal(row->cells[c], object->cells[c]))
                row->verdict = IMPORT_CHANGED;
        }
    } else
        row->verdict = IMPORT_NEW;
    for (size_t c = 0; c < what->column_count; c++)
        if (what->columns[c].is_required && str_is_empty(row->cells[c])) {
            refuse(run, row, (int)c, "bắt buộc nhưng để trống", columns[c]);
            return ERR_NONE;
        }
    if (row->verdict == IMPORT_SAME && object->is_inside && what->renews && what->renews(run, row))
        row->verdict = IMPORT_CHANGED;
    if (object && !object->is_inside && row->verdict == IMPORT_CHANGED) {
        refuse(run, row, -1, "thuộc đơn vị ngoài phạm vi của bạn", -1);
        return ERR_NONE;
    }
    struct import_row *twin = map_get(&run->by_key, key);
    if (twin) {
        char text[64];
        (void)said_pack(text, sizeof text, "trùng với dòng %u", (unsigned)import_row_number(run, twin));
        refuse(run, row, -1, text, -1);
        return ERR_NONE;
    }
    return map_put(&run->by_key, &run->arena, key, row) ? ERR_NONE : arena_full(&run->arena, err);
}

static enum err_code judge(struct db *db, struct import_run *run, struct str bytes, struct err *err)
{
    const struct import_register *what = run->what;
    struct import_run fresh;
    import_begin(&fresh, what, run->root_id, run->day);
    fresh.skip_errors = run->skip_errors;
    fresh.is_sample = run->is_sample;
    fresh.actor = run->actor;
    import_end(run);
    *run = fresh;
    struct str words[IMPORT_COLUMNS_MAX * 3];
    size_t word_count = 0;
    int columns[IMPORT_COLUMNS_MAX] = {0};
    struct str all_names[IMPORT_COLUMNS_MAX] = {0};
    for (size_t c = 0; c < what->column_count; c++) {
        struct str names = str_from_cstr(what->columns[c].vi), name;
        while (word_count < ARRAY_LEN(words) && str_split(&names, '|', &name))
            words[word_count++] = name;
    }
    TRY(table_read(
        bytes,
        &(struct table_options){.header_words = words, .header_word_count = word_count, .rows_max = IMPORT_ROWS_MAX},
        &run->arena, &run->table, err));
    for (size_t c = 0; c < what->column_count; c++) {
        struct str names =
            arena_printf(&run->arena, "%s|%s|%s", what->columns[c].vi, what->columns[c].en, what->columns[c].key);
        if (str_is_null(names))
            return arena_full(&run->arena, err);
        all_names[c] = names;
        columns[c] = table_column(&run->table, names);
        struct str first = str_from_cstr(what->columns[c].vi), title = first;
        (void)str_split(&first, '|', &title);
        if (columns[c] < 0 && what->columns[c].is_required)
            return err_set(err, ERR_SYNTAX, "không thấy cột '%.*s': dùng tệp mẫu", STR_ARG(title));
    }
    TRY(unread_find(run, all_names, columns, err));
    TRY(what->load(db, run, err));
    run->rows = arena_new_array(&run->arena, struct import_row, run->table.count + 1);
    struct str *cells = arena_new_array(&run->arena, struct str, (run->table.count + 1) * what->column_count);
    if (!run->rows || !cells)
        return arena_full(&run->arena, err);
    run->row_count = run->table.count;
    for (size_t i = 0; i < run->row_count; i++) {
        run->rows[i].table_row = i;
        run->rows[i].cells = cells + i * what->column_count;
        TRY(judge_row(run, &run->rows[i], columns, err));
    }
    size_t *const counts[] = {&run->new_count, &run->changed_count, &run->same_count, &run->error_count};
    for (size_t i = 0; i < run->row_count; i++) {
        struct import_row *row = &run->rows[i];
        int column = -1;
        const char *reason = what->check && (row->verdict == IMPORT_NEW || row->verdict == IMPORT_CHANGED)
                                 ? what->check(run, row, &column)
                                 : NULL;
        if (reason)
            refuse(run, row, column, reason, column >= 0 ? columns[column] : -1);
        ++*counts[row->verdict];
    }
    return ERR_NONE;
}

static enum err_code require_root(struct db *db, const struct actor *actor, const struct import_register *what,
                                  int64_t root_id, struct err *err)
{
    if (root_id == 0)
        return actor->all ? ERR_NONE : err_set(err, ERR_DENIED, "only the system itself imports everywhere");
    bool has = false;
    if (what->also_right)
        TRY(access_has(db, actor, what->also_right, root_id, &has, err));
    return has ? ERR_NONE : access_require(db, actor, what->right, root_id, "import into this unit", err);
}

struct importing {
    const struct actor *actor;
    struct import_run *run;
    const struct import_register *what;
    struct str file_name;
    struct str bytes;
    int64_t batch_id;
};

static enum err_code preview_in_snapshot(struct db *db, void *ctx, struct err *err)
{
    struct importing *m = ctx;
    TRY(require_root(db, m->actor, m->run->what, m->run->root_id, err));
    m->run->actor = actor_with(m->actor, m->run->what->right);
    return judge(db, m->run, m->bytes, err);
}

enum err_code import_preview(struct db *db, const struct actor *actor, struct import_run *run, struct str bytes,
                             struct err *err)
{
    struct importing m = {.actor = actor, .run = run, .bytes = bytes};
    return db_read(db, preview_in_snapshot, &m, err);
}

static void put_cells(struct json_writer *w, const struct import_register *what, const struct str *cells)
{
    json_object_begin(w);
    for (size_t c = 0; c < what->column_count; c++)
        if (!str_is_empty(cells[c]))
            json_field_str(w, str_from_cstr(what->columns[c].key), cells[c]);
    json_object_end(w);
}

static enum err_code write_rows(struct db *db, void *ctx, struct err *err)
{
    struct importing *m = ctx;
    struct import_run *run = m->run;
    TRY(run->what->write(db, m->actor, run, err));
    run->batch_id = db_id(db);
    struct sha256 hash = crypto_sha256(m->bytes);
    TRY(sql_import_batch_insert(
        db,
        &(struct sql_import_batch_insert_args){.id = run->batch_id,
                                               .register_id = str_from_cstr(run->what->id),
                                               .unit_id = run->root_id,
                                               .file_name = m->file_name,
                                               .sha256 = sha256_str(&hash),
                                               .row_count = (int64_t)(run->new_count + run->changed_count),
                                               .by_person = {m->actor->person_id != 0, m->actor->person_id},
                                               .at_ms = db_now_ms(db)},
        err));
    AUTO_BUF before, after;
    buf_init(&before, 4u << 20);
    buf_init(&after, 4u << 20);
    int64_t seq = 0;
    for (size_t i = 0; i < run->row_count; i++) {
        const struct import_row *row = &run->rows[i];
        if (row->verdict != IMPORT_NEW && row->verdict != IMPORT_CHANGED)
            continue;
        struct json_writer w;
        buf_clear(&before);
        buf_clear(&after);
        json_writer_init(&w, &after, 0);
        put_cells(&w, run->what, row->cells);
        if (row->before) {
            json_writer_init(&w, &before, 0);
            put_cells(&w, run->what, row->before);
        }
        TRY(buf_check(&before, err));
        TRY(buf_check(&after, err));
        TRY(sql_import_change_insert(
            db,
            &(struct sql_import_change_insert_args){.id = db_id(db),
                                                    .batch_id = run->batch_id,
                                                    .seq = ++seq,
                                                    .object_kind = str_from_cstr(run->what->object_kind),
                                                    .object_id = row->object_id,
                                                    .before_json = row->before ? buf_str(&before) : STR_NONE,
                                                    .after_json = buf_str(&after)},
            err));
    }
    return ERR_NONE;
}

static enum err_code apply_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct importing *m = ctx;
    struct import_run *run = m->run;
    TRY(require_root(db, m->actor, run->what, run->root_id, err));
    run->actor = actor_with(m->actor, run->what->right);
    TRY(judge(db, run, m->bytes, err));
    for (size_t i = 0; i < run->row_count && run->error_count && !run->skip_errors; i++)
        if (run->rows[i].verdict == IMPORT_ERROR)
            return err_set(err, ERR_SYNTAX, "%zu dòng sai; dòng đầu: %.*s: %.*s", run->error_count,
                           STR_ARG(run->rows[i].where), STR_ARG(run->rows[i].reason));
    if (run->new_count + run->changed_count == 0)
        return err_set(err, ERR_CONFLICT, "không có gì mới để nhập");
    TRY(db_bulk(db, write_rows, m, err));
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = "imported",
                                             .object_kind = "import_batch",
                                             .object_id = run->batch_id,
                                             .unit_id = run->root_id,
                                             .actor_id = m->actor->person_id,
                                             .content = str_from_cstr(run->what->id)},
                        NULL, err);
}

enum err_code import_apply(struct db *db, const struct actor *actor, struct import_run *run, struct str file_name,
                           struct str bytes, struct err *err)
{
    struct importing m = {.actor = actor, .run = run, .file_name = file_name, .bytes = bytes};
    enum err_code code = db_transact(db, apply_in_transaction, &m, err);
    if (code != ERR_NONE)
        run->batch_id = 0;
    return code;
}

/* --- undo --- */

static enum err_code undo_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct importing *m = ctx;
    struct import_run run;
    import_begin(&run, m->what, 0, db_today(db));
    run.is_undo = true;
    run.actor = actor_system(db_today(db)); /* the batch was judged when it came in; who undoes it may write its root */
    m->run = &run;
    struct sql_import_batch_get_row *batch = NULL;
    struct sql_import_later_row *later = NULL;
    struct sql_import_changes_rows changes = {0};
    enum err_code code =
        sql_import_batch_get(db, &run.arena, &(struct sql_import_batch_get_args){.id = m->batch_id}, &batch, err);
    if (code == ERR_NONE &&
        (!batch || batch->undone_ms.has || !str_equal(batch->register_id, str_from_cstr(m->what->id))))
        code = err_set(err, ERR_NOT_FOUND, "không có lần nhập này, hoặc đã hoàn tác");
    if (code == ERR_NONE)
        code = require_root(db, m->actor, m->what, batch->unit_id, err);
    if (code == ERR_NONE)
        code = sql_import_later(db, &run.arena, &(struct sql_import_later_args){.batch_id = m->batch_id}, &later, err);
    if (code == ERR_NONE && later && later->n > 0)
        code = err_set(err, ERR_CONFLICT, "%lld dòng đã được một lần nhập sau sửa lại, ví dụ %.*s", (long long)later->n,
                       (int)(later->first_json.len_bytes < 200 ? later->first_json.len_bytes : 200),
                       later->first_json.ptr);
    if (code == ERR_NONE)
        code = sql_import_changes(db, &run.arena, &(struct sql_import_changes_args){.batch_id = m->batch_id}, &changes,
                                  err);
    if (code == ERR_NONE)
        code = m->what->load(db, &run, err);
    if (code == ERR_NONE) {
        struct import_row *rows = arena_new_array(&run.arena, struct import_row, changes.count + 1);
        if (rows)
            run.rows = rows;
        else
            code = arena_full(&run.arena, err);
    }
    /* What was changed goes back to what was there; what was made goes away. */
    for (size_t i = 0; code == ERR_NONE && i < changes.count; i++) {
        if (str_is_null(changes.items[i].before_json))
            continue;
        struct import_row *row = &run.rows[run.row_count];
        struct json was, is;
        row->cells = arena_new_array(&run.arena, struct str, m->what->column_count);
        row->before = arena_new_array(&run.arena, struct str, m->what->column_count);
        if (!row->cells || !row->before)
            code = arena_full(&run.arena, err);
        if (code == ERR_NONE)
            code = json_parse(changes.items[i].before_json, 0, &run.arena, &was, err);
        if (code == ERR_NONE)
            code = json_parse(changes.items[i].after_json, 0, &run.arena, &is, err);
        for (size_t c = 0; code == ERR_NONE && c < m->what->column_count; c++) {
            struct str key = str_from_cstr(m->what->columns[c].key);
            struct str old = json_str_or_none(json_get(was, key), &run.arena),
                       new = json_str_or_none(json_get(is, key), &run.arena);
            row->cells[c] = str_is_null(old) ? STR("") : old;
            row->before[c] = str_is_null(new) ? STR("") : new;
        }
        row->object_id = changes.items[i].object_id;
        row->verdict = IMPORT_CHANGED;
        run.row_count++;
        run.changed_count++;
    }
    if (code == ERR_NONE && run.row_count)
        code = m->what->write(db, m->actor, &run, err);
    if (code == ERR_NONE && run.row_count < changes.count)
        code = m->what->drop(db, m->batch_id, batch->at_ms, err);
    int64_t undone = 0;
    if (code == ERR_NONE)
        code = sql_import_batch_undone(
            db,
            &(struct sql_import_batch_undone_args){.id = m->batch_id,
                                                   .undone_ms = db_now_ms(db),
                                                   .undone_by = {m->actor->person_id != 0, m->actor->person_id}},
            &undone, err);
    if (code == ERR_NONE)
        code = chain_append(db,
                            &(struct chain_note){.stream = CHAIN_AUDIT,
                                                 .kind = "import_undone",
                                                 .object_kind = "import_batch",
                                                 .object_id = m->batch_id,
                                                 .unit_id = batch->unit_id,
                                                 .actor_id = m->actor->person_id,
                                                 .content = STR("")},
                            NULL, err);
    import_end(&run);
    return code;
}

enum err_code import_undo(struct db *db, const struct actor *actor, const struct import_register *what,
                          int64_t batch_id, struct err *err)
{
    struct importing m = {.actor = actor, .what = what, .batch_id = batch_id};
    return db_transact(db, undo_in_transaction, &m, err);
}
