#include "format/ical_line.h"

#include "base/vec.h"
#include "format/ical.h"

/* --- lines --- */

struct source {
    struct str rest;
    size_t line; /* of the next physical line */
    struct arena *arena;
    struct err *err;
};

struct str ical_shown(struct str s)
{
    size_t end = 0;
    for (size_t next = 0; next < s.len_bytes;) {
        (void)utf8_next(s, &next);
        if (next > 40)
            break;
        end = next;
    }
    return str_slice(s, 0, end);
}

static bool is_name_byte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool continues(struct str rest)
{
    return rest.len_bytes && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t');
}

/* The physical lines of one content line put together; ret->line is set. */
static enum err_code unfold(struct source *source, struct str *ret_text, size_t *ret_line)
{
    size_t at_line = source->line;
    struct str first, rest;
    must(str_line(&source->rest, &first));
    source->line++;
    size_t total = first.len_bytes;
    rest = source->rest;
    while (continues(rest)) {
        struct str more;
        must(str_line(&rest, &more));
        total += more.len_bytes - 1;
        if (total > ICAL_LINE_MAX_BYTES)
            break;
    }
    if (total > ICAL_LINE_MAX_BYTES)
        return err_set(source->err, ERR_LIMIT, "iCalendar line %zu: longer than %u kB", at_line,
                       ICAL_LINE_MAX_BYTES >> 10);
    *ret_line = at_line;
    *ret_text = first;
    if (!continues(source->rest))
        return ERR_NONE;
    char *joined = arena_alloc(source->arena, total + 1, 1);
    if (!joined)
        return arena_full(source->arena, source->err);
    memcpy(joined, first.ptr, first.len_bytes);
    size_t n = first.len_bytes;
    while (continues(source->rest)) {
        struct str more;
        must(str_line(&source->rest, &more));
        source->line++;
        memcpy(joined + n, more.ptr + 1, more.len_bytes - 1);
        n += more.len_bytes - 1;
    }
    *ret_text = (struct str){joined, n};
    return ERR_NONE;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.len_bytes; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return true;
    }
    return false;
}

/* name *(";" param) ":" value, where a parameter may hold ':' and ';' between quotes. */
static enum err_code cut(struct str text, size_t at_line, struct ical_line *ret_line, struct err *err)
{
    size_t name_end = 0;
    while (name_end < text.len_bytes && is_name_byte(text.ptr[name_end]))
        name_end++;
    bool quoted = false;
    size_t colon = name_end;
    while (colon < text.len_bytes && (quoted || text.ptr[colon] != ':')) {
        quoted ^= text.ptr[colon] == '"';
        colon++;
    }
    if (name_end == 0 || colon == text.len_bytes || (text.ptr[name_end] != ':' && text.ptr[name_end] != ';'))
        return err_set(err, ERR_SYNTAX, "iCalendar line %zu: not a property with its value", at_line);
    *ret_line = (struct ical_line){.name = str_slice(text, 0, name_end),
                                   .params = str_slice(text, name_end + 1, colon),
                                   .value = str_slice(text, colon + 1, text.len_bytes),
                                   .line = at_line,
                                   .owner = ICAL_OUTSIDE};
    return ERR_NONE;
}

bool ical_line_is(const struct ical_line *line, struct str name)
{
    return str_equal_nocase_ascii(line->name, name);
}

/* BEGIN and END in pairs, everything inside a calendar. */
static enum err_code pair_up(struct ical_lines *lines, struct err *err)
{
    size_t open[ICAL_DEPTH_MAX], depth = 0;
    for (size_t i = 0; i < lines->count; i++) {
        struct ical_line *line = &lines->items[i];
        line->owner = depth ? open[depth - 1] : ICAL_OUTSIDE;
        if (ical_line_is(line, STR("BEGIN"))) {
            if (depth == 0 && !str_equal_nocase_ascii(line->value, STR("VCALENDAR")))
                return err_set(err, ERR_SYNTAX, "iCalendar line %zu: outside a calendar", line->line);
            if (depth == ICAL_DEPTH_MAX)
                return err_set(err, ERR_LIMIT, "iCalendar line %zu: nested deeper than %u levels", line->line,
                               ICAL_DEPTH_MAX);
            open[depth++] = i;
        } else if (depth == 0) {
            return err_set(err, ERR_SYNTAX, "iCalendar line %zu: outside a calendar", line->line);
        } else if (ical_line_is(line, STR("END"))) {
            struct ical_line *begin = &lines->items[open[depth - 1]];
            if (!str_equal_nocase_ascii(line->value, begin->value))
                return err_set(err, ERR_SYNTAX, "iCalendar line %zu: '%.*s' ends here, but '%.*s' of line %zu is open",
                               line->line, STR_ARG(ical_shown(line->value)), STR_ARG(ical_shown(begin->value)),
                               begin->line);
            begin->end = i;
            depth--;
        }
    }
    if (depth) {
        const struct ical_line *begin = &lines->items[open[depth - 1]];
        return err_set(err, ERR_SYNTAX, "iCalendar line %zu: '%.*s' begins here and does not end (is the file cut?)",
                       begin->line, STR_ARG(ical_shown(begin->value)));
    }
    return ERR_NONE;
}

