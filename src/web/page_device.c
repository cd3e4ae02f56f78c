#include "asset/device.h"
#include "org/access.h"
#include "web/act.h"
#include "web/app_parts.h"
#include "web/page_unit.h"

static enum page_state protection_state(struct str counted)
{
    return str_equal(counted, STR("protected")) ? PAGE_STATE_OK
           : str_equal(counted, STR("unknown")) ? PAGE_STATE_UNSEEN
                                                : PAGE_STATE_LATE;
}

static struct str device_words(const struct request *request, const struct device_word *word, struct str otherwise)
{
    return word ? (request->lang == LANG_EN ? word->en : word->vi) : otherwise;
}

static struct str kind_words(const struct request *request, struct str id)
{
    const struct know_named *kind = device_kind_find(id);
    return kind ? (request->lang == LANG_EN ? kind->title.en : kind->title.vi) : id;
}

/* "MAY-01: cùng địa chỉ MAC nhưng …", of a pair nobody decided about. */
static struct str reason_words(const struct request *request, struct str why)
{
    return device_words(request, device_reason_find(why), why);
}

/* Devices that may be this one, and what was merged, with the forms that decide. */
struct device_pairs {
    struct pg_dr_section sections[2];
    size_t section_count;
    struct pg_dr_form forms[3];
    size_t form_count;
};

static struct pg_dr_form pair_form(struct kit_form *form, const char *id, enum msg_id title, enum msg_id submit,
                                   struct str here, bool wants_reason)
{
    if (wants_reason)
        kit_field(form, "long", app_href(form->request, "reason-%s", id), kit_text(form->request, MSG_DUTY_REASON),
                  STR(""), STR(""), true);
    return kit_side_form(form, id, title, STR(""), app_href(form->request, "%.*s/%s", STR_ARG(here), id), submit,
                         false);
}

static enum err_code pairs_read(struct request *request, const struct device_page *d, struct str here,
                                struct device_pairs *ret_pairs, struct err *err)
{
    struct device_pairs pairs = {.section_count = 0};
    struct pg_dr_item *same = arena_new_array(request->arena, struct pg_dr_item, d->suggestions.count + 1),
                      *merged = arena_new_array(request->arena, struct pg_dr_item, d->merges.count + 1);
    if (!same || !merged)
        return arena_full(request->arena, err);
    struct kit_form merge, apart, unmerge;
    kit_form_init(&merge, request);
    kit_form_init(&apart, request);
    kit_form_init(&unmerge, request);
    struct kit_form *asking[] = {&merge, &apart};
    for (size_t f = 0; f < ARRAY_LEN(asking); f++) {
        struct pg_df_field *choice =
            kit_choice(asking[f], "radio", STR("pair"), kit_text(request, MSG_ASSET_SAME_OTHER), STR(""), STR(""), true,
                       d->suggestions.count);
        for (size_t i = 0; i < d->suggestions.count; i++)
            kit_option(choice, app_href(request, "%lld", (long long)d->suggestions.items[i].id),
                       d->suggestions.items[i].other_name);
    }
    for (size_t i = 0; i < d->suggestions.count; i++) {
        const struct sql_device_suggestions_row *s = &d->suggestions.items[i];
        same[i] = (struct pg_dr_item){.text = s->other_name,
                                      .href = app_href(request, "/device/%lld", (long long)s->other_id),
                                      .sub = reason_words(request, s->why)};
    }
    if (d->suggestions.count) {
        pairs.sections[pairs.section_count++] = (struct pg_dr_section){.id = STR("same"),
                                                                       .title = kit_text(request, MSG_ASSET_SAME),
                                                                       .text = kit_text(request, MSG_ASSET_SAME_TEXT),
                                                                       .items = {same, d->suggestions.count}};
        pairs.forms[pairs.form_count++] =
            pair_form(&merge, "merge", MSG_ASSET_MERGE_TITLE, MSG_ASSET_MERGE, here, true);
        pairs.forms[pairs.form_count++] =
            pair_form(&apart, "apart", MSG_ASSET_APART_TITLE, MSG_ASSET_APART, here, false);
    }
    struct pg_df_field *standing =
        kit_choice(&unmerge, "radio", STR("merge"), kit_text(request, MSG_ASSET_UNMERGE_WHICH), STR(""), STR(""), true,
                   d->merges.count);
    bool has_standing = false;
    for (size_t i = 0; i < d->merges.count; i++) {
        const struct sql_device_merges_row *m = &d->merges.items[i];
        bool is_kept = m->kept_id == d->device->id;
        merged[i] = (struct pg_dr_item){
            .text = is_kept ? m->merged_name : m->kept_name,
            .href = app_href(request, "/device/%lld", (long long)(is_kept ? m->merged_id : m->kept_id)),
            .sub = app_href(request, "%.*s · %.*s", STR_ARG(kit_vn_ms(request, m->at_ms)), STR_ARG(m->why)),
            .state = PAGE_STATE_NA,
            .word = m->undone_ms.has ? kit_text(request, MSG_ASSET_MERGE_UNDONE) : STR_NONE};
        if (!is_kept || m->undone_ms.has)
            continue;
        has_standing = true;
        kit_option(standing, app_href(request, "%lld", (long long)m->id), m->merged_name);
    }
    if (d->merges.count)
        pairs.sections[pairs.section_count++] = (struct pg_dr_section){
            .id = STR("merges"), .title = kit_text(request, MSG_ASSET_MERGES), .items = {merged, d->merges.count}};
    if (has_standing)
        pairs.forms[pairs.form_count++] =
            pair_form(&unmerge, "unmerge", MSG_ASSET_UNMERGE_TITLE, MSG_ASSET_UNMERGE, here, true);
    *ret_pairs = pairs;
    return ERR_NONE;
}

