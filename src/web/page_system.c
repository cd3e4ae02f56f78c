#include "duty/directive.h"
#include "duty/page_duty.sql.h"
#include "duty/rollup.sql.h"
#include "org/access.h"
#include "org/system.h"
#include "org/system.sql.h"
#include "web/act.h"
#include "web/app_parts.h"
#include "web/page_unit.h"

static const struct {
    const char *id;
    enum msg_id word;
    size_t offset; /* in struct system_fields */
} classes[] = {
    {"important", MSG_ASSET_IMPORTANT, offsetof(struct system_fields, is_important)},
    {"personal", MSG_ASSET_PERSONAL, offsetof(struct system_fields, has_personal_data)},
    {"national", MSG_ASSET_NATIONAL, offsetof(struct system_fields, is_national_platform)},
    {"camera", MSG_ASSET_CAMERA, offsetof(struct system_fields, uses_camera)},
};

static struct str class_words(const struct request *request, const int64_t has[ARRAY_LEN(classes)])
{
    struct str words = STR("");
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        if (has[i])
            words = app_href(request, "%.*s%s%.*s", STR_ARG(words), words.len_bytes ? ", " : "",
                             STR_ARG(kit_text(request, classes[i].word)));
    return words;
}

static struct str level_words(const struct request *request, struct opt_i64 level, struct str state)
{
    if (!level.has)
        return kit_text(request, MSG_ASSET_NO_LEVEL);
    enum msg_id word = str_equal(state, STR("approved"))    ? MSG_ASSET_LEVEL_APPROVED
                       : str_equal(state, STR("appraised")) ? MSG_ASSET_LEVEL_APPRAISED
                                                            : MSG_ASSET_LEVEL_PROPOSED;
    return kit_msg(request, word, 0, ARG_INT("n", level.v));
}

