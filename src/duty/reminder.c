#include "duty/reminder.h"

#include <stdlib.h>

#include "base/vec.h"
#include "duty/act.h"
#include "duty/ledger.sql.h"
#include "duty/notice.h"
#include "duty/notice.sql.h"
#include "duty/state.h"
#include "format/json.h"
#include "know/know.h"

#define REMINDER_ARENA_BYTES     (768u << 20) /* a million reminders a day */
#define REMINDER_CHUNK_ROWS      5000u
#define REMINDER_CHUNK_MAX_BYTES (16u << 20)
#define REMINDER_MAIL_MAX_BYTES  (64u << 10)
/* No stretch of days off in the calendar is longer: Tết with both weekends is 12 days. */
#define REMINDER_SPAN_DAYS 60

/* --- whom --- */

struct told { /* one duty, one person */
    int64_t person_id;
    int64_t assignment_id;
    civil_day due_day;
    struct str person_name;
    struct str email;
    struct str language;
    struct str unit_name;
    struct str title;
};

struct running {
    civil_day day;
    const struct reminder_options *options;
    struct arena *arena; /* the caller's */
    struct reminder_done done;
};
struct collecting {
    struct db *db;
    struct arena *arena; /* of the run */
    civil_day day;
    VEC(struct told) told;
};

static enum err_code take_rows(struct collecting *c, const struct sql_reminder_candidates_row *rows, size_t count,
                               struct str step, civil_day on_day, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, REMINDER_CHUNK_MAX_BYTES);
    for (size_t at = 0; at < count; at += REMINDER_CHUNK_ROWS) {
        size_t end = at + REMINDER_CHUNK_ROWS < count ? at + REMINDER_CHUNK_ROWS : count;
        buf_clear(&buf);
        for (size_t i = at; i < end; i++) {
            const struct sql_reminder_candidates_row *r = &rows[i];
            buf_printf(&buf, "%s[%lld,%lld,%lld]", i == at ? "[" : ",", (long long)db_id(c->db),
                       (long long)r->assignment_id, (long long)r->person_id);
            struct told *told = vec_push(&c->told, c->arena);
            if (!told)
                return arena_full(c->arena, err);
            *told = (struct told){r->person_id, r->assignment_id, (civil_day)r->due_day, r->person_name,
                                  r->email,     r->language,      r->unit_name,          r->title};
        }
        buf_put_byte(&buf, ']');
        TRY(buf_check(&buf, err));
        TRY(sql_reminder_insert_many(
            c->db,
            &(struct sql_reminder_insert_many_args){
                .rows = buf_str(&buf), .step = step, .on_day = on_day, .sent_ms = db_now_ms(c->db)},
            err));
    }
    return ERR_NONE;
}

static enum err_code collect_step(struct collecting *c, const struct know_reminder *step, struct str roles,
                                  civil_day due_day, civil_day on_day, struct err *err)
{
    struct sql_reminder_candidates_rows rows;
    TRY(sql_reminder_candidates(
        c->db, c->arena,
        &(struct sql_reminder_candidates_args){
            .due_day = due_day, .step = step->id, .on_day = on_day, .day = c->day, .roles = roles},
        &rows, err));
    TRY(take_rows(c, rows.items, rows.count, step->id, on_day, err));
    if (!step->to_superior)
        return ERR_NONE;
    struct sql_reminder_candidates_above_rows above;
    TRY(sql_reminder_candidates_above(c->db, c->arena,
                                      &(struct sql_reminder_candidates_above_args){
                                          .due_day = due_day, .step = step->id, .on_day = on_day, .day = c->day},
                                      &above, err));
    struct sql_reminder_candidates_row *same =
        arena_new_array(c->arena, struct sql_reminder_candidates_row, above.count);
    if (!same)
        return arena_full(c->arena, err);
    for (size_t i = 0; i < above.count; i++) {
        const struct sql_reminder_candidates_above_row *r = &above.items[i];
        same[i] = (struct sql_reminder_candidates_row){.assignment_id = r->assignment_id,
                                                       .person_id = r->person_id,
                                                       .person_name = r->person_name,
                                                       .email = r->email,
                                                       .language = r->language,
                                                       .unit_name = r->unit_name,
                                                       .title = r->title,
                                                       .due_day = r->due_day};
    }
    return take_rows(c, same, above.count, step->id, on_day, err);
}

