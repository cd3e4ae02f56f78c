#include "web/page_directive.h"

#include "know/know.h"
#include "org/unit.sql.h"

struct str tier_say(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

struct str tier_say_n(const struct request *request, enum msg_id id, int64_t n)
{
    return msg_str(request->arena, request->lang, id, n, MSG_ARGS(ARG_INT("n", n)));
}

struct str tier_day(const struct request *request, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    struct str copy = arena_str(request->arena, str_from_cstr(civil_vn(day, text)));
    return str_is_null(copy) ? STR("") : copy;
}

struct str tier_ref(const struct request *request, struct str number, struct str symbol)
{
    if (str_is_empty(number) && str_is_empty(symbol))
        return tier_say(request, MSG_DIRECTIVE_NO_NUMBER);
    if (str_is_empty(symbol))
        return number;
    return arena_printf(request->arena, "%.*s/%.*s", STR_ARG(str_is_empty(number) ? STR("…") : number),
                        STR_ARG(symbol));
}

static const enum msg_id state_words[DUTY_STATE_COUNT] = {
    [DUTY_UNSEEN] = MSG_DIRECTIVE_STATE_UNSEEN, [DUTY_ACK] = MSG_DIRECTIVE_STATE_ACK,
    [DUTY_DOING] = MSG_DIRECTIVE_STATE_DOING,   [DUTY_OK] = MSG_DIRECTIVE_STATE_OK,
    [DUTY_DUE] = MSG_DIRECTIVE_STATE_DUE,       [DUTY_LATE] = MSG_DIRECTIVE_STATE_LATE,
    [DUTY_BIRTH] = MSG_DIRECTIVE_STATE_BIRTH,   [DUTY_NA] = MSG_DIRECTIVE_STATE_NA,
    [DUTY_WAIVED] = MSG_DIRECTIVE_STATE_WAIVED,
};

struct str tier_state(const struct request *request, int state)
{
    if (state == STATE_LATE_ALL)
        return tier_say(request, MSG_DIRECTIVE_STATE_LATE_ALL);
    return state >= 0 && state < DUTY_STATE_COUNT ? tier_say(request, state_words[state]) : STR("");
}

struct str tier_kind(const struct request *request, struct str kind)
{
    const struct know_org_kind *known = know_org_kind_find(kind);
    return !known ? kind : request->lang == LANG_VI ? known->title.vi : known->title.en;
}

int tier_state_asked(const struct request *request)
{
    struct str text = form_get(&request->query, STR("state"));
    enum duty_state state;
    if (str_equal(text, STR("late_all")))
        return STATE_LATE_ALL;
    return duty_state_from_str(text, &state) ? (int)state : STATE_ANY;
}

struct str tier_state_param(int state)
{
    return state == STATE_LATE_ALL ? STR("late_all") : state < 0 ? STR("") : str_from_cstr(duty_state_to_str(state));
}

enum err_code tier_directive(struct request *request, struct db *db, struct sql_directive_get_row **ret_directive,
                             struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_directive_get_row *row = NULL;
    TRY(sql_directive_get(db, &actor, request->arena, &(struct sql_directive_get_args){.id = id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    if (str_equal(row->state, STR("draft"))) { /* a draft is its issuer's alone */
        bool is_mine = false;
        TRY(access_has(db, &actor, RIGHT_READ, row->issuer_id, &is_mine, err));
        if (!is_mine)
            return err_set(err, ERR_NOT_FOUND, "no such directive");
    }
    *ret_directive = row;
    return ERR_NONE;
}

enum err_code tier_root(struct request *request, struct db *db, int64_t issuer_id, int64_t *ret_root_id,
                        struct err *err)
{
    int64_t asked;
    TRY(app_int(request, STR("unit"), 0, &asked, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    bool may = false;
    if (asked) {
        TRY(access_has(db, &actor, RIGHT_READ, asked, &may, err));
        if (!may)
            return err_set(err, ERR_NOT_FOUND, "no such unit");
        *ret_root_id = asked;
        return ERR_NONE;
    }
    if (issuer_id)
        TRY(access_has(db, &actor, RIGHT_READ, issuer_id, &may, err));
    *ret_root_id = may ? issuer_id : request->session.unit_id;
    return ERR_NONE;
}

enum err_code tier_edge(const struct request *request, struct db *db, const struct actor *actor, int64_t issuer_id,
                        struct str edge_kind, int64_t root_id, struct str *ret_edge, struct err *err)
{
    bool sees = false;
    if (root_id == issuer_id && str_is_empty(request_field(request, STR("edge"))))
        TRY(access_sees_below(db, actor, root_id, edge_kind, &sees, err));
    *ret_edge = edge_kind;
    return sees ? ERR_NONE : app_edge(request, db, actor, root_id, ret_edge, err);
}

enum err_code tier_unit_name(struct request *request, struct db *db, int64_t unit_id, struct str *ret_name,
                             struct err *err)
{
    struct sql_unit_name_on_row *row = NULL;
    TRY(sql_unit_name_on(db, request->arena,
                         &(struct sql_unit_name_on_args){.unit_id = unit_id, .on_day = app_today(request)}, &row, err));
    *ret_name = row ? row->name : STR("…");
    return ERR_NONE;
}

enum page_state tier_look(const struct request *request, const struct rollup *r, struct str *ret_word)
{
    int64_t late = r->n[DUTY_LATE] + r->n[DUTY_BIRTH];
    if (late) {
        *ret_word = tier_say_n(request, MSG_DIRECTIVE_WORD_LATE, late);
        return PAGE_STATE_LATE;
    }
    if (r->n[DUTY_UNSEEN]) {
        *ret_word = tier_say_n(request, MSG_DIRECTIVE_WORD_UNSEEN, r->n[DUTY_UNSEEN]);
        return PAGE_STATE_UNSEEN;
    }
    if (r->n[DUTY_DUE]) {
        *ret_word = tier_say_n(request, MSG_DIRECTIVE_WORD_DUE, r->n[DUTY_DUE]);
        return PAGE_STATE_DUE;
    }
    bool is_ok = r->n[DUTY_OK] == r->owed;
    *ret_word = tier_say(request, is_ok ? MSG_DIRECTIVE_WORD_OK : MSG_DIRECTIVE_WORD_DOING);
    return is_ok ? PAGE_STATE_OK : PAGE_STATE_DOING;
}
