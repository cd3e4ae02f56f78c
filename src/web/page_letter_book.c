#include "web/page_letter.h"

#include "base/limits.h"
#include "duty/letter_book.h"
#include "duty/page_letter.sql.h"
#include "know/know.h"
#include "os/file.h"
#include "work/intake.h"

struct refusal_words {
    struct str what, why, todo;
};

static enum err_code book_file(struct request *request, struct response *response,
                               const struct sql_letter_book_rows_rows *rows, struct err *err)
{
    const struct sheet_column columns[] = {
        {kit_text(request, MSG_LETTER_NUMBER), SHEET_TEXT, 18},
        {kit_text(request, MSG_LETTER_SUBJECT), SHEET_TEXT, 60},
        {kit_text(request, MSG_LETTER_ISSUER), SHEET_TEXT, 36},
        {kit_text(request, MSG_LETTER_DAY), SHEET_DATE, 12},
        {kit_text(request, MSG_LETTER_DUTY_COUNT), SHEET_INT, 10},
        {kit_text(request, MSG_LETTER_TAB_WAITING), SHEET_INT, 14},
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
    return listing_respond(request, response, listing_file_of(request), kit_text(request, MSG_LETTER_BOOK), columns,
                           ARRAY_LEN(columns), cells, rows->count, err);
}

static void book_row(const struct request *request, const struct sql_letter_book_rows_row *r, struct pg_letter_row *row)
{
    *row = (struct pg_letter_row){
        .ref = letter_ref(request, r->number, r->symbol),
        .subject = letter_or_else(r->subject, kit_text(request, MSG_LETTER_NO_SUBJECT)),
        .href = app_href(request, "/letter/%lld", (long long)r->id),
        .issuer = r->issuer,
        .day = r->issued_day.has ? (civil_day)r->issued_day.v : CIVIL_NONE,
    };
    if (r->open_duties) {
        row->state = PAGE_STATE_DUE;
        row->word = kit_msg(request, MSG_LETTER_ROW_WAITING, r->open_duties, ARG_INT("n", r->open_duties));
        row->note = kit_text(request, MSG_LETTER_NEXT_CONFIRM);
        row->note_href = row->href;
    } else if (r->directives) {
        row->state = PAGE_STATE_OK;
        row->word = kit_text(request, MSG_LETTER_ROW_ISSUED);
    } else if (r->duties) {
        row->state = PAGE_STATE_DOING;
        row->word = kit_msg(request, MSG_LETTER_ROW_CONFIRMED, r->duties, ARG_INT("n", r->duties));
        row->note = kit_text(request, MSG_LETTER_NEXT_ISSUE);
        row->note_href = app_href(request, "/letter/%lld/issue", (long long)r->id);
    } else {
        row->state = PAGE_STATE_NA;
        row->word = kit_text(request, MSG_LETTER_ROW_NOTHING);
    }
    if (r->missing_attachments && !r->open_duties) {
        row->note =
            kit_msg(request, MSG_LETTER_NEXT_MISSING, r->missing_attachments, ARG_INT("n", r->missing_attachments));
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
        {kit_text(request, MSG_LETTER_TAB_ALL), total, link_make(request, STR("/letters"), tab_all, 1), PAGE_STATE_NONE,
         str_is_null(state)},
        {kit_text(request, MSG_LETTER_TAB_WAITING), waiting, link_make(request, STR("/letters"), tab_read, 2),
         PAGE_STATE_DUE, str_equal(state, STR("read"))},
        {kit_text(request, MSG_LETTER_TAB_DONE), total - waiting, link_make(request, STR("/letters"), tab_done, 2),
         PAGE_STATE_OK, str_equal(state, STR("confirmed"))},
    };
    const struct pg_hidden keep[] = {{STR("state"), state}};
    int64_t shown_total = str_is_null(state) ? total : str_equal(state, STR("read")) ? waiting : total - waiting;
    struct part_pager pager = listing_pager(request, STR("/letters"), params, ARRAY_LEN(params), page,
                                            (int64_t)rows.count, shown_total, rows.count > 0);
    bool may_add = (request->session.rights & RIGHT_DRAFT) != 0;
    struct str title =
        !all || all->total == 0 ? kit_text(request, may_add ? MSG_LETTER_TITLE_EMPTY : MSG_LETTER_TITLE_NOTHING)
        : all->waiting          ? kit_msg(request, MSG_LETTER_TITLE_WAITING, all->waiting, ARG_INT("n", all->waiting))
                                : kit_text(request, MSG_LETTER_TITLE_CLEAR);
    struct layout_frame *frame = web_frame(request, title, STR("letters"));
    if (!frame)
        return arena_full(arena, err);
    struct page_out o = response_page(request, response, status);
    page_letters(&o, &(struct page_letters){
                         .frame = frame,
                         .title = title,
                         .lead = kit_text(request, may_add ? MSG_LETTER_LEAD : MSG_LETTER_LEAD_READER),
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

enum err_code letters_show(struct request *request, struct response *response, struct err *err)
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

enum err_code letters_add(struct request *request, struct response *response, struct err *err)
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
                              is_new ? kit_msg(request, MSG_LETTER_SAID_READ, (int64_t)duties.count,
                                               ARG_INT("n", (int64_t)duties.count))
                                     : kit_text(request, MSG_LETTER_SAID_KNOWN),
                              STR_NONE);
            return ERR_NONE;
        }
    }
    /* No default: a new code must be thought about; what is not about the letter goes on as it is. */
    struct refusal_words words = {0};
    switch (code) {
    case ERR_NOT_FOUND:
        words = (struct refusal_words){kit_text(request, MSG_LETTER_REFUSED_EMPTY), STR_NONE,
                                       kit_text(request, MSG_LETTER_REFUSED_EMPTY_TODO)};
        break;
    case ERR_DENIED:
        words = (struct refusal_words){kit_text(request, MSG_LETTER_REFUSED_SECRET), STR_NONE,
                                       kit_text(request, MSG_LETTER_REFUSED_SECRET_TODO)};
        typed = STR_NONE; /* nothing of it is sent back either */
        break;
    case ERR_LIMIT:
        words = (struct refusal_words){kit_text(request, MSG_LETTER_REFUSED_LARGE), STR_NONE,
                                       kit_text(request, MSG_LETTER_REFUSED_LARGE_TODO)};
        break;
    case ERR_SYNTAX:
    case ERR_UNSUPPORTED:
        words = (struct refusal_words){kit_text(request, MSG_LETTER_REFUSED_FILE), STR_NONE,
                                       kit_text(request, MSG_LETTER_REFUSED_FILE_TODO)};
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
