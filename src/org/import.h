/* import.h - one way in for every register: a table of any kind (Excel, CSV, TSV, pasted cells), looked at row by row,
 * tried, applied in one transaction, and undone while nothing newer stands on it. struct import_run run;
 *     import_begin(&run, import_register_find(STR("units")), root_id, today);
 *     TRY(import_preview(db, &actor, &run, bytes, err));        run.rows[i]: verdict, column, reason in parts
 *     TRY(import_apply(db, &actor, &run, file_name, bytes, err));   refuses while a row is wrong, unless
 * run.skip_errors import_end(&run); A register is a row in a table with columns and a few callbacks; other layers add
 * theirs (asset: devices) with the same struct. An empty cell leaves what is there; a line break within
 * a cell counts as a blank. Uses: format/table, org.    Used
 * by: asset, work, web, cmd. Memory: the run's own arena.    Threads: one db, one owner. */
#ifndef LUYTRE_ORG_IMPORT_H
#define LUYTRE_ORG_IMPORT_H

#include "base/map.h"
#include "base/vec.h"
#include "format/table.h"
#include "store/store.h"

NONNULL_BEGIN

#define IMPORT_COLUMNS_MAX 24u
#define IMPORT_ARENA_BYTES ((size_t)2 << 30)
#define IMPORT_ROWS_MAX    500000u
#define IMPORT_CELL_MAX    2000u /* characters */

enum import_type {
    IMPORT_TEXT,
    IMPORT_YES_NO, /* có, không, x, 1, 0 ... kept as "1" and "0" */
    IMPORT_CHOICE, /* by id or title, kept as the id */
    IMPORT_EMAIL,
};
struct import_choice {
    struct str id, vi, en;
};
struct import_column {
    const char *key;
    const char *vi; /* header of the template; "a|b" names are understood */
    const char *en;
    enum import_type type;
    bool is_required; /* of a new object */
    const char *example;
    size_t (*NULLABLE choices)(size_t i, struct import_choice *ret_choice); /* fills number i, returns how many */
};
enum import_verdict { IMPORT_NEW, IMPORT_CHANGED, IMPORT_SAME, IMPORT_ERROR };
struct import_row {
    struct str *cells;           /* register columns, canonical; an empty one is filled with what is there */
    struct str *NULLABLE before; /* what is there: NULL for a new object */
    int64_t object_id;           /* of what is there, or of the new one once written */
    uint32_t given;              /* bit c: the file says something in column c */
    size_t table_row;            /* of run->table; what people call this row is import_row_number */
    enum import_verdict verdict;
    int column;               /* of the register, -1: the row */
    struct str where, reason; /* "ô C7" or "dòng 7, cột 3"; why: in parts, for refusal_words (know/refusal.h) */
};
struct import_object { /* one that is there */
    int64_t id;
    struct str *cells;
    bool is_inside; /* at or below the root of the run: may be changed */
};
struct import_run;
struct import_register {
    const char *id; /* "units" */
    const char *vi, *en;
    const char *object_kind;
    uint64_t right; /* needed on the root */
    const struct import_column *columns;
    size_t column_count;
    /* Load what is there: import_there() for each; may keep a state in run->state. */
    enum err_code (*load)(struct db *db, struct import_run *run, struct err *err);
    /* What makes two rows the same object; STR_NONE on no memory. */
    struct str (*key)(struct import_run *run, struct str *cells);
    /* More than the columns can say: returns NULL or why it is wrong, with the column. Sees all rows in run->rows. */
    const char *NULLABLE (*check)(struct import_run *run, struct import_row *row, int *ret_column);
    /* Write all rows that are new or changed, in the transaction; new ones get their object_id. */
    enum err_code (*write)(struct db *db, const struct actor *actor, struct import_run *run, struct err *err);
    /* Undo: refuse with ERR_CONFLICT what newer things stand on, then drop what the batch made; `rows` are the changed
     * ones, to be put back. */
    enum err_code (*drop)(struct db *db, int64_t batch_id, int64_t at_ms, struct err *err);
    /* Does a row that differs in nothing say something all the same (a statement of today)? Then it counts as changed.
     */
    bool (*NULLABLE renews)(struct import_run *run, const struct import_row *row);
    uint64_t also_right; /* another right that will do, on the root and on each unit; 0: none */
};
/* units, people, systems, sites, ranges, domains, databases; all: work/registers.h */
NONNULL_END /* clang infers no mark for a pointer within an array */
extern const struct import_register *const import_registers[];
NONNULL_BEGIN
extern const size_t import_register_count;
const struct import_register *NULLABLE import_register_find(struct str id);

