#include "base/limits.h"
#include "base/viet.h"
#include "duty/letter_book.h"
#include "duty/letter_book.sql.h"
#include "duty/page_letter.sql.h"
#include "format/json.h"
#include "know/know.h"
#include "os/file.h"
#include "store/blob.h"
#include "web/app_parts.h"
#include "web/listing.h"
#include "web/words.h"
#include "work/intake.h"

#define SURE_CONFIDENCE \
    0.75 /* of the engine: from here on a duty with an obligation and a sound date may be confirmed in one go */
#define LETTER_CHOICES 200
#define FOUND_MAX      40

static struct str say(const struct request *request, enum msg_id id)
{
    return msg_text(request->lang, id, 0);
}

static struct str say_n(const struct request *request, enum msg_id id, int64_t n)
{
    return msg_str(request->arena, request->lang, id, n, MSG_ARGS(ARG_INT("n", n)));
}

static struct str day_words(const struct request *request, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    struct str copy = arena_str(request->arena, str_from_cstr(civil_vn(day, text)));
    return str_is_null(copy) ? STR("") : copy;
}

static struct str or_else(struct str first, struct str second)
{
    return str_is_empty(first) ? second : first;
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

static struct str letter_ref(const struct request *request, struct str number, struct str symbol)
{
    if (str_is_empty(number) && str_is_empty(symbol))
        return say(request, MSG_LETTER_NO_NUMBER);
    if (str_is_empty(symbol))
        return number;
    return arena_printf(request->arena, "%.*s/%.*s", STR_ARG(str_is_empty(number) ? STR("…") : number),
                        STR_ARG(symbol));
}

/* --- the book --- */

struct refusal_words {
    struct str what, why, todo;
};

static enum err_code book_file(struct request *request, struct response *response,
                               const struct sql_letter_book_rows_rows *rows, struct err *err)
{
    const struct sheet_column columns[] = {
        {say(request, MSG_LETTER_NUMBER), SHEET_TEXT, 18},    {say(request, MSG_LETTER_SUBJECT), SHEET_TEXT, 60},
        {say(request, MSG_LETTER_ISSUER), SHEET_TEXT, 36},    {say(request, MSG_LETTER_DAY), SHEET_DATE, 12},
        {say(request, MSG_LETTER_DUTY_COUNT), SHEET_INT, 10}, {say(request, MSG_LETTER_TAB_WAITING), SHEET_INT, 14},
    };
    struct sheet_cell *cells = arena_new_array(request->arena, struct sheet_cell, rows->count * ARRAY_LEN(columns) + 1);
    if (!cells)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < rows->count; i++) {
        const struct sql_letter_book_rows_row *r = &rows->items[i];
        struct sheet_cell *c = cells + i * ARRAY_LEN(columns);
        c[0] = cell_text(letter_ref(request, r->number, r->symbol));
        c[1] = cell_text(r->subject);
        c[2] = cell_text(r->issuer);
        c[3] = cell_day(r->issued_day.has ? (civil_day)r->issued_day.v : CIVIL_NONE);
        c[4] = cell_int(r->duties);
        c[5] = cell_int(r->open_duties);
    }
    return listing_respond(request, response, listing_file_of(request), say(request, MSG_LETTER_BOOK), columns,
                           ARRAY_LEN(columns), cells, rows->count, err);
}

static void book_row(const struct request *request, const struct sql_letter_book_rows_row *r, struct pg_letter_row *row)
{
    *row = (struct pg_letter_row){
        .ref = letter_ref(request, r->number, r->symbol),
        .subject = or_else(r->subject, say(request, MSG_LETTER_NO_SUBJECT)),
        .href = app_href(request, "/letter/%lld", (long long)r->id),
        .issuer = r->issuer,
        .day = r->issued_day.has ? (civil_day)r->issued_day.v : CIVIL_NONE,
    };
    if (r->open_duties) {
        row->state = PAGE_STATE_DUE;
        row->word = say_n(request, MSG_LETTER_ROW_WAITING, r->open_duties);
        row->note = say(request, MSG_LETTER_NEXT_CONFIRM);
        row->note_href = row->href;
    } else if (r->directives) {
        row->state = PAGE_STATE_OK;
        row->word = say(request, MSG_LETTER_ROW_ISSUED);
    } else if (r->duties) {
        row->state = PAGE_STATE_DOING;
        row->word = say_n(request, MSG_LETTER_ROW_CONFIRMED, r->duties);
        row->note = say(request, MSG_LETTER_NEXT_ISSUE);
        row->note_href = app_href(request, "/letter/%lld/issue", (long long)r->id);
    } else {
        row->state = PAGE_STATE_NA;
        row->word = say(request, MSG_LETTER_ROW_NOTHING);
    }
    if (r->missing_attachments && !r->open_duties) {
        row->note = say_n(request, MSG_LETTER_NEXT_MISSING, r->missing_attachments);
        row->note_href = app_href(request, "/letter/%lld#h-miss", (long long)r->id);
    }
}

