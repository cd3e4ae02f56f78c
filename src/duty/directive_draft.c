/* directive_draft.c - the drafts of directives: written, read back, edited, deleted. */
#include "duty/directive.h"

#include "base/viet.h"
#include "duty/act.h"
#include "duty/directive.sql.h"
#include "format/json.h"
#include "know/know.h"
#include "org/access.h"
#include "os/crypto.h"
#include "proof/chain.h"

#define DRAFT_ARENA_BYTES    (64u << 20)
#define DRAFT_TEXT_MAX_BYTES (16u << 20)

static struct str trigger_id(enum know_trigger trigger)
{
    switch (trigger) {
    case KNOW_ONCE:
        return STR("once");
    case KNOW_PERIODIC:
        return STR("periodic");
    case KNOW_ON_CHANGE:
        return STR("on_change");
    case KNOW_ON_REQUEST:
        return STR("on_request");
    case KNOW_AT_ONCE:
        return STR("at_once");
    case KNOW_STANDING:
        return STR("standing");
    }
    return STR_NONE;
}

static bool is_trigger(struct str text)
{
    static const struct str all[] = {STR_INIT("once"),       STR_INIT("periodic"), STR_INIT("on_change"),
                                     STR_INIT("on_request"), STR_INIT("at_once"),  STR_INIT("standing")};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (str_equal(text, all[i]))
            return true;
    return false;
}

static bool is_denominator(struct str text)
{
    for (int i = 0; i < KNOW_DENOMINATOR_COUNT; i++)
        if (str_equal(text, know_denominator_id((enum know_denominator)i)))
            return true;
    return false;
}

static struct str or_else(struct str first, struct str second)
{
    return str_is_empty(first) ? second : first;
}

static enum err_code join_ids(struct know_ids ids, struct arena *arena, struct str *ret_text, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    for (size_t i = 0; i < ids.count; i++) {
        if (i)
            buf_put_byte(&buf, ' ');
        buf_put(&buf, ids.items[i]);
    }
    return buf_to_arena(&buf, arena, ret_text, err);
}

static enum err_code put_targets(struct db *db, const struct obligation_draft *o, int64_t obligation_id, size_t no,
                                 struct err *err)
{
    bool has_target = false;
    for (size_t t = 0; t < o->target_count; t++) {
        const struct obligation_target *target = &o->targets[t];
        has_target = has_target || (target->rule != TARGET_EXCEPT_UNIT && target->rule != TARGET_EXCEPT_KIND);
        TRY(sql_obligation_target_insert(db,
                                         &(struct sql_obligation_target_insert_args){
                                             .id = db_id(db),
                                             .obligation_id = obligation_id,
                                             .rule = str_from_cstr(target_rule_to_str(target->rule)),
                                             .value = str_is_null(target->value) ? STR("") : target->value,
                                         },
                                         err));
    }
    return has_target ? ERR_NONE : err_set(err, ERR_SYNTAX, "obligation %zu goes to nobody: name who owes it", no);
}

/* What is carried out must be in the drafter's sight: whoever gets the draft's duties sees what they come from. */
static enum err_code is_in_sight(struct db *db, struct arena *arena, const struct actor *actor, int64_t directive_id,
                                 bool *ret_is, struct err *err)
{
    struct actor reader = actor_with(actor, RIGHT_READ);
    struct sql_directive_get_row *row = NULL;
    TRY(sql_directive_get(db, &reader, arena, &(struct sql_directive_get_args){.id = directive_id}, &row, err));
    *ret_is = row != NULL;
    return ERR_NONE;
}

