#include "work/health.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/buf.h"
#include "duty/ledger.h"
#include "duty/ledger.sql.h"
#include "know/know.h"
#include "know/refusal.h"
#include "os/crypto.h"
#include "os/file.h"
#include "proof/chain.h"
#include "proof/chain.sql.h"
#include "store/blob.h"
#include "store/job.h"
#include "store/schema.sql.h"
#include "work/ops.sql.h"
#include "work/rights.h"

#define SETTING_BACKUP "backup_last_ms"
#define FOLDER_MAX     100000u
#define KEY_MAX_BYTES  257u /* one more than the roles read */

struct looking {
    struct db *NULLABLE db; /* NULL: the store could not be opened */
    civil_day today;
    const struct health_places *places;
    struct arena *arena;
    struct health_list *list;
    bool is_full; /* an arena text failed */
};

const char *health_level_to_str(enum health_level level)
{
    static const char *const names[] = {"ok", "note", "warn", "bad"};
    return names[level];
}

static struct str say(struct looking *l, const char *fmt, ...) PRINTF_LIKE(2, 3);
static struct str say(struct looking *l, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct str copy = arena_str(l->arena, str_from_cstr(text));
    l->is_full |= str_is_null(copy);
    return copy;
}

static void add(struct looking *l, enum health_level level, const char *check, struct str vi, struct str en,
                const char *NULLABLE do_vi, const char *NULLABLE do_en)
{
    must(l->list->count < HEALTH_FINDINGS_MAX);
    l->list->items[l->list->count++] = (struct health_finding){.level = level,
                                                               .check = check,
                                                               .vi = vi,
                                                               .en = en,
                                                               .do_vi = do_vi ? say(l, "%s", do_vi) : STR(""),
                                                               .do_en = do_en ? say(l, "%s", do_en) : STR("")};
}

/* A path for the text; longer ones are cut. */
#define SAY2(l, level, check, fmt_vi, fmt_en, do_vi, do_en, ...) \
    add((l), (level), (check), say((l), fmt_vi, __VA_ARGS__), say((l), fmt_en, __VA_ARGS__), (do_vi), (do_en))

static enum err_code look_store(struct looking *l, struct err *err)
{
    (void)err;
    struct store *store = db_store(l->db);
    SAY2(l, HEALTH_OK, "store", "%s mở được, lược đồ %d", "%s opens, schema %d", NULL, NULL,
         store_engine(store) == STORE_SQLITE ? "SQLite" : "PostgreSQL", store_schema(store));
    return ERR_NONE;
}

/* Who holds the service's password should not be able to rewrite what was done. */
static enum err_code look_rights(struct looking *l, struct err *err)
{
    static const char *const do_vi = "bằng chủ sở hữu: luytre grants --store … --role … --apply (docs/operations.md)",
                             *const do_en =
                                 "as the owner: luytre grants --store … --role … --apply (docs/operations.md)";
    struct store_grants_report r;
    if (store_engine(db_store(l->db)) != STORE_POSTGRES)
        return ERR_NONE;
    TRY(store_grants_check(l->db, &work_grants, l->arena, &r, err));
    if (r.is_owner)
        SAY2(l, HEALTH_WARN, "rights",
             "%.*s là chủ sở hữu của cơ sở dữ liệu: ai chiếm được dịch vụ thì sửa được cả chuỗi bằng chứng",
             "%.*s owns the database: who takes the service can rewrite the chain of evidence",
             "để dịch vụ chạy bằng một người dùng khác (docs/operations.md, \"PostgreSQL\")",
             "let the service run as another user (docs/operations.md, \"PostgreSQL\")", STR_ARG(r.role));
    else if (r.missing_count)
        SAY2(l, HEALTH_BAD, "rights", "%.*s thiếu %zu quyền, ví dụ %.*s", "%.*s lacks %zu rights, for example %.*s",
             do_vi, do_en, STR_ARG(r.role), r.missing_count, STR_ARG(r.missing));
    else if (r.excess_count || r.guard_missing_count)
        SAY2(l, HEALTH_WARN, "rights", "%.*s có %zu quyền thừa (%.*s), thiếu %zu chốt giữ bằng chứng",
             "%.*s has %zu rights too many (%.*s), %zu guards of the evidence are missing", do_vi, do_en,
             STR_ARG(r.role), r.excess_count, STR_ARG(r.excess), r.guard_missing_count);
    else
        SAY2(l, HEALTH_OK, "rights", "%.*s có đúng những quyền cần thiết",
             "%.*s has the rights it needs, and no others", NULL, NULL, STR_ARG(r.role));
    return ERR_NONE;
}

