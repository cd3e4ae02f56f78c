#include "incident_world.h"

#include "incident/room.h"

extern const struct sql_module sql_module_asset;

static int64_t write_note(struct store_test *t, int64_t person_id, int64_t case_id, const char *text, int64_t audience)
{
    struct err err;
    int64_t id = 0;
    struct actor actor = world_actor(t, person_id);
    assert_ok(room_write(
        t->db, &actor, case_id,
        &(struct room_entry){.kind = STR("note"), .text = str_from_cstr(text), .audience_bits = audience}, &id, &err));
    return id;
}

/* What a person reads of the notes, the newest first, one after the other. */
static const char *read_notes(struct store_test *t, int64_t person_id, int64_t case_id)
{
    struct err err;
    struct sql_room_entry_rows_rows rows;
    struct actor actor = world_actor(t, person_id);
    assert_ok(room_entries(t->db, &actor, &t->arena, case_id, 0, 100, &rows, &err));
    struct str out = STR("");
    for (size_t i = 0; i < rows.count; i++)
        if (str_equal(rows.items[i].kind, STR("note")))
            out = arena_printf(&t->arena, "%.*s%.*s;", STR_ARG(out), STR_ARG(rows.items[i].text));
    return str_is_empty(out) ? "" : out.ptr;
}

static int64_t a_shared_case(struct store_test *t, const struct world *w)
{
    struct err err;
    int64_t id = world_case(t, w);
    struct actor officer = world_actor(t, w->officer[0]);
    assert_ok(party_add(t->db, &officer, id, w->isp, 0, PARTY_PROVIDER, STR("chặn địa chỉ"), &err));
    assert_ok(party_add(t->db, &officer, id, w->police, 0, PARTY_POLICE, STR("báo theo quy định"), &err));
    assert_ok(party_add(t->db, &officer, id, w->department, 0, PARTY_OBSERVER, STR("để biết"), &err));
    return id;
}

static void each_reads_what_is_for_him(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = a_shared_case(t, &w);
    write_note(t, w.officer[0], id, "usual", 0);
    write_note(t, w.officer[0], id, "to isp", AUDIENCE_PROVIDER);
    write_note(t, w.officer[0], id, "to police", AUDIENCE_POLICE);
    write_note(t, w.officer[0], id, "to all", AUDIENCE_ALL);
    write_note(t, w.engineer, id, "from isp", 0);
    write_note(t, w.coordinator, id, "from police", 0);
    assert_string_equal(read_notes(t, w.officer[0], id), "from police;from isp;to all;to police;to isp;usual;");
    assert_string_equal(read_notes(t, w.engineer, id), "from isp;to all;to isp;");
    assert_string_equal(read_notes(t, w.coordinator, id), "from police;to all;to police;");
    assert_string_equal(read_notes(t, w.reviewer, id), "to all;");
    assert_string_equal(read_notes(t, w.officer[1], id), "");
    /* who is let in to look writes nothing, and nobody writes into another party's ear */
    struct actor reviewer = world_actor(t, w.reviewer), engineer = world_actor(t, w.engineer);
    int64_t entry;
    struct room_entry note = {.kind = STR("note"), .text = STR("x")};
    assert_err(room_write(t->db, &reviewer, id, &note, &entry, &err), ERR_DENIED);
    note.audience_bits = AUDIENCE_POLICE;
    assert_err(room_write(t->db, &engineer, id, &note, &entry, &err), ERR_DENIED);
    struct actor stranger = world_actor(t, w.officer[1]);
    note.audience_bits = 0;
    assert_err(room_write(t->db, &stranger, id, &note, &entry, &err), ERR_DENIED);
    /* the new ones after one that is known: what an open page adds */
    struct sql_room_entry_after_rows after;
    assert_ok(room_entries_after(t->db, &engineer, &t->arena, id, 0, 100, &after, &err));
    size_t all = after.count;
    assert_true(all >= 3);
    assert_ok(room_entries_after(t->db, &engineer, &t->arena, id, after.items[all - 1].id, 100, &after, &err));
    assert_int_equal(after.count, 0);
}

