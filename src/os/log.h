/* log.h - one line per event, for people (text) or machines (JSON), on one descriptor.
 * A field whose name says that it is a secret (password, token, secret, cookie, key, code, authorization) is never
 * written, whatever the caller passes. A value cannot break its line: control bytes and broken UTF-8 are escaped.
 * Only cmd, web and role loops log (style 7); libraries report.
 * Nobody waits for the log: a line that its reader has no room for (a pipe that nobody empties, a journal that stands
 * still) is lost and counted, and the next line that goes through says how many were ("lost": 3).
 * Uses: base.    Memory: none, a line is at most LOG_LINE_MAX_BYTES.    Threads: a line is one write, so lines do not
 * mix. */
#ifndef LUYTRE_OS_LOG_H
#define LUYTRE_OS_LOG_H

#include "base/clock.h"
#include "base/text.h"

NONNULL_BEGIN

#define LOG_LINE_MAX_BYTES 4096 /* at most PIPE_BUF: written whole or not at all */

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_form { LOG_TEXT, LOG_JSON };
struct log {
    int fd;
    enum log_level least;
    enum log_form form;
    const char *role; /* "web", "monitor", ... */
    struct clock clock;
    bool is_socket;        /* systemd's journal */
    bool may_block;        /* asked for room before each line: a terminal that was stopped (Ctrl-S) */
    _Atomic uint64_t lost; /* lines since the last that went through */
};
struct log_field {
    const char *name;
    bool is_number;
    struct str text;
    int64_t number;
};
#define LOG_TEXT_FIELD(name, s) ((struct log_field){(name), false, (s), 0})
#define LOG_INT_FIELD(name, n)  ((struct log_field){(name), true, STR_NONE, (int64_t)(n)})

/* On standard error. Where that is a pipe, descriptor 2 becomes an own, non-blocking end of it, for this process and
 * what it starts; the shell's end stays as it was. JSON when LUYTRE_LOG=json, or when stderr is no terminal;
 * LUYTRE_LOG_LEVEL=debug|info|warn|error, info by default. */
void log_init(struct log *log, const char *role);
void log_write(struct log *log, enum log_level level, const char *event, const struct log_field *fields,
               size_t field_count);
/* LOG(log, LOG_INFO, "role_started", LOG_TEXT_FIELD("name", STR("web")), LOG_INT_FIELD("pid", pid)); */
#define LOG(log, level, event, ...)                                             \
    log_write((log), (level), (event), (const struct log_field[]){__VA_ARGS__}, \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))
bool log_is_secret_name(const char *name);

NONNULL_END
#endif
