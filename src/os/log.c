#include "os/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "os/file.h"

struct line {
    char bytes[LOG_LINE_MAX_BYTES];
    size_t used_bytes;
    bool is_cut;
};

#define LINE_TAIL_BYTES 16 /* room kept for what closes the line */

static void line_add(struct line *line, const char *bytes, size_t n_bytes)
{
    if (line->is_cut || n_bytes > sizeof line->bytes - LINE_TAIL_BYTES - line->used_bytes) {
        line->is_cut = true;
        return;
    }
    memcpy(line->bytes + line->used_bytes, bytes, n_bytes);
    line->used_bytes += n_bytes;
}

static PRINTF_LIKE(2, 3) void line_printf(struct line *line, const char *fmt, ...)
{
    char part[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(part, sizeof part, fmt, ap);
    va_end(ap);
    if (n > 0)
        line_add(line, part, (size_t)n < sizeof part ? (size_t)n : sizeof part - 1);
}

/* Quoted as JSON quotes; the text form uses the same, so that a line can never be forged. */
static void line_add_quoted(struct line *line, struct str s)
{
    line_add(line, "\"", 1);
    for (size_t at = 0; at < s.len_bytes && !line->is_cut;) {
        uint32_t cp = utf8_next(s, &at);
        char utf8[4];
        if (cp == '"' || cp == '\\')
            line_printf(line, "\\%c", (char)cp);
        else if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029)
            line_printf(line, "\\u%04x", (unsigned)cp);
        else
            line_add(line, utf8, utf8_put(utf8, cp));
    }
    line_add(line, "\"", 1);
}

static bool has_word(const char *name, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = strstr(name, word); p; p = strstr(p + 1, word)) {
        bool starts = p == name || p[-1] == '_';
        bool ends = p[n] == '\0' || p[n] == '_';
        if (starts && ends)
            return true;
    }
    return false;
}

bool log_is_secret_name(const char *name)
{
    static const char *const words[] = {"password", "passphrase", "token", "secret",        "cookie",
                                        "key",      "code",       "seed",  "authorization", "session"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (has_word(name, words[i]))
            return true;
    return false;
}

/* O_NONBLOCK belongs to an open file, and this one is shared with whoever started us: so the pipe is opened again.
 * False when that cannot be (another user's pipe, no /proc). */
static bool pipe_unblock(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK))
        return true; /* our monitor did it */
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    AUTO_FD own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return own >= 0 && dup2(own, fd) == fd;
}

void log_init(struct log *log, const char *role)
{
    struct stat st;
    const char *form = getenv("LUYTRE_LOG"), *level = getenv("LUYTRE_LOG_LEVEL");
    *log = (struct log){STDERR_FILENO, LOG_INFO, isatty(STDERR_FILENO) ? LOG_TEXT : LOG_JSON, role, clock_real()};
    if (fstat(log->fd, &st) == 0) {
        log->is_socket = S_ISSOCK(st.st_mode);
        log->may_block = S_ISFIFO(st.st_mode) ? !pipe_unblock(log->fd) : !S_ISREG(st.st_mode);
    }
    if (form)
        log->form = strcmp(form, "text") == 0 ? LOG_TEXT : LOG_JSON;
    static const char *const names[] = {"debug", "info", "warn", "error"};
    for (size_t i = 0; level && i < ARRAY_LEN(names); i++)
        if (strcmp(level, names[i]) == 0)
            log->least = (enum log_level)i;
}

static void line_add_time(struct line *line, int64_t now_ms)
{
    time_t s = (time_t)(now_ms / 1000);
    struct tm tm;
    if (!gmtime_r(&s, &tm))
        tm = (struct tm){0};
    line_printf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                tm.tm_min, tm.tm_sec, (int)(now_ms % 1000));
}

/* Whole, at once, or not at all. */
static bool line_put(const struct log *log, const struct line *line)
{
    if (log->is_socket)
        return send(log->fd, line->bytes, line->used_bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)line->used_bytes;
    struct pollfd room = {.fd = log->fd, .events = POLLOUT};
    if (log->may_block && (poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT)))
        return false;
    return write(log->fd, line->bytes, line->used_bytes) == (ssize_t)line->used_bytes;
}

void log_write(struct log *log, enum log_level level, const char *event, const struct log_field *fields,
               size_t field_count)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if (level < log->least)
        return;
    int saved = errno;
    struct line line = {.used_bytes = 0};
    bool json = log->form == LOG_JSON;
    line_add(&line, json ? "{\"time\":\"" : "", json ? 9 : 0);
    line_add_time(&line, clock_now_ms(&log->clock));
    line_printf(&line, json ? "\",\"level\":\"%s\",\"role\":\"%s\",\"event\":\"%s\"" : " %-5s %s: %s", names[level],
                log->role, event);
    uint64_t lost = atomic_exchange(&log->lost, 0);
    if (lost)
        line_printf(&line, json ? ",\"lost\":%llu" : " lost=%llu", (unsigned long long)lost);
    for (size_t i = 0; i < field_count && !line.is_cut; i++) {
        size_t before_bytes = line.used_bytes;
        line_printf(&line, json ? ",\"%s\":" : " %s=", fields[i].name);
        if (log_is_secret_name(fields[i].name))
            line_add_quoted(&line, STR("[hidden]"));
        else if (fields[i].is_number)
            line_printf(&line, "%lld", (long long)fields[i].number);
        else
            line_add_quoted(&line, fields[i].text);
        if (line.is_cut)
            line.used_bytes = before_bytes;
    }
    const char *tail = !json ? (line.is_cut ? " ...\n" : "\n") : line.is_cut ? ",\"cut\":true}\n" : "}\n";
    memcpy(line.bytes + line.used_bytes, tail, strlen(tail));
    line.used_bytes += strlen(tail);
    /* A log that cannot be written is no reason to stop serving, or to wait; the next line says it. */
    if (!line_put(log, &line))
        atomic_fetch_add(&log->lost, lost + 1);
    errno = saved;
}
