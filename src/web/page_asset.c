#include "asset/device.h"
#include "asset/finding.h"
#include "duty/directive.h"
#include "duty/page_duty.sql.h"
#include "duty/rollup.sql.h"
#include "org/access.h"
#include "org/system.h"
#include "org/system.sql.h"
#include "org/unit.h"
#include "web/app_parts.h"
#include "web/kit.h"

static struct str field(const struct request *request, const char *name)
{
    struct str text = str_trim(request_field(request, str_from_cstr(name)));
    return str_is_null(text) ? STR("") : text;
}

static struct str none_if_empty(struct str text)
{
    return str_is_empty(text) ? STR_NONE : text;
}

/* --- systems --- */

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
    struct str what = field(request, "what"), q = field(request, "q"), search = app_search(request, STR("q"));
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
    struct pg_dt_act acts[ARRAY_LEN(classes) + 2];
    size_t n = 0;
    if (kit_may(request, RIGHT_EXECUTE))
        acts[n++] = (struct pg_dt_act){
            .label = kit_text(request, MSG_ASSET_SYSTEM_NEW), .href = STR("/system/new"), .main = true};
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        acts[n++] = str_equal(what, str_from_cstr(classes[i].id))
                        ? (struct pg_dt_act){.label = kit_text(request, MSG_DUTY_ALL), .href = STR("/systems")}
                        : (struct pg_dt_act){.label = kit_text(request, classes[i].word),
                                             .href = app_href(request, "/systems?what=%s", classes[i].id)};
    struct page_duty_table page = {
        .title = all ? kit_msg(request, MSG_ASSET_SYSTEMS_N, all, ARG_INT("n", all), ARG_INT("open", no_level))
                     : kit_text(request, MSG_ASSET_SYSTEMS),
        .lead = kit_text(request, MSG_ASSET_SYSTEMS_LEAD),
        .acts = {acts, n},
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
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
struct system_act {
    struct request *request;
    struct actor actor;
    struct sql_system_page_row *row; /* NULL: a new one */
    enum err_code (*act)(struct system_act *act, struct db *db, struct err *err);
    struct system_fields fields;
    int64_t id;
};

static enum err_code system_act_run(struct db *db, void *ctx, struct err *err)
{
    struct system_act *act = ctx;
    TRY(act->act(act, db, err));
    if (act->row)
        TRY(directive_follow_subjects(db, act->row->operator_id, err));
    if (act->fields.operator_id && (!act->row || act->fields.operator_id != act->row->operator_id))
        TRY(directive_follow_subjects(db, act->fields.operator_id, err));
    return ERR_NONE;
}

static struct pg_dr_form small_form(struct kit_form *form, const char *id, enum msg_id title, struct str action,
                                    enum msg_id submit)
{
    struct request *request = form->request;
    return (struct pg_dr_form){.id = str_from_cstr(id),
                               .title = kit_text(request, title),
                               .action = action,
                               .fields = kit_fields(form),
                               .submit = kit_text(request, submit)};
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
    kit_fact_link(&facts, MSG_ASSET_OWNER, s->owner_name, app_href(request, "/unit/%lld", (long long)s->owner_id));
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
            *item =
                (struct pg_dr_item){.text = d->title,
                                    .href = app_href(request, "/duty/%lld", (long long)d->id),
                                    .sub = d->directive_title,
                                    .state = app_page_state((int)d->state),
                                    .word = kit_duty_word(request, d->state, d->due_day, d->covered_from_day,
                                                          d->covered_to_day, d->waived_to_day, d->period_months.has)};
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
        forms[n++] = small_form(&level, "level", MSG_ASSET_LEVEL_SET, app_href(request, "%.*s/level", STR_ARG(here)),
                                MSG_DUTY_SAVE);
        forms[n++] = small_form(&domain, "domain", MSG_ASSET_DOMAIN_ADD,
                                app_href(request, "%.*s/domain", STR_ARG(here)), MSG_ASSET_ADD);
        forms[n++] = small_form(&cidr, "range", MSG_ASSET_RANGE_ADD, app_href(request, "%.*s/range", STR_ARG(here)),
                                MSG_ASSET_ADD);
        forms[n++] = small_form(&database, "database", MSG_ASSET_DATABASE_ADD,
                                app_href(request, "%.*s/database", STR_ARG(here)), MSG_ASSET_ADD);
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
    return kit_record_respond(request, response, &page, STR("units"), err);
}

static enum err_code system_show(struct request *request, struct response *response, struct err *err)
{
    return system_show_with(request, response, STR(""), err);
}

static enum err_code system_change(struct request *request, struct response *response,
                                   enum err_code (*what)(struct system_act *, struct db *, struct err *),
                                   enum msg_id said, struct err *err)
{
    struct str problem;
    {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct system_act act = {.request = request, .actor = app_actor(request), .act = what};
        TRY(system_load(request, db, &act.row, err));
        if (db_transact(db, system_act_run, &act, err) == ERR_NONE)
            return kit_done(request, response, app_href(request, "/system/%lld", (long long)act.row->id), said,
                            STR_NONE);
        if (!kit_is_words(err))
            return err->code;
        problem = arena_str(request->arena, kit_problem(request, err));
    }
    return system_show_with(request, response, problem, err);
}

static enum err_code act_level(struct system_act *a, struct db *db, struct err *err)
{
    int64_t level;
    civil_day from;
    TRY(app_int(a->request, STR("level"), 0, &level, err));
    TRY(app_day(a->request, STR("from"), &from, err));
    if (level < 1 || level > 5 || str_is_empty(field(a->request, "state")) || from == CIVIL_NONE)
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_ASSET_LEVEL_NEEDED)));
    return system_set_level(db, &a->actor, a->row->id, (int)level, field(a->request, "state"),
                            none_if_empty(field(a->request, "decision")), from, err);
}

