#include "report/form_parts.h"

#include "base/limits.h"
#include "report/signer.h"

static void put(struct filling *f, enum document_block_kind kind, struct str lead, struct str text)
{
    struct document_block *block = vec_push(&f->blocks, f->arena);
    if (block)
        *block = (struct document_block){.kind = kind, .lead = lead, .text = text};
    else
        f->full = true;
}

/* ---------- tables ---------- */

struct grid { /* a table with a running number before the columns of the key, or of a file */
    struct document_column *columns;
    struct document_row *rows;
    size_t column_count, row_count;
};

static bool grid_new(struct filling *f, size_t own_columns, size_t row_count, struct grid *g)
{
    g->column_count = own_columns + 1;
    g->row_count = row_count;
    g->columns = arena_new_array(f->arena, struct document_column, g->column_count);
    g->rows = arena_new_array(f->arena, struct document_row, row_count);
    if (!g->columns || !g->rows) {
        f->full = true;
        return false;
    }
    g->columns[0] =
        (struct document_column){.title = form_word(f, "row_number"), .weight = 1, .align = DOCUMENT_CENTRE};
    return true;
}

/* The cells of one row, its number filled in; NULL: the arena is full. */
static struct str *NULLABLE grid_row(struct filling *f, struct grid *g, size_t row)
{
    struct str *cells = arena_new_array(f->arena, struct str, g->column_count);
    if (!cells) {
        f->full = true;
        return NULL;
    }
    cells[0] = form_number(f, (int64_t)row + 1);
    g->rows[row].cells = cells;
    return cells;
}

static void put_grid(struct filling *f, const struct grid *g)
{
    struct document_block *block = vec_push(&f->blocks, f->arena);
    if (!block) {
        f->full = true;
        return;
    }
    *block = (struct document_block){.kind = DOCUMENT_TABLE,
                                     .table = {.columns = g->columns,
                                               .column_count = g->column_count,
                                               .rows = g->rows,
                                               .row_count = g->row_count,
                                               .font_pt = 11}};
}

static void put_rows(struct filling *f, const struct know_form_key *key, const struct form_value *value)
{
    struct grid g;
    if (!grid_new(f, key->column_count, value->count, &g))
        return;
    for (size_t c = 0; c < key->column_count; c++)
        g.columns[c + 1] = (struct document_column){
            .title = form_in(f, key->columns[c].title),
            .weight = key->columns[c].weight,
            .align = key->columns[c].type == KNOW_FORM_NUMBER ? DOCUMENT_RIGHT : DOCUMENT_LEFT,
        };
    for (size_t r = 0; r < value->count; r++) {
        struct str *cells = grid_row(f, &g, r);
        for (size_t c = 0; cells && c < key->column_count; c++)
            cells[c + 1] = form_value_words(f, &value->rows[r].cells[c], NULL, form_word(f, "unknown"));
    }
    put_grid(f, &g);
}

static void put_files(struct filling *f, const struct form_value *value)
{
    struct grid g;
    if (!grid_new(f, 3, value->count, &g))
        return;
    g.columns[1] = (struct document_column){.title = form_word(f, "file_name"), .weight = 5};
    g.columns[2] =
        (struct document_column){.title = form_word(f, "file_bytes"), .weight = 2.5, .align = DOCUMENT_RIGHT};
    g.columns[3] = (struct document_column){.title = form_word(f, "file_hash"), .weight = 6};
    for (size_t r = 0; r < value->count; r++) {
        struct str *cells = grid_row(f, &g, r);
        if (!cells)
            return;
        const struct form_file *file = &value->files[r];
        cells[1] = str_is_empty(file->name) ? form_word(f, "unknown") : file->name;
        cells[2] = form_number(f, file->size_bytes);
        cells[3] = file->sha256;
    }
    put_grid(f, &g);
}

/* ---------- body ---------- */