static void a_double_click_is_one_entry(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), first, again, other;
    struct actor officer = world_actor(t, w.officer[0]);
    struct room_entry note = {.kind = STR("call"), .text = STR("Gọi bộ phận trực"), .once_key = STR("f-1")};
    assert_ok(room_write(t->db, &officer, id, &note, &first, &err));
    assert_ok(room_write(t->db, &officer, id, &note, &again, &err));
    assert_int_equal(first, again);
    note.once_key = STR("f-2");
    assert_ok(room_write(t->db, &officer, id, &note, &other, &err));
    assert_int_not_equal(first, other);
    struct sql_room_entry_rows_rows rows;
    assert_ok(room_entries(t->db, &officer, &t->arena, id, 0, 100, &rows, &err));
    assert_int_equal(rows.count, 3); /* opened, and two calls */
}

static void nothing_is_rewritten_it_is_corrected(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = a_shared_case(t, &w), cost, better, vnd;
    struct actor officer = world_actor(t, w.officer[0]), engineer = world_actor(t, w.engineer);
    struct room_entry entry = {.kind = STR("cost"), .text = STR("Thuê khôi phục ổ đĩa"), .amount_vnd = 12000000};
    assert_ok(room_write(t->db, &officer, id, &entry, &cost, &err));
    entry = (struct room_entry){.kind = STR("cost"),
                                .text = STR("Thuê khôi phục ổ đĩa, theo hóa đơn"),
                                .amount_vnd = 9500000,
                                .corrects_id = cost};
    assert_ok(room_write(t->db, &officer, id, &entry, &better, &err));
    assert_ok(room_cost(t->db, &officer, id, &vnd, &err));
    assert_int_equal(vnd, 9500000);
    assert_ok(room_cost(t->db, &engineer, id, &vnd, &err)); /* money is for the team and the unit */
    assert_int_equal(vnd, 0);
    struct sql_room_entry_rows_rows rows;
    assert_ok(room_entries(t->db, &officer, &t->arena, id, 0, 2, &rows, &err));
    assert_int_equal(rows.items[0].id, better);
    assert_int_equal(rows.items[1].is_corrected, 1);
    entry.corrects_id = 4711;
    assert_err(room_write(t->db, &officer, id, &entry, &better, &err), ERR_NOT_FOUND);
    assert_ok(room_entries(t->db, &officer, &t->arena, id, rows.items[1].id, 100, &rows, &err));
    entry.corrects_id = rows.items[rows.count - 1].id; /* "opened": the program's own */
    assert_err(room_write(t->db, &officer, id, &entry, &better, &err), ERR_CONFLICT);
    entry = (struct room_entry){.kind = STR("cost"), .text = STR("x")};
    assert_err(room_write(t->db, &officer, id, &entry, &better, &err), ERR_SYNTAX); /* a cost of nothing */
    entry = (struct room_entry){.kind = STR("note"), .text = STR("x"), .at_ms = t->now_ms + MINUTE_MS};
    assert_err(room_write(t->db, &officer, id, &entry, &better, &err), ERR_SYNTAX);
    entry = (struct room_entry){.kind = STR("note"), .text = STR("x"), .tlp = STR("green")};
    assert_err(room_write(t->db, &officer, id, &entry, &better, &err), ERR_CONFLICT); /* the case is amber */
    entry.tlp = STR("red");
    assert_ok(room_write(t->db, &officer, id, &entry, &better, &err));
}