/* "MAY-02: cùng địa chỉ MAC nhưng …", of every pair of a device that waits to be decided; "" for none. */
static enum err_code same_words(const struct request *request, const struct sql_device_suggestions_of_rows *pairs,
                                int64_t device_id, struct str *ret_words, struct err *err)
{
    AUTO_BUF words;
    buf_init(&words, 64u << 10);
    for (size_t i = 0; i < pairs->count; i++) {
        const struct sql_device_suggestions_of_row *pair = &pairs->items[i];
        if (pair->device_id != device_id)
            continue;
        struct str why = reason_words(request, pair->why);
        buf_printf(&words, "%s%.*s: %.*s", words.len_bytes ? "; " : "", STR_ARG(pair->other_name), STR_ARG(why));
    }
    return buf_to_arena(&words, request->arena, ret_words, err);
}

static enum err_code device_list_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str state = kit_typed(request, "state"), kind = kit_typed(request, "kind"), q = kit_typed(request, "q");
    if (!device_protection_find(state))
        state = STR("");
    if (!device_kind_find(kind))
        kind = STR("");
    struct link_param params[] = {{"state", state},
                                  {"kind", kind},
                                  {"q", q},
                                  {"unit", request_field(request, STR("unit"))},
                                  {"edge", kit_typed(request, "edge")}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct str edge;
    TRY(app_edge(request, db, &actor, unit_id, &edge, err));
    struct device_coverage coverage;
    struct actor reader = app_actor_with(request, RIGHT_READ);
    TRY(device_coverage(db, &reader, unit_id, edge, kind, &coverage, err));
    struct device_filter filter = {.root_id = unit_id,
                                   .edge_kind = edge,
                                   .kind = str_is_empty(kind) && !str_is_empty(state) ? DEVICE_KIND_HOSTS : kind,
                                   .protection = state,
                                   .search = q,
                                   .limit_count = range.limit,
                                   .offset_count = range.offset};
    struct sql_device_rows_rows rows;
    int64_t total;
    TRY(device_list(db, &actor, request->arena, &filter, &rows, err));
    TRY(device_list_count(db, &actor, request->arena, &filter, &total, err));
    int64_t all;
    const struct device_filter any = {.root_id = unit_id, .edge_kind = edge, .kind = kind};
    TRY(device_list_count(db, &actor, request->arena, &any, &all, err));
    struct sql_device_suggestions_of_rows pairs;
    TRY(device_pairs_of(db, &actor, request->arena, &rows, &pairs, err));
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_ASSET_C_DEVICE, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_PROTECTION, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_KIND, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_PRODUCT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_SEEN, SHEET_DATE);
    bool has_pairs = pairs.count > 0 || range.file != LISTING_PAGE;
    if (has_pairs)
        kit_column(&table, MSG_ASSET_SAME, SHEET_TEXT);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_device_rows_row *d = &rows.items[i];
        kit_row(&table);
        kit_head(&table, d->name, app_href(request, "/device/%lld", (long long)d->id),
                 str_is_null(d->os) ? STR("") : d->os);
        if (device_kind_is_host(d->kind, app_today(request)) || !str_equal(d->counted, STR("unknown")))
            kit_cell_chip(&table, protection_state(d->counted),
                          device_words(request, device_protection_find(d->counted), d->counted));
        else
            kit_cell(&table, kit_text(request, MSG_ASSET_NOT_COUNTED), STR(""));
        kit_cell(&table, kind_words(request, d->kind), STR(""));
        kit_cell(&table, str_is_null(d->antimalware) ? STR("") : d->antimalware, STR(""));
        kit_cell_sub(&table, d->unit_name, app_href(request, "/unit/%lld", (long long)d->unit_id),
                     str_is_null(d->site_name) ? STR("") : d->site_name);
        kit_cell_day(&table, civil_day_of_ms(d->seen_ms));
        if (!has_pairs)
            continue;
        struct str same;
        TRY(same_words(request, &pairs, d->id, &same, err));
        kit_cell(&table, same,
                 str_is_empty(same) ? STR("") : app_href(request, "/device/%lld#h-same", (long long)d->id));
    }
    struct kit_tabs tabs = {0};
    const int64_t counts[] = {coverage.is_protected, coverage.is_unprotected, coverage.is_unknown};
    static const size_t order[] = {1, 2, 0}; /* what is missing first */
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        const struct device_word *word = &device_protections[order[i]];
        kit_tab(&tabs, request, STR("/devices"), "state", word->id, state, device_words(request, word, word->id),
                counts[order[i]], protection_state(word->id), params, ARRAY_LEN(params));
    }
    kit_tab(&tabs, request, STR("/devices"), "state", STR(""), state, kit_text(request, MSG_DUTY_ALL), all,
            PAGE_STATE_NONE, params, ARRAY_LEN(params));
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_ASSET_IMPORT), .href = STR("/import/devices"), .main = true}};
    int permille = device_coverage_permille(&coverage);
    struct page_duty_table page = {
        .title = coverage.total ? kit_msg(request, MSG_ASSET_DEVICES_TITLE, 0, ARG_INT("done", coverage.is_protected),
                                          ARG_INT("total", coverage.total))
                                : kit_text(request, MSG_ASSET_DEVICES),
        .lead = permille < 0 ? kit_text(request, MSG_ASSET_DEVICES_NONE_LEAD)
                             : kit_msg(request, MSG_ASSET_DEVICES_LEAD, 0, ARG_PCT("share", permille),
                                       ARG_INT("unknown", coverage.is_unknown)),
        .acts = {acts, kit_may(request, RIGHT_EXECUTE) ? 1 : 0},
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .empty_text = kit_text(request, str_is_empty(q) ? MSG_ASSET_DEVICES_EMPTY : MSG_DUTY_NOTHING_FOUND),
        .empty_act = kit_may(request, RIGHT_EXECUTE) ? kit_text(request, MSG_ASSET_IMPORT) : STR(""),
        .empty_href = acts[0].href,
    };
    return kit_list_respond(request, response, &table, &page, STR("units"), STR("/devices"), params, ARRAY_LEN(params),
                            &range, total, unit_id, err);
}

