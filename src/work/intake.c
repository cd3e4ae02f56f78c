#include "work/intake.h"

#include "base/buf.h"
#include "base/viet.h"
#include "duty/letter_book.sql.h"
#include "format/json.h"
#include "know/know.h"
#include "letter/letter_print.h"
#include "org/access.h"
#include "work/intake.sql.h"

#define INTAKE_ARENA_BYTES    (256u << 20)
#define INTAKE_JSON_MAX_BYTES (16u << 20)

static bool calendar_add(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    *ret_day = workday_add(ctx, from, n);
    return true;
}

static enum err_code join_obligations(const struct letter_duty *duty, struct arena *arena, struct str *ret_text,
                                      struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    for (size_t i = 0; i < duty->obligation_count; i++) {
        /* The engine's patterns and the catalogue are two files; what the catalogue does not have is left for the
         * clerk. */
        if (!know_obligation_find(str_from_cstr(duty->obligations[i])))
            continue;
        if (buf.len_bytes)
            buf_put_byte(&buf, ' ');
        buf_put(&buf, str_from_cstr(duty->obligations[i]));
    }
    return buf_to_arena(&buf, arena, ret_text, err);
}

/* One a line: a name has no line break of its own. */
static enum err_code join_co_actors(const struct letter_duty *duty, struct arena *arena, struct str *ret_text,
                                    struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, INTAKE_JSON_MAX_BYTES);
    for (size_t i = 0; i < duty->co_actors.count; i++) {
        if (i)
            buf_put_byte(&buf, '\n');
        buf_put(&buf, duty->co_actors.items[i].text);
    }
    return buf_to_arena(&buf, arena, ret_text, err);
}

/* The lines of the contract: the first is the letter, one follows for each duty. */
static enum err_code print_lines(const struct letter *letter, struct arena *arena, struct str *ret_letter,
                                 struct str *ret_duties, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, INTAKE_JSON_MAX_BYTES);
    letter_print_json(letter, &buf);
    struct str all;
    TRY(buf_to_arena(&buf, arena, &all, err));
    if (!str_line(&all, ret_letter))
        return err_set(err, ERR_SYNTAX, "the letter could not be printed");
    *ret_duties = all;
    return ERR_NONE;
}

enum err_code intake_letter(struct db *db, const struct actor *actor, struct str text,
                            const struct intake_options *options, int64_t *ret_id, bool *ret_is_new, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, INTAKE_ARENA_BYTES);
    struct letter_options how = {0};
    if (options->calendar) {
        how.workday_add = calendar_add;
        how.ctx = (void *)(uintptr_t)options->calendar;
    }
    struct letter *letter = NULL;
    TRY(letter_parse(text, &how, &arena, &letter, err)); /* a secrecy stamp ends it here: nothing was kept */
    struct book_duty *duties = arena_new_array(&arena, struct book_duty, letter->duties.count + 1);
    struct book_attachment *attachments =
        arena_new_array(&arena, struct book_attachment, letter->attachments.count + 1);
    if (!duties || !attachments)
        return arena_full(&arena, err);
    struct str letter_json, lines;
    TRY(print_lines(letter, &arena, &letter_json, &lines, err));
    for (size_t i = 0; i < letter->duties.count; i++) {
        const struct letter_duty *d = &letter->duties.items[i];
        struct book_duty *b = &duties[i];
        *b = (struct book_duty){
            .no = d->no,
            .text = d->text,
            .has_quote = d->quote.to > d->quote.from,
            .quote_from = d->quote.from,
            .quote_to = d->quote.to,
            .actor = d->actor.text,
            .product = d->product.text,
            .trigger = str_from_cstr(letter_trigger_to_str(d->trigger)),
            .period_count = d->period.is_known ? d->period.count : 0,
            .period_months = d->period.is_known ? d->period.per_months : 0,
            .deadline_day = d->deadline.is_known ? d->deadline.date : CIVIL_NONE,
            .deadline_strict = d->deadline.is_known && d->deadline.strict_before,
            .deadline_due_ms = d->deadline.is_known && d->deadline.due_at_ms != INT64_MIN ? d->deadline.due_at_ms : 0,
            .deadline_quoted = d->deadline.is_known ? d->deadline.quoted.text : STR_NONE,
            .deadline_note = d->deadline.is_known ? d->deadline.note : STR_NONE,
            .confidence = d->confidence_percent / 100.0,
        };
        TRY(join_obligations(d, &arena, &b->obligations, err));
        TRY(join_co_actors(d, &arena, &b->co_actors, err));
        if (!str_line(&lines, &b->read_json))
            b->read_json = STR_NONE;
    }
    size_t attachment_count = 0;
    for (size_t i = 0; i < letter->attachments.count; i++) {
        const struct letter_attachment *a = &letter->attachments.items[i];
        if (a->is_inside)
            continue; /* it stands in this very text */
        attachments[attachment_count++] = (struct book_attachment){
            str_is_empty(a->name.text) ? a->title.text : a->name.text, a->name.at.from, a->name.at.to};
    }
    struct book_letter book = {
        .unit_id = options->unit_id,
        .direction = STR("in"),
        .number = letter->number.text,
        .symbol = letter->symbol.text,
        .document_type = str_from_cstr(letter->document_type),
        .place = letter->place.text,
        .issuer = letter->issuer.text,
        .issuer_parent = letter->issuer_parent.text,
        .subject = letter->subject.text,
        .issued_day = letter->date,
        .text = text,
        .file_bytes = options->file_bytes,
        .file_name = options->file_name,
        .media_type = options->media_type,
        .read_json = letter_json,
        .duties = duties,
        .duty_count = letter->duties.count,
        .attachments = attachments,
        .attachment_count = attachment_count,
        .is_sample = options->is_sample,
    };
    return letter_put(db, actor, &book, ret_id, ret_is_new, err);
}

