#include "duty/letter_book.h"

#include "base/limits.h"
#include "base/viet.h"
#include "duty/letter_book.sql.h"
#include "know/know.h"
#include "org/access.h"
#include "proof/chain.h"
#include "store/blob.h"

#define BOOK_ARENA_BYTES (64u << 20)

static enum err_code note(struct db *db, const struct actor *actor, const char *kind, int64_t letter_id,
                          int64_t unit_id, struct str content, struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = kind,
                                             .object_kind = "letter",
                                             .object_id = letter_id,
                                             .unit_id = unit_id,
                                             .actor_id = actor->person_id,
                                             .content = content},
                        NULL, err);
}

static struct opt_i64 opt_day(civil_day day)
{
    return (struct opt_i64){day != CIVIL_NONE, day == CIVIL_NONE ? 0 : day};
}

static struct opt_i64 opt_positive(int64_t v)
{
    return (struct opt_i64){v > 0, v};
}

static struct str or_none(struct str s)
{
    return str_is_empty(s) ? STR_NONE : s;
}

/* Only ids of the catalogue, each once. */
static enum err_code check_duty(const struct book_duty *duty, struct err *err)
{
    if (str_is_empty(str_trim(duty->text)))
        return err_set(err, ERR_SYNTAX, "nhiệm vụ cần có nội dung");
    struct str rest = duty->obligations, id;
    while (str_split(&rest, ' ', &id))
        if (!str_is_empty(id) && !know_obligation_find(id))
            return err_set(err, ERR_SYNTAX, "không có nghĩa vụ '%.*s' trong danh mục", STR_ARG(id));
    return ERR_NONE;
}

static enum err_code insert_duty(struct db *db, int64_t letter_id, int64_t no, const struct book_duty *duty,
                                 const char *state, int64_t *ret_id, struct err *err)
{
    TRY(check_duty(duty, err));
    int64_t id = db_id(db);
    TRY(sql_letter_duty_insert(db,
                               &(struct sql_letter_duty_insert_args){
                                   .id = id,
                                   .letter_id = letter_id,
                                   .no = no,
                                   .text = str_trim(duty->text),
                                   .quote_from = {duty->has_quote, duty->quote_from},
                                   .quote_to = {duty->has_quote, duty->quote_to},
                                   .actor = or_none(duty->actor),
                                   .co_actors = str_is_null(duty->co_actors) ? STR("") : duty->co_actors,
                                   .product = or_none(duty->product),
                                   .trigger_kind = str_is_empty(duty->trigger) ? STR("once") : duty->trigger,
                                   .period_count = opt_positive(duty->period_count),
                                   .period_months = opt_positive(duty->period_months),
                                   .deadline_day = opt_day(duty->deadline_day),
                                   .deadline_strict = duty->deadline_strict,
                                   .deadline_due_ms = {duty->deadline_due_ms != 0, duty->deadline_due_ms},
                                   .deadline_quoted = or_none(duty->deadline_quoted),
                                   .deadline_note = or_none(duty->deadline_note),
                                   .obligations = str_is_null(duty->obligations) ? STR("") : duty->obligations,
                                   .confidence = duty->confidence,
                                   .state = str_from_cstr(state),
                                   .read_json = or_none(duty->read_json),
                               },
                               err));
    *ret_id = id;
    return ERR_NONE;
}

struct putting {
    const struct actor *actor;
    const struct book_letter *letter;
    int64_t id;
    bool is_new;
};