static enum err_code system_list(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id, level;
    TRY(app_unit(request, &unit_id, err));
    TRY(app_int(request, STR("level"), -1, &level, err));
    struct str what = kit_typed(request, "what"), q = kit_typed(request, "q"), search = app_search(request, STR("q"));
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        known |= str_equal(what, str_from_cstr(classes[i].id));
    if (!known)
        what = STR("any");
    struct link_param params[] = {{"what", what},
                                  {"level", level < 0 ? STR("") : app_href(request, "%lld", (long long)level)},
                                  {"q", q},
                                  {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct str edge;
    TRY(app_edge(request, db, &actor, unit_id, &edge, err));
    struct sql_system_search_rows rows;
    TRY(sql_system_search(db, &actor, request->arena,
                          &(struct sql_system_search_args){.root_id = unit_id,
                                                           .edge_kind = edge,
                                                           .search = str_is_null(search) ? STR("%") : search,
                                                           .level = level,
                                                           .what = what,
                                                           .sector = STR_NONE,
                                                           .on_day = app_today(request),
                                                           .limit_count = range.limit + 1,
                                                           .offset_count = range.offset},
                          &rows, err));
    struct sql_system_counts_row *counts = NULL;
    TRY(sql_system_counts(db, &actor, request->arena,
                          &(struct sql_system_counts_args){.root_id = unit_id,
                                                           .edge_kind = edge,
                                                           .search = str_is_null(search) ? STR("%") : search,
                                                           .what = what,
                                                           .on_day = app_today(request)},
                          &counts, err));
    int64_t all = counts ? counts->n : 0, no_level = counts ? counts->no_level : 0;
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_ASSET_C_SYSTEM, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_LEVEL, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_OPERATOR, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_CLASSES, SHEET_TEXT);
    for (size_t i = 0; i < rows.count && (int64_t)i < range.limit; i++) {
        const struct sql_system_search_row *s = &rows.items[i];
        kit_row(&table);
        kit_head(&table, s->name, app_href(request, "/system/%lld", (long long)s->id),
                 str_is_null(s->code) ? STR("") : s->code);
        kit_cell_chip(&table,
                      s->level.has && str_equal(s->level_state, STR("approved")) ? PAGE_STATE_OK
                      : s->level.has                                             ? PAGE_STATE_DOING
                                                                                 : PAGE_STATE_UNSEEN,
                      level_words(request, s->level, s->level_state));
        kit_cell(&table, s->operator_name, app_href(request, "/unit/%lld", (long long)s->operator_id));
        kit_cell(&table,
                 class_words(request, (int64_t[]){s->is_important, s->has_personal_data, s->is_national_platform,
                                                  s->uses_camera}),
                 STR(""));
    }
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_ASSET_SYSTEM_NEW), .href = STR("/system/new"), .main = true}};
    /* What the title counts opens first; then the special kinds, which are not counted here. */
    struct kit_tabs tabs = {0};
    struct str level_now = params[1].value;
    kit_tab(&tabs, request, STR("/systems"), "level", STR("0"), level_now, kit_text(request, MSG_ASSET_NO_LEVEL),
            no_level, PAGE_STATE_UNSEEN, params, ARRAY_LEN(params));
    kit_tab(&tabs, request, STR("/systems"), "level", STR(""), str_equal(what, STR("any")) ? level_now : STR("-"),
            kit_text(request, MSG_DUTY_ALL), str_equal(what, STR("any")) ? all : -1, PAGE_STATE_NONE,
            (struct link_param[]){{"q", q}, params[3]}, 2);
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        struct str id = str_from_cstr(classes[i].id);
        kit_tab(&tabs, request, STR("/systems"), "what", id, what, kit_text(request, classes[i].word),
                str_equal(what, id) ? all : -1, PAGE_STATE_NONE, params, ARRAY_LEN(params));
    }
    struct page_duty_table page = {
        .title = all ? kit_msg(request, MSG_ASSET_SYSTEMS_N, all, ARG_INT("n", all), ARG_INT("open", no_level))
                     : kit_text(request, MSG_ASSET_SYSTEMS),
        .lead = kit_text(request, MSG_ASSET_SYSTEMS_LEAD),
        .acts = {acts, kit_may(request, RIGHT_EXECUTE) ? ARRAY_LEN(acts) : 0},
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .empty_text = kit_text(request, str_is_empty(q) ? MSG_ASSET_SYSTEMS_EMPTY : MSG_DUTY_NOTHING_FOUND),
        .empty_act = kit_may(request, RIGHT_EXECUTE) ? kit_text(request, MSG_ASSET_SYSTEM_NEW) : STR(""),
        .empty_href = STR("/system/new"),
    };
    return kit_list_respond(request, response, &table, &page, STR("units"), STR("/systems"), params, ARRAY_LEN(params),
                            &range,
                            level < 0    ? all
                            : level == 0 ? no_level
                                         : -(range.offset + (int64_t)rows.count),
                            unit_id, err);
}

