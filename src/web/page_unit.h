/* page_unit.h - what the pages of units and people say in the same words: kinds, roles, rights, trees, choices, crumbs.
 * Uses: web/app.h, know.    Used by: web/page_unit*.c, web/page_people.c, web/page_import.c.
 * Memory: the request's arena.    Threads: one request. */
#ifndef LUYTRE_WEB_PAGE_UNIT_H
#define LUYTRE_WEB_PAGE_UNIT_H

#include "base/vec.h"
#include "duty/state.h"
#include "know/know.h"
#include "org/unit.h"
#include "web/app.h"
#include "web/kit.h"
#include "web/listing.h"

NONNULL_BEGIN

/* The table's words in the request's language; an id without words stands for itself. */
struct str unit_say(const struct request *request, struct know_text text, struct str otherwise);
struct str unit_kind_word(const struct request *request, struct str kind);
struct str unit_role_word(const struct request *request, struct str role);
struct str unit_edge_word(const struct request *request, struct str edge_kind);
/* The title of a row of a table of ids, in the request's language. */
struct str unit_named_word(const struct request *request, const struct know_named *rows, size_t count, struct str id);
struct str unit_rights_words(const struct request *request, uint64_t rights);
struct str unit_event_word(const struct request *request, struct str event_kind);
struct str unit_day_vn(const struct request *request, civil_day day);
/* "từ 01/07/2025", "đến 30/06/2025" or both. */
struct str unit_span(const struct request *request, civil_day from_day, civil_day to_day);
/* ?edge=, checked; administrative when it is none of the three. */
struct str unit_edge_kind(const struct request *request);
/* Where this person's sight begins for a right; ?root=ID picks another unit that may be seen. ERR_DENIED when there is
 * none. */
struct unit_root {
    int64_t id;
    struct str name;
    struct pg_choice_list choices; /* empty when there is only one */
};
MUST_USE enum err_code unit_root_pick(struct request *request, struct db *db, uint64_t right,
                                      struct unit_root *ret_root, struct err *err);
/* The units above one, the last being the unit itself, linked when last_linked. Those one may not open have no link. */
MUST_USE enum err_code unit_crumbs(struct request *request, struct db *db, int64_t unit_id, bool last_linked,
                                   struct str then, struct pg_crumb_list *ret_crumbs, struct err *err);
/* The same as of a day, with links that stay on it. */
MUST_USE enum err_code unit_crumbs_on(struct request *request, struct db *db, int64_t unit_id, civil_day day,
                                      bool last_linked, struct str then, struct pg_crumb_list *ret_crumbs,
                                      struct err *err);
/* A unit somebody typed: code, name or a part of it. ERR_SYNTAX in words when none or several fit. */
MUST_USE enum err_code unit_typed(struct request *request, struct db *db, uint64_t right, struct str field,
                                  int64_t *ret_unit_id, struct err *err);
/* Choices of a select: first an empty one with a word, then the rows. */
struct pg_choice_list unit_role_choices(const struct request *request, struct str current, struct str none);
struct pg_choice_list unit_kind_choices(const struct request *request, struct str current, struct str none);
struct pg_choice_list unit_edge_choices(const struct request *request, struct str current, struct str none);

static inline struct str unit_href(const struct request *request, int64_t id)
{
    return app_href(request, "/unit/%lld", (long long)id);
}
/* Everything at and below a unit in one state: the page of rows behind a number. */
static inline struct str below_href(const struct request *request, int64_t id, struct str edge, int state)
{
    struct link_param params[] = {
        {"unit", link_id(request, id)}, {"edge", edge}, {"state", str_from_cstr(duty_state_to_str(state))}};
    return link_make(request, STR("/rows"), params, ARRAY_LEN(params));
}

/* page_units.c */
handler_fn units_show;
/* page_unit_remind.c: a message to those who answer for it */
handler_fn unit_remind_show, unit_remind_do;
/* page_unit_edit.c, page_import.c, page_event.c, page_unit_event.c */
handler_fn unit_edit_show, unit_edit_do, unit_new_show, unit_new_do;
handler_fn import_show, import_do, import_template_file, import_undo_do;
/* page_unit_past.c: what stood with a unit on a past day (devices and findings for whoever may see such), and, for the
 * page of a site, system or finding, who held it before unit_id. */
MUST_USE enum err_code unit_held_on(struct request *request, struct db *db, int64_t unit_id, civil_day day,
                                    struct page_unit *page, struct err *err);
MUST_USE enum err_code unit_sites_on(struct request *request, struct db *db, const struct actor *actor, int64_t unit_id,
                                     civil_day day, struct pg_unit_line_list *ret_sites, struct err *err);
MUST_USE enum err_code unit_holders_before(struct request *request, struct db *db, const struct actor *actor,
                                           int64_t unit_id, struct str object_kind, int64_t object_id,
                                           struct kit_facts *facts, struct err *err);
handler_fn event_show, event_place_do, event_undo_do;
/* What a split left with this unit to be placed, as a note on its page. */
MUST_USE enum err_code unit_to_place(struct request *request, struct db *db, const struct actor *actor, int64_t unit_id,
                                     struct page_unit *page, struct err *err);
handler_fn unit_events_show, unit_event_form, unit_event_do, unit_move_show;

NONNULL_END
#endif
