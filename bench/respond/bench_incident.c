/* bench_incident - a hundred thousand cases searched, and the room of one that has ten thousand entries.
 *     bench_incident [--store PATH|postgresql://…] [--cases 100000] [--entries 10000] [--units 2000] [--rounds 200]
 * The store must be empty. Cases are led by the police, each happened to one of the units; names and descriptions are
 * made of syllables drawn by a fixed seed, some common, some rare. Asked by somebody of the police, who is a party of
 * all, and by somebody of a unit, who is a party of few: the first page, a search for a rare word, a common one, two
 * common ones, a beginning, words with marks and without, words nobody wrote; then a room as its page reads it.
 * Figures are for reading; nothing is asserted. */
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench_respond.sql.h"
#include "incident/incident.h"
#include "incident/record.h"
#include "incident/room.h"
#include "os/file.h"
#include "store/store.h"

extern const struct sql_module sql_module_store, sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset,
    sql_module_incident, sql_module_respond;

#define HOUR_MS (3600 * INT64_C(1000))
#define BATCH   ((int64_t)2000)

struct bench {
    const char *where;
    int64_t cases, entries, units, rounds;
    struct store *store;
    struct db *db;
    struct clock clock;
    int64_t now_ms;
    struct arena arena;
    struct err err;
    int64_t police, policeman, officer;
    int64_t *unit_ids;
    int64_t first_case, room;
    uint64_t seed;
    int64_t done; /* cases made */
};

static void ok(struct bench *b, enum err_code code, const char *what)
{
    if (code == ERR_NONE)
        return;
    fprintf(stderr, "bench_incident: %s: %s\n", what, b->err.text);
    exit(1);
}

static uint64_t draw(struct bench *b, uint64_t below)
{
    b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
    return (b->seed >> 33) % below;
}

/* Some syllables in every second text, most in few: the place is drawn as the square of a number. */
static void put_syllable(struct bench *b, struct buf *buf)
{
    static const char *const heads[] = {"t", "m", "n", "ng", "th", "ch", "kh", "v",  "l", "s",
                                        "x", "b", "d", "h",  "ph", "tr", "gi", "qu", "r", "c"};
    static const char *const tails[] = {"a",  "ac",  "ai", "am", "an", "ang", "ao", "at",  "au",  "ay",
                                        "e",  "en",  "eo", "i",  "in", "inh", "o",  "oc",  "oi",  "om",
                                        "on", "ong", "u",  "ua", "ui", "um",  "un", "ung", "uoi", "y"};
    uint64_t place = draw(b, 1000);
    place = place * place * place / 1000000; /* 0..999, the low ones often */
    buf_printf(buf, "%s%s%s", heads[place % 20], tails[place / 20 % 30], place >= 600 ? "x" : "");
}

static struct str text_of(struct bench *b, struct arena *arena, int words)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 16);
    for (int i = 0; i < words; i++) {
        if (i)
            buf_put(&buf, STR(" "));
        put_syllable(b, &buf);
    }
    struct str copy = arena_printf(arena, "%.*s", STR_ARG(buf_str(&buf)));
    if (buf.failed || str_is_null(copy)) {
        fprintf(stderr, "bench_incident: no memory\n");
        exit(1);
    }
    return copy;
}

static enum err_code people_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    for (int64_t i = 0; i <= b->units; i++) {
        int64_t id = db_id(db), person_id = db_id(db);
        char name[64];
        snprintf(name, sizeof name, i == b->units ? "Công an tỉnh Trúc Lâm" : "Trường Tiểu học số %lld",
                 (long long)i + 1);
        TRY(sql_bench_unit(db, &(struct sql_bench_unit_args){.id = id, .created_ms = b->now_ms}, err));
        TRY(sql_bench_unit_fact(db,
                                &(struct sql_bench_unit_fact_args){
                                    .id = db_id(db), .unit_id = id, .name = str_from_cstr(name), .known_ms = b->now_ms},
                                err));
        TRY(sql_bench_person(
            db, &(struct sql_bench_person_args){.id = person_id, .name = STR("Nguyễn Thị Hạ"), .created_ms = b->now_ms},
            err));
        TRY(sql_bench_grant(db,
                            &(struct sql_bench_grant_args){.id = db_id(db),
                                                           .person_id = person_id,
                                                           .unit_id = id,
                                                           .rights = (int64_t)(RIGHT_INCIDENT | RIGHT_READ),
                                                           .granted_ms = b->now_ms},
                            err));
        if (i == b->units) {
            b->police = id;
            b->policeman = person_id;
        } else {
            b->unit_ids[i] = id;
        }
        if (i == 7)
            b->officer = person_id;
    }
    return ERR_NONE;
}

