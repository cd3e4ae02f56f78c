/* duty_server - the pages of duties and assets over a small invented province, for tests/browser/test_duty.py and
 * test_asset.py. duty_server LISTEN [FOLDER]       prints "listening PORT", then "focal|head|reviewer TOKEN" and
 * "duty|finding|system ID" Time stands still at 23/04/2027 08:15; other areas of the site have no rows here. */
#include <signal.h>
#include <unistd.h>

#include "asset/device.h"
#include "asset/finding.h"
#include "duty/cover.h"
#include "duty/directive.h"
#include "duty/ledger.h"
#include "duty/rollup.sql.h"
#include "org/person.h"
#include "org/session.h"
#include "org/site.h"
#include "org/system.h"
#include "org/unit.h"
#include "os/file.h"
#include "store/blob.h"
#include "web/app_parts.h"
#include "web/http.h"

extern const struct sql_module sql_module_store, sql_module_proof, sql_module_org, sql_module_duty, sql_module_asset;
const struct route_list account_routes, setup_routes, home_routes, unit_routes, people_routes, who_routes, admin_routes,
    letter_routes, directive_routes, report_routes, reminder_routes, api_routes;

static int64_t now_ms;

static int64_t person(struct db *db, const struct actor *all, const char *name, const char *phone, int64_t unit_id,
                      const char *role, struct str edge, struct err *err)
{
    int64_t id = 0, grant;
    struct person_fields fields = {
        .name = str_from_cstr(name), .phone = str_from_cstr(phone), .email = STR("dau.moi@truclam.example")};
    civil_day from = civil_to_day(2024, 8, 15);
    if (person_new(db, all, &fields, unit_id, from, true, &id, err) != ERR_NONE)
        return 0;
    struct grant_request request = {.person_id = id,
                                    .role = str_from_cstr(role),
                                    .unit_id = unit_id,
                                    .edge_kind = edge,
                                    .from_day = from,
                                    .to_day = CIVIL_FOREVER,
                                    .basis = STR("01/QĐ")};
    return grant_give(db, all, &request, &grant, err) == ERR_NONE ? id : 0;
}

static enum err_code put_pdf(struct db *db, void *ctx, struct err *err)
{
    return blob_put(db, STR("%PDF-1.7"), ctx, err);
}

static enum err_code say_session(struct db *db, const char *who, int64_t person_id, struct err *err)
{
    struct session_token token;
    struct session_from from = {.ip = STR("127.0.0.1"), .agent = STR("test")};
    TRY(session_open(db, person_id, true, &from, &token, err));
    printf("%s %s\n", who, token.text);
    return ERR_NONE;
}