static enum err_code letters_page(struct request *request, struct response *response, int status, struct str typed,
                                  const struct refusal_words *refused, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct arena *arena = request->arena;
    bool is_get = status == 200;
    struct str search = is_get ? app_search(request, STR("q")) : STR_NONE,
               state = is_get ? form_get(&request->query, STR("state")) : STR_NONE;
    if (!str_equal(state, STR("read")) && !str_equal(state, STR("confirmed")))
        state = STR_NONE;
    enum listing_file file = listing_file_of(request);
    int64_t page = is_get ? listing_page(request) : 1, unit_id = request->session.unit_id;
    struct sql_letter_book_rows_rows rows;
    TRY(sql_letter_book_rows(db, &actor, arena,
                             &(struct sql_letter_book_rows_args){
                                 .unit_id = unit_id,
                                 .state = state,
                                 .search = search,
                                 .limit_count = file == LISTING_PAGE ? LISTING_PAGE_ROWS : LISTING_SHEET_ROWS,
                                 .offset_count = file == LISTING_PAGE ? (page - 1) * LISTING_PAGE_ROWS : 0,
                             },
                             &rows, err));
    if (file != LISTING_PAGE)
        return book_file(request, response, &rows, err);
    struct sql_letter_book_count_row *count = NULL, *all = NULL;
    TRY(sql_letter_book_count(db, &actor, arena,
                              &(struct sql_letter_book_count_args){.unit_id = unit_id, .search = search}, &count, err));
    TRY(sql_letter_book_count(db, &actor, arena,
                              &(struct sql_letter_book_count_args){.unit_id = unit_id, .search = STR_NONE}, &all, err));
    int64_t total = count ? count->total : 0, waiting = count ? count->waiting : 0;
    struct pg_letter_row *items = arena_new_array(arena, struct pg_letter_row, rows.count + 1);
    if (!items)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++)
        book_row(request, &rows.items[i], &items[i]);
    struct str q = is_get ? str_trim(form_get(&request->query, STR("q"))) : STR_NONE;
    const struct link_param params[] = {{"state", state}, {"q", q}};
    const struct link_param tab_all[] = {{"q", q}}, tab_read[] = {{"state", STR("read")}, {"q", q}},
                            tab_done[] = {{"state", STR("confirmed")}, {"q", q}};
    const struct pg_tab tabs[] = {
        {say(request, MSG_LETTER_TAB_ALL), total, link_make(request, STR("/letters"), tab_all, 1), PAGE_STATE_NONE,
         str_is_null(state)},
        {say(request, MSG_LETTER_TAB_WAITING), waiting, link_make(request, STR("/letters"), tab_read, 2),
         PAGE_STATE_DUE, str_equal(state, STR("read"))},
        {say(request, MSG_LETTER_TAB_DONE), total - waiting, link_make(request, STR("/letters"), tab_done, 2),
         PAGE_STATE_OK, str_equal(state, STR("confirmed"))},
    };
    const struct pg_hidden keep[] = {{STR("state"), state}};
    int64_t shown_total = str_is_null(state) ? total : str_equal(state, STR("read")) ? waiting : total - waiting;
    struct part_pager pager = listing_pager(request, STR("/letters"), params, ARRAY_LEN(params), page,
                                            (int64_t)rows.count, shown_total, rows.count > 0);
    bool may_add = (request->session.rights & RIGHT_DRAFT) != 0;
    struct str title = !all || all->total == 0
                           ? say(request, may_add ? MSG_LETTER_TITLE_EMPTY : MSG_LETTER_TITLE_NOTHING)
                       : all->waiting ? say_n(request, MSG_LETTER_TITLE_WAITING, all->waiting)
                                      : say(request, MSG_LETTER_TITLE_CLEAR);
    struct layout_frame *frame = web_frame(request, title, STR("letters"));
    if (!frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, status);
    page_letters(&o, &(struct page_letters){
                         .frame = frame,
                         .title = title,
                         .lead = say(request, may_add ? MSG_LETTER_LEAD : MSG_LETTER_LEAD_READER),
                         .may_add = may_add,
                         .text = typed,
                         .refused = refused ? refused->what : STR_NONE,
                         .refused_why = refused ? refused->why : STR_NONE,
                         .refused_todo = refused ? refused->todo : STR_NONE,
                         .q = q,
                         .tabs = {tabs, ARRAY_LEN(tabs)},
                         .keep = {keep, str_is_null(state) ? 0 : 1},
                         .rows = {items, rows.count},
                         .pager_from = pager.from,
                         .pager_to = pager.to,
                         .total = pager.total,
                         .prev_href = pager.prev_href,
                         .next_href = pager.next_href,
                         .excel_href = pager.excel_href,
                         .csv_href = pager.csv_href,
                         .searched = !str_is_empty(q) || !str_is_null(state),
                     });
    return ERR_NONE;
}

