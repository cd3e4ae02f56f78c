#include "cmd/worker_jobs.h"

#include "base/buf.h"
#include "duty/reminder.h"
#include "duty/series.h"
#include "format/json.h"
#include "org/invitation_mail.h"
#include "store/job.h"
#include "store/schema.sql.h"
#include "web/html.h"

#define MAIL_QUEUE      STR("worker")
#define MAIL_KIND       STR("mail")
#define MAIL_TIMEOUT_MS 60000
#define JOBS_A_ROUND    200

/* Settings an administrator gives (page /admin): absent ones mean that no mail leaves. */
static struct str setting(struct db *db, struct arena *arena, const char *name)
{
    struct err ignored;
    struct sql_setting_get_row *row = NULL;
    err_ignore(sql_setting_get(db, arena, &(struct sql_setting_get_args){.name = str_from_cstr(name)}, &row, &ignored),
               "an absent setting is none");
    return row ? row->value : STR("");
}

static void put_base64(struct buf *buf, struct str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len_bytes; i += 3) {
        uint32_t v = 0;
        size_t n = bytes.len_bytes - i < 3 ? bytes.len_bytes - i : 3;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)bytes.ptr[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            buf_put_byte(buf, k <= n ? digits[v >> (18 - 6 * k) & 63] : '=');
        if (i % 57 == 54)
            buf_lit(buf, "\r\n"); /* RFC 2045 6.8: lines of at most 76 characters */
    }
}

/* RFC 2047 words of at most 75 characters; cut between characters of UTF-8. */
static void put_subject(struct buf *buf, struct str subject)
{
    buf_lit(buf, "Subject:");
    size_t at = 0;
    while (at < subject.len_bytes) {
        size_t end = at, pos = at;
        while (pos < subject.len_bytes && pos - at < 42) {
            utf8_next(subject, &pos);
            if (pos - at <= 42)
                end = pos;
        }
        buf_lit(buf, " =?UTF-8?B?");
        put_base64(buf, str_slice(subject, at, end));
        buf_lit(buf, "?=\r\n");
        at = end;
    }
}

/* One letter out, from the settings of the administrator. */
static enum err_code deliver(struct db *db, struct peers *peers, const struct job *job, struct str to,
                             struct str subject, struct str text, struct arena *arena, struct err *err)
{
    struct str url = setting(db, arena, "mail_url"), from = setting(db, arena, "mail_from");
    if (str_is_empty(url) || str_is_empty(from))
        return err_set(err, ERR_UNSUPPORTED, "mail is not set up");
    AUTO_BUF message;
    buf_init(&message, 1u << 20);
    buf_printf(&message, "From: <%.*s>\r\nTo: <%.*s>\r\nMessage-ID: <%lld@luytre>\r\nMIME-Version: 1.0\r\n",
               STR_ARG(from), STR_ARG(to), (long long)job->id);
    buf_lit(&message, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nAuto-Submitted: "
                      "auto-generated\r\n");
    put_subject(&message, subject);
    buf_lit(&message, "\r\n");
    put_base64(&message, text);
    buf_lit(&message, "\r\n");
    TRY(buf_check(&message, err));
    struct mail mail = {.url = url,
                        .user = setting(db, arena, "mail_user"),
                        .password = setting(db, arena, "mail_password"),
                        .from = from,
                        .to = to,
                        .message = buf_str(&message),
                        .needs_tls = !str_equal(setting(db, arena, "mail_plain"), STR("yes")),
                        .timeout_ms = MAIL_TIMEOUT_MS};
    return peer_mail(peers, &mail, err);
}

static enum err_code mail_send(struct db *db, struct peers *peers, const struct job *job, struct arena *arena,
                               struct err *err)
{
    struct json root;
    TRY(json_parse(job->payload, 0, arena, &root, err));
    struct str to, subject, text;
    TRY(json_str(json_get(root, STR("to")), arena, &to, err));
    TRY(json_str(json_get(root, STR("subject")), arena, &subject, err));
    TRY(json_str(json_get(root, STR("text")), arena, &text, err));
    if (str_is_empty(setting(db, arena, "mail_url")) || str_is_empty(setting(db, arena, "mail_from")))
        return ERR_NONE; /* mail is not set up: the notice in the inbox is what there is */
    return deliver(db, peers, job, to, subject, text, arena, err);
}

static bool may_retry(enum err_code code)
{
    return code == ERR_BUSY || code == ERR_IO || code == ERR_NOMEM;
}

