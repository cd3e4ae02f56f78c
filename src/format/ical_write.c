#include "base/map.h"
#include "format/ical.h"
#include "format/ical_line.h"

/* 3.1: "Lines of text SHOULD NOT be longer than 75 octets, excluding the line break." */
#define FOLD_OCTETS 75u

struct writer {
    struct buf *out;
    struct buf line; /* being made */
    struct err *err;
    enum err_code code; /* the first failure of a line */
};

static void writer_cleanup(struct writer *w)
{
    buf_done(&w->line);
}

/* The line goes out, folded; the next begins. */
static void put_line(struct writer *w)
{
    struct buf *out = w->out;
    struct str line = buf_str(&w->line);
    if (w->code == ERR_NONE)
        w->code = buf_check(&w->line, w->err);
    size_t room = FOLD_OCTETS;
    for (size_t at = 0; at < line.len_bytes;) {
        size_t end = at;
        (void)utf8_next(line, &end);
        if (end - at > room) {
            buf_lit(out, "\r\n ");
            room = FOLD_OCTETS - 1;
        }
        buf_put(out, str_slice(line, at, end));
        room -= end - at;
        at = end;
    }
    buf_lit(out, "\r\n");
    buf_clear(&w->line);
}

/* A text that a file can hold: \n alone of all controls, and tab. */
static bool is_text(struct str s)
{
    for (size_t i = 0; i < s.len_bytes; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F)
            return false;
    }
    return utf8_is_valid(s);
}

static void put_text(struct buf *line, struct str s)
{
    for (size_t i = 0; i < s.len_bytes; i++) {
        char c = s.ptr[i];
        if (c == '\n') {
            buf_lit(line, "\\n");
            continue;
        }
        if (c == '\\' || c == ';' || c == ',')
            buf_put_byte(line, '\\');
        buf_put_byte(line, c);
    }
}

/* RFC 6868, always between quotes. */
static void put_param(struct buf *line, struct str s)
{
    buf_put_byte(line, '"');
    for (size_t i = 0; i < s.len_bytes; i++) {
        char c = s.ptr[i];
        if (c == '\n')
            buf_lit(line, "^n");
        else if (c == '"')
            buf_lit(line, "^'");
        else if (c == '^')
            buf_lit(line, "^^");
        else
            buf_put_byte(line, c);
    }
    buf_put_byte(line, '"');
}