/* "1. Dấu hiệu: …", the further lines as paragraphs, rows as a table below. */
static void put_field(struct filling *f, const struct know_form_field *field)
{
    const struct know_form_key *key = know_form_key_find(field->key);
    const struct form_value *value = form_values_get(f->values, field->key);
    struct str lead = form_say(f, "%.*s:", STR_ARG(form_in(f, field->title)));
    struct str unknown = form_word(f, field->is_required ? "unknown_required" : "unknown");
    bool is_list = value->kind == FORM_ROWS || value->kind == FORM_FILES;
    must(key != NULL); /* knowgen saw it */
    if (is_list && value->count == 0) {
        put(f, DOCUMENT_CLAUSE, lead, form_word(f, "none"));
        return;
    }
    struct str rest = form_value_words(f, value, key, unknown), line = STR("");
    (void)str_split(&rest, '\n', &line);
    put(f, DOCUMENT_CLAUSE, lead, line);
    while (str_split(&rest, '\n', &line))
        put(f, DOCUMENT_PARAGRAPH, STR_NONE, line);
    if (value->kind == FORM_ROWS)
        put_rows(f, key, value);
    if (value->kind == FORM_FILES)
        put_files(f, value);
}

static bool is_any_missing(struct filling *f)
{
    struct form_gaps gaps = {0};
    struct err ignored;
    if (form_missing(f->form, f->values, f->arena, &gaps, &ignored) != ERR_NONE)
        f->full = true;
    return gaps.count > 0;
}

static void put_body(struct filling *f)
{
    if (f->lang == LANG_EN)
        put(f, DOCUMENT_NOTE, STR_NONE, form_word(f, "reading_copy"));
    for (size_t i = 0; i < f->form->instruments.count; i++) {
        const struct know_instrument *instrument = know_instrument_find(f->form->instruments.items[i]);
        bool is_last = i + 1 == f->form->instruments.count;
        if (instrument && instrument->from_day <= f->head->on_day && f->head->on_day < instrument->to_day)
            put(f, DOCUMENT_BASIS, STR_NONE,
                form_basis(f, instrument, is_last ? form_in(f, f->form->clause) : STR("")));
    }
    put(f, DOCUMENT_PARAGRAPH, STR_NONE, form_with_unit(f, form_in(f, f->form->opening)));
    for (size_t s = 0; s < f->form->section_count; s++) {
        const struct know_form_section *section = &f->form->sections[s];
        put(f, DOCUMENT_HEADING, STR_NONE, form_upper(f, form_in(f, section->title)));
        for (size_t i = 0; i < section->field_count; i++)
            put_field(f, &section->fields[i]);
    }
    if (is_any_missing(f) && !str_is_empty(form_in(f, f->form->pending)))
        put(f, DOCUMENT_PARAGRAPH, STR_NONE, form_in(f, f->form->pending));
    put(f, DOCUMENT_PARAGRAPH, STR_NONE, form_with_unit(f, form_in(f, f->form->closing)));
}

/* ---------- around it ---------- */

static const struct know_document_kind *document_kind(const struct know_form *form)
{
    for (size_t i = 0; i < know_document_kind_count; i++)
        if (str_equal(know_document_kinds[i].id, form->document))
            return &know_document_kinds[i];
    must(!"a kind of document"); /* knowgen saw it */
    return NULL;
}

static void put_head(struct filling *f, struct document *d)
{
    const struct form_head *head = f->head;
    const struct know_document_kind *kind = document_kind(f->form);
    const struct know_signing_title *known = know_signing_title_of(head->unit_kind, f->unit, head->on_day);
    d->issuer_name = f->unit;
    d->issuer = form_upper(f, f->unit);
    if (!str_is_empty(head->parent_name) && !(known && known->stands_alone))
        d->parent = form_upper(f, form_line(f, head->parent_name));
    struct str symbol = form_line(f, head->symbol);
    if (str_is_empty(symbol))
        symbol = STR("…");
    d->symbol = str_is_empty(kind->mark) ? symbol : form_say(f, "%.*s-%.*s", STR_ARG(kind->mark), STR_ARG(symbol));
    d->place = form_line(f, head->place);
    d->date = head->date;
    d->made_unix_ms = head->made_unix_ms;
    d->summary = form_in(f, f->form->summary);
    if (f->lang == LANG_EN || !str_is_empty(kind->mark)) /* a letter has no name of a kind, its reading copy has */
        d->type_name = form_upper(f, form_in(f, kind->title));
    else
        d->summary = form_about(f, d->summary); /* behind "V/v" */
}