static enum err_code look_day(struct looking *l, struct err *err)
{
    struct sql_duty_clock_read_row *row = NULL;
    TRY(sql_duty_clock_read(l->db, l->arena, &row, err));
    civil_day today = l->today;
    char shown[CIVIL_TEXT_BYTES];
    if (!row)
        add(l, HEALTH_NOTE, "ledger_day", STR("sổ đếm chưa mở: chưa ai chạy luytre serve trên kho này"),
            STR("the ledger is not open yet: luytre serve never ran on this store"), "chạy luytre serve một lần",
            "run luytre serve once");
    else if (row->day < today) {
        char now_shown[CIVIL_TEXT_BYTES];
        SAY2(
            l, HEALTH_BAD, "ledger_day", "số liệu đang dừng ở ngày %s, chậm %d ngày so với giờ máy (%s)",
            "figures stand at %s, %d days behind the clock of this machine (%s)",
            "xem lại giờ máy trước: chạy nhanh thì sửa (timedatectl, chrony) rồi mới khởi động luytre, vì ngày đã tính "
            "không lùi lại được; giờ đúng thì tiến trình worker không chạy: xem systemctl status luytre và journalctl "
            "-u luytre, rồi khởi động lại; ngày thiếu sẽ được tính bù",
            "look at the clock first: when it runs ahead, set it (timedatectl, chrony) before luytre is started, for a "
            "day that was counted is never taken back; when it is right the worker role does not run: see systemctl "
            "status luytre and journalctl -u luytre, then restart; missing days are caught up",
            civil_vn((civil_day)row->day, shown), (int)(today - (civil_day)row->day), civil_vn(today, now_shown));
    } else if (row->day > today)
        SAY2(l, HEALTH_BAD, "clock", "đồng hồ máy chạy lùi: sổ đếm đã đến ngày %s",
             "the clock went back: the ledger already stands at %s",
             "sửa giờ máy (timedatectl, chrony) rồi khởi động lại luytre",
             "set the clock right (timedatectl, chrony), then restart luytre", civil_vn((civil_day)row->day, shown));
    else
        SAY2(l, HEALTH_OK, "ledger_day", "số liệu tính đến hôm nay %s", "figures stand at today %s", NULL, NULL,
             civil_vn(today, shown));
    return ERR_NONE;
}

/* Pages count these when they are asked for: right, and slow for whoever stands on top of many units. */
static enum err_code look_past(struct looking *l, struct err *err)
{
    int64_t trees;
    TRY(ledger_waiting(l->db, &trees, err));
    if (trees)
        SAY2(l, HEALTH_NOTE, "past_sums",
             "số liệu ngày cũ của %lld cây đơn vị còn chờ cộng lại; trang vẫn đúng, có thể chậm",
             "past figures of %lld trees of units wait to be summed; pages are right, and may be slow",
             "để luytre serve chạy, tiến trình worker làm dần; hoặc chạy luytre upgrade để làm ngay",
             "leave luytre serve running, its worker does them one by one; or run luytre upgrade to do them now",
             (long long)trees);
    else
        SAY2(l, HEALTH_OK, "past_sums", "số liệu ngày cũ đã cộng đủ%s", "past figures are all summed%s", NULL, NULL,
             "");
    return ERR_NONE;
}

static enum err_code look_clock(struct looking *l, struct err *err)
{
    struct sql_ops_epoch_entry_row *row = NULL;
    TRY(sql_ops_epoch_entry(l->db, l->arena, &row, err));
    int64_t now_ms = db_now_ms(l->db);
    char shown[CIVIL_TEXT_BYTES];
    if (row && row->at_ms.has && row->at_ms.v > now_ms + know_threshold_ms(KNOW_CLOCK_AHEAD, l->today))
        SAY2(l, HEALTH_BAD, "clock", "bằng chứng mới nhất ghi lúc %s, sau giờ hiện tại của máy",
             "the newest entry is of %s, later than this machine's clock",
             "sửa giờ máy (timedatectl, chrony); không xóa gì trong kho",
             "set the clock right (timedatectl, chrony); delete nothing in the store",
             civil_vn_ms(row->at_ms.v, shown));
    else
        SAY2(l, HEALTH_OK, "clock", "giờ máy %s", "the clock says %s", NULL, NULL, civil_vn_ms(now_ms, shown));
    struct timex t = {0};
    if (adjtimex(&t) == TIME_ERROR)
        add(l, HEALTH_NOTE, "clock_sync", STR("giờ máy không được đồng bộ (NTP)"),
            STR("the clock is not synchronised (NTP)"), "cài và bật chrony hoặc systemd-timesyncd",
            "install and enable chrony or systemd-timesyncd");
    return ERR_NONE;
}