static enum err_code put_obligation(struct db *db, struct arena *arena, const struct actor *actor,
                                    const struct obligation_draft *o, int64_t directive_id, size_t no, struct err *err)
{
    const struct know_obligation *known = NULL;
    struct str evidence = o->evidence_kinds;
    if (!str_is_empty(o->catalogue_id)) {
        known = know_obligation_find(o->catalogue_id);
        if (!known)
            return err_set(err, ERR_SYNTAX, "obligation %zu: there is no %.*s in the catalogue", no,
                           STR_ARG(o->catalogue_id));
        if (str_is_empty(evidence))
            TRY(join_ids(known->evidence, arena, &evidence, err));
    }
    struct str title = or_else(o->title, known ? known->title.vi : STR_NONE);
    struct str text = or_else(or_else(o->text, known ? known->text.vi : STR_NONE), title);
    struct str trigger = or_else(o->trigger, known ? trigger_id(known->trigger) : STR("once"));
    struct str denominator = or_else(o->denominator, known ? know_denominator_id(known->denominator) : STR("unit"));
    int period = o->period_months ? o->period_months : known ? known->period_months : 0;
    if (str_is_empty(title))
        return err_set(err, ERR_SYNTAX, "obligation %zu has no title", no);
    if (!is_trigger(trigger))
        return err_set(err, ERR_SYNTAX, "obligation %zu: no trigger is called '%.*s'", no, STR_ARG(trigger));
    if (!is_denominator(denominator))
        return err_set(err, ERR_SYNTAX, "obligation %zu: nothing is counted by '%.*s'", no, STR_ARG(denominator));
    if (str_equal(trigger, STR("periodic")) && period <= 0)
        return err_set(err, ERR_SYNTAX, "obligation %zu is periodic and names no period", no);
    struct str rest = evidence, kind;
    while (str_split(&rest, ' ', &kind))
        if (!str_is_empty(kind) && !know_evidence_kind_find(kind))
            return err_set(err, ERR_SYNTAX, "obligation %zu: no evidence is called '%.*s'", no, STR_ARG(kind));
    if (o->parent_id) {
        struct sql_obligation_get_row *parent = NULL;
        TRY(sql_obligation_get(db, arena, &(struct sql_obligation_get_args){.id = o->parent_id}, &parent, err));
        bool in_sight = false;
        if (parent)
            TRY(is_in_sight(db, arena, actor, parent->directive_id, &in_sight, err));
        if (!in_sight)
            return err_set(err, ERR_SYNTAX, "obligation %zu carries out an obligation that does not exist", no);
        /* A lower tier may ask for less time, never give more. */
        if (parent->deadline_day.has && (o->deadline_day == CIVIL_NONE || o->deadline_day > parent->deadline_day.v)) {
            char day[CIVIL_TEXT_BYTES];
            return err_set(err, ERR_SYNTAX, "obligation %zu must be due by %s, the day of the tier above", no,
                           civil_vn((civil_day)parent->deadline_day.v, day));
        }
    }
    int64_t id = db_id(db);
    TRY(sql_obligation_insert(db,
                              &(struct sql_obligation_insert_args){
                                  .id = id,
                                  .directive_id = directive_id,
                                  .no = (int64_t)no,
                                  .catalogue_id = known ? known->id : STR_NONE,
                                  .parent_id = {o->parent_id != 0, o->parent_id},
                                  .letter_duty_id = {o->letter_duty_id != 0, o->letter_duty_id},
                                  .title = title,
                                  .text = text,
                                  .trigger_kind = trigger,
                                  .period_months = {period > 0, period},
                                  .deadline_day = {o->deadline_day != CIVIL_NONE, o->deadline_day},
                                  .deadline_note = o->deadline_note,
                                  .denominator = denominator,
                                  .evidence_kinds = str_is_null(evidence) ? STR("") : evidence,
                                  .needs_all = known && known->needs_all_evidence,
                                  .min_level = known ? known->min_level : 0,
                                  .only_cameras = known && known->only_cameras,
                                  .co_actors = or_else(o->co_actors, STR("")),
                                  .product = str_is_empty(o->product) ? STR_NONE : o->product,
                              },
                              err));
    return put_targets(db, o, id, no, err);
}

struct drafting {
    const struct actor *actor;
    const struct directive_draft *draft;
    int64_t id;       /* 0: a new one */
    int64_t revision; /* the one that was looked at; 0: whichever */
};