static enum err_code system_load(struct request *request, struct db *db, struct sql_system_page_row **ret_row,
                                 struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct sql_system_page_row *row = NULL;
    TRY(sql_system_page(db, &actor, request->arena,
                        &(struct sql_system_page_args){.id = id, .on_day = app_today(request)}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such system");
    *ret_row = row;
    return ERR_NONE;
}

/* One thing done to one system; the duties of its operator follow in the same transaction. */
struct system_save {
    struct request *request;
    struct actor actor;
    struct sql_system_page_row *row; /* NULL: a new one */
    enum err_code (*act)(struct system_save *act, struct db *db, struct err *err);
    struct system_fields fields;
    int64_t id;
};

static enum err_code system_save_run(struct db *db, void *ctx, struct err *err)
{
    struct system_save *act = ctx;
    TRY(act->act(act, db, err));
    if (act->row)
        TRY(directive_follow_subjects(db, act->row->operator_id, err));
    if (act->fields.operator_id && (!act->row || act->fields.operator_id != act->row->operator_id))
        TRY(directive_follow_subjects(db, act->fields.operator_id, err));
    return ERR_NONE;
}

static enum err_code system_show_with(struct request *request, struct response *response, struct str problem,
                                      struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct arena *arena = request->arena;
    civil_day today = app_today(request);
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ), reader = app_actor_with(request, RIGHT_READ);
    struct sql_system_page_row *s = NULL;
    TRY(system_load(request, db, &s, err));
    struct kit_facts facts = {.request = request};
    kit_fact(&facts, MSG_ASSET_C_LEVEL, level_words(request, s->level, s->level_state));
    kit_fact(&facts, MSG_ASSET_DECISION, s->level_decision);
    kit_fact_link(&facts, MSG_ASSET_C_OPERATOR, s->operator_name,
                  app_href(request, "/unit/%lld", (long long)s->operator_id));
    TRY(unit_holders_before(request, db, &reader, s->operator_id, STR("system"), s->id, &facts, err));
    bool may_owner = false;
    TRY(access_has(db, &reader, RIGHT_READ, s->owner_id, &may_owner, err));
    kit_fact_link(&facts, MSG_ASSET_OWNER, s->owner_name,
                  may_owner ? app_href(request, "/unit/%lld", (long long)s->owner_id) : STR(""));
    kit_fact(&facts, MSG_ASSET_C_CLASSES,
             class_words(request,
                         (int64_t[]){s->is_important, s->has_personal_data, s->is_national_platform, s->uses_camera}));
    kit_fact(&facts, MSG_ASSET_CODE, s->code);
    kit_fact(&facts, MSG_ASSET_DESCRIPTION, s->description);
    kit_fact(&facts, MSG_ASSET_SINCE, kit_vn_day(request, (civil_day)s->from_day));
    if (s->to_day != CIVIL_FOREVER)
        kit_fact(&facts, MSG_ASSET_RETIRED, kit_vn_day(request, (civil_day)s->to_day));

    struct sql_system_databases_rows databases;
    struct sql_system_ranges_rows ranges;
    struct sql_system_domains_rows domains;
    struct sql_assignment_list_unit_rows duties;
    TRY(sql_system_databases(
        db, &actor, arena, &(struct sql_system_databases_args){.system_id = s->id, .on_day = today}, &databases, err));
    TRY(sql_system_ranges(db, &actor, arena, &(struct sql_system_ranges_args){.system_id = s->id}, &ranges, err));
    TRY(sql_system_domains(db, &actor, arena, &(struct sql_system_domains_args){.system_id = s->id}, &domains, err));
    TRY(sql_assignment_list_unit(db, &reader, arena,
                                 &(struct sql_assignment_list_unit_args){.unit_id = s->operator_id, .on_day = today},
                                 &duties, err));
    VEC(struct pg_dr_item) places = {0}, data = {0}, owed = {0};
    for (size_t i = 0; i < domains.count; i++) {
        struct pg_dr_item *item = vec_push(&places, arena);
        if (item)
            *item = (struct pg_dr_item){.text = domains.items[i].domain};
    }
    for (size_t i = 0; i < ranges.count; i++) {
        struct pg_dr_item *item = vec_push(&places, arena);
        if (item)
            *item = (struct pg_dr_item){.text = ranges.items[i].cidr,
                                        .sub = str_is_null(ranges.items[i].site_name)
                                                   ? kit_text(request, MSG_ASSET_PUBLIC_ADDRESS)
                                                   : ranges.items[i].site_name};
    }
    for (size_t i = 0; i < databases.count; i++) {
        struct pg_dr_item *item = vec_push(&data, arena);
        if (item)
            *item = (struct pg_dr_item){
                .text = databases.items[i].name,
                .sub = app_href(
                    request, "%.*s%s%.*s", STR_ARG(databases.items[i].engine),
                    databases.items[i].has_personal_data && databases.items[i].engine.len_bytes ? " · " : "",
                    STR_ARG(databases.items[i].has_personal_data ? kit_text(request, MSG_ASSET_PERSONAL) : STR("")))};
    }
    int64_t done = 0;
    for (size_t i = 0; i < duties.count; i++) {
        const struct sql_assignment_list_unit_row *d = &duties.items[i];
        if (!str_equal(d->subject_kind, STR("system")) || d->subject_id != s->id)
            continue;
        struct pg_dr_item *item = vec_push(&owed, arena);
        if (item)
            *item = (struct pg_dr_item){.text = d->title,
                                        .href = app_href(request, "/duty/%lld", (long long)d->id),
                                        .sub = d->directive_title,
                                        .state = app_page_state((int)d->state),
                                        .word = kit_duty_word(request, d->state, d->due_day, d->covered_from_day,
                                                              d->covered_to_day, d->waived_to_day, d->period_months.has,
                                                              d->waits > 0)};
        done += d->state == DUTY_OK;
    }
    struct pg_dr_section sections[] = {
        {.id = STR("duties"),
         .title =
             kit_msg(request, MSG_ASSET_SYSTEM_DUTIES, 0, ARG_INT("done", done), ARG_INT("owed", (int64_t)owed.count)),
         .items = {owed.items, owed.count},
         .empty = kit_text(request, MSG_ASSET_SYSTEM_DUTIES_NONE)},
        {.id = STR("places"),
         .title = kit_text(request, MSG_ASSET_PLACES),
         .items = {places.items, places.count},
         .empty = kit_text(request, MSG_ASSET_PLACES_NONE)},
        {.id = STR("data"),
         .title = kit_text(request, MSG_ASSET_DATABASES),
         .items = {data.items, data.count},
         .empty = kit_text(request, MSG_ASSET_DATABASES_NONE)},
    };

    bool execute = false, admin = false;
    TRY(access_has(db, &actor, RIGHT_EXECUTE, s->operator_id, &execute, err));
    TRY(access_has(db, &actor, RIGHT_ORG_ADMIN, s->operator_id, &admin, err));
    bool may = (execute || admin) && s->to_day == CIVIL_FOREVER;
    struct str here = app_href(request, "/system/%lld", (long long)s->id);
    struct kit_form level, domain, cidr, database;
    kit_form_init(&level, request);
    kit_form_init(&domain, request);
    kit_form_init(&cidr, request);
    kit_form_init(&database, request);
    struct pg_df_field *levels =
        kit_choice(&level, "select", STR("level"), kit_text(request, MSG_ASSET_C_LEVEL), STR(""), STR(""), true, 6);
    kit_option(levels, STR(""), kit_text(request, MSG_ASSET_CHOOSE));
    for (int i = 1; i <= 5; i++)
        kit_option(levels, app_href(request, "%d", i), app_href(request, "%d", i));
    struct pg_df_field *state =
        kit_choice(&level, "select", STR("state"), kit_text(request, MSG_ASSET_LEVEL_STATE), STR(""), STR(""), true, 4);
    kit_option(state, STR(""), kit_text(request, MSG_ASSET_CHOOSE));
    kit_option(state, STR("proposed"), kit_text(request, MSG_ASSET_PROPOSED));
    kit_option(state, STR("appraised"), kit_text(request, MSG_ASSET_APPRAISED));
    kit_option(state, STR("approved"), kit_text(request, MSG_ASSET_APPROVED));
    kit_field(&level, "text", STR("decision"), kit_text(request, MSG_ASSET_DECISION), STR(""), STR(""), false);
    kit_field(&level, "day", STR("from"), kit_text(request, MSG_ASSET_FROM_DAY), STR(""), STR(""), true);
    kit_field(&domain, "text", STR("domain"), kit_text(request, MSG_ASSET_DOMAIN), STR(""),
              kit_text(request, MSG_ASSET_DOMAIN_HINT), true);
    struct sql_site_of_unit_rows sites;
    TRY(sql_site_of_unit(db, &reader, arena,
                         &(struct sql_site_of_unit_args){.unit_id = s->operator_id, .on_day = today}, &sites, err));
    kit_field(&cidr, "text", STR("cidr"), kit_text(request, MSG_ASSET_RANGE), STR(""),
              kit_text(request, MSG_ASSET_RANGE_HINT), true);
    struct pg_df_field *site = kit_choice(&cidr, "select", STR("site"), kit_text(request, MSG_ASSET_SITE), STR("0"),
                                          STR(""), false, sites.count + 1);
    kit_option(site, STR("0"), kit_text(request, MSG_ASSET_PUBLIC_ADDRESS));
    for (size_t i = 0; i < sites.count; i++)
        kit_option(site, link_id(request, sites.items[i].id), sites.items[i].name);
    kit_field(&database, "text", STR("name"), kit_text(request, MSG_ASSET_NAME), STR(""), STR(""), true);
    kit_field(&database, "text", STR("engine"), kit_text(request, MSG_ASSET_ENGINE), STR(""), STR(""), false);
    struct pg_df_field *personal = kit_choice(&database, "radio", STR("personal"),
                                              kit_text(request, MSG_ASSET_PERSONAL_ASK), STR(""), STR(""), true, 2);
    kit_option(personal, STR("1"), kit_text(request, MSG_DUTY_YES));
    kit_option(personal, STR("0"), kit_text(request, MSG_DUTY_NO));
    struct pg_dr_form forms[6];
    size_t n = 0;
    if (may) {
        forms[n++] = kit_side_form(&level, "level", MSG_ASSET_LEVEL_SET, STR(""),
                                   app_href(request, "%.*s/level", STR_ARG(here)), MSG_DUTY_SAVE, false);
        forms[n++] = kit_side_form(&domain, "domain", MSG_ASSET_DOMAIN_ADD, STR(""),
                                   app_href(request, "%.*s/domain", STR_ARG(here)), MSG_ASSET_ADD, false);
        forms[n++] = kit_side_form(&cidr, "range", MSG_ASSET_RANGE_ADD, STR(""),
                                   app_href(request, "%.*s/range", STR_ARG(here)), MSG_ASSET_ADD, false);
        forms[n++] = kit_side_form(&database, "database", MSG_ASSET_DATABASE_ADD, STR(""),
                                   app_href(request, "%.*s/database", STR_ARG(here)), MSG_ASSET_ADD, false);
        forms[n++] = (struct pg_dr_form){.id = STR("retire"),
                                         .title = kit_text(request, MSG_ASSET_RETIRE_TITLE),
                                         .text = kit_text(request, MSG_ASSET_RETIRE_TEXT),
                                         .action = app_href(request, "%.*s/retire", STR_ARG(here)),
                                         .submit = kit_text(request, MSG_ASSET_RETIRE)};
    }
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_ASSET_SYSTEMS), .href = STR("/systems")},
                                {.text = s->name}};
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_ASSET_FINDINGS_OF),
         .href = app_href(request, "/findings?system=%lld", (long long)s->id)},
        {.label = kit_text(request, MSG_ASSET_EDIT), .href = app_href(request, "%.*s/edit", STR_ARG(here))}};
    struct page_duty_record page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = s->name,
        .lead = str_is_null(s->operator_name) ? STR("") : s->operator_name,
        .acts = {acts, may ? 2 : 1},
        .problem = problem,
        .facts_title = kit_text(request, MSG_DUTY_FACTS),
        .facts = {facts.rows.items, facts.rows.count},
        .sections = {sections, ARRAY_LEN(sections)},
        .forms = {forms, n},
    };
    return kit_record_respond(request, response, &page, STR("units"),
                              app_href(request, "/system/%lld/who", (long long)s->id), err);
}