static enum err_code look_waiting(struct looking *l, struct err *err)
{
    struct sql_chain_waiting_count_row *row = NULL;
    TRY(sql_chain_waiting_count(l->db, l->arena, &row, err));
    char shown[CIVIL_TEXT_BYTES];
    if (row && row->waiting > 0 && row->oldest_ms.has &&
        db_now_ms(l->db) - row->oldest_ms.v > know_threshold_ms(KNOW_WORK_WAITS, l->today))
        SAY2(l, HEALTH_BAD, "chain_waiting", "%lld việc chưa vào chuỗi bằng chứng, cũ nhất từ %s",
             "%lld acts wait for the chain, the oldest since %s",
             "tiến trình worker không chạy: khởi động lại luytre; không mất gì",
             "the worker role does not run: restart luytre; nothing is lost", (long long)row->waiting,
             civil_vn_ms(row->oldest_ms.v, shown));
    else
        SAY2(l, HEALTH_OK, "chain_waiting", "%lld việc đang chờ vào chuỗi", "%lld acts wait for the chain", NULL, NULL,
             (long long)(row ? row->waiting : 0));
    return ERR_NONE;
}

static enum err_code look_jobs(struct looking *l, struct err *err)
{
    struct sql_job_count_rows rows;
    TRY(sql_job_count(l->db, l->arena, &(struct sql_job_count_args){.now_ms = db_now_ms(l->db)}, &rows, err));
    int64_t dead = 0, waiting = 0, oldest_ms = INT64_MAX;
    for (size_t i = 0; i < rows.count; i++) {
        dead += rows.items[i].dead;
        waiting += rows.items[i].waiting;
        if (rows.items[i].oldest_ms.has && rows.items[i].oldest_ms.v < oldest_ms)
            oldest_ms = rows.items[i].oldest_ms.v;
    }
    if (dead) {
        struct sql_job_dead_rows last;
        TRY(sql_job_dead(l->db, l->arena, &(struct sql_job_dead_args){.limit_count = 1}, &last, err));
        SAY2(l, HEALTH_WARN, "jobs_dead", "%lld việc nền đã bỏ sau nhiều lần thử; gần nhất %.*s: %.*s",
             "%lld jobs were given up; the last one %.*s: %.*s", "xem và cho chạy lại ở trang Quản trị, mục Việc nền",
             "look and revive them on the page Administration, Jobs", (long long)dead,
             STR_ARG(last.count ? last.items[0].kind : STR("")),
             STR_ARG(last.count ? str_slice(last.items[0].error, 0, 200) : STR("")));
    }
    char shown[CIVIL_TEXT_BYTES];
    if (waiting && oldest_ms != INT64_MAX &&
        db_now_ms(l->db) - oldest_ms > know_threshold_ms(KNOW_WORK_WAITS, l->today))
        SAY2(l, HEALTH_BAD, "jobs_waiting", "%lld việc nền đang chờ, cũ nhất từ %s",
             "%lld jobs wait, the oldest since %s", "tiến trình worker không chạy: khởi động lại luytre",
             "the worker role does not run: restart luytre", (long long)waiting, civil_vn_ms(oldest_ms, shown));
    else if (!dead)
        SAY2(l, HEALTH_OK, "jobs", "%lld việc nền đang chờ, không việc nào hỏng", "%lld jobs wait, none has failed",
             NULL, NULL, (long long)waiting);
    return ERR_NONE;
}

static struct str setting(struct looking *l, const char *name)
{
    struct sql_setting_get_row *row = NULL;
    struct err ignored;
    if (sql_setting_get(l->db, l->arena, &(struct sql_setting_get_args){.name = str_from_cstr(name)}, &row, &ignored) !=
            ERR_NONE ||
        !row)
        return STR("");
    return row->value;
}

