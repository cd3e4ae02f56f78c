#include "web/page_letter.h"

#include "base/viet.h"
#include "duty/letter_book.h"
#include "know/know.h"

#define FOUND_MAX 40

static const struct sql_letter_duties_row *duty_of(const struct letter_opened *opened, int64_t id)
{
    for (size_t i = 0; i < opened->duties.count; i++)
        if (opened->duties.items[i].id == id)
            return &opened->duties.items[i];
    return NULL;
}

/* When nothing waits any more the letter itself is confirmed. */
static void settle(struct db *db, const struct actor *actor, int64_t letter_id)
{
    struct err ignored;
    err_ignore(letter_confirm(db, actor, letter_id, &ignored),
               "ERR_CONFLICT: something still waits; the next word tries again");
}

enum err_code letter_confirm_sure(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct letter_opened opened = {0};
    TRY(letter_page_open(request, db, false, &opened, err));
    struct actor actor = app_actor(request);
    int64_t n = 0;
    for (size_t i = 0; i < opened.duties.count; i++) {
        if (!letter_duty_is_read(&opened.duties.items[i]) || !letter_duty_is_sure(&opened.duties.items[i]))
            continue;
        TRY(letter_duty_confirm(db, &actor, opened.duties.items[i].id, err));
        n++;
    }
    settle(db, &actor, opened.letter->id);
    app_done_redirect(request, response, app_href(request, "/letter/%lld", (long long)opened.letter->id),
                      kit_msg(request, MSG_LETTER_SAID_SURE, n, ARG_INT("n", n)), STR_NONE);
    return ERR_NONE;
}

/* What the form of one duty holds while it is typed. */
struct typed {
    struct str text, actor, co_actors, product, trigger, count, months, day, from, to;
    bool strict;
    VEC(struct str) ids;
    struct str find;
    struct str refused, day_error;
};

static enum err_code typed_from_form(const struct request *request, struct typed *typed, struct err *err)
{
    const struct form *form = &request->form;
    *typed = (struct typed){
        .text = str_trim(form_get(form, STR("text"))),
        .actor = str_trim(form_get(form, STR("actor"))),
        .co_actors = kit_lines(request, form_get(form, STR("with")), "\n"),
        .product = str_trim(form_get(form, STR("product"))),
        .trigger = form_get(form, STR("trigger")),
        .count = str_trim(form_get(form, STR("count"))),
        .months = str_trim(form_get(form, STR("months"))),
        .day = str_trim(form_get(form, STR("day"))),
        .from = str_trim(form_get(form, STR("from"))),
        .to = str_trim(form_get(form, STR("to"))),
        .strict = !str_is_empty(form_get(form, STR("strict"))),
        .find = str_trim(form_get(form, STR("find"))),
    };
    for (size_t i = 0; i < form->fields.count; i++) {
        if (!str_equal(form->fields.items[i].name, STR("ob")) || !know_obligation_find(form->fields.items[i].value))
            continue;
        struct str *id = vec_push(&typed->ids, request->arena);
        if (!id)
            return arena_full(request->arena, err);
        *id = form->fields.items[i].value;
    }
    return ERR_NONE;
}

static enum err_code typed_from_duty(const struct request *request, const struct sql_letter_duties_row *d,
                                     struct typed *typed, struct err *err)
{
    *typed = (struct typed){
        .text = d->text,
        .actor = d->actor,
        .co_actors = d->co_actors,
        .product = d->product,
        .trigger = d->trigger_kind,
        .count = d->period_count.has ? link_id(request, d->period_count.v) : STR_NONE,
        .months = d->period_months.has ? link_id(request, d->period_months.v) : STR_NONE,
        .day = d->deadline_day.has ? kit_vn_day(request, (civil_day)d->deadline_day.v) : STR_NONE,
        .strict = d->deadline_strict != 0,
    };
    struct str rest = d->obligations, part;
    while (!str_is_empty(d->obligations) && str_split(&rest, ' ', &part)) {
        struct str *id = vec_push(&typed->ids, request->arena);
        if (!id)
            return arena_full(request->arena, err);
        *id = part;
    }
    return ERR_NONE;
}

static bool is_chosen(const struct typed *typed, struct str id)
{
    for (size_t i = 0; i < typed->ids.count; i++)
        if (str_equal(typed->ids.items[i], id))
            return true;
    return false;
}