static enum err_code system_show(struct request *request, struct response *response, struct err *err)
{
    return system_show_with(request, response, STR(""), err);
}

static enum err_code act_level(struct act *a, struct err *err)
{
    int64_t level;
    civil_day from;
    TRY(app_int(a->request, STR("level"), 0, &level, err));
    TRY(app_day(a->request, STR("from"), &from, err));
    if (level < 1 || level > 5 || str_is_empty(kit_typed(a->request, "state")) || from == CIVIL_NONE)
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_ASSET_LEVEL_NEEDED)));
    return system_set_level(a->db, &a->actor, a->id, (int)level, kit_typed(a->request, "state"),
                            kit_typed_or_none(a->request, "decision"), from, err);
}

static enum err_code act_domain(struct act *a, struct err *err)
{
    int64_t id;
    return system_domain_add(a->db, &a->actor, a->id, kit_typed(a->request, "domain"), &id, err);
}

static enum err_code act_range(struct act *a, struct err *err)
{
    int64_t id;
    return system_range_add(a->db, &a->actor, a->id, kit_id_field(a->request, STR("site")),
                            kit_typed(a->request, "cidr"), &id, err);
}

static enum err_code act_database(struct act *a, struct err *err)
{
    int64_t id;
    struct str personal = kit_typed(a->request, "personal");
    if (str_is_empty(personal))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_ASSET_PERSONAL_NEEDED)));
    return system_database_new(a->db, &a->actor, a->id, kit_typed(a->request, "name"),
                               kit_typed_or_none(a->request, "engine"), str_equal(personal, STR("1")),
                               app_today(a->request), &id, err);
}

