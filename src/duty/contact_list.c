#include "duty/contact_list.h"

#include <stdio.h>
#include <stdlib.h>

#include "duty/contact_list.sql.h"
#include "store/keep.h"

#define PEOPLE_KEPT 3

struct people {
    const struct contact_person *items; /* by rising unit */
    size_t count;
};

static enum err_code make_people(struct db *db, struct str key, struct arena *arena, const void **ret_value,
                                 struct err *err)
{
    int64_t day = 0;
    must(str_to_i64(key, &day));
    struct sql_contact_people_rows rows;
    TRY(sql_contact_people(db, arena, &(struct sql_contact_people_args){.on_day = day}, &rows, err));
    struct people *people = arena_new(arena, struct people);
    struct contact_person *items = arena_new_array(arena, struct contact_person, rows.count + 1);
    if (!people || !items)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_contact_people_row *r = &rows.items[i];
        items[i] = (struct contact_person){.unit_id = r->unit_id,
                                           .name = r->name,
                                           .title = r->title,
                                           .phone = r->phone,
                                           .email = r->email,
                                           .search_key = r->search_key};
    }
    *people = (struct people){items, rows.count};
    *ret_value = people;
    return ERR_NONE;
}

static int compare_item(const void *a, const void *b)
{
    const struct contact_item *x = a, *y = b;
    if (x->state != y->state)
        return x->state < y->state ? -1 : 1;
    return (x->unit->place > y->unit->place) - (x->unit->place < y->unit->place);
}

static bool is_found(const struct contact_item *item, struct str search)
{
    return str_is_null(search) || tree_is_found(item->unit, search) ||
           (item->person && str_contains(item->person->search_key, str_slice(search, 1, search.len_bytes - 1)));
}

enum err_code contact_list(struct db *db, const struct actor *actor, int64_t root_id, struct str edge_kind,
                           civil_day day, struct str search, struct arena *arena, struct contact_list *ret_list,
                           struct err *err)
{
    static const struct keep_kind kind = {"contacts", "people", PEOPLE_KEPT, make_people};
    char key[KEEP_KEY_BYTES];
    int n = snprintf(key, sizeof key, "%d", (int)day);
    const void *kept = NULL;
    struct tree_part part;
    struct sql_contact_verified_rows verified;
    TRY(access_tree(db, actor, root_id, edge_kind, day, arena, &part, err));
    TRY(keep_get(db, &kind, (struct str){key, (size_t)n}, arena, &kept, err));
    TRY(sql_contact_verified(db, arena, &verified, err));
    const struct people *people = kept;
    struct contact_item *items = arena_new_array(arena, struct contact_item, (size_t)part.count + 1);
    if (!items)
        return arena_full(arena, err);
    struct contact_list list = {.items = items};
    size_t person = 0, proof = 0;
    for (uint32_t i = 0; i < part.tree->count; i++) { /* all three lists rise by the unit's id */
        uint32_t at = part.tree->by_id[i];
        if (at < part.from || at - part.from >= part.count)
            continue;
        const struct tree_unit *unit = &part.tree->units[at];
        while (person < people->count && people->items[person].unit_id < unit->id)
            person++;
        while (proof < verified.count && verified.items[proof].unit_id < unit->id)
            proof++;
        struct contact_item item = {.unit = unit, .verified_day = CIVIL_NONE};
        if (person < people->count && people->items[person].unit_id == unit->id)
            item.person = &people->items[person];
        if (proof < verified.count && verified.items[proof].unit_id == unit->id)
            item.verified_day = (civil_day)verified.items[proof].done_day;
        item.state = !item.person                       ? CONTACT_NOBODY
                     : str_is_empty(item.person->phone) ? CONTACT_NO_PHONE
                     : item.verified_day == CIVIL_NONE  ? CONTACT_UNVERIFIED
                                                        : CONTACT_VERIFIED;
        if (!is_found(&item, search))
            continue;
        list.missing_count += item.state <= CONTACT_NO_PHONE;
        items[list.count++] = item;
    }
    if (list.count)
        qsort(items, list.count, sizeof *items, compare_item);
    *ret_list = list;
    return ERR_NONE;
}
