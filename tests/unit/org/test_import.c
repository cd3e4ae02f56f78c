#include "org_world.h"

#include "base/buf.h"
#include "org/import.h"
#include "org/import.sql.h"
#include "org/system.sql.h"

static struct import_run begin(const char *what, int64_t root_id)
{
    struct import_run run;
    const struct import_register *found = import_register_find(str_from_cstr(what));
    must(found);
    import_begin(&run, found, root_id, civil_to_day(2027, 1, 4));
    return run;
}

static const char units_csv[] =
    "Mã đơn vị,Tên đơn vị,Loại đơn vị,Mã cấp trên hành chính,Mã cấp trên chuyên môn\n"
    "th-900,Trường Tiểu học Nứa,trường tiểu học,xa-900,sgddt\n" /* its parent comes later in the file */
    "xa-900,UBND xã Nứa Vàng,commune,ubnd,\n"
    "th-001,Trường Tiểu học Tre Xanh,,,\n"
    "th-002,Trường Tiểu học Măng Già,,,\n";

static void rows_are_judged_and_applied_and_undone(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct actor admin = world_actor(t, w.admin, RIGHT_READ);
    struct import_run run = begin("units", w.committee);
    assert_ok(import_preview(t->db, &admin, &run, str_from_cstr(units_csv), &err));
    assert_int_equal(run.new_count, 2);
    assert_int_equal(run.changed_count, 1);
    assert_int_equal(run.same_count, 1);
    assert_int_equal(run.error_count, 0);
    int64_t id = 0;
    assert_err(unit_find_code(t->db, STR("th-900"), admin.day, &id, &err),
               ERR_NOT_FOUND); /* a preview writes nothing */
    assert_ok(import_apply(t->db, &admin, &run, STR("đơn vị.csv"), str_from_cstr(units_csv), &err));
    assert_ok(unit_find_code(t->db, STR("th-900"), admin.day, &id, &err));
    struct sql_unit_parents_rows up;
    assert_ok(sql_unit_parents(t->db, &admin, &t->arena,
                               &(struct sql_unit_parents_args){.unit_id = id, .on_day = admin.day}, &up, &err));
    assert_int_equal(up.count, 2);
    assert_str(up.items[0].edge_kind, EDGE_ADMINISTRATIVE);
    assert_str(up.items[0].name, STR("UBND xã Nứa Vàng"));
    int64_t batch = run.batch_id;
    struct import_run again = begin("units", w.committee);
    assert_err(import_apply(t->db, &admin, &again, STR("đơn vị.csv"), str_from_cstr(units_csv), &err),
               ERR_CONFLICT); /* nothing new */
    /* somebody works there now: no way back until he has gone */
    int64_t person = world_person(t, &w.system, "Lý Thị Nga", id, "", "");
    assert_err(import_undo(t->db, &admin, run.what, batch, &err), ERR_CONFLICT);
    assert_true(str_contains(str_from_cstr(err.text), STR("1 người")));
    (void)person;
    int64_t later = 0;
    struct import_run third = begin("units", w.committee);
    assert_ok(import_apply(t->db, &admin, &third, STR("b.csv"),
                           STR("Mã;Tên;Loại;Mã cấp trên\nth-902;Trường Tiểu học Trúc;Trường tiểu "
                               "học;xa-001\nth-002;Trường Tiểu học Khác;;\n"),
                           &err));
    assert_ok(unit_find_code(t->db, STR("th-902"), admin.day, &later, &err));
    assert_ok(import_undo(t->db, &admin, third.what, third.batch_id, &err));
    assert_err(unit_find_code(t->db, STR("th-902"), admin.day, &later, &err), ERR_NOT_FOUND);
    assert_err(import_undo(t->db, &admin, third.what, third.batch_id, &err), ERR_NOT_FOUND);
    struct sql_unit_name_on_row *name = NULL;
    assert_ok(sql_unit_name_on(t->db, &t->arena,
                               &(struct sql_unit_name_on_args){.unit_id = w.other_school, .on_day = admin.day}, &name,
                               &err));
    assert_str(name->name, STR("Trường Tiểu học Măng Già")); /* as the batch before left it */
    import_end(&third);
    import_end(&again);
    import_end(&run);
}

