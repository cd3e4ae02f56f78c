/* html.h - markup comes only from here and from compiled templates: everything else is text and is escaped for where it
 * stands. struct html is the only type that reaches a page unescaped; forgetting to escape is a type error, not a hole.
 * Uses: base, web/texts.h (generated), web/words.h.    Used by: generated pages, web handlers.
 * Memory: writes to the caller's buf.    Threads: a page_out has one owner.    See: docs/pages.md. */
#ifndef LUYTRE_WEB_HTML_H
#define LUYTRE_WEB_HTML_H

#include "base/buf.h"
#include "base/civil.h"
#include "web/texts.h"

NONNULL_BEGIN

struct html {
    struct str markup;
};

/* What a duty is, in the order of pages; each has a class (colour), an icon, a stem and a word. */
enum page_state {
    PAGE_STATE_NONE,
    PAGE_STATE_UNSEEN,
    PAGE_STATE_ACK,
    PAGE_STATE_DOING,
    PAGE_STATE_OK,
    PAGE_STATE_DUE,
    PAGE_STATE_LATE,
    PAGE_STATE_BIRTH,
    PAGE_STATE_NA,
    PAGE_STATE_WAIVED,
};
struct str page_state_class(enum page_state state); /* "is-late" */
struct str page_state_name(enum page_state state);  /* "late": of icon i-late and stem s-late */

struct page_out {
    struct buf *buf;
    enum lang lang;
    struct str csrf_token; /* what {{csrf}} writes */
};
typedef void page_body_fn(struct page_out *o, const void *page);

/* --- written by compiled templates --- */
void out_lit(struct page_out *o, struct str markup); /* the template's own text: trusted */
void out_html(struct page_out *o, struct html html);
void out_text(struct page_out *o, struct str s); /* & < > " ' escaped; bad UTF-8 and control characters become U+FFFD */
void out_attr(struct page_out *o, struct str s); /* the same, for a double-quoted value */
/* A whole address: relative ones, http(s), mailto and tel pass; any other scheme, "//host" and "\" become "#". */
void out_url(struct page_out *o, struct str s);
void out_url_part(struct page_out *o, struct str s); /* a piece of a path or query: all but unreserved is %XX */
void out_tel(struct page_out *o, struct str s);      /* behind tel: digits and +, written with spaces or dots */
void out_i64(struct page_out *o, int64_t n);
void out_number(struct page_out *o, int64_t n);       /* 1.200, or 1,200 in English */
void out_percent(struct page_out *o, int64_t tenths); /* 74,7% */
void out_day(struct page_out *o, civil_day day);      /* 30/11/2022 */
void out_day_iso(struct page_out *o, civil_day day);
void out_ms(struct page_out *o, int64_t unix_ms); /* 22:47 30/11/2022 */
void out_ms_iso(struct page_out *o, int64_t unix_ms);
void out_csrf(struct page_out *o); /* the hidden field */

struct msg_arg {
    struct str name;
    enum { MSG_ARG_STR, MSG_ARG_INT, MSG_ARG_ID, MSG_ARG_DAY, MSG_ARG_MS, MSG_ARG_PCT } kind;
    union {
        struct str s;
        int64_t i;
        civil_day day;
    };
};
/* A text with {arguments}, escaped as text. */
void out_msg(struct page_out *o, enum msg_id id, int64_t n, const struct msg_arg *args, size_t arg_count);
/* The same as plain text, for titles, mail and errors. */
void msg_print(struct buf *buf, enum lang lang, enum msg_id id, int64_t n, const struct msg_arg *args,
               size_t arg_count);
MUST_USE struct str msg_str(struct arena *arena, enum lang lang, enum msg_id id, int64_t n,
                            const struct msg_arg *NULLABLE args, size_t arg_count);
#define MSG_ARGS(...) \
    (const struct msg_arg[]){__VA_ARGS__}, sizeof((const struct msg_arg[]){__VA_ARGS__}) / sizeof(struct msg_arg)
#define ARG_STR(arg_name, value)                 \
    {                                            \
        STR(arg_name), MSG_ARG_STR, .s = (value) \
    }
#define ARG_INT(arg_name, value)                 \
    {                                            \
        STR(arg_name), MSG_ARG_INT, .i = (value) \
    }
#define ARG_DAY(arg_name, value)                   \
    {                                              \
        STR(arg_name), MSG_ARG_DAY, .day = (value) \
    }
#define ARG_PCT(arg_name, value)                 \
    {                                            \
        STR(arg_name), MSG_ARG_PCT, .i = (value) \
    }

/* --- making struct html --- */
/* Escape text into markup that lives in the arena; line breaks stay as they are. ptr NULL when the arena is full. */
MUST_USE struct html html_from_text(struct arena *arena, struct str text);
/* Trust what the buffer holds: only for code of ours that escaped as it wrote (SVG drawn by the server, joined pieces).
 */
static inline struct html html_trust(struct str markup)
{
    return (struct html){markup};
}

NONNULL_END
#endif