/* The link is made here and stands in the mail alone. What became of it is for the page it was asked on. */
static enum err_code invitation_send(struct db *db, struct peers *peers, const struct job *job, struct arena *arena,
                                     struct err *err)
{
    int64_t id = 0;
    if (!str_to_i64(job->payload, &id))
        return err_set(err, ERR_SYNTAX, "the invitation to mail has no number");
    struct invitation_mail mail;
    TRY(invitation_mail_begin(db, id, arena, &mail, err));
    if (!mail.is_wanted)
        return ERR_NONE;
    enum lang lang = str_equal(mail.language, STR("en")) ? LANG_EN : LANG_VI;
    bool is_reset = mail.kind == INVITATION_RESET;
    char at[CIVIL_TEXT_BYTES];
    struct str site = setting(db, arena, "site_url");
    while (str_ends_with(site, STR("/")))
        site = str_slice(site, 0, site.len_bytes - 1);
    struct str link = arena_printf(arena, "%.*s/invitation/%s", STR_ARG(site), mail.token.text);
    struct str subject = msg_str(arena, lang, is_reset ? MSG_MAIL_RESET_SUBJECT : MSG_MAIL_INVITE_SUBJECT, 0,
                                 MSG_ARGS(ARG_STR("site", site)));
    struct str text = msg_str(arena, lang, is_reset ? MSG_MAIL_RESET_TEXT : MSG_MAIL_INVITE_TEXT, 0,
                              MSG_ARGS(ARG_STR("name", mail.name), ARG_STR("link", link),
                                       ARG_STR("at", str_from_cstr(civil_vn_ms(mail.expires_ms, at)))));
    struct err why = {0};
    enum err_code code = str_is_null(link) || str_is_null(subject) || str_is_null(text)
                             ? arena_full(arena, &why)
                             : deliver(db, peers, job, mail.address, subject, text, arena, &why);
    crypto_wipe(&mail.token, sizeof mail.token);
    bool is_last = !may_retry(code) || job->attempts >= job->attempts_max;
    TRY(invitation_mail_end(db, &mail, code == ERR_NONE ? NULL : &why, is_last, err));
    *err = why;
    return code;
}

static enum err_code mail_later(void *NULLABLE ctx, struct db *db, const struct reminder_mail *mail, struct err *err)
{
    (void)ctx;
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_field_str(&w, STR("to"), mail->address);
    json_field_str(&w, STR("subject"), mail->subject);
    json_field_str(&w, STR("text"), mail->text);
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    return job_add(
        db,
        &(struct job_spec){.queue = MAIL_QUEUE, .kind = MAIL_KIND, .payload = buf_str(&buf), .unique_key = STR_NONE},
        NULL, err);
}

static const struct {
    struct str kind;
    enum err_code (*run)(struct db *db, struct peers *peers, const struct job *job, struct arena *arena,
                         struct err *err);
} kinds[] = {{STR_INIT("mail"), mail_send}, {STR_INIT(INVITATION_MAIL_KIND), invitation_send}};

enum err_code worker_jobs_run(struct db *db, struct peers *peers, struct arena *arena, struct err *err)
{
    static const struct str me = STR_INIT("worker");
    for (int i = 0; i < JOBS_A_ROUND; i++) {
        struct arena_mark mark = arena_mark(arena);
        struct job *job = NULL;
        TRY(job_take(db, MAIL_QUEUE, me, JOB_LEASE_MS, arena, &job, err));
        if (!job)
            return ERR_NONE;
        struct err why = {0};
        enum err_code code = err_set(&why, ERR_UNSUPPORTED, "no job is called %.*s", STR_ARG(job->kind));
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
            if (str_equal(kinds[k].kind, job->kind))
                code = kinds[k].run(db, peers, job, arena, &why);
        if (code == ERR_NONE)
            TRY(job_done(db, job->id, me, err));
        else
            TRY(job_fail(db, job, me, str_from_cstr(why.text), may_retry(code), err));
        arena_rewind(arena, mark);
    }
    return ERR_NONE;
}

enum err_code worker_new_day(struct db *db, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 256u << 20);
    civil_day day = db_today(db);
    size_t opened = 0;
    TRY(series_open_due(db, day, &opened, err));
    struct reminder_options options = {.base_url = setting(db, &arena, "site_url"), .mail = mail_later};
    struct reminder_done done;
    return reminder_run(db, day, &options, &arena, &done, err);
}