static enum err_code put_words(struct bench *b, struct db *db, struct str text, int64_t case_id, struct err *err)
{
    struct str rest = text, word, seen[64];
    size_t count = 0;
    while (!str_is_null(rest) && str_split(&rest, ' ', &word)) {
        bool is_new = word.len_bytes > 0 && count < ARRAY_LEN(seen);
        for (size_t k = 0; k < count && is_new; k++)
            is_new = !str_equal(seen[k], word);
        if (!is_new)
            continue;
        seen[count++] = word;
        TRY(sql_bench_word(db, &(struct sql_bench_word_args){.word = word, .case_id = case_id}, err));
    }
    (void)b;
    return ERR_NONE;
}

static enum err_code cases_in_bulk(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    static const char *const labels[] = {"ransomware", "phishing", "defacement", "infected-system", "dos"};
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    for (int64_t i = b->done; i < b->done + BATCH && i < b->cases; i++) {
        struct arena_mark mark = arena_mark(&arena);
        int64_t id = db_id(db), at_ms = b->now_ms - (b->cases - i) * 600000, unit_id = b->unit_ids[i % b->units];
        struct str title = text_of(b, &arena, 8), summary = text_of(b, &arena, 30),
                   code = arena_printf(&arena, "SC-2026-%05lld", (long long)i + 1),
                   all = arena_printf(&arena, "%.*s %.*s sc-2026-%05lld", STR_ARG(title), STR_ARG(summary),
                                      (long long)i + 1);
        if (i == 0)
            b->first_case = id;
        if (i == b->cases / 2)
            b->room = id;
        TRY(sql_incident_insert(db,
                                &(struct sql_incident_insert_args){.id = id,
                                                                   .code = code,
                                                                   .unit_id = unit_id,
                                                                   .lead_unit_id = b->police,
                                                                   .title = title,
                                                                   .summary = summary,
                                                                   .source = STR("unit"),
                                                                   .label = str_from_cstr(labels[i % 5]),
                                                                   .severity = i % 5 ? STR("sev3") : STR("sev2"),
                                                                   .classified_ms = at_ms,
                                                                   .detected_ms = at_ms,
                                                                   .tlp = STR("amber"),
                                                                   .opened_ms = at_ms},
                                err));
        TRY(party_put(db, id, b->police, 0, PARTY_LEAD, STR(""), 0, err));
        TRY(party_put(db, id, unit_id, 0, PARTY_OWN, STR(""), 0, err));
        TRY(put_words(b, db, all, id, err));
        TRY(sql_bench_word(db, &(struct sql_bench_word_args){.word = STR("=s:open"), .case_id = id}, err));
        TRY(sql_bench_word(
            db, &(struct sql_bench_word_args){.word = i % 5 ? STR("=v:sev3") : STR("=v:sev2"), .case_id = id}, err));
        arena_rewind(&arena, mark);
    }
    return ERR_NONE;
}

static enum err_code cases_in_transaction(struct db *db, void *ctx, struct err *err)
{
    return db_bulk(db, cases_in_bulk, ctx, err);
}

static enum err_code entries_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct bench *b = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    for (int64_t i = 0; i < b->entries; i++) {
        struct arena_mark mark = arena_mark(&arena);
        TRY(case_record(db,
                        &(struct case_record){.case_id = b->room,
                                              .kind = "note",
                                              .text = text_of(b, &arena, 20),
                                              .audience_bits = i % 3 ? AUDIENCE_USUAL : AUDIENCE_TEAM,
                                              .by_person = b->policeman,
                                              .by_unit_id = b->police},
                        NULL, NULL, err));
        arena_rewind(&arena, mark);
    }
    return ERR_NONE;
}