enum err_code ical_lines_read(struct str text, struct arena *arena, struct ical_lines *ret_lines, struct err *err)
{
    VEC(struct ical_line) lines = {0};
    if (text.len_bytes > ICAL_FILE_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "iCalendar: over %u MB", ICAL_FILE_MAX_BYTES >> 20);
    if (str_starts_with(text, STR("\xEF\xBB\xBF")))
        text = str_slice(text, 3, text.len_bytes);
    struct source source = {.rest = text, .line = 1, .arena = arena, .err = err};
    while (source.rest.len_bytes) {
        struct str logical = STR_NONE;
        size_t at_line = source.line;
        TRY(unfold(&source, &logical, &at_line));
        if (source.line > ICAL_LINES_MAX + 1)
            return err_set(err, ERR_LIMIT, "iCalendar: more than %u lines", ICAL_LINES_MAX);
        if (str_is_empty(str_trim(logical)))
            continue; /* forgiven: some programs end a file with several */
        if (!utf8_is_valid(logical))
            return err_set(err, ERR_SYNTAX, "iCalendar line %zu: not UTF-8", at_line);
        if (has_control(logical))
            return err_set(err, ERR_SYNTAX, "iCalendar line %zu: a control character", at_line);
        struct ical_line *slot = vec_push(&lines, arena);
        if (!slot)
            return arena_full(arena, err);
        TRY(cut(logical, at_line, slot, err));
    }
    if (lines.count == 0)
        return err_set(err, ERR_SYNTAX, "iCalendar: no calendar in it");
    struct ical_lines read = {lines.items, lines.count};
    TRY(pair_up(&read, err));
    *ret_lines = read;
    return ERR_NONE;
}

struct str ical_param(const struct ical_line *line, struct str name)
{
    struct str p = line->params;
    for (size_t at = 0; at < p.len_bytes;) {
        size_t end = at, equals = SIZE_MAX;
        bool quoted = false;
        for (; end < p.len_bytes && (quoted || p.ptr[end] != ';'); end++) {
            quoted ^= p.ptr[end] == '"';
            if (p.ptr[end] == '=' && equals == SIZE_MAX)
                equals = end;
        }
        if (equals != SIZE_MAX && str_equal_nocase_ascii(str_slice(p, at, equals), name)) {
            struct str value = str_slice(p, equals + 1, end);
            if (value.len_bytes >= 2 && value.ptr[0] == '"' && value.ptr[value.len_bytes - 1] == '"')
                value = str_slice(value, 1, value.len_bytes - 1);
            return value;
        }
        at = end + 1;
    }
    return STR_NONE;
}

/* --- texts --- */

struct str ical_text(struct arena *arena, struct str raw)
{
    char *out = arena_alloc(arena, raw.len_bytes + 1, 1);
    if (!out)
        return STR_NONE;
    size_t n = 0;
    for (size_t i = 0; i < raw.len_bytes; i++) {
        char c = raw.ptr[i];
        if (c == '\\' && i + 1 < raw.len_bytes) {
            char next = raw.ptr[++i];
            c = next == 'n' || next == 'N' ? '\n' : next;
        }
        out[n++] = c;
    }
    return (struct str){out, n};
}

