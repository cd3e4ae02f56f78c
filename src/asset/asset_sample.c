#include "asset/asset_sample.h"

#include "asset/asset_sample.sql.h"
#include "asset/device.h"
#include "asset/finding.h"
#include "base/vec.h"
#include "format/json.h"
#include "proof/chain.h"

#define SAMPLE_ARENA_BYTES (512u << 20)

/* How many devices a unit of a kind has; each unit a third more or less. */
static const struct {
    struct str kind;
    unsigned device_count;
} sizes[] = {
    {STR_INIT("school_preschool"), 15},
    {STR_INIT("school_primary"), 24},
    {STR_INIT("school_lower_secondary"), 32},
    {STR_INIT("school_upper_secondary"), 48},
    {STR_INIT("school_multi_level"), 52},
    {STR_INIT("commune"), 30},
    {STR_INIT("hospital"), 80},
    {STR_INIT("isp"), 60},
    {STR_INIT("provincial_committee"), 60},
};
#define SIZE_OF_OTHERS 28u

static const struct {
    const char *title;
    const char *kind;
    const char *severity;
    bool allows_control;
} found[] = {
    {"Máy chủ tệp còn giao thức chia sẻ SMB phiên bản 1", "vulnerability", "critical", true},
    {"Cổng điều khiển từ xa mở ra Internet, không hạn chế địa chỉ", "exposure", "critical", true},
    {"Phần mềm quản lý trường học chưa cập nhật, cho phép chạy lệnh từ xa", "vulnerability", "high", true},
    {"Mật khẩu mặc định trên đầu ghi hình", "camera", "high", true},
    {"Máy trạm chạy hệ điều hành đã hết hỗ trợ", "vulnerability", "medium", false},
    {"Chứng thư số của trang thông tin đã hết hạn", "misconfiguration", "low", false},
    {"Tài khoản dùng chung ở phòng tin học", "misconfiguration", "medium", false},
};

static const struct str products[] = {STR_INIT("Khiên Tre Endpoint"), STR_INIT("Rào Tre AV"),
                                      STR_INIT("Tấm Phên Security")};

