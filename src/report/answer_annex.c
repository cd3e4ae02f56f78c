/* answer_annex.c - every unit of a freeze, late first: the annex of the document, and the spreadsheet with every row.
 */
#include "report/answer_parts.h"

#include "report/sheet.h"

#define ANSWER_XLSX_ARENA_BYTES ((size_t)512 << 20)

static const struct document_column annex_columns[] = {
    {STR_INIT("TT"), {NULL, 0}, 0.5, DOCUMENT_CENTRE},
    {STR_INIT("Đơn vị"), {NULL, 0}, 4.2, DOCUMENT_LEFT},
    {STR_INIT("Phải làm"), STR_INIT("Nhiệm vụ"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Đạt"), STR_INIT("Nhiệm vụ"), 0.8, DOCUMENT_RIGHT},
    {STR_INIT("Tỷ lệ"), STR_INIT("Nhiệm vụ"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Quá hạn"), STR_INIT("Còn thiếu"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Trễ từ khi giao"), STR_INIT("Còn thiếu"), 1.0, DOCUMENT_RIGHT},
    {STR_INIT("Chưa xem"), STR_INIT("Còn thiếu"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Đang làm"), STR_INIT("Chưa đến hạn"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Sắp đến hạn"), STR_INIT("Chưa đến hạn"), 1.0, DOCUMENT_RIGHT},
    {STR_INIT("Không thuộc diện"), STR_INIT("Không tính"), 1.1, DOCUMENT_RIGHT},
    {STR_INIT("Tạm miễn"), STR_INIT("Không tính"), 0.9, DOCUMENT_RIGHT},
};

static void unit_counts(const struct sql_answer_units_row *u, int64_t n[DUTY_STATE_COUNT])
{
    const int64_t all[DUTY_STATE_COUNT] = {
        [DUTY_UNSEEN] = u->n_unseen, [DUTY_ACK] = u->n_ack, [DUTY_DOING] = u->n_doing,
        [DUTY_OK] = u->n_ok,         [DUTY_DUE] = u->n_due, [DUTY_LATE] = u->n_late,
        [DUTY_BIRTH] = u->n_birth,   [DUTY_NA] = u->n_na,   [DUTY_WAIVED] = u->n_waived,
    };
    memcpy(n, all, sizeof all);
}

static bool annex_cells(struct answer *a, struct str no, struct str name, const int64_t n[DUTY_STATE_COUNT],
                        struct document_row *row)
{
    struct str *cells = arena_new_array(a->arena, struct str, ARRAY_LEN(annex_columns));
    if (!cells)
        return false;
    const int64_t values[] = {n[DUTY_LATE], n[DUTY_BIRTH], n[DUTY_UNSEEN], n[DUTY_DOING] + n[DUTY_ACK],
                              n[DUTY_DUE],  n[DUTY_NA],    n[DUTY_WAIVED]};
    cells[0] = no;
    cells[1] = name;
    cells[2] = answer_number(a, answer_owed_of(n));
    cells[3] = answer_number(a, n[DUTY_OK]);
    cells[4] = answer_percent(a, n[DUTY_OK], answer_owed_of(n));
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        cells[5 + i] = answer_number(a, values[i]);
    row->cells = cells;
    return true;
}

enum err_code answer_put_annex(struct answer *a, struct document *d, struct err *err)
{
    struct document_row *rows = arena_new_array(a->arena, struct document_row, a->units.count + 1);
    struct document_block *block = arena_new(a->arena, struct document_block);
    struct document_annex *annex = arena_new(a->arena, struct document_annex);
    if (!rows || !block || !annex)
        return arena_full(a->arena, err);
    int64_t sum[DUTY_STATE_COUNT] = {0}, n[DUTY_STATE_COUNT];
    for (size_t i = 0; i < a->units.count; i++) {
        unit_counts(&a->units.items[i], n);
        for (int s = 0; s < DUTY_STATE_COUNT; s++)
            sum[s] += n[s];
        if (!annex_cells(a, answer_number(a, (int64_t)i + 1), a->units.items[i].unit_name, n, &rows[i]))
            return arena_full(a->arena, err);
    }
    if (!annex_cells(a, STR(""), STR("Cộng"), sum, &rows[a->units.count]))
        return arena_full(a->arena, err);
    rows[a->units.count].kind = DOCUMENT_ROW_TOTAL;
    *block = (struct document_block){.kind = DOCUMENT_TABLE,
                                     .table = {.columns = annex_columns,
                                               .column_count = ARRAY_LEN(annex_columns),
                                               .rows = rows,
                                               .row_count = a->units.count + 1,
                                               .font_pt = 11}};
    *annex =
        (struct document_annex){.title = STR("PHỤ LỤC"),
                                .summary = answer_say(a, "Tình hình thực hiện của từng đơn vị, tính đến hết ngày %.*s",
                                                      STR_ARG(answer_day(a, (civil_day)a->freeze->as_of_day))),
                                .blocks = block,
                                .block_count = 1,
                                .is_landscape = true};
    d->annexes = annex;
    d->annex_count = 1;
    return ERR_NONE;
}

struct cells {
    const struct sheet_cell *items;
    size_t column_count, row_count, at;
};

static enum err_code next_cells(void *ctx, const struct sheet_cell **ret_cells, struct err *err)
{
    (void)err;
    struct cells *cells = ctx;
    *ret_cells = cells->at < cells->row_count ? cells->items + cells->at * cells->column_count : NULL;
    cells->at++;
    return ERR_NONE;
}

static const struct sheet_column unit_columns[] = {
    {STR_INIT("Đơn vị"), SHEET_TEXT, 48},     {STR_INIT("Phải làm"), SHEET_INT, 10},
    {STR_INIT("Đạt"), SHEET_INT, 8},          {STR_INIT("Tỷ lệ"), SHEET_PERCENT, 9},
    {STR_INIT("Quá hạn"), SHEET_INT, 9},      {STR_INIT("Trễ từ khi giao"), SHEET_INT, 14},
    {STR_INIT("Chưa xem"), SHEET_INT, 10},    {STR_INIT("Đang làm"), SHEET_INT, 10},
    {STR_INIT("Sắp đến hạn"), SHEET_INT, 12}, {STR_INIT("Không thuộc diện"), SHEET_INT, 16},
    {STR_INIT("Tạm miễn"), SHEET_INT, 10},
};
static const struct sheet_column row_columns[] = {
    {STR_INIT("Đơn vị"), SHEET_TEXT, 48},     {STR_INIT("Mã"), SHEET_TEXT, 10},  {STR_INIT("Nhiệm vụ"), SHEET_TEXT, 60},
    {STR_INIT("Trạng thái"), SHEET_TEXT, 18}, {STR_INIT("Hạn"), SHEET_DATE, 12},
};

static struct sheet_cell text_cell(struct str text)
{
    return (struct sheet_cell){.is_empty = str_is_empty(text), .text = text};
}

enum err_code answer_xlsx(struct db *db, const struct actor *actor, int64_t freeze_id, const char *path,
                          struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, ANSWER_XLSX_ARENA_BYTES);
    struct sql_answer_freeze_row *freeze;
    TRY(sql_answer_freeze(db, actor, &arena, &(struct sql_answer_freeze_args){.id = freeze_id}, &freeze, err));
    if (!freeze)
        return err_set(err, ERR_NOT_FOUND, "không có số liệu chốt này");
    struct sql_answer_units_rows units;
    struct sql_answer_rows_rows rows;
    TRY(sql_answer_units(db, &arena, &(struct sql_answer_units_args){.freeze_id = freeze_id}, &units, err));
    TRY(sql_answer_rows(db, &arena, &(struct sql_answer_rows_args){.freeze_id = freeze_id}, &rows, err));
    struct sheet_cell *u = arena_new_array(&arena, struct sheet_cell, units.count * ARRAY_LEN(unit_columns) + 1);
    struct sheet_cell *r = arena_new_array(&arena, struct sheet_cell, rows.count * ARRAY_LEN(row_columns) + 1);
    if (!u || !r)
        return arena_full(&arena, err);
    for (size_t i = 0; i < units.count; i++) {
        int64_t n[DUTY_STATE_COUNT];
        unit_counts(&units.items[i], n);
        int64_t owed = answer_owed_of(n);
        const int64_t tail[] = {n[DUTY_LATE], n[DUTY_BIRTH], n[DUTY_UNSEEN], n[DUTY_DOING] + n[DUTY_ACK],
                                n[DUTY_DUE],  n[DUTY_NA],    n[DUTY_WAIVED]};
        struct sheet_cell *c = u + i * ARRAY_LEN(unit_columns);
        c[0] = text_cell(units.items[i].unit_name);
        c[1].value = owed;
        c[2].value = n[DUTY_OK];
        c[3] = (struct sheet_cell){.is_empty = owed == 0, .share = owed ? (double)n[DUTY_OK] / (double)owed : 0};
        for (size_t k = 0; k < ARRAY_LEN(tail); k++)
            c[4 + k].value = tail[k];
    }
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_answer_rows_row *row = &rows.items[i];
        struct sheet_cell *c = r + i * ARRAY_LEN(row_columns);
        c[0] = text_cell(row->unit_name);
        c[1] = text_cell(row->catalogue_id);
        c[2] = text_cell(row->title);
        c[3] = text_cell(answer_state_word(row->state));
        c[4] = (struct sheet_cell){.is_empty = !row->due_day.has,
                                   .day = row->due_day.has ? (civil_day)row->due_day.v : CIVIL_NONE};
    }
    struct cells unit_cells = {u, ARRAY_LEN(unit_columns), units.count, 0},
                 row_cells = {r, ARRAY_LEN(row_columns), rows.count, 0};
    const struct sheet sheets[] = {
        {.name = STR("Đơn vị"),
         .columns = unit_columns,
         .column_count = ARRAY_LEN(unit_columns),
         .next = next_cells,
         .ctx = &unit_cells},
        {.name = STR("Từng nhiệm vụ"),
         .columns = row_columns,
         .column_count = ARRAY_LEN(row_columns),
         .next = next_cells,
         .ctx = &row_cells},
    };
    return sheet_write_xlsx(sheets, ARRAY_LEN(sheets), freeze->at_ms, path, err);
}