/* --- the draft --- */

static bool is_child_kind(const struct sql_intake_child_kinds_rows *children, struct str kind)
{
    for (size_t i = 0; i < children->count; i++)
        if (str_equal(children->items[i].kind, kind))
            return true;
    return false;
}

typedef VEC(struct obligation_target) target_list;

static enum err_code add_target(target_list *targets, enum target_rule rule, struct str value, struct arena *arena,
                                struct err *err)
{
    struct obligation_target *t = vec_push(targets, arena);
    if (!t)
        return arena_full(arena, err);
    *t = (struct obligation_target){rule, value};
    return ERR_NONE;
}

/* Who a catalogue entry is addressed to, below this issuer. Kinds that stand right below get it from here and hand it
 * down themselves; only when none of its kinds does, it goes to wherever they stand. Functions, sectors and members are
 * named as such. */
static enum err_code targets_of(const struct know_obligation *known, const struct sql_intake_child_kinds_rows *children,
                                struct arena *arena, const struct obligation_target **ret_targets, size_t *ret_count,
                                struct err *err)
{
    target_list targets = {0}, deeper = {0};
    bool everybody = known == NULL || known->owed_by.count == 0;
    for (size_t i = 0; !everybody && i < known->owed_by.count; i++) {
        const struct know_class *class_row = know_class_find(known->owed_by.items[i]);
        if (!class_row)
            continue;
        bool is_special = class_row->functions.count || class_row->in_priority_sector || class_row->in_network;
        everybody = everybody || (!is_special && class_row->kinds.count == 0 && class_row->groups.count == 0);
        for (size_t k = 0; k < know_org_kind_count && !is_special; k++) {
            const struct know_org_kind *kind = &know_org_kinds[k];
            if (!know_ids_has(class_row->kinds, kind->id) && !know_ids_has(class_row->groups, kind->group))
                continue;
            if (is_child_kind(children, kind->id))
                TRY(add_target(&targets, TARGET_CHILD_KIND, kind->id, arena, err));
            else
                TRY(add_target(&deeper, TARGET_KIND, kind->id, arena, err));
        }
        for (size_t f = 0; f < class_row->functions.count; f++)
            TRY(add_target(&targets, TARGET_FUNCTION, class_row->functions.items[f], arena, err));
        for (size_t s = 0; class_row->in_priority_sector && s < know_sector_count; s++)
            TRY(add_target(&targets, TARGET_SECTOR, know_sectors[s].id, arena, err));
        if (class_row->in_network)
            TRY(add_target(&targets, TARGET_MEMBER, STR("response_network"), arena, err));
    }
    if (everybody) {
        targets = (target_list){0};
        TRY(add_target(&targets, TARGET_CHILDREN, STR(""), arena, err));
    }
    if (targets.count == 0)
        targets = deeper;
    if (targets.count == 0)
        TRY(add_target(&targets, TARGET_CHILDREN, STR(""), arena, err));
    *ret_targets = targets.items;
    *ret_count = targets.count;
    return ERR_NONE;
}

