/* page_unit_past.c - who held what on a past day: devices and findings of a unit then, who held a thing before; and the
 * names, parents and heads a unit has had. */
#include "asset/device.h"
#include "asset/device.sql.h"
#include "asset/finding.sql.h"
#include "duty/people.h"
#include "org/event.sql.h"
#include "org/page_past.sql.h"
#include "web/page_unit_seen.h"

#define FINDINGS_SHOWN_MAX 100u

enum err_code unit_held_on(struct request *request, struct db *db, int64_t unit_id, civil_day day,
                           struct page_unit *page, struct err *err)
{
    if (!(request->session.rights & RIGHT_ASSET_READ))
        return ERR_NONE;
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct sql_device_counts_on_rows devices;
    struct sql_findings_on_rows findings;
    TRY(sql_device_counts_on(db, &actor, request->arena, &(struct sql_device_counts_on_args){unit_id, day}, &devices,
                             err));
    TRY(sql_findings_on(db, &actor, request->arena,
                        &(struct sql_findings_on_args){unit_id, day, civil_day_start_ms(day + 1)}, &findings, err));
    size_t shown = findings.count < FINDINGS_SHOWN_MAX ? findings.count : FINDINGS_SHOWN_MAX;
    struct pg_unit_line *kinds = arena_new_array(request->arena, struct pg_unit_line, devices.count + 1);
    struct pg_unit_line *open = arena_new_array(request->arena, struct pg_unit_line, shown + 1);
    if (!kinds || !open)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < devices.count; i++) {
        const struct know_named *kind = device_kind_find(devices.items[i].kind);
        page->held_devices += devices.items[i].n;
        kinds[i] = (struct pg_unit_line){.name = kind ? (request->lang == LANG_EN ? kind->title.en : kind->title.vi)
                                                      : devices.items[i].kind,
                                         .text = app_href(request, "%lld", (long long)devices.items[i].n)};
    }
    for (size_t i = 0; i < shown; i++)
        open[i] = (struct pg_unit_line){.name = findings.items[i].title,
                                        .href = app_href(request, "/finding/%lld", (long long)findings.items[i].id)};
    page->held = (struct pg_unit_line_list){kinds, devices.count};
    page->held_findings = (struct pg_unit_line_list){open, shown};
    page->held_findings_n = (int64_t)findings.count;
    page->held_text = msg_str(request->arena, request->lang, MSG_UNIT_HELD_ON, 0, MSG_ARGS(ARG_DAY("day", day)));
    return ERR_NONE;
}

enum err_code unit_sites_on(struct request *request, struct db *db, const struct actor *actor, int64_t unit_id,
                            civil_day day, struct pg_unit_line_list *ret_sites, struct err *err)
{
    struct sql_unit_holdings_on_rows rows;
    TRY(sql_unit_holdings_on(db, actor, request->arena, &(struct sql_unit_holdings_on_args){unit_id, day}, &rows, err));
    struct pg_unit_line *sites = arena_new_array(request->arena, struct pg_unit_line, rows.count + 1);
    size_t n = 0;
    if (!sites)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(rows.items[i].object_kind, STR("site")))
            sites[n++] = (struct pg_unit_line){.name = rows.items[i].name};
    *ret_sites = (struct pg_unit_line_list){sites, n};
    return ERR_NONE;
}