static enum err_code act_retire(struct act *a, struct err *err)
{
    return system_retire(a->db, &a->actor, a->id, app_today(a->request), err);
}

static enum err_code act_load(struct act *a, struct err *err)
{
    struct sql_system_page_row *row = NULL;
    TRY(system_load(a->request, a->db, &row, err));
    a->row = row;
    return ERR_NONE;
}

/* The duties of its operator follow. */
static enum err_code act_follow(struct act *a, struct err *err)
{
    const struct sql_system_page_row *row = a->row;
    return directive_follow_subjects(a->db, row->operator_id, err);
}

static enum err_code system_act_post(struct request *request, struct response *response, struct err *err)
{
    static const struct act_row rows[] = {{STR_INIT("level"), act_level, MSG_ASSET_SAID_LEVEL},
                                          {STR_INIT("domain"), act_domain, MSG_ASSET_SAID_ADDED},
                                          {STR_INIT("range"), act_range, MSG_ASSET_SAID_ADDED},
                                          {STR_INIT("database"), act_database, MSG_ASSET_SAID_ADDED},
                                          {STR_INIT("retire"), act_retire, MSG_ASSET_SAID_RETIRED}};
    static const struct act_table table = {.rows = rows,
                                           .row_count = ARRAY_LEN(rows),
                                           .page = "/system/",
                                           .load = act_load,
                                           .follow = act_follow,
                                           .again = system_show_with};
    return act_answer(request, response, &table, err);
}