static enum err_code look_mail(struct looking *l, struct err *err)
{
    (void)err;
    struct str url = setting(l, "mail_url"), from = setting(l, "mail_from");
    if (str_is_empty(url) && str_is_empty(from))
        add(l, HEALTH_NOTE, "mail", STR("chưa khai báo máy chủ thư: nhắc việc chỉ hiện trong hộp việc"),
            STR("mail is not set up: reminders appear in the inbox only"), "khai báo ở trang Quản trị, mục Thư",
            "set it up on the page Administration, Mail");
    else if (str_is_empty(url) || str_is_empty(from))
        SAY2(l, HEALTH_WARN, "mail", "thư khai báo dở dang: thiếu %s", "mail is half set up: %s is missing",
             "khai báo đủ máy chủ và địa chỉ gửi ở trang Quản trị, mục Thư",
             "give both server and sender on the page Administration, Mail",
             str_is_empty(url) ? "mail_url" : "mail_from");
    else if (!str_starts_with(url, STR("smtp://")) && !str_starts_with(url, STR("smtps://")))
        SAY2(l, HEALTH_WARN, "mail", "máy chủ thư \"%.*s\" phải bắt đầu bằng smtp:// hoặc smtps://",
             "the mail server \"%.*s\" must begin with smtp:// or smtps://", "sửa ở trang Quản trị, mục Thư",
             "change it on the page Administration, Mail", STR_ARG(str_slice(url, 0, 200)));
    else if (!str_contains(from, STR("@")))
        SAY2(l, HEALTH_WARN, "mail", "địa chỉ gửi \"%.*s\" không phải địa chỉ thư",
             "the sender \"%.*s\" is no mail address", "sửa ở trang Quản trị, mục Thư",
             "change it on the page Administration, Mail", STR_ARG(str_slice(from, 0, 200)));
    else
        SAY2(l, HEALTH_OK, "mail", "thư gửi từ %.*s", "mail leaves from %.*s", NULL, NULL,
             STR_ARG(str_slice(from, 0, 200)));
    return ERR_NONE;
}

static enum err_code look_backup(struct looking *l, struct err *err)
{
    (void)err;
    int64_t last_ms = 0;
    char shown[CIVIL_TEXT_BYTES];
    if (!str_to_i64(setting(l, SETTING_BACKUP), &last_ms))
        add(l, HEALTH_WARN, "backup", STR("chưa sao lưu lần nào"), STR("never backed up"),
            "luytre backup --new-recipient trên máy khác, rồi bật luytre-backup.timer (docs/operations.md)",
            "luytre backup --new-recipient on another machine, then enable luytre-backup.timer (docs/operations.md)");
    else if (db_now_ms(l->db) - last_ms > know_threshold_ms(KNOW_BACKUP_AGE, l->today))
        SAY2(l, HEALTH_WARN, "backup", "bản sao lưu gần nhất đã cũ: %s", "the last backup is old: %s",
             "xem systemctl status luytre-backup.timer luytre-backup",
             "see systemctl status luytre-backup.timer luytre-backup", civil_vn_ms(last_ms, shown));
    else
        SAY2(l, HEALTH_OK, "backup", "sao lưu gần nhất %s", "last backup %s", NULL, NULL, civil_vn_ms(last_ms, shown));
    return ERR_NONE;
}

static void look_disk_of(struct looking *l, const char *path)
{
    struct statvfs st;
    if (statvfs(path, &st) != 0) {
        SAY2(l, HEALTH_BAD, "disk", "không xem được thư mục %s: %s", "cannot look at the folder %s: %s",
             "kiểm tra thư mục có đó và người dùng luytre được vào",
             "see that the folder is there and the user luytre may enter", path, strerror(errno));
        return;
    }
    int64_t free_mb = ((int64_t)st.f_bavail * (int64_t)st.f_frsize) >> 20;
    civil_day today = l->today;
    enum health_level level = free_mb < know_threshold(KNOW_DISK_FULL, today)  ? HEALTH_BAD
                              : free_mb < know_threshold(KNOW_DISK_LOW, today) ? HEALTH_WARN
                                                                               : HEALTH_OK;
    bool is_low = level != HEALTH_OK;
    SAY2(l, level, "disk", "%s còn trống %lld MB", "%s has %lld MB free",
         is_low ? "dọn đĩa hoặc mở rộng; khi hết chỗ, không việc nào được ghi nữa" : NULL,
         is_low ? "free or add space; when it is full nothing can be stored any more" : NULL, path, (long long)free_mb);
}

static const char *folder_of(struct looking *l, const char *path)
{
    struct str whole = str_from_cstr(path);
    struct str folder = str_slice(whole, 0, whole.len_bytes - path_base_name(whole).len_bytes);
    struct str copy = str_is_empty(folder) ? STR(".") : arena_str(l->arena, folder);
    l->is_full |= str_is_null(copy);
    return copy.ptr ? copy.ptr : ".";
}

static enum err_code look_disk(struct looking *l, struct err *err)
{
    (void)err;
    const struct health_places *p = l->places;
    if (p->store_path)
        look_disk_of(l, folder_of(l, p->store_path));
    if (p->blobs && file_exists(p->blobs))
        look_disk_of(l, p->blobs);
    return ERR_NONE;
}