static enum err_code letters_show(struct request *request, struct response *response, struct err *err)
{
    return letters_page(request, response, 200, STR_NONE, NULL, err);
}

/* The text of a letter that was handed in: what was pasted, else the file. */
static enum err_code letter_handed_in(struct request *request, struct str *ret_text, struct intake_options *options,
                                      struct err *err)
{
    struct str pasted = form_get(&request->form, STR("text"));
    const struct form_file *file = form_file(&request->form, STR("file"));
    if (!str_is_empty(str_trim(pasted))) {
        struct str name = STR("letter.txt");
        return app_document_text(request, name, pasted, ret_text, err);
    }
    if (!file)
        return err_set(err, ERR_NOT_FOUND, "nothing was handed in");
    TRY(file_read_fd(file->fd, "letter", LETTER_FILE_MAX_BYTES, request->arena, &options->file_bytes, err));
    options->file_name = file->filename;
    options->media_type = file->mime;
    return app_document_text(request, file->filename, options->file_bytes, ret_text, err);
}

static enum err_code letters_add(struct request *request, struct response *response, struct err *err)
{
    struct intake_options options = {.unit_id = request->session.unit_id, .calendar = app_of(request)->calendar};
    struct str text = STR_NONE, typed = form_get(&request->form, STR("text"));
    struct err why = {0};
    enum err_code code = letter_handed_in(request, &text, &options, &why);
    if (code == ERR_NONE) {
        AUTO_DB db = NULL;
        TRY(app_db(request, &db, err));
        struct actor actor = app_actor(request), drafter = app_actor_with(request, RIGHT_DRAFT);
        TRY(access_require(db, &drafter, RIGHT_DRAFT, options.unit_id, "read a letter in", err));
        int64_t id;
        bool is_new;
        code = intake_letter(db, &actor, text, &options, &id, &is_new, &why);
        if (code == ERR_NONE) {
            struct actor reader = app_actor_with(request, RIGHT_READ);
            struct sql_letter_duties_rows duties;
            TRY(sql_letter_duties(db, &reader, request->arena, &(struct sql_letter_duties_args){.letter_id = id},
                                  &duties, err));
            app_done_redirect(request, response, app_href(request, "/letter/%lld", (long long)id),
                              is_new ? say_n(request, MSG_LETTER_SAID_READ, (int64_t)duties.count)
                                     : say(request, MSG_LETTER_SAID_KNOWN),
                              STR_NONE);
            return ERR_NONE;
        }
    }
    /* No default: a new code must be thought about; what is not about the letter goes on as it is. */
    struct refusal_words words = {0};
    switch (code) {
    case ERR_NOT_FOUND:
        words = (struct refusal_words){say(request, MSG_LETTER_REFUSED_EMPTY), STR_NONE,
                                       say(request, MSG_LETTER_REFUSED_EMPTY_TODO)};
        break;
    case ERR_DENIED:
        words = (struct refusal_words){say(request, MSG_LETTER_REFUSED_SECRET), STR_NONE,
                                       say(request, MSG_LETTER_REFUSED_SECRET_TODO)};
        typed = STR_NONE; /* nothing of it is sent back either */
        break;
    case ERR_LIMIT:
        words = (struct refusal_words){say(request, MSG_LETTER_REFUSED_LARGE), STR_NONE,
                                       say(request, MSG_LETTER_REFUSED_LARGE_TODO)};
        break;
    case ERR_SYNTAX:
    case ERR_UNSUPPORTED:
        words = (struct refusal_words){say(request, MSG_LETTER_REFUSED_FILE), STR_NONE,
                                       say(request, MSG_LETTER_REFUSED_FILE_TODO)};
        break;
    case ERR_NONE:
    case ERR_NOMEM:
    case ERR_IO:
    case ERR_CONFLICT:
    case ERR_BUSY:
        *err = why;
        return code;
    }
    return letters_page(request, response, 422, typed, &words, err);
}

/* --- the text with its marks --- */

struct mark {
    uint32_t from, to;
    struct str id;
    int64_t no;      /* 0: a fact of the head, without a number */
    const char *css; /* "is-due" and so on, or "" */
};

struct marking {
    struct page_out *o;
    struct str text;
    const struct mark *marks;
    size_t count;
    enum lang lang;
};

static const struct mark *mark_at(const struct marking *m, size_t at)
{
    const struct mark *best = NULL;
    for (size_t i = 0; i < m->count; i++)
        if (m->marks[i].no && m->marks[i].from <= at && at < m->marks[i].to &&
            (!best || m->marks[i].from >= best->from))
            best = &m->marks[i];
    return best;
}

static void put_tag(const struct marking *m, const struct mark *mark)
{
    struct page_out *o = m->o;
    buf_printf(o->buf, "<a href=\"#d%lld\" aria-label=\"", (long long)mark->no);
    out_msg(o, MSG_LETTER_TO_DUTY, 0, MSG_ARGS(ARG_INT("n", mark->no)));
    buf_printf(o->buf, "\">%lld</a> ", (long long)mark->no);
}