static enum err_code system_form(struct request *request, struct response *response,
                                 const struct sql_system_page_row *s, struct kit_form *form, struct err *err)
{
    kit_field(form, "text", STR("name"), kit_text(request, MSG_ASSET_NAME), s ? s->name : STR(""),
              kit_text(request, MSG_ASSET_NAME_HINT), true);
    kit_field(form, "text", STR("code"), kit_text(request, MSG_ASSET_CODE),
              s && !str_is_null(s->code) ? s->code : STR(""), STR(""), false);
    kit_field(form, "long", STR("description"), kit_text(request, MSG_ASSET_DESCRIPTION),
              s && !str_is_null(s->description) ? s->description : STR(""), STR(""), false);
    int64_t has[ARRAY_LEN(classes)] = {0};
    if (s) {
        has[0] = s->is_important;
        has[1] = s->has_personal_data;
        has[2] = s->is_national_platform;
        has[3] = s->uses_camera;
    }
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        struct pg_df_field *yes =
            kit_choice(form, "radio", str_from_cstr(classes[i].id), kit_text(request, classes[i].word),
                       s ? (has[i] ? STR("1") : STR("0")) : STR(""), STR(""), true, 2);
        kit_option(yes, STR("1"), kit_text(request, MSG_DUTY_YES));
        kit_option(yes, STR("0"), kit_text(request, MSG_DUTY_NO));
    }
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_ASSET_SYSTEMS), .href = STR("/systems")},
                                {.text = s ? s->name : kit_text(request, MSG_ASSET_SYSTEM_NEW)}};
    struct page_duty_form page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = kit_text(request, s ? MSG_ASSET_EDIT : MSG_ASSET_SYSTEM_NEW),
        .lead = kit_text(request, MSG_ASSET_SYSTEM_FORM_LEAD),
        .action = s ? app_href(request, "/system/%lld/edit", (long long)s->id) : STR("/system/new"),
        .submit = kit_text(request, MSG_DUTY_SAVE),
        .cancel_href = s ? app_href(request, "/system/%lld", (long long)s->id) : STR("/systems")};
    return kit_form_respond(request, response, form, &page, STR("units"), err);
}

