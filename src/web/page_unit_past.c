/* page_unit_past.c - who held what on a past day: devices and findings of a unit then, and who held a thing before. */
#include "asset/device.h"
#include "asset/device.sql.h"
#include "asset/finding.sql.h"
#include "org/event.sql.h"
#include "org/page_past.sql.h"
#include "web/page_unit.h"

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
        const struct device_word *kind = device_kind_find(devices.items[i].kind);
        page->held_devices += devices.items[i].n;
        kinds[i] = (struct pg_unit_line){.name = kind ? (request->lang == LANG_EN ? kind->en : kind->vi)
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