static enum err_code act_domain(struct system_act *a, struct db *db, struct err *err)
{
    int64_t id;
    return system_domain_add(db, &a->actor, a->row->id, field(a->request, "domain"), &id, err);
}

static enum err_code act_range(struct system_act *a, struct db *db, struct err *err)
{
    int64_t id;
    return system_range_add(db, &a->actor, a->row->id, kit_id_field(a->request, STR("site")), field(a->request, "cidr"),
                            &id, err);
}

static enum err_code act_database(struct system_act *a, struct db *db, struct err *err)
{
    int64_t id;
    struct str personal = field(a->request, "personal");
    if (str_is_empty(personal))
        return err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(a->request, MSG_ASSET_PERSONAL_NEEDED)));
    return system_database_new(db, &a->actor, a->row->id, field(a->request, "name"),
                               none_if_empty(field(a->request, "engine")), str_equal(personal, STR("1")),
                               app_today(a->request), &id, err);
}

static enum err_code act_retire(struct system_act *a, struct db *db, struct err *err)
{
    return system_retire(db, &a->actor, a->row->id, app_today(a->request), err);
}

static enum err_code system_level_post(struct request *request, struct response *response, struct err *err)
{
    return system_change(request, response, act_level, MSG_ASSET_SAID_LEVEL, err);
}

static enum err_code system_domain_post(struct request *request, struct response *response, struct err *err)
{
    return system_change(request, response, act_domain, MSG_ASSET_SAID_ADDED, err);
}

static enum err_code system_range_post(struct request *request, struct response *response, struct err *err)
{
    return system_change(request, response, act_range, MSG_ASSET_SAID_ADDED, err);
}

static enum err_code system_database_post(struct request *request, struct response *response, struct err *err)
{
    return system_change(request, response, act_database, MSG_ASSET_SAID_ADDED, err);
}

static enum err_code system_retire_post(struct request *request, struct response *response, struct err *err)
{
    return system_change(request, response, act_retire, MSG_ASSET_SAID_RETIRED, err);
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

static enum err_code act_new(struct system_act *a, struct db *db, struct err *err)
{
    return system_new(db, &a->actor, &a->fields, app_today(a->request), false, &a->id, err);
}

static enum err_code act_edit(struct system_act *a, struct db *db, struct err *err)
{
    a->id = a->row->id;
    return system_update(db, &a->actor, a->id, &a->fields, err);
}

static enum err_code system_save(struct request *request, struct response *response, bool is_new, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct system_act act = {.request = request, .actor = app_actor(request), .act = is_new ? act_new : act_edit};
    if (!is_new)
        TRY(system_load(request, db, &act.row, err));
    struct kit_form form;
    kit_form_init(&form, request);
    act.fields = (struct system_fields){.operator_id = act.row ? act.row->operator_id : request->session.unit_id,
                                        .owner_id = act.row ? act.row->owner_id : 0,
                                        .name = field(request, "name"),
                                        .code = none_if_empty(field(request, "code")),
                                        .description = none_if_empty(field(request, "description")),
                                        .sector = act.row ? act.row->sector : STR_NONE};
    if (!kit_is_post(request))
        return system_form(request, response, act.row, &form, err);
    if (str_is_empty(act.fields.name))
        kit_error(&form, STR("name"), kit_text(request, MSG_ASSET_NAME_NEEDED));
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        struct str value = field(request, classes[i].id);
        if (str_is_empty(value))
            kit_error(&form, str_from_cstr(classes[i].id), kit_text(request, MSG_ASSET_ANSWER_NEEDED));
        *(bool *)((char *)&act.fields + classes[i].offset) = str_equal(value, STR("1"));
    }
    if (!form.error_count && db_transact(db, system_act_run, &act, err) != ERR_NONE) {
        if (!kit_is_words(err))
            return err->code;
        kit_error(&form, err->code == ERR_CONFLICT ? STR("code") : STR("name"), request_said(request, err));
    }
    if (form.error_count)
        return system_form(request, response, act.row, &form, err);
    return kit_done(request, response, app_href(request, "/system/%lld", (long long)act.id), MSG_ASSET_SAID_SAVED,
                    STR_NONE);
}

static enum err_code system_new_any(struct request *request, struct response *response, struct err *err)
{
    return system_save(request, response, true, err);
}

static enum err_code system_edit_any(struct request *request, struct response *response, struct err *err)
{
    return system_save(request, response, false, err);
}

/* --- devices --- */

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