static enum err_code device_show_with(struct request *request, struct response *response, struct str problem,
                                      struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct device_page d;
    TRY(device_open(db, &actor, request->arena, id, &d, err));
    struct kit_facts facts = {.request = request};
    kit_fact(&facts, MSG_ASSET_C_KIND, kind_words(request, d.device->kind));
    kit_fact_link(&facts, MSG_DUTY_C_UNIT, d.device->unit_name,
                  app_href(request, "/unit/%lld", (long long)d.device->unit_id));
    TRY(unit_holders_before(request, db, &actor, d.device->unit_id, STR("site"), d.device->site_id, &facts, err));
    kit_fact(&facts, MSG_ASSET_SITE, d.device->site_name);
    if (d.device->system_id.has)
        kit_fact_link(&facts, MSG_ASSET_C_SYSTEM, d.device->system_name,
                      app_href(request, "/system/%lld", (long long)d.device->system_id.v));
    kit_fact(&facts, MSG_ASSET_OS, d.device->os);
    kit_fact(&facts, MSG_ASSET_C_PRODUCT, d.device->antimalware);
    if (d.device->protection_ms.has)
        kit_fact(&facts, MSG_ASSET_SAID_AT, kit_vn_ms(request, d.device->protection_ms.v));
    kit_fact(&facts, MSG_ASSET_C_SEEN, kit_vn_ms(request, d.device->seen_ms));
    for (size_t i = 0; i < d.merges.count && d.device->merged_into.has; i++)
        if (!d.merges.items[i].undone_ms.has && d.merges.items[i].kept_id == d.device->merged_into.v)
            kit_fact_link(&facts, MSG_ASSET_MERGED_INTO, d.merges.items[i].kept_name,
                          app_href(request, "/device/%lld", (long long)d.device->merged_into.v));
    struct pg_dr_item *items = arena_new_array(request->arena, struct pg_dr_item, d.identities.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < d.identities.count; i++)
        items[i] = (struct pg_dr_item){.text = d.identities.items[i].value, .sub = d.identities.items[i].kind};
    struct str here = app_href(request, "/device/%lld", (long long)d.device->id);
    struct device_pairs pairs = {.section_count = 0};
    TRY(pairs_read(request, &d, here, &pairs, err));
    struct pg_dr_section sections[1 + ARRAY_LEN(pairs.sections)] = {
        {.id = STR("ids"),
         .title = kit_text(request, MSG_ASSET_IDENTITIES),
         .items = {items, d.identities.count},
         .empty = kit_text(request, MSG_ASSET_IDENTITIES_NONE)}};
    for (size_t i = 0; i < pairs.section_count; i++)
        sections[1 + i] = pairs.sections[i];
    bool may = false;
    TRY(access_has(db, &actor, RIGHT_EXECUTE, d.device->unit_id, &may, err));
    struct kit_form protection;
    kit_form_init(&protection, request);
    struct pg_df_field *choice = kit_choice(&protection, "radio", STR("state"),
                                            kit_text(request, MSG_ASSET_C_PROTECTION), STR(""), STR(""), true, 3);
    for (size_t i = 0; i < 3; i++)
        kit_option(choice, device_protections[i].id,
                   device_words(request, &device_protections[i], device_protections[i].id));
    kit_field(&protection, "text", STR("product"), kit_text(request, MSG_ASSET_C_PRODUCT),
              str_is_null(d.device->antimalware) ? STR("") : d.device->antimalware, STR(""), false);
    struct pg_dr_form forms[2 + ARRAY_LEN(pairs.forms)] = {
        kit_side_form(&protection, "protection", MSG_ASSET_PROTECTION_SET, STR(""),
                      app_href(request, "%.*s/protection", STR_ARG(here)), MSG_DUTY_SAVE, false),
        kit_reason_form(request, "retire", MSG_ASSET_DEVICE_RETIRE_TITLE, STR(""),
                        app_href(request, "%.*s/retire", STR_ARG(here)), MSG_DUTY_REASON, MSG_ASSET_RETIRE)};
    for (size_t i = 0; i < pairs.form_count; i++)
        forms[2 + i] = pairs.forms[i];
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_ASSET_DEVICES), .href = STR("/devices")},
                                {.text = d.device->name}};
    struct pg_dt_act acts[] = {{.label = kit_text(request, MSG_ASSET_FINDINGS_OF),
                                .href = app_href(request, "/findings?device=%lld", (long long)d.device->id)}};
    struct page_duty_record page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = d.device->name,
        .state = protection_state(d.device->counted),
        .word = device_words(request, device_protection_find(d.device->counted), d.device->counted),
        .acts = {acts, 1},
        .problem = problem,
        .facts_title = kit_text(request, MSG_DUTY_FACTS),
        .facts = {facts.rows.items, facts.rows.count},
        .sections = {sections, 1 + pairs.section_count},
        .forms = {forms, may ? 2 + pairs.form_count : 0},
    };
    return kit_record_respond(request, response, &page, STR("units"),
                              app_href(request, "/device/%lld/who", (long long)d.device->id), err);
}

