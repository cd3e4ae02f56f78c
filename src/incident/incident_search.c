#include "incident/incident_search.h"

#include <stdlib.h>

#include "base/buf.h"

#define FEW  ((int64_t)2000)  /* cases: up to here a list begins with them */
#define MANY ((int64_t)20000) /* cases of a word: up to here it is compared with the other words */

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

/* Cases with a word of [word, end): when they are few, the list begins with them. */
static enum err_code narrow_by(struct db *db, struct arena *arena, struct str word, struct str end,
                               struct incident_asked *asked, struct err *err)
{
    struct sql_incident_of_word_rows rows;
    TRY(sql_incident_of_word(db, arena,
                             &(struct sql_incident_of_word_args){.word = word, .word_end = end, .limit_count = FEW + 1},
                             &rows, err));
    if ((int64_t)rows.count > FEW)
        return ERR_NONE;
    int64_t ids[FEW];
    for (size_t k = 0; k < rows.count; k++)
        ids[k] = rows.items[k].case_id;
    asked->has_ids = true;
    asked->is_nothing = rows.count == 0;
    return ids_print(arena, ids, rows.count, &asked->ids, err);
}

static int by_id(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return one < two ? -1 : one > two;
}

/* In order, each once; how many are left. */
static size_t ids_sort(int64_t *ids, size_t count)
{
    size_t kept = 0;
    qsort(ids, count, sizeof *ids, by_id);
    for (size_t k = 0; k < count; k++)
        if (!k || ids[k] != ids[kept - 1])
            ids[kept++] = ids[k];
    return kept;
}

struct id_set {
    int64_t *NULLABLE items; /* rising, each once; NULL: nothing is known yet */
    size_t count;
};

/* Only what both hold. */
static void id_set_cut(struct id_set *set, const int64_t *items, size_t count)
{
    size_t kept = 0, k = 0;
    for (size_t i = 0; i < set->count; i++) {
        while (k < count && items[k] < set->items[i])
            k++;
        if (k < count && items[k] == set->items[i])
            set->items[kept++] = set->items[i];
    }
    set->count = kept;
}

/* Words that many cases have and few have all of. */
static enum err_code narrow_by_all(struct db *db, struct arena *arena, struct incident_asked *asked, struct err *err)
{
    struct id_set set = {0};
    for (int i = 0; i < INCIDENT_SEARCH_WORDS && !str_is_null(asked->word[i]); i++) {
        struct sql_incident_of_word_many_rows rows;
        TRY(sql_incident_of_word_many(db, arena,
                                      &(struct sql_incident_of_word_many_args){
                                          .word = asked->word[i], .word_end = asked->end[i], .limit_count = MANY + 1},
                                      &rows, err));
        if ((int64_t)rows.count > MANY || !rows.count)
            continue;
        int64_t *ids = arena_new_array(arena, int64_t, rows.count);
        if (!ids)
            return arena_full(arena, err);
        for (size_t k = 0; k < rows.count; k++)
            ids[k] = rows.items[k].case_id;
        size_t count = ids_sort(ids, rows.count);
        if (set.items)
            id_set_cut(&set, ids, count);
        else
            set = (struct id_set){ids, count};
    }
    if (!set.items || (int64_t)set.count > FEW)
        return ERR_NONE;
    asked->has_ids = true;
    asked->is_nothing = set.count == 0;
    return ids_print(arena, set.items, set.count, &asked->ids, err);
}

/* The cases of somebody who stands in few. */
static enum err_code narrow_by_parties(struct db *db, const struct actor *actor, struct arena *arena,
                                       struct incident_asked *asked, struct err *err)
{
    struct sql_incident_of_parties_rows mine;
    TRY(sql_incident_of_parties(db, actor, arena, &(struct sql_incident_of_parties_args){.limit_count = FEW + 1}, &mine,
                                err));
    if ((int64_t)mine.count > FEW)
        return ERR_NONE;
    int64_t ids[FEW];
    for (size_t k = 0; k < mine.count; k++)
        ids[k] = mine.items[k].case_id;
    asked->has_ids = true;
    asked->is_nothing = mine.count == 0;
    return ids_print(arena, ids, ids_sort(ids, mine.count), &asked->ids, err);
}

/* The cheapest question first. */
static enum err_code narrow(struct db *db, const struct actor *actor, struct arena *arena, struct incident_asked *asked,
                            struct err *err)
{
    for (int i = 0; i < INCIDENT_SEARCH_WORDS && !str_is_null(asked->word[i]) && !asked->has_ids; i++)
        TRY(narrow_by(db, arena, asked->word[i], asked->end[i], asked, err));
    const struct {
        const char *mark;
        struct str value;
    } marks[] = {{INCIDENT_MARK_STATE, asked->state}, {INCIDENT_MARK_SEVERITY, asked->severity}};
    for (size_t i = 0; i < ARRAY_LEN(marks) && !asked->has_ids; i++) {
        if (str_is_null(marks[i].value))
            continue;
        struct str word = arena_printf(arena, "%s%.*s", marks[i].mark, STR_ARG(marks[i].value)),
                   end = arena_printf(arena, "%s%.*s!", marks[i].mark, STR_ARG(marks[i].value));
        if (str_is_null(word) || str_is_null(end))
            return arena_full(arena, err);
        TRY(narrow_by(db, arena, word, end, asked, err));
    }
    if (!asked->has_ids && !actor->all)
        TRY(narrow_by_parties(db, actor, arena, asked, err));
    if (!asked->has_ids && !str_is_null(asked->word[1]))
        TRY(narrow_by_all(db, arena, asked, err));
    return ERR_NONE;
}

enum err_code incident_ask(struct db *db, const struct actor *actor, struct arena *arena,
                           const struct incident_filter *filter, struct incident_asked *ret_asked, struct err *err)
{
    struct incident_asked asked = {.state = str_is_empty(filter->state) ? STR_NONE : filter->state,
                                   .severity = str_is_empty(filter->severity) ? STR_NONE : filter->severity,
                                   .unit_id = {filter->unit_id != 0, filter->unit_id}};
    struct str *words;
    size_t count;
    TRY(incident_words_of(arena, filter->search, INCIDENT_SEARCH_WORDS, &words, &count, err));
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
