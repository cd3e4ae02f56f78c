#include "duty/readers.h"

#include <stdlib.h>

#include "duty/readers.sql.h"

static int compare_reader(const void *a, const void *b)
{
    const struct reader *x = a, *y = b;
    if ((x->at_ms != 0) != (y->at_ms != 0))
        return x->at_ms ? 1 : -1;
    if (x->unit->place != y->unit->place)
        return x->unit->place < y->unit->place ? -1 : 1;
    return (x->person->place > y->person->place) - (x->person->place < y->person->place);
}

/* Which units of the board owe something under this very directive. */
static enum err_code owing(struct db *db, const struct board *board, int64_t directive_id, civil_day day, bool is_past,
                           struct arena *arena, bool **ret_owes, struct err *err)
{
    bool *owes = arena_new_array(arena, bool, (size_t)board->count + 1);
    if (!owes)
        return arena_full(arena, err);
    struct sql_readers_shares_row *shares = NULL;
    TRY(sql_readers_shares(db, arena, &(struct sql_readers_shares_args){.directive_id = directive_id}, &shares, err));
    *ret_owes = owes;
    if (!shares || !shares->shares) {
        for (uint32_t i = 0; i < board->count; i++)
            owes[i] = board_total(&board->cells[i]) > 0;
        return ERR_NONE;
    }
    struct sql_readers_units_rows units;
    TRY(sql_readers_units(
        db, arena, &(struct sql_readers_units_args){.directive_id = directive_id, .is_past = is_past, .on_day = day},
        &units, err));
    for (size_t i = 0; i < units.count; i++) {
        uint32_t at = tree_find(board->tree, units.items[i].unit_id);
        if (at != TREE_NONE && at >= board->from && at - board->from < board->count)
            owes[at - board->from] = board_total(&board->cells[at - board->from]) > 0;
    }
    return ERR_NONE;
}

static int64_t read_at(const struct sql_readers_acknowledged_rows *read, int64_t person_id)
{
    size_t low = 0, high = read->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (read->items[mid].person_id < person_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < read->count && read->items[low].person_id == person_id ? read->items[low].at_ms : 0;
}

static enum err_code gather(struct db *db, const struct board *board, int64_t directive_id, civil_day day, bool is_past,
                            struct str search, struct arena *arena, struct readers *ret_readers, struct err *err)
{
    const struct staff *staff;
    uint32_t *places;
    bool *owes = NULL;
    TRY(staff_get(db, day, arena, &staff, err));
    TRY(staff_places(staff, board->tree, arena, &places, err));
    TRY(owing(db, board, directive_id, day, is_past, arena, &owes, err));
    struct sql_readers_acknowledged_rows read;
    TRY(sql_readers_acknowledged(
        db, arena,
        &(struct sql_readers_acknowledged_args){.directive_id = directive_id,
                                                .before_ms = is_past ? civil_day_start_ms(day + 1) : INT64_MAX},
        &read, err));
    struct reader *items = arena_new_array(arena, struct reader, (size_t)staff->count + 1);
    if (!items)
        return arena_full(arena, err);
    struct str needle = str_is_null(search) ? STR_NONE : str_slice(search, 1, search.len_bytes - 1);
    struct readers readers = {items, 0, 0};
    for (uint32_t i = 0; i < staff->count; i++) {
        const struct staff_person *person = &staff->people[i];
        if (places[i] == TREE_NONE || places[i] < board->from || places[i] - board->from >= board->count ||
            !owes[places[i] - board->from] || (!person->is_active && !is_past))
            continue;
        const struct tree_unit *unit = &board->tree->units[places[i]];
        if (!str_is_null(needle) && !str_contains(person->search_key, needle) && !tree_is_found(unit, search))
            continue;
        int64_t at_ms = read_at(&read, person->person_id);
        readers.read_count += at_ms != 0;
        items[readers.count++] = (struct reader){person, unit, at_ms};
    }
    *ret_readers = readers;
    return ERR_NONE;
}

enum err_code readers_get(struct db *db, const struct board *board, int64_t directive_id, civil_day day, bool is_past,
                          struct str search, struct arena *arena, struct readers *ret_readers, struct err *err)
{
    TRY(gather(db, board, directive_id, day, is_past, search, arena, ret_readers, err));
    if (ret_readers->count)
        qsort(ret_readers->items, ret_readers->count, sizeof *ret_readers->items, compare_reader);
    return ERR_NONE;
}

enum err_code readers_count(struct db *db, const struct board *board, int64_t directive_id, civil_day day, bool is_past,
                            struct arena *arena, size_t *ret_count, size_t *ret_read_count, struct err *err)
{
    struct readers readers;
    TRY(gather(db, board, directive_id, day, is_past, STR_NONE, arena, &readers, err));
    *ret_count = readers.count;
    *ret_read_count = readers.read_count;
    return ERR_NONE;
}