static enum err_code act_new(struct system_save *a, struct db *db, struct err *err)
{
    return system_new(db, &a->actor, &a->fields, app_today(a->request), false, &a->id, err);
}

static enum err_code act_edit(struct system_save *a, struct db *db, struct err *err)
{
    a->id = a->row->id;
    return system_update(db, &a->actor, a->id, &a->fields, err);
}

static enum err_code system_save_any(struct request *request, struct response *response, bool is_new, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct system_save act = {.request = request, .actor = app_actor(request), .act = is_new ? act_new : act_edit};
    if (!is_new)
        TRY(system_load(request, db, &act.row, err));
    struct kit_form form;
    kit_form_init(&form, request);
    act.fields = (struct system_fields){.operator_id = act.row ? act.row->operator_id : request->session.unit_id,
                                        .owner_id = act.row ? act.row->owner_id : 0,
                                        .name = kit_typed(request, "name"),
                                        .code = kit_typed_or_none(request, "code"),
                                        .description = kit_typed_or_none(request, "description"),
                                        .sector = act.row ? act.row->sector : STR_NONE};
    if (!kit_is_post(request))
        return system_form(request, response, act.row, &form, err);
    if (str_is_empty(act.fields.name))
        kit_error(&form, STR("name"), kit_text(request, MSG_ASSET_NAME_NEEDED));
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        struct str value = kit_typed(request, classes[i].id);
        if (str_is_empty(value))
            kit_error(&form, str_from_cstr(classes[i].id), kit_text(request, MSG_ASSET_ANSWER_NEEDED));
        *(bool *)((char *)&act.fields + classes[i].offset) = str_equal(value, STR("1"));
    }
    if (!form.error_count && db_transact(db, system_save_run, &act, err) != ERR_NONE)
        TRY(act_refused(&form, err->code == ERR_CONFLICT ? "code" : "name", err));
    if (form.error_count)
        return system_form(request, response, act.row, &form, err);
    return kit_done(request, response, app_href(request, "/system/%lld", (long long)act.id), MSG_ASSET_SAID_SAVED,
                    STR_NONE);
}

static enum err_code system_new_any(struct request *request, struct response *response, struct err *err)
{
    return system_save_any(request, response, true, err);
}

static enum err_code system_edit_any(struct request *request, struct response *response, struct err *err)
{
    return system_save_any(request, response, false, err);
}

static const struct route routes[] = {
    {GET, "/systems", system_list, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/systems.xlsx", system_list, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/systems.csv", system_list, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/system/new", system_new_any, RIGHT_EXECUTE, READS, NULL},
    {POST, "/system/new", system_new_any, RIGHT_EXECUTE, CHANGES, NULL},
    {GET, "/system/{id}", system_show, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/system/{id}/edit", system_edit_any, RIGHT_ASSET_READ, READS, NULL},
    {POST, "/system/{id}/edit", system_edit_any, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/level", system_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/domain", system_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/range", system_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/database", system_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/retire", system_act_post, RIGHT_ASSET_READ, CHANGES, NULL},
};
const struct route_list system_routes = {routes, ARRAY_LEN(routes)};
