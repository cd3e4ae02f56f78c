/* form_value.c - the facts a form is filled from: cleaned, checked against their keys, and which are missing. */
#include "report/form_parts.h"

#include "base/limits.h"
#include "base/viet.h"

#define FORM_LINE_CUT_BYTES (32u << 10) /* a longer line goes on in the next */
#define FORM_MARKS_IN_A_ROW 4u          /* Vietnamese needs two */

struct form_values {
    struct arena *arena;
    struct form_value *items; /* in the order of know_form_keys */
};

static const struct form_value unknown_value = {.kind = FORM_UNKNOWN};

struct form_value form_of_text(struct str text)
{
    return (struct form_value){.kind = FORM_TEXT, .text = text};
}

struct form_value form_of_instant(int64_t unix_ms)
{
    return (struct form_value){.kind = FORM_INSTANT, .number = unix_ms};
}

struct form_value form_of_day(civil_day day)
{
    return (struct form_value){.kind = FORM_DAY, .number = day};
}

struct form_value form_of_number(int64_t number)
{
    return (struct form_value){.kind = FORM_NUMBER, .number = number};
}

struct form_value form_of_yes_no(bool is_yes)
{
    return (struct form_value){.kind = FORM_YES_NO, .number = is_yes};
}

struct form_value form_of_rows(const struct form_row *rows, size_t count)
{
    return (struct form_value){.kind = FORM_ROWS, .rows = rows, .count = count};
}

struct form_value form_of_files(const struct form_file *files, size_t count)
{
    return (struct form_value){.kind = FORM_FILES, .files = files, .count = count};
}

/* ---------- cleaning ---------- */

static bool is_line_end(uint32_t cp)
{
    return (cp >= '\n' && cp <= '\r') || cp == 0x85 || cp == 0x2028 || cp == 0x2029;
}

static bool is_blank(uint32_t cp)
{
    return cp == ' ' || cp == '\t' || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F ||
           cp == 0x205F || cp == 0x3000;
}

/* Controls and non-characters are not print; marks and overrides of direction show another text than is meant;
 * characters without width hide something. */
static bool is_invisible(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0xAD || cp == 0x34F || cp == 0x61C || cp == 0x115F ||
           cp == 0x1160 || cp == 0x180E || cp == 0x2800 || cp == 0x3164 || cp == 0xFFA0 ||
           (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) ||
           cp == 0xFEFF || (cp >= 0xFFF0 && cp <= 0xFFFB) || (cp & 0xFFFE) == 0xFFFE ||
           (cp >= 0xFDD0 && cp <= 0xFDEF) || (cp >= 0xE0000 && cp <= 0xE0FFF);
}

static bool is_mark(uint32_t cp)
{
    return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x483 && cp <= 0x489) || (cp >= 0x1AB0 && cp <= 0x1AFF) ||
           (cp >= 0x1DC0 && cp <= 0x1DFF) || (cp >= 0x20D0 && cp <= 0x20FF) || (cp >= 0xFE20 && cp <= 0xFE2F);
}

struct cleaning {
    struct buf *out;
    size_t line_from; /* where the line begins in out */
    size_t marks;     /* in a row */
    bool has_blank;   /* one is owed before the next character */
    bool has_end;     /* a line end is */
};

static void clean_char(struct cleaning *c, uint32_t cp)
{
    c->marks = is_mark(cp) ? c->marks + 1 : 0;
    if (c->marks > FORM_MARKS_IN_A_ROW)
        return;
    if (!c->marks && c->out->len_bytes - c->line_from > FORM_LINE_CUT_BYTES)
        c->has_end = true;
    if (c->out->len_bytes && (c->has_end || c->has_blank))
        buf_put_byte(c->out, c->has_end ? '\n' : ' ');
    if (c->has_end)
        c->line_from = c->out->len_bytes;
    c->has_blank = c->has_end = false;
    buf_put_char(c->out, cp);
}