static void each_wrong_row_says_where_and_why(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct actor admin = world_actor(t, w.admin, RIGHT_READ);
    static const char csv[] = "Mã,Tên,Loại,Mã cấp trên,Thư điện tử\n"
                              "a-1,Một,trường bay,ubnd,\n"
                              "a-2,Hai,commune,khong-co,\n"
                              "a-3,,commune,ubnd,\n"
                              "a-4,Bốn,commune,ubnd,khong phai thu\n"
                              "a-5,Năm,commune,a-6,\n"
                              "a-6,Sáu,commune,a-5,\n"
                              "a-7,Bảy,commune,ubnd,\n"
                              "A-7,Bảy nữa,commune,ubnd,\n"
                              "a-8,Tám,commune,,\n";
    static const struct {
        size_t row;
        const char *where, *reason;
    } cases[] = {{0, "dòng 2, cột 3", "danh mục"}, {1, "dòng 3, cột 4", "không có đơn vị"},
                 {2, "dòng 4, cột 2", "bắt buộc"}, {3, "dòng 5, cột 5", "thư điện tử"},
                 {4, "dòng 6, cột 4", "vòng"},     {5, "dòng 7, cột 4", "vòng|không có đơn vị"},
                 {7, "dòng 9", "trùng"},           {8, "dòng 10, cột 4", "phạm vi"}};
    struct import_run run = begin("units", w.committee);
    assert_ok(import_preview(t->db, &admin, &run, str_from_cstr(csv), &err));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct import_row *row = &run.rows[cases[i].row];
        assert_int_equal(row->verdict, IMPORT_ERROR);
        char where[TABLE_WHERE_BYTES];
        said_print(arena_cstr(&run.arena, row->where), where, sizeof where);
        assert_string_equal(where, cases[i].where);
        struct str any = str_from_cstr(cases[i].reason), one;
        bool says = false;
        while (str_split(&any, '|', &one))
            says |= str_contains(row->reason, one);
        if (!says)
            fail_msg("row %zu says %.*s", cases[i].row, STR_ARG(row->reason));
    }
    assert_err(import_apply(t->db, &admin, &run, STR("a.csv"), str_from_cstr(csv), &err), ERR_SYNTAX);
    run.skip_errors = true;
    assert_ok(import_apply(t->db, &admin, &run, STR("a.csv"), str_from_cstr(csv), &err));
    assert_int_equal(run.new_count, 1);
    import_end(&run);
    struct import_run none = begin("units", w.committee);
    assert_err(import_preview(t->db, &admin, &none, STR("Tên,Loại\nA,commune\n"), &err),
               ERR_SYNTAX); /* no code column */
    struct actor head = world_actor(t, w.head, RIGHT_READ);
    assert_err(import_preview(t->db, &head, &none, str_from_cstr(csv), &err), ERR_DENIED);
    import_end(&none);
    /* a commune's administrator writes below the commune only */
    int64_t local = world_person(t, &w.system, "Mai Thị Hoa", w.commune, "administrator", "administrative");
    struct actor below = world_actor(t, local, RIGHT_READ);
    struct import_run small = begin("units", w.commune);
    assert_ok(import_preview(
        t->db, &below, &small,
        STR("Mã,Tên,Loại,Mã cấp trên\nsgddt,Sở "
            "Khác,dept_education,ubnd\nb-1,Trường,school_primary,ubnd\nb-2,Trường,school_primary,xa-001\n"),
        &err));
    assert_int_equal(small.error_count, 2);
    assert_int_equal(small.new_count, 1);
    import_end(&small);
}