/* What a key file says, as the roles read it: session.key 32 bytes in hex, sign.key its head and a seed. */
static bool is_key(struct str text, bool is_sign, struct arena *arena)
{
    struct str bytes, head = STR(SIGN_KEY_HEAD);
    struct err ignored;
    if (!is_sign)
        return crypto_from_hex(str_trim(text), arena, &bytes, &ignored) == ERR_NONE &&
               bytes.len_bytes == SECRET_KEY_BYTES;
    return str_starts_with(text, head) &&
           crypto_from_base64url(str_trim(str_slice(text, head.len_bytes, text.len_bytes)), arena, &bytes, &ignored) ==
               ERR_NONE &&
           bytes.len_bytes == SIGN_SEED_BYTES;
}

/* Who keeps the store must be able to open the key as well; what stands in it is looked at and forgotten. */
static void look_key(struct looking *l, const char *path, bool is_sign, const struct stat *st)
{
    /* With session.key the second factors of all people are closed. */
    const char *do_back_vi = is_sign
                                 ? "đặt lại tệp khóa từ bản sao (luytre restore --keys-from); không có bản sao thì "
                                   "cất tệp hỏng đi nơi khác: luytre serve tạo khóa ký mới"
                                 : "đặt lại tệp khóa từ bản sao (luytre restore --keys-from); không có bản sao thì "
                                   "cất tệp hỏng đi nơi khác: luytre serve tạo khóa mới, mọi người đăng ký lại bước "
                                   "xác thực thứ hai",
               *do_back_en = is_sign ? "put the key file back from its copy (luytre restore --keys-from); without a "
                                       "copy move it away: luytre serve makes a new signing key"
                                     : "put the key file back from its copy (luytre restore --keys-from); without a "
                                       "copy move it away: luytre serve makes a new one, and everybody enrols the "
                                       "second factor again";
    struct stat store;
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        SAY2(l, HEALTH_BAD, "keys", "không đọc được %s: %s", "%s cannot be read: %s",
             "chạy doctor bằng người dùng của dịch vụ; nếu đang là người đó: chown và chmod 600 tệp khóa",
             "run doctor as the user of the service; if you are: chown the key file to it and chmod 600", path,
             strerror(errno));
        return;
    }
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    char text[KEY_MAX_BYTES];
    ssize_t got = read(fd, text, sizeof text);
    bool is_good =
        got >= 0 && (size_t)got < sizeof text && is_key((struct str){text, got > 0 ? (size_t)got : 0}, is_sign, &arena);
    crypto_wipe(text, sizeof text);
    if (!is_good)
        SAY2(l, HEALTH_BAD, "keys", "%s không phải tệp khóa của luytre: rỗng, bị cắt hoặc bị sửa",
             "%s is no key file of luytre: empty, cut short or changed", do_back_vi, do_back_en, path);
    else if (l->places->store_path && lstat(l->places->store_path, &store) == 0 && store.st_uid != st->st_uid)
        SAY2(l, HEALTH_WARN, "keys", "%s và kho thuộc hai người dùng khác nhau: dịch vụ có thể không mở được khóa",
             "%s and the store belong to two users: the service may not be able to open the key",
             "chown tệp khóa về người dùng của dịch vụ (luytre), trừ khi dịch vụ khởi động bằng root với --user",
             "chown the key file to the user of the service (luytre), unless the service is started as root with "
             "--user",
             path);
    else
        SAY2(l, HEALTH_OK, "keys", "%s đọc được và đúng dạng", "%s can be read and has the right form", NULL, NULL,
             path);
}

/* Only its owner may read it. */
static void look_secret(struct looking *l, const char *check, const char *path, bool is_key_file, bool is_sign)
{
    struct stat st;
    if (lstat(path, &st) != 0) {
        if (errno == ENOENT)
            SAY2(l, HEALTH_WARN, check, "không có %s", "there is no %s",
                 "chạy luytre serve với đúng --keys; khóa cũ khôi phục bằng luytre restore --keys-from",
                 "run luytre serve with the right --keys; old keys come back with luytre restore --keys-from", path);
        else
            SAY2(l, HEALTH_BAD, check, "không xem được %s: %s", "cannot look at %s: %s",
                 "chạy doctor bằng người dùng của dịch vụ; nếu đang là người đó: chown thư mục chứa nó",
                 "run doctor as the user of the service; if you are: chown the folder it is in", path, strerror(errno));
        return;
    }
    if (is_key_file && S_ISREG(st.st_mode))
        look_key(l, path, is_sign, &st);
    if (!S_ISREG(st.st_mode))
        SAY2(l, HEALTH_BAD, check, "%s không phải tệp thường", "%s is no regular file", "đặt lại tệp khóa từ bản sao",
             "put the key file back from its copy", path);
    else if ((st.st_mode & 077) != 0)
        SAY2(l, HEALTH_BAD, check, "người khác đọc được %s (quyền %03o)", "others may read %s (mode %03o)",
             "chmod 600 tệp đó; coi như khóa đã lộ nếu máy có người dùng khác",
             "chmod 600 it; take the key for known if the machine has other users", path,
             (unsigned)(st.st_mode & 0777));
    else
        SAY2(l, HEALTH_OK, check, "%s chỉ chủ đọc được", "%s is readable by its owner alone", NULL, NULL, path);
}

