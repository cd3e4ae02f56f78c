/* form_plain.c - a filled form as lines of text. */
#include "report/form_parts.h"

#define FORM_PLAIN_MAX_BYTES (64u << 20)

/* "   1. Cơ quan: A; Thời điểm: B", under the field it belongs to. */
static void table_put(struct buf *out, const struct document_table *table)
{
    for (size_t r = 0; r < table->row_count; r++) {
        buf_printf(out, "   %.*s.", STR_ARG(table->rows[r].cells[0]));
        for (size_t c = 1; c < table->column_count; c++) {
            buf_printf(out, "%s %.*s: ", c > 1 ? ";" : "", STR_ARG(table->columns[c].title));
            buf_put(out, table->rows[r].cells[c]);
        }
        buf_lit(out, "\n");
    }
}

static void head_put(struct buf *out, const struct document *d, enum lang lang)
{
    buf_put(out, d->issuer_name);
    buf_lit(out, "\n\n");
    if (!str_is_empty(d->type_name)) {
        buf_put(out, d->type_name);
        buf_lit(out, "\n");
    } else {
        buf_lit(out, "V/v ");
    }
    buf_put(out, d->summary);
    buf_lit(out, "\n\n");
    buf_put(out, lang_text(lang, STR("Kính gửi: "), STR("To: ")));
    for (size_t i = 0; i < d->to_count; i++) {
        buf_put(out, i ? STR("; ") : STR(""));
        buf_put(out, d->to[i]);
    }
    buf_lit(out, "\n\n");
}

static enum err_code end_put(struct buf *out, const struct document *d, struct arena *arena, struct err *err)
{
    for (size_t i = 0; i < d->sign_line_count; i++) {
        struct str line = document_sign_text(&d->sign_lines[i], arena);
        if (str_is_null(line))
            return arena_full(arena, err);
        buf_put(out, i ? STR("") : STR("\n"));
        buf_put(out, line);
        buf_lit(out, "\n");
    }
    if (!str_is_empty(d->signer_name)) {
        buf_put(out, d->signer_name);
        buf_lit(out, "\n");
    }
    return ERR_NONE;
}

enum err_code form_plain(const struct know_form *form, const struct form_values *values, const struct form_head *head,
                         enum lang lang, struct arena *arena, struct str *ret_text, struct err *err)
{
    struct document d;
    struct document_lines lines;
    TRY(form_document(form, values, head, lang, arena, &d, err));
    TRY(document_lines_make(d.blocks, d.block_count, true, arena, &lines, err));
    AUTO_BUF out;
    buf_init(&out, FORM_PLAIN_MAX_BYTES);
    head_put(&out, &d, lang);
    for (size_t i = 0; i < lines.count; i++) {
        const struct document_line *line = &lines.items[i];
        if (line->table) {
            table_put(&out, line->table);
            continue;
        }
        bool is_apart = line->kind == DOCUMENT_HEADING || i + 1 == lines.count;
        buf_put(&out, is_apart ? STR("\n") : STR(""));
        buf_put(&out, line->label);
        buf_put(&out, line->lead);
        buf_put(&out, line->text);
        buf_lit(&out, "\n");
    }
    TRY(end_put(&out, &d, arena, err));
    return buf_to_arena(&out, arena, ret_text, err);
}
