#include "web/page_letter.h"

#include "base/limits.h"
#include "base/viet.h"
#include "duty/letter_book.h"
#include "duty/page_letter.sql.h"
#include "format/json.h"
#include "store/blob.h"
#include "web/app_parts.h"

#define SURE_CONFIDENCE \
    0.75 /* of the engine: from here on a duty with an obligation and a sound date may be confirmed in one go */
#define LETTER_CHOICES    200
#define HELPERS_LOOK_BACK 64 /* marks; the duties below one heading share their helpers */

struct str letter_ref(const struct request *request, struct str number, struct str symbol)
{
    if (str_is_empty(number) && str_is_empty(symbol))
        return kit_text(request, MSG_LETTER_NO_NUMBER);
    if (str_is_empty(symbol))
        return number;
    return arena_printf(request->arena, "%.*s/%.*s", STR_ARG(str_is_empty(number) ? STR("…") : number),
                        STR_ARG(symbol));
}

/* A pasted letter had no file: it is named after its number and symbol, or its id. */
static struct str file_name_of(const struct request *request, const struct sql_letter_get_row *l)
{
    if (!str_is_empty(l->file_name))
        return l->file_name;
    struct str key = viet_search_key(request->arena,
                                     arena_printf(request->arena, "%.*s-%.*s", STR_ARG(l->number), STR_ARG(l->symbol)));
    char name[64];
    size_t n = 0;
    for (size_t i = 0; i < key.len_bytes && n < sizeof name; i++) {
        char c = key.ptr[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
        if (is_plain)
            name[n++] = c;
        else if (n && name[n - 1] != '-')
            name[n++] = '-';
    }
    while (n && name[n - 1] == '-')
        n--;
    if (n == 0)
        return app_href(request, "van-ban-%lld.txt", (long long)l->id);
    return arena_printf(request->arena, "van-ban-%.*s.txt", (int)n, name);
}

/* --- one letter --- */

enum err_code letter_page_open(struct request *request, struct db *db, bool with_text, struct letter_opened *opened,
                               struct err *err)
{
    int64_t id;
    TRY(request_id(request, STR("id"), &id, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    TRY(sql_letter_get(db, &actor, request->arena, &(struct sql_letter_get_args){.id = id}, &opened->letter, err));
    if (!opened->letter)
        return err_set(err, ERR_NOT_FOUND, "no such letter");
    TRY(sql_letter_duties(db, &actor, request->arena, &(struct sql_letter_duties_args){.letter_id = id},
                          &opened->duties, err));
    if (with_text)
        TRY(letter_text(db, &actor, id, request->arena, &opened->text, err));
    return access_has(db, &actor, RIGHT_DRAFT, opened->letter->unit_id, &opened->may_change, err);
}

bool letter_duty_is_read(const struct sql_letter_duties_row *d)
{
    return str_equal(d->state, STR("read"));
}

bool letter_duty_is_dropped(const struct sql_letter_duties_row *d)
{
    return str_equal(d->state, STR("dropped"));
}

/* May be confirmed without a second look. */
bool letter_duty_is_sure(const struct sql_letter_duties_row *d)
{
    return d->confidence >= SURE_CONFIDENCE && str_is_empty(d->deadline_note) && !str_is_empty(d->obligations);
}

static enum page_state duty_look(const struct request *request, const struct sql_letter_duties_row *d,
                                 struct str *ret_word)
{
    if (letter_duty_is_dropped(d)) {
        *ret_word = kit_text(request, MSG_LETTER_STATE_DROPPED);
        return PAGE_STATE_NA;
    }
    if (!letter_duty_is_read(d)) {
        *ret_word = kit_text(request, MSG_LETTER_STATE_CONFIRMED);
        return PAGE_STATE_OK;
    }
    if (letter_duty_is_sure(d)) {
        *ret_word = kit_text(request, MSG_LETTER_STATE_SURE);
        return PAGE_STATE_OK;
    }
    if (!str_is_empty(d->deadline_note)) {
        *ret_word = kit_text(request, MSG_LETTER_STATE_DAY);
        return PAGE_STATE_DUE;
    }
    bool is_again = !str_is_empty(d->obligations);
    *ret_word = kit_text(request, is_again ? MSG_LETTER_STATE_AGAIN : MSG_LETTER_STATE_UNKNOWN);
    return is_again ? PAGE_STATE_DUE : PAGE_STATE_UNSEEN;
}

/* The last allowed day: "trước ngày X" excludes X. */
static civil_day last_day(const struct sql_letter_duties_row *d)
{
    if (d->deadline_due_ms.has)
        return civil_day_of_ms(d->deadline_due_ms.v);
    if (!d->deadline_day.has)
        return CIVIL_NONE;
    return (civil_day)d->deadline_day.v - (d->deadline_strict ? 1 : 0);
}

const struct letter_trigger letter_triggers[LETTER_TRIGGERS] = {
    {STR_INIT("once"), MSG_LETTER_TRIGGER_ONCE},           {STR_INIT("periodic"), MSG_LETTER_TRIGGER_PERIODIC},
    {STR_INIT("on_change"), MSG_LETTER_TRIGGER_ON_CHANGE}, {STR_INIT("on_request"), MSG_LETTER_TRIGGER_ON_REQUEST},
    {STR_INIT("at_once"), MSG_LETTER_TRIGGER_AT_ONCE},     {STR_INIT("standing"), MSG_LETTER_TRIGGER_STANDING},
};

static struct str trigger_words(const struct request *request, struct str id)
{
    for (size_t i = 0; i < LETTER_TRIGGERS; i++)
        if (str_equal(letter_triggers[i].id, id))
            return kit_text(request, letter_triggers[i].words);
    return id;
}

static void item_when(const struct request *request, const struct sql_letter_duties_row *d, struct pg_letter_item *item)
{
    civil_day last = last_day(d);
    struct str period = STR_NONE;
    if (d->period_count.has && d->period_months.has)
        period = msg_str(request->arena, request->lang, MSG_LETTER_PERIOD_WORDS, 0,
                         MSG_ARGS(ARG_INT("count", d->period_count.v), ARG_INT("months", d->period_months.v)));
    item->when_label = kit_text(request, str_is_empty(period) ? MSG_LETTER_DEADLINE : MSG_LETTER_PERIOD);
    if (last != CIVIL_NONE) {
        item->when = str_is_empty(period) ? kit_vn_day(request, last)
                                          : arena_printf(request->arena, "%.*s · %.*s", STR_ARG(period),
                                                         STR_ARG(kit_vn_day(request, last)));
        if (d->deadline_strict && d->deadline_day.has)
            item->strict = msg_str(request->arena, request->lang, MSG_LETTER_STRICT_NOTE, 0,
                                   MSG_ARGS(ARG_DAY("day", (civil_day)d->deadline_day.v)));
    } else if (!str_is_empty(period)) {
        item->when = period;
    } else if (!str_equal(d->trigger_kind, STR("once"))) {
        item->when = trigger_words(request, d->trigger_kind);
    } else {
        item->when = letter_or_else(d->deadline_quoted, kit_text(request, MSG_LETTER_DEADLINE_NONE));
    }
}

/* Notes are Vietnamese; the engine's English stands in what it said. */
static struct str note_words(const struct request *request, const struct sql_letter_duties_row *d)
{
    if (request->lang == LANG_VI || str_is_empty(d->read_json))
        return d->deadline_note;
    struct json root;
    struct err ignored;
    if (json_parse(d->read_json, 0, request->arena, &root, &ignored) != ERR_NONE)
        return d->deadline_note;
    return letter_or_else(json_str_or_none(json_get(json_get(root, STR("deadline")), STR("note_en")), request->arena),
                          d->deadline_note);
}

static enum err_code letter_item(const struct request *request, const struct letter_opened *opened,
                                 const struct sql_letter_duties_row *d, struct pg_letter_item *item, struct err *err)
{
    struct arena *arena = request->arena;
    *item = (struct pg_letter_item){.no = d->no,
                                    .id = d->id,
                                    .title = d->text,
                                    .actor = letter_or_else(d->actor, kit_text(request, MSG_LETTER_WHO_UNKNOWN)),
                                    .co_actors = kit_lines(request, d->co_actors, "; "),
                                    .product = d->product};
    item->tag = kit_msg(request, MSG_LETTER_DUTY_NO, d->no, ARG_INT("n", d->no));
    item->state = duty_look(request, d, &item->word);
    if (d->quote_from.has && d->quote_to.has && d->quote_to.v > d->quote_from.v) {
        item->has_place = true;
        item->quote = str_trim(str_slice(opened->text, (size_t)d->quote_from.v, (size_t)d->quote_to.v));
    }
    item_when(request, d, item);
    if (!str_is_empty(d->deadline_note)) {
        struct str note = note_words(request, d);
        item->note = note.len_bytes ? arena_printf(arena, "%.*s.", STR_ARG(note)) : STR_NONE;
        item->note_ask = letter_duty_is_read(d) ? kit_text(request, MSG_LETTER_NOTE_ASK) : STR_NONE;
    }
    VEC(struct pg_catalogue_link) ids = {0};
    struct str rest = d->obligations, id;
    while (!str_is_empty(d->obligations) && str_split(&rest, ' ', &id)) {
        const struct know_obligation *known = know_obligation_find(id);
        struct pg_catalogue_link *link = vec_push(&ids, arena);
        if (!link)
            return arena_full(arena, err);
        *link = (struct pg_catalogue_link){
            id, known ? (request->lang == LANG_VI ? known->title.vi : known->title.en) : STR(""),
            app_href(request, "/rows?catalogue=%.*s", STR_ARG(id))};
    }
    item->ids = (struct pg_catalogue_link_list){ids.items, ids.count};
    if (!ids.count)
        item->ids_none = kit_text(request, MSG_LETTER_OBLIGATIONS_NONE);
    if (opened->may_change) {
        item->act_href = app_href(request, "/letter/%lld/duty/%lld", (long long)opened->letter->id, (long long)d->id);
        item->is_waiting = letter_duty_is_read(d);
        item->primary = !letter_duty_is_sure(d) && !str_is_empty(d->deadline_note);
        civil_day last = last_day(d);
        item->confirm = item->primary && last != CIVIL_NONE
                            ? msg_str(arena, request->lang, MSG_LETTER_CONFIRM_DAY, 0, MSG_ARGS(ARG_DAY("day", last)))
                        : str_is_empty(d->obligations) ? kit_text(request, MSG_LETTER_KEEP_OWN)
                                                       : kit_text(request, MSG_LETTER_CONFIRM);
    }
    return ERR_NONE;
}

/* --- what was read from the head and the foot --- */

struct facts {
    const struct request *request;
    VEC(struct pg_letter_fact) rows;
    VEC(struct letter_mark) marks;
    size_t text_bytes;
};

static enum err_code add_fact(struct facts *facts, enum msg_id label, struct str value, struct json at, struct err *err)
{
    struct arena *arena = facts->request->arena;
    if (str_is_empty(value))
        return ERR_NONE;
    struct pg_letter_fact *row = vec_push(&facts->rows, arena);
    if (!row)
        return arena_full(arena, err);
    *row = (struct pg_letter_fact){msg_text(facts->request->lang, label, 0), value, STR_NONE};
    int64_t from, to;
    if (!json_i64(json_get(at, STR("from")), &from) || !json_i64(json_get(at, STR("to")), &to) || from < 0 ||
        to <= from || (size_t)to > facts->text_bytes)
        return ERR_NONE;
    struct letter_mark *mark = vec_push(&facts->marks, arena);
    if (!mark)
        return arena_full(arena, err);
    *mark = (struct letter_mark){.from = (uint32_t)from,
                                 .to = (uint32_t)to,
                                 .id = app_href(facts->request, "f%zu", facts->rows.count),
                                 .css = ""};
    row->href = app_href(facts->request, "#f%zu", facts->rows.count);
    return ERR_NONE;
}

static struct str purpose_words(const struct request *request, struct str purpose)
{
    static const struct {
        struct str id;
        enum msg_id words;
    } rows[] = {
        {STR_INIT("report"), MSG_LETTER_PURPOSE_REPORT},
        {STR_INIT("coordination"), MSG_LETTER_PURPOSE_COORDINATION},
        {STR_INIT("execution"), MSG_LETTER_PURPOSE_EXECUTION},
        {STR_INIT("direction"), MSG_LETTER_PURPOSE_DIRECTION},
        {STR_INIT("information"), MSG_LETTER_PURPOSE_INFORMATION},
        {STR_INIT("publication"), MSG_LETTER_PURPOSE_PUBLICATION},
        {STR_INIT("archive"), MSG_LETTER_PURPOSE_ARCHIVE},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_equal(rows[i].id, purpose))
            return kit_text(request, rows[i].words);
    return STR_NONE;
}

static struct str joined(struct arena *arena, struct str a, const char *between, struct str b)
{
    if (str_is_empty(a) || str_is_empty(b))
        return letter_or_else(a, b);
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(a), between, STR_ARG(b));
}

static enum err_code add_signer(struct facts *facts, struct json signer, struct json at, struct err *err)
{
    struct arena *arena = facts->request->arena;
    struct str office = joined(arena, json_str_or_none(json_get(signer, STR("role")), arena), " ",
                               json_str_or_none(json_get(signer, STR("title")), arena));
    office = joined(arena, office, ", ", json_str_or_none(json_get(signer, STR("authority")), arena));
    return add_fact(facts, MSG_LETTER_FACT_SIGNER,
                    joined(arena, office, " · ", json_str_or_none(json_get(signer, STR("name")), arena)), at, err);
}

static enum err_code collect_facts(const struct letter_opened *opened, struct facts *facts, struct err *err)
{
    const struct request *request = facts->request;
    const struct sql_letter_get_row *l = opened->letter;
    struct arena *arena = request->arena;
    struct json root;
    if (str_is_empty(l->read_json))
        return ERR_NONE;
    TRY(json_parse(l->read_json, 0, arena, &root, err));
    struct json at = json_get(root, STR("offsets"));
    TRY(add_fact(
        facts, MSG_LETTER_FACT_NUMBER, joined(arena, l->number, "/", l->symbol),
        json_is_nothing(json_get(at, STR("number"))) ? json_get(at, STR("symbol")) : json_get(at, STR("number")), err));
    TRY(add_fact(facts, MSG_LETTER_FACT_DATE,
                 l->issued_day.has ? joined(arena, l->place, ", ", kit_vn_day(request, (civil_day)l->issued_day.v))
                                   : STR_NONE,
                 json_get(at, STR("date")), err));
    struct json list = json_get(root, STR("numbers")); /* the first stands above */
    for (size_t i = 1; i < json_count(list); i++)
        TRY(add_fact(facts, MSG_LETTER_FACT_NUMBER,
                     joined(arena, json_str_or_none(json_get(json_at(list, i), STR("number")), arena), "/",
                            json_str_or_none(json_get(json_at(list, i), STR("symbol")), arena)),
                     json_get(json_at(list, i), STR("symbol_quote")), err));
    list = json_get(root, STR("issuers"));
    for (size_t i = 0; json_count(list) > 1 && i < json_count(list); i++)
        TRY(add_fact(facts, MSG_LETTER_FACT_ISSUER,
                     joined(arena, i ? STR_NONE : l->issuer_parent, " · ",
                            json_str_or_none(json_get(json_at(list, i), STR("name")), arena)),
                     json_get(json_at(list, i), STR("quote")), err));
    if (json_count(list) < 2)
        TRY(add_fact(facts, MSG_LETTER_FACT_ISSUER, joined(arena, l->issuer_parent, " · ", l->issuer),
                     json_get(at, STR("issuer")), err));
    TRY(add_fact(facts, MSG_LETTER_FACT_SUBJECT, l->subject, json_get(at, STR("subject")), err));
    list = json_get(root, STR("recipients"));
    for (size_t i = 0; i < json_count(list); i++)
        TRY(add_fact(facts, MSG_LETTER_FACT_RECIPIENT, json_str_or_none(json_at(list, i), arena),
                     json_at(json_get(at, STR("recipients")), i), err));
    list = json_get(root, STR("signers"));
    if (json_count(list) == 0) /* a letter read before this was told */
        TRY(add_signer(facts, json_get(root, STR("signer")), json_get(at, STR("signer_name")), err));
    for (size_t i = 0; i < json_count(list); i++)
        TRY(add_signer(facts, json_at(list, i), json_get(json_at(list, i), STR("name_quote")), err));
    list = json_get(root, STR("distribution"));
    for (size_t i = 0; i < json_count(list); i++) {
        struct json d = json_at(list, i);
        struct str purpose = purpose_words(request, json_str_or_none(json_get(d, STR("purpose")), arena));
        TRY(add_fact(facts, MSG_LETTER_FACT_DISTRIBUTION,
                     joined(arena, json_str_or_none(json_get(d, STR("to")), arena), ": ", purpose),
                     json_at(json_get(at, STR("distribution")), i), err));
    }
    list = json_get(root, STR("contacts"));
    for (size_t i = 0; i < json_count(list); i++) {
        struct json c = json_at(list, i), where = json_at(json_get(at, STR("contacts")), i);
        struct str who = joined(arena, json_str_or_none(json_get(c, STR("title")), arena), " ",
                                json_str_or_none(json_get(c, STR("name")), arena));
        struct str how = joined(arena, json_str_or_none(json_get(c, STR("phone")), arena), ", ",
                                json_str_or_none(json_get(c, STR("email")), arena));
        TRY(add_fact(facts, MSG_LETTER_FACT_CONTACT, joined(arena, who, ": ", how),
                     json_is_nothing(json_get(where, STR("name"))) ? json_get(where, STR("phone"))
                                                                   : json_get(where, STR("name")),
                     err));
    }
    list = json_get(root, STR("repairs"));
    for (size_t i = 0; i < json_count(list); i++) {
        struct json repair = json_at(list, i);
        TRY(add_fact(facts, MSG_LETTER_FACT_REPAIR,
                     msg_str(arena, request->lang, MSG_LETTER_REPAIR, 0,
                             MSG_ARGS(ARG_STR("written", json_str_or_none(json_get(repair, STR("written")), arena)),
                                      ARG_STR("read", json_str_or_none(json_get(repair, STR("read")), arena)))),
                     json_get(repair, STR("quote")), err));
    }
    return ERR_NONE;
}

/* --- attachments that are missing --- */

static enum err_code collect_missing(struct request *request, struct db *db, const struct letter_opened *opened,
                                     struct page_letter *page, struct facts *facts, struct err *err)
{
    struct arena *arena = request->arena;
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct sql_letter_attachments_rows rows;
    TRY(sql_letter_attachments(db, &actor, arena,
                               &(struct sql_letter_attachments_args){.letter_id = opened->letter->id}, &rows, err));
    if (!rows.count)
        return ERR_NONE;
    struct sql_letter_book_rows_rows book;
    TRY(sql_letter_book_rows(db, &actor, arena,
                             &(struct sql_letter_book_rows_args){.unit_id = opened->letter->unit_id,
                                                                 .state = STR_NONE,
                                                                 .search = STR_NONE,
                                                                 .limit_count = LETTER_CHOICES,
                                                                 .offset_count = 0},
                             &book, err));
    struct pg_letter_missing *items = arena_new_array(arena, struct pg_letter_missing, rows.count);
    struct pg_letter_choice *choices = arena_new_array(arena, struct pg_letter_choice, book.count + 1);
    if (!items || !choices)
        return arena_full(arena, err);
    size_t choice_count = 0;
    for (size_t i = 0; i < book.count; i++)
        if (book.items[i].id != opened->letter->id)
            choices[choice_count++] = (struct pg_letter_choice){
                book.items[i].id, joined(arena, letter_ref(request, book.items[i].number, book.items[i].symbol), " · ",
                                         book.items[i].subject)};
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_letter_attachments_row *a = &rows.items[i];
        struct str id = app_href(request, "a%zu", i + 1);
        items[i] = (struct pg_letter_missing){.title = a->title, .href = app_href(request, "#a%zu", i + 1)};
        if (opened->may_change)
            items[i].act_href =
                app_href(request, "/letter/%lld/attachment/%lld", (long long)opened->letter->id, (long long)a->id);
        if (a->child_id.has) {
            items[i].found_href = app_href(request, "/letter/%lld", (long long)a->child_id.v);
            struct str title = a->title;
            for (size_t k = 0; k < choice_count; k++)
                if (choices[k].id == a->child_id.v)
                    title = choices[k].title;
            items[i].found =
                msg_str(arena, request->lang, MSG_LETTER_ATTACHMENT_FOUND, 0, MSG_ARGS(ARG_STR("title", title)));
        }
        if (a->quote_to > a->quote_from && (size_t)a->quote_to <= facts->text_bytes) {
            struct letter_mark *mark = vec_push(&facts->marks, arena);
            if (!mark)
                return arena_full(arena, err);
            *mark =
                (struct letter_mark){.from = (uint32_t)a->quote_from, .to = (uint32_t)a->quote_to, .id = id, .css = ""};
        }
    }
    page->missing = (struct pg_letter_missing_list){items, rows.count};
    page->choices = (struct pg_letter_choice_list){choices, choice_count};
    return ERR_NONE;
}

/* Where the letter names who helps, once for all duties below one heading. */
static enum err_code mark_helpers(const struct sql_letter_duties_row *d, struct facts *facts, struct err *err)
{
    struct arena *arena = facts->request->arena;
    struct json root;
    struct err ignored;
    if (str_is_empty(d->co_actors) || str_is_empty(d->read_json) ||
        json_parse(d->read_json, 0, arena, &root, &ignored) != ERR_NONE)
        return ERR_NONE;
    for (struct json_iter it = json_iter(json_get(root, STR("co_actor_quotes"))); json_next(&it);) {
        int64_t from, to;
        if (!json_i64(json_get(it.value, STR("from")), &from) || !json_i64(json_get(it.value, STR("to")), &to) ||
            from < 0 || to <= from || (size_t)to > facts->text_bytes)
            continue;
        bool known = false;
        for (size_t i = facts->marks.count; i-- > 0 && facts->marks.count - i <= HELPERS_LOOK_BACK && !known;)
            known = facts->marks.items[i].is_helper && facts->marks.items[i].from == (uint32_t)from;
        if (known)
            continue;
        struct letter_mark *mark = vec_push(&facts->marks, arena);
        if (!mark)
            return arena_full(arena, err);
        *mark = (struct letter_mark){.from = (uint32_t)from, .to = (uint32_t)to, .css = "", .is_helper = true};
    }
    return ERR_NONE;
}

static enum err_code collect_items(const struct request *request, const struct letter_opened *opened,
                                   struct page_letter *page, struct facts *facts, struct err *err)
{
    struct arena *arena = request->arena;
    size_t count = opened->duties.count;
    struct pg_letter_item *items = arena_new_array(arena, struct pg_letter_item, count + 1);
    if (!items)
        return arena_full(arena, err);
    for (size_t i = 0; i < count; i++) {
        const struct sql_letter_duties_row *d = &opened->duties.items[i];
        TRY(letter_item(request, opened, d, &items[i], err));
        page->sure += letter_duty_is_read(d) && letter_duty_is_sure(d);
        page->duties += !letter_duty_is_dropped(d);
        page->confirmed += !letter_duty_is_dropped(d) && !letter_duty_is_read(d);
        if (letter_duty_is_read(d) && !letter_duty_is_sure(d) && str_is_empty(page->see_href))
            page->see_href = app_href(request, "#d%lld", (long long)d->no);
        TRY(mark_helpers(d, facts, err));
        if (!items[i].has_place || (size_t)d->quote_to.v > opened->text.len_bytes)
            continue;
        struct letter_mark *mark = vec_push(&facts->marks, arena);
        if (!mark)
            return arena_full(arena, err);
        *mark = (struct letter_mark){.from = (uint32_t)d->quote_from.v,
                                     .to = (uint32_t)d->quote_to.v,
                                     .id = app_href(request, "q%lld", (long long)d->no),
                                     .no = d->no,
                                     .css = items[i].state == PAGE_STATE_DUE      ? "is-due"
                                            : items[i].state == PAGE_STATE_UNSEEN ? "is-unseen"
                                                                                  : ""};
    }
    page->items = (struct pg_letter_item_list){items, count};
    return ERR_NONE;
}

static enum err_code letter_show(struct request *request, struct response *response, struct err *err)
{
    struct arena *arena = request->arena;
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct letter_opened opened = {0};
    TRY(letter_page_open(request, db, true, &opened, err));
    const struct sql_letter_get_row *l = opened.letter;
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct page_letter page = {.letter_id = l->id, .may_change = opened.may_change};
    struct facts facts = {.request = request, .text_bytes = opened.text.len_bytes};
    TRY(collect_items(request, &opened, &page, &facts, err));
    TRY(collect_facts(&opened, &facts, err));
    TRY(collect_missing(request, db, &opened, &page, &facts, err));
    TRY(letter_text_with_marks(request, opened.text, facts.marks.items, facts.marks.count, &page.text, err));
    page.facts = (struct pg_letter_fact_list){facts.rows.items, facts.rows.count};
    struct sql_letter_directives_rows made;
    TRY(sql_letter_directives(db, &actor, arena, &(struct sql_letter_directives_args){.letter_id = l->id}, &made, err));
    struct pg_letter_made *links = arena_new_array(arena, struct pg_letter_made, made.count + 1);
    if (!links)
        return arena_full(arena, err);
    for (size_t i = 0; i < made.count; i++) {
        bool is_draft = str_equal(made.items[i].state, STR("draft"));
        if (!is_draft)
            links[page.made.count++] = (struct pg_letter_made){
                made.items[i].title, app_href(request, "/directive/%lld", (long long)made.items[i].id)};
    }
    page.made.items = links;
    int64_t waiting = page.duties - page.confirmed;
    page.is_done = page.duties > 0 && waiting == 0;
    if (opened.may_change && page.confirmed)
        page.issue_href = app_href(request, "/letter/%lld/issue", (long long)l->id);
    if (opened.may_change)
        page.add_href = app_href(request, "/letter/%lld/add", (long long)l->id);
    page.ref = letter_ref(request, l->number, l->symbol);
    page.title = !page.duties ? kit_text(request, MSG_LETTER_FOUND_NONE)
                 : waiting    ? msg_str(arena, request->lang, MSG_LETTER_FOUND, page.duties,
                                        MSG_ARGS(ARG_INT("n", page.duties), ARG_INT("open", waiting)))
                              : kit_msg(request, MSG_LETTER_FOUND_ALL, page.duties, ARG_INT("n", page.duties));
    page.lead =
        msg_str(arena, request->lang, MSG_LETTER_OF, 0,
                MSG_ARGS(ARG_STR("type", kit_text(request, MSG_LETTER_A_LETTER)),
                         ARG_STR("issuer", letter_or_else(l->issuer, kit_text(request, MSG_LETTER_UNKNOWN_ISSUER))),
                         ARG_STR("day", l->issued_day.has ? kit_vn_day(request, (civil_day)l->issued_day.v)
                                                          : kit_text(request, MSG_LETTER_UNKNOWN_DAY)),
                         ARG_STR("subject", letter_or_else(l->subject, kit_text(request, MSG_LETTER_NO_SUBJECT)))));
    page.file_href = app_href(request, "/letter/%lld/file", (long long)l->id);
    page.file_name = file_name_of(request, l);
    struct layout_frame *frame = web_frame(request, page.title, STR("letters"));
    if (!frame)
        return arena_full(arena, err);
    frame->who_href = app_href(request, "/letter/%lld/who", (long long)l->id);
    page.frame = frame;
    struct page_out o = response_page(request, response, 200);
    page_letter(&o, &page);
    return ERR_NONE;
}

static enum err_code letter_file(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct letter_opened opened = {0};
    TRY(letter_page_open(request, db, false, &opened, err));
    const struct sql_letter_get_row *l = opened.letter;
    struct str hash_bytes = str_is_empty(l->file_sha256) ? l->text_sha256 : l->file_sha256, bytes;
    struct sha256 hash;
    if (hash_bytes.len_bytes != sizeof hash)
        return err_set(err, ERR_NOT_FOUND, "no such file");
    memcpy(&hash, hash_bytes.ptr, sizeof hash);
    TRY(blob_read(db, &hash, LETTER_FILE_MAX_BYTES, request->arena, &bytes, err));
    response_file(request, response,
                  str_is_empty(l->file_sha256) ? STR("text/plain; charset=utf-8") : STR("application/octet-stream"),
                  file_name_of(request, l), bytes);
    return ERR_NONE;
}

static const struct route routes[] = {
    {GET, "/letters", letters_show, RIGHT_READ, READS, NULL},
    {GET, "/letters.xlsx", letters_show, RIGHT_READ, READS, NULL},
    {GET, "/letters.csv", letters_show, RIGHT_READ, READS, NULL},
    {POST, "/letters", letters_add, RIGHT_DRAFT, CHANGES | UPLOAD | SLOW, NULL},
    {GET, "/letter/{id}", letter_show, RIGHT_READ, READS, NULL},
    {GET, "/letter/{id}/file", letter_file, RIGHT_READ, READS, NULL},
    {POST, "/letter/{id}/confirm", letter_confirm_sure, RIGHT_DRAFT, CHANGES, NULL},
    {GET, "/letter/{id}/duty/{duty}", letter_duty_show, RIGHT_DRAFT, READS, NULL},
    {POST, "/letter/{id}/duty/{duty}", letter_duty_act, RIGHT_DRAFT, CHANGES, NULL},
    {GET, "/letter/{id}/add", letter_add_show, RIGHT_DRAFT, READS, NULL},
    {POST, "/letter/{id}/add", letter_add_save, RIGHT_DRAFT, CHANGES, NULL},
    {POST, "/letter/{id}/attachment/{attachment}", letter_attachment_link, RIGHT_DRAFT, CHANGES, NULL},
};
const struct route_list letter_routes = {routes, ARRAY_LEN(routes)};