static enum err_code look_files(struct looking *l, struct err *err)
{
    const struct health_places *p = l->places;
    if (p->store_path)
        look_secret(l, "store_mode", p->store_path, false, false);
    static const char *const names[] = {"session.key", "sign.key"}; /* the second one is sign's */
    for (size_t i = 0; i < ARRAY_LEN(names) && p->keys; i++) {
        const char *path;
        TRY(path_join(str_from_cstr(p->keys), str_from_cstr(names[i]), l->arena, &path, err));
        look_secret(l, "keys_mode", path, true, i == 1);
    }
    /* What a killed backup or restore left: the first is a readable copy of everything. */
    if (p->store_path) {
        struct file_list list;
        struct str name = path_base_name(str_from_cstr(p->store_path));
        const char *folder = folder_of(l, p->store_path);
        if (file_list_folder(folder, FOLDER_MAX, l->arena, &list, err) != ERR_NONE)
            return ERR_NONE; /* the disk check has said it */
        for (size_t i = 0; i < list.count && l->list->count + 8 < HEALTH_FINDINGS_MAX; i++) {
            struct str n = list.items[i].name;
            bool is_copy = str_starts_with(n, STR("backup-")) && n.len_bytes >= 29 &&
                           db_now_ms(l->db) - list.items[i].modified_ms > know_threshold_ms(KNOW_WORK_WAITS, l->today);
            bool is_restore = str_starts_with(n, name) && str_contains(n, STR(".restoring-"));
            if (is_copy || is_restore)
                SAY2(l, HEALTH_WARN, "leftover", "%s/%.*s còn lại từ một lần sao lưu hay khôi phục bị ngắt",
                     "%s/%.*s was left by a backup or restore that was cut short",
                     "xóa nó đi khi không có lệnh nào đang chạy", "remove it while no such command runs", folder,
                     STR_ARG(n));
        }
    }
    return ERR_NONE;
}

static enum err_code look_programs(struct looking *l, struct err *err)
{
    (void)err;
    if (access("/usr/bin/pdftotext", X_OK) == 0)
        add(l, HEALTH_OK, "pdftotext", STR("đọc được công văn PDF"), STR("PDF letters can be read"), NULL, NULL);
    else
        add(l, HEALTH_WARN, "pdftotext", STR("thiếu pdftotext: không đọc được công văn PDF"),
            STR("pdftotext is missing: PDF letters cannot be read"), "apt-get install poppler-utils",
            "apt-get install poppler-utils");
    static const char *const fonts[] = {"/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
                                        "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"};
    bool has_font = false;
    for (size_t i = 0; i < ARRAY_LEN(fonts); i++)
        has_font |= access(fonts[i], R_OK) == 0;
    if (has_font)
        add(l, HEALTH_OK, "fonts", STR("có phông chữ cho công văn trả lời"),
            STR("the fonts of answer letters are there"), NULL, NULL);
    else
        add(l, HEALTH_WARN, "fonts", STR("thiếu phông chữ: không in được công văn PDF"),
            STR("fonts are missing: no letter can be printed as PDF"), "apt-get install fonts-liberation2",
            "apt-get install fonts-liberation2");
    return ERR_NONE;
}

static enum err_code look_chain(struct looking *l, struct err *err)
{
    struct chain_report report;
    struct err why = {0};
    enum err_code code = chain_verify(l->db, l->arena, &report, &why);
    if (code == ERR_CONFLICT)
        SAY2(l, HEALTH_BAD, "chain", "chuỗi bằng chứng đã bị sửa: %s", "the chain was tampered with: %s",
             "giữ nguyên hiện trường, không ghi thêm; so với bản sao lưu và các đầu chuỗi đã in trên báo cáo",
             "keep everything as it is; compare with a backup and with the heads printed on reports", why.text);
    else if (code != ERR_NONE) {
        *err = why;
        return code;
    } else
        SAY2(l, HEALTH_OK, "chain", "chuỗi bằng chứng nguyên vẹn: %zu mục, %zu chữ ký",
             "the chain is whole: %zu entries, %zu signatures", NULL, NULL, report.entry_count,
             report.heads.good_count);
    return ERR_NONE;
}