static void people_systems_and_sites_come_in_too(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    static const struct {
        const char *what, *csv, *changed;
    } cases[] = {
        {"people",
         "Họ tên\tMã đơn vị\tChức vụ\tEmail\tVai trò\nĐặng Thị My\tth-001\tGiáo viên\tmy@th-001.example\tĐầu mối an "
         "toàn thông tin\n",
         "Họ tên\tMã đơn vị\tChức vụ\tEmail\tVai trò\nĐặng Thị Mỹ\tth-001\tGiáo viên\tmy@th-001.example\t\n"},
        {"systems", "Mã đơn vị vận hành,Tên hệ thống,Có dữ liệu cá nhân,Lĩnh vực\nth-001,Sổ điểm điện tử,có,\n",
         "Mã đơn vị vận hành,Tên hệ thống,Camera,Lĩnh vực\nth-001,Sổ điểm điện tử,x,Y tế\n"},
        {"sites", "Mã đơn vị,Tên địa điểm,Địa chỉ\nth-001,Điểm trường Đồi Tre,Thôn 3\n",
         "Mã đơn vị,Tên địa điểm,Địa chỉ\nth-001,Điểm trường Đồi Tre,Thôn 4\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct import_run first = begin(cases[i].what, 0), second = begin(cases[i].what, 0),
                          last = begin(cases[i].what, 0);
        assert_ok(import_apply(t->db, &w.system, &first, STR("a"), str_from_cstr(cases[i].csv), &err));
        assert_int_equal(first.new_count, 1);
        assert_ok(import_apply(t->db, &w.system, &second, STR("b"), str_from_cstr(cases[i].changed), &err));
        assert_int_equal(second.changed_count, 1);
        assert_err(import_undo(t->db, &w.system, first.what, first.batch_id, &err),
                   ERR_CONFLICT); /* the second stands on it */
        assert_ok(import_undo(t->db, &w.system, second.what, second.batch_id, &err));
        assert_ok(import_preview(t->db, &w.system, &last, str_from_cstr(cases[i].changed), &err));
        assert_int_equal(last.changed_count, 1); /* it is back as it was */
        assert_ok(import_undo(t->db, &w.system, first.what, first.batch_id, &err));
        assert_ok(import_preview(t->db, &w.system, &last, str_from_cstr(cases[i].csv), &err));
        assert_int_equal(last.new_count, 1);
        import_end(&first);
        import_end(&second);
        import_end(&last);
    }
    struct str headers[IMPORT_COLUMNS_MAX], example[IMPORT_COLUMNS_MAX];
    import_template(import_registers[0], headers, example);
    assert_str(headers[0], STR("Mã đơn vị"));
    assert_str(example[0], STR("th-001"));
}

/* Nothing of a file is lost without a word: a cell below no header, a column nobody knows, a column that is there
 * twice, bytes that belong in no register. Rows are counted as the file counts them, blank lines included. */
static void nothing_is_left_out_in_silence(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct actor admin = world_actor(t, w.admin, RIGHT_READ);
    AUTO_BUF csv;
    buf_init(&csv, 1u << 20);
    buf_put(&csv, STR("Mã,Tên,Loại,Mã cấp trên,Tên miền,Ghi chú\n\n"
                      "c-1,\"Trường\n  Tre \nXanh\",commune,ubnd,tre.example,gì đó\n"
                      "c-2,Hai,commune,ubnd,,,12 Đường Tre\n"
                      "c-3,Ba\x07,commune,ubnd,,\n"
                      "c-4,Bốn,commune,ubnd,không miền,\n"
                      "c-5,"));
    for (unsigned i = 0; i <= IMPORT_CELL_MAX; i++)
        buf_put_byte(&csv, 'x');
    buf_put(&csv, STR(",commune,ubnd,,\n"));
    static const struct {
        size_t row, number;
        const char *where, *reason;
    } cases[] = {{1, 6, "dòng 6, cột 7", "ngoài các cột"},
                 {2, 7, "dòng 7, cột 2", "ký tự điều khiển"},
                 {3, 8, "dòng 8, cột 5", "không phải tên miền"},
                 {4, 9, "dòng 9, cột 2", "dài quá"}};
    struct import_run run = begin("units", w.committee);
    assert_ok(import_preview(t->db, &admin, &run, buf_str(&csv), &err));
    assert_int_equal(run.new_count, 1);
    assert_int_equal(run.error_count, ARRAY_LEN(cases));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct import_row *row = &run.rows[cases[i].row];
        char where[TABLE_WHERE_BYTES];
        said_print(arena_cstr(&run.arena, row->where), where, sizeof where);
        assert_string_equal(where, cases[i].where);
        assert_true(str_contains(row->reason, str_from_cstr(cases[i].reason)));
        assert_int_equal(import_row_number(&run, row), cases[i].number);
    }
    assert_str(run.rows[0].cells[1], STR("Trường Tre Xanh"));
    assert_int_equal(run.unread.count, 1);
    assert_str(run.unread.items[0], STR("Ghi chú"));
    assert_err(import_preview(t->db, &admin, &run, STR("Mã,Tên,Loại,Mã cấp trên,Tên\nc-1,A,commune,ubnd,B\n"), &err),
               ERR_SYNTAX);
    import_end(&run);
}

