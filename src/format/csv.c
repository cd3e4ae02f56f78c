#include "format/csv.h"

#include "base/limits.h"

#define SNIFF_LINES 10u

/* --- reading --- */

/* How often sep stands outside quotes on the line that starts at *at; moves *at behind the line. */
static size_t count_separators(struct str text, size_t *at, char sep)
{
    size_t n = 0;
    bool quoted = false;
    size_t i = *at;
    for (; i < text.len_bytes; i++) {
        char c = text.ptr[i];
        if (c == '"')
            quoted = !quoted;
        else if (c == sep && !quoted)
            n++;
        else if (c == '\n' && !quoted)
            break;
    }
    *at = i + 1;
    return n;
}

static char sniff(struct str text)
{
    static const char candidates[] = ",;\t|";
    char best = ',';
    size_t best_score = 0;
    for (size_t k = 0; candidates[k]; k++) {
        /* Points for the first line's count, ten times as many for each further line that agrees with it. */
        size_t at = 0, first = count_separators(text, &at, candidates[k]), agree = 0;
        if (first == 0)
            continue;
        for (size_t line = 1; line < SNIFF_LINES && at < text.len_bytes; line++)
            agree += count_separators(text, &at, candidates[k]) == first;
        size_t score = first + agree * 10;
        if (score > best_score) {
            best_score = score;
            best = candidates[k];
        }
    }
    return best;
}

enum err_code csv_open(struct str text, char separator, struct arena *arena, struct csv_reader *ret_reader,
                       struct err *err)
{
    size_t line = 1;
    if (str_starts_with(text, STR("\xEF\xBB\xBF")))
        text = str_slice(text, 3, text.len_bytes);
    /* What Excel writes on request as the first line. */
    if (text.len_bytes >= 6 && str_equal_nocase_ascii(str_slice(text, 0, 4), STR("sep=")) &&
        (text.ptr[5] == '\n' || text.ptr[5] == '\r')) {
        if (!separator)
            separator = text.ptr[4];
        struct str skipped;
        if (str_line(&text, &skipped))
            line = 2;
    }
    if (str_is_null(text))
        text = STR("");
    if (!separator)
        separator = sniff(text);
    if (separator == '"' || separator == '\n' || separator == '\r')
        return err_set(err, ERR_SYNTAX, "CSV: this character cannot separate fields");
    ret_reader->text = text;
    ret_reader->at = 0;
    ret_reader->line = line;
    ret_reader->rows = 0;
    ret_reader->separator = separator;
    ret_reader->arena = arena;
    ret_reader->start = arena_mark(arena);
    return ERR_NONE;
}

/* A quoted field; r->at stands on the opening quote. */
static enum err_code read_quoted(struct csv_reader *r, struct str *ret_field, struct err *err)
{
    size_t opened_at_line = r->line, from = ++r->at, doubled = 0;
    const char *p = r->text.ptr;
    size_t end = r->text.len_bytes;
    for (;; r->at++) {
        if (r->at >= end)
            return err_set(err, ERR_SYNTAX, "CSV line %zu: a quote is opened and never closed", opened_at_line);
        if (r->at - from > CSV_FIELD_MAX_BYTES)
            return err_set(err, ERR_LIMIT, "CSV line %zu: a field over %u MB (is a quote missing?)", opened_at_line,
                           CSV_FIELD_MAX_BYTES >> 20);
        if (p[r->at] == '\n')
            r->line++;
        if (p[r->at] != '"')
            continue;
        if (r->at + 1 < end && p[r->at + 1] == '"') {
            doubled++;
            r->at++;
            continue;
        }
        break;
    }
    struct str raw = str_slice(r->text, from, r->at);
    r->at++;
    if (r->at < end && p[r->at] != r->separator && p[r->at] != '\n' && p[r->at] != '\r')
        return err_set(err, ERR_SYNTAX, "CSV line %zu: text stands behind a closing quote", r->line);
    if (doubled == 0) {
        *ret_field = raw;
        return ERR_NONE;
    }
    char *out = arena_alloc(r->arena, raw.len_bytes + 1, 1);
    if (!out)
        return arena_full(r->arena, err);
    size_t n = 0;
    for (size_t i = 0; i < raw.len_bytes; i++) {
        out[n++] = raw.ptr[i];
        if (raw.ptr[i] == '"')
            i++; /* the second of the pair */
    }
    out[n] = '\0';
    *ret_field = (struct str){out, n};
    return ERR_NONE;
}

