#include "incident_world.h"

#include "incident/room.h"
#include "report/case_form.h"
#include "report/pdf.h"

extern const struct sql_module sql_module_asset, sql_module_duty;

static struct case_facts facts_of(struct store_test *t, int64_t person_id, int64_t case_id)
{
    struct err err;
    struct case_facts facts;
    struct actor actor = world_actor(t, person_id);
    assert_ok(case_facts_read(t->db, &actor, &t->arena, case_id, &facts, &err));
    return facts;
}

static struct form_values *values_of(struct store_test *t, const struct case_facts *facts, const char *kind, int64_t no)
{
    struct err err;
    struct form_values *values;
    assert_ok(case_form_values(facts, &(struct case_form_kind){str_from_cstr(kind), no}, &t->arena, &values, &err));
    return values;
}

static struct str plain_of(struct store_test *t, const struct case_facts *facts, const char *form_id,
                           const struct form_values *values)
{
    struct err err;
    struct form_head head;
    struct str text;
    const struct know_form *form = know_form_find(str_from_cstr(form_id));
    assert_non_null(form);
    assert_ok(case_form_head(facts, STR("Công an tỉnh Trúc Lâm"), civil_day_of_ms(t->now_ms), t->now_ms, &t->arena,
                             &head, &err));
    assert_ok(form_plain(form, values, &head, LANG_VI, &t->arena, &text, &err));
    return text;
}

static void has(struct str text, const char *wanted)
{
    if (!str_contains(text, str_from_cstr(wanted)))
        fail_msg("'%s' is not in:\n%.*s", wanted, STR_ARG(text));
}

static bool is_missing(struct store_test *t, const char *form_id, const struct form_values *values, const char *key)
{
    struct err err;
    struct form_gaps gaps;
    assert_ok(form_missing(know_form_find(str_from_cstr(form_id)), values, &t->arena, &gaps, &err));
    for (size_t i = 0; i < gaps.count; i++)
        if (str_equal(gaps.fields[i]->key, str_from_cstr(key)))
            return true;
    return false;
}

/* What registers and case know is asked of nobody; what nobody knows is said to be unknown. */
static void nobody_is_asked_what_is_known(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    int64_t id = world_case(t, &w);
    struct case_facts facts = facts_of(t, w.officer[0], id);
    struct form_values *values = values_of(t, &facts, "", 1);
    struct str text = plain_of(t, &facts, "notice_initial", values);
    has(text, "Trường THCS Măng Non 1");
    has(text, "Nguyễn Thị Hạ");
    has(text, "Sổ điểm điện tử");
    has(text, "Mã độc: Mã hóa dữ liệu tống tiền");
    has(text, "Mức 2: nghiêm trọng");
    has(text, "Mở máy sáng nay thấy tệp đổi tên");
    has(text, "07:30 ngày 16/11/2026"); /* T0 */
    has(text, "07:30 ngày 19/11/2026"); /* when the report of 72 hours will come */
    assert_false(is_missing(t, "notice_initial", values, "incident.detected_at"));
    assert_true(is_missing(t, "notice_initial", values, "focal.phone")); /* nobody has entered one */
    assert_int_equal(form_values_get(values, STR("incident.harms_order"))->kind, FORM_UNKNOWN); /* never "no" */
}