static struct str obligation_label(const struct request *request, const struct know_obligation *o)
{
    return arena_printf(request->arena, "%.*s · %.*s", STR_ARG(o->id),
                        STR_ARG(request->lang == LANG_VI ? o->title.vi : o->title.en));
}

static enum err_code duty_form(struct request *request, struct response *response, const struct letter_opened *opened,
                               const struct sql_letter_duties_row *duty, const struct typed *typed, struct err *err)
{
    struct arena *arena = request->arena;
    struct pg_option *options = arena_new_array(arena, struct pg_option, LETTER_TRIGGERS);
    struct pg_option *chosen = arena_new_array(arena, struct pg_option, typed->ids.count + 1);
    struct pg_option *found = arena_new_array(arena, struct pg_option, FOUND_MAX);
    if (!options || !chosen || !found)
        return arena_full(arena, err);
    for (size_t i = 0; i < LETTER_TRIGGERS; i++)
        options[i] = (struct pg_option){letter_triggers[i].id, kit_text(request, letter_triggers[i].words),
                                        str_equal(letter_triggers[i].id, typed->trigger)};
    size_t chosen_count = 0, found_count = 0;
    for (size_t i = 0; i < typed->ids.count; i++) {
        const struct know_obligation *o = know_obligation_find(typed->ids.items[i]);
        if (o)
            chosen[chosen_count++] = (struct pg_option){o->id, obligation_label(request, o), true};
    }
    struct str key = str_is_empty(typed->find) ? STR_NONE : viet_search_key(arena, typed->find);
    for (size_t i = 0; i < know_obligation_count && found_count < FOUND_MAX; i++) {
        const struct know_obligation *o = &know_obligations[i];
        if (is_chosen(typed, o->id) || (!str_is_empty(key) && !viet_contains(o->id, key) &&
                                        !viet_contains(o->title.vi, key) && !viet_contains(o->text.vi, key)))
            continue;
        found[found_count++] = (struct pg_option){o->id, obligation_label(request, o), false};
    }
    if (str_is_empty(key) && chosen_count)
        found_count = 0; /* what is chosen is enough until somebody searches */
    struct str letter_href = app_href(request, "/letter/%lld", (long long)opened->letter->id);
    const struct pg_crumb crumbs[] = {
        {kit_text(request, MSG_LETTER_BOOK), STR("/letters")},
        {letter_ref(request, opened->letter->number, opened->letter->symbol), letter_href},
        {duty ? kit_msg(request, MSG_LETTER_CORRECT_TITLE, duty->no, ARG_INT("n", duty->no))
              : kit_text(request, MSG_LETTER_ADD_TITLE),
         STR("")}};
    struct page_letter_duty page = {
        .title = crumbs[2].text,
        .lead = duty ? kit_text(request, MSG_LETTER_CORRECT_LEAD) : STR_NONE,
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .action = duty ? app_href(request, "/letter/%lld/duty/%lld", (long long)opened->letter->id, (long long)duty->id)
                       : app_href(request, "/letter/%lld/add", (long long)opened->letter->id),
        .refused = str_is_empty(typed->refused)
                       ? STR_NONE
                       : arena_printf(arena, "%.*s %.*s", STR_ARG(kit_text(request, MSG_LETTER_REFUSED_SAVE)),
                                      STR_ARG(typed->refused)),
        .refused_todo = kit_text(request, MSG_LETTER_REFUSED_SAVE_TODO),
        .text = typed->text,
        .actor = typed->actor,
        .co_actors = typed->co_actors,
        .product = typed->product,
        .triggers = {options, LETTER_TRIGGERS},
        .count = typed->count,
        .months = typed->months,
        .day = typed->day,
        .day_error = typed->day_error,
        .quoted = duty ? duty->deadline_quoted : STR_NONE,
        .strict = typed->strict,
        .chosen = {chosen, chosen_count},
        .found = {found, found_count},
        .find = typed->find,
        .has_place = duty == NULL,
        .from = typed->from,
        .to = typed->to,
        .back_href = duty ? app_href(request, "%.*s#d%lld", STR_ARG(letter_href), (long long)duty->no) : letter_href,
    };
    if (duty && duty->quote_from.has && duty->quote_to.has)
        page.quote = str_trim(str_slice(opened->text, (size_t)duty->quote_from.v, (size_t)duty->quote_to.v));
    page.frame = web_frame(request, page.title, STR("letters"));
    if (!page.frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, str_is_empty(typed->refused) ? 200 : 422);
    page_letter_duty(&o, &page);
    return ERR_NONE;
}