static enum err_code device_list_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str state = field(request, "state"), kind = field(request, "kind"), q = field(request, "q");
    if (!device_protection_find(state))
        state = STR("");
    if (!device_kind_find(kind))
        kind = STR("");
    struct link_param params[] = {
        {"state", state}, {"kind", kind}, {"q", q}, {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct device_coverage coverage;
    struct actor reader = app_actor_with(request, RIGHT_READ);
    TRY(device_coverage(db, &reader, unit_id, STR(""), kind, &coverage, err));
    struct device_filter filter = {.root_id = unit_id,
                                   .kind = kind,
                                   .protection = state,
                                   .search = q,
                                   .limit_count = range.limit,
                                   .offset_count = range.offset};
    struct sql_device_rows_rows rows;
    int64_t total;
    TRY(device_list(db, &actor, request->arena, &filter, &rows, err));
    TRY(device_list_count(db, &actor, request->arena, &filter, &total, err));
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_ASSET_C_DEVICE, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_PROTECTION, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_KIND, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_PRODUCT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_SEEN, SHEET_DATE);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_device_rows_row *d = &rows.items[i];
        kit_row(&table);
        kit_head(&table, d->name, app_href(request, "/device/%lld", (long long)d->id),
                 str_is_null(d->os) ? STR("") : d->os);
        kit_cell_chip(&table, protection_state(d->counted),
                      device_words(request, device_protection_find(d->counted), d->counted));
        kit_cell(&table, device_words(request, device_kind_find(d->kind), d->kind), STR(""));
        kit_cell(&table, str_is_null(d->antimalware) ? STR("") : d->antimalware, STR(""));
        kit_cell_sub(&table, d->unit_name, app_href(request, "/unit/%lld", (long long)d->unit_id),
                     str_is_null(d->site_name) ? STR("") : d->site_name);
        kit_cell_day(&table, civil_day_of_ms(d->seen_ms));
    }
    struct kit_tabs tabs = {0};
    const int64_t counts[] = {coverage.is_protected, coverage.is_unprotected, coverage.is_unknown};
    static const size_t order[] = {1, 2, 0}; /* what is missing first */
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        const struct device_word *word = &device_protections[order[i]];
        kit_tab(&tabs, request, STR("/devices"), "state", word->id, state, device_words(request, word, word->id),
                counts[order[i]], protection_state(word->id), params, ARRAY_LEN(params));
    }
    kit_tab(&tabs, request, STR("/devices"), "state", STR(""), state, kit_text(request, MSG_DUTY_ALL), coverage.total,
            PAGE_STATE_NONE, params, ARRAY_LEN(params));
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_ASSET_IMPORT), .href = STR("/import?register=devices"), .main = true}};
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
    kit_fact(&facts, MSG_ASSET_C_KIND, device_words(request, device_kind_find(d.device->kind), d.device->kind));
    kit_fact_link(&facts, MSG_DUTY_C_UNIT, d.device->unit_name,
                  app_href(request, "/unit/%lld", (long long)d.device->unit_id));
    kit_fact(&facts, MSG_ASSET_SITE, d.device->site_name);
    if (d.device->system_id.has)
        kit_fact_link(&facts, MSG_ASSET_C_SYSTEM, d.device->system_name,
                      app_href(request, "/system/%lld", (long long)d.device->system_id.v));
    kit_fact(&facts, MSG_ASSET_OS, d.device->os);
    kit_fact(&facts, MSG_ASSET_C_PRODUCT, d.device->antimalware);
    if (d.device->protection_ms.has)
        kit_fact(&facts, MSG_ASSET_SAID_AT, kit_vn_ms(request, d.device->protection_ms.v));
    kit_fact(&facts, MSG_ASSET_C_SEEN, kit_vn_ms(request, d.device->seen_ms));
    struct pg_dr_item *items = arena_new_array(request->arena, struct pg_dr_item, d.identities.count + 1);
    if (!items)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < d.identities.count; i++)
        items[i] = (struct pg_dr_item){.text = d.identities.items[i].value, .sub = d.identities.items[i].kind};
    struct pg_dr_section sections[] = {{.id = STR("ids"),
                                        .title = kit_text(request, MSG_ASSET_IDENTITIES),
                                        .items = {items, d.identities.count},
                                        .empty = kit_text(request, MSG_ASSET_IDENTITIES_NONE)}};
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
    struct str here = app_href(request, "/device/%lld", (long long)d.device->id);
    struct pg_dr_form forms[2] = {small_form(&protection, "protection", MSG_ASSET_PROTECTION_SET,
                                             app_href(request, "%.*s/protection", STR_ARG(here)), MSG_DUTY_SAVE),
                                  kit_reason_form(request, "retire", MSG_ASSET_DEVICE_RETIRE_TITLE, STR(""),
                                                  app_href(request, "%.*s/retire", STR_ARG(here)), MSG_DUTY_REASON,
                                                  MSG_ASSET_RETIRE)};
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
        .sections = {sections, 1},
        .forms = {forms, may ? 2 : 0},
    };
    return kit_record_respond(request, response, &page, STR("units"), err);
}

static enum err_code device_show(struct request *request, struct response *response, struct err *err)
{
    return device_show_with(request, response, STR(""), err);
}

static enum err_code device_change(struct request *request, struct response *response, bool retire, struct err *err)
{
    struct str problem;
    {
        int64_t id;
        TRY(request_id(request, STR("id"), &id, err));
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor(request);
        if (!retire && str_is_empty(field(request, "state")))
            (void)err_set(err, ERR_SYNTAX, "%.*s", STR_ARG(kit_text(request, MSG_ASSET_ANSWER_NEEDED)));
        else if ((retire ? device_retire(db, &actor, id, field(request, "reason-retire"), err)
                         : device_set_protection(db, &actor, id, field(request, "state"), field(request, "product"), 0,
                                                 err)) == ERR_NONE)
            return kit_done(request, response,
                            retire ? STR("/devices") : app_href(request, "/device/%lld", (long long)id),
                            retire ? MSG_ASSET_SAID_RETIRED : MSG_ASSET_SAID_SAVED, STR_NONE);
        if (!kit_is_words(err))
            return err->code;
        problem = arena_str(request->arena, kit_problem(request, err));
    }
    return device_show_with(request, response, problem, err);
}

static enum err_code device_protection_post(struct request *request, struct response *response, struct err *err)
{
    return device_change(request, response, false, err);
}

static enum err_code device_retire_post(struct request *request, struct response *response, struct err *err)
{
    return device_change(request, response, true, err);
}

/* --- findings: fix and hunt --- */