static void an_answer_fills_every_form(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w);
    struct actor officer = world_actor(t, w.officer[0]);
    static const struct {
        const char *key, *value;
    } answers[] = {
        {"focal.phone", "0900 000 111"},
        {"incident.signs", "Tệp có đuôi lạ"},
        {"incident.cause", "Mật khẩu quản trị yếu"},
        {"scope.users", "812"},
        {"scope.personal_data", "yes"},
        {"incident.told_to", "[[\"Sở Giáo dục và Đào tạo\",\"1794794400000\",\"điện thoại\"]]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(answers); i++)
        assert_ok(case_answer_put(t->db, &officer, id, str_from_cstr(answers[i].key), STR(""),
                                  str_from_cstr(answers[i].value), &err));
    struct case_facts facts = facts_of(t, w.officer[0], id);
    struct form_values *values = values_of(t, &facts, "preliminary", 1);
    has(plain_of(t, &facts, "notice_initial", values), "0900 000 111");
    struct str report = plain_of(t, &facts, "report_72h", values);
    has(report, "0900 000 111");
    has(report, "Mật khẩu quản trị yếu");
    has(report, "812");
    has(report, "Tệp có đuôi lạ");
    assert_int_equal(form_values_get(values, STR("incident.told_to"))->count, 1);
    assert_int_equal(form_values_get(values, STR("scope.personal_data"))->number, 1);
    /* an answer stands above what was found */
    assert_ok(case_answer_put(t->db, &officer, id, STR("incident.group"), STR(""), STR("Mã độc tống tiền"), &err));
    facts = facts_of(t, w.officer[0], id);
    assert_str(form_values_get(values_of(t, &facts, "", 0), STR("incident.group"))->text, STR("Mã độc tống tiền"));
}

static void the_room_fills_its_part(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), thing, repair;
    struct actor officer = world_actor(t, w.officer[0]);
    assert_ok(room_write(t->db, &officer, id,
                         &(struct room_entry){.kind = STR("measure"), .text = STR("Rút dây mạng máy chủ")}, &thing,
                         &err));
    assert_ok(room_task_open(t->db, &officer, id,
                             &(struct room_task){.kind = STR("repair"), .title = STR("Cài lại máy")}, &repair, &err));
    assert_ok(room_task_done(t->db, &officer, id, repair, STR("từ bản sao sạch"), &err));
    assert_ok(room_asset_add(t->db, &officer, id, STR("system"), w.system_3, STR(""), STR("mã hóa"), 0, &thing, &err));
    assert_ok(room_asset_add(t->db, &officer, id, STR("address"), 0, STR("192.0.2.7"), STR(""), 0, &thing, &err));
    assert_ok(room_file_add(t->db, &officer, id,
                            &(struct room_file){.name = STR("security.evtx"),
                                                .bytes = STR("nhật ký"),
                                                .media_type = STR("application/octet-stream")},
                            &thing, &err));
    struct case_facts facts = facts_of(t, w.officer[0], id);
    struct form_values *values = values_of(t, &facts, "preliminary", 1);
    struct str report = plain_of(t, &facts, "report_72h", values);
    has(report, "Rút dây mạng máy chủ");
    has(report, "Cài lại máy: từ bản sao sạch");
    has(report, "192.0.2.7");
    has(report, "security.evtx");
    assert_int_equal(form_values_get(values, STR("scope.assets"))->count, 2);
    assert_int_equal(form_values_get(values, STR("report.attachments"))->count, 1);
    assert_str(form_values_get(values, STR("repair.doing"))->text, STR("Cài lại máy")); /* the hunt beside it */
}

/* Each form of today and of the old days becomes a PDF, however little is known. */
static void every_form_is_printed(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w);
    struct case_facts facts = facts_of(t, w.officer[0], id);
    struct form_values *values = values_of(t, &facts, "", 0);
    struct type_fonts *fonts;
    assert_ok(type_fonts_open(NULL, &fonts, &err));
    for (size_t i = 0; i < know_form_count; i++) {
        struct form_head head;
        struct document document;
        AUTO_BUF pdf;
        buf_init(&pdf, 8u << 20);
        assert_ok(case_form_head(&facts, STR(""), civil_day_of_ms(t->now_ms), t->now_ms, &t->arena, &head, &err));
        assert_ok(form_document(&know_forms[i], values, &head, LANG_VI, &t->arena, &document, &err));
        struct report_sink sink = report_sink_buf(&pdf);
        assert_ok(pdf_write(&document, fonts, &sink, NULL, &err));
        assert_true(str_starts_with(buf_str(&pdf), STR("%PDF")));
    }
    type_fonts_free(fonts);
}

static void who_may_not_send_reads_nothing(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w);
    struct actor officer = world_actor(t, w.officer[0]), engineer = world_actor(t, w.engineer),
                 stranger = world_actor(t, w.officer[1]);
    assert_ok(party_add(t->db, &officer, id, w.isp, 0, PARTY_PROVIDER, STR("chặn"), &err));
    struct case_facts facts;
    assert_err(case_facts_read(t->db, &engineer, &t->arena, id, &facts, &err), ERR_DENIED);
    assert_err(case_facts_read(t->db, &stranger, &t->arena, id, &facts, &err), ERR_DENIED);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store,
                                                       &sql_module_proof,
                                                       &sql_module_org,
                                                       &sql_module_duty,
                                                       &sql_module_asset,
                                                       &sql_module_incident,
                                                       NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(nobody_is_asked_what_is_known),  STORE_TEST(an_answer_fills_every_form),
        STORE_TEST(the_room_fills_its_part),        STORE_TEST(every_form_is_printed),
        STORE_TEST(who_may_not_send_reads_nothing),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