enum err_code letter_duty_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct letter_opened opened = {0};
    TRY(letter_page_open(request, db, true, &opened, err));
    int64_t id;
    TRY(request_id(request, STR("duty"), &id, err));
    const struct sql_letter_duties_row *duty = duty_of(&opened, id);
    if (!duty || !opened.may_change)
        return err_set(err, ERR_NOT_FOUND, "no such duty");
    struct typed typed;
    TRY(typed_from_duty(request, duty, &typed, err));
    return duty_form(request, response, &opened, duty, &typed, err);
}

enum err_code letter_add_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct letter_opened opened = {0};
    TRY(letter_page_open(request, db, false, &opened, err));
    if (!opened.may_change)
        return err_set(err, ERR_NOT_FOUND, "no such letter");
    struct typed typed = {.trigger = STR("once"),
                          .from = form_get(&request->query, STR("from")),
                          .to = form_get(&request->query, STR("to"))};
    return duty_form(request, response, &opened, NULL, &typed, err);
}

/* Check what was typed; a sentence for the page in typed->refused when it cannot stand. */
static enum err_code duty_from_typed(const struct request *request, const struct letter_opened *opened,
                                     const struct sql_letter_duties_row *duty, struct typed *typed,
                                     struct book_duty *ret_duty, struct err *err)
{
    struct book_duty d = {.text = typed->text,
                          .actor = typed->actor,
                          .co_actors = typed->co_actors,
                          .product = typed->product,
                          .trigger = typed->trigger,
                          .deadline_strict = typed->strict,
                          .confidence = 1.0,
                          .deadline_day = CIVIL_NONE};
    struct err why = {0};
    int64_t count = 0, months = 0;
    if (str_is_empty(typed->text))
        typed->refused = kit_text(request, MSG_LETTER_REFUSED_NO_TEXT);
    if (app_day(request, STR("day"), &d.deadline_day, &why) != ERR_NONE) {
        typed->refused = request_said(request, &why);
        typed->day_error = typed->refused;
    }
    bool has_count = !str_is_empty(typed->count), has_months = !str_is_empty(typed->months);
    if (has_count != has_months ||
        (has_count && (!str_to_i64(typed->count, &count) || !str_to_i64(typed->months, &months) || count < 1 ||
                       count > 366 || months < 1 || months > 600)) ||
        (str_equal(typed->trigger, STR("periodic")) && !has_count))
        typed->refused = kit_text(request, MSG_LETTER_REFUSED_PERIOD);
    d.period_count = (int)count;
    d.period_months = (int)months;
    if (!duty && (!str_is_empty(typed->from) || !str_is_empty(typed->to))) {
        int64_t from, to;
        if (!str_to_i64(typed->from, &from) || !str_to_i64(typed->to, &to) || from < 0 || to <= from ||
            (size_t)to > opened->text.len_bytes || !utf8_is_valid(str_slice(opened->text, (size_t)from, (size_t)to))) {
            typed->refused = kit_text(request, MSG_LETTER_REFUSED_PLACE);
        } else {
            d.has_quote = true;
            d.quote_from = (uint32_t)from;
            d.quote_to = (uint32_t)to;
        }
    }
    if (d.deadline_day != CIVIL_NONE) {
        d.deadline_due_ms = civil_day_end_ms(d.deadline_day - (typed->strict ? 1 : 0));
        if (duty && duty->deadline_day.has && duty->deadline_day.v == d.deadline_day)
            d.deadline_note = duty->deadline_note; /* the same day: what was odd about it stays said */
    }
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    for (size_t i = 0; i < typed->ids.count; i++) {
        if (i)
            buf_put_byte(&buf, ' ');
        buf_put(&buf, typed->ids.items[i]);
    }
    TRY(buf_to_arena(&buf, request->arena, &d.obligations, err));
    *ret_duty = d;
    return ERR_NONE;
}

