/* form.h - a form of an incident (know_form), filled: as an official document, which report/pdf and report/docx write,
 * and as plain text. The values stand under the keys of facts, so that one set of them fills every form; what has no
 * value is unknown and is shown as unknown, never as "no" or as nothing. Values come from outside: control characters,
 * broken UTF-8, marks that turn the direction of writing and piles of accents do not reach the page. Vietnamese is the
 * official language; English is a reading copy that says so and has no place to sign.
 * Uses: know, report/document, report/signer.    Used by: pages and jobs of incidents.    Memory: the caller's arena;
 * texts of values are copied, the rest are views.    Threads: no shared state.
 * See: Decree 30/2020/NĐ-CP, Annex I. */
#ifndef LUYTRE_REPORT_FORM_H
#define LUYTRE_REPORT_FORM_H

#include "base/lang.h"
#include "know/know.h"
#include "report/document.h"

NONNULL_BEGIN

enum form_value_kind {
    FORM_UNKNOWN,
    FORM_TEXT, /* of text, long_text, person, unit, phone and email; of a choice the id */
    FORM_INSTANT,
    FORM_DAY,
    FORM_NUMBER,
    FORM_YES_NO,
    FORM_ROWS,  /* none at all is known to be none */
    FORM_FILES, /* likewise */
};
struct form_value;
struct form_row {
    const struct form_value *cells; /* one for each column of the key; never rows or files */
};
struct form_file {
    struct str name;
    int64_t size_bytes;
    struct str sha256; /* 64 hexadecimal digits */
};
struct form_value {
    enum form_value_kind kind;
    struct str text;
    int64_t number; /* instant: Unix milliseconds; day: civil_day; yes 1, no 0 */
    const struct form_row *NULLABLE rows;
    const struct form_file *NULLABLE files;
    size_t count; /* of rows or files */
};
struct form_value form_of_text(struct str text);
struct form_value form_of_instant(int64_t unix_ms);
struct form_value form_of_day(civil_day day);
struct form_value form_of_number(int64_t number);
struct form_value form_of_yes_no(bool is_yes);
struct form_value form_of_rows(const struct form_row *NULLABLE rows, size_t count);
struct form_value form_of_files(const struct form_file *NULLABLE files, size_t count);

struct form_values;
MUST_USE enum err_code form_values_new(struct arena *arena, struct form_values **ret_values, struct err *err);
/* Put or replace; FORM_UNKNOWN and a text without a visible character make it unknown. ERR_NOT_FOUND: no form asks for
 * such a fact. ERR_SYNTAX: of another type, no choice of the key, no time, no hash. ERR_LIMIT: over
 * FORM_TEXT_MAX_BYTES or FORM_ROWS_MAX. */
MUST_USE enum err_code form_values_put(struct form_values *values, struct str key, struct form_value value,
                                       struct err *err);
/* As it was put, texts cleaned; FORM_UNKNOWN for a key nobody knows. */
const struct form_value *form_values_get(const struct form_values *values, struct str key);

struct form_gaps {
    const struct know_form_field *NULLABLE const *NULLABLE fields; /* in the order of the form */
    size_t count;
};
/* The required fields without a value. */
MUST_USE enum err_code form_missing(const struct know_form *form, const struct form_values *values, struct arena *arena,
                                    struct form_gaps *ret_gaps, struct err *err);

struct form_head {
    struct str unit_name; /* whoever reports, as in running text */
    struct str unit_kind; /* of know_org_kinds: says who signs */
    struct str parent_name;
    struct str symbol; /* of the unit: "SGDĐT-VP" */
    struct str place;
    struct document_date date; /* a part that is 0 is left to the clerk, as the number always is */
    civil_day on_day;          /* whose rules: titles, and the texts that hold are cited */
    const struct str *NULLABLE to;
    size_t to_count;         /* 0: what the form's addressee is called */
    struct str signer_name;  /* null: left open */
    struct str signer_title; /* the head's own, null: as the kind has it */
    bool signer_is_deputy;
    const struct document_recipient *NULLABLE recipients; /* behind "Như trên" */
    size_t recipient_count;
    struct str keep; /* null: "VT" */
    int64_t made_unix_ms;
};
/* For pdf_write and docx_write; everything but what values and head point to lives in the arena. */
MUST_USE enum err_code form_document(const struct know_form *form, const struct form_values *values,
                                     const struct form_head *head, enum lang lang, struct arena *arena,
                                     struct document *ret_document, struct err *err);
/* The same words line by line, for mail and for copying into another system; a row of a table is a line. */
MUST_USE enum err_code form_plain(const struct know_form *form, const struct form_values *values,
                                  const struct form_head *head, enum lang lang, struct arena *arena,
                                  struct str *ret_text, struct err *err);

NONNULL_END
#endif
