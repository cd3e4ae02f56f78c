#include "org/staff.h"

#include <stdlib.h>

#include "base/buf.h"
#include "org/staff.sql.h"
#include "store/keep.h"

#define STAFF_KEPT 3

static int compare_name(const void *a, const void *b, void *ctx)
{
    const struct sql_staff_rows_row *rows = ctx, *x = &rows[*(const uint32_t *)a], *y = &rows[*(const uint32_t *)b];
    int c = str_compare(x->sort_key, y->sort_key);
    if (c)
        return c;
    if (x->person_id != y->person_id)
        return x->person_id < y->person_id ? -1 : 1;
    return (x->work_id > y->work_id) - (x->work_id < y->work_id);
}

static enum err_code make_staff(struct db *db, struct str key, struct arena *arena, const void **ret_value,
                                struct err *err)
{
    int64_t day = 0;
    must(str_to_i64(key, &day));
    struct sql_staff_rows_rows rows;
    TRY(sql_staff_rows(db, arena, &(struct sql_staff_rows_args){.on_day = day}, &rows, err));
    if (rows.count >= TREE_NONE)
        return err_set(err, ERR_LIMIT, "more people than a list may have");
    struct staff *staff = arena_new(arena, struct staff);
    struct staff_person *people = arena_new_array(arena, struct staff_person, rows.count + 1);
    AUTO_ARENA scratch;
    arena_init(&scratch, arena->ceiling_bytes);
    uint32_t *by_name = arena_new_array(&scratch, uint32_t, rows.count + 1);
    if (!staff || !people || !by_name)
        return arena_full(arena, err);
    for (uint32_t i = 0; i < rows.count; i++) {
        const struct sql_staff_rows_row *r = &rows.items[i];
        by_name[i] = i;
        people[i] = (struct staff_person){.person_id = r->person_id,
                                          .unit_id = r->unit_id,
                                          .name = r->name,
                                          .title = r->title,
                                          .email = r->email,
                                          .phone = r->phone,
                                          .search_key = r->search_key,
                                          .is_active = r->is_active != 0,
                                          .has_password = r->has_password != 0,
                                          .has_totp = r->has_totp != 0};
    }
    if (rows.count)
        qsort_r(by_name, rows.count, sizeof *by_name, compare_name, rows.items);
    for (uint32_t i = 0; i < rows.count; i++)
        people[by_name[i]].place = i;
    *staff = (struct staff){people, (uint32_t)rows.count};
    *ret_value = staff;
    return ERR_NONE;
}

enum err_code staff_get(struct db *db, civil_day day, struct arena *arena, const struct staff **ret_staff,
                        struct err *err)
{
    static const struct keep_kind kind = {"staff", "people", STAFF_KEPT, make_staff};
    char key[KEEP_KEY_BYTES];
    int n = snprintf(key, sizeof key, "%d", (int)day);
    const void *value = NULL;
    TRY(keep_get(db, &kind, (struct str){key, (size_t)n}, arena, &value, err));
    *ret_staff = value;
    return ERR_NONE;
}

enum err_code staff_places(const struct staff *staff, const struct tree *tree, struct arena *arena,
                           uint32_t **ret_places, struct err *err)
{
    uint32_t *places = arena_new_array(arena, uint32_t, (size_t)staff->count + 1);
    if (!places)
        return arena_full(arena, err);
    uint32_t at = 0; /* both lists rise by the unit's id */
    for (uint32_t i = 0; i < staff->count; i++) {
        while (at < tree->count && tree->units[tree->by_id[at]].id < staff->people[i].unit_id)
            at++;
        places[i] = at < tree->count && tree->units[tree->by_id[at]].id == staff->people[i].unit_id ? tree->by_id[at]
                                                                                                    : TREE_NONE;
    }
    *ret_places = places;
    return ERR_NONE;
}

enum staff_state staff_state(const struct staff_person *person)
{
    return !person->is_active ? STAFF_OFF : person->has_password ? STAFF_READY : STAFF_INVITE;
}

static bool holds(const struct sql_staff_role_holders_rows *holders, int64_t person_id)
{
    size_t low = 0, high = holders->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (holders->items[mid].person_id < person_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < holders->count && holders->items[low].person_id == person_id;
}

static int compare_place(const void *a, const void *b, void *ctx)
{
    const struct staff_person *people = ctx;
    uint32_t x = people[*(const uint32_t *)a].place, y = people[*(const uint32_t *)b].place;
    return (x > y) - (x < y);
}

enum err_code staff_list(struct db *db, const struct staff *staff, const struct tree_part *part,
                         const struct staff_filter *filter, civil_day day, struct arena *arena, uint32_t **ret_people,
                         size_t *ret_count, struct err *err)
{
    struct sql_staff_role_holders_rows holders = {0};
    if (!str_is_null(filter->role))
        TRY(sql_staff_role_holders(
            db, arena, &(struct sql_staff_role_holders_args){.role = filter->role, .on_day = day}, &holders, err));
    uint32_t *places;
    TRY(staff_places(staff, part->tree, arena, &places, err));
    uint32_t *found = arena_new_array(arena, uint32_t, (size_t)staff->count + 1);
    if (!found)
        return arena_full(arena, err);
    struct str needle =
        str_is_null(filter->search) ? STR_NONE : str_slice(filter->search, 1, filter->search.len_bytes - 1);
    size_t count = 0;
    for (uint32_t i = 0; i < staff->count; i++) {
        if (places[i] == TREE_NONE || places[i] < part->from || places[i] - part->from >= part->count)
            continue;
        if (!str_is_null(needle) && !str_contains(staff->people[i].search_key, needle))
            continue;
        if (str_is_null(filter->role) || holds(&holders, staff->people[i].person_id))
            found[count++] = i;
    }
    if (count)
        qsort_r(found, count, sizeof *found, compare_place, (void *)(uintptr_t)staff->people);
    *ret_people = found;
    *ret_count = count;
    return ERR_NONE;
}

enum err_code staff_roles(struct db *db, const struct staff *staff, const uint32_t *people, size_t count, civil_day day,
                          struct arena *arena, struct str **ret_roles, struct err *err)
{
    struct str *roles = arena_new_array(arena, struct str, count + 1);
    if (!roles)
        return arena_full(arena, err);
    AUTO_BUF buf;
    buf_init(&buf, 1u << 24);
    buf_lit(&buf, "[");
    for (size_t i = 0; i < count; i++)
        buf_printf(&buf, "%s[%lld,%lld]", i ? "," : "", (long long)staff->people[people[i]].person_id,
                   (long long)staff->people[people[i]].unit_id);
    buf_lit(&buf, "]");
    TRY(buf_check(&buf, err));
    struct sql_staff_roles_rows rows;
    TRY(sql_staff_roles(db, arena, &(struct sql_staff_roles_args){.people = buf_str(&buf), .on_day = day}, &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].place >= 0 && (size_t)rows.items[i].place < count)
            roles[rows.items[i].place] = rows.items[i].roles;
    *ret_roles = roles;
    return ERR_NONE;
}
