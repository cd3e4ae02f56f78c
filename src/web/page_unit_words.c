#include "web/page_unit.h"

#include "base/viet.h"
#include "org/page_unit.sql.h"
#include "org/unit.sql.h"

#define PICK_MAX 6

/* --- words --- */

static struct str text_of(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

struct str unit_say(const struct request *request, struct know_text text, struct str otherwise)
{
    struct str said = request->lang == LANG_EN ? text.en : text.vi;
    return str_is_empty(said) ? otherwise : said;
}

struct str unit_kind_word(const struct request *request, struct str kind)
{
    const struct know_org_kind *row = know_org_kind_find(kind);
    return row ? unit_say(request, row->title, kind) : kind;
}

struct str unit_role_word(const struct request *request, struct str role)
{
    const struct know_role *row = know_role_find(role);
    return row ? unit_say(request, row->title, role) : role;
}

struct str unit_named_word(const struct request *request, const struct know_named *rows, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(rows[i].id, id))
            return unit_say(request, rows[i].title, id);
    return id;
}

struct str unit_edge_word(const struct request *request, struct str edge_kind)
{
    return unit_named_word(request, know_edge_kinds, know_edge_kind_count, edge_kind);
}

struct str unit_rights_words(const struct request *request, uint64_t rights)
{
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    for (size_t i = 0; i < know_right_count; i++) {
        if (!(rights & (UINT64_C(1) << i)))
            continue;
        struct str word = unit_say(request, know_rights[i].title, know_rights[i].id);
        buf_put(&buf, buf.len_bytes ? STR("; ") : STR(""));
        buf_put(&buf, word);
    }
    struct str text = arena_str(request->arena, buf_str(&buf));
    return str_is_null(text) ? STR("") : text;
}

struct str unit_event_word(const struct request *request, struct str event_kind)
{
    static const struct {
        const char *kind;
        enum msg_id word;
    } words[] = {{"found", MSG_UNIT_EVENT_FOUND},
                 {"merge", MSG_UNIT_EVENT_MERGE},
                 {"split", MSG_UNIT_EVENT_SPLIT},
                 {"rename", MSG_UNIT_EVENT_RENAME},
                 {"reparent", MSG_UNIT_EVENT_REPARENT},
                 {"dissolve", MSG_UNIT_EVENT_DISSOLVE},
                 {"transfer_function", MSG_UNIT_EVENT_TRANSFER},
                 {"undo", MSG_UNIT_EVENT_UNDO}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_equal(event_kind, str_from_cstr(words[i].kind)))
            return text_of(request, words[i].word);
    return event_kind;
}

struct str unit_day_vn(const struct request *request, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    struct str copy = arena_str(request->arena, str_from_cstr(civil_vn(day, text)));
    return str_is_null(copy) ? STR("") : copy;
}

struct str unit_span(const struct request *request, civil_day from_day, civil_day to_day)
{
    if (to_day == CIVIL_FOREVER)
        return msg_str(request->arena, request->lang, MSG_UNIT_FROM_DAY, 0, MSG_ARGS(ARG_DAY("day", from_day)));
    return msg_str(request->arena, request->lang, MSG_UNIT_FROM_TO, 0,
                   MSG_ARGS(ARG_DAY("from", from_day), ARG_DAY("to", to_day - 1)));
}

struct str unit_edge_kind(const struct request *request)
{
    struct str edge = request_field(request, STR("edge"));
    return str_equal(edge, EDGE_PROFESSIONAL) || str_equal(edge, EDGE_INCIDENT) ? edge : EDGE_ADMINISTRATIVE;
}

/* --- choices --- */

static struct pg_choice_list choices_begin(const struct request *request, size_t room, struct str none,
                                           struct pg_choice **ret_items)
{
    struct pg_choice *items = arena_new_array(request->arena, struct pg_choice, room + 1);
    *ret_items = items;
    if (!items)
        return (struct pg_choice_list){NULL, 0};
    if (str_is_null(none))
        return (struct pg_choice_list){items, 0};
    items[0] = (struct pg_choice){.value = STR(""), .label = none};
    return (struct pg_choice_list){items, 1};
}

