/* answer_address.c - who signs an answer and by which title, where, to whom it goes and who gets a copy. */
#include "report/answer_parts.h"

#include "know/know.h"
#include "report/signer.h"

const struct know_signing_title *answer_title(const struct answer *a)
{
    return know_signing_title_of(a->unit->kind, a->unit->name, (civil_day)a->freeze->as_of_day);
}

enum err_code answer_put_signer(struct answer *a, struct document *d, struct err *err)
{
    struct sql_answer_signer_row *signer;
    TRY(sql_answer_signer(
        a->db, a->arena,
        &(struct sql_answer_signer_args){.unit_id = a->freeze->root_id, .on_day = a->freeze->as_of_day}, &signer, err));
    d->signer_name = signer ? signer->name : STR("");
    return signer_lines(&(struct signer){.unit_kind = a->unit->kind,
                                         .unit_name = a->unit->name,
                                         .day = (civil_day)a->freeze->as_of_day,
                                         .is_deputy = signer && str_equal(signer->role, STR("deputy_head")),
                                         .own_title = signer ? signer->title : STR_NONE},
                        a->arena, &d->sign_lines, &d->sign_line_count, err);
}

/* "Trúc Lâm": of the nearest committee at or above the unit. */
struct str answer_place(const struct answer *a)
{
    for (size_t i = 0; i < a->above.count; i++) {
        struct str place = know_authority_place(a->above.items[i].name, (civil_day)a->freeze->as_of_day);
        if (!str_is_null(place))
            return place;
    }
    return STR("");
}

static void add_recipient(struct answer *a, struct str name, struct str purpose)
{
    struct document_recipient *r = vec_push(&a->recipients, a->arena);
    if (r)
        *r = (struct document_recipient){name, purpose};
    else
        a->full = true;
}

enum err_code answer_put_addresses(struct answer *a, struct document *d, struct err *err)
{
    int64_t to_id = a->order->to_unit_id;
    struct str to_name = STR_NONE;
    const struct sql_answer_directive_row *to_whom = answer_asked_by(a), *outside = answer_from_outside(a);
    if (!to_whom && outside) { /* it stands in no tree of ours */
        to_id = -1;
        to_name = outside->letter_issuer;
    } else if (!to_id && to_whom) {
        to_id = to_whom->issuer_id;
        to_name = to_whom->issuer_name;
    } else if (!to_id && a->above.count > 1) {
        to_id = a->above.items[1].id;
    }
    if (to_id == a->freeze->root_id) {
        to_id = a->above.count > 1 ? a->above.items[1].id : 0;
        to_name = STR_NONE;
    }
    if (to_id && str_is_null(to_name)) {
        struct sql_unit_name_on_row *to;
        TRY(sql_unit_name_on(a->db, a->arena,
                             &(struct sql_unit_name_on_args){.unit_id = to_id, .on_day = a->freeze->as_of_day}, &to,
                             err));
        to_name = to ? to->name : STR_NONE;
    }
    if (!str_is_null(to_name)) {
        struct str *to = arena_new(a->arena, struct str);
        if (!to)
            return arena_full(a->arena, err);
        *to = to_name;
        d->to = to;
        d->to_count = 1;
        add_recipient(a, STR("Như trên"), STR_NONE);
    }
    if (a->above.count > 1 && a->above.items[1].id != to_id)
        add_recipient(a, a->above.items[1].name, STR("để b/c"));
    struct sql_answer_dedicated_body_row *body;
    TRY(sql_answer_dedicated_body(
        a->db, a->arena,
        &(struct sql_answer_dedicated_body_args){.unit_id = a->freeze->root_id, .on_day = a->freeze->as_of_day}, &body,
        err));
    if (body && body->id != to_id && body->id != a->freeze->root_id &&
        !(a->above.count > 1 && body->id == a->above.items[1].id))
        add_recipient(a, body->name, STR("để p/h"));
    d->recipients = a->recipients.items;
    d->recipient_count = a->recipients.count;
    d->keep = STR("VT");
    return ERR_NONE;
}