/* What must be true of a draft whether it is new or said anew, and what follows from it. */
static enum err_code check_draft(struct db *db, struct arena *arena, const struct drafting *drafting, int64_t id,
                                 int64_t *ret_family_id, struct str *ret_key, struct err *err)
{
    const struct directive_draft *draft = drafting->draft;
    TRY(access_require(db, drafting->actor, RIGHT_DRAFT, draft->issuer_id, "draft a directive", err));
    if (str_is_empty(str_trim(draft->title)))
        return err_set(err, ERR_SYNTAX, "the directive has no title");
    if (draft->obligation_count == 0 || draft->obligation_count > DIRECTIVE_OBLIGATIONS_MAX)
        return err_set(err, ERR_SYNTAX, "a directive has 1 to %u obligations, this one %zu", DIRECTIVE_OBLIGATIONS_MAX,
                       draft->obligation_count);
    int64_t family_id = id;
    if (draft->parent_id) {
        struct sql_directive_raw_row *parent = NULL;
        TRY(sql_directive_raw(db, arena, &(struct sql_directive_raw_args){.id = draft->parent_id}, &parent, err));
        bool in_sight = false;
        if (parent)
            TRY(is_in_sight(db, arena, drafting->actor, draft->parent_id, &in_sight, err));
        if (!in_sight || !str_equal(parent->state, STR("issued")))
            return err_set(err, ERR_SYNTAX, "the directive it carries out is not in force");
        family_id = parent->family_id;
    }
    struct str key = viet_search_key(arena, arena_printf(arena, "%.*s %.*s/%.*s", STR_ARG(draft->title),
                                                         STR_ARG(draft->number), STR_ARG(draft->symbol)));
    if (str_is_null(key))
        return arena_full(arena, err);
    *ret_family_id = family_id;
    *ret_key = key;
    return ERR_NONE;
}

static enum err_code put_obligations(struct db *db, struct arena *arena, const struct drafting *drafting, int64_t id,
                                     struct err *err)
{
    for (size_t i = 0; i < drafting->draft->obligation_count; i++)
        TRY(put_obligation(db, arena, drafting->actor, &drafting->draft->obligations[i], id, i + 1, err));
    return ERR_NONE;
}

static enum err_code new_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct drafting *drafting = ctx;
    const struct directive_draft *draft = drafting->draft;
    AUTO_ARENA arena;
    arena_init(&arena, DRAFT_ARENA_BYTES);
    int64_t id = db_id(db), family_id = 0;
    struct str key;
    TRY(check_draft(db, &arena, drafting, id, &family_id, &key, err));
    TRY(sql_directive_insert(db,
                             &(struct sql_directive_insert_args){
                                 .id = id,
                                 .issuer_id = draft->issuer_id,
                                 .letter_id = {draft->letter_id != 0, draft->letter_id},
                                 .parent_id = {draft->parent_id != 0, draft->parent_id},
                                 .family_id = family_id,
                                 .instrument = draft->instrument,
                                 .edge_kind = draft->edge_kind,
                                 .number = draft->number,
                                 .symbol = draft->symbol,
                                 .title = str_trim(draft->title),
                                 .issued_day = draft->issued_day == CIVIL_NONE ? db_today(db) : draft->issued_day,
                                 .contact_person_id = {draft->contact_person_id != 0, draft->contact_person_id},
                                 .search_key = key,
                                 .created_ms = db_now_ms(db),
                                 .is_sample = draft->is_sample,
                             },
                             err));
    TRY(put_obligations(db, &arena, drafting, id, err));
    drafting->id = id;
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = "directive_drafted",
                                             .object_kind = "directive",
                                             .object_id = id,
                                             .unit_id = draft->issuer_id,
                                             .actor_id = drafting->actor->person_id},
                        NULL, err);
}

enum err_code directive_draft_new(struct db *db, const struct actor *actor, const struct directive_draft *draft,
                                  int64_t *ret_id, struct err *err)
{
    struct drafting drafting = {actor, draft, 0, 0};
    if (db_transact(db, new_in_transaction, &drafting, err) != ERR_NONE)
        return err->code;
    *ret_id = drafting.id;
    return ERR_NONE;
}