static struct str finding_word_of(const struct request *request, const struct finding_word *words, size_t count,
                                  struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(words[i].id, id))
            return request->lang == LANG_EN ? words[i].en : words[i].vi;
    return id;
}

static enum page_state finding_page_state(bool is_closed, bool is_late, bool allows_control)
{
    return is_closed ? PAGE_STATE_OK : is_late ? PAGE_STATE_LATE : allows_control ? PAGE_STATE_DUE : PAGE_STATE_DOING;
}

static struct str finding_state_word(const struct request *request, bool is_closed, bool is_late,
                                     struct opt_i64 due_day)
{
    if (is_closed)
        return kit_text(request, MSG_ASSET_CLOSED);
    civil_day today = app_today(request);
    if (!due_day.has)
        return kit_text(request, MSG_ASSET_OPEN);
    return words_state(request->arena, request->lang, is_late ? PAGE_STATE_LATE : PAGE_STATE_DUE, today,
                       (civil_day)due_day.v, CIVIL_NONE);
}

static struct str half_word(const struct request *request, struct str state)
{
    return str_is_null(state)
               ? STR("")
               : kit_text(request, str_equal(state, STR("done")) ? MSG_ASSET_HALF_DONE : MSG_ASSET_HALF_OPEN);
}

static enum err_code finding_list_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    static const struct {
        struct str id;
        enum finding_state state;
        bool control;
        enum msg_id word;
        enum page_state look;
    } views[] = {{STR_INIT("control"), FINDING_IS_OPEN, true, MSG_ASSET_F_CONTROL, PAGE_STATE_DUE},
                 {STR_INIT("half"), FINDING_IS_HALF_DONE, true, MSG_ASSET_F_HALF, PAGE_STATE_DOING},
                 {STR_INIT("late"), FINDING_IS_LATE, false, MSG_ASSET_F_LATE, PAGE_STATE_LATE},
                 {STR_INIT("open"), FINDING_IS_OPEN, false, MSG_ASSET_F_OPEN, PAGE_STATE_UNSEEN},
                 {STR_INIT("closed"), FINDING_IS_CLOSED, false, MSG_ASSET_F_CLOSED, PAGE_STATE_OK}};
    struct str state = field(request, "state"), q = field(request, "q");
    size_t view = 3;
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        if (str_equal(views[i].id, state))
            view = i;
    state = views[view].id;
    struct link_param params[] = {{"state", state},
                                  {"system", field(request, "system")},
                                  {"device", field(request, "device")},
                                  {"q", q},
                                  {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct finding_filter filter = {.root_id = unit_id,
                                    .system_id = kit_id_field(request, STR("system")),
                                    .device_id = kit_id_field(request, STR("device")),
                                    .search = q,
                                    .limit_count = range.limit,
                                    .offset_count = range.offset};
    struct kit_tabs tabs = {0};
    int64_t total = 0, control = 0;
    for (size_t i = 0; i < ARRAY_LEN(views); i++) {
        filter.state = views[i].state;
        filter.only_control = views[i].control;
        int64_t n;
        TRY(finding_list_count(db, &actor, request->arena, &filter, &n, err));
        if (i == view)
            total = n;
        if (i == 0)
            control = n;
        kit_tab(&tabs, request, STR("/findings"), "state", views[i].id, state, kit_text(request, views[i].word), n,
                views[i].look, params, ARRAY_LEN(params));
    }
    filter.state = views[view].state;
    filter.only_control = views[view].control;
    struct sql_finding_rows_rows rows;
    TRY(finding_list(db, &actor, request->arena, &filter, &rows, err));
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_ASSET_C_FINDING, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_STATE, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_SEVERITY, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_FIX, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_HUNT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_FOUND, SHEET_DATE);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_finding_rows_row *f = &rows.items[i];
        kit_row(&table);
        kit_head(&table, f->title, app_href(request, "/finding/%lld", (long long)f->id),
                 f->allows_control ? kit_text(request, MSG_ASSET_LETS_IN) : STR(""));
        kit_cell_chip(&table, finding_page_state(f->closed_ms.has, f->is_late != 0, f->allows_control != 0),
                      finding_state_word(request, f->closed_ms.has, f->is_late != 0, f->due_day));
        kit_cell(&table, finding_word_of(request, finding_severities, 4, f->severity), STR(""));
        kit_cell(&table, half_word(request, f->fix_state), STR(""));
        kit_cell(&table, half_word(request, f->hunt_state), STR(""));
        kit_cell_sub(&table, f->unit_name, app_href(request, "/unit/%lld", (long long)f->unit_id),
                     str_is_null(f->system_name) ? (str_is_null(f->device_name) ? STR("") : f->device_name)
                                                 : f->system_name);
        kit_cell_day(&table, (civil_day)f->found_day);
    }
    struct pg_dt_act acts[] = {
        {.label = kit_text(request, MSG_ASSET_FINDING_NEW), .href = STR("/finding/new"), .main = true}};
    struct page_duty_table page = {
        .title = control ? kit_msg(request, MSG_ASSET_FINDINGS_TITLE, control, ARG_INT("n", control))
                         : kit_text(request, MSG_ASSET_FINDINGS),
        .lead = kit_text(request, MSG_ASSET_FINDINGS_LEAD),
        .acts = {acts, kit_may(request, RIGHT_EXECUTE) || kit_may(request, RIGHT_HUNT) ? 1 : 0},
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .empty_text = kit_text(request, str_is_empty(q) ? MSG_ASSET_FINDINGS_EMPTY : MSG_DUTY_NOTHING_FOUND),
    };
    return kit_list_respond(request, response, &table, &page, STR("findings"), STR("/findings"), params,
                            ARRAY_LEN(params), &range, total, unit_id, err);
}