enum err_code csv_next(struct csv_reader *r, struct csv_row *ret_row, struct err *err)
{
    arena_rewind(r->arena, r->start);
    struct csv_row row = {.fields = r->fields, .line = r->line};
    const char *p = r->text.ptr;
    size_t end = r->text.len_bytes;
    if (r->at >= end) {
        *ret_row = row;
        return ERR_NONE;
    }
    if (++r->rows > CSV_ROWS_MAX)
        return err_set(err, ERR_LIMIT, "CSV: more than %u rows", CSV_ROWS_MAX);
    for (;;) {
        if (row.count == CSV_COLUMNS_MAX)
            return err_set(err, ERR_LIMIT, "CSV line %zu: more than %u columns", row.line, CSV_COLUMNS_MAX);
        struct str field;
        if (r->at < end && p[r->at] == '"') {
            TRY(read_quoted(r, &field, err));
        } else {
            size_t from = r->at;
            while (r->at < end && p[r->at] != r->separator && p[r->at] != '\n' && p[r->at] != '\r')
                r->at++;
            field = str_slice(r->text, from, r->at);
            if (field.len_bytes > CSV_FIELD_MAX_BYTES)
                return err_set(err, ERR_LIMIT, "CSV line %zu: a field over %u MB", r->line, CSV_FIELD_MAX_BYTES >> 20);
        }
        r->fields[row.count++] = field;
        if (r->at < end && p[r->at] == r->separator) {
            r->at++;
            continue; /* at the very end an empty last field follows */
        }
        break;
    }
    /* CRLF, LF, or the lone CR of old spreadsheets */
    if (r->at < end && p[r->at] == '\r')
        r->at++;
    if (r->at < end && p[r->at] == '\n')
        r->at++;
    r->line++;
    *ret_row = row;
    return ERR_NONE;
}

/* --- writing --- */

static bool is_number(struct str s)
{
    size_t i = s.len_bytes && (s.ptr[0] == '-' || s.ptr[0] == '+') ? 1 : 0, digits = 0;
    for (; i < s.len_bytes; i++) {
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            digits++;
        else if (s.ptr[i] != '.' && s.ptr[i] != ',' && s.ptr[i] != ' ')
            return false;
    }
    return digits > 0;
}

bool csv_is_formula(struct str s)
{
    return s.len_bytes && memchr("=+-@\t\r", s.ptr[0], 6) && !is_number(s);
}

void csv_writer_init(struct csv_writer *w, struct buf *out, char separator, unsigned flags)
{
    *w = (struct csv_writer){.out = out, .separator = separator};
    if (flags & CSV_BOM)
        buf_lit(out, "\xEF\xBB\xBF");
}

void csv_put(struct csv_writer *w, struct str field)
{
    if (w->in_row)
        buf_put_byte(w->out, w->separator);
    bool guard = csv_is_formula(field);
    /* an empty only field is quoted, so that the row is not taken for a blank line */
    bool quote = !w->in_row && field.len_bytes == 0;
    w->in_row = true;
    for (size_t i = 0; i < field.len_bytes && !quote; i++)
        quote = field.ptr[i] == '"' || field.ptr[i] == '\n' || field.ptr[i] == '\r' || field.ptr[i] == w->separator;
    if (quote)
        buf_put_byte(w->out, '"');
    if (guard)
        buf_put_byte(w->out, '\'');
    if (!quote) {
        buf_put(w->out, field);
        return;
    }
    for (size_t from = 0; from < field.len_bytes;) {
        ptrdiff_t at = str_find_byte(field, '"', from);
        if (at < 0) {
            buf_put(w->out, str_slice(field, from, field.len_bytes));
            break;
        }
        buf_put(w->out, str_slice(field, from, (size_t)at + 1));
        buf_put_byte(w->out, '"');
        from = (size_t)at + 1;
    }
    buf_put_byte(w->out, '"');
}

void csv_put_i64(struct csv_writer *w, int64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)v);
    csv_put(w, str_from_cstr(text));
}

void csv_end_row(struct csv_writer *w)
{
    buf_lit(w->out, "\r\n");
    w->in_row = false;
}