/* --- read back --- */

static enum err_code targets_get(struct db *db, struct arena *arena, struct obligation_draft *o, int64_t obligation_id,
                                 struct err *err)
{
    struct sql_obligation_targets_rows rows;
    TRY(sql_obligation_targets(db, arena, &(struct sql_obligation_targets_args){.obligation_id = obligation_id}, &rows,
                               err));
    struct obligation_target *targets = arena_new_array(arena, struct obligation_target, rows.count + 1);
    if (!targets)
        return arena_full(arena, err);
    for (size_t t = 0; t < rows.count; t++) {
        if (!target_rule_from_str(rows.items[t].rule, &targets[t].rule))
            return err_set(err, ERR_SYNTAX, "no rule is called '%.*s'", STR_ARG(rows.items[t].rule));
        targets[t].value = rows.items[t].value;
    }
    o->targets = targets;
    o->target_count = rows.count;
    return ERR_NONE;
}

static enum err_code draft_get(struct db *db, struct arena *arena, const struct sql_directive_raw_row *d,
                               struct directive_draft *ret_draft, struct err *err)
{
    struct sql_obligation_list_rows rows;
    TRY(sql_obligation_list(db, arena, &(struct sql_obligation_list_args){.directive_id = d->id}, &rows, err));
    struct obligation_draft *obligations = arena_new_array(arena, struct obligation_draft, rows.count + 1);
    if (!obligations)
        return arena_full(arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_obligation_list_row *r = &rows.items[i];
        obligations[i] = (struct obligation_draft){
            .catalogue_id = r->catalogue_id,
            .parent_id = r->parent_id.v,
            .letter_duty_id = r->letter_duty_id.v,
            .title = r->title,
            .text = r->text,
            .trigger = r->trigger_kind,
            .period_months = (int)r->period_months.v,
            .deadline_day = r->deadline_day.has ? (civil_day)r->deadline_day.v : CIVIL_NONE,
            .deadline_note = r->deadline_note,
            .denominator = r->denominator,
            .evidence_kinds = r->evidence_kinds,
            .co_actors = r->co_actors,
            .product = r->product,
        };
        TRY(targets_get(db, arena, &obligations[i], r->id, err));
    }
    *ret_draft = (struct directive_draft){
        .issuer_id = d->issuer_id,
        .letter_id = d->letter_id.v,
        .parent_id = d->parent_id.v,
        .instrument = d->instrument,
        .edge_kind = d->edge_kind,
        .number = d->number,
        .symbol = d->symbol,
        .title = d->title,
        .issued_day = (civil_day)d->issued_day,
        .contact_person_id = d->contact_person_id.v,
        .obligations = obligations,
        .obligation_count = rows.count,
        .is_sample = d->is_sample != 0,
    };
    return ERR_NONE;
}

/* The draft's row, held until the commit: nobody issues it meanwhile. */
static enum err_code draft_hold(struct db *db, struct arena *arena, const struct drafting *drafting,
                                struct sql_directive_raw_row **ret_row, struct err *err)
{
    struct sql_directive_hold_row *held = NULL;
    struct sql_directive_raw_row *d = NULL;
    TRY(sql_directive_hold(db, arena, &(struct sql_directive_hold_args){.id = drafting->id}, &held, err));
    if (held)
        TRY(sql_directive_raw(db, arena, &(struct sql_directive_raw_args){.id = drafting->id}, &d, err));
    if (!d)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    TRY(access_require(db, drafting->actor, RIGHT_DRAFT, d->issuer_id, "change a draft", err));
    if (!str_equal(d->state, STR("draft")))
        return err_set(err, ERR_CONFLICT, "this directive was issued before");
    if (drafting->revision && drafting->revision != d->revision)
        return err_set(err, ERR_CONFLICT, "somebody changed this draft meanwhile: look at it again");
    *ret_row = d;
    return ERR_NONE;
}