enum err_code form_clean(struct str text, bool is_long, struct arena *arena, struct str *ret_text, struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, 4 * FORM_TEXT_MAX_BYTES); /* a broken byte becomes three */
    struct cleaning c = {.out = &out};
    for (size_t pos = 0; pos < text.len_bytes;) {
        uint32_t cp = utf8_next(text, &pos);
        if (is_line_end(cp) && is_long)
            c.has_end = true;
        else if (is_line_end(cp) || is_blank(cp))
            c.has_blank = true;
        else if (!is_invisible(cp))
            clean_char(&c, cp);
    }
    TRY(buf_check(&out, err));
    AUTO_BUF composed;
    buf_init(&composed, 8 * FORM_TEXT_MAX_BYTES);
    viet_put_nfc(&composed, buf_str(&out));
    return buf_to_arena(&composed, arena, ret_text, err);
}

/* ---------- checks ---------- */

static enum form_value_kind kind_of(enum know_form_type type)
{
    switch (type) {
    case KNOW_FORM_TEXT:
    case KNOW_FORM_LONG_TEXT:
    case KNOW_FORM_CHOICE:
    case KNOW_FORM_PERSON:
    case KNOW_FORM_UNIT:
    case KNOW_FORM_PHONE:
    case KNOW_FORM_EMAIL:
        return FORM_TEXT;
    case KNOW_FORM_INSTANT:
        return FORM_INSTANT;
    case KNOW_FORM_DAY:
        return FORM_DAY;
    case KNOW_FORM_NUMBER:
        return FORM_NUMBER;
    case KNOW_FORM_YES_NO:
        return FORM_YES_NO;
    case KNOW_FORM_ROWS:
        return FORM_ROWS;
    case KNOW_FORM_FILES:
        return FORM_FILES;
    }
    return FORM_UNKNOWN;
}

static bool is_time(const struct form_value *value)
{
    civil_day first = civil_to_day(1970, 1, 1), last = civil_to_day(9999, 12, 31);
    if (value->kind == FORM_DAY)
        return value->number >= first && value->number <= last;
    return value->number >= civil_day_start_ms(first) && value->number <= civil_day_end_ms(last);
}

/* One value of a plain type; its text is replaced by the cleaned one. what: the words of the key, for the refusal. */
static enum err_code plain_check(struct arena *arena, enum know_form_type type, struct str what,
                                 struct form_value *value, struct err *err)
{
    if (value->kind == FORM_UNKNOWN)
        return ERR_NONE;
    if (value->kind != kind_of(type))
        return err_set(err, ERR_SYNTAX, "%.*s: không đúng kiểu dữ liệu", STR_ARG(what));
    if (value->kind == FORM_TEXT && value->text.len_bytes > FORM_TEXT_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "%.*s: dài quá %u kB", STR_ARG(what), FORM_TEXT_MAX_BYTES >> 10);
    if ((value->kind == FORM_INSTANT || value->kind == FORM_DAY) && !is_time(value))
        return err_set(err, ERR_SYNTAX, "%.*s: không có thời điểm này", STR_ARG(what));
    if (value->kind != FORM_TEXT)
        return ERR_NONE;
    TRY(form_clean(value->text, type == KNOW_FORM_LONG_TEXT, arena, &value->text, err));
    if (str_is_empty(value->text))
        *value = unknown_value;
    return ERR_NONE;
}

static enum err_code choice_check(const struct know_form_key *key, const struct form_value *value, struct err *err)
{
    bool is_known = value->kind == FORM_UNKNOWN;
    for (size_t i = 0; i < key->choice_count; i++)
        is_known = is_known || str_equal(key->choices[i].id, value->text);
    if (!is_known)
        return err_set(err, ERR_SYNTAX, "%.*s: không có lựa chọn này", STR_ARG(key->title.vi));
    return ERR_NONE;
}

static enum err_code rows_check(struct arena *arena, const struct know_form_key *key, struct form_value *value,
                                struct err *err)
{
    struct form_row *rows = arena_new_array(arena, struct form_row, value->count);
    if (!rows)
        return arena_full(arena, err);
    for (size_t r = 0; r < value->count; r++) {
        struct form_value *cells = arena_new_array(arena, struct form_value, key->column_count);
        if (!cells)
            return arena_full(arena, err);
        memcpy(cells, value->rows[r].cells, key->column_count * sizeof *cells);
        for (size_t c = 0; c < key->column_count; c++)
            if (plain_check(arena, key->columns[c].type, key->columns[c].title.vi, &cells[c], err) != ERR_NONE)
                return err_wrap(err, "%.*s, dòng %zu", STR_ARG(key->title.vi), r + 1);
        rows[r].cells = cells;
    }
    value->rows = rows;
    return ERR_NONE;
}