static enum err_code finding_new_any(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct kit_form form;
    kit_form_init(&form, request);
    int64_t unit_id = request->session.unit_id, id = 0;
    if (kit_is_post(request)) {
        struct finding_draft draft = {.unit_id = unit_id,
                                      .system_id = kit_id_field(request, STR("system")),
                                      .kind = field(request, "kind"),
                                      .title = field(request, "title"),
                                      .detail = field(request, "detail"),
                                      .severity = field(request, "severity"),
                                      .allows_control = str_equal(field(request, "control"), STR("1")),
                                      .source = STR("hand"),
                                      .found_day = CIVIL_NONE,
                                      .due_day = CIVIL_NONE};
        static const char *const needed[] = {"title", "kind", "severity", "control"};
        for (size_t i = 0; i < ARRAY_LEN(needed); i++)
            if (str_is_empty(field(request, needed[i])))
                kit_error(&form, str_from_cstr(needed[i]),
                          kit_text(request, i ? MSG_ASSET_ANSWER_NEEDED : MSG_ASSET_FINDING_TITLE_NEEDED));
        struct err wrong;
        if (app_day(request, STR("due"), &draft.due_day, &wrong) != ERR_NONE)
            kit_error(&form, STR("due"), request_said(request, &wrong));
        if (!form.error_count) {
            if (finding_open(db, &actor, &draft, &id, err) == ERR_NONE)
                return kit_done(request, response, app_href(request, "/finding/%lld", (long long)id),
                                draft.allows_control ? MSG_ASSET_SAID_PAIR : MSG_ASSET_SAID_SAVED, STR_NONE);
            if (!kit_is_words(err))
                return err->code;
            kit_error(&form, STR(""), request_said(request, err));
        }
    }
    struct sql_unit_systems_rows systems;
    TRY(sql_unit_systems(db, &actor, request->arena,
                         &(struct sql_unit_systems_args){.unit_id = unit_id, .on_day = app_today(request)}, &systems,
                         err));
    kit_field(&form, "text", STR("title"), kit_text(request, MSG_ASSET_FINDING_TITLE), STR(""),
              kit_text(request, MSG_ASSET_FINDING_TITLE_HINT), true);
    struct pg_df_field *control = kit_choice(&form, "radio", STR("control"), kit_text(request, MSG_ASSET_CONTROL_ASK),
                                             STR(""), kit_text(request, MSG_ASSET_CONTROL_HINT), true, 2);
    kit_option(control, STR("1"), kit_text(request, MSG_DUTY_YES));
    kit_option(control, STR("0"), kit_text(request, MSG_DUTY_NO));
    struct pg_df_field *severity =
        kit_choice(&form, "radio", STR("severity"), kit_text(request, MSG_ASSET_C_SEVERITY), STR(""), STR(""), true, 4);
    for (size_t i = 0; i < 4; i++)
        kit_option(severity, finding_severities[i].id,
                   finding_word_of(request, finding_severities, 4, finding_severities[i].id));
    struct pg_df_field *kind = kit_choice(&form, "radio", STR("kind"), kit_text(request, MSG_ASSET_C_KIND), STR(""),
                                          STR(""), true, FINDING_KIND_COUNT);
    for (size_t i = 0; i < FINDING_KIND_COUNT; i++)
        kit_option(kind, finding_kinds[i].id,
                   finding_word_of(request, finding_kinds, FINDING_KIND_COUNT, finding_kinds[i].id));
    struct pg_df_field *system = kit_choice(&form, "select", STR("system"), kit_text(request, MSG_ASSET_C_SYSTEM),
                                            STR("0"), STR(""), false, systems.count + 1);
    kit_option(system, STR("0"), kit_text(request, MSG_ASSET_NO_SYSTEM));
    for (size_t i = 0; i < systems.count; i++)
        kit_option(system, link_id(request, systems.items[i].id), systems.items[i].name);
    kit_field(&form, "day", STR("due"), kit_text(request, MSG_ASSET_DUE), STR(""), STR(""), false);
    kit_field(&form, "long", STR("detail"), kit_text(request, MSG_ASSET_DESCRIPTION), STR(""), STR(""), false);
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_ASSET_FINDINGS), .href = STR("/findings")},
                                {.text = kit_text(request, MSG_ASSET_FINDING_NEW)}};
    struct page_duty_form page = {.crumbs = {crumbs, ARRAY_LEN(crumbs)},
                                  .title = kit_text(request, MSG_ASSET_FINDING_NEW),
                                  .lead = kit_text(request, MSG_ASSET_FINDINGS_LEAD),
                                  .action = STR("/finding/new"),
                                  .submit = kit_text(request, MSG_DUTY_SAVE),
                                  .cancel_href = STR("/findings")};
    return kit_form_respond(request, response, &form, &page, STR("findings"), err);
}