struct pg_choice_list unit_role_choices(const struct request *request, struct str current, struct str none)
{
    struct pg_choice *items;
    struct pg_choice_list list = choices_begin(request, know_role_count, none, &items);
    for (size_t i = 0; items && i < know_role_count; i++)
        items[list.count++] = (struct pg_choice){.value = know_roles[i].id,
                                                 .label = unit_say(request, know_roles[i].title, know_roles[i].id),
                                                 .current = str_equal(current, know_roles[i].id)};
    return list;
}

struct pg_choice_list unit_kind_choices(const struct request *request, struct str current, struct str none)
{
    civil_day today = app_today(request);
    struct pg_choice *items;
    struct pg_choice_list list = choices_begin(request, know_org_kind_count, none, &items);
    for (size_t i = 0; items && i < know_org_kind_count; i++) {
        const struct know_org_kind *kind = &know_org_kinds[i];
        if (kind->to_day <= today && !str_equal(current, kind->id))
            continue;
        items[list.count++] = (struct pg_choice){.value = kind->id,
                                                 .label = unit_say(request, kind->title, kind->id),
                                                 .current = str_equal(current, kind->id)};
    }
    return list;
}

struct pg_choice_list unit_edge_choices(const struct request *request, struct str current, struct str none)
{
    struct pg_choice *items;
    struct pg_choice_list list = choices_begin(request, know_edge_kind_count, none, &items);
    for (size_t i = 0; items && i < know_edge_kind_count; i++)
        items[list.count++] =
            (struct pg_choice){.value = know_edge_kinds[i].id,
                               .label = unit_say(request, know_edge_kinds[i].title, know_edge_kinds[i].id),
                               .current = str_equal(current, know_edge_kinds[i].id)};
    return list;
}

/* --- where one stands --- */

enum err_code unit_root_pick(struct request *request, struct db *db, uint64_t right, struct unit_root *ret_root,
                             struct err *err)
{
    struct actor actor = app_actor_with(request, right);
    struct sql_unit_page_roots_rows roots;
    TRY(sql_unit_page_roots(db, &actor, request->arena,
                            &(struct sql_unit_page_roots_args){.on_day = app_today(request)}, &roots, err));
    if (!roots.count)
        return err_set(err, ERR_DENIED, "no unit to begin with");
    int64_t wanted;
    TRY(app_int(request, STR("root"), 0, &wanted, err));
    struct unit_root root = {.id = roots.items[0].id, .name = roots.items[0].name};
    for (size_t i = 0; i < roots.count; i++)
        if (roots.items[i].id == wanted || (!wanted && roots.items[i].id == request->session.unit_id))
            root = (struct unit_root){.id = roots.items[i].id, .name = roots.items[i].name};
    bool is_listed = !wanted || root.id == wanted;
    if (!is_listed) {
        struct sql_unit_page_row *unit;
        TRY(sql_unit_page(db, &actor, request->arena,
                          &(struct sql_unit_page_args){.unit_id = wanted, .on_day = app_today(request)}, &unit, err));
        if (!unit)
            return err_set(err, ERR_NOT_FOUND, "root %lld", (long long)wanted);
        root = (struct unit_root){.id = unit->id, .name = unit->name};
    }
    if (roots.count > 1 || !is_listed) {
        struct pg_choice *items = arena_new_array(request->arena, struct pg_choice, roots.count + 1);
        if (!items)
            return arena_full(request->arena, err);
        size_t n = 0;
        if (!is_listed)
            items[n++] = (struct pg_choice){link_id(request, root.id), root.name, true};
        for (size_t i = 0; i < roots.count; i++)
            items[n++] = (struct pg_choice){link_id(request, roots.items[i].id), roots.items[i].name,
                                            roots.items[i].id == root.id};
        root.choices = (struct pg_choice_list){items, n};
    }
    *ret_root = root;
    return ERR_NONE;
}

