#include "report/from_duty.h"

#include "know/know.h"
#include "os/crypto.h"
#include "report/answer_parts.h"

static enum err_code tallies_read(struct answer *a, struct err *err)
{
    struct sql_answer_obligations_rows rows;
    TRY(sql_answer_obligations(a->db, a->arena, &(struct sql_answer_obligations_args){.freeze_id = a->freeze->id},
                               &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_answer_obligations_row *r = &rows.items[i];
        struct tally *t = NULL;
        for (size_t k = 0; k < a->tallies.count && !t; k++) {
            struct tally *other = &a->tallies.items[k];
            if (str_is_null(r->catalogue_id) ? str_is_null(other->catalogue_id) && str_equal(r->title, other->title)
                                             : str_equal(r->catalogue_id, other->catalogue_id))
                t = other;
        }
        if (!t) {
            t = vec_push(&a->tallies, a->arena);
            if (!t)
                return arena_full(a->arena, err);
            *t = (struct tally){.catalogue_id = r->catalogue_id, .title = r->title, .denominator = r->denominator};
        }
        if (r->state >= 0 && r->state < DUTY_STATE_COUNT)
            t->n[r->state] += r->n;
        t->units += r->units;
    }
    return ERR_NONE;
}

static enum err_code chain_read(struct answer *a, struct err *err)
{
    int64_t id = a->freeze->directive_id.has ? a->freeze->directive_id.v : 0;
    while (id && a->chain_count < ANSWER_CHAIN_MAX) {
        struct sql_answer_directive_row *row;
        TRY(sql_answer_directive(a->db, a->arena, &(struct sql_answer_directive_args){.id = id}, &row, err));
        if (!row)
            break;
        a->chain[a->chain_count++] = row;
        id = row->parent_id.has ? row->parent_id.v : 0;
    }
    return ERR_NONE;
}

static enum err_code answer_read(struct answer *a, const struct actor *actor, struct err *err)
{
    struct sql_answer_freeze_row *freeze;
    TRY(sql_answer_freeze(a->db, actor, a->arena, &(struct sql_answer_freeze_args){.id = a->order->freeze_id}, &freeze,
                          err));
    if (!freeze)
        return err_set(err, ERR_NOT_FOUND, "không có số liệu chốt này");
    a->freeze = freeze;
    TRY(sql_unit_name_on(a->db, a->arena,
                         &(struct sql_unit_name_on_args){.unit_id = freeze->root_id, .on_day = freeze->as_of_day},
                         &a->unit, err));
    if (!a->unit)
        return err_set(err, ERR_CONFLICT, "đơn vị của số liệu chốt không có tên vào ngày chốt");
    TRY(sql_answer_committees(
        a->db, a->arena, &(struct sql_answer_committees_args){.unit_id = freeze->root_id, .on_day = freeze->as_of_day},
        &a->above, err));
    TRY(sql_answer_units(a->db, a->arena, &(struct sql_answer_units_args){.freeze_id = freeze->id}, &a->units, err));
    TRY(tallies_read(a, err));
    TRY(chain_read(a, err));
    if (!str_is_empty(a->order->fields_json))
        TRY(json_parse(a->order->fields_json, 0, a->arena, &a->fields, err));
    return ERR_NONE;
}

static void put_head(struct answer *a, struct document *d)
{
    struct civil day = civil_from_day((civil_day)a->freeze->as_of_day);
    d->issuer = answer_upper(a, a->unit->name);
    d->issuer_name = a->unit->name;
    const struct know_signing_title *known = answer_title(a);
    if (a->above.count > 1 && !(known && known->stands_alone))
        d->parent = answer_upper(a, a->above.items[1].name);
    struct str symbol = str_is_empty(a->unit->symbol)
                            ? answer_upper(a, str_is_empty(a->unit->code) ? STR("…") : a->unit->code)
                            : a->unit->symbol;
    d->symbol = a->order->kind == ANSWER_LETTER ? symbol : answer_say(a, "BC-%.*s", STR_ARG(symbol));
    d->place = answer_place(a);
    d->date = (struct document_date){0, day.month, day.year};
    struct str what = a->chain_count ? answer_asked_name(a) : STR("các nhiệm vụ được giao");
    if (a->order->kind != ANSWER_LETTER)
        d->type_name = STR("BÁO CÁO");
    if (a->order->kind == ANSWER_PERIODIC && !str_is_empty(a->order->series_title)) {
        struct str title = a->order->series_title, word = STR("Báo cáo ");
        if (str_starts_with(title, word))
            title = str_slice(title, word.len_bytes, title.len_bytes);
        d->summary = answer_say(a, "%.*s%s%.*s%s", STR_ARG(title), str_is_empty(a->order->form) ? "" : " (Mẫu số ",
                                STR_ARG(a->order->form), str_is_empty(a->order->form) ? "" : ")");
    } else {
        d->summary = answer_say(a, "%s kết quả thực hiện %.*s",
                                a->order->kind == ANSWER_LETTER ? "báo cáo" : "Tổng hợp", STR_ARG(what));
    }
}

static void put_opening(struct answer *a)
{
    struct str as_of = answer_day(a, (civil_day)a->freeze->as_of_day);
    if (a->order->kind == ANSWER_PERIODIC && a->order->period_from_day != CIVIL_NONE &&
        a->order->period_to_day != CIVIL_NONE) {
        struct str from = answer_day(a, a->order->period_from_day), to = answer_day(a, a->order->period_to_day - 1);
        answer_put(a, DOCUMENT_PARAGRAPH, STR_NONE,
                   answer_say(a, "%.*s báo cáo kỳ từ ngày %.*s đến ngày %.*s, số liệu chốt đến hết ngày %.*s, như sau:",
                              STR_ARG(a->unit->name), STR_ARG(from), STR_ARG(to), STR_ARG(as_of)));
    } else if (a->chain_count) {
        answer_put(a, DOCUMENT_PARAGRAPH, STR_NONE,
                   answer_say(a, "Thực hiện %.*s, %.*s báo cáo kết quả, số liệu chốt đến hết ngày %.*s, như sau:",
                              STR_ARG(answer_asked_name(a)), STR_ARG(a->unit->name), STR_ARG(as_of)));
    } else {
        answer_put(
            a, DOCUMENT_PARAGRAPH, STR_NONE,
            answer_say(
                a, "%.*s báo cáo kết quả thực hiện các nhiệm vụ được giao, số liệu chốt đến hết ngày %.*s, như sau:",
                STR_ARG(a->unit->name), STR_ARG(as_of)));
    }
}

enum err_code answer_document(struct db *db, const struct actor *actor, const struct answer_order *order,
                              struct arena *arena, struct document *ret_document, struct err *err)
{
    struct answer answer = {.db = db, .arena = arena, .order = order}, *a = &answer;
    struct document d = {0};
    TRY(answer_read(a, actor, err));
    put_head(a, &d);
    answer_put_basis(a);
    put_opening(a);
    answer_put(a, DOCUMENT_HEADING, STR_NONE, STR("KẾT QUẢ CHUNG"));
    TRY(answer_put_denominators(a, err));
    answer_put_typed_numbers(a);
    answer_put_typed(a, NULL, ANSWER_RESULTS);
    if (a->tallies.count) {
        answer_put(a, DOCUMENT_HEADING, STR_NONE, STR("KẾT QUẢ TỪNG NHIỆM VỤ"));
        for (size_t i = 0; i < a->tallies.count; i++)
            answer_put_obligation(a, &a->tallies.items[i]);
    }
    answer_put(a, DOCUMENT_HEADING, STR_NONE, STR("ĐƠN VỊ CÒN THIẾU"));
    answer_put_missing(a);
    answer_put_typed(a, "NGUYÊN NHÂN, KHÓ KHĂN", ANSWER_CAUSES);
    answer_put_typed(a, "ĐỀ XUẤT, KIẾN NGHỊ", ANSWER_PROPOSALS);
    answer_put(a, DOCUMENT_PARAGRAPH, STR_NONE, answer_say(a, "%.*s kính báo cáo", STR_ARG(a->unit->name)));
    TRY(answer_put_addresses(a, &d, err));
    TRY(answer_put_signer(a, &d, err));
    TRY(answer_put_annex(a, &d, err));
    if (a->full)
        return arena_full(arena, err);
    d.blocks = a->blocks.items;
    d.block_count = a->blocks.count;
    d.frozen_unix_ms = a->freeze->at_ms;
    d.made_unix_ms = a->freeze->at_ms;
    d.frozen_hash = crypto_to_hex(a->freeze->hash, arena);
    if (str_is_null(d.frozen_hash))
        return arena_full(arena, err);
    TRY(document_check(&d, err));
    *ret_document = d;
    return ERR_NONE;
}