static enum err_code device_show(struct request *request, struct response *response, struct err *err)
{
    return device_show_with(request, response, STR(""), err);
}

static enum err_code act_protection(struct act *a, struct err *err)
{
    struct str state = kit_typed(a->request, "state");
    if (str_is_empty(state))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_ASSET_ANSWER_NEEDED)));
    return device_set_protection(a->db, &a->actor, a->id, state, kit_typed(a->request, "product"), 0, err);
}

static enum err_code act_retire(struct act *a, struct err *err)
{
    a->to = STR("/devices");
    return device_retire(a->db, &a->actor, a->id, kit_typed(a->request, "reason-retire"), err);
}

/* The row of the page that was picked: only what stands there can be decided from there. */
static enum err_code picked(struct act *a, const char *name, int64_t *ret_id, struct err *err)
{
    struct str typed = kit_typed(a->request, name);
    if (str_is_empty(typed))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_ASSET_ANSWER_NEEDED)));
    return str_to_i64(typed, ret_id) ? ERR_NONE : err_set(err, ERR_NOT_FOUND, "không có gợi ý này");
}

static enum err_code act_merge(struct act *a, struct err *err)
{
    int64_t id, merge_id;
    TRY(picked(a, "pair", &id, err));
    return device_pair_merge(a->db, &a->actor, a->id, id, kit_typed(a->request, "reason-merge"), &merge_id, err);
}

