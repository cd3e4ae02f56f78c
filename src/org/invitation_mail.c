#include "org/invitation_mail.h"

#include "know/know.h"
#include "org/access.h"
#include "org/invitation_mail.sql.h"
#include "org/person.sql.h"
#include "proof/chain.h"
#include "store/job.h"
#include "store/schema.sql.h"

#define MAIL_ARENA_BYTES (256u << 10)

static const char *const kind_names[] = {[INVITATION_INVITE] = "invite", [INVITATION_RESET] = "reset"};

static enum err_code is_set(struct db *db, struct arena *arena, const char *name, bool *ret_is_set, struct err *err)
{
    struct sql_setting_get_row *row = NULL;
    TRY(sql_setting_get(db, arena, &(struct sql_setting_get_args){.name = str_from_cstr(name)}, &row, err));
    *ret_is_set = row && !str_is_empty(row->value);
    return ERR_NONE;
}

enum err_code invitation_mail_is_ready(struct db *db, bool *ret_is_ready, struct err *err)
{
    static const char *const needed[] = {"mail_url", "mail_from", "site_url"};
    AUTO_ARENA arena;
    arena_init(&arena, MAIL_ARENA_BYTES);
    *ret_is_ready = true;
    for (size_t i = 0; i < ARRAY_LEN(needed) && *ret_is_ready; i++)
        TRY(is_set(db, &arena, needed[i], ret_is_ready, err));
    return ERR_NONE;
}

static enum err_code note(struct db *db, const char *kind, int64_t person_id, int64_t actor_id, struct err *err)
{
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_AUDIT,
                                             .kind = kind,
                                             .object_kind = "person",
                                             .object_id = person_id,
                                             .actor_id = actor_id,
                                             .content = STR("")},
                        NULL, err);
}

struct asking {
    const struct actor *actor;
    int64_t person_id;
    enum invitation_kind kind;
};

static enum err_code ask_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct asking *a = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, MAIL_ARENA_BYTES);
    struct actor asked = actor_with(a->actor, RIGHT_PEOPLE_ADMIN);
    struct sql_person_is_managed_row *managed = NULL;
    if (!a->actor->all) {
        TRY(sql_person_is_managed(
            db, &asked, &arena,
            &(struct sql_person_is_managed_args){.person_id = a->person_id, .on_day = a->actor->day}, &managed, err));
        if (!managed || managed->n == 0)
            return err_set(err, ERR_DENIED, "not allowed to %s", "mail an invitation");
    }
    struct sql_person_raw_row *person = NULL;
    TRY(sql_person_raw(db, &arena, &(struct sql_person_raw_args){.id = a->person_id}, &person, err));
    if (!person || !person->is_active || person->erased_ms.has)
        return err_set(err, ERR_CONFLICT, "không có người này, hoặc tài khoản đã khóa");
    if (str_is_empty(person->email))
        return err_set(err, ERR_CONFLICT, "người này chưa có địa chỉ thư: ghi địa chỉ, hoặc chép liên kết rồi gửi");
    bool is_ready = false;
    TRY(invitation_mail_is_ready(db, &is_ready, err));
    if (!is_ready)
        return err_set(err, ERR_CONFLICT, "chưa khai báo máy chủ thư: chép liên kết rồi gửi");
    struct sql_invitation_mail_last_row *last = NULL;
    TRY(sql_invitation_mail_last(db, &arena, &(struct sql_invitation_mail_last_args){.person_id = a->person_id}, &last,
                                 err));
    if (last && str_equal(last->state, STR("queued")))
        return err_set(err, ERR_CONFLICT, "thư mời trước đang chờ gửi");
    int64_t id = db_id(db);
    TRY(sql_invitation_mail_insert(
        db,
        &(struct sql_invitation_mail_insert_args){.id = id,
                                                  .person_id = a->person_id,
                                                  .kind = str_from_cstr(kind_names[a->kind]),
                                                  .address = person->email,
                                                  .asked_by = {a->actor->person_id != 0, a->actor->person_id},
                                                  .asked_ms = db_now_ms(db)},
        err));
    char payload[24];
    snprintf(payload, sizeof payload, "%lld", (long long)id);
    TRY(job_add(db,
                &(struct job_spec){.queue = STR("worker"),
                                   .kind = STR(INVITATION_MAIL_KIND),
                                   .payload = str_from_cstr(payload),
                                   .unique_key = STR_NONE},
                NULL, err));
    return note(db, "link_mail_asked", a->person_id, a->actor->person_id, err);
}

enum err_code invitation_mail_ask(struct db *db, const struct actor *actor, int64_t person_id,
                                  enum invitation_kind kind, struct err *err)
{
    must(kind == INVITATION_INVITE || kind == INVITATION_RESET);
    struct asking a = {actor, person_id, kind};
    return db_transact(db, ask_in_transaction, &a, err);
}

enum err_code invitation_mail_begin(struct db *db, int64_t id, struct arena *arena, struct invitation_mail *ret_mail,
                                    struct err *err)
{
    struct sql_invitation_mail_get_row *row = NULL;
    TRY(sql_invitation_mail_get(db, arena, &(struct sql_invitation_mail_get_args){.id = id}, &row, err));
    *ret_mail = (struct invitation_mail){.id = id};
    if (!row || !row->is_active || !str_equal(row->state, STR("queued")))
        return ERR_NONE;
    enum invitation_kind kind =
        str_equal(row->kind, str_from_cstr(kind_names[INVITATION_RESET])) ? INVITATION_RESET : INVITATION_INVITE;
    struct invitation_mail mail = {.id = id,
                                   .person_id = row->person_id,
                                   .kind = kind,
                                   .address = row->address,
                                   .name = row->name,
                                   .language = row->language,
                                   .is_wanted = true};
    struct actor self = actor_system(civil_day_of_ms(db_now_ms(db)));
    TRY(invitation_new(db, &self, mail.person_id, kind, 0, &mail.token, err));
    mail.expires_ms = db_now_ms(db) + invitation_life_ms(kind, db_today(db));
    *ret_mail = mail;
    return ERR_NONE;
}

struct ending {
    const struct invitation_mail *mail;
    const struct err *NULLABLE why;
    bool is_last;
};

static enum err_code end_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct ending *e = ctx;
    int64_t changes = 0;
    struct str reason = STR_NONE;
    if (e->why)
        reason = str_from_cstr(e->why->said[0] ? e->why->said : e->why->text);
    TRY(sql_invitation_mail_set(db,
                                &(struct sql_invitation_mail_set_args){.id = e->mail->id,
                                                                       .state = !e->why      ? STR("sent")
                                                                                : e->is_last ? STR("refused")
                                                                                             : STR("queued"),
                                                                       .changed_ms = db_now_ms(db),
                                                                       .expires_ms = {!e->why, e->mail->expires_ms},
                                                                       .reason = reason},
                                &changes, err));
    if (!changes || (e->why && !e->is_last))
        return ERR_NONE;
    return note(db, e->why ? "link_mail_refused" : "link_mailed", e->mail->person_id, 0, err);
}

enum err_code invitation_mail_end(struct db *db, const struct invitation_mail *mail, const struct err *NULLABLE why,
                                  bool is_last, struct err *err)
{
    struct ending e = {mail, why, is_last};
    return db_transact(db, end_in_transaction, &e, err);
}
