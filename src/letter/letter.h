/* letter.h - an official Vietnamese letter read into what it says and what it asks: number, dates, people, duties,
 * deadlines. One call: text in, structs out. The text must be UTF-8 in NFC (format/doctext gives it); every value that
 * was read carries where it stands as half-open byte offsets into that text. Nothing is invented: what the letter does
 * not say is null (text.ptr NULL, day CIVIL_NONE), and a letter that says nothing of itself (a news item) is read all
 * the same. struct letter *letter; TRY(letter_parse(text, &(struct letter_options){0}, arena, &letter, err)); for
 * (size_t i = 0; i < letter->duties.count; i++) use(&letter->duties.items[i]); Uses: format.    Used by: duty, web,
 * cmd.    Memory: the caller's arena, which the result lives in together with views of the text, which must outlive it.
 * Threads: no shared state.    See: Decree 30/2020 Annex I, design part 6, knowledge/letter_*.yaml. */
#ifndef LUYTRE_LETTER_LETTER_H
#define LUYTRE_LETTER_LETTER_H

#include "base/civil.h"
#include "base/vec.h"

NONNULL_BEGIN

struct letter_span { /* [from, to) in bytes of the text; both 0 when the value is not in the text */
    uint32_t from;
    uint32_t to;
};
/* A value and where it was read. The value has its line breaks and emphasis marks removed, so it may be shorter than
 * its span. */
struct letter_value {
    struct str text; /* STR_NONE: the letter does not say */
    struct letter_span at;
};

/* A number with letters in it, as a scanner leaves it ("9l2", "3O"), where only a number can stand. */
struct letter_repair {
    struct letter_value written; /* as it stands */
    struct str read;             /* the number it was read as */
};

/* Another text that the letter names. */
struct letter_ref {
    struct str number;  /* normalised: "23/CT-TTg" */
    struct str written; /* as it stands: "23/CTT-TTg" */
    struct letter_span at;
    civil_day date;              /* as written after the number, else of the known text, else CIVIL_NONE */
    const char *NULLABLE type;   /* document_type identifier */
    const char *NULLABLE title;  /* of a known text */
    const char *NULLABLE issuer; /* of a known text */
    bool is_known;
    bool is_basis;    /* cited where the letter says what it rests on (subject and preamble) */
    bool is_attached; /* "gửi kèm theo" stands behind it */
};

enum letter_purpose { /* why someone stands under Nơi nhận */
                      LETTER_PURPOSE_UNKNOWN,
                      LETTER_PURPOSE_REPORT,
                      LETTER_PURPOSE_COORDINATION,
                      LETTER_PURPOSE_EXECUTION,
                      LETTER_PURPOSE_DIRECTION,
                      LETTER_PURPOSE_INFORMATION,
                      LETTER_PURPOSE_PUBLICATION,
                      LETTER_PURPOSE_ARCHIVE,
};
const char *NULLABLE letter_purpose_to_str(enum letter_purpose purpose); /* "report"; NULL for unknown */

struct letter_recipient {
    struct letter_value to;
    enum letter_purpose purpose;
};
struct letter_attachment {
    struct letter_value name;  /* the number of the attached text, or the words that name it */
    struct letter_value title; /* of an annex that stands in the file */
    bool is_inside;            /* the annex stands in this text */
};
enum letter_contact_purpose { LETTER_CONTACT_OTHER, LETTER_CONTACT_FOCAL_POINT, LETTER_CONTACT_HOTLINE };
struct letter_contact {
    struct letter_value name;
    struct letter_value title;
    struct letter_value phone; /* digits only, +84 as 0 */
    struct letter_value email;
    enum letter_contact_purpose purpose;
};
struct letter_signer {
    bool is_known;             /* false: the letter has no signature block */
    const char *NULLABLE role; /* "TM." "KT." "TL." "TUQ." "Q."; NULL when the head signs in his own name */
    struct letter_value title; /* "PHÓ GIÁM ĐỐC" */
    struct letter_value name;
    struct letter_value on_behalf_of; /* "ỦY BAN NHÂN DÂN" of "TM. ỦY BAN NHÂN DÂN" */
    struct letter_value authority;    /* "BỘ …" below "KT. BỘ TRƯỞNG", where several sign side by side */
};
struct letter_number { /* of a joint letter each authority may give its own */
    struct letter_value number;
    struct letter_value symbol;
};

enum letter_trigger {
    LETTER_ONCE,
    LETTER_PERIODIC,
    LETTER_ON_CHANGE,
    LETTER_ON_REQUEST,
    LETTER_AT_ONCE,
    LETTER_STANDING,
};
const char *letter_trigger_to_str(enum letter_trigger trigger);

