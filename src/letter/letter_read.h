/* letter_read.h - what the parts of the letter engine share: the text as words, its lines, and who reads what.
 * Inside src/letter only. letter.c makes a `struct reader` and hands it to the parts in order:
 *     reader_lines, reader_words (letter_words.c)    the text cut into lines and words, furniture left out
 *     numbers_mend (letter_mend.c)                   … letters that a scanner put into numbers read as digits
 *     secrecy_find (letter_secrecy.c)                the stamp that refuses it
 *     layout_read (letter_layout.c, letter_head.c)   everything around the body
 *     signers_read (letter_sign.c)                   … and who signed it
 *     refs_read (letter_ref.c)                       every "18/CT-TTg"
 *     tables_find (letter_table.c)                   tables of tasks, which the body goes around
 *     duties_read (letter_item.c)                    the body: when_at (letter_when.c), match_duty (letter_match.c)
 *     contacts_read (letter_contact.c)               people to ask
 *     tables_read (letter_row.c)                     the rows of the tables
 *
 * Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_LETTER_READ_H
#define LUYTRE_LETTER_READ_H

#include "base/viet.h"
#include "letter/letter.h"
#include "letter_tables.h" /* made by tools/lettergen */

NONNULL_BEGIN

enum word_kind { WORD_TEXT, WORD_NUMBER, WORD_MARK };
struct word {
    uint32_t from; /* bytes of the text */
    uint32_t to;
    uint32_t line;                     /* index into lines */
    uint32_t number;                   /* of WORD_NUMBER, capped */
    uint32_t group_close;              /* of an opening bracket or quote: the word that closes it; 0: none near */
    uint64_t classes[LEX_CLASS_WORDS]; /* a phrase of class n starts here */
    uint16_t folded;                   /* vocabulary id without case and marks; 0: not in it */
    uint16_t exact;                    /* vocabulary id with marks */
    uint8_t kind;
    uint8_t digits; /* of WORD_NUMBER */
    char mark;      /* of WORD_MARK: its ASCII byte, '\x01' for any other; brackets and quotes already folded */
    bool spaced;    /* white space stands before it */
    bool starts_line;
    bool capital;     /* its first letter is one */
    bool upper_first; /* the same, but in a text all in capitals: it starts a sentence */
    bool upper_all;
    bool is_mended;       /* WORD_NUMBER put together from digits and letters: "9l2" */
    uint8_t compound_at;  /* in a text without marks: words from the start of a longer word of LEX_BARE_OTHER … */
    uint8_t compound_len; /* … and its length; 0: in none */
    uint8_t part;         /* of a line parted by tabs or bars: which cell it stands in */
};
struct line {
    uint32_t from; /* trimmed */
    uint32_t to;
    uint32_t first; /* words [first, last) */
    uint32_t last;
    bool is_blank;
    bool is_frame;   /* page number, running header, menu: has no words */
    bool is_table;   /* of a table of tasks: no sentence goes through it */
    bool is_mapped;  /* letter_table.c knows its columns */
    bool is_over;    /* of a printed table: its words stand over the borders, a heading between rows */
    bool starts_row; /* of a printed table with numbered rows */
    uint8_t parted;  /* … and what parts them: enum table_kind */
    uint32_t parts;  /* … how many tabs or bars it has */
};
/* A piece of a line: columns are cut at tabs and at three or more blanks. */
struct piece {
    uint32_t first; /* words */
    uint32_t last;
    uint32_t line;
    uint32_t column; /* bytes from the start of its line */
    bool is_upper;
};

struct table; /* letter_table.c */
struct name { /* words [first, last) */
    uint32_t first, last;
};

#define CO_ACTORS_MAX    20u
#define MENDED_CHARS_MAX 5u /* of a number that letters may stand in */
#define LOOK_AHEAD_WORDS 8u /* empty words behind the last, so that a look ahead needs no question */

struct reader {
    struct str text;
    const struct letter_options *options;
    struct arena *arena;
    struct letter *letter;
    struct err *err;
    struct line *lines;
    uint32_t line_count;
    struct word *words;
    uint32_t word_count;
    bool is_double_spaced;
    bool is_shouted;       /* all in capitals: case tells nothing */
    bool may_need_mending; /* somewhere stands a short word of nothing but "l", "I", "O" */
    bool is_unmarked;      /* typed without Vietnamese marks: "=sở" of the lexicon is met by a bare "so" too */
    uint32_t address_from; /* word: "Kính gửi", or the body where there is none */
    uint32_t body_from;    /* words of the body */
    uint32_t body_to;
    civil_day not_before; /* the letter was written on or after this day, by what it cites; CIVIL_NONE unknown */
    VEC(struct piece) pieces;
    VEC(struct name) names; /* those of Kính gửi, when case tells nothing */
    VEC(struct table) tables;
    uint16_t *NULLABLE word_at; /* letter_table.c: for each word its first and last character's place in its line */
};