/* One stretch without a mark beginning or ending inside. */
static void put_stretch(const struct marking *m, size_t from, size_t to)
{
    struct page_out *o = m->o;
    const struct mark *on = mark_at(m, from), *opens = NULL;
    for (size_t i = 0; i < m->count; i++) {
        const struct mark *mark = &m->marks[i];
        if (mark->from != from)
            continue;
        if (mark == on) {
            opens = mark;
            continue;
        }
        if (!mark->no) {
            out_lit(o, STR("<mark class=\"bg-transparent shadow-none p-0\" id=\""));
            out_attr(o, mark->id);
            out_lit(o, STR("\"></mark>"));
        } else {
            buf_printf(o->buf, "<mark class=\"%s\" id=\"", mark->css);
            out_attr(o, mark->id);
            out_lit(o, STR("\">"));
            put_tag(m, mark);
            out_lit(o, STR("</mark>"));
        }
    }
    if (on) {
        buf_printf(o->buf, "<mark class=\"%s\"", on->css);
        if (opens) {
            out_lit(o, STR(" id=\""));
            out_attr(o, opens->id);
            out_lit(o, STR("\""));
        }
        out_lit(o, STR(">"));
        if (opens)
            put_tag(m, opens);
    }
    out_text(o, str_slice(m->text, from, to));
    if (on)
        out_lit(o, STR("</mark>"));
}

static void put_line(const struct marking *m, size_t from, size_t to)
{
    struct str line = str_trim(str_slice(m->text, from, to));
    bool is_flat = line.len_bytes < 90 || line.ptr[0] == '-' || line.ptr[0] == '+';
    out_lit(m->o, is_flat ? STR("<p class=\"flat\">") : STR("<p>"));
    while (from < to) {
        size_t next = to;
        for (size_t i = 0; i < m->count; i++) {
            if (m->marks[i].from > from && m->marks[i].from < next)
                next = m->marks[i].from;
            if (m->marks[i].to > from && m->marks[i].to < next)
                next = m->marks[i].to;
        }
        put_stretch(m, from, next);
        from = next;
    }
    out_lit(m->o, STR("</p>\n"));
}

static enum err_code text_with_marks(const struct request *request, struct str text, const struct mark *marks,
                                     size_t count, struct html *ret_html, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, RESPONSE_PAGE_MAX_BYTES);
    struct page_out o = {.buf = &buf, .lang = request->lang};
    struct marking m = {&o, text, marks, count, request->lang};
    for (size_t at = 0; at < text.len_bytes;) {
        ptrdiff_t end = str_find_byte(text, '\n', at);
        size_t to = end < 0 ? text.len_bytes : (size_t)end;
        if (!str_is_empty(str_trim(str_slice(text, at, to))))
            put_line(&m, at, to);
        at = to + 1;
    }
    struct str markup;
    TRY(buf_to_arena(&buf, request->arena, &markup, err));
    *ret_html = html_trust(markup);
    return ERR_NONE;
}

/* --- one letter --- */

struct opened {
    struct sql_letter_get_row *letter;
    struct sql_letter_duties_rows duties;
    struct str text;
    bool may_change;
};