static enum err_code look_counters(struct looking *l, struct err *err)
{
    struct err why = {0};
    enum err_code code = ledger_recount(l->db, &why);
    if (code == ERR_CONFLICT)
        SAY2(l, HEALTH_BAD, "counters", "số đếm lệch so với đếm lại: %s", "counters differ from a recount: %s",
             "khôi phục bản sao lưu gần nhất vào chỗ khác rồi so sánh; gửi dòng này cho người phát triển",
             "restore the last backup elsewhere and compare; send this line to the developers", why.text);
    else if (code != ERR_NONE) {
        *err = why;
        return code;
    } else
        add(l, HEALTH_OK, "counters", STR("số đếm đúng bằng đếm lại toàn bộ"),
            STR("counters are what a full recount counts"), NULL, NULL);
    return ERR_NONE;
}

static enum err_code look_blobs(struct looking *l, struct err *err)
{
    struct blob_report report;
    struct err why = {0};
    enum err_code code = blob_verify(l->db, &report, &why);
    if (code == ERR_UNSUPPORTED)
        add(l, HEALTH_WARN, "blobs", STR("kho có tệp lớn mà không biết thư mục --blobs"),
            STR("the store has large files and --blobs was not given"), "chạy lại với --blobs DIR",
            "run again with --blobs DIR");
    else if (code != ERR_NONE) {
        *err = why;
        return code;
    } else if (report.missing || report.damaged) {
        const char *path = "", *folder = l->places->blobs;
        TRY(blob_path(l->db, &report.first_bad, l->arena, &path, err));
        if (folder && !file_exists(folder))
            SAY2(l, HEALTH_BAD, "blobs", "không có thư mục tệp lớn %s; %lld tệp mất",
                 "there is no folder of files %s; %lld files missing",
                 "xem --blobs có đúng không, đĩa đã gắn chưa; mất thật thì lấy lại từ bản sao lưu (luytre restore)",
                 "see whether --blobs is right and the disk is mounted; when it is gone, bring it back from a backup "
                 "(luytre restore)",
                 folder, (long long)report.missing);
        else if (*path && access(path, R_OK) != 0 && errno == EACCES)
            SAY2(l, HEALTH_BAD, "blobs", "không đọc được %s (%s); %lld tệp mất, %lld tệp không đọc được hoặc hỏng",
                 "%s cannot be read (%s); %lld files missing, %lld unreadable or damaged",
                 "chạy doctor bằng người dùng của dịch vụ; nếu đang là người đó: chown -R thư mục tệp lớn",
                 "run doctor as the user of the service; if you are: chown -R the folder of files", path,
                 strerror(errno), (long long)report.missing, (long long)report.damaged);
        else
            SAY2(l, HEALTH_BAD, "blobs", "%lld tệp mất, %lld tệp hỏng; tệp đầu tiên %s",
                 "%lld files missing, %lld damaged; the first is %s",
                 "lấy lại các tệp đó từ bản sao lưu: luytre restore vào chỗ khác rồi chép sang, giữ nguyên tên",
                 "bring them back from a backup: luytre restore elsewhere, then copy them under the same names",
                 (long long)report.missing, (long long)report.damaged, path);
    } else
        SAY2(l, HEALTH_OK, "blobs", "%lld tệp đính kèm nguyên vẹn", "%lld files are whole", NULL, NULL,
             (long long)report.blobs);
    return ERR_NONE;
}

static enum err_code begin(struct looking *l, struct db *NULLABLE db, civil_day today,
                           const struct health_places *places, struct arena *arena, struct health_list *list,
                           struct err *err)
{
    *list = (struct health_list){.items = arena_new_array(arena, struct health_finding, HEALTH_FINDINGS_MAX)};
    *l = (struct looking){.db = db, .today = today, .places = places, .arena = arena, .list = list};
    return list->items ? ERR_NONE : arena_full(arena, err);
}