/* --- letter_words.c --- */
MUST_USE enum err_code reader_words(struct reader *r);
MUST_USE enum err_code reader_pieces(struct reader *r);
/* Is there an empty line between all lines [from_line, to_line)? Asked anew where the menus of a web page, which have
 * none, were cut off. */
void reader_spacing(struct reader *r, uint32_t from_line, uint32_t to_line);
/* Words were put together: what starts at each, the lines and the groups are told anew. */
void reader_renew(struct reader *r);
/* Words [first, last) were copied here: what starts at each is asked anew, within them. */
void reader_classes(struct reader *r, uint32_t first, uint32_t last);
/* Words that a phrase of the class takes at i (before `end`), the longest; 0 when none does. */
uint32_t class_at(const struct reader *r, uint32_t i, uint32_t end, enum letter_class cls,
                  const struct lex_phrase **NULLABLE ret);
static inline bool has_class(const struct reader *r, uint32_t i, enum letter_class cls)
{
    return i < r->word_count && ((r->words[i].classes[cls / 64] >> (cls % 64)) & 1);
}
static inline bool is_mark(const struct reader *r, uint32_t i, char mark)
{
    return i < r->word_count && r->words[i].kind == WORD_MARK && r->words[i].mark == mark;
}
/* Does the alternative stand somewhere in [from, to)? *ret_at is its first word. */
bool phrase_in(const struct reader *r, uint32_t from, uint32_t to, struct lex_range alternative,
               uint32_t *NULLABLE ret_at);
bool class_in(const struct reader *r, uint32_t from, uint32_t to, enum letter_class cls, uint32_t *NULLABLE ret_at);
/* Soft hyphens, zero-width spaces and joiners, byte order marks: in the bytes, not on the paper. */
bool is_invisible(uint32_t cp);
bool is_over_page(const struct reader *r, uint32_t i); /* the word before i stands on another page */
/* Lines from the word before i to i; 1 over a page break, which says nothing. */
uint32_t line_gap(const struct reader *r, uint32_t i);
/* Words [first, last) as one line of text, without what is in the bytes but not on the paper. STR_NONE with err set
 * when the arena is full. */
MUST_USE enum err_code words_value(struct reader *r, uint32_t first, uint32_t last, struct letter_value *ret);
/* The same with each mended number as its digits: "912" of "9l2". */
MUST_USE enum err_code words_mended(struct reader *r, uint32_t first, uint32_t last, struct letter_value *ret);
struct str word_text(const struct reader *r, uint32_t i);
uint16_t vocabulary_find(struct str text); /* 0: none of the lexicon's words */
/* Closing bracket or quote for the one at i, or `end`. */
static inline uint32_t skip_group(const struct reader *r, uint32_t i, uint32_t end)
{
    uint32_t close = r->words[i].group_close;
    return close > i && close < end ? close : end;
}

/* --- letter_mend.c --- */
/* The digit that is meant by the letter, or 0. */
char mended_digit(const struct reader *r, uint32_t cp);
MUST_USE enum err_code numbers_mend(struct reader *r);

/* --- pieces, for letter_layout.c and letter_sign.c --- */
static inline const struct piece *piece_of(const struct reader *r, uint32_t k)
{
    return &r->pieces.items[k];
}
static inline bool piece_starts(const struct reader *r, uint32_t k, enum letter_class cls)
{
    return has_class(r, piece_of(r, k)->first, cls);
}
/* Words at the end that are only marks which close a sentence or an item. */
static inline uint32_t trim_end(const struct reader *r, uint32_t first, uint32_t last)
{
    while (last > first && r->words[last - 1].kind == WORD_MARK && strchr(".;,:/-", r->words[last - 1].mark))
        last--;
    return last;
}
static inline bool is_bullet(const struct reader *r, uint32_t i)
{
    return i < r->word_count && r->words[i].kind == WORD_MARK && strchr("-+*\x01", r->words[i].mark);
}

/* --- letter_sign.c --- */
/* First piece of the signature block at or after `from`, or UINT32_MAX. */
uint32_t signer_find(const struct reader *r, uint32_t from);
/* Of a joint letter the first block may stand over the one that was found; *ret_top is where it begins. */
void signer_first(const struct reader *r, uint32_t from, uint32_t *sg, uint32_t *ret_top);
MUST_USE enum err_code signers_read(struct reader *r, uint32_t k);