struct import_run {
    const struct import_register *what;
    int64_t root_id; /* at or below which it may write; 0: everywhere, the system itself only */
    civil_day day;
    bool skip_errors; /* apply the good rows */
    bool is_undo;     /* the rows put back what was there before */
    bool is_sample;
    struct arena arena;
    struct table table;
    struct import_row *rows;
    size_t row_count;
    struct actor actor; /* with the right of the register: load asks which units it reaches */
    size_t new_count, changed_count, same_count, error_count;
    struct map unit_by_code, unit_by_id; /* import_units_load */
    struct map there;                    /* key -> struct import_object */
    struct map by_key;                   /* key -> struct import_row, of this file */
    void *NULLABLE state;
    int64_t batch_id;       /* once applied */
    VEC(struct str) unread; /* headers of the file that are no column of the register: nothing of them is taken over */
    const bool *nameless;   /* columns of the table without a header: what stands there is an error */
};
/* Row of the sheet or line of the text. */
size_t import_row_number(const struct import_run *run, const struct import_row *row);
void import_begin(struct import_run *run, const struct import_register *what, int64_t root_id, civil_day day);
void import_end(struct import_run *run);
MUST_USE enum err_code import_there(struct import_run *run, int64_t id, struct str *cells, bool is_inside,
                                    struct err *err);

/* The same under a key of the caller's, where an object is known by several. */
MUST_USE enum err_code import_there_as(struct import_run *run, int64_t id, struct str *cells, struct str key,
                                       bool is_inside, struct err *err);

/* --- units by their code: for load and check of registers whose rows name a unit --- */
struct known_unit {
    int64_t id;
    struct str code;
    bool is_inside; /* below the root, and the actor has the register's right on it */
};
MUST_USE enum err_code import_units_load(struct db *db, struct import_run *run, struct err *err);
const struct known_unit *NULLABLE import_unit_by_id(const struct import_run *run, int64_t id);
const struct known_unit *NULLABLE import_unit_by_code(const struct import_run *run, struct str code);
/* NULL, or why the unit of this cell will not do. */
const char *NULLABLE import_unit_check(struct import_run *run, struct str code, int column, int *ret_column);

/* Headers and one example row, as cells: for report/sheet or csv. */
void import_template(const struct import_register *what, struct str *ret_headers, struct str *ret_example);
/* Reads and judges; writes nothing: the preview and the dry run. ERR_SYNTAX when it is no table or a required column is
 * missing. */
MUST_USE enum err_code import_preview(struct db *db, const struct actor *actor, struct import_run *run,
                                      struct str bytes, struct err *err);
/* Judges again inside the transaction and writes. ERR_SYNTAX names the first wrong row; ERR_CONFLICT when nothing would
 * change. */
MUST_USE enum err_code import_apply(struct db *db, const struct actor *actor, struct import_run *run,
                                    struct str file_name, struct str bytes, struct err *err);
/* ERR_CONFLICT says what stands on it. `what` may belong to another layer. */
MUST_USE enum err_code import_undo(struct db *db, const struct actor *actor, const struct import_register *what,
                                   int64_t batch_id, struct err *err);

NONNULL_END
#endif