/* A title begins with a capital, wherever in a sentence the letter says it. */
static struct str title_of(struct str text, struct arena *arena)
{
    size_t pos = 0;
    if (str_is_empty(text))
        return text;
    uint32_t first = viet_upper_char(utf8_next(text, &pos));
    char head[4];
    size_t n = utf8_put(head, first);
    struct str title = arena_printf(arena, "%.*s%.*s", (int)n, head, STR_ARG(str_slice(text, pos, text.len_bytes)));
    return str_is_null(title) ? text : title;
}

/* "trước ngày X" excludes X: the last allowed day is the day before. */
static civil_day last_allowed_day(const struct sql_letter_duties_row *duty)
{
    if (duty->deadline_due_ms.has)
        return civil_day_of_ms(duty->deadline_due_ms.v);
    if (!duty->deadline_day.has)
        return CIVIL_NONE;
    return (civil_day)duty->deadline_day.v - (duty->deadline_strict ? 1 : 0);
}

enum err_code intake_directive_draft(struct db *db, const struct actor *actor, int64_t letter_id, struct str edge_kind,
                                     struct arena *arena, struct directive_draft *ret_draft, struct err *err)
{
    struct actor reader = actor_with(actor, RIGHT_READ);
    struct sql_letter_get_row *letter = NULL;
    TRY(sql_letter_get(db, &reader, arena, &(struct sql_letter_get_args){.id = letter_id}, &letter, err));
    if (!letter)
        return err_set(err, ERR_NOT_FOUND, "no such letter");
    struct sql_letter_duties_rows duties;
    TRY(sql_letter_duties(db, &reader, arena, &(struct sql_letter_duties_args){.letter_id = letter_id}, &duties, err));
    struct sql_intake_child_kinds_rows children;
    TRY(sql_intake_child_kinds(db, arena,
                               &(struct sql_intake_child_kinds_args){
                                   .unit_id = letter->unit_id, .edge_kind = edge_kind, .on_day = db_today(db)},
                               &children, err));
    VEC(struct obligation_draft) obligations = {0};
    for (size_t i = 0; i < duties.count; i++) {
        const struct sql_letter_duties_row *d = &duties.items[i];
        if (!str_equal(d->state, STR("confirmed")))
            continue;
        struct str rest = str_is_empty(d->obligations) ? STR("-") : d->obligations, id;
        while (str_split(&rest, ' ', &id)) {
            const struct know_obligation *known = know_obligation_find(id);
            struct obligation_draft *o = vec_push(&obligations, arena);
            if (!o)
                return arena_full(arena, err);
            *o = (struct obligation_draft){
                .catalogue_id = known ? known->id : STR_NONE,
                .letter_duty_id = d->id,
                .title = known ? known->title.vi : title_of(d->text, arena),
                .text = d->text,
                .co_actors = d->co_actors,
                .product = d->product,
                .trigger = d->trigger_kind,
                .period_months = d->period_months.has && d->period_count.has && d->period_count.v > 0
                                     ? (int)(d->period_months.v / d->period_count.v)
                                     : 0,
                .deadline_day = last_allowed_day(d),
                .deadline_note = d->deadline_note,
                .evidence_kinds = known ? STR_NONE : STR("document manual_statement"),
            };
            if (str_equal(o->trigger, STR("periodic")) && o->period_months <= 0)
                o->period_months = known && known->period_months > 0 ? known->period_months : 12;
            TRY(targets_of(known, &children, arena, &o->targets, &o->target_count, err));
        }
    }
    if (obligations.count == 0)
        return err_set(err, ERR_CONFLICT,
                       "Chưa có nhiệm vụ nào được xác nhận: xác nhận ít nhất một nhiệm vụ rồi mới giao xuống");
    struct str title =
        str_is_empty(letter->subject) ? STR("Văn bản chưa có trích yếu") : title_of(letter->subject, arena);
    *ret_draft = (struct directive_draft){
        .issuer_id = letter->unit_id,
        .letter_id = letter->id,
        .edge_kind = edge_kind,
        .title = title,
        .issued_day = CIVIL_NONE,
        .obligations = obligations.items,
        .obligation_count = obligations.count,
    };
    return ERR_NONE;
}
