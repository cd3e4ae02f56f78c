#include "incident/incident.h"

#include "base/viet.h"
#include "incident/incident_parts.h"
#include "incident/ring.h"
#include "org/access.h"

#define MINUTE_MS     (60 * INT64_C(1000))
#define TITLE_LETTERS ((size_t)200)
#define SUMMARY_BYTES ((size_t)20 << 10)
#define WORD_BYTES    ((size_t)60)

const struct incident_word incident_sources[INCIDENT_SOURCE_COUNT] = {
    {STR_INIT("unit"), STR_INIT("Đơn vị phát hiện"), STR_INIT("Found by the unit")},
    {STR_INIT("public"), STR_INIT("Người dân, doanh nghiệp báo"), STR_INIT("Reported by the public")},
    {STR_INIT("finding"), STR_INIT("Từ phát hiện"), STR_INIT("From a finding")},
    {STR_INIT("isp"), STR_INIT("Doanh nghiệp viễn thông báo"), STR_INIT("Reported by a provider")},
    {STR_INIT("authority"), STR_INIT("Cơ quan chức năng báo"), STR_INIT("Reported by an authority")},
    {STR_INIT("api"), STR_INIT("Hệ thống giám sát báo"), STR_INIT("Reported by a monitoring system")},
    {STR_INIT("drill"), STR_INIT("Diễn tập"), STR_INIT("Exercise")},
};
const struct incident_word incident_tlps[INCIDENT_TLP_COUNT] = {
    {STR_INIT("red"), STR_INIT("TLP:RED: chỉ người có tên"), STR_INIT("TLP:RED: named people only")},
    {STR_INIT("amber_strict"), STR_INIT("TLP:AMBER+STRICT: chỉ trong đơn vị"),
     STR_INIT("TLP:AMBER+STRICT: the unit only")},
    {STR_INIT("amber"), STR_INIT("TLP:AMBER: đơn vị và bên liên quan"),
     STR_INIT("TLP:AMBER: the unit and its clients")},
    {STR_INIT("green"), STR_INIT("TLP:GREEN: cộng đồng"), STR_INIT("TLP:GREEN: the community")},
    {STR_INIT("clear"), STR_INIT("TLP:CLEAR: công khai"), STR_INIT("TLP:CLEAR: anybody")},
};

int incident_tlp_rank(struct str id)
{
    for (int i = 0; i < INCIDENT_TLP_COUNT; i++)
        if (str_equal(incident_tlps[i].id, id))
            return i;
    return 2; /* unknown from outside is amber, never clear */
}

int64_t incident_minute(int64_t ms)
{
    return ms - ms % MINUTE_MS;
}

static bool is_word(const struct incident_word *words, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(words[i].id, id))
            return true;
    return false;
}

enum err_code incident_hold(struct db *db, int64_t case_id, struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    struct sql_incident_raw_row *row = NULL;
    return incident_raw_get(db, &arena, case_id, &row, err);
}

enum err_code incident_raw_get(struct db *db, struct arena *arena, int64_t case_id,
                               struct sql_incident_raw_row **ret_row, struct err *err)
{
    struct sql_incident_raw_row *row = NULL;
    TRY(sql_incident_raw(db, arena, &(struct sql_incident_raw_args){.id = case_id}, &row, err));
    if (!row)
        return err_set(err, ERR_NOT_FOUND, "không có hồ sơ sự cố này");
    *ret_row = row;
    return ERR_NONE;
}

struct incident_fields incident_fields_of(const struct sql_incident_raw_row *row)
{
    return (struct incident_fields){.title = row->title,
                                    .summary = row->summary,
                                    .system_id = row->system_id.v,
                                    .label = row->label,
                                    .tlp = row->tlp,
                                    .detected_ms = row->detected_ms,
                                    .occurred_ms = row->occurred_ms.v,
                                    .personal_ms = row->personal_ms.v,
                                    .contained_ms = row->contained_ms.v,
                                    .restored_ms = row->restored_ms.v,
                                    .facts = {(uint64_t)row->facts}};
}

