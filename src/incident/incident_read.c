#include "base/buf.h"
#include "incident/incident_parts.h"

#define FEW        ((int64_t)2000) /* cases: up to here a list begins with them, past it with the newest of all */
#define COUNT_MOST ((int64_t)1000) /* past it a page says "more than" */
#define WORDS      3               /* of a search; more say nothing that these do not */

enum err_code incident_read(struct db *db, const struct actor *actor, struct arena *arena, int64_t case_id,
                            struct incident_case *ret_case, struct err *err)
{
    struct incident_case out = {.row = NULL};
    TRY(sql_incident_get(db, actor, arena, &(struct sql_incident_get_args){.id = case_id, .on_day = db_today(db)},
                         &out.row, err));
    if (!out.row)
        return err_set(err, ERR_DENIED, "hồ sơ sự cố này chỉ dành cho các bên tham gia");
    TRY(party_standing(db, actor, case_id, &out.standing, err));
    struct sql_incident_raw_row *raw;
    TRY(incident_raw_get(db, arena, case_id, &raw, err));
    struct incident_fields fields = incident_fields_of(raw);
    TRY(incident_by_rules(db, arena, raw->unit_id, &fields, &out.severity, NULL, err));
    out.label = know_incident_label_find(raw->label);
    if (!out.label)
        return err_set(err, ERR_SYNTAX, "không có loại sự cố '%.*s'", STR_ARG(raw->label));
    out.group = know_incident_group_of(out.label, civil_day_of_ms(raw->detected_ms));
    TRY(incident_clocks_of(db, arena, raw, &out.clocks, err));
    *ret_case = out;
    return ERR_NONE;
}

/* A search as ranges of words. */
struct asked {
    struct str word[WORDS], end[WORDS]; /* STR_NONE: fewer were typed */
    struct str state, severity;
    struct opt_i64 unit_id;
    bool has_ids;
    struct str ids; /* "[1,2]": the few among which it can be */
    bool is_nothing;
};

/* The first word behind all that begin with this one; it is folded, so its last byte is never 0xff. */
static struct str after_prefix(struct arena *arena, struct str word)
{
    char *out = arena_alloc(arena, word.len_bytes, 1);
    if (!out)
        return STR_NONE;
    memcpy(out, word.ptr, word.len_bytes);
    out[word.len_bytes - 1] = (char)(out[word.len_bytes - 1] + 1);
    return (struct str){out, word.len_bytes};
}

static enum err_code ids_print(struct arena *arena, const int64_t *ids, size_t count, struct str *ret_ids,
                               struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    buf_put(&buf, STR("["));
    for (size_t i = 0; i < count; i++)
        buf_printf(&buf, "%s%lld", i ? "," : "", (long long)ids[i]);
    buf_put(&buf, STR("]"));
    TRY(buf_check(&buf, err));
    struct str copy = arena_printf(arena, "%.*s", STR_ARG(buf_str(&buf)));
    if (str_is_null(copy))
        return arena_full(arena, err);
    *ret_ids = copy;
    return ERR_NONE;
}

/* A place to begin that is small: a word few cases have, else the cases of somebody who stands in few. */
static enum err_code narrow(struct db *db, const struct actor *actor, struct arena *arena, struct asked *asked,
                            struct err *err)
{
    int64_t ids[FEW];
    for (int i = 0; i < WORDS && !str_is_null(asked->word[i]); i++) {
        struct sql_incident_of_word_rows rows;
        TRY(sql_incident_of_word(db, arena,
                                 &(struct sql_incident_of_word_args){
                                     .word = asked->word[i], .word_end = asked->end[i], .limit_count = FEW + 1},
                                 &rows, err));
        if ((int64_t)rows.count > FEW)
            continue;
        for (size_t k = 0; k < rows.count; k++)
            ids[k] = rows.items[k].case_id;
        asked->has_ids = true;
        asked->is_nothing = rows.count == 0;
        return ids_print(arena, ids, rows.count, &asked->ids, err);
    }
    if (actor->all)
        return ERR_NONE;
    struct sql_incident_of_parties_rows mine;
    TRY(sql_incident_of_parties(db, actor, arena, &(struct sql_incident_of_parties_args){.limit_count = FEW + 1}, &mine,
                                err));
    if ((int64_t)mine.count > FEW)
        return ERR_NONE;
    for (size_t k = 0; k < mine.count; k++)
        ids[k] = mine.items[k].case_id;
    asked->has_ids = true;
    asked->is_nothing = mine.count == 0;
    return ids_print(arena, ids, mine.count, &asked->ids, err);
}