/* --- letter_ref.c --- */
MUST_USE enum err_code refs_read(struct reader *r);
/* "CT-TTg", "QĐ-UBND", "SGD&ĐT-VP", "QH15", "CT - TTg" at word i: words taken. */
uint32_t symbol_at(const struct reader *r, uint32_t i, bool after_label);

/* --- letter_secrecy.c, letter_layout.c --- */
const char *NULLABLE secrecy_find(const struct reader *r);
MUST_USE enum err_code layout_read(struct reader *r);

/* --- letter_date.c, letter_period.c, letter_when.c --- */
static inline bool is_number(const struct reader *r, uint32_t i, uint32_t end)
{
    return i < end && r->words[i].kind == WORD_NUMBER;
}
enum when_kind { WHEN_DEADLINE = 1, WHEN_PERIOD, WHEN_TRIGGER };
struct when {
    enum when_kind kind;
    uint32_t first; /* words [first, last) */
    uint32_t last;
    enum letter_trigger trigger; /* of WHEN_TRIGGER and of what a deadline hangs on */
    bool has_trigger;
    struct letter_period period;
    struct letter_deadline deadline;
};
/* A date in any form at word i; false when none. Day, month and year are 0 when not said; a quarter gives its last
 * month. */
struct when_date {
    int year, month, day;
    int months;            /* 0: a day; 1: a month; 3: a quarter; 12: a year */
    int day_from, day_to;  /* of a part of a month ("giữa tháng 4"), both 0 when it is the whole */
    int week;              /* of the month ("tuần thứ hai của tháng 4"), WHEN_WEEK_LAST: its last; 0: none */
    civil_day week_monday; /* "tuần tới": its first day; 0: none */
    int week_day;          /* "thứ Sáu tuần tới": days behind that, and only this day is meant; -1: the week */
    bool is_vague;         /* "cuối", "giữa", "đầu", "tuần": no day is named, the range is how we read it */
    bool is_end;           /* "cuối", "ngày cuối cùng": the last day, when the word before says until when */
    bool is_guessed;       /* "cuối tháng" of no month: the letter's own is taken */
    bool is_unknown;       /* the same, and the letter's own month is not known */
    uint32_t words;
};
#define WHEN_WEEK_LAST 9
bool date_at(const struct reader *r, uint32_t i, uint32_t end, struct when_date *ret);
bool period_at(const struct reader *r, uint32_t i, uint32_t end, struct when *w);
bool trigger_at(const struct reader *r, uint32_t i, uint32_t end, struct when *w);
/* false: nothing about time starts at word i. */
MUST_USE enum err_code when_at(struct reader *r, uint32_t i, uint32_t end, struct when *ret, bool *ret_found);

/* "trước ngày 15/6 và 15/12 hằng năm": the date that shares the word before the previous one. */
MUST_USE enum err_code when_next(struct reader *r, const struct when *previous, uint32_t end, struct when *ret,
                                 bool *ret_found);

/* A date alone, as in a cell of a table: "31/3/2027", "Quý II/2027", "6 tháng đầu năm". */
MUST_USE enum err_code when_bare(struct reader *r, uint32_t i, uint32_t end, struct when *ret, bool *ret_found);

/* --- letter_row.c --- */
/* Words that stand for a time by themselves, as in a cell: into the duty; what no rule reads is kept as it is said. */
MUST_USE enum err_code when_said(struct reader *r, uint32_t first, uint32_t last, struct letter_duty *duty);

/* --- letter_match.c --- */
void match_family(struct reader *r);
void match_duty(const struct reader *r, uint32_t from, uint32_t to, uint32_t actor_from, uint32_t actor_to,
                struct letter_duty *duty);

/* --- letter_with.c --- */
/* Who helps, by the words [from, to) of a running text: "chủ trì, phối hợp với Công an tỉnh, các đơn vị liên quan …".
 */
MUST_USE enum err_code helpers_read(struct reader *r, uint32_t from, uint32_t to, struct letter_duty *duty);
/* A list of names alone, behind "Đơn vị phối hợp:". */
MUST_USE enum err_code helpers_list(struct reader *r, uint32_t from, uint32_t to, struct letter_duty *duty);

/* --- letter_item.c, letter_duty.c, letter_table.c, letter_row.c, letter_contact.c --- */
MUST_USE enum err_code duties_read(struct reader *r);
MUST_USE enum err_code duty_push(struct reader *r, struct letter_duty *duty); /* sorts its ids, gives it its number */
void duties_order(struct reader *r);                                          /* … by where they stand in the text */
MUST_USE enum err_code tables_find(struct reader *r); /* before the body is read, which goes around them */
MUST_USE enum err_code tables_read(struct reader *r); /* last: words are copied behind the text */
MUST_USE enum err_code contacts_read(struct reader *r);

NONNULL_END
#endif