enum err_code incident_unit_get(struct db *db, struct arena *arena, int64_t unit_id, civil_day day,
                                struct incident_unit *ret_unit, struct err *err)
{
    struct sql_incident_unit_facts_row *row = NULL;
    struct sql_incident_unit_functions_rows functions;
    TRY(sql_incident_unit_facts(db, arena, &(struct sql_incident_unit_facts_args){.unit_id = unit_id, .on_day = day},
                                &row, err));
    TRY(sql_incident_unit_functions(
        db, arena, &(struct sql_incident_unit_functions_args){.unit_id = unit_id, .on_day = day}, &functions, err));
    *ret_unit = (struct incident_unit){.name = row ? row->name : STR("")};
    for (size_t i = 0; i < functions.count && i < INCIDENT_FUNCTIONS_MAX; i++)
        ret_unit->held[i] = functions.items[i].function;
    ret_unit->facts = (struct know_org_facts){.kind = row ? row->kind : STR(""),
                                              .functions = {ret_unit->held, functions.count < INCIDENT_FUNCTIONS_MAX
                                                                                ? functions.count
                                                                                : INCIDENT_FUNCTIONS_MAX},
                                              .in_priority_sector = row && !str_is_empty(row->sector),
                                              .in_network = row && row->in_network};
    return ERR_NONE;
}

enum err_code incident_system_level(struct db *db, struct arena *arena, int64_t system_id, int64_t unit_id,
                                    civil_day day, int *ret_level, struct str *NULLABLE ret_name, struct err *err)
{
    struct sql_incident_system_row *row = NULL;
    if (system_id)
        TRY(sql_incident_system(db, arena,
                                &(struct sql_incident_system_args){.id = system_id, .unit_id = unit_id, .on_day = day},
                                &row, err));
    if (system_id && !row)
        return err_set(err, ERR_NOT_FOUND, "hệ thống này không do đơn vị làm chủ quản hay vận hành");
    *ret_level = row && row->level.has ? (int)row->level.v : 0;
    if (ret_name)
        *ret_name = row ? row->name : STR("");
    return ERR_NONE;
}

enum err_code incident_by_rules(struct db *db, struct arena *arena, int64_t unit_id,
                                const struct incident_fields *fields, struct incident_severity *ret_severity,
                                struct incident_known *NULLABLE ret_known, struct err *err)
{
    civil_day day = civil_day_of_ms(fields->detected_ms);
    struct incident_known known;
    TRY(incident_system_level(db, arena, fields->system_id, unit_id, day, &known.system_level, &known.system_name,
                              err));
    const struct know_incident_label *label = know_incident_label_find(fields->label);
    if (!label)
        return err_set(err, ERR_SYNTAX, "không có loại sự cố '%.*s'", STR_ARG(fields->label));
    known.facts = incident_facts_filled(fields->facts, label, known.system_level);
    *ret_severity = incident_severity_of(known.facts, day);
    if (ret_known)
        *ret_known = known;
    return ERR_NONE;
}

enum err_code incident_fields_check(struct db *db, const struct incident_fields *f, struct err *err)
{
    int64_t now_ms = db_now_ms(db);
    if (str_is_empty(str_trim(f->title)))
        return err_set(err, ERR_SYNTAX, "sự cố cần có tên gọi ngắn");
    if (utf8_count(f->title) > TITLE_LETTERS)
        return err_set(err, ERR_LIMIT, "tên gọi dài quá %zu ký tự", TITLE_LETTERS);
    if (f->summary.len_bytes > SUMMARY_BYTES)
        return err_set(err, ERR_LIMIT, "mô tả dài quá %zu kB", SUMMARY_BYTES >> 10);
    const struct know_incident_label *label = know_incident_label_find(f->label);
    if (!label)
        return err_set(err, ERR_SYNTAX, "không có loại sự cố '%.*s'", STR_ARG(f->label));
    if (label->is_weakness)
        return err_set(err, ERR_SYNTAX,
                       "đây là điểm yếu, chưa phải sự cố: ghi thành phát hiện để khắc phục và săn lùng");
    if (!is_word(incident_tlps, INCIDENT_TLP_COUNT, f->tlp))
        return err_set(err, ERR_SYNTAX, "không có mức chia sẻ '%.*s'", STR_ARG(f->tlp));
    if (!incident_facts_are_valid(f->facts.bits))
        return err_set(err, ERR_SYNTAX, "câu trả lời không thuộc bảng câu hỏi");
    if (f->detected_ms <= 0)
        return err_set(err, ERR_SYNTAX, "cần thời điểm phát hiện, chính xác đến phút");
    if (f->detected_ms > now_ms)
        return err_set(err, ERR_SYNTAX, "thời điểm phát hiện ở sau bây giờ");
    if (f->occurred_ms > now_ms)
        return err_set(err, ERR_SYNTAX, "thời điểm xảy ra ở sau bây giờ");
    if (f->personal_ms > now_ms)
        return err_set(err, ERR_SYNTAX, "thời điểm phát hiện vi phạm dữ liệu cá nhân ở sau bây giờ");
    if (f->contained_ms > now_ms)
        return err_set(err, ERR_SYNTAX, "thời điểm khoanh lại ở sau bây giờ");
    if (f->restored_ms > now_ms)
        return err_set(err, ERR_SYNTAX, "thời điểm khôi phục ở sau bây giờ");
    if (f->occurred_ms > f->detected_ms)
        return err_set(err, ERR_SYNTAX, "thời điểm xảy ra ở sau thời điểm phát hiện");
    if (f->personal_ms && f->occurred_ms && f->personal_ms < f->occurred_ms)
        return err_set(err, ERR_SYNTAX, "phát hiện vi phạm dữ liệu cá nhân ở trước khi sự cố xảy ra");
    if (f->restored_ms && f->occurred_ms && f->restored_ms < f->occurred_ms)
        return err_set(err, ERR_SYNTAX, "thời điểm khôi phục ở trước khi sự cố xảy ra");
    return ERR_NONE;
}