static int by_size(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return one < two ? -1 : one > two;
}

static void print_times(struct bench *b, const char *who, const char *what, int64_t *times_us, size_t found)
{
    qsort(times_us, (size_t)b->rounds, sizeof *times_us, by_size);
    printf("%-10s %-34s found %6zu   p50 %7.2f ms   p99 %7.2f ms   max %7.2f ms\n", who, what, found,
           (double)times_us[b->rounds / 2] / 1000, (double)times_us[b->rounds * 99 / 100] / 1000,
           (double)times_us[b->rounds - 1] / 1000);
    fflush(stdout);
}

static void search(struct bench *b, const char *who, int64_t person_id, const char *what,
                   const struct incident_filter *filter, int64_t *times_us)
{
    struct actor actor = {.person_id = person_id, .right = RIGHT_INCIDENT, .day = civil_day_of_ms(b->now_ms)};
    int64_t n = 0;
    for (int64_t i = 0; i < b->rounds; i++) {
        struct arena_mark mark = arena_mark(&b->arena);
        struct sql_incident_rows_rows rows;
        int64_t from_us = clock_monotonic_us();
        ok(b, incident_list(b->db, &actor, &b->arena, filter, &rows, &b->err), what);
        ok(b, incident_list_count(b->db, &actor, &b->arena, filter, &n, &b->err), what);
        times_us[i] = clock_monotonic_us() - from_us;
        arena_rewind(&b->arena, mark);
    }
    print_times(b, who, what, times_us, (size_t)n);
}

static void read_room(struct bench *b, const char *who, int64_t person_id, int64_t *times_us)
{
    struct actor actor = {.person_id = person_id, .right = RIGHT_INCIDENT, .day = civil_day_of_ms(b->now_ms)};
    size_t found = 0;
    for (int64_t i = 0; i < b->rounds; i++) {
        struct arena_mark mark = arena_mark(&b->arena);
        struct incident_case c;
        struct sql_room_entry_rows_rows entries;
        struct sql_room_task_rows_rows tasks;
        struct sql_room_asset_rows_rows assets;
        struct sql_room_indicator_rows_rows indicators;
        struct sql_room_file_rows_rows files;
        struct sql_party_rows_rows parties;
        int64_t from_us = clock_monotonic_us(), vnd;
        ok(b, incident_read(b->db, &actor, &b->arena, b->room, &c, &b->err), "case");
        ok(b, room_entries(b->db, &actor, &b->arena, b->room, 0, 100, &entries, &b->err), "entries");
        ok(b, room_tasks(b->db, &actor, &b->arena, b->room, &tasks, &b->err), "tasks");
        ok(b, room_assets(b->db, &actor, &b->arena, b->room, &assets, &b->err), "assets");
        ok(b, room_indicators(b->db, &actor, &b->arena, b->room, &indicators, &b->err), "indicators");
        ok(b, room_files(b->db, &actor, &b->arena, b->room, &files, &b->err), "files");
        ok(b, party_list(b->db, &actor, &b->arena, b->room, &parties, &b->err), "parties");
        ok(b, room_cost(b->db, &actor, b->room, &vnd, &b->err), "cost");
        times_us[i] = clock_monotonic_us() - from_us;
        found = entries.count;
        arena_rewind(&b->arena, mark);
    }
    print_times(b, who, "the room, newest 100 entries", times_us, found);
}