static enum err_code put_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct putting *p = ctx;
    const struct book_letter *l = p->letter;
    AUTO_ARENA arena;
    arena_init(&arena, BOOK_ARENA_BYTES);
    TRY(access_require(db, p->actor, RIGHT_DRAFT, l->unit_id, "keep letters of this unit", err));
    struct sha256 text_hash = crypto_sha256(l->text);
    struct sql_letter_same_row *same = NULL;
    TRY(sql_letter_same(db, &arena,
                        &(struct sql_letter_same_args){.unit_id = l->unit_id, .text_sha256 = sha256_str(&text_hash)},
                        &same, err));
    if (same) {
        p->id = same->id;
        p->is_new = false;
        return ERR_NONE;
    }
    p->is_new = true;
    p->id = db_id(db);
    TRY(blob_put(db, l->text, &text_hash, err));
    TRY(blob_use(db, &text_hash, STR("letter_text"), p->id, err));
    struct sha256 file_hash;
    bool has_file = !str_is_null(l->file_bytes);
    if (has_file) {
        TRY(blob_put(db, l->file_bytes, &file_hash, err));
        TRY(blob_use(db, &file_hash, STR("letter_file"), p->id, err));
    }
    struct str key = viet_search_key(&arena, arena_printf(&arena, "%.*s/%.*s %.*s %.*s", STR_ARG(l->number),
                                                          STR_ARG(l->symbol), STR_ARG(l->subject), STR_ARG(l->issuer)));
    if (str_is_null(key))
        return arena_full(&arena, err);
    TRY(sql_letter_insert(db,
                          &(struct sql_letter_insert_args){
                              .id = p->id,
                              .unit_id = l->unit_id,
                              .direction = l->direction,
                              .number = or_none(l->number),
                              .symbol = or_none(l->symbol),
                              .document_type = or_none(l->document_type),
                              .issued_day = opt_day(l->issued_day),
                              .received_day = {true, db_today(db)},
                              .place = or_none(l->place),
                              .issuer = or_none(l->issuer),
                              .issuer_parent = or_none(l->issuer_parent),
                              .subject = or_none(l->subject),
                              .text_sha256 = sha256_str(&text_hash),
                              .file_sha256 = has_file ? sha256_str(&file_hash) : STR_NONE,
                              .file_name = or_none(l->file_name),
                              .media_type = or_none(l->media_type),
                              .read_json = l->read_json,
                              .parent_id = {l->parent_id != 0, l->parent_id},
                              .search_key = key,
                              .created_by = {p->actor->person_id != 0, p->actor->person_id},
                              .created_ms = db_now_ms(db),
                              .is_sample = l->is_sample,
                          },
                          err));
    for (size_t i = 0; i < l->duty_count; i++) {
        int64_t duty_id;
        TRY(insert_duty(db, p->id, (int64_t)i + 1, &l->duties[i], "read", &duty_id, err));
    }
    for (size_t i = 0; i < l->attachment_count; i++)
        TRY(sql_letter_attachment_insert(db,
                                         &(struct sql_letter_attachment_insert_args){
                                             .id = db_id(db),
                                             .letter_id = p->id,
                                             .title = l->attachments[i].title,
                                             .quote_from = l->attachments[i].quote_from,
                                             .quote_to = l->attachments[i].quote_to,
                                         },
                                         err));
    return note(db, p->actor, "letter_kept", p->id, l->unit_id, STR(""), err);
}

enum err_code letter_put(struct db *db, const struct actor *actor, const struct book_letter *letter, int64_t *ret_id,
                         bool *ret_is_new, struct err *err)
{
    struct putting p = {actor, letter, 0, false};
    if (db_transact(db, put_in_transaction, &p, err) != ERR_NONE)
        return err->code;
    *ret_id = p.id;
    *ret_is_new = p.is_new;
    return ERR_NONE;
}

struct wording {
    const struct actor *actor;
    int64_t id; /* duty, or letter to add to */
    enum { WORD_CONFIRM, WORD_DROP, WORD_REOPEN, WORD_CHANGE, WORD_ADD } what;
    const struct book_duty *duty;
    int64_t new_id;
};