/* --- words --- */

static bool is_word_byte(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_' ||
           c == '@';
}

enum err_code incident_words_of(struct arena *arena, struct str text, size_t max, struct str **ret_words,
                                size_t *ret_count, struct err *err)
{
    struct str folded = viet_search_key(arena, text);
    struct str *words = arena_new_array(arena, struct str, max);
    if (str_is_null(folded) || !words)
        return arena_full(arena, err);
    size_t count = 0;
    for (size_t i = 0; i < folded.len_bytes && count < max;) {
        size_t end = i;
        while (end < folded.len_bytes && is_word_byte((unsigned char)folded.ptr[end]))
            end++;
        struct str word = str_slice(folded, i, end);
        while (word.len_bytes > 0 && strchr(".-_@", word.ptr[word.len_bytes - 1]))
            word.len_bytes--; /* a sentence's full stop is no part of its last word */
        if (word.len_bytes > WORD_BYTES)
            word = str_slice(word, 0, WORD_BYTES);
        bool is_new = word.len_bytes > 0;
        for (size_t k = 0; k < count && is_new; k++)
            is_new = !str_equal(words[k], word);
        if (is_new)
            words[count++] = word;
        i = end > i ? end : i + 1;
    }
    *ret_words = words;
    *ret_count = count;
    return ERR_NONE;
}

enum err_code incident_words_put(struct db *db, struct arena *arena, int64_t case_id, struct str code,
                                 const struct incident_fields *fields, struct str unit_name, struct str system_name,
                                 struct err *err)
{
    struct str *words;
    size_t count;
    struct str all = arena_printf(arena, "%.*s %.*s %.*s %.*s %.*s", STR_ARG(code), STR_ARG(fields->title),
                                  STR_ARG(unit_name), STR_ARG(system_name), STR_ARG(fields->summary));
    if (str_is_null(all))
        return arena_full(arena, err);
    TRY(incident_words_of(arena, all, INCIDENT_WORDS_MAX, &words, &count, err));
    TRY(sql_incident_word_delete(db, &(struct sql_incident_word_delete_args){.case_id = case_id}, err));
    for (size_t i = 0; i < count; i++)
        TRY(sql_incident_word_insert(db, &(struct sql_incident_word_insert_args){.word = words[i], .case_id = case_id},
                                     err));
    return ERR_NONE;
}

enum err_code incident_mark_put(struct db *db, struct arena *arena, int64_t case_id, const char *mark, struct str from,
                                struct str to, struct err *err)
{
    if (!str_is_null(from) && str_equal(from, to))
        return ERR_NONE;
    struct str old = arena_printf(arena, "%s%.*s", mark, STR_ARG(from)),
               new = arena_printf(arena, "%s%.*s", mark, STR_ARG(to));
    if (str_is_null(old) || str_is_null(new))
        return arena_full(arena, err);
    if (!str_is_null(from))
        TRY(sql_incident_mark_delete(db, &(struct sql_incident_mark_delete_args){.case_id = case_id, .word = old},
                                     err));
    return sql_incident_word_insert(db, &(struct sql_incident_word_insert_args){.word = new, .case_id = case_id}, err);
}

/* --- opening --- */

struct opening {
    const struct actor *actor;
    const struct incident_draft *draft;
    int64_t id;
};

static enum err_code code_next(struct db *db, struct arena *arena, struct str *ret_code, struct err *err)
{
    struct sql_incident_year_next_row *row = NULL;
    int year = civil_from_day(db_today(db)).year;
    TRY(sql_incident_year_next(db, arena, &(struct sql_incident_year_next_args){.year = year}, &row, err));
    must(row);
    struct str code = arena_printf(arena, "SC-%d-%05lld", year, (long long)row->last_no);
    if (str_is_null(code))
        return arena_full(arena, err);
    *ret_code = code;
    return ERR_NONE;
}