enum err_code directive_draft_get(struct db *db, const struct actor *actor, int64_t directive_id, struct arena *arena,
                                  struct directive_draft *ret_draft, int64_t *ret_revision, struct err *err)
{
    struct sql_directive_raw_row *d = NULL;
    TRY(sql_directive_raw(db, arena, &(struct sql_directive_raw_args){.id = directive_id}, &d, err));
    if (!d)
        return err_set(err, ERR_NOT_FOUND, "no such directive");
    TRY(access_require(db, actor, RIGHT_DRAFT, d->issuer_id, "change a draft", err));
    if (!str_equal(d->state, STR("draft")))
        return err_set(err, ERR_CONFLICT, "this directive was issued before");
    TRY(draft_get(db, arena, d, ret_draft, err));
    *ret_revision = d->revision;
    return ERR_NONE;
}

/* --- edit, delete --- */

/* What the chain keeps of a draft: its title, and a digest of everything it said. */
static enum err_code draft_digest(struct db *db, struct arena *arena, int64_t id, struct str *ret_title,
                                  size_t *ret_obligations, struct str *ret_hex, struct err *err)
{
    struct sql_directive_raw_row *d = NULL;
    struct directive_draft draft;
    TRY(sql_directive_raw(db, arena, &(struct sql_directive_raw_args){.id = id}, &d, err));
    must(d != NULL);
    TRY(draft_get(db, arena, d, &draft, err));
    AUTO_BUF buf;
    buf_init(&buf, DRAFT_TEXT_MAX_BYTES);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_field_str(&w, STR("title"), draft.title);
    json_field_str(&w, STR("number"), draft.number);
    json_field_str(&w, STR("symbol"), draft.symbol);
    json_field_str(&w, STR("instrument"), draft.instrument);
    json_field_str(&w, STR("edge_kind"), draft.edge_kind);
    json_field_i64(&w, STR("issued_day"), draft.issued_day);
    json_field_id(&w, STR("letter"), draft.letter_id);
    json_field_id(&w, STR("parent"), draft.parent_id);
    json_field_id(&w, STR("contact"), draft.contact_person_id);
    json_put_key(&w, STR("obligations"));
    json_array_begin(&w);
    for (size_t i = 0; i < draft.obligation_count; i++) {
        const struct obligation_draft *o = &draft.obligations[i];
        json_object_begin(&w);
        json_field_str(&w, STR("catalogue_id"), o->catalogue_id);
        json_field_id(&w, STR("parent"), o->parent_id);
        json_field_id(&w, STR("letter_duty"), o->letter_duty_id);
        json_field_str(&w, STR("title"), o->title);
        json_field_str(&w, STR("text"), o->text);
        json_field_str(&w, STR("trigger"), o->trigger);
        json_field_i64(&w, STR("period_months"), o->period_months);
        json_field_i64(&w, STR("deadline_day"), o->deadline_day);
        json_field_str(&w, STR("deadline_note"), o->deadline_note);
        json_field_str(&w, STR("denominator"), o->denominator);
        json_field_str(&w, STR("evidence"), o->evidence_kinds);
        json_put_key(&w, STR("targets"));
        json_array_begin(&w);
        for (size_t t = 0; t < o->target_count; t++) {
            json_put_str(&w, str_from_cstr(target_rule_to_str(o->targets[t].rule)));
            json_put_str(&w, o->targets[t].value);
        }
        json_array_end(&w);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    struct sha256 hash = crypto_sha256(buf_str(&buf));
    *ret_hex = crypto_to_hex(sha256_str(&hash), arena);
    *ret_title = draft.title;
    *ret_obligations = draft.obligation_count;
    return str_is_null(*ret_hex) ? arena_full(arena, err) : ERR_NONE;
}

static enum err_code edit_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct drafting *drafting = ctx;
    const struct directive_draft *draft = drafting->draft;
    AUTO_ARENA arena;
    arena_init(&arena, DRAFT_ARENA_BYTES);
    struct sql_directive_raw_row *d = NULL;
    TRY(draft_hold(db, &arena, drafting, &d, err));
    if (draft->issuer_id != d->issuer_id)
        return err_set(err, ERR_SYNTAX, "a draft stays with the unit that issues it");
    struct str title, before, after, key;
    size_t count = 0;
    int64_t family_id = 0, changes = 0;
    TRY(draft_digest(db, &arena, d->id, &title, &count, &before, err));
    TRY(check_draft(db, &arena, drafting, d->id, &family_id, &key, err));
    TRY(sql_directive_draft_set(db,
                                &(struct sql_directive_draft_set_args){
                                    .id = d->id,
                                    .letter_id = {draft->letter_id != 0, draft->letter_id},
                                    .parent_id = {draft->parent_id != 0, draft->parent_id},
                                    .family_id = family_id,
                                    .instrument = draft->instrument,
                                    .edge_kind = draft->edge_kind,
                                    .number = draft->number,
                                    .symbol = draft->symbol,
                                    .title = str_trim(draft->title),
                                    .issued_day = draft->issued_day == CIVIL_NONE ? d->issued_day : draft->issued_day,
                                    .contact_person_id = {draft->contact_person_id != 0, draft->contact_person_id},
                                    .search_key = key,
                                },
                                &changes, err));
    must(changes == 1); /* it is held */
    TRY(sql_obligation_targets_drop(db, &(struct sql_obligation_targets_drop_args){.directive_id = d->id}, err));
    TRY(sql_obligations_drop(db, &(struct sql_obligations_drop_args){.directive_id = d->id}, err));
    TRY(put_obligations(db, &arena, drafting, d->id, err));
    TRY(draft_digest(db, &arena, d->id, &title, &count, &after, err));
    return act_record(db, drafting->actor,
                      &(struct act){.kind = "directive_draft_edited",
                                    .object_kind = "directive",
                                    .object_id = d->id,
                                    .unit_id = d->issuer_id,
                                    .fields =
                                        (struct act_field[]){
                                            ACT_TEXT("title", title),
                                            ACT_NUMBER("obligations", (int64_t)count),
                                            ACT_NUMBER("revision", d->revision + 1),
                                            ACT_TEXT("before_sha256", before),
                                            ACT_TEXT("after_sha256", after),
                                        },
                                    .field_count = 5},
                      err);
}