static void measure(struct bench *b)
{
    int64_t *times_us = calloc((size_t)b->rounds, sizeof *times_us);
    if (!times_us)
        exit(1);
    static const struct {
        const char *what, *search;
    } searches[] = {{"first page", ""},
                    {"a common word", "ta"},
                    {"two common words", "ta ma"},
                    {"three common words", "ta ma na"},
                    {"a rare word", "comx"},
                    {"a common and a rare word", "ta comx"},
                    {"with marks", "tá má"},
                    {"the beginning of words", "th"},
                    {"a number", "SC-2026-00042"},
                    {"nobody wrote it", "zzz"},
                    {"common, and nobody wrote it", "ta zzz"}};
    for (size_t i = 0; i < ARRAY_LEN(searches); i++) {
        struct incident_filter filter = {.search = str_from_cstr(searches[i].search), .limit_count = 50};
        search(b, "police", b->policeman, searches[i].what, &filter, times_us);
        search(b, "unit", b->officer, searches[i].what, &filter, times_us);
    }
    struct incident_filter grave = {.severity = STR("sev2"), .state = STR("open"), .limit_count = 50};
    search(b, "police", b->policeman, "open and serious", &grave, times_us);
    struct incident_filter closed = {.state = STR("closed"), .limit_count = 50};
    search(b, "police", b->policeman, "closed: there is none", &closed, times_us);
    read_room(b, "police", b->policeman, times_us);
    free(times_us);
}

static int64_t number_of(const char *text, const char *name)
{
    int64_t v;
    if (!str_to_i64(str_from_cstr(text), &v) || v <= 0) {
        fprintf(stderr, "bench_incident: %s wants a number above 0\n", name);
        exit(2);
    }
    return v;
}

int main(int argc, char **argv)
{
    static struct bench b = {.cases = 100000, .entries = 10000, .units = 2000, .rounds = 200, .seed = 2026};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--store") == 0)
            b.where = argv[i + 1];
        else if (strcmp(argv[i], "--cases") == 0)
            b.cases = number_of(argv[i + 1], argv[i]);
        else if (strcmp(argv[i], "--entries") == 0)
            b.entries = number_of(argv[i + 1], argv[i]);
        else if (strcmp(argv[i], "--units") == 0)
            b.units = number_of(argv[i + 1], argv[i]);
        else if (strcmp(argv[i], "--rounds") == 0)
            b.rounds = number_of(argv[i + 1], argv[i]);
        else {
            fprintf(stderr, "bench_incident: %s is no option\n", argv[i]);
            return 2;
        }
    }
    if (argc % 2 == 0 || b.units < 8) {
        fprintf(stderr, "bench_incident: an option wants a value, and --units at least 8\n");
        return 2;
    }
    arena_init(&b.arena, 512u << 20);
    b.now_ms = civil_day_start_ms(civil_to_day(2026, 11, 16)) + 8 * HOUR_MS;
    b.clock = clock_fixed(&b.now_ms);
    b.unit_ids = calloc((size_t)b.units, sizeof *b.unit_ids);
    const char *dir = NULL;
    if (!b.where) {
        ok(&b, file_temp_folder(STR("bench-incident-"), &b.arena, &dir, &b.err), "folder");
        b.where = arena_printf(&b.arena, "%s/bench.db", dir).ptr;
    }
    static const struct sql_module *const modules[] = {
        &sql_module_store, &sql_module_proof,    &sql_module_org,     &sql_module_duty,
        &sql_module_asset, &sql_module_incident, &sql_module_respond, NULL};
    struct store_options options = {.modules = modules, .clock = &b.clock, .create = true, .migrate = true, .node = 1};
    ok(&b, store_open(b.where, &options, &b.store, &b.err), "store");
    ok(&b, store_db_take(b.store, &b.db, &b.err), "db");
    int64_t from_us = clock_monotonic_us();
    ok(&b, db_transact(b.db, people_in_transaction, &b, &b.err), "people");
    for (; b.done < b.cases; b.done += BATCH)
        ok(&b, db_transact(b.db, cases_in_transaction, &b, &b.err), "cases");
    ok(&b, db_transact(b.db, entries_in_transaction, &b, &b.err), "entries");
    printf("%s: %lld cases, one with %lld entries, made in %.1f s\n", b.where, (long long)b.cases, (long long)b.entries,
           (double)(clock_monotonic_us() - from_us) / 1e6);
    measure(&b);
    store_db_give(b.db);
    store_close(b.store);
    return 0;
}