static enum err_code tell(struct db *db, struct arena *arena, struct err *err)
{
    struct actor all = actor_system(civil_day_of_ms(now_ms));
    int64_t committee, department, school, other, portal, lab, directive, site, evidence, finding;
    civil_day from = civil_to_day(2020, 1, 1), today = civil_day_of_ms(now_ms);
    now_ms -= 100 * CIVIL_DAY_MS; /* 100 days ago it was issued */
    civil_day then = civil_day_of_ms(now_ms);
    TRY(ledger_open(db, then, err));
    TRY(unit_found(db, &all,
                   &(struct unit_fact){.kind = STR("provincial_committee"), .name = STR("UBND tỉnh Trúc Lâm")}, NULL, 0,
                   from, 0, true, &committee, err));
    struct unit_parent above[] = {{EDGE_ADMINISTRATIVE, committee}, {EDGE_PROFESSIONAL, committee}};
    TRY(unit_found(db, &all,
                   &(struct unit_fact){.kind = STR("department"), .name = STR("Sở Giáo dục và Đào tạo Trúc Lâm")},
                   above, 2, from, 0, true, &department, err));
    struct unit_parent below[] = {{EDGE_ADMINISTRATIVE, department}, {EDGE_PROFESSIONAL, department}};
    TRY(unit_found(db, &all,
                   &(struct unit_fact){.kind = STR("school_lower_secondary"), .name = STR("Trường THCS Bến Nước")},
                   below, 2, from, 0, true, &school, err));
    TRY(unit_found(db, &all,
                   &(struct unit_fact){.kind = STR("school_lower_secondary"), .name = STR("Trường THCS Đồng Tre")},
                   below, 2, from, 0, true, &other, err));
    int64_t head = person(db, &all, "Trịnh Văn Đoàn", "0900 000 222", school, "unit_head", STR(""), err);
    int64_t focal = head ? person(db, &all, "Nguyễn Thị Hạ", "0900 000 333", school, "focal_officer", STR(""), err) : 0;
    int64_t reviewer = focal ? person(db, &all, "Vũ Đình Khôi", "0900 000 111", department, "superior_reviewer",
                                      EDGE_ADMINISTRATIVE, err)
                             : 0;
    if (!reviewer)
        return err->code;
    TRY(system_new(db, &all,
                   &(struct system_fields){
                       .operator_id = school, .name = STR("Cổng thông tin của trường"), .has_personal_data = true},
                   from, true, &portal, err));
    TRY(system_new(
        db, &all,
        &(struct system_fields){.operator_id = school, .name = STR("Mạng phòng tin học"), .uses_camera = true}, from,
        true, &lab, err));
    TRY(system_set_level(db, &all, portal, 2, STR("approved"), STR("12/QĐ-SGDĐT"), from, err));
    const struct obligation_target to_all = {.rule = TARGET_ALL};
    const struct obligation_draft owed[] = {
        {.catalogue_id = STR("CT18-2b"),
         .deadline_day = civil_to_day(2027, 6, 30),
         .targets = &to_all,
         .target_count = 1},
        {.catalogue_id = STR("CT18-1b"), .deadline_day = today - 2, .targets = &to_all, .target_count = 1},
    };
    struct directive_draft draft = {.issuer_id = committee,
                                    .edge_kind = EDGE_ADMINISTRATIVE,
                                    .number = STR("412"),
                                    .symbol = STR("UBND-KGVX"),
                                    .title = STR("Thực hiện Chỉ thị số 18/CT-TTg"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = owed,
                                    .obligation_count = ARRAY_LEN(owed),
                                    .is_sample = true};
    struct directive_issued issued;
    TRY(directive_draft_new(db, &all, &draft, &directive, err));
    TRY(directive_issue(db, &all, directive, &issued, err));
    now_ms += 100 * CIVIL_DAY_MS;
    int moved;
    TRY(ledger_advance(db, today, &moved, err));

    struct actor worker = {.person_id = focal, .right = RIGHT_READ, .day = today};
    struct sql_assignment_list_unit_rows duties;
    TRY(sql_assignment_list_unit(
        db, &worker, arena, &(struct sql_assignment_list_unit_args){.unit_id = school, .on_day = today}, &duties, err));
    int64_t scan = 0, document = 0;
    for (size_t i = 0; i < duties.count; i++) {
        if (str_equal(duties.items[i].catalogue_id, STR("CT18-2b")) && duties.items[i].subject_id == portal)
            scan = duties.items[i].id;
        if (str_equal(duties.items[i].catalogue_id, STR("CT18-1b")))
            document = duties.items[i].id;
    }
    if (!scan || !document)
        return err_set(err, ERR_NOT_FOUND, "the school owes nothing");
    const char *const days[] = {"2026-01-12", "2026-09-20", "2027-04-21"};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct evidence_draft e = {
            .assignment_id = scan, .kind = STR("scan"), .source = i < 2 ? STR("scan") : STR("hand")};
        (void)civil_parse_iso(str_from_cstr(days[i]), &e.done_day);
        e.fields_json = arena_printf(arena,
                                     "{\"system\":\"Cổng thông tin của "
                                     "trường\",\"done_on\":\"%s\",\"scope\":\"cong.truclam.example\",\"tool\":\"Lũy "
                                     "Tre\",\"target_count\":3,\"high_count\":0}",
                                     days[i]);
        struct evidence_file none = {
            .name = STR("ket-qua-quet.pdf"), .media_type = STR("application/pdf"), .size_bytes = 8};
        struct sha256 hash;
        TRY(db_transact(db, put_pdf, &hash, err));
        none.sha256 = sha256_str(&hash);
        e.files = &none;
        e.file_count = 1;
        TRY(evidence_submit(db, &worker, &e, &evidence, err));
    }
    TRY(site_new(db, &all, school, STR("Cơ sở chính"), STR_NONE, from, &site, err));
    static const char *const states[] = {"protected", "unprotected", ""};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        struct identity identity = {IDENTITY_HOSTNAME, arena_printf(arena, "may-%zu", i + 1)};
        struct device_registered done;
        TRY(device_register(db, &all,
                            &(struct device_draft){.site_id = site,
                                                   .kind = STR("workstation"),
                                                   .name = identity.value,
                                                   .identities = &identity,
                                                   .identity_count = 1,
                                                   .protection = str_from_cstr(states[i])},
                            "test", &done, err));
    }
    struct identity eye = {IDENTITY_HOSTNAME, STR("cong-truong")};
    struct device_registered camera;
    TRY(device_register(db, &all,
                        &(struct device_draft){.site_id = site,
                                               .kind = STR("camera"),
                                               .name = STR("Camera cổng trường"),
                                               .identities = &eye,
                                               .identity_count = 1},
                        "test", &camera, err));
    /* Two that share a network card and say different serial numbers: somebody must decide. */
    static const char *const serials[] = {"SN-1", "SN-2"};
    struct device_registered pair = {0};
    for (size_t i = 0; i < ARRAY_LEN(serials); i++) {
        struct identity both[] = {{IDENTITY_MAC, STR("02:00:5e:00:53:01")},
                                  {IDENTITY_SERIAL, str_from_cstr(serials[i])}};
        TRY(device_register(db, &all,
                            &(struct device_draft){.site_id = site,
                                                   .kind = STR("workstation"),
                                                   .name = arena_printf(arena, "Máy chung card %zu", i + 1),
                                                   .identities = both,
                                                   .identity_count = ARRAY_LEN(both),
                                                   .protection = STR("unprotected")},
                            "test", &pair, err));
    }
    TRY(finding_open(db, &all,
                     &(struct finding_draft){.unit_id = school,
                                             .system_id = lab,
                                             .kind = STR("exposure"),
                                             .title = STR("Ai trên Internet cũng gõ cửa được máy chủ phòng tin học"),
                                             .severity = STR("high"),
                                             .allows_control = true,
                                             .source = STR("hand"),
                                             .found_day = today - 3,
                                             .due_day = today + 5},
                     &finding, err));
    TRY(say_session(db, "focal", focal, err));
    TRY(say_session(db, "head", head, err));
    TRY(say_session(db, "reviewer", reviewer, err));
    printf("duty %lld\ndocument %lld\nevidence %lld\nfinding %lld\nsystem %lld\ndevice %lld\nend .\n", (long long)scan,
           (long long)document, (long long)evidence, (long long)finding, (long long)portal, (long long)pair.id);
    return ERR_NONE;
}