static struct pg_dr_half half_of(struct request *request, const struct sql_finding_tasks_row *task, int64_t finding_id,
                                 bool may)
{
    bool is_fix = str_equal(task->half, FINDING_FIX), is_done = str_equal(task->state, STR("done"));
    struct pg_dr_half half = {
        .title = kit_text(request, is_fix ? MSG_ASSET_C_FIX : MSG_ASSET_C_HUNT),
        .state = is_done ? PAGE_STATE_OK : PAGE_STATE_DOING,
        .word = is_done && task->done_ms.has
                    ? kit_msg(request, MSG_ASSET_HALF_DONE_ON, 0, ARG_DAY("day", civil_day_of_ms(task->done_ms.v)),
                              ARG_STR("who", str_is_null(task->done_name) ? STR("") : task->done_name))
                    : half_word(request, task->state),
        .text = is_done ? task->note : kit_text(request, is_fix ? MSG_ASSET_FIX_TEXT : MSG_ASSET_HUNT_TEXT),
    };
    if (!may)
        return half;
    struct kit_form form;
    kit_form_init(&form, request);
    struct str name = is_fix ? STR("note-fix") : STR("note-hunt");
    kit_field(&form, "long", name,
              kit_text(request, is_done  ? MSG_DUTY_REASON
                                : is_fix ? MSG_ASSET_FIX_NOTE
                                         : MSG_ASSET_HUNT_NOTE),
              STR(""), STR(""), true);
    half.form = (struct pg_dr_form){.action = app_href(request, "/finding/%lld/%s?half=%s", (long long)finding_id,
                                                       is_done ? "undo" : "done", is_fix ? "fix" : "hunt"),
                                    .fields = kit_fields(&form),
                                    .submit = kit_text(request, is_done  ? MSG_ASSET_HALF_UNDO
                                                                : is_fix ? MSG_ASSET_FIX_DO
                                                                         : MSG_ASSET_HUNT_DO),
                                    .main = !is_done};
    return half;
}

static enum err_code finding_show_with(struct request *request, struct response *response, struct str problem,
                                       struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct arena *arena = request->arena;
    struct actor actor = app_actor_with(request, RIGHT_ASSET_READ);
    struct finding_page f;
    TRY(finding_read(db, &actor, arena, id, &f, err));
    struct sql_finding_get_row *x = f.finding;
    struct kit_facts facts = {.request = request};
    kit_fact(&facts, MSG_ASSET_C_SEVERITY, finding_word_of(request, finding_severities, 4, x->severity));
    kit_fact(&facts, MSG_ASSET_C_KIND, finding_word_of(request, finding_kinds, FINDING_KIND_COUNT, x->kind));
    kit_fact_link(&facts, MSG_DUTY_C_UNIT, x->unit_name, app_href(request, "/unit/%lld", (long long)x->unit_id));
    if (x->system_id.has)
        kit_fact_link(&facts, MSG_ASSET_C_SYSTEM, x->system_name,
                      app_href(request, "/system/%lld", (long long)x->system_id.v));
    if (x->device_id.has)
        kit_fact_link(&facts, MSG_ASSET_C_DEVICE, x->device_name,
                      app_href(request, "/device/%lld", (long long)x->device_id.v));
    kit_fact(&facts, MSG_ASSET_C_FOUND, kit_vn_day(request, (civil_day)x->found_day));
    kit_fact(&facts, MSG_ASSET_DUE, kit_vn_day(request, kit_day_of(x->due_day)));
    kit_fact(&facts, MSG_ASSET_DESCRIPTION, x->detail);
    kit_fact(&facts, MSG_ASSET_SOURCE, str_equal(x->source, STR("hand")) ? x->opened_name : x->source);
    static const struct {
        struct str id;
        enum msg_id word;
    } happened[] = {{STR_INIT("opened"), MSG_ASSET_H_OPENED},  {STR_INIT("allows_control"), MSG_ASSET_H_CONTROL},
                    {STR_INIT("task_done"), MSG_ASSET_H_DONE}, {STR_INIT("task_reopened"), MSG_ASSET_H_UNDONE},
                    {STR_INIT("closed"), MSG_ASSET_H_CLOSED},  {STR_INIT("reopened"), MSG_ASSET_H_REOPENED}};
    struct pg_dr_event *events = arena_new_array(arena, struct pg_dr_event, f.events.count + 1);
    struct pg_dr_half *halves = arena_new_array(arena, struct pg_dr_half, f.tasks.count + 1);
    if (!events || !halves)
        return arena_full(arena, err);
    for (size_t i = 0; i < f.events.count; i++) {
        const struct sql_finding_events_row *e = &f.events.items[f.events.count - 1 - i];
        struct str what = e->what;
        for (size_t h = 0; h < ARRAY_LEN(happened); h++)
            if (str_equal(happened[h].id, e->what))
                what = kit_text(request, happened[h].word);
        if (!str_is_empty(e->half))
            what = app_href(
                request, "%.*s: %.*s",
                STR_ARG(kit_text(request, str_equal(e->half, FINDING_FIX) ? MSG_ASSET_C_FIX : MSG_ASSET_C_HUNT)),
                STR_ARG(what));
        events[i] = (struct pg_dr_event){
            .at_ms = e->at_ms,
            .day = kit_vn_day(request, civil_day_of_ms(e->at_ms)),
            .hour = kit_hour(request, e->at_ms),
            .text = what,
            .sub = arena_printf(arena, "%.*s%s%.*s", STR_ARG(e->by_name),
                                str_is_empty(e->note) || str_is_empty(e->by_name) ? "" : " · ", STR_ARG(e->note)),
            .href = e->evidence_id.has ? app_href(request, "/evidence/%lld", (long long)e->evidence_id.v) : STR("")};
    }
    bool execute = false, hunt = false, all_done = true;
    TRY(access_has(db, &actor, RIGHT_EXECUTE, x->unit_id, &execute, err));
    TRY(access_has(db, &actor, RIGHT_HUNT, x->unit_id, &hunt, err));
    for (size_t i = 0; i < f.tasks.count; i++) {
        bool is_fix = str_equal(f.tasks.items[i].half, FINDING_FIX);
        halves[i] = half_of(request, &f.tasks.items[i], x->id, !x->closed_ms.has && (is_fix ? execute : hunt));
        all_done &= str_equal(f.tasks.items[i].state, STR("done"));
    }
    struct str here = app_href(request, "/finding/%lld", (long long)x->id);
    struct pg_dr_form forms[2];
    size_t n = 0;
    if (execute || hunt) {
        if (x->closed_ms.has)
            forms[n++] =
                kit_reason_form(request, "reopen", MSG_ASSET_REOPEN_TITLE, kit_text(request, MSG_ASSET_REOPEN_TEXT),
                                app_href(request, "%.*s/reopen", STR_ARG(here)), MSG_DUTY_REASON, MSG_ASSET_REOPEN);
        else
            forms[n++] =
                kit_reason_form(request, "close", MSG_ASSET_CLOSE_TITLE,
                                kit_text(request, all_done ? MSG_ASSET_CLOSE_READY : MSG_ASSET_CLOSE_NOT_YET),
                                app_href(request, "%.*s/close", STR_ARG(here)), MSG_ASSET_CLOSE_NOTE, MSG_ASSET_CLOSE);
        if (!x->allows_control)
            forms[n++] = kit_reason_form(
                request, "control", MSG_ASSET_CONTROL_TITLE, kit_text(request, MSG_ASSET_CONTROL_TEXT),
                app_href(request, "%.*s/control", STR_ARG(here)), MSG_DUTY_REASON, MSG_ASSET_CONTROL_DO);
    }
    struct pg_crumb crumbs[] = {{.text = kit_text(request, MSG_ASSET_FINDINGS), .href = STR("/findings")},
                                {.text = x->title}};
    struct page_duty_record page = {
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .title = x->title,
        .state = finding_page_state(x->closed_ms.has, x->is_late != 0, x->allows_control != 0),
        .word = finding_state_word(request, x->closed_ms.has, x->is_late != 0, x->due_day),
        .lead = x->allows_control ? kit_text(request, MSG_ASSET_LETS_IN) : STR(""),
        .problem = problem,
        .pair_text = kit_text(request, x->allows_control ? MSG_ASSET_PAIR_TEXT : MSG_ASSET_SINGLE_TEXT),
        .pair = {halves, f.tasks.count},
        .facts_title = kit_text(request, MSG_DUTY_FACTS),
        .facts = {facts.rows.items, facts.rows.count},
        .events_title = kit_text(request, MSG_DUTY_HISTORY),
        .events = {events, f.events.count},
        .forms = {forms, n},
    };
    return kit_record_respond(request, response, &page, STR("findings"), err);
}