static enum err_code duty_save(struct request *request, struct response *response, struct db *db,
                               const struct letter_opened *opened, const struct sql_letter_duties_row *duty,
                               struct err *err)
{
    struct typed typed;
    TRY(typed_from_form(request, &typed, err));
    if (str_equal(form_get(&request->form, STR("do")), STR("find")))
        return duty_form(request, response, opened, duty, &typed, err);
    struct book_duty d = {0};
    TRY(duty_from_typed(request, opened, duty, &typed, &d, err));
    struct actor actor = app_actor(request);
    struct err why = {0};
    int64_t id = 0;
    if (str_is_empty(typed.refused)) {
        enum err_code code = duty ? letter_duty_change(db, &actor, duty->id, &d, &why)
                                  : letter_duty_add(db, &actor, opened->letter->id, &d, &id, &why);
        if (code == ERR_SYNTAX)
            typed.refused = request_said(request, &why);
        else if (code != ERR_NONE) {
            *err = why;
            return code;
        }
    }
    if (!str_is_empty(typed.refused))
        return duty_form(request, response, opened, duty, &typed, err);
    settle(db, &actor, opened->letter->id);
    if (duty)
        app_done_redirect(request, response,
                          app_href(request, "/letter/%lld#d%lld", (long long)opened->letter->id, (long long)duty->no),
                          kit_msg(request, MSG_LETTER_SAID_CORRECTED, duty->no, ARG_INT("n", duty->no)), STR_NONE);
    else
        app_done_redirect(request, response, app_href(request, "/letter/%lld", (long long)opened->letter->id),
                          kit_text(request, MSG_LETTER_SAID_ADDED), STR_NONE);
    return ERR_NONE;
}

enum err_code letter_duty_act(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct letter_opened opened = {0};
    TRY(letter_page_open(request, db, true, &opened, err));
    int64_t id;
    TRY(request_id(request, STR("duty"), &id, err));
    const struct sql_letter_duties_row *duty = duty_of(&opened, id);
    if (!duty)
        return err_set(err, ERR_NOT_FOUND, "no such duty");
    struct actor actor = app_actor(request);
    struct str what = form_get(&request->form, STR("do"));
    struct str here = app_href(request, "/letter/%lld#d%lld", (long long)opened.letter->id, (long long)duty->no);
    /* The strip's own button posts here without a word: it takes the last one back. */
    struct str undo = app_href(request, "/letter/%lld/duty/%lld", (long long)opened.letter->id, (long long)duty->id);
    if (str_equal(what, STR("save")) || str_equal(what, STR("find")))
        return duty_save(request, response, db, &opened, duty, err);
    if (str_equal(what, STR("confirm"))) {
        TRY(letter_duty_confirm(db, &actor, duty->id, err));
        settle(db, &actor, opened.letter->id);
        app_done_redirect(request, response, here,
                          kit_msg(request, MSG_LETTER_SAID_CONFIRMED, duty->no, ARG_INT("n", duty->no)), undo);
    } else if (str_equal(what, STR("drop"))) {
        TRY(letter_duty_drop(db, &actor, duty->id, err));
        settle(db, &actor, opened.letter->id);
        app_done_redirect(request, response, here,
                          kit_msg(request, MSG_LETTER_SAID_DROPPED, duty->no, ARG_INT("n", duty->no)), undo);
    } else {
        TRY(letter_duty_reopen(db, &actor, duty->id, err));
        app_done_redirect(request, response, here,
                          kit_msg(request, MSG_LETTER_SAID_REOPENED, duty->no, ARG_INT("n", duty->no)), STR_NONE);
    }
    return ERR_NONE;
}

enum err_code letter_add_save(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct letter_opened opened = {0};
    TRY(letter_page_open(request, db, true, &opened, err));
    return duty_save(request, response, db, &opened, NULL, err);
}

enum err_code letter_attachment_link(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id, attachment_id, child_id;
    TRY(request_id(request, STR("id"), &id, err));
    TRY(request_id(request, STR("attachment"), &attachment_id, err));
    TRY(app_int(request, STR("letter"), 0, &child_id, err));
    struct letter_opened opened = {0};
    TRY(letter_page_open(request, db, false, &opened, err));
    struct str here = app_href(request, "/letter/%lld", (long long)id);
    if (!child_id) {
        response_redirect(request, response, here);
        return ERR_NONE;
    }
    struct actor actor = app_actor(request);
    TRY(letter_attachment_is(db, &actor, id, attachment_id, child_id, err));
    app_done_redirect(request, response, here, kit_text(request, MSG_LETTER_SAID_LINKED), STR_NONE);
    return ERR_NONE;
}