static enum err_code letter_open(struct request *request, struct db *db, bool with_text, struct opened *opened,
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

static bool is_read(const struct sql_letter_duties_row *d)
{
    return str_equal(d->state, STR("read"));
}

static bool is_dropped(const struct sql_letter_duties_row *d)
{
    return str_equal(d->state, STR("dropped"));
}

/* May be confirmed without a second look. */
static bool is_sure(const struct sql_letter_duties_row *d)
{
    return d->confidence >= SURE_CONFIDENCE && str_is_empty(d->deadline_note) && !str_is_empty(d->obligations);
}

static enum page_state duty_look(const struct request *request, const struct sql_letter_duties_row *d,
                                 struct str *ret_word)
{
    if (is_dropped(d)) {
        *ret_word = say(request, MSG_LETTER_STATE_DROPPED);
        return PAGE_STATE_NA;
    }
    if (!is_read(d)) {
        *ret_word = say(request, MSG_LETTER_STATE_CONFIRMED);
        return PAGE_STATE_OK;
    }
    if (is_sure(d)) {
        *ret_word = say(request, MSG_LETTER_STATE_SURE);
        return PAGE_STATE_OK;
    }
    if (!str_is_empty(d->deadline_note)) {
        *ret_word = say(request, MSG_LETTER_STATE_DAY);
        return PAGE_STATE_DUE;
    }
    bool is_again = !str_is_empty(d->obligations);
    *ret_word = say(request, is_again ? MSG_LETTER_STATE_AGAIN : MSG_LETTER_STATE_UNKNOWN);
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

static const struct {
    struct str id;
    enum msg_id words;
} triggers[] = {
    {STR_INIT("once"), MSG_LETTER_TRIGGER_ONCE},           {STR_INIT("periodic"), MSG_LETTER_TRIGGER_PERIODIC},
    {STR_INIT("on_change"), MSG_LETTER_TRIGGER_ON_CHANGE}, {STR_INIT("on_request"), MSG_LETTER_TRIGGER_ON_REQUEST},
    {STR_INIT("at_once"), MSG_LETTER_TRIGGER_AT_ONCE},     {STR_INIT("standing"), MSG_LETTER_TRIGGER_STANDING},
};

static struct str trigger_words(const struct request *request, struct str id)
{
    for (size_t i = 0; i < ARRAY_LEN(triggers); i++)
        if (str_equal(triggers[i].id, id))
            return say(request, triggers[i].words);
    return id;
}

static void item_when(const struct request *request, const struct sql_letter_duties_row *d, struct pg_letter_item *item)
{
    civil_day last = last_day(d);
    struct str period = STR_NONE;
    if (d->period_count.has && d->period_months.has)
        period = msg_str(request->arena, request->lang, MSG_LETTER_PERIOD_WORDS, 0,
                         MSG_ARGS(ARG_INT("count", d->period_count.v), ARG_INT("months", d->period_months.v)));
    item->when_label = say(request, str_is_empty(period) ? MSG_LETTER_DEADLINE : MSG_LETTER_PERIOD);
    if (last != CIVIL_NONE) {
        item->when = str_is_empty(period) ? day_words(request, last)
                                          : arena_printf(request->arena, "%.*s · %.*s", STR_ARG(period),
                                                         STR_ARG(day_words(request, last)));
        if (d->deadline_strict && d->deadline_day.has)
            item->strict = msg_str(request->arena, request->lang, MSG_LETTER_STRICT_NOTE, 0,
                                   MSG_ARGS(ARG_DAY("day", (civil_day)d->deadline_day.v)));
    } else if (!str_is_empty(period)) {
        item->when = period;
    } else if (!str_equal(d->trigger_kind, STR("once"))) {
        item->when = trigger_words(request, d->trigger_kind);
    } else {
        item->when = or_else(d->deadline_quoted, say(request, MSG_LETTER_DEADLINE_NONE));
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
    return or_else(json_str_or_none(json_get(json_get(root, STR("deadline")), STR("note_en")), request->arena),
                   d->deadline_note);
}

static enum err_code letter_item(const struct request *request, const struct opened *opened,
                                 const struct sql_letter_duties_row *d, struct pg_letter_item *item, struct err *err)
{
    struct arena *arena = request->arena;
    *item = (struct pg_letter_item){
        .no = d->no, .id = d->id, .title = d->text, .actor = or_else(d->actor, say(request, MSG_LETTER_WHO_UNKNOWN))};
    item->tag = say_n(request, MSG_LETTER_DUTY_NO, d->no);
    item->state = duty_look(request, d, &item->word);
    if (d->quote_from.has && d->quote_to.has && d->quote_to.v > d->quote_from.v) {
        item->has_place = true;
        item->quote = str_trim(str_slice(opened->text, (size_t)d->quote_from.v, (size_t)d->quote_to.v));
    }
    item_when(request, d, item);
    if (!str_is_empty(d->deadline_note)) {
        struct str note = note_words(request, d);
        item->note = note.len_bytes ? arena_printf(arena, "%.*s.", STR_ARG(note)) : STR_NONE;
        item->note_ask = is_read(d) ? say(request, MSG_LETTER_NOTE_ASK) : STR_NONE;
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
        item->ids_none = say(request, MSG_LETTER_OBLIGATIONS_NONE);
    if (opened->may_change) {
        item->act_href = app_href(request, "/letter/%lld/duty/%lld", (long long)opened->letter->id, (long long)d->id);
        item->is_waiting = is_read(d);
        item->primary = !is_sure(d) && !str_is_empty(d->deadline_note);
        civil_day last = last_day(d);
        item->confirm = item->primary && last != CIVIL_NONE
                            ? msg_str(arena, request->lang, MSG_LETTER_CONFIRM_DAY, 0, MSG_ARGS(ARG_DAY("day", last)))
                        : str_is_empty(d->obligations) ? say(request, MSG_LETTER_KEEP_OWN)
                                                       : say(request, MSG_LETTER_CONFIRM);
    }
    return ERR_NONE;
}

/* --- what was read from the head and the foot --- */

struct facts {
    const struct request *request;
    VEC(struct pg_letter_fact) rows;
    VEC(struct mark) marks;
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
    struct mark *mark = vec_push(&facts->marks, arena);
    if (!mark)
        return arena_full(arena, err);
    *mark = (struct mark){.from = (uint32_t)from,
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
            return say(request, rows[i].words);
    return STR_NONE;
}

static struct str joined(struct arena *arena, struct str a, const char *between, struct str b)
{
    if (str_is_empty(a) || str_is_empty(b))
        return or_else(a, b);
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(a), between, STR_ARG(b));
}

static enum err_code collect_facts(const struct opened *opened, struct facts *facts, struct err *err)
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
                 l->issued_day.has ? joined(arena, l->place, ", ", day_words(request, (civil_day)l->issued_day.v))
                                   : STR_NONE,
                 json_get(at, STR("date")), err));
    TRY(add_fact(facts, MSG_LETTER_FACT_ISSUER, joined(arena, l->issuer_parent, " · ", l->issuer),
                 json_get(at, STR("issuer")), err));
    TRY(add_fact(facts, MSG_LETTER_FACT_SUBJECT, l->subject, json_get(at, STR("subject")), err));
    struct json list = json_get(root, STR("recipients"));
    for (size_t i = 0; i < json_count(list); i++)
        TRY(add_fact(facts, MSG_LETTER_FACT_RECIPIENT, json_str_or_none(json_at(list, i), arena),
                     json_at(json_get(at, STR("recipients")), i), err));
    struct json signer = json_get(root, STR("signer"));
    TRY(add_fact(facts, MSG_LETTER_FACT_SIGNER,
                 joined(arena,
                        joined(arena, json_str_or_none(json_get(signer, STR("role")), arena), " ",
                               json_str_or_none(json_get(signer, STR("title")), arena)),
                        " · ", json_str_or_none(json_get(signer, STR("name")), arena)),
                 json_get(at, STR("signer_name")), err));
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
    return ERR_NONE;
}

/* --- attachments that are missing --- */

static enum err_code collect_missing(struct request *request, struct db *db, const struct opened *opened,
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
            struct mark *mark = vec_push(&facts->marks, arena);
            if (!mark)
                return arena_full(arena, err);
            *mark = (struct mark){.from = (uint32_t)a->quote_from, .to = (uint32_t)a->quote_to, .id = id, .css = ""};
        }
    }
    page->missing = (struct pg_letter_missing_list){items, rows.count};
    page->choices = (struct pg_letter_choice_list){choices, choice_count};
    return ERR_NONE;
}