/* splitmix64 of where we are: a unit looks the same however many stand before it. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    struct rng rng;
    rng_init(&rng, a * UINT64_C(0x9e3779b97f4a7c15) + b);
    return rng_next(&rng);
}

static uint64_t seed_of(const struct sql_asset_sample_units_row *unit)
{
    return str_is_null(unit->code) ? (uint64_t)unit->id : str_hash(unit->code);
}

static unsigned device_count_of(const struct sql_asset_sample_units_row *unit)
{
    unsigned typical = SIZE_OF_OTHERS;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        if (str_equal(sizes[i].kind, unit->kind))
            typical = sizes[i].device_count;
    return typical * 2 / 3 + (unsigned)(mix(seed_of(unit), 1) % (typical * 2 / 3 + 1));
}

static struct str kind_of(unsigned i, unsigned count)
{
    unsigned servers = count / 25, network = 1 + count / 20, cameras = count / 6, recorders = count >= 15,
             ends = count / 10;
    if (i < servers)
        return STR("server");
    if ((i -= servers) < network)
        return STR("network");
    if ((i -= network) < cameras)
        return STR("camera");
    if ((i -= cameras) < recorders)
        return STR("recorder");
    return i - recorders < ends ? STR("endpoint") : STR("workstation");
}

typedef VEC(struct device_draft) draft_list;

static enum err_code draft_device(struct db *db, struct arena *arena, const struct sql_asset_sample_units_row *unit,
                                  int64_t site_id, unsigned i, unsigned count, draft_list *drafts, struct err *err)
{
    uint64_t seed = seed_of(unit), bits = mix(seed, 100 + i);
    struct str kind = kind_of(i, count);
    bool is_host =
        str_equal(kind, STR("server")) || str_equal(kind, STR("workstation")) || str_equal(kind, STR("endpoint"));
    unsigned care = 40 + (unsigned)(mix(seed, 2) % 61); /* of 100 hosts, so many are protected */
    struct identity *identities = arena_new_array(arena, struct identity, 3);
    struct device_draft *d = vec_push(drafts, arena);
    const struct know_named *word = device_kind_find(kind);
    if (!identities || !d || !word)
        return arena_full(arena, err);
    identities[0] = (struct identity){IDENTITY_MAC, arena_printf(arena, "02:%02x:%02x:%02x:%02x:%02x",
                                                                 (unsigned)(seed & 255), (unsigned)(seed >> 8 & 255),
                                                                 (unsigned)(seed >> 16 & 255), i >> 8, i & 255)};
    identities[1] = (struct identity){IDENTITY_ADDRESS, arena_printf(arena, "192.168.1.%u", 10 + i % 240)};
    identities[2] = (struct identity){IDENTITY_HOSTNAME, arena_printf(arena, "%.*s-%03u", STR_ARG(kind), i + 1)};
    struct str name = arena_printf(arena, "%.*s %u", STR_ARG(word->title.vi), i + 1);
    if (str_is_null(identities[0].value) || str_is_null(identities[1].value) || str_is_null(identities[2].value) ||
        str_is_null(name))
        return arena_full(arena, err);
    *d = (struct device_draft){
        .site_id = site_id, .kind = kind, .name = name, .identities = identities, .identity_count = 3};
    if (!is_host)
        return ERR_NONE;
    d->os = str_equal(kind, STR("server")) ? STR("Debian 12") : bits % 5 ? STR("Windows 11") : STR("Windows 10");
    unsigned draw = (unsigned)(bits >> 8) % 100;
    if (draw < care) {
        d->protection = STR("protected");
        d->antimalware = products[mix(seed, 3) % ARRAY_LEN(products)];
        /* One agent in fifty fell silent long ago. */
        d->protection_ms = db_now_ms(db) - (int64_t)((bits >> 20) % 50 == 0 ? 60 : (bits >> 16) % 20) * CIVIL_DAY_MS;
    } else if (draw % 3) {
        d->protection = STR("unprotected");
    }
    return ERR_NONE;
}

/* One unit in seven has a finding, and those that people sign in from (always): some are half done, some closed, some
 * late. */
static enum err_code make_finding(struct db *db, const struct actor *actor,
                                  const struct sql_asset_sample_units_row *unit, bool always, int64_t *made,
                                  struct err *err)
{
    uint64_t bits = mix(seed_of(unit), 4);
    if (bits % 7 && !always)
        return ERR_NONE;
    size_t which = (size_t)(bits >> 8) % ARRAY_LEN(found);
    unsigned step = (unsigned)(bits >> 16) % (always ? 4 : 5); /* 0, 1: untouched; 2: repaired; 3: hunted; 4: closed */
    civil_day found_day = db_today(db) - (civil_day)((bits >> 24) % 40);
    int64_t id = 0;
    struct finding_draft draft = {.unit_id = unit->id,
                                  .system_id = unit->system_id.v, /* 0: none */
                                  .kind = str_from_cstr(found[which].kind),
                                  .title = str_from_cstr(found[which].title),
                                  .severity = str_from_cstr(found[which].severity),
                                  .allows_control = found[which].allows_control,
                                  .source = STR("sample"),
                                  .found_day = found_day,
                                  .due_day = found_day + 30};
    TRY(finding_open(db, actor, &draft, &id, err));
    (*made)++;
    if (step == 2 || step == 4)
        TRY(finding_task_done(db, actor, id, FINDING_FIX, STR("Đã cập nhật, tắt dịch vụ không dùng và đổi mật khẩu."),
                              0, err));
    if (found[which].allows_control && step >= 3)
        TRY(finding_task_done(db, actor, id, FINDING_HUNT,
                              STR("Đã soát nhật ký đăng nhập và tiến trình 90 ngày; không thấy dấu hiệu xâm nhập."), 0,
                              err));
    return step == 4 ? finding_close(db, actor, id, STR(""), err) : ERR_NONE;
}