static enum err_code collect(struct collecting *c, struct err *err)
{
    struct civil today = civil_from_day(c->day);
    struct workday_calendar *calendar = NULL;
    TRY(know_workday_calendar(c->arena, NULL, 0, today.year - 1, today.year + 1, &calendar, err));
    for (size_t s = 0; s < know_reminder_count; s++) {
        const struct know_reminder *step = &know_reminders[s];
        AUTO_BUF roles;
        buf_init(&roles, 4096);
        buf_put_byte(&roles, ' ');
        for (size_t i = 0; i < step->roles.count; i++) {
            buf_put(&roles, step->roles.items[i]);
            buf_put_byte(&roles, ' ');
        }
        TRY(buf_check(&roles, err));
        /* Steps of the last days that were not told, because the job did not run, are told now. */
        for (civil_day on = c->day - know_threshold(KNOW_REMINDER_MADE_UP, c->day); on <= c->day; on++) {
            if (!step->in_workdays) {
                TRY(collect_step(c, step, buf_str(&roles), on - step->offset_days, on, err));
                continue;
            }
            for (civil_day due = on - REMINDER_SPAN_DAYS; due <= on + REMINDER_SPAN_DAYS; due++)
                if (workday_add(calendar, due, step->offset_days) == on)
                    TRY(collect_step(c, step, buf_str(&roles), due, on, err));
        }
    }
    return ERR_NONE;
}

/* By person, the longest overdue first, each duty once. */
static int compare_told(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    if (x->person_id != y->person_id)
        return x->person_id < y->person_id ? -1 : 1;
    if (x->due_day != y->due_day)
        return x->due_day < y->due_day ? -1 : 1;
    return x->assignment_id < y->assignment_id ? -1 : x->assignment_id > y->assignment_id;
}

/* --- with which words --- */

static void put_when(struct buf *buf, bool is_vi, civil_day due, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    int left = due - day;
    if (left < 0)
        buf_printf(buf, is_vi ? "quá hạn %d ngày (hạn %s)" : "%d days late (due %s)", -left, civil_vn(due, text));
    else if (left == 0)
        buf_printf(buf, is_vi ? "hôm nay là hạn cuối (%s)" : "today is the last day (%s)", civil_vn(due, text));
    else
        buf_printf(buf, is_vi ? "còn %d ngày (hạn %s)" : "%d days left (due %s)", left, civil_vn(due, text));
}

static void put_summary(struct buf *buf, bool is_vi, size_t late, size_t due)
{
    if (late)
        buf_printf(buf, is_vi ? "%zu việc quá hạn" : "%zu late", late);
    if (late && due)
        buf_lit(buf, ", ");
    if (due)
        buf_printf(buf, is_vi ? "%zu việc sắp đến hạn" : "%zu due soon", due);
}

static void put_list(struct buf *buf, bool is_vi, const struct told *told, size_t count, civil_day day,
                     struct str base_url)
{
    for (size_t i = 0; i < count && i < REMINDER_LINES_MAX; i++) {
        buf_printf(buf, "%zu. %.*s\n   %.*s: ", i + 1, STR_ARG(told[i].title), STR_ARG(told[i].unit_name));
        put_when(buf, is_vi, told[i].due_day, day);
        buf_printf(buf, "\n   %.*s/duty/%lld\n", STR_ARG(base_url), (long long)told[i].assignment_id);
    }
    if (count > REMINDER_LINES_MAX)
        buf_printf(buf, is_vi ? "và %zu việc khác\n" : "and %zu more\n", count - REMINDER_LINES_MAX);
}

static enum err_code write_mail(const struct told *told, size_t count, size_t late, civil_day day, struct str base_url,
                                struct arena *arena, struct reminder_mail *ret_mail, struct err *err)
{
    bool is_vi = !str_equal(told->language, STR("en"));
    AUTO_BUF subject;
    buf_init(&subject, 1024);
    buf_lit(&subject, "[Lũy Tre] ");
    put_summary(&subject, is_vi, late, count - late);
    AUTO_BUF text;
    buf_init(&text, REMINDER_MAIL_MAX_BYTES);
    buf_printf(&text, is_vi ? "Kính gửi ông/bà %.*s,\n\n" : "Dear %.*s,\n\n", STR_ARG(told->person_name));
    if (late) {
        buf_printf(&text, is_vi ? "QUÁ HẠN (%zu)\n" : "LATE (%zu)\n", late);
        put_list(&text, is_vi, told, late, day, base_url);
        buf_put_byte(&text, '\n');
    }
    if (count > late) {
        buf_printf(&text, is_vi ? "SẮP ĐẾN HẠN (%zu)\n" : "DUE SOON (%zu)\n", count - late);
        put_list(&text, is_vi, told + late, count - late, day, base_url);
        buf_put_byte(&text, '\n');
    }
    buf_printf(&text,
               is_vi ? "Xem tất cả: %.*s/\nThư tự động, mỗi ngày nhiều nhất một thư.\n"
                     : "See all: %.*s/\nSent by machine, at most once a day.\n",
               STR_ARG(base_url));
    struct reminder_mail mail = {.person_id = told->person_id};
    mail.name = arena_str(arena, told->person_name);
    mail.address = arena_str(arena, told->email);
    mail.language = is_vi ? STR("vi") : STR("en");
    if (str_is_null(mail.name) || str_is_null(mail.address))
        return arena_full(arena, err);
    TRY(buf_to_arena(&subject, arena, &mail.subject, err));
    TRY(buf_to_arena(&text, arena, &mail.text, err));
    *ret_mail = mail;
    return ERR_NONE;
}