static bool is_sha256(struct str hex)
{
    for (size_t i = 0; i < hex.len_bytes; i++)
        if (!((hex.ptr[i] >= '0' && hex.ptr[i] <= '9') || (hex.ptr[i] >= 'a' && hex.ptr[i] <= 'f')))
            return false;
    return hex.len_bytes == 64;
}

static enum err_code files_check(struct arena *arena, const struct know_form_key *key, struct form_value *value,
                                 struct err *err)
{
    struct form_file *files = arena_new_array(arena, struct form_file, value->count);
    if (!files)
        return arena_full(arena, err);
    for (size_t i = 0; i < value->count; i++) {
        files[i] = value->files[i];
        if (files[i].name.len_bytes > FORM_TEXT_MAX_BYTES)
            return err_set(err, ERR_LIMIT, "%.*s: dài quá %u kB", STR_ARG(key->title.vi), FORM_TEXT_MAX_BYTES >> 10);
        if (!is_sha256(files[i].sha256) || files[i].size_bytes < 0)
            return err_set(err, ERR_SYNTAX, "%.*s: tệp thứ %zu không có mã băm SHA-256", STR_ARG(key->title.vi), i + 1);
        TRY(form_clean(files[i].name, false, arena, &files[i].name, err));
    }
    value->files = files;
    return ERR_NONE;
}

enum err_code form_values_new(struct arena *arena, struct form_values **ret_values, struct err *err)
{
    struct form_values *values = arena_new(arena, struct form_values);
    struct form_value *items = arena_new_array(arena, struct form_value, know_form_key_count);
    if (!values || !items)
        return arena_full(arena, err);
    *values = (struct form_values){arena, items};
    *ret_values = values;
    return ERR_NONE;
}

enum err_code form_values_put(struct form_values *values, struct str key, struct form_value value, struct err *err)
{
    const struct know_form_key *known = know_form_key_find(key);
    if (!known)
        return err_set(err, ERR_NOT_FOUND, "không biểu mẫu nào hỏi “%.*s”", STR_ARG(key));
    bool is_list = value.kind == FORM_ROWS || value.kind == FORM_FILES;
    if (is_list && value.kind != kind_of(known->type))
        return err_set(err, ERR_SYNTAX, "%.*s: không đúng kiểu dữ liệu", STR_ARG(known->title.vi));
    if (is_list && value.count > FORM_ROWS_MAX)
        return err_set(err, ERR_LIMIT, "%.*s: quá %u dòng", STR_ARG(known->title.vi), FORM_ROWS_MAX);
    if (value.kind == FORM_ROWS)
        TRY(rows_check(values->arena, known, &value, err));
    else if (value.kind == FORM_FILES)
        TRY(files_check(values->arena, known, &value, err));
    else
        TRY(plain_check(values->arena, known->type, known->title.vi, &value, err));
    if (known->type == KNOW_FORM_CHOICE)
        TRY(choice_check(known, &value, err));
    values->items[known - know_form_keys] = value;
    return ERR_NONE;
}

const struct form_value *form_values_get(const struct form_values *values, struct str key)
{
    const struct know_form_key *known = know_form_key_find(key);
    return known ? &values->items[known - know_form_keys] : &unknown_value;
}

enum err_code form_missing(const struct know_form *form, const struct form_values *values, struct arena *arena,
                           struct form_gaps *ret_gaps, struct err *err)
{
    VEC(const struct know_form_field *) gaps = {0};
    for (size_t s = 0; s < form->section_count; s++)
        for (size_t i = 0; i < form->sections[s].field_count; i++) {
            const struct know_form_field *field = &form->sections[s].fields[i];
            if (!field->is_required || form_values_get(values, field->key)->kind != FORM_UNKNOWN)
                continue;
            const struct know_form_field **gap = vec_push(&gaps, arena);
            if (!gap)
                return arena_full(arena, err);
            *gap = field;
        }
    *ret_gaps = (struct form_gaps){gaps.items, gaps.count};
    return ERR_NONE;
}