int main(int argc, char **argv)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty,  &sql_module_asset, NULL};
    struct err err = {0};
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    if (argc < 2)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    const char *dir = NULL;
    struct clock clock = clock_fixed(&now_ms);
    now_ms = civil_day_start_ms(civil_to_day(2027, 4, 23)) + (8 * 60 + 15) * 60000LL;
    struct store *store = NULL;
    struct db *db = NULL;
    if (crypto_init(&err) != ERR_NONE || file_temp_folder(STR("luytre-pages-"), &arena, &dir, &err) != ERR_NONE)
        goto broken;
    struct store_options options = {.modules = modules,
                                    .clock = &clock,
                                    .create = true,
                                    .migrate = true,
                                    .node = 1,
                                    .blob_folder = arena_printf(&arena, "%s/blobs", dir).ptr};
    if (store_open(arena_printf(&arena, "%s/test.db", dir).ptr, &options, &store, &err) != ERR_NONE)
        goto broken;
    static struct app app;
    app.store = store;
    app.spool_dir = dir;
    app.hotline = STR("0900 000 113");
    app.hotline_tel = STR("0900000113");
    struct web_config config;
    struct web *web;
    struct http_server *server;
    const struct http_config http = {.listen = str_from_cstr(argv[1]), .listen_fd = -1};
    if (app_init(&app, &err) != ERR_NONE || app_web_config(&app, &config, &err) != ERR_NONE)
        goto broken;
    config.rate_address = config.rate_account = (struct rate){10000, 60000};
    if (web_new(&config, &web, &err) != ERR_NONE || http_start(web, &http, &server, &err) != ERR_NONE)
        goto broken;
    printf("listening %u\n", http_port(server));
    if (store_db_take(store, &db, &err) != ERR_NONE || tell(db, &arena, &err) != ERR_NONE)
        goto broken;
    store_db_give(db);
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    http_stop(server, 2000);
    web_free(web);
    app_done(&app);
    store_close(store);
    return file_remove_all(dir, &err) == ERR_NONE ? 0 : 3;
broken:
    fprintf(stderr, "%s\n", err.text);
    return 3;
}