/* The first two of each kind are those the sample lets people sign in from. */
static bool is_shown(const struct sql_asset_sample_units_rows *units, size_t u)
{
    unsigned before = 0;
    for (size_t i = 0; i < u && before < 2; i++)
        before += str_equal(units->items[i].kind, units->items[u].kind);
    return before < 2;
}

struct building {
    const struct actor *actor;
    struct asset_sample_made made;
};

static enum err_code build_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct building *b = ctx;
    b->made = (struct asset_sample_made){0};
    AUTO_ARENA arena;
    arena_init(&arena, SAMPLE_ARENA_BYTES);
    struct sql_asset_sample_there_row *there = NULL;
    TRY(sql_asset_sample_there(db, &arena, &there, err));
    if (there && there->n > 0)
        return err_set(err, ERR_CONFLICT, "dữ liệu mẫu về thiết bị đã có");
    struct sql_asset_sample_units_rows units;
    TRY(sql_asset_sample_units(db, &arena, &(struct sql_asset_sample_units_args){.on_day = db_today(db)}, &units, err));
    draft_list drafts = {0};
    for (size_t u = 0; u < units.count; u++) {
        int64_t site_id = units.items[u].site_id.v;
        if (!units.items[u].site_id.has) {
            site_id = db_id(db);
            TRY(sql_asset_sample_site(
                db,
                &(struct sql_asset_sample_site_args){
                    .id = site_id, .unit_id = units.items[u].id, .name = STR("Trụ sở chính"), .from_day = db_today(db)},
                err));
        }
        unsigned count = device_count_of(&units.items[u]);
        for (unsigned i = 0; i < count; i++)
            TRY(draft_device(db, &arena, &units.items[u], site_id, i, count, &drafts, err));
        TRY(make_finding(db, b->actor, &units.items[u], is_shown(&units, u), &b->made.finding_count, err));
    }
    struct device_registered *registered = arena_new_array(&arena, struct device_registered, drafts.count + 1);
    if (!registered)
        return arena_full(&arena, err);
    b->made.device_count = (int64_t)drafts.count;
    return drafts.count
               ? device_register_many(db, b->actor, drafts.items, drafts.count, "sample", registered, NULL, err)
               : ERR_NONE;
}

enum err_code asset_sample_build(struct db *db, const struct actor *actor, struct asset_sample_made *ret_made,
                                 struct err *err)
{
    if (!actor->all)
        return err_set(err, ERR_DENIED, "only the system itself builds sample data");
    struct building b = {.actor = actor};
    TRY(db_transact(db, build_in_transaction, &b, err));
    *ret_made = b.made;
    return ERR_NONE;
}

static enum err_code delete_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct actor *actor = ctx;
    int64_t devices = 0, findings = 0;
    TRY(sql_asset_sample_delete_suggestions(db, err));
    TRY(sql_asset_sample_delete_merges(db, err));
    TRY(sql_asset_sample_delete_identities(db, err));
    TRY(sql_asset_sample_delete_counts(db, err));
    TRY(sql_asset_sample_delete_devices(db, &devices, err));
    TRY(sql_asset_sample_delete_events(db, err));
    TRY(sql_asset_sample_delete_tasks(db, err));
    TRY(sql_asset_sample_delete_findings(db, &findings, err));
    AUTO_BUF buf;
    buf_init(&buf, 1u << 12);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    json_field_i64(&w, STR("devices"), devices);
    json_field_i64(&w, STR("findings"), findings);
    json_object_end(&w);
    TRY(buf_check(&buf, err));
    return chain_append(db,
                        &(struct chain_note){.stream = CHAIN_DUTY,
                                             .kind = "asset_sample_deleted",
                                             .object_kind = "device",
                                             .object_id = 0,
                                             .actor_id = actor->person_id,
                                             .content = buf_str(&buf)},
                        NULL, err);
}

enum err_code asset_sample_delete(struct db *db, const struct actor *actor, struct err *err)
{
    if (!actor->all)
        return err_set(err, ERR_DENIED, "only the system itself deletes sample data");
    struct actor self = *actor;
    return db_transact(db, delete_in_transaction, &self, err);
}