static enum err_code put_case(struct db *db, struct arena *arena, struct opening *o, const struct incident_fields *f,
                              int64_t lead_id, struct str code, struct err *err)
{
    const struct incident_draft *d = o->draft;
    int64_t now_ms = db_now_ms(db);
    struct incident_unit unit;
    struct incident_known known;
    struct incident_severity severity;
    TRY(incident_unit_get(db, arena, d->unit_id, db_today(db), &unit, err));
    TRY(incident_by_rules(db, arena, d->unit_id, f, &severity, &known, err));
    TRY(sql_incident_insert(db,
                            &(struct sql_incident_insert_args){
                                .id = o->id,
                                .code = code,
                                .unit_id = d->unit_id,
                                .lead_unit_id = lead_id,
                                .system_id = {f->system_id != 0, f->system_id},
                                .title = str_trim(f->title),
                                .summary = str_is_empty(f->summary) ? STR_NONE : f->summary,
                                .source = d->source,
                                .source_id = {d->source_id != 0, d->source_id},
                                .label = f->label,
                                .label_said = str_is_empty(d->label_said) ? STR_NONE : d->label_said,
                                .facts = (int64_t)f->facts.bits,
                                .severity = severity.level->id,
                                .classified_ms = now_ms,
                                .detected_ms = incident_minute(f->detected_ms),
                                .occurred_ms = {f->occurred_ms != 0, incident_minute(f->occurred_ms)},
                                .personal_ms = {f->personal_ms != 0, incident_minute(f->personal_ms)},
                                .contained_ms = {f->contained_ms != 0, incident_minute(f->contained_ms)},
                                .restored_ms = {f->restored_ms != 0, incident_minute(f->restored_ms)},
                                .tlp = f->tlp,
                                .is_exercise = d->is_exercise || know_incident_label_find(f->label)->never_leaves,
                                .opened_ms = now_ms,
                                .opened_by = {o->actor->person_id != 0, o->actor->person_id},
                                .is_sample = 0,
                            },
                            err));
    TRY(incident_mark_put(db, arena, o->id, INCIDENT_MARK_STATE, STR_NONE, STR("open"), err));
    TRY(incident_mark_put(db, arena, o->id, INCIDENT_MARK_SEVERITY, STR_NONE, severity.level->id, err));
    return incident_words_put(db, arena, o->id, code, f, unit.name, known.system_name, err);
}

static enum err_code open_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct opening *o = ctx;
    const struct incident_draft *d = o->draft;
    AUTO_ARENA arena;
    arena_init(&arena, INCIDENT_ARENA_BYTES);
    int64_t lead_id = d->lead_unit_id ? d->lead_unit_id : d->unit_id;
    TRY(access_require(db, o->actor, RIGHT_INCIDENT, d->unit_id, "open a case", err));
    if (lead_id != d->unit_id)
        TRY(access_require(db, o->actor, RIGHT_INCIDENT, lead_id, "open a case", err));
    struct incident_fields fields = d->fields;
    if (str_is_empty(fields.tlp))
        fields.tlp = STR("amber");
    TRY(incident_fields_check(db, &fields, err));
    if (!is_word(incident_sources, INCIDENT_SOURCE_COUNT, d->source))
        return err_set(err, ERR_SYNTAX, "không có nguồn '%.*s'", STR_ARG(d->source));
    struct str code;
    TRY(code_next(db, &arena, &code, err));
    o->id = db_id(db);
    TRY(put_case(db, &arena, o, &fields, lead_id, code, err));
    TRY(party_put(db, o->id, lead_id, 0, PARTY_LEAD, STR(""), o->actor->person_id, err));
    if (lead_id != d->unit_id)
        TRY(party_put(db, o->id, d->unit_id, 0, PARTY_OWN, STR(""), o->actor->person_id, err));
    TRY(incident_ring_set(db, o->id, err));
    return case_record(db,
                       &(struct case_record){.case_id = o->id,
                                             .kind = "opened",
                                             .text = str_trim(fields.title),
                                             .audience_bits = AUDIENCE_ALL,
                                             .by_person = o->actor->person_id,
                                             .by_unit_id = lead_id},
                       NULL, NULL, err);
}

enum err_code incident_open(struct db *db, const struct actor *actor, const struct incident_draft *draft,
                            int64_t *ret_id, struct err *err)
{
    struct opening o = {.actor = actor, .draft = draft};
    TRY(db_transact(db, open_in_transaction, &o, err));
    *ret_id = o.id;
    return ERR_NONE;
}