static enum err_code ask(struct db *db, const struct actor *actor, struct arena *arena,
                         const struct incident_filter *filter, struct asked *ret_asked, struct err *err)
{
    struct asked asked = {.state = str_is_empty(filter->state) ? STR_NONE : filter->state,
                          .severity = str_is_empty(filter->severity) ? STR_NONE : filter->severity,
                          .unit_id = {filter->unit_id != 0, filter->unit_id}};
    struct str *words;
    size_t count;
    TRY(incident_words_of(arena, filter->search, WORDS, &words, &count, err));
    for (size_t i = 0; i < count; i++) {
        asked.word[i] = words[i];
        asked.end[i] = after_prefix(arena, words[i]);
        if (str_is_null(asked.end[i]))
            return arena_full(arena, err);
    }
    asked.is_nothing = count == 0 && !str_is_empty(str_trim(filter->search)); /* "???" is found nowhere */
    if (!asked.is_nothing)
        TRY(narrow(db, actor, arena, &asked, err));
    *ret_asked = asked;
    return ERR_NONE;
}

enum err_code incident_list(struct db *db, const struct actor *actor, struct arena *arena,
                            const struct incident_filter *filter, struct sql_incident_rows_rows *ret_rows,
                            struct err *err)
{
    struct asked a;
    TRY(ask(db, actor, arena, filter, &a, err));
    if (a.is_nothing) {
        *ret_rows = (struct sql_incident_rows_rows){0};
        return ERR_NONE;
    }
    if (!a.has_ids)
        return sql_incident_rows(db, actor, arena,
                                 &(struct sql_incident_rows_args){.on_day = db_today(db),
                                                                  .state = a.state,
                                                                  .severity = a.severity,
                                                                  .unit_id = a.unit_id,
                                                                  .word_1 = a.word[0],
                                                                  .end_1 = a.end[0],
                                                                  .word_2 = a.word[1],
                                                                  .end_2 = a.end[1],
                                                                  .word_3 = a.word[2],
                                                                  .end_3 = a.end[2],
                                                                  .limit_count = filter->limit_count,
                                                                  .offset_count = filter->offset_count},
                                 ret_rows, err);
    struct sql_incident_rows_of_rows rows;
    TRY(sql_incident_rows_of(db, actor, arena,
                             &(struct sql_incident_rows_of_args){.ids = a.ids,
                                                                 .on_day = db_today(db),
                                                                 .state = a.state,
                                                                 .severity = a.severity,
                                                                 .unit_id = a.unit_id,
                                                                 .word_1 = a.word[0],
                                                                 .end_1 = a.end[0],
                                                                 .word_2 = a.word[1],
                                                                 .end_2 = a.end[1],
                                                                 .word_3 = a.word[2],
                                                                 .end_3 = a.end[2],
                                                                 .limit_count = filter->limit_count,
                                                                 .offset_count = filter->offset_count},
                             &rows, err));
    struct sql_incident_rows_row *items = arena_new_array(arena, struct sql_incident_rows_row, rows.count + 1);
    if (!items)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_incident_rows_of_row *r = &rows.items[i];
        items[i] = (struct sql_incident_rows_row){.id = r->id,
                                                  .code = r->code,
                                                  .unit_id = r->unit_id,
                                                  .unit_name = r->unit_name,
                                                  .title = r->title,
                                                  .label = r->label,
                                                  .severity = r->severity,
                                                  .is_confirmed = r->is_confirmed,
                                                  .detected_ms = r->detected_ms,
                                                  .restored_ms = r->restored_ms,
                                                  .state = r->state,
                                                  .tlp = r->tlp,
                                                  .is_exercise = r->is_exercise,
                                                  .last_ms = r->last_ms};
    }
    *ret_rows = (struct sql_incident_rows_rows){items, rows.count};
    return ERR_NONE;
}

enum err_code incident_list_count(struct db *db, const struct actor *actor, struct arena *arena,
                                  const struct incident_filter *filter, int64_t *ret_count, struct err *err)
{
    struct asked a;
    TRY(ask(db, actor, arena, filter, &a, err));
    if (a.is_nothing) {
        *ret_count = 0;
        return ERR_NONE;
    }
    if (!a.has_ids) {
        struct sql_incident_rows_count_row *row;
        TRY(sql_incident_rows_count(db, actor, arena,
                                    &(struct sql_incident_rows_count_args){.state = a.state,
                                                                           .severity = a.severity,
                                                                           .unit_id = a.unit_id,
                                                                           .word_1 = a.word[0],
                                                                           .end_1 = a.end[0],
                                                                           .word_2 = a.word[1],
                                                                           .end_2 = a.end[1],
                                                                           .word_3 = a.word[2],
                                                                           .end_3 = a.end[2],
                                                                           .limit_count = COUNT_MOST + 1},
                                    &row, err));
        *ret_count = row->n;
        return ERR_NONE;
    }
    struct sql_incident_rows_of_count_row *row;
    TRY(sql_incident_rows_of_count(db, actor, arena,
                                   &(struct sql_incident_rows_of_count_args){.ids = a.ids,
                                                                             .state = a.state,
                                                                             .severity = a.severity,
                                                                             .unit_id = a.unit_id,
                                                                             .word_1 = a.word[0],
                                                                             .end_1 = a.end[0],
                                                                             .word_2 = a.word[1],
                                                                             .end_2 = a.end[1],
                                                                             .word_3 = a.word[2],
                                                                             .end_3 = a.end[2]},
                                   &row, err));
    *ret_count = row->n;
    return ERR_NONE;
}
