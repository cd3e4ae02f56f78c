#include "duty/directive.sql.h"
#include "duty/letter_book.sql.h"
#include "org/access.h"
#include "org/staff.h"
#include "org/unit.h"
#include "web/listing.h"
#include "web/page_home.h"

#define SEARCH_ROWS  8
#define SEARCH_ROOTS 8

static enum err_code add_group(struct request *request, struct page_search *page, struct pg_search_group *groups,
                               const char *id, enum msg_id title, struct pg_search_hit *hits, size_t count,
                               struct str more)
{
    if (!count)
        return ERR_NONE;
    groups[page->groups.count++] = (struct pg_search_group){
        .id = str_from_cstr(id), .title = kit_text(request, title), .hits = {hits, count}, .more = more};
    page->found += (int64_t)count;
    return ERR_NONE;
}

static bool has_hit(const struct pg_search_hit *hits, size_t count, struct str href)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(hits[i].href, href))
            return true;
    return false;
}

/* Where one may read: each tree one looks down, and each unit one holds a role in. */
static enum err_code search_trees(struct request *request, const struct place *place, struct str like,
                                  struct pg_search_hit *units, size_t *ret_units, struct pg_search_hit *people,
                                  size_t *ret_people, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    civil_day today = app_today(request);
    size_t n_units = 0, n_people = 0, roots = 0;
    const struct staff *staff;
    TRY(staff_get(place->db, today, request->arena, &staff, err));
    for (int wide = 1; wide >= 0; wide--)
        for (size_t i = 0; i < place->grants.count && roots < SEARCH_ROOTS; i++) {
            const struct sql_person_self_grants_row *g = &place->grants.items[i];
            if (!((uint64_t)g->rights & RIGHT_READ) || str_is_empty(g->edge_kind) == (wide == 1))
                continue;
            roots++;
            struct str edge = wide ? g->edge_kind : EDGE_ADMINISTRATIVE;
            struct tree_part part;
            uint32_t *found, *persons;
            size_t found_count, person_count;
            TRY(access_tree(place->db, &actor, g->unit_id, edge, today, request->arena, &part, err));
            TRY(tree_search(&part, like, SEARCH_ROWS, request->arena, &found, &found_count, err));
            for (size_t k = 0; k < found_count && n_units < SEARCH_ROWS; k++) {
                const struct tree_unit *unit = &part.tree->units[found[k]];
                struct str href = app_href(request, "/unit/%lld", (long long)unit->id);
                if (!has_hit(units, n_units, href))
                    units[n_units++] = (struct pg_search_hit){
                        unit->name, unit->parent == TREE_NONE ? STR_NONE : part.tree->units[unit->parent].name, href};
            }
            TRY(staff_list(place->db, staff, &part, &(struct staff_filter){.search = like, .role = STR_NONE}, today,
                           request->arena, &persons, &person_count, err));
            for (size_t k = 0; k < person_count && n_people < SEARCH_ROWS; k++) {
                const struct staff_person *p = &staff->people[persons[k]];
                struct str href = app_href(request, "/person/%lld", (long long)p->person_id);
                if (!p->is_active || has_hit(people, n_people, href))
                    continue;
                struct str unit = part.tree->units[tree_find(part.tree, p->unit_id)].name;
                struct str detail = str_is_empty(p->phone)
                                        ? unit
                                        : arena_printf(request->arena, "%.*s · %.*s", STR_ARG(unit), STR_ARG(p->phone));
                people[n_people++] = (struct pg_search_hit){p->name, detail, href};
            }
        }
    *ret_units = n_units;
    *ret_people = n_people;
    return ERR_NONE;
}