/* What belongs to a system comes in by its code or its name: new, the same, wrong in each way, changed, taken back. */
static void parts_of_systems_come_in(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    struct actor admin = world_actor(t, w.admin, RIGHT_READ);
    static const char systems[] =
        "Mã đơn vị vận hành,Tên hệ thống,Mã\nth-001,Sổ điểm,sd\nth-001,Cổng,\nth-001,Trang,t1\n"
        "th-001,Trang,t2\nth-002,Sổ điểm,sd\n";
    static const char sites[] = "Mã đơn vị,Tên địa điểm\nth-001,Điểm Đồi Tre\nth-002,Điểm Xa\n";
    struct import_run run = begin("systems", w.committee), place = begin("sites", w.committee);
    assert_ok(import_apply(t->db, &admin, &run, STR("a"), str_from_cstr(systems), &err));
    assert_ok(import_apply(t->db, &admin, &place, STR("a"), str_from_cstr(sites), &err));
    import_end(&run);
    import_end(&place);
    static const struct {
        const char *what, *csv;
        size_t new_count, error_count;
        const char *where, *reason; /* of the wrong rows, '|' between */
    } cases[] = {
        {"ranges",
         "Mã đơn vị;Hệ thống;Dải địa chỉ;Địa điểm\nth-001;sd;192.168.1.0/24;Điểm Đồi Tre\nth-001;Sổ điểm;203.0.113.7;\n"
         "th-001;SD;2001:DB8::/48;\nth-001;Cổng;192.168.1.0/24;Điểm Đồi Tre\n" /* 3 new ranges of one, 1 of another */
         "th-001;sd;10.1.2.3/8;Điểm Đồi Tre\nth-001;sd;khong phai;\nth-001;sd;10.0.0.0/8;\nth-001;sd;10.0.0.0/8;Điểm "
         "Xa\n"
         "th-001;Trang;203.0.113.8;\nth-001;không có;203.0.113.9;\nxx;sd;203.0.113.9;\nth-001;sd;203.0.113.7/32;\n",
         4, 8,
         "dòng 6, cột 3|dòng 7, cột 3|dòng 8, cột 4|dòng 9, cột 4|dòng 10, cột 2|dòng 11, cột 2|dòng 12, cột 1|dòng 13",
         "bit sau tiền tố|không phải dải|cần có địa điểm|không có địa điểm|cùng tên|không vận hành|không có đơn "
         "vị|trùng"},
        {"domains",
         "Mã đơn vị,Hệ thống,Tên miền\nth-001,sd,SoDiem.th-001.example\nth-001,t1,t1.th-001.example\n"
         "th-001,sd,khong_phai\nth-001,sd,sodiem.th-001.example\n",
         2, 2, "dòng 4, cột 3|dòng 5", "không phải tên miền|trùng"},
        {"databases",
         "Mã đơn vị,Hệ thống,Tên cơ sở dữ liệu,Hệ quản trị,Có dữ liệu cá nhân\nth-001,sd,Học bạ,PostgreSQL,có\n"
         "th-001,Cổng,Tin bài,,không\nth-001,sd,Điểm,,\nth-001,sd,Khác,,có lẽ\n",
         2, 2, "dòng 4, cột 5|dòng 5, cột 5", "bắt buộc|có hoặc không"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct import_run first = begin(cases[i].what, w.committee), again = begin(cases[i].what, w.committee);
        assert_ok(import_preview(t->db, &admin, &first, str_from_cstr(cases[i].csv), &err));
        struct str wheres = str_from_cstr(cases[i].where), reasons = str_from_cstr(cases[i].reason), where, reason;
        for (size_t r = 0; r < first.row_count; r++) {
            if (first.rows[r].verdict != IMPORT_ERROR)
                continue;
            assert_true(str_split(&wheres, '|', &where) && str_split(&reasons, '|', &reason));
            char said_where[TABLE_WHERE_BYTES], said_why[512];
            said_print(arena_cstr(&first.arena, first.rows[r].where), said_where, sizeof said_where);
            said_print(arena_cstr(&first.arena, first.rows[r].reason), said_why, sizeof said_why);
            if (!str_equal(str_from_cstr(said_where), where) || !str_contains(str_from_cstr(said_why), reason))
                fail_msg("%s row %zu: %s: %s, wanted %.*s: %.*s", cases[i].what, r, said_where, said_why,
                         STR_ARG(where), STR_ARG(reason));
        }
        assert_int_equal(first.new_count, cases[i].new_count);
        assert_int_equal(first.error_count, cases[i].error_count);
        assert_err(import_apply(t->db, &admin, &first, STR("a"), str_from_cstr(cases[i].csv), &err), ERR_SYNTAX);
        first.skip_errors = true;
        assert_ok(import_apply(t->db, &admin, &first, STR("a"), str_from_cstr(cases[i].csv), &err));
        assert_ok(import_preview(t->db, &admin, &again, str_from_cstr(cases[i].csv), &err));
        assert_int_equal(again.new_count, 0);
        assert_int_equal(again.same_count, cases[i].new_count);
        assert_ok(import_undo(t->db, &admin, first.what, first.batch_id, &err));
        assert_ok(import_preview(t->db, &admin, &again, str_from_cstr(cases[i].csv), &err));
        assert_int_equal(again.new_count, cases[i].new_count);
        import_end(&first);
        import_end(&again);
    }
    /* a database may change, and goes back to what it was */
    struct import_run made = begin("databases", w.committee), changed = begin("databases", w.committee);
    static const char
        was[] = "Mã đơn vị,Hệ thống,Tên cơ sở dữ liệu,Hệ quản trị,Có dữ liệu cá nhân\nth-001,sd,Học bạ,PostgreSQL,có\n",
        is[] = "Mã đơn vị,Hệ thống,Tên cơ sở dữ liệu,Hệ quản trị,Có dữ liệu cá nhân\nth-001,Sổ điểm,học bạ,SQLite,\n";
    assert_ok(import_apply(t->db, &admin, &made, STR("a"), str_from_cstr(was), &err));
    assert_ok(import_apply(t->db, &admin, &changed, STR("b"), str_from_cstr(is), &err));
    assert_int_equal(changed.changed_count, 1);
    assert_err(import_undo(t->db, &admin, made.what, made.batch_id, &err), ERR_CONFLICT);
    assert_ok(import_undo(t->db, &admin, changed.what, changed.batch_id, &err));
    assert_ok(import_preview(t->db, &admin, &changed, str_from_cstr(was), &err));
    assert_int_equal(changed.same_count, 1);
    /* who may not write there may not; a school's system is out of another commune's reach */
    struct actor head = world_actor(t, w.head, RIGHT_READ);
    assert_err(import_preview(t->db, &head, &changed, str_from_cstr(was), &err), ERR_DENIED);
    import_end(&made);
    import_end(&changed);
}

/* 100,000 rows: printed, and held to the ceiling when LUYTRE_BENCH is set. */
static void a_hundred_thousand_rows(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct world w = world_make(t);
    size_t count = getenv("LUYTRE_BENCH") ? 100000 : 2000;
    AUTO_BUF units, people;
    buf_init(&units, 64u << 20);
    buf_init(&people, 64u << 20);
    buf_lit(&units, "Mã,Tên,Loại,Mã cấp trên hành chính,Mã cấp trên chuyên môn\n");
    buf_lit(&people, "Họ tên,Mã đơn vị,Chức vụ,Email\n");
    for (size_t i = 0; i < count; i++) {
        if (i % 50 == 0)
            buf_printf(&units, "x%zu,UBND xã Số %zu,commune,ubnd,\n", i, i);
        else
            buf_printf(&units, "x%zu,Trường Tiểu học Số %zu,school_primary,x%zu,sgddt\n", i, i, i - i % 50);
        buf_printf(&people, "Nguyễn Thị Số %zu,x%zu,Hiệu trưởng,ht%zu@x.example\n", i, i, i);
    }
    const struct {
        const char *what;
        const struct buf *text;
    } cases[] = {{"units", &units}, {"people", &people}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct import_run run = begin(cases[i].what, 0);
        int64_t started_us = clock_monotonic_us();
        assert_ok(import_apply(t->db, &w.system, &run, STR("lớn.csv"), buf_str(cases[i].text), &err));
        int64_t took_ms = (clock_monotonic_us() - started_us) / 1000;
        assert_int_equal(run.new_count, count);
        print_message("%s: %zu rows in %lld ms on %s\n", cases[i].what, count, (long long)took_ms,
                      t->engine == STORE_SQLITE ? "SQLite" : "PostgreSQL");
        if (getenv("LUYTRE_BENCH"))
            assert_true(took_ms < 10000);
        import_end(&run);
    }
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(rows_are_judged_and_applied_and_undone),
        STORE_TEST(each_wrong_row_says_where_and_why),
        STORE_TEST(nothing_is_left_out_in_silence),
        STORE_TEST(people_systems_and_sites_come_in_too),
        STORE_TEST(parts_of_systems_come_in),
        STORE_TEST(a_hundred_thousand_rows),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