enum err_code unit_crumbs_on(struct request *request, struct db *db, int64_t unit_id, civil_day day, bool last_linked,
                             struct str then, struct pg_crumb_list *ret_crumbs, struct err *err)
{
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_unit_page_seen_rows rows;
    TRY(sql_unit_page_seen(
        db, &actor, request->arena,
        &(struct sql_unit_page_seen_args){.unit_id = unit_id, .edge_kind = EDGE_ADMINISTRATIVE, .on_day = day}, &rows,
        err));
    bool is_past = day < app_today(request);
    struct pg_crumb *items = arena_new_array(request->arena, struct pg_crumb, rows.count + 2);
    if (!items)
        return arena_full(request->arena, err);
    items[0] = (struct pg_crumb){text_of(request, MSG_UNIT_ALL), STR("/units")};
    size_t n = 1;
    for (size_t i = 0; i < rows.count; i++) {
        bool is_link = rows.items[i].seen && (rows.items[i].depth > 0 || last_linked);
        items[n++] = (struct pg_crumb){
            rows.items[i].name, !is_link  ? STR("")
                                : is_past ? app_href(request, "/unit/%lld?as_of=%.*s", (long long)rows.items[i].id,
                                                     STR_ARG(unit_day_vn(request, day)))
                                          : app_href(request, "/unit/%lld", (long long)rows.items[i].id)};
    }
    if (!str_is_empty(then))
        items[n++] = (struct pg_crumb){then, STR("")};
    *ret_crumbs = (struct pg_crumb_list){items, n};
    return ERR_NONE;
}

enum err_code unit_crumbs(struct request *request, struct db *db, int64_t unit_id, bool last_linked, struct str then,
                          struct pg_crumb_list *ret_crumbs, struct err *err)
{
    return unit_crumbs_on(request, db, unit_id, app_today(request), last_linked, then, ret_crumbs, err);
}

enum err_code unit_typed(struct request *request, struct db *db, uint64_t right, struct str field, int64_t *ret_unit_id,
                         struct err *err)
{
    struct str typed = str_trim(request_field(request, field));
    struct str search = app_search(request, field);
    if (str_is_empty(typed) || str_is_null(search))
        return err_set(err, ERR_SYNTAX, "%s", text_of(request, MSG_UNIT_TYPED_EMPTY).ptr);
    struct actor actor = app_actor_with(request, right);
    struct sql_unit_page_pick_rows rows;
    TRY(sql_unit_page_pick(db, &actor, request->arena,
                           &(struct sql_unit_page_pick_args){
                               .code = typed, .search = search, .on_day = app_today(request), .limit_count = PICK_MAX},
                           &rows, err));
    if (!rows.count)
        return err_set(
            err, ERR_SYNTAX, "%.*s",
            STR_ARG(msg_str(request->arena, request->lang, MSG_UNIT_TYPED_NONE, 0, MSG_ARGS(ARG_STR("text", typed)))));
    size_t exact = rows.items[0].is_code ? 0 : rows.count;
    for (size_t i = 0; i < rows.count && exact == rows.count; i++)
        if (str_equal(viet_search_key(request->arena, rows.items[i].name), viet_search_key(request->arena, typed)))
            exact = i;
    if (rows.count == 1 || exact < rows.count) {
        *ret_unit_id = rows.items[exact < rows.count ? exact : 0].id;
        return ERR_NONE;
    }
    AUTO_BUF names;
    buf_init(&names, 1024);
    for (size_t i = 0; i < rows.count; i++)
        buf_printf(&names, "%s%.*s%s%.*s%s", i ? "; " : "", STR_ARG(rows.items[i].name),
                   str_is_empty(rows.items[i].code) ? "" : " (", STR_ARG(rows.items[i].code),
                   str_is_empty(rows.items[i].code) ? "" : ")");
    return err_set(err, ERR_SYNTAX, "%.*s",
                   STR_ARG(msg_str(request->arena, request->lang, MSG_UNIT_TYPED_MANY, 0,
                                   MSG_ARGS(ARG_STR("text", typed), ARG_STR("names", buf_str(&names))))));
}