static void put_mail(struct buf *line, struct str mail)
{
    for (size_t i = 0; i < mail.len_bytes; i++) {
        unsigned char c = (unsigned char)mail.ptr[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                     (c && strchr("@.-_~!$&'*+=/", c));
        if (plain)
            buf_put_byte(line, (char)c);
        else
            buf_printf(line, "%%%02X", c);
    }
}

static void put_time(struct buf *line, int64_t unix_ms)
{
    civil_day day = civil_day_of_ms(unix_ms - CIVIL_VN_OFFSET_MS); /* the day in UTC */
    struct civil c = civil_from_day(day);
    int64_t of_day = unix_ms / 1000 - day * 86400LL;
    buf_printf(line, "%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, (int)(of_day / 3600),
               (int)(of_day / 60 % 60), (int)(of_day % 60));
}

static void put_dated(struct writer *w, const char *name, int64_t unix_ms)
{
    buf_put(&w->line, str_from_cstr(name));
    put_time(&w->line, unix_ms);
    put_line(w);
}

static void put_texted(struct writer *w, const char *name, struct str text)
{
    buf_put(&w->line, str_from_cstr(name));
    put_text(&w->line, text);
    put_line(w);
}

#define WRITE_FROM_MS 0LL
#define WRITE_TO_MS   7258118400000LL /* 2200-01-01: what is read back */

static enum err_code check_shift(const struct ical_shift *shift, size_t n, struct err *err)
{
    bool is_fine = shift->uid.len_bytes && is_text(shift->uid) && is_text(shift->summary) && shift->sequence >= 0 &&
                   shift->from_ms < shift->to_ms && shift->from_ms >= WRITE_FROM_MS && shift->to_ms < WRITE_TO_MS &&
                   shift->from_ms % 1000 == 0 && shift->to_ms % 1000 == 0 &&
                   shift->to_ms - shift->from_ms <= ICAL_SHIFT_MAX_DAYS * CIVIL_DAY_MS &&
                   shift->people_count <= ICAL_PEOPLE_MAX;
    for (size_t i = 0; is_fine && i < shift->people_count; i++)
        is_fine = is_text(shift->people[i].name) && is_text(shift->people[i].mail) &&
                  str_find_byte(shift->people[i].mail, '\n', 0) < 0;
    return is_fine ? ERR_NONE : err_set(err, ERR_SYNTAX, "iCalendar: shift %zu cannot be written", n + 1);
}

static void put_person(struct writer *w, const struct ical_person *person)
{
    struct buf *line = &w->line;
    buf_lit(line, "ATTENDEE");
    if (person->name.len_bytes) {
        buf_lit(line, ";CN=");
        put_param(line, person->name);
    }
    if (person->mail.len_bytes) {
        buf_lit(line, ":mailto:");
        put_mail(line, person->mail);
    } else { /* an address must stand here: one that reaches nobody */
        buf_lit(line, ":invalid:nomail");
    }
    put_line(w);
}

static void put_shift(struct writer *w, const struct ical_shift *shift, int64_t stamp_ms)
{
    buf_lit(w->out, "BEGIN:VEVENT\r\n");
    put_texted(w, "UID:", shift->uid);
    put_dated(w, "DTSTAMP:", stamp_ms);
    put_dated(w, "DTSTART:", shift->from_ms);
    put_dated(w, "DTEND:", shift->to_ms);
    if (shift->sequence)
        buf_printf(w->out, "SEQUENCE:%lld\r\n", (long long)shift->sequence);
    if (shift->is_tentative)
        buf_lit(w->out, "STATUS:TENTATIVE\r\n");
    if (shift->summary.len_bytes)
        put_texted(w, "SUMMARY:", shift->summary);
    for (size_t i = 0; i < shift->people_count; i++)
        put_person(w, &shift->people[i]);
    buf_lit(w->out, "END:VEVENT\r\n");
}

static enum err_code check_all(struct str name, const struct ical_shift *shifts, size_t count, int64_t stamp_ms,
                               struct err *err)
{
    AUTO_ARENA scratch;
    struct map uids = {0};
    arena_init(&scratch, ICAL_SCRATCH_MAX_BYTES);
    if (!is_text(name) || stamp_ms < WRITE_FROM_MS || stamp_ms >= WRITE_TO_MS)
        return err_set(err, ERR_SYNTAX, "iCalendar: this calendar cannot be written");
    if (count > ICAL_INSTANCES_MAX)
        return err_set(err, ERR_LIMIT, "iCalendar: more than %u shifts", ICAL_INSTANCES_MAX);
    for (size_t i = 0; i < count; i++) {
        TRY(check_shift(&shifts[i], i, err));
        if (map_has(&uids, shifts[i].uid))
            return err_set(err, ERR_CONFLICT, "iCalendar: shift %zu has the uid of another", i + 1);
        if (!map_put(&uids, &scratch, shifts[i].uid, &scratch))
            return arena_full(&scratch, err);
    }
    return ERR_NONE;
}

enum err_code ical_write(struct str name, const struct ical_shift *shifts, size_t count, int64_t stamp_ms,
                         struct buf *out, struct err *err)
{
    TRY(check_all(name, shifts, count, stamp_ms, err));
    __attribute__((cleanup(writer_cleanup))) struct writer w = {.out = out, .err = err};
    buf_init(&w.line, ICAL_LINE_MAX_BYTES);
    buf_lit(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//luytre//roster//VI\r\nCALSCALE:GREGORIAN\r\n");
    if (name.len_bytes)
        put_texted(&w, "X-WR-CALNAME:", name);
    for (size_t i = 0; i < count; i++)
        put_shift(&w, &shifts[i], stamp_ms);
    buf_lit(out, "END:VCALENDAR\r\n");
    TRY(w.code);
    return buf_check(out, err);
}