enum err_code directive_draft_edit(struct db *db, const struct actor *actor, int64_t directive_id, int64_t revision,
                                   const struct directive_draft *draft, struct err *err)
{
    struct drafting drafting = {actor, draft, directive_id, revision};
    return db_transact(db, edit_in_transaction, &drafting, err);
}

static enum err_code delete_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct drafting *drafting = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, DRAFT_ARENA_BYTES);
    struct sql_directive_raw_row *d = NULL;
    TRY(draft_hold(db, &arena, drafting, &d, err));
    struct str title, digest;
    size_t count = 0;
    int64_t changes = 0;
    TRY(draft_digest(db, &arena, d->id, &title, &count, &digest, err));
    TRY(sql_obligation_targets_drop(db, &(struct sql_obligation_targets_drop_args){.directive_id = d->id}, err));
    TRY(sql_obligations_drop(db, &(struct sql_obligations_drop_args){.directive_id = d->id}, err));
    TRY(sql_directive_delete_draft(db, &(struct sql_directive_delete_draft_args){.id = d->id}, &changes, err));
    must(changes == 1); /* it is held */
    return act_record(db, drafting->actor,
                      &(struct act){.kind = "directive_draft_deleted",
                                    .object_kind = "directive",
                                    .object_id = d->id,
                                    .unit_id = d->issuer_id,
                                    .fields =
                                        (struct act_field[]){
                                            ACT_TEXT("title", title),
                                            ACT_NUMBER("obligations", (int64_t)count),
                                            ACT_TEXT("before_sha256", digest),
                                        },
                                    .field_count = 3},
                      err);
}

enum err_code directive_draft_delete(struct db *db, const struct actor *actor, int64_t directive_id, int64_t revision,
                                     struct err *err)
{
    struct drafting drafting = {actor, NULL, directive_id, revision};
    return db_transact(db, delete_in_transaction, &drafting, err);
}