static enum err_code finding_show(struct request *request, struct response *response, struct err *err)
{
    return finding_show_with(request, response, STR(""), err);
}

enum finding_act { FINDING_DONE, FINDING_UNDO, FINDING_CLOSE, FINDING_REOPEN, FINDING_CONTROL };

static enum err_code finding_change(struct request *request, struct response *response, enum finding_act act,
                                    enum msg_id said, struct err *err)
{
    struct str problem;
    {
        int64_t id;
        TRY(request_id(request, STR("id"), &id, err));
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor_with(request, RIGHT_READ);
        struct str half = str_equal(field(request, "half"), FINDING_HUNT) ? FINDING_HUNT : FINDING_FIX;
        struct str note = field(request, str_equal(half, FINDING_HUNT) ? "note-hunt" : "note-fix");
        enum err_code code = act == FINDING_DONE    ? finding_task_done(db, &actor, id, half, note, 0, err)
                             : act == FINDING_UNDO  ? finding_task_reopen(db, &actor, id, half, note, err)
                             : act == FINDING_CLOSE ? finding_close(db, &actor, id, field(request, "reason-close"), err)
                             : act == FINDING_REOPEN
                                 ? finding_reopen(db, &actor, id, field(request, "reason-reopen"), err)
                                 : finding_allows_control(db, &actor, id, field(request, "reason-control"), err);
        if (code == ERR_NONE)
            return kit_done(request, response, app_href(request, "/finding/%lld", (long long)id), said, STR_NONE);
        if (!kit_is_words(err))
            return err->code;
        problem = arena_str(request->arena, kit_problem(request, err));
    }
    return finding_show_with(request, response, problem, err);
}

static enum err_code finding_done_post(struct request *request, struct response *response, struct err *err)
{
    return finding_change(request, response, FINDING_DONE, MSG_ASSET_SAID_HALF, err);
}

static enum err_code finding_undo_post(struct request *request, struct response *response, struct err *err)
{
    return finding_change(request, response, FINDING_UNDO, MSG_ASSET_SAID_UNDONE, err);
}

static enum err_code finding_close_post(struct request *request, struct response *response, struct err *err)
{
    return finding_change(request, response, FINDING_CLOSE, MSG_ASSET_SAID_CLOSED, err);
}

static enum err_code finding_reopen_post(struct request *request, struct response *response, struct err *err)
{
    return finding_change(request, response, FINDING_REOPEN, MSG_ASSET_SAID_REOPENED, err);
}

static enum err_code finding_control_post(struct request *request, struct response *response, struct err *err)
{
    return finding_change(request, response, FINDING_CONTROL, MSG_ASSET_SAID_PAIR, err);
}

/* --- focal points --- */

