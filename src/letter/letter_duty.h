/* letter_duty.h - what the files that read duties share: words of a sentence, the item it stands in, the stack of
 * items. duties_read (letter_item.c) cuts the body into items and sentences and hands each to sentence_read
 * (letter_duty.c), which finds who is asked what, until when, by the verbs of letter_verb.c. Inside src/letter only.
 * Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_LETTER_LETTER_DUTY_H
#define LUYTRE_LETTER_LETTER_DUTY_H

#include "letter/letter_read.h"

NONNULL_BEGIN

#define STACK_MAX       12u
#define WHENS_MAX       64u /* expressions of time in one sentence; the rest say nothing new */
#define ACTOR_WORDS_MAX 160u

enum item_kind {
    ITEM_NONE,
    ITEM_ARTICLE,
    ITEM_ROMAN,
    ITEM_NUMBER,
    ITEM_NUMBER2,
    ITEM_NUMBER3,
    ITEM_PAREN_NUMBER,
    ITEM_LETTER,
    ITEM_BULLET
};
struct range {
    uint32_t from;
    uint32_t to;
};
struct item {
    enum item_kind kind;
    char bullet;
    struct range mark;
    struct range words; /* behind the mark */
    uint32_t number;
};
struct level {
    struct item item;
    struct range actor;   /* empty: as above */
    struct range helpers; /* words that say who helps that actor: "chủ trì, phối hợp với …:"; empty: nobody */
    struct when deadline; /* "… trước ngày 30/6/2027 các nội dung sau:" holds for the items below; kind 0: none */
    bool is_told;         /* "I. MỤC TIÊU", "I. ĐÁNH GIÁ CHUNG": what stands below without a mark asks nothing */
};
struct duties {
    struct reader *r;
    struct level stack[STACK_MAX];
    unsigned depth;       /* stack[0] is the paragraph the items stand under */
    struct range actor;   /* inside one item, the last subject */
    struct range helpers; /* … and where the item above says who helps it */
    struct when whens[WHENS_MAX];
    size_t when_count;
    struct letter_value issuer; /* who "yêu cầu" */
    size_t line_width;          /* characters: what fits on a printed line */
    struct item current;
    struct range lead; /* words of the sentence before its first verb, which may tell when: "Hằng quý, các trường …" */
    struct {
        bool is_on; /* a heading opened what was done: below it nothing is asked … */
        enum item_kind kind;
        char bullet;
        bool is_list;   /* "Kết quả thực hiện:" without a mark holds for the list below it */
    } past;             /* … until an item of the heading's kind, one above it, or a heading that asks */
    bool is_told;       /* this paragraph stands below a heading that asks nothing */
    bool header_open;   /* the last item ended in ":", and no other item came since */
    size_t item_duty;   /* first duty of the last item that was no field … */
    uint32_t item_from; /* … and its first word */
    bool is_lead;       /* the first paragraph of a news item, which tells the whole in one sentence */
};

/* --- letter_verb.c --- */
bool is_verb(const struct reader *r, uint32_t i, uint32_t end, bool at_start);
uint32_t skip_adverbs(const struct reader *r, uint32_t i, uint32_t end);
bool is_org(const struct reader *r, uint32_t i, uint32_t end);
uint32_t main_verb(const struct reader *r, uint32_t i, uint32_t end, uint32_t *ret_actor_to);

/* --- letter_field.c --- */
/* "Đơn vị chủ trì: Văn phòng; đơn vị phối hợp: …" [from, to) below a task. True when the words are no more than that
 * and there is a task, which then has them. */
MUST_USE enum err_code field_read(struct duties *d, uint32_t from, uint32_t to, bool *ret_read);
bool is_field(const struct reader *r, uint32_t from, uint32_t to);

/* --- letter_duty.c --- */
/* "Đề nghị Sở A …", "…, Sở B yêu cầu các phòng …" starts at word i: an order, wherever it stands. */
bool is_order(const struct reader *r, uint32_t from, uint32_t to);
int obligation_compare(const void *a, const void *b); /* for qsort */
MUST_USE enum err_code sentence_read(struct duties *d, uint32_t from, uint32_t to, bool is_header);

NONNULL_END
#endif