enum err_code unit_holders_before(struct request *request, struct db *db, const struct actor *actor, int64_t unit_id,
                                  struct str object_kind, int64_t object_id, struct kit_facts *facts, struct err *err)
{
    struct sql_holders_before_rows rows;
    TRY(sql_holders_before(db, actor, request->arena,
                           &(struct sql_holders_before_args){unit_id, object_kind, object_id}, &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        kit_fact_named(facts,
                       msg_str(request->arena, request->lang, MSG_UNIT_HELD_UNTIL, 0,
                               MSG_ARGS(ARG_DAY("day", (civil_day)rows.items[i].on_day - 1))),
                       str_is_empty(rows.items[i].name) ? STR("–") : rows.items[i].name,
                       app_href(request, "/event/%lld", (long long)rows.items[i].event_id));
    return ERR_NONE;
}

/* Under whom it stood on a day, of the rows of all time. */
static struct str parent_on(const struct sql_unit_page_past_parents_rows *rows, struct str edge_kind, int64_t day)
{
    for (size_t i = 0; i < rows->count; i++)
        if (str_equal(rows->items[i].edge_kind, edge_kind) && rows->items[i].from_day <= day &&
            rows->items[i].to_day > day)
            return rows->items[i].name;
    return STR("");
}

/* Who answered for the unit on which days, newest first, and the days for which nobody is on record (CT18-1c, CT23-7).
 */
static enum err_code head_lines(const struct request *request, struct db *db, const struct unit_seen *seen,
                                civil_day from_day, struct page_unit *page, struct err *err)
{
    struct people_heads heads;
    if (from_day > seen->day)
        return ERR_NONE;
    TRY(people_heads(db, &seen->actor, seen->id, from_day, seen->day + 1, request->arena, &heads, err));
    size_t h = heads.count, g = heads.gap_count, n = 0;
    struct pg_unit_line *lines = arena_new_array(request->arena, struct pg_unit_line, h + g + 1);
    if (!lines)
        return arena_full(request->arena, err);
    while (h || g) {
        if (g && (!h || heads.gaps[g - 1].from_day > heads.items[h - 1].from_day)) {
            const struct people_gap *gap = &heads.gaps[--g];
            bool is_open = gap->to_day > seen->day;
            lines[n++] =
                (struct pg_unit_line){.name = kit_text(request, MSG_UNIT_HEAD_NONE),
                                      .text = unit_span(request, gap->from_day, is_open ? CIVIL_FOREVER : gap->to_day),
                                      .current = is_open};
            continue;
        }
        const struct people_head *head = &heads.items[--h];
        struct str span = unit_span(request, head->from_day, head->to_day);
        lines[n++] = (struct pg_unit_line){
            .name = head->name,
            .text =
                str_is_empty(head->basis) ? span : app_href(request, "%.*s. %.*s", STR_ARG(span), STR_ARG(head->basis)),
            .current = head->from_day <= seen->day && head->to_day > seen->day};
    }
    page->heads = (struct pg_unit_line_list){lines, n};
    return ERR_NONE;
}

enum err_code unit_history_lines(struct request *request, struct db *db, const struct unit_seen *seen,
                                 struct page_unit *page, struct err *err)
{
    struct arena *arena = request->arena;
    struct sql_unit_history_rows names;
    struct sql_unit_page_past_parents_rows parents;
    struct sql_unit_page_succession_rows others;
    TRY(sql_unit_history(db, &seen->actor, arena, &(struct sql_unit_history_args){.unit_id = seen->id}, &names, err));
    TRY(sql_unit_page_past_parents(db, &seen->actor, arena,
                                   &(struct sql_unit_page_past_parents_args){.unit_id = seen->id}, &parents, err));
    TRY(sql_unit_page_succession(db, &seen->actor, arena, &(struct sql_unit_page_succession_args){.unit_id = seen->id},
                                 &others, err));
    VEC(struct pg_unit_line) lines = {0};
    for (size_t i = 0; i < others.count; i++) {
        const struct sql_unit_page_succession_row *o = &others.items[i];
        struct pg_unit_line *line = vec_push(&lines, arena);
        if (!line)
            return arena_full(arena, err);
        *line = (struct pg_unit_line){
            .name = msg_str(arena, request->lang, o->is_after ? MSG_UNIT_INTO : MSG_UNIT_OUT_OF, 0,
                            MSG_ARGS(ARG_STR("name", o->name))),
            .text = app_href(request, "%.*s, %.*s. %.*s", STR_ARG(unit_event_word(request, o->event_kind)),
                             STR_ARG(unit_day_vn(request, (civil_day)o->on_day)), STR_ARG(o->basis)),
            .href = unit_href(request, o->other_id)};
    }
    for (size_t i = 0; i < names.count; i++) {
        const struct sql_unit_history_row *f = &names.items[i];
        /* Days on which the parent changed while the name stood, newest first, then the first day of the name. */
        int64_t end = f->to_day;
        for (;;) {
            int64_t begin = f->from_day;
            struct str why = f->basis, event = f->event_kind;
            for (size_t p = 0; p < parents.count; p++)
                if (str_equal(parents.items[p].edge_kind, EDGE_ADMINISTRATIVE) && parents.items[p].from_day < end &&
                    parents.items[p].from_day > begin) {
                    begin = parents.items[p].from_day;
                    why = parents.items[p].basis;
                    event = parents.items[p].event_kind;
                }
            struct pg_unit_line *line = vec_push(&lines, arena);
            if (!line)
                return arena_full(arena, err);
            struct str under = parent_on(&parents, EDGE_ADMINISTRATIVE, begin);
            struct str span =
                unit_span(request, (civil_day)begin, end == CIVIL_FOREVER ? CIVIL_FOREVER : (civil_day)end);
            struct str text = str_is_empty(under) ? span
                                                  : msg_str(arena, request->lang, MSG_UNIT_SPAN_UNDER, 0,
                                                            MSG_ARGS(ARG_STR("span", span), ARG_STR("parent", under)));
            if (!str_is_empty(event))
                text = app_href(request, "%.*s. %.*s%s%.*s", STR_ARG(text), STR_ARG(unit_event_word(request, event)),
                                str_is_empty(why) ? "" : ": ", STR_ARG(why));
            *line =
                (struct pg_unit_line){.name = f->name, .text = text, .current = begin <= seen->day && end > seen->day};
            if (begin == f->from_day)
                break;
            end = begin;
        }
    }
    page->history = (struct pg_unit_line_list){lines.items, lines.count};
    int64_t first = seen->day;
    for (size_t i = 0; i < names.count; i++)
        first = names.items[i].from_day < first ? names.items[i].from_day : first;
    return head_lines(request, db, seen, (civil_day)first, page, err);
}