static enum err_code act_apart(struct act *a, struct err *err)
{
    int64_t id;
    TRY(picked(a, "pair", &id, err));
    return device_pair_apart(a->db, &a->actor, a->id, id, err);
}

static enum err_code act_unmerge(struct act *a, struct err *err)
{
    int64_t id;
    TRY(picked(a, "merge", &id, err));
    return device_pair_unmerge(a->db, &a->actor, a->id, id, kit_typed(a->request, "reason-unmerge"), err);
}

static enum err_code device_act_post(struct request *request, struct response *response, struct err *err)
{
    static const struct act_row rows[] = {{STR_INIT("protection"), act_protection, MSG_ASSET_SAID_SAVED},
                                          {STR_INIT("retire"), act_retire, MSG_ASSET_SAID_RETIRED},
                                          {STR_INIT("merge"), act_merge, MSG_ASSET_SAID_MERGED},
                                          {STR_INIT("apart"), act_apart, MSG_ASSET_SAID_APART},
                                          {STR_INIT("unmerge"), act_unmerge, MSG_ASSET_SAID_UNMERGED}};
    static const struct act_table table = {
        .rows = rows, .row_count = ARRAY_LEN(rows), .page = "/device/", .again = device_show_with};
    return act_answer(request, response, &table, err);
}

static const struct route routes[] = {
    {GET, "/devices", device_list_page, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/devices.xlsx", device_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/devices.csv", device_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/device/{id}", device_show, RIGHT_ASSET_READ, READS, NULL},
    {POST, "/device/{id}/protection", device_act_post, RIGHT_EXECUTE, CHANGES, NULL},
    {POST, "/device/{id}/retire", device_act_post, RIGHT_EXECUTE, CHANGES, NULL},
    {POST, "/device/{id}/merge", device_act_post, RIGHT_EXECUTE, CHANGES, NULL},
    {POST, "/device/{id}/apart", device_act_post, RIGHT_EXECUTE, CHANGES, NULL},
    {POST, "/device/{id}/unmerge", device_act_post, RIGHT_EXECUTE, CHANGES, NULL},
};
const struct route_list device_routes = {routes, ARRAY_LEN(routes)};