/* One address, nothing that could become a header of its own. */
static bool is_address(struct str s)
{
    if (str_find_byte(s, '@', 1) <= 0 || s.len_bytes > 254)
        return false;
    for (size_t i = 0; i < s.len_bytes; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == 0x7f || s.ptr[i] == ',' || s.ptr[i] == ';' ||
            s.ptr[i] == '<' || s.ptr[i] == '>')
            return false;
    return true;
}

/* --- the digests --- */

struct writing {
    struct buf notices;
    struct buf digests;
    size_t count;
};

static enum err_code flush_digests(struct db *db, struct writing *w, civil_day day, struct err *err)
{
    if (w->count == 0)
        return ERR_NONE;
    buf_put_byte(&w->notices, ']');
    buf_put_byte(&w->digests, ']');
    TRY(buf_check(&w->notices, err));
    TRY(buf_check(&w->digests, err));
    int64_t now_ms = db_now_ms(db);
    TRY(sql_reminder_digest_insert_many(
        db, &(struct sql_reminder_digest_insert_many_args){.rows = buf_str(&w->digests), .day = day, .at_ms = now_ms},
        err));
    TRY(sql_notice_insert_many(
        db,
        &(struct sql_notice_insert_many_args){.rows = buf_str(&w->notices), .kind = STR("reminder"), .at_ms = now_ms},
        err));
    buf_clear(&w->notices);
    buf_clear(&w->digests);
    w->count = 0;
    return ERR_NONE;
}

static enum err_code write_digest(struct db *db, struct running *run, struct writing *w, const struct told *told,
                                  size_t count, struct err *err)
{
    size_t late = 0;
    while (late < count && told[late].due_day < run->day)
        late++;
    buf_put_byte(&w->digests, w->count ? ',' : '[');
    buf_printf(&w->digests, "[%lld,%zu,%zu]", (long long)told->person_id, late, count - late);
    AUTO_BUF title;
    buf_init(&title, 4096);
    put_summary(&title, !str_equal(told->language, STR("en")), late, count - late);
    TRY(buf_check(&title, err));
    buf_put_byte(&w->notices, w->count ? ',' : '[');
    buf_printf(&w->notices, "[%lld,%lld,\"%.*s\",\"", (long long)db_id(db), (long long)told->person_id,
               STR_ARG(buf_str(&title)));
    if (count == 1)
        buf_printf(&w->notices, "/duty/%lld\"]", (long long)told->assignment_id);
    else
        buf_lit(&w->notices, "/\"]");
    w->count++;
    run->done.person_count++;
    if (is_address(told->email)) {
        struct reminder_mail *mail = &run->done.mails[run->done.mail_count];
        TRY(write_mail(told, count, late, run->day, run->options->base_url, run->arena, mail, err));
        if (run->options->mail)
            TRY(run->options->mail(run->options->ctx, db, mail, err));
        run->done.mail_count++;
    }
    return w->count >= REMINDER_CHUNK_ROWS ? flush_digests(db, w, run->day, err) : ERR_NONE;
}

static void writing_done(struct writing *w)
{
    buf_done(&w->notices);
    buf_done(&w->digests);
}

static int compare_duty(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    return x->assignment_id < y->assignment_id ? -1 : x->assignment_id > y->assignment_id;
}

static void count_duties(struct running *run, struct told *told, size_t count)
{
    qsort(told, count, sizeof *told, compare_duty);
    for (size_t i = 0; i < count; i++) {
        if (i && told[i].assignment_id == told[i - 1].assignment_id)
            continue;
        run->done.duty_count++;
        run->done.late_count += told[i].due_day < run->day;
    }
}