static enum err_code word_in_transaction(struct db *db, void *ctx, struct err *err)
{
    static const char *const kinds[] = {"letter_duty_confirmed", "letter_duty_dropped", "letter_duty_reopened",
                                        "letter_duty_corrected", "letter_duty_added"};
    static const char *const states[] = {"confirmed", "dropped", "read"};
    struct wording *w = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, BOOK_ARENA_BYTES);
    int64_t letter_id = w->id, unit_id = 0;
    if (w->what == WORD_ADD) {
        struct sql_letter_raw_row *letter = NULL;
        TRY(sql_letter_raw(db, &arena, &(struct sql_letter_raw_args){.id = w->id}, &letter, err));
        if (!letter)
            return err_set(err, ERR_NOT_FOUND, "no such letter");
        unit_id = letter->unit_id;
    } else {
        struct sql_letter_duty_one_row *duty = NULL;
        TRY(sql_letter_duty_one(db, &arena, &(struct sql_letter_duty_one_args){.id = w->id}, &duty, err));
        if (!duty)
            return err_set(err, ERR_NOT_FOUND, "no such duty");
        letter_id = duty->letter_id;
        unit_id = duty->unit_id;
    }
    TRY(access_require(db, w->actor, RIGHT_DRAFT, unit_id, "change what was read from this letter", err));
    int64_t changes = 0;
    if (w->what == WORD_ADD) {
        struct sql_letter_duty_next_no_row *next = NULL;
        TRY(sql_letter_duty_next_no(db, &arena, &(struct sql_letter_duty_next_no_args){.letter_id = letter_id}, &next,
                                    err));
        TRY(insert_duty(db, letter_id, next ? next->no : 1, w->duty, "confirmed", &w->new_id, err));
    } else if (w->what == WORD_CHANGE) {
        TRY(check_duty(w->duty, err));
        TRY(sql_letter_duty_correct(
            db,
            &(struct sql_letter_duty_correct_args){
                .id = w->id,
                .text = str_trim(w->duty->text),
                .actor = or_none(w->duty->actor),
                .co_actors = str_is_null(w->duty->co_actors) ? STR("") : w->duty->co_actors,
                .product = or_none(w->duty->product),
                .trigger_kind = str_is_empty(w->duty->trigger) ? STR("once") : w->duty->trigger,
                .period_count = opt_positive(w->duty->period_count),
                .period_months = opt_positive(w->duty->period_months),
                .deadline_day = opt_day(w->duty->deadline_day),
                .deadline_strict = w->duty->deadline_strict,
                .deadline_due_ms = {w->duty->deadline_due_ms != 0, w->duty->deadline_due_ms},
                .deadline_note = or_none(w->duty->deadline_note),
                .obligations = str_is_null(w->duty->obligations) ? STR("") : w->duty->obligations,
            },
            &changes, err));
    } else {
        TRY(sql_letter_duty_set_state(
            db, &(struct sql_letter_duty_set_state_args){.id = w->id, .state = str_from_cstr(states[w->what])},
            &changes, err));
    }
    return note(db, w->actor, kinds[w->what], letter_id, unit_id,
                arena_printf(&arena, "{\"duty\":\"%lld\"}", (long long)(w->what == WORD_ADD ? w->new_id : w->id)), err);
}

enum err_code letter_duty_confirm(struct db *db, const struct actor *actor, int64_t duty_id, struct err *err)
{
    struct wording w = {.actor = actor, .id = duty_id, .what = WORD_CONFIRM};
    return db_transact(db, word_in_transaction, &w, err);
}

enum err_code letter_duty_drop(struct db *db, const struct actor *actor, int64_t duty_id, struct err *err)
{
    struct wording w = {.actor = actor, .id = duty_id, .what = WORD_DROP};
    return db_transact(db, word_in_transaction, &w, err);
}

enum err_code letter_duty_reopen(struct db *db, const struct actor *actor, int64_t duty_id, struct err *err)
{
    struct wording w = {.actor = actor, .id = duty_id, .what = WORD_REOPEN};
    return db_transact(db, word_in_transaction, &w, err);
}

enum err_code letter_duty_change(struct db *db, const struct actor *actor, int64_t duty_id,
                                 const struct book_duty *duty, struct err *err)
{
    struct wording w = {.actor = actor, .id = duty_id, .what = WORD_CHANGE, .duty = duty};
    return db_transact(db, word_in_transaction, &w, err);
}

enum err_code letter_duty_add(struct db *db, const struct actor *actor, int64_t letter_id, const struct book_duty *duty,
                              int64_t *ret_id, struct err *err)
{
    struct wording w = {.actor = actor, .id = letter_id, .what = WORD_ADD, .duty = duty};
    if (db_transact(db, word_in_transaction, &w, err) != ERR_NONE)
        return err->code;
    *ret_id = w.new_id;
    return ERR_NONE;
}