static void repair_and_hunt_are_a_pair(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), repair;
    struct actor officer = world_actor(t, w.officer[0]);
    struct room_task task = {.kind = STR("repair"), .title = STR("Cài lại máy chủ từ bản sao sạch")};
    assert_ok(room_task_open(t->db, &officer, id, &task, &repair, &err));
    struct sql_room_task_rows_rows rows;
    assert_ok(room_tasks(t->db, &officer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.count, 2);
    assert_str(rows.items[1].kind, STR("hunt"));
    assert_int_equal(rows.items[0].opened_ms, rows.items[1].opened_ms);
    assert_int_equal(rows.items[0].pair_id.v, rows.items[1].id);
    assert_int_equal(rows.items[1].pair_id.v, rows.items[0].id);
    int64_t hunt = rows.items[1].id;
    assert_err(room_task_drop(t->db, &officer, id, hunt, STR("không cần"), &err), ERR_CONFLICT);
    assert_err(room_task_done(t->db, &officer, id, repair, STR(" "), &err), ERR_SYNTAX);
    assert_ok(room_task_done(t->db, &officer, id, repair, STR("đã cài lại, đổi mật khẩu"), &err));
    assert_err(room_task_done(t->db, &officer, id, repair, STR("lần nữa"), &err), ERR_CONFLICT);
    assert_ok(room_task_reopen(t->db, &officer, id, repair, STR("còn một máy"), &err));
    assert_err(room_task_reopen(t->db, &officer, id, repair, STR("lần nữa"), &err), ERR_CONFLICT);
    assert_ok(room_task_done(t->db, &officer, id, repair, STR("xong cả hai máy"), &err));
    /* a case does not end on the repair alone, whatever else is done */
    uint64_t changed, clash;
    struct incident_case c = world_read(t, w.officer[0], id);
    struct incident_fields was = world_fields(&c), now = was;
    now.restored_ms = t->now_ms;
    assert_ok(incident_change(t->db, &officer, id, &was, &now, &changed, &clash, &err));
    assert_ok(incident_confirm(t->db, &officer, id, STR("sev2"), STR(""), &err));
    assert_err(incident_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    assert_true(str_contains(str_from_cstr(err.text), STR("săn lùng")));
    assert_ok(room_task_done(t->db, &officer, id, hunt, STR("soát nhật ký 90 ngày, không thấy gì thêm"), &err));
    assert_err(incident_close(t->db, &officer, id, STR(""), &err), ERR_CONFLICT);
    assert_true(str_contains(str_from_cstr(err.text), STR("còn nợ báo cáo")));
}

static void a_task_is_for_somebody_who_is_there(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = a_shared_case(t, &w), block;
    struct actor officer = world_actor(t, w.officer[0]), engineer = world_actor(t, w.engineer);
    struct room_task task = {.kind = STR("task"), .title = STR("Chặn địa chỉ điều khiển"), .unit_id = w.schools[1]};
    assert_err(room_task_open(t->db, &officer, id, &task, &block, &err), ERR_CONFLICT);
    task.unit_id = w.isp;
    task.person_id = w.officer[0];
    assert_err(room_task_open(t->db, &officer, id, &task, &block, &err), ERR_CONFLICT); /* not of that unit */
    task.person_id = w.engineer;
    assert_ok(room_task_open(t->db, &officer, id, &task, &block, &err));
    struct sql_room_task_rows_rows rows;
    assert_ok(room_tasks(t->db, &engineer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.items[0].has_left, 0);
    /* the provider gives nobody else work */
    struct room_task theirs = {.kind = STR("task"), .title = STR("Gửi nhật ký"), .unit_id = w.schools[0]};
    int64_t no;
    assert_err(room_task_open(t->db, &engineer, id, &theirs, &no, &err), ERR_DENIED);
    /* he leaves the company in mid-case: it shows, and the task goes to his successor */
    assert_ok(sql_world_grants_end(
        t->db, &(struct sql_world_grants_end_args){.person_id = w.engineer, .to_day = civil_day_of_ms(t->now_ms)},
        &err));
    assert_ok(room_tasks(t->db, &officer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.items[0].has_left, 1);
    assert_err(room_task_done(t->db, &engineer, id, block, STR("đã chặn"), &err), ERR_DENIED);
    int64_t successor_id = world_person(t, "Hồ Văn Đốt", w.isp, "isp_contact", "");
    assert_ok(room_task_give(t->db, &officer, id, block, w.isp, successor_id, &err));
    struct actor successor = world_actor(t, successor_id);
    assert_ok(room_task_done(t->db, &successor, id, block, STR("đã chặn lúc 9 giờ"), &err));
    assert_err(room_task_give(t->db, &officer, id, block, w.isp, 0, &err), ERR_CONFLICT); /* it is done */
    assert_err(room_task_done(t->db, &officer, id, 4711, STR("x"), &err), ERR_NOT_FOUND);
}

static void indicators_are_told_by_their_form(void **state)
{
    struct store_test *t = *state;
    struct err err;
    static const struct {
        const char *value, *kind, *key; /* kind "": refused */
    } cases[] = {
        {"203.0.113.7", "ipv4", "203.0.113.7"},
        {" 203[.]0[.]113[.]7 ", "ipv4", "203.0.113.7"},
        {"203.0.113.07", "", ""},
        {"203.0.113.300", "", ""},
        {"2001:DB8::0:1", "ipv6", "2001:db8::1"},
        {"2001:db8[:][:]1", "ipv6", "2001:db8::1"},
        {"Evil[.]Example", "domain", "evil.example"},
        {"evil.example.", "domain", "evil.example"},
        {"a..example", "", ""},
        {"-a.example", "", ""},
        {"localhost", "", ""},
        {"hxxps://Evil[.]Example/A?b=C", "url", "https://evil.example/A?b=C"},
        {"http://", "", ""},
        {"https://evil.example:8443", "url", "https://evil.example:8443"},
        {"Boss[at]Evil[.]example", "email", "boss@evil.example"},
        {"boss@", "", ""},
        {"D41D8CD98F00B204E9800998ECF8427E", "md5", "d41d8cd98f00b204e9800998ecf8427e"},
        {"da39a3ee5e6b4b0d3255bfef95601890afd80709", "sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sha256",
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"e3b0c44298fc1c14", "", ""},
        {"", "", ""},
        {"hai từ", "", ""},
        {"https://a b.example/", "", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str kind = STR(""), key = STR("");
        enum err_code code = indicator_read(&t->arena, str_from_cstr(cases[i].value), &kind, &key, &err);
        if (code != (cases[i].kind[0] ? ERR_NONE : ERR_SYNTAX) || !str_equal(kind, str_from_cstr(cases[i].kind)) ||
            !str_equal(key, str_from_cstr(cases[i].key)))
            fail_msg("'%s': %d, %.*s %.*s", cases[i].value, code, STR_ARG(kind), STR_ARG(key));
    }
}

static void the_same_indicator_joins_cases(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t one = world_case(t, &w), two = world_case(t, &w), hidden, n1, n2, no;
    struct actor officer = world_actor(t, w.officer[0]), other = world_actor(t, w.officer[1]);
    struct incident_draft d = world_draft(t, &w);
    d.unit_id = w.schools[1];
    d.fields.system_id = 0;
    assert_ok(incident_open(t->db, &other, &d, &hidden, &err));
    struct room_indicator c2 = {.value = STR("evil[.]example")}, same = {.value = STR("EVIL.example.")};
    assert_ok(room_indicator_add(t->db, &officer, one, &c2, &n1, &err));
    assert_err(room_indicator_add(t->db, &officer, one, &same, &no, &err), ERR_CONFLICT);
    assert_ok(room_indicator_add(t->db, &officer, two, &same, &n2, &err));
    assert_ok(room_indicator_add(t->db, &other, hidden, &c2, &no, &err));
    struct sql_room_indicator_rows_rows rows;
    struct sql_room_shared_rows shared;
    assert_ok(room_indicators(t->db, &officer, &t->arena, one, &rows, &err));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.items[0].other_count, 2);
    assert_ok(room_indicator_cases(t->db, &officer, &t->arena, one, &shared, &err));
    assert_int_equal(shared.count, 1); /* the other school's is counted and not named */
    assert_int_equal(shared.items[0].id, two);
    assert_err(room_indicator_end(t->db, &officer, one, n1, STR(""), &err), ERR_SYNTAX);
    assert_ok(room_indicator_end(t->db, &officer, one, n1, STR("tên miền của nhà cung cấp, nhầm"), &err));
    assert_err(room_indicator_end(t->db, &officer, one, n1, STR("lần nữa"), &err), ERR_NOT_FOUND);
    assert_ok(room_indicators(t->db, &officer, &t->arena, two, &rows, &err));
    assert_int_equal(rows.items[0].other_count, 1);
    struct room_indicator wrong = {.kind = STR("ipv4"), .value = STR("evil.example")};
    assert_err(room_indicator_add(t->db, &officer, one, &wrong, &no, &err), ERR_SYNTAX);
    struct room_indicator file = {.kind = STR("file_name"), .value = STR("Hóa đơn.exe")};
    assert_ok(room_indicator_add(t->db, &officer, one, &file, &no, &err));
}

static void evidence_has_its_custody(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = a_shared_case(t, &w), file, no;
    struct actor officer = world_actor(t, w.officer[0]), head = world_actor(t, w.head[0]),
                 engineer = world_actor(t, w.engineer);
    struct room_file f = {.name = STR("security.evtx"),
                          .bytes = STR("ElfFile\0 và những thứ sau đó"),
                          .media_type = STR("application/octet-stream"),
                          .where = STR("máy chủ sổ điểm, sao bằng dd")};
    assert_ok(room_file_add(t->db, &officer, id, &f, &file, &err));
    assert_err(room_file_add(t->db, &officer, id, &f, &no, &err), ERR_CONFLICT);
    struct sql_room_file_get_row *row;
    struct str bytes;
    assert_err(room_file_open(t->db, &engineer, &t->arena, id, file, &row, &bytes, &err), ERR_NOT_FOUND);
    assert_ok(room_file_open(t->db, &head, &t->arena, id, file, &row, &bytes, &err));
    assert_true(str_equal(bytes, f.bytes));
    assert_err(room_file_note(t->db, &officer, id, file, STR("handed"), STR(""), STR(""), STR("giám định"), &err),
               ERR_SYNTAX);
    assert_ok(room_file_note(t->db, &officer, id, file, STR("handed"), STR("Nguyễn Thị Hạ"), STR("Đỗ Thị Mai"),
                             STR("giám định"), &err));
    assert_err(room_file_note(t->db, &officer, id, file, STR("lost"), STR(""), STR(""), STR("x"), &err), ERR_SYNTAX);
    assert_err(room_file_note(t->db, &engineer, id, file, STR("copied"), STR(""), STR(""), STR("x"), &err),
               ERR_NOT_FOUND);
    struct sql_room_custody_rows_rows custody;
    assert_ok(room_file_custody(t->db, &officer, &t->arena, id, &custody, &err));
    assert_int_equal(custody.count, 3);
    assert_str(custody.items[0].what, STR("collected"));
    assert_str(custody.items[1].what, STR("opened"));
    assert_str(custody.items[1].by_name, STR("Trần Văn Đoàn"));
    assert_str(custody.items[2].to_text, STR("Đỗ Thị Mai"));
    assert_ok(room_file_custody(t->db, &engineer, &t->arena, id, &custody, &err));
    assert_int_equal(custody.count, 0);
    f.bytes = STR("");
    assert_err(room_file_add(t->db, &officer, id, &f, &no, &err), ERR_SYNTAX);
}

static void what_was_hit_comes_from_the_register(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err;
    int64_t id = world_case(t, &w), one, no;
    struct actor officer = world_actor(t, w.officer[0]);
    assert_ok(room_asset_add(t->db, &officer, id, STR("system"), w.system_3, STR(""), STR(""), 0, &one, &err));
    assert_err(room_asset_add(t->db, &officer, id, STR("system"), w.system_3, STR(""), STR(""), 0, &no, &err),
               ERR_CONFLICT);
    assert_err(room_asset_add(t->db, &officer, id, STR("device"), 4711, STR(""), STR(""), 0, &no, &err), ERR_NOT_FOUND);
    assert_err(room_asset_add(t->db, &officer, id, STR("printer"), 0, STR("x"), STR(""), 0, &no, &err), ERR_SYNTAX);
    assert_err(room_asset_add(t->db, &officer, id, STR("account"), 0, STR(" "), STR(""), 0, &no, &err), ERR_SYNTAX);
    assert_ok(
        room_asset_add(t->db, &officer, id, STR("account"), 0, STR("quantri"), STR("mật khẩu yếu"), 0, &no, &err));
    struct sql_room_asset_rows_rows rows;
    assert_ok(room_assets(t->db, &officer, &t->arena, id, &rows, &err));
    assert_int_equal(rows.count, 2);
    assert_str(rows.items[0].value, STR("Sổ điểm điện tử"));
    assert_ok(room_asset_end(t->db, &officer, id, one, STR("không liên quan"), &err));
    assert_err(room_asset_end(t->db, &officer, id, one, STR("lần nữa"), &err), ERR_NOT_FOUND);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof,    &sql_module_org,
                                                       &sql_module_asset, &sql_module_incident, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(each_reads_what_is_for_him),           STORE_TEST(a_double_click_is_one_entry),
        STORE_TEST(nothing_is_rewritten_it_is_corrected), STORE_TEST(repair_and_hunt_are_a_pair),
        STORE_TEST(a_task_is_for_somebody_who_is_there),  STORE_TEST(indicators_are_told_by_their_form),
        STORE_TEST(the_same_indicator_joins_cases),       STORE_TEST(evidence_has_its_custody),
        STORE_TEST(what_was_hit_comes_from_the_register),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