struct str ical_param_text(struct arena *arena, struct str raw)
{
    char *out = arena_alloc(arena, raw.len_bytes + 1, 1);
    if (!out)
        return STR_NONE;
    size_t n = 0;
    for (size_t i = 0; i < raw.len_bytes; i++) {
        char next = i + 1 < raw.len_bytes ? raw.ptr[i + 1] : '\0';
        if (raw.ptr[i] == '^' && (next == 'n' || next == '^' || next == '\'')) {
            out[n++] = next == 'n' ? '\n' : next == '^' ? '^' : '"';
            i++;
        } else {
            out[n++] = raw.ptr[i];
        }
    }
    return (struct str){out, n};
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

struct str ical_mail(struct arena *arena, struct str raw)
{
    if (raw.len_bytes < 7 || !str_equal_nocase_ascii(str_slice(raw, 0, 7), STR("mailto:")))
        return STR("");
    raw = str_slice(raw, 7, raw.len_bytes);
    char *out = arena_alloc(arena, raw.len_bytes + 1, 1);
    if (!out)
        return STR_NONE;
    size_t n = 0;
    for (size_t i = 0; i < raw.len_bytes; i++) {
        int high = raw.ptr[i] == '%' && i + 2 < raw.len_bytes ? hex_digit(raw.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(raw.ptr[i + 2]) : -1;
        out[n++] = low >= 0 ? (char)(high * 16 + low) : raw.ptr[i];
        i += low >= 0 ? 2 : 0;
    }
    struct str decoded = {out, n};
    return utf8_is_valid(decoded) && !has_control(decoded) ? decoded : arena_str(arena, raw);
}

/* --- values --- */

/* Exactly count digits at s[*at]. */
static bool digits(struct str s, size_t *at, size_t count, int *ret_value)
{
    int v = 0;
    for (size_t i = 0; i < count; i++, (*at)++) {
        if (*at >= s.len_bytes || s.ptr[*at] < '0' || s.ptr[*at] > '9')
            return false;
        v = v * 10 + (s.ptr[*at] - '0');
    }
    *ret_value = v;
    return true;
}

bool ical_time_parse(struct str s, struct ical_time *ret_time)
{
    size_t at = 0;
    int year, month, day, hour = 0, minute = 0, second = 0;
    struct ical_time t = {.is_date = s.len_bytes == 8};
    if (!digits(s, &at, 4, &year) || !digits(s, &at, 2, &month) || !digits(s, &at, 2, &day) ||
        !civil_is_valid(year, month, day) || year > ICAL_YEAR_MAX)
        return false;
    if (!t.is_date) {
        if (at >= s.len_bytes || s.ptr[at++] != 'T' || !digits(s, &at, 2, &hour) || !digits(s, &at, 2, &minute) ||
            !digits(s, &at, 2, &second) || hour > 23 || minute > 59 || second > 60)
            return false;
        t.is_utc = at < s.len_bytes && (s.ptr[at] == 'Z' || s.ptr[at] == 'z');
        if (at + t.is_utc != s.len_bytes)
            return false;
        second = second == 60 ? 59 : second; /* 3.3.12: a leap second where there is none to show */
    }
    t.local_s = civil_to_day(year, month, day) * 86400LL + hour * 3600 + minute * 60 + second;
    *ret_time = t;
    return true;
}

bool ical_duration_parse(struct str s, struct ical_duration *ret_duration)
{
    struct ical_duration d = {0};
    size_t at = s.len_bytes && s.ptr[0] == '+';
    bool in_time = false, has_part = false;
    if (at >= s.len_bytes || s.ptr[at++] != 'P')
        return false;
    while (at < s.len_bytes) {
        if (s.ptr[at] == 'T' && !in_time) {
            in_time = true;
            has_part = false;
            at++;
            continue;
        }
        int64_t n = 0;
        size_t from = at;
        for (; at < s.len_bytes && s.ptr[at] >= '0' && s.ptr[at] <= '9' && at - from < 9; at++)
            n = n * 10 + (s.ptr[at] - '0');
        char unit = at > from && at < s.len_bytes ? s.ptr[at++] : '\0';
        if (!in_time && (unit == 'W' || unit == 'D'))
            d.days += unit == 'W' ? n * 7 : n;
        else if (in_time && (unit == 'H' || unit == 'M' || unit == 'S'))
            d.seconds += unit == 'H' ? n * 3600 : unit == 'M' ? n * 60 : n;
        else
            return false;
        has_part = true;
        if (d.days + d.seconds / 86400 > ICAL_DURATION_MAX_DAYS)
            return false;
    }
    if (!has_part)
        return false;
    *ret_duration = d;
    return true;
}

bool ical_offset_parse(struct str s, int32_t *ret_offset_s)
{
    size_t at = 1;
    int hours, minutes, seconds = 0;
    if (s.len_bytes == 0 || (s.ptr[0] != '+' && s.ptr[0] != '-') || !digits(s, &at, 2, &hours) ||
        !digits(s, &at, 2, &minutes) || (at < s.len_bytes && !digits(s, &at, 2, &seconds)) || at != s.len_bytes ||
        hours > 15 || minutes > 59 || seconds > 59)
        return false;
    int32_t offset = hours * 3600 + minutes * 60 + seconds;
    *ret_offset_s = s.ptr[0] == '-' ? -offset : offset;
    return true;
}