static enum err_code collect_items(const struct request *request, const struct opened *opened, struct page_letter *page,
                                   struct facts *facts, struct err *err)
{
    struct arena *arena = request->arena;
    size_t count = opened->duties.count;
    struct pg_letter_item *items = arena_new_array(arena, struct pg_letter_item, count + 1);
    if (!items)
        return arena_full(arena, err);
    for (size_t i = 0; i < count; i++) {
        const struct sql_letter_duties_row *d = &opened->duties.items[i];
        TRY(letter_item(request, opened, d, &items[i], err));
        page->sure += is_read(d) && is_sure(d);
        page->duties += !is_dropped(d);
        page->confirmed += !is_dropped(d) && !is_read(d);
        if (is_read(d) && !is_sure(d) && str_is_empty(page->see_href))
            page->see_href = app_href(request, "#d%lld", (long long)d->no);
        if (!items[i].has_place || (size_t)d->quote_to.v > opened->text.len_bytes)
            continue;
        struct mark *mark = vec_push(&facts->marks, arena);
        if (!mark)
            return arena_full(arena, err);
        *mark = (struct mark){.from = (uint32_t)d->quote_from.v,
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
    struct opened opened = {0};
    TRY(letter_open(request, db, true, &opened, err));
    const struct sql_letter_get_row *l = opened.letter;
    struct actor actor = app_actor_with(request, RIGHT_READ);
    struct page_letter page = {.letter_id = l->id, .may_change = opened.may_change};
    struct facts facts = {.request = request, .text_bytes = opened.text.len_bytes};
    TRY(collect_items(request, &opened, &page, &facts, err));
    TRY(collect_facts(&opened, &facts, err));
    TRY(collect_missing(request, db, &opened, &page, &facts, err));
    TRY(text_with_marks(request, opened.text, facts.marks.items, facts.marks.count, &page.text, err));
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
    page.title = !page.duties ? say(request, MSG_LETTER_FOUND_NONE)
                 : waiting    ? msg_str(arena, request->lang, MSG_LETTER_FOUND, page.duties,
                                        MSG_ARGS(ARG_INT("n", page.duties), ARG_INT("open", waiting)))
                              : say_n(request, MSG_LETTER_FOUND_ALL, page.duties);
    page.lead = msg_str(arena, request->lang, MSG_LETTER_OF, 0,
                        MSG_ARGS(ARG_STR("type", say(request, MSG_LETTER_A_LETTER)),
                                 ARG_STR("issuer", or_else(l->issuer, say(request, MSG_LETTER_UNKNOWN_ISSUER))),
                                 ARG_STR("day", l->issued_day.has ? day_words(request, (civil_day)l->issued_day.v)
                                                                  : say(request, MSG_LETTER_UNKNOWN_DAY)),
                                 ARG_STR("subject", or_else(l->subject, say(request, MSG_LETTER_NO_SUBJECT)))));
    page.file_href = app_href(request, "/letter/%lld/file", (long long)l->id);
    page.file_name = file_name_of(request, l);
    page.frame = web_frame(request, page.title, STR("letters"));
    if (!page.frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, 200);
    page_letter(&o, &page);
    return ERR_NONE;
}

static enum err_code letter_file(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct opened opened = {0};
    TRY(letter_open(request, db, false, &opened, err));
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

/* --- a clerk's word --- */

static const struct sql_letter_duties_row *duty_of(const struct opened *opened, int64_t id)
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

static enum err_code letter_confirm_sure(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct opened opened = {0};
    TRY(letter_open(request, db, false, &opened, err));
    struct actor actor = app_actor(request);
    int64_t n = 0;
    for (size_t i = 0; i < opened.duties.count; i++) {
        if (!is_read(&opened.duties.items[i]) || !is_sure(&opened.duties.items[i]))
            continue;
        TRY(letter_duty_confirm(db, &actor, opened.duties.items[i].id, err));
        n++;
    }
    settle(db, &actor, opened.letter->id);
    app_done_redirect(request, response, app_href(request, "/letter/%lld", (long long)opened.letter->id),
                      say_n(request, MSG_LETTER_SAID_SURE, n), STR_NONE);
    return ERR_NONE;
}

/* What the form of one duty holds while it is typed. */
struct typed {
    struct str text, actor, trigger, count, months, day, from, to;
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
        .trigger = d->trigger_kind,
        .count = d->period_count.has ? link_id(request, d->period_count.v) : STR_NONE,
        .months = d->period_months.has ? link_id(request, d->period_months.v) : STR_NONE,
        .day = d->deadline_day.has ? day_words(request, (civil_day)d->deadline_day.v) : STR_NONE,
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

static enum err_code duty_form(struct request *request, struct response *response, const struct opened *opened,
                               const struct sql_letter_duties_row *duty, const struct typed *typed, struct err *err)
{
    struct arena *arena = request->arena;
    struct pg_option *options = arena_new_array(arena, struct pg_option, ARRAY_LEN(triggers));
    struct pg_option *chosen = arena_new_array(arena, struct pg_option, typed->ids.count + 1);
    struct pg_option *found = arena_new_array(arena, struct pg_option, FOUND_MAX);
    if (!options || !chosen || !found)
        return arena_full(arena, err);
    for (size_t i = 0; i < ARRAY_LEN(triggers); i++)
        options[i] = (struct pg_option){triggers[i].id, say(request, triggers[i].words),
                                        str_equal(triggers[i].id, typed->trigger)};
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
        {say(request, MSG_LETTER_BOOK), STR("/letters")},
        {letter_ref(request, opened->letter->number, opened->letter->symbol), letter_href},
        {duty ? say_n(request, MSG_LETTER_CORRECT_TITLE, duty->no) : say(request, MSG_LETTER_ADD_TITLE), STR("")}};
    struct page_letter_duty page = {
        .title = crumbs[2].text,
        .lead = duty ? say(request, MSG_LETTER_CORRECT_LEAD) : STR_NONE,
        .crumbs = {crumbs, ARRAY_LEN(crumbs)},
        .action = duty ? app_href(request, "/letter/%lld/duty/%lld", (long long)opened->letter->id, (long long)duty->id)
                       : app_href(request, "/letter/%lld/add", (long long)opened->letter->id),
        .refused = str_is_empty(typed->refused)
                       ? STR_NONE
                       : arena_printf(arena, "%.*s %.*s", STR_ARG(say(request, MSG_LETTER_REFUSED_SAVE)),
                                      STR_ARG(typed->refused)),
        .refused_todo = say(request, MSG_LETTER_REFUSED_SAVE_TODO),
        .text = typed->text,
        .actor = typed->actor,
        .triggers = {options, ARRAY_LEN(triggers)},
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

static enum err_code duty_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct opened opened = {0};
    TRY(letter_open(request, db, true, &opened, err));
    int64_t id;
    TRY(request_id(request, STR("duty"), &id, err));
    const struct sql_letter_duties_row *duty = duty_of(&opened, id);
    if (!duty || !opened.may_change)
        return err_set(err, ERR_NOT_FOUND, "no such duty");
    struct typed typed;
    TRY(typed_from_duty(request, duty, &typed, err));
    return duty_form(request, response, &opened, duty, &typed, err);
}

static enum err_code add_show(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct opened opened = {0};
    TRY(letter_open(request, db, false, &opened, err));
    if (!opened.may_change)
        return err_set(err, ERR_NOT_FOUND, "no such letter");
    struct typed typed = {.trigger = STR("once"),
                          .from = form_get(&request->query, STR("from")),
                          .to = form_get(&request->query, STR("to"))};
    return duty_form(request, response, &opened, NULL, &typed, err);
}

/* Check what was typed; a sentence for the page in typed->refused when it cannot stand. */
static enum err_code duty_from_typed(const struct request *request, const struct opened *opened,
                                     const struct sql_letter_duties_row *duty, struct typed *typed,
                                     struct book_duty *ret_duty, struct err *err)
{
    struct book_duty d = {.text = typed->text,
                          .actor = typed->actor,
                          .trigger = typed->trigger,
                          .deadline_strict = typed->strict,
                          .confidence = 1.0,
                          .deadline_day = CIVIL_NONE};
    struct err why = {0};
    int64_t count = 0, months = 0;
    if (str_is_empty(typed->text))
        typed->refused = say(request, MSG_LETTER_REFUSED_NO_TEXT);
    if (app_day(request, STR("day"), &d.deadline_day, &why) != ERR_NONE) {
        typed->refused = request_said(request, &why);
        typed->day_error = typed->refused;
    }
    bool has_count = !str_is_empty(typed->count), has_months = !str_is_empty(typed->months);
    if (has_count != has_months ||
        (has_count && (!str_to_i64(typed->count, &count) || !str_to_i64(typed->months, &months) || count < 1 ||
                       count > 366 || months < 1 || months > 600)) ||
        (str_equal(typed->trigger, STR("periodic")) && !has_count))
        typed->refused = say(request, MSG_LETTER_REFUSED_PERIOD);
    d.period_count = (int)count;
    d.period_months = (int)months;
    if (!duty && (!str_is_empty(typed->from) || !str_is_empty(typed->to))) {
        int64_t from, to;
        if (!str_to_i64(typed->from, &from) || !str_to_i64(typed->to, &to) || from < 0 || to <= from ||
            (size_t)to > opened->text.len_bytes || !utf8_is_valid(str_slice(opened->text, (size_t)from, (size_t)to))) {
            typed->refused = say(request, MSG_LETTER_REFUSED_PLACE);
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
                               const struct opened *opened, const struct sql_letter_duties_row *duty, struct err *err)
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
                          say_n(request, MSG_LETTER_SAID_CORRECTED, duty->no), STR_NONE);
    else
        app_done_redirect(request, response, app_href(request, "/letter/%lld", (long long)opened->letter->id),
                          say(request, MSG_LETTER_SAID_ADDED), STR_NONE);
    return ERR_NONE;
}

static enum err_code duty_act(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct opened opened = {0};
    TRY(letter_open(request, db, true, &opened, err));
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
        app_done_redirect(request, response, here, say_n(request, MSG_LETTER_SAID_CONFIRMED, duty->no), undo);
    } else if (str_equal(what, STR("drop"))) {
        TRY(letter_duty_drop(db, &actor, duty->id, err));
        settle(db, &actor, opened.letter->id);
        app_done_redirect(request, response, here, say_n(request, MSG_LETTER_SAID_DROPPED, duty->no), undo);
    } else {
        TRY(letter_duty_reopen(db, &actor, duty->id, err));
        app_done_redirect(request, response, here, say_n(request, MSG_LETTER_SAID_REOPENED, duty->no), STR_NONE);
    }
    return ERR_NONE;
}

static enum err_code add_save(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct opened opened = {0};
    TRY(letter_open(request, db, true, &opened, err));
    return duty_save(request, response, db, &opened, NULL, err);
}

static enum err_code attachment_link(struct request *request, struct response *response, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    int64_t id, attachment_id, child_id;
    TRY(request_id(request, STR("id"), &id, err));
    TRY(request_id(request, STR("attachment"), &attachment_id, err));
    TRY(app_int(request, STR("letter"), 0, &child_id, err));
    struct opened opened = {0};
    TRY(letter_open(request, db, false, &opened, err));
    struct str here = app_href(request, "/letter/%lld", (long long)id);
    if (!child_id) {
        response_redirect(request, response, here);
        return ERR_NONE;
    }
    struct actor actor = app_actor(request);
    TRY(letter_attachment_is(db, &actor, id, attachment_id, child_id, err));
    app_done_redirect(request, response, here, say(request, MSG_LETTER_SAID_LINKED), STR_NONE);
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
    {GET, "/letter/{id}/duty/{duty}", duty_show, RIGHT_DRAFT, READS, NULL},
    {POST, "/letter/{id}/duty/{duty}", duty_act, RIGHT_DRAFT, CHANGES, NULL},
    {GET, "/letter/{id}/add", add_show, RIGHT_DRAFT, READS, NULL},
    {POST, "/letter/{id}/add", add_save, RIGHT_DRAFT, CHANGES, NULL},
    {POST, "/letter/{id}/attachment/{attachment}", attachment_link, RIGHT_DRAFT, CHANGES, NULL},
};
const struct route_list letter_routes = {routes, ARRAY_LEN(routes)};