static enum err_code contact_page(struct request *request, struct response *response, struct err *err)
{
    int64_t unit_id;
    TRY(app_unit(request, &unit_id, err));
    struct str state = str_equal(field(request, "state"), STR("missing")) ? STR("missing") : STR(""),
               q = field(request, "q");
    struct link_param params[] = {{"state", state}, {"q", q}, {"unit", request_field(request, STR("unit"))}};
    struct kit_range range = kit_range_of(request);
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct str search = app_search(request, STR("q"));
    struct str edge;
    TRY(app_edge(request, db, &actor, unit_id, &edge, err));
    struct sql_contact_counts_row *counts = NULL;
    TRY(sql_contact_counts(db, &actor, request->arena,
                           &(struct sql_contact_counts_args){
                               .root_id = unit_id, .edge_kind = edge, .on_day = app_today(request), .search = search},
                           &counts, err));
    struct sql_contact_rows_rows rows;
    TRY(sql_contact_rows(db, &actor, request->arena,
                         &(struct sql_contact_rows_args){.root_id = unit_id,
                                                         .edge_kind = edge,
                                                         .on_day = app_today(request),
                                                         .only_missing = !str_is_empty(state),
                                                         .search = search,
                                                         .limit_count = range.limit,
                                                         .offset_count = range.offset},
                         &rows, err));
    int64_t units = counts ? counts->units : 0, missing = counts ? counts->missing : 0;
    struct kit_table table;
    kit_table_init(&table, request);
    kit_column(&table, MSG_DUTY_C_UNIT, SHEET_TEXT);
    kit_column(&table, MSG_DUTY_C_STATE, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_PERSON, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_PHONE, SHEET_TEXT);
    kit_column(&table, MSG_ASSET_C_EMAIL, SHEET_TEXT);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_contact_rows_row *c = &rows.items[i];
        kit_row(&table);
        kit_head(&table, c->unit_name, app_href(request, "/unit/%lld", (long long)c->unit_id), STR(""));
        if (str_is_null(c->person_name))
            kit_cell_chip(&table, PAGE_STATE_LATE, kit_text(request, MSG_ASSET_NO_FOCAL));
        else if (str_is_empty(c->phone))
            kit_cell_chip(&table, PAGE_STATE_DUE, kit_text(request, MSG_ASSET_NO_PHONE));
        else if (c->verified_day.has)
            kit_cell_chip(&table, PAGE_STATE_OK,
                          kit_msg(request, MSG_ASSET_VERIFIED, 0, ARG_DAY("day", (civil_day)c->verified_day.v)));
        else
            kit_cell_chip(&table, PAGE_STATE_UNSEEN, kit_text(request, MSG_ASSET_NOT_VERIFIED));
        kit_cell_sub(&table, str_is_null(c->person_name) ? STR("") : c->person_name, STR(""),
                     str_is_null(c->title) ? STR("") : c->title);
        kit_cell_tel(&table, str_is_null(c->phone) ? STR("") : c->phone);
        kit_cell(&table, str_is_null(c->email) ? STR("") : c->email, STR(""));
    }
    struct kit_tabs tabs = {0};
    kit_tab(&tabs, request, STR("/contact"), "state", STR("missing"), state, kit_text(request, MSG_ASSET_MISSING),
            missing, PAGE_STATE_LATE, params, ARRAY_LEN(params));
    kit_tab(&tabs, request, STR("/contact"), "state", STR(""), state, kit_text(request, MSG_DUTY_ALL), units,
            PAGE_STATE_NONE, params, ARRAY_LEN(params));
    struct page_duty_table page = {
        .title =
            missing ? kit_msg(request, MSG_ASSET_CONTACT_TITLE, missing, ARG_INT("n", missing), ARG_INT("units", units))
                    : kit_msg(request, MSG_ASSET_CONTACT_ALL, units, ARG_INT("n", units)),
        .lead = kit_text(request, MSG_ASSET_CONTACT_LEAD),
        .q = q,
        .keep = kit_keep(request, params, ARRAY_LEN(params)),
        .tabs = {tabs.tabs.items, tabs.tabs.count},
        .empty_text = kit_text(request, str_is_empty(q) ? MSG_ASSET_CONTACT_EMPTY : MSG_DUTY_NOTHING_FOUND),
    };
    return kit_list_respond(request, response, &table, &page, STR("units"), STR("/contact"), params, ARRAY_LEN(params),
                            &range, str_is_empty(state) ? units : missing, unit_id, err);
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
    {POST, "/system/{id}/level", system_level_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/domain", system_domain_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/range", system_range_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/database", system_database_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/system/{id}/retire", system_retire_post, RIGHT_ASSET_READ, CHANGES, NULL},

    {GET, "/devices", device_list_page, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/devices.xlsx", device_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/devices.csv", device_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/device/{id}", device_show, RIGHT_ASSET_READ, READS, NULL},
    {POST, "/device/{id}/protection", device_protection_post, RIGHT_EXECUTE, CHANGES, NULL},
    {POST, "/device/{id}/retire", device_retire_post, RIGHT_EXECUTE, CHANGES, NULL},

    {GET, "/findings", finding_list_page, RIGHT_ASSET_READ, READS, NULL},
    {GET, "/findings.xlsx", finding_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/findings.csv", finding_list_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/finding/new", finding_new_any, RIGHT_ASSET_READ, READS, NULL},
    {POST, "/finding/new", finding_new_any, RIGHT_ASSET_READ, CHANGES, NULL},
    {GET, "/finding/{id}", finding_show, RIGHT_ASSET_READ, READS, NULL},
    {POST, "/finding/{id}/done", finding_done_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/finding/{id}/undo", finding_undo_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/finding/{id}/close", finding_close_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/finding/{id}/reopen", finding_reopen_post, RIGHT_ASSET_READ, CHANGES, NULL},
    {POST, "/finding/{id}/control", finding_control_post, RIGHT_ASSET_READ, CHANGES, NULL},

    {GET, "/contact", contact_page, RIGHT_READ, READS, NULL},
    {GET, "/contact.xlsx", contact_page, RIGHT_EXPORT, READS | SLOW, NULL},
    {GET, "/contact.csv", contact_page, RIGHT_EXPORT, READS | SLOW, NULL},
};
const struct route_list asset_routes = {routes, ARRAY_LEN(routes)};