enum letter_unit { LETTER_MINUTE, LETTER_HOUR, LETTER_DAY, LETTER_WEEK, LETTER_MONTH, LETTER_YEAR };
const char *letter_unit_to_str(enum letter_unit unit);

struct letter_deadline {
    bool is_known;
    civil_day date;     /* the day named, CIVIL_NONE when it hangs on something the letter does not say */
    civil_day from;     /* of a range, else CIVIL_NONE */
    int time_minutes;   /* of the day, -1 when no hour was named */
    bool strict_before; /* that day is excluded */
    bool has_relative;  /* "trong vòng 05 ngày làm việc kể từ ngày …" */
    int relative_n;
    enum letter_unit relative_unit;
    bool relative_working;
    struct letter_value relative_from; /* from what; null when not said */
    struct letter_value quoted;
    struct str note; /* Vietnamese, for people; STR_NONE when there is nothing to say */
    struct str note_en;
    int64_t due_at_ms; /* last allowed instant, Unix milliseconds; INT64_MIN when unknown */
};
struct letter_period {
    bool is_known;
    int count;      /* so often */
    int per_months; /* in so many months */
};
struct letter_duty {
    unsigned no; /* 1, 2, 3 … in the order of the text */
    struct str text;
    struct letter_span quote;
    struct letter_value actor;          /* null: nobody is named */
    VEC(struct letter_value) co_actors; /* who helps, as the letter says it: bodies or "các cơ quan liên quan" */
    struct letter_value product;        /* of a table: what must come out */
    struct letter_value clause;         /* the marks that lead to it: "1. a)"; span of the innermost mark */
    enum letter_trigger trigger;
    struct letter_period period;
    struct letter_deadline deadline;
    const char *NULLABLE obligations[8]; /* catalogue ids, sorted; none when unsure */
    size_t obligation_count;
    int confidence_percent;
};

struct letter {
    struct str text;                    /* what was given */
    bool is_article;                    /* no letter block at all: a news item, a note */
    struct letter_value number;         /* keeps its leading zero; "31-KH" of the Party's "31-KH/ĐU" */
    struct letter_value symbol;         /* as written */
    const char *NULLABLE document_type; /* knowledge/letter_lexicon.yaml, doc_type */
    struct letter_value place;
    struct letter_value date_text;
    civil_day date;             /* CIVIL_NONE when any part is blank */
    int year;                   /* of the date line when only the year is printed, else of the date; 0 unknown */
    struct letter_value issuer; /* of a joint letter "BỘ A - BỘ B" where it says so, else the first of … */
    struct letter_value issuer_parent;
    VEC(struct letter_value) issuers; /* … all of them; the issuer alone where it is one */
    VEC(struct letter_number) numbers;
    struct letter_value subject;
    const char *NULLABLE urgency; /* "HỎA TỐC" "THƯỢNG KHẨN" "KHẨN" */
    bool has_recipients;          /* a Kính gửi block stands in it */
    VEC(struct letter_value) recipients;
    VEC(struct letter_ref) refs; /* every text named, once, in order */
    VEC(struct letter_attachment) attachments;
    struct letter_signer signer;       /* the first of … */
    VEC(struct letter_signer) signers; /* … all who signed */
    bool has_distribution;
    VEC(struct letter_recipient) distribution;
    VEC(struct letter_contact) contacts;
    VEC(struct letter_duty) duties;
    VEC(struct letter_repair) repairs; /* every number that was not read as it stands, in order */
    unsigned family;                   /* bits for letter_match */
};

struct letter_options {
    /* Working days need a calendar, which the caller has: the day `n` working days after `from` (which does not count).
     * false: not known. NULL: deadlines in working days get no date and a note. */
    bool (*NULLABLE workday_add)(void *NULLABLE ctx, civil_day from, int n, civil_day *ret_day);
    void *NULLABLE ctx;
};

/* ERR_DENIED: a secrecy stamp stands on it; err->text says in Vietnamese what to do instead; nothing of the letter is
 * kept or told. ERR_LIMIT: over LETTER_TEXT_MAX_BYTES, LETTER_DUTIES_MAX or the arena. ERR_SYNTAX: not UTF-8. */
MUST_USE enum err_code letter_parse(struct str text, const struct letter_options *options, struct arena *arena,
                                    struct letter **ret_letter, struct err *err);
/* The stamp alone ("MẬT", "TỐI MẬT", "TUYỆT MẬT"), or NULL: for whoever must decide before anything is stored. */
const char *NULLABLE letter_secrecy(struct str text);

NONNULL_END
#endif