static enum err_code search_documents(struct request *request, const struct place *place, struct str like,
                                      struct pg_search_hit *letters, size_t *ret_letters,
                                      struct pg_search_hit *directives, size_t *ret_directives, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    size_t n = 0;
    if (place->unit_id && place->own_rights & RIGHT_READ) {
        struct sql_letter_list_rows found;
        TRY(sql_letter_list(
            place->db, &actor, request->arena,
            &(struct sql_letter_list_args){
                .unit_id = place->unit_id, .search = like, .before_id = INT64_MAX, .limit_count = SEARCH_ROWS},
            &found, err));
        for (size_t i = 0; i < found.count; i++) {
            const struct sql_letter_list_row *l = &found.items[i];
            struct str no = home_source(request, l->number, l->symbol, STR(""));
            struct str detail = str_is_empty(no)
                                    ? l->issuer
                                    : arena_printf(request->arena, "%.*s%s%.*s", STR_ARG(no),
                                                   str_is_empty(l->issuer) ? "" : " · ", STR_ARG(l->issuer));
            letters[n++] =
                (struct pg_search_hit){str_is_empty(l->subject) ? kit_text(request, MSG_HOME_NO_SUBJECT) : l->subject,
                                       detail, app_href(request, "/letter/%lld", (long long)l->id)};
        }
    }
    *ret_letters = n;
    struct sql_directive_list_rows found;
    TRY(sql_directive_list(place->db, &actor, request->arena,
                           &(struct sql_directive_list_args){.search = like,
                                                             .state = STR_NONE,
                                                             .before_id = INT64_MAX,
                                                             .limit_count = SEARCH_ROWS,
                                                             .on_day = app_today(request)},
                           &found, err));
    for (size_t i = 0; i < found.count; i++) {
        const struct sql_directive_list_row *d = &found.items[i];
        char day[CIVIL_TEXT_BYTES];
        struct str no = home_source(request, d->number, d->symbol, STR(""));
        directives[i] = (struct pg_search_hit){d->title,
                                               arena_printf(request->arena, "%.*s%s%.*s · %s", STR_ARG(no),
                                                            str_is_empty(no) ? "" : " · ", STR_ARG(d->issuer_name),
                                                            civil_vn((civil_day)d->issued_day, day)),
                                               app_href(request, "/directive/%lld", (long long)d->id)};
    }
    *ret_directives = found.count;
    return ERR_NONE;
}

static struct str more_href(const struct request *request, const char *path, size_t count)
{
    struct link_param params[] = {{"q", str_trim(form_get(&request->query, STR("q")))}};
    return count < SEARCH_ROWS ? STR_NONE : link_make(request, str_from_cstr(path), params, ARRAY_LEN(params));
}

enum err_code search_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct str like = app_search(request, STR("q"));
    struct pg_search_hit *hits = arena_new_array(request->arena, struct pg_search_hit, (size_t)SEARCH_ROWS * 4);
    struct pg_search_group *groups = arena_new_array(request->arena, struct pg_search_group, 4);
    if (!hits || !groups)
        return arena_full(request->arena, err);
    struct page_search page = {
        .q = str_trim(form_get(&request->query, STR("q"))), .asked = !str_is_null(like), .groups = {groups, 0}};
    if (page.asked) {
        struct place place = {.db = db};
        TRY(home_place(request, &place, err));
        size_t units, people, letters, directives;
        struct pg_search_hit *l = hits + SEARCH_ROWS, *d = l + SEARCH_ROWS, *p = d + SEARCH_ROWS;
        TRY(search_trees(request, &place, like, hits, &units, p, &people, err));
        TRY(search_documents(request, &place, like, l, &letters, d, &directives, err));
        TRY(add_group(request, &page, groups, "units", MSG_HOME_GROUP_UNITS, hits, units,
                      more_href(request, "/units", units)));
        TRY(add_group(request, &page, groups, "letters", MSG_HOME_GROUP_LETTERS, l, letters,
                      more_href(request, "/letters", letters)));
        TRY(add_group(request, &page, groups, "directives", MSG_HOME_GROUP_DIRECTIVES, d, directives,
                      more_href(request, "/directives", directives)));
        TRY(add_group(request, &page, groups, "people", MSG_HOME_GROUP_PEOPLE, p, people,
                      more_href(request, "/people", people)));
    }
    page.frame = web_frame(request, kit_text(request, MSG_FRAME_SEARCH), STR(""));
    if (!page.frame)
        return arena_full(request->arena, err);
    struct page_out o = response_page(request, response, 200);
    page_search(&o, &page);
    return ERR_NONE;
}