struct confirming {
    const struct actor *actor;
    int64_t letter_id;
    int64_t attachment_id;
    int64_t child_id;
};

static enum err_code confirm_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct confirming *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, BOOK_ARENA_BYTES);
    struct sql_letter_raw_row *letter = NULL;
    TRY(sql_letter_raw(db, &arena, &(struct sql_letter_raw_args){.id = c->letter_id}, &letter, err));
    if (!letter)
        return err_set(err, ERR_NOT_FOUND, "no such letter");
    TRY(access_require(db, c->actor, RIGHT_DRAFT, letter->unit_id, "confirm this letter", err));
    struct actor reader = actor_with(c->actor, RIGHT_READ);
    struct sql_letter_duties_rows duties;
    TRY(sql_letter_duties(db, &reader, &arena, &(struct sql_letter_duties_args){.letter_id = c->letter_id}, &duties,
                          err));
    size_t waiting = 0;
    for (size_t i = 0; i < duties.count; i++)
        waiting += str_equal(duties.items[i].state, STR("read"));
    if (waiting > 0)
        return err_set(err, ERR_CONFLICT, "còn %zu nhiệm vụ chưa xác nhận", waiting);
    int64_t changes = 0;
    TRY(sql_letter_set_confirmed(
        db, &(struct sql_letter_set_confirmed_args){.id = c->letter_id, .confirmed_ms = db_now_ms(db)}, &changes, err));
    return changes ? note(db, c->actor, "letter_confirmed", c->letter_id, letter->unit_id, STR(""), err) : ERR_NONE;
}

enum err_code letter_confirm(struct db *db, const struct actor *actor, int64_t letter_id, struct err *err)
{
    struct confirming c = {.actor = actor, .letter_id = letter_id};
    return db_transact(db, confirm_in_transaction, &c, err);
}

static enum err_code attach_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct confirming *c = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, BOOK_ARENA_BYTES);
    struct sql_letter_raw_row *letter = NULL, *child = NULL;
    TRY(sql_letter_raw(db, &arena, &(struct sql_letter_raw_args){.id = c->letter_id}, &letter, err));
    TRY(sql_letter_raw(db, &arena, &(struct sql_letter_raw_args){.id = c->child_id}, &child, err));
    if (!letter || !child || letter->unit_id != child->unit_id || c->letter_id == c->child_id)
        return err_set(err, ERR_NOT_FOUND, "no such letter in this book");
    TRY(access_require(db, c->actor, RIGHT_DRAFT, letter->unit_id, "attach a letter", err));
    int64_t changes = 0;
    TRY(sql_letter_attachment_link(db,
                                   &(struct sql_letter_attachment_link_args){
                                       .id = c->attachment_id, .letter_id = c->letter_id, .child_id = c->child_id},
                                   &changes, err));
    if (changes != 1)
        return err_set(err, ERR_NOT_FOUND, "no such attachment");
    return note(db, c->actor, "letter_attachment_found", c->letter_id, letter->unit_id,
                arena_printf(&arena, "{\"letter\":\"%lld\"}", (long long)c->child_id), err);
}

enum err_code letter_attachment_is(struct db *db, const struct actor *actor, int64_t letter_id, int64_t attachment_id,
                                   int64_t child_id, struct err *err)
{
    struct confirming c = {actor, letter_id, attachment_id, child_id};
    return db_transact(db, attach_in_transaction, &c, err);
}

enum err_code letter_text(struct db *db, const struct actor *actor, int64_t letter_id, struct arena *arena,
                          struct str *ret_text, struct err *err)
{
    struct actor reader = actor_with(actor, RIGHT_READ);
    struct sql_letter_get_row *row = NULL;
    TRY(sql_letter_get(db, &reader, arena, &(struct sql_letter_get_args){.id = letter_id}, &row, err));
    if (!row || row->text_sha256.len_bytes != SHA256_BYTES)
        return err_set(err, ERR_NOT_FOUND, "no such letter");
    struct sha256 hash;
    memcpy(hash.bytes, row->text_sha256.ptr, SHA256_BYTES);
    return blob_read(db, &hash, LETTER_TEXT_MAX_BYTES, arena, ret_text, err);
}