enum err_code health_look(struct db *db, const struct health_places *places, enum health_depth depth,
                          struct arena *arena, struct health_list *ret_list, struct err *err)
{
    static enum err_code (*const quick[])(struct looking *, struct err *) = {
        look_store, look_rights, look_day,  look_past,  look_clock,    look_waiting,
        look_jobs,  look_backup, look_disk, look_files, look_programs, look_mail};
    static enum err_code (*const deep[])(struct looking *, struct err *) = {look_chain, look_counters, look_blobs};
    struct health_list list;
    struct looking l;
    TRY(begin(&l, db, db_today(db), places, arena, &list, err));
    for (size_t i = 0; i < ARRAY_LEN(quick); i++)
        TRY(quick[i](&l, err));
    for (size_t i = 0; i < ARRAY_LEN(deep) && depth == HEALTH_DEEP; i++)
        TRY(deep[i](&l, err));
    if (l.is_full)
        return arena_full(arena, err);
    *ret_list = list;
    return ERR_NONE;
}

enum err_code health_of_error(const struct err *why, const struct health_places *places, civil_day today,
                              struct arena *arena, struct health_list *ret_list, struct err *err)
{
    static const struct {
        enum err_code code;
        const char *NULLABLE says; /* part of the error's text; NULL: any other */
        const char *check, *do_vi, *do_en;
    } rows[] = {
        {ERR_NOT_FOUND, NULL, "store", "kiểm tra --store; kho mới được tạo khi chạy luytre serve",
         "check --store; luytre serve makes a new one"},
        {ERR_SYNTAX, NULL, "store", "kiểm tra --store", "check --store"},
        {ERR_UNSUPPORTED, NULL, "schema",
         "cài bản luytre mới hơn; không có bản đó thì khôi phục bản sao lưu từ trước khi nâng cấp",
         "install the newer luytre; without it restore the backup from before the upgrade"},
        {ERR_CONFLICT, "no schema yet", "store", "kiểm tra --store; nếu đúng chỗ, chạy luytre serve để tạo kho",
         "check --store; if that is the place, luytre serve makes the store"},
        {ERR_CONFLICT, "restore --finish", "store", "chạy luytre restore --finish --store … --blobs …",
         "run luytre restore --finish --store … --blobs …"},
        {ERR_CONFLICT, "luytre upgrade", "schema", "dừng dịch vụ rồi chạy luytre upgrade --store …",
         "stop the service and run luytre upgrade --store …"},
        {ERR_CONFLICT, NULL, "schema", "dùng lại đúng bản luytre đã tạo kho này; không sửa gì trong kho",
         "go back to the luytre that made this store; change nothing in it"},
        {ERR_DENIED, NULL, "store",
         "chạy bằng người dùng luytre: runuser -u luytre -- luytre doctor …; nếu đang là người đó: chown -R kho",
         "run as the user luytre: runuser -u luytre -- luytre doctor …; if you are: chown -R the store"},
        {ERR_BUSY, NULL, "store", "đợi lệnh đang chạy xong rồi thử lại",
         "wait for the running command, then try again"},
        {ERR_IO, "disk full", "store",
         "dọn đĩa hoặc mở rộng rồi khởi động lại luytre; không việc nào đã xác nhận bị mất",
         "free or add space, then restart luytre; nothing that was acknowledged is lost"},
        {ERR_IO, "is damaged", "store",
         "giữ nguyên tệp hỏng, khôi phục bản sao lưu gần nhất vào chỗ khác: luytre restore",
         "keep the damaged file as it is, restore the last backup to another place: luytre restore"},
        {ERR_IO, NULL, "store", "xem đĩa (dmesg, df) hoặc máy chủ PostgreSQL",
         "see the disk (dmesg, df) or the PostgreSQL server"},
    };
    struct health_list list;
    struct looking l;
    TRY(begin(&l, NULL, today, places, arena, &list, err));
    size_t at = 0;
    while (at + 1 < ARRAY_LEN(rows) &&
           !(rows[at].code == why->code && (!rows[at].says || strstr(why->text, rows[at].says))))
        at++;
    add(&l, HEALTH_BAD, rows[at].check, refusal_text(why, LANG_VI, arena), refusal_text(why, LANG_EN, arena),
        rows[at].do_vi, rows[at].do_en);
    TRY(look_disk(&l, err)); /* needs no store, and may be the cause */
    if (l.is_full)
        return arena_full(arena, err);
    *ret_list = list;
    return ERR_NONE;
}

enum err_code health_backed_up(struct db *db, struct err *err)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)db_now_ms(db));
    return sql_setting_put(db,
                           &(struct sql_setting_put_args){.name = STR(SETTING_BACKUP),
                                                          .value = str_from_cstr(text),
                                                          .changed_ms = db_now_ms(db),
                                                          .changed_by = OPT_NONE},
                           err);
}