static enum err_code run_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct running *run = ctx;
    run->done = (struct reminder_done){0};
    AUTO_ARENA arena;
    arena_init(&arena, REMINDER_ARENA_BYTES);
    struct sql_duty_clock_lock_row *clock = NULL;
    TRY(sql_duty_clock_lock(db, &arena, &clock, err)); /* one run at a time, and states stand still meanwhile */
    if (!clock || clock->day < run->day)
        return err_set(err, ERR_CONFLICT, "the ledger has not reached the day to remind for");
    struct collecting c = {.db = db, .arena = &arena, .day = run->day};
    TRY(collect(&c, err));
    if (c.told.count == 0)
        return ERR_NONE;
    qsort(c.told.items, c.told.count, sizeof *c.told.items, compare_told);
    size_t people = 1, kept = 1;
    for (size_t i = 1; i < c.told.count; i++) {
        const struct told *last = &c.told.items[kept - 1];
        if (c.told.items[i].person_id == last->person_id && c.told.items[i].assignment_id == last->assignment_id)
            continue; /* two steps at once: the duty stands there once */
        people += c.told.items[i].person_id != last->person_id;
        c.told.items[kept++] = c.told.items[i];
    }
    run->done.mails = arena_new_array(run->arena, struct reminder_mail, people);
    if (!run->done.mails)
        return arena_full(run->arena, err);
    __attribute__((cleanup(writing_done))) struct writing w = {0};
    buf_init(&w.notices, REMINDER_CHUNK_MAX_BYTES);
    buf_init(&w.digests, REMINDER_CHUNK_MAX_BYTES);
    for (size_t from = 0, to; from < kept; from = to) {
        for (to = from + 1; to < kept && c.told.items[to].person_id == c.told.items[from].person_id;)
            to++;
        TRY(write_digest(db, run, &w, c.told.items + from, to - from, err));
    }
    TRY(flush_digests(db, &w, run->day, err));
    count_duties(run, c.told.items, kept);
    char text[CIVIL_TEXT_BYTES];
    struct actor system = actor_system(run->day);
    const struct act_field fields[] = {
        ACT_TEXT("day", str_from_cstr(civil_iso(run->day, text))), ACT_NUMBER("duties", (int64_t)run->done.duty_count),
        ACT_NUMBER("late", (int64_t)run->done.late_count), ACT_NUMBER("people", (int64_t)run->done.person_count),
        ACT_NUMBER("mails", (int64_t)run->done.mail_count)};
    return act_record(db, &system, &(struct act){"reminders_sent", "day", run->day, 0, fields, ARRAY_LEN(fields)}, err);
}

enum err_code reminder_run(struct db *db, civil_day day, const struct reminder_options *options, struct arena *arena,
                           struct reminder_done *ret_done, struct err *err)
{
    struct running run = {.day = day, .options = options, .arena = arena};
    if (db_transact(db, run_in_transaction, &run, err) != ERR_NONE)
        return err_wrap(err, "nhắc việc");
    *ret_done = run.done;
    return ERR_NONE;
}

/* --- copy as message --- */

enum err_code reminder_message(struct db *db, const struct actor *actor, int64_t assignment_id, struct str base_url,
                               struct arena *arena, struct str *ret_text, struct err *err)
{
    civil_day today = db_today(db);
    struct sql_reminder_duty_row *d = NULL;
    TRY(sql_reminder_duty(db, actor, arena,
                          &(struct sql_reminder_duty_args){.assignment_id = assignment_id, .on_day = today}, &d, err));
    if (!d)
        return err_set(err, ERR_NOT_FOUND, "không có nghĩa vụ này");
    struct duty_facts facts = {.issued_day = (civil_day)d->issued_day,
                               .due_day = d->due_day.has ? (civil_day)d->due_day.v : CIVIL_NONE,
                               .covered_from_day =
                                   d->covered_from_day.has ? (civil_day)d->covered_from_day.v : CIVIL_NONE,
                               .covered_to_day = d->covered_to_day.has ? (civil_day)d->covered_to_day.v : CIVIL_NONE};
    civil_day due = duty_next_due(&facts, today);
    AUTO_BUF buf;
    buf_init(&buf, REMINDER_MAIL_MAX_BYTES);
    buf_printf(&buf, "%.*s: %.*s", STR_ARG(d->unit_name), STR_ARG(d->title));
    if (!str_is_empty(d->number))
        buf_printf(&buf, " (số %.*s/%.*s)", STR_ARG(d->number), STR_ARG(d->symbol));
    else
        buf_printf(&buf, " (%.*s)", STR_ARG(d->directive_title));
    char text[CIVIL_TEXT_BYTES];
    if (d->state == DUTY_NA)
        buf_lit(&buf, ", không thuộc diện");
    else if (d->state == DUTY_WAIVED)
        buf_printf(&buf, ", tạm miễn đến %s", civil_vn((civil_day)d->waived_to_day.v - 1, text));
    else if (d->state == DUTY_OK && facts.covered_to_day == CIVIL_FOREVER)
        buf_lit(&buf, ", đã hoàn thành");
    else if (d->state == DUTY_OK)
        buf_printf(&buf, ", đạt đến hết %s", civil_vn(facts.covered_to_day - 1, text));
    else if (due != CIVIL_NONE) {
        buf_lit(&buf, ", ");
        put_when(&buf, true, due, today);
    }
    buf_printf(&buf, ". Xem và trả lời: %.*s/duty/%lld", STR_ARG(base_url), (long long)d->id);
    return buf_to_arena(&buf, arena, ret_text, err);
}