static void put_addressees(struct filling *f, struct document *d)
{
    size_t count = f->head->to_count ? f->head->to_count : 1;
    struct str *to = arena_new_array(f->arena, struct str, count);
    if (!to) {
        f->full = true;
        return;
    }
    for (size_t i = 0; i < f->head->to_count; i++)
        to[i] = form_line(f, f->head->to[i]);
    for (size_t i = 0; !f->head->to_count && i < know_recipient_count; i++)
        if (str_equal(know_recipients[i].id, f->form->addressee))
            to[0] = form_in(f, know_recipients[i].title);
    d->to = to;
    d->to_count = count;
}

static void add_recipient(struct filling *f, struct str name, struct str purpose)
{
    struct document_recipient *r = vec_push(&f->recipients, f->arena);
    if (r)
        *r = (struct document_recipient){name, purpose};
    else
        f->full = true;
}

/* Boxes 7 and 9b; a reading copy has neither. */
static enum err_code put_end(struct filling *f, struct document *d, struct err *err)
{
    const struct form_head *head = f->head;
    if (f->lang == LANG_EN)
        return ERR_NONE;
    d->signer_name = form_line(f, head->signer_name);
    add_recipient(f, STR("Như trên"), STR_NONE);
    for (size_t i = 0; i < head->recipient_count; i++)
        add_recipient(f, form_line(f, head->recipients[i].name), form_line(f, head->recipients[i].purpose));
    d->recipients = f->recipients.items;
    d->recipient_count = f->recipients.count;
    d->keep = str_is_empty(head->keep) ? STR("VT") : form_line(f, head->keep);
    return signer_lines(&(struct signer){.unit_kind = head->unit_kind,
                                         .unit_name = f->unit,
                                         .day = head->on_day,
                                         .is_deputy = head->signer_is_deputy,
                                         .own_title = form_line(f, head->signer_title)},
                        f->arena, &d->sign_lines, &d->sign_line_count, err);
}

/* The head of a document stands on one page. */
static enum err_code head_check(const struct form_head *head, struct err *err)
{
    const struct str names[] = {head->unit_name,   head->parent_name,  head->symbol, head->place,
                                head->signer_name, head->signer_title, head->keep};
    bool is_over = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        is_over = is_over || utf8_count(names[i]) > FORM_NAME_MAX;
    for (size_t i = 0; i < head->to_count; i++)
        is_over = is_over || utf8_count(head->to[i]) > FORM_NAME_MAX;
    for (size_t i = 0; i < head->recipient_count; i++)
        is_over = is_over || utf8_count(head->recipients[i].name) > FORM_NAME_MAX ||
                  utf8_count(head->recipients[i].purpose) > FORM_NAME_MAX;
    if (is_over)
        return err_set(err, ERR_LIMIT, "một tên ở đầu hoặc cuối văn bản dài quá %u ký tự", FORM_NAME_MAX);
    return ERR_NONE;
}

enum err_code form_document(const struct know_form *form, const struct form_values *values,
                            const struct form_head *head, enum lang lang, struct arena *arena,
                            struct document *ret_document, struct err *err)
{
    struct filling filling = {.form = form, .values = values, .head = head, .lang = lang, .arena = arena},
                   *f = &filling;
    struct document d = {0};
    TRY(head_check(head, err));
    f->unit = form_line(f, head->unit_name);
    put_head(f, &d);
    put_addressees(f, &d);
    put_body(f);
    TRY(put_end(f, &d, err));
    if (f->full)
        return arena_full(arena, err);
    d.blocks = f->blocks.items;
    d.block_count = f->blocks.count;
    TRY(document_check(&d, err));
    *ret_document = d;
    return ERR_NONE;
}
