/* page_letter.h - what the pages of letters share: the one that is opened, its duties, the words for both.
 * Uses: web/kit.h.    Used by: web/page_letter*.c.    Memory: the request's arena.    Threads: no shared state. */
#ifndef LUYTRE_WEB_PAGE_LETTER_H
#define LUYTRE_WEB_PAGE_LETTER_H

#include "duty/letter_book.sql.h"
#include "web/kit.h"

NONNULL_BEGIN

/* page_letter.c */
struct letter_opened {
    struct sql_letter_get_row *letter;
    struct sql_letter_duties_rows duties;
    struct str text; /* only when asked for */
    bool may_change;
};
/* The one the route's {id} names; ERR_NOT_FOUND when the person may not read it. */
MUST_USE enum err_code letter_page_open(struct request *request, struct db *db, bool with_text,
                                        struct letter_opened *opened, struct err *err);
/* "18/CT-TTg" of its two halves, or that there is no number. */
struct str letter_ref(const struct request *request, struct str number, struct str symbol);
bool letter_duty_is_read(const struct sql_letter_duties_row *d); /* and waits for a clerk's word */
bool letter_duty_is_dropped(const struct sql_letter_duties_row *d);
bool letter_duty_is_sure(const struct sql_letter_duties_row *d); /* may be confirmed without a second look */
#define LETTER_TRIGGERS 6
struct letter_trigger {
    struct str id;
    enum msg_id words;
};
extern const struct letter_trigger letter_triggers[LETTER_TRIGGERS];
static inline struct str letter_or_else(struct str first, struct str second)
{
    return str_is_empty(first) ? second : first;
}

/* page_letter_text.c: the text as HTML, what was read from it marked */
struct letter_mark {
    uint32_t from, to;
    struct str id;
    int64_t no;      /* 0: a fact of the head, without a number */
    const char *css; /* "is-due" and so on, or "" */
    bool is_helper;  /* who helps with a duty: underlined, whatever it stands in */
};
MUST_USE enum err_code letter_text_with_marks(const struct request *request, struct str text,
                                              const struct letter_mark *marks, size_t count, struct html *ret_html,
                                              struct err *err);

/* Handlers whose rows stand in page_letter.c: the book in page_letter_book.c, a clerk's word in page_letter_duty.c. */
handler_fn letters_show, letters_add;
handler_fn letter_confirm_sure, letter_duty_show, letter_duty_act, letter_add_show, letter_add_save,
    letter_attachment_link;

NONNULL_END
#endif
