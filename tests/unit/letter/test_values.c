/* One sentence, one deadline: a table. And what is refused. */
#include "letter/letter.h"
#include "letter/letter_print.h"
#include "test.h"

#include "base/limits.h"

struct row {
    const char *words; /* behind "đề nghị các trường gửi báo cáo" */
    const char *due;   /* due_at, "" unknown, NULL: no deadline at all */
    bool strict;
    enum letter_trigger trigger;
};
static const struct row rows[] = {
    {"trước ngày 30/6/2027", "2027-06-29T23:59:59+07:00", true, LETTER_ONCE},
    {"trước 30/6/2027", "2027-06-29T23:59:59+07:00", true, LETTER_ONCE},
    {"chậm nhất ngày 30/6/2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"chậm nhất là 17 giờ ngày 30/6/2027", "2027-06-30T17:00:00+07:00", false, LETTER_ONCE},
    {"trước 17 giờ ngày 30/6/2027", "2027-06-30T16:59:59+07:00", false, LETTER_ONCE},
    {"trước 8h30 ngày 30/6/2027", "2027-06-30T08:29:59+07:00", false, LETTER_ONCE},
    {"muộn nhất ngày 30 tháng 6 năm 2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"đến hết ngày 30/6/2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trước ngày 31/6/2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trước ngày 29/02/2027", "2027-02-28T23:59:59+07:00", false, LETTER_ONCE},
    {"trong tháng 6/2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trong tháng 2 năm 2028", "2028-02-29T23:59:59+07:00", false, LETTER_ONCE},
    {"trong Quý II/2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trong quý 3 năm 2027", "2027-09-30T23:59:59+07:00", false, LETTER_ONCE},
    {"hết năm 2027", "2027-12-31T23:59:59+07:00", false, LETTER_ONCE},
    {"trước tháng 7/2027", "2027-06-30T23:59:59+07:00", true, LETTER_ONCE},
    {"trước ngày 30/6", "2027-06-29T23:59:59+07:00", true, LETTER_ONCE},
    {"trước ngày 01/5", "", true, LETTER_ONCE}, /* the letter is of 20 May: last year's or next year's? */
    {"trong vòng 10 ngày kể từ ngày 01/6/2027", "2027-06-11T23:59:59+07:00", false, LETTER_ONCE},
    {"trong vòng 05 ngày làm việc kể từ ngày 01/6/2027", "2027-06-08T23:59:59+07:00", false, LETTER_ONCE},
    {"trong vòng l0 ngày kể từ ngày 01/6/2027", "2027-06-11T23:59:59+07:00", false, LETTER_ONCE},
    {"trong vòng O5 (năm) ngày làm việc kể từ ngày 01/6/2027", "2027-06-08T23:59:59+07:00", false, LETTER_ONCE},
    {"trong vòng 02 tháng kể từ ngày ký", "2027-07-20T23:59:59+07:00", false, LETTER_ONCE},
    {"trong vòng 24 giờ kể từ khi phát hiện sự cố", "", false, LETTER_AT_ONCE},
    {"chậm nhất 03 ngày kể từ khi có yêu cầu", "", false, LETTER_ON_REQUEST},
    {"từ ngày 01/6/2027 đến ngày 15/6/2027", "2027-06-15T23:59:59+07:00", false, LETTER_ONCE},
    {"từ ngày 20 đến ngày 25/6/2027", "2027-06-25T23:59:59+07:00", false, LETTER_ONCE},
    {"không muộn hơn ngày 30/6/2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trễ nhất ngày 30/6/2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"(hạn chót: 30/6/2027)", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trong 6 tháng đầu năm 2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trong 03 tháng cuối năm", "2027-12-31T23:59:59+07:00", false, LETTER_ONCE},
    {"trong tháng 6, 7/2027", "2027-07-31T23:59:59+07:00", false, LETTER_ONCE},
    {"trong vòng 48h kể từ khi phát hiện sự cố", "", false, LETTER_AT_ONCE},
    {"trước 16 giờ hằng ngày", "", false, LETTER_PERIODIC},
    {"trước ngày 20 của tháng cuối quý", "2027-06-19T23:59:59+07:00", true, LETTER_PERIODIC},
    {"trước ngày 05 tháng sau", "2027-06-04T23:59:59+07:00", true, LETTER_ONCE},
    {"từ tháng 6 đến tháng 7 năm 2027", NULL, false, LETTER_STANDING}, /* what the report is about, or when? */
    /* no day is named: the range as knowledge/letter_lexicon.yaml has it */
    {"vào cuối tháng 6/2027", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"vào giữa tháng 6", "2027-06-20T23:59:59+07:00", false, LETTER_ONCE},
    {"vào đầu tháng 6 năm 2027", "2027-06-10T23:59:59+07:00", false, LETTER_ONCE},
    {"vào cuối tháng", "2027-05-31T23:59:59+07:00", false, LETTER_ONCE},
    {"vào cuối tháng này", "2027-05-31T23:59:59+07:00", false, LETTER_ONCE},
    {"vào đầu tháng sau", "2027-06-10T23:59:59+07:00", false, LETTER_ONCE},
    {"vào cuối quý IV", "2027-12-31T23:59:59+07:00", false, LETTER_ONCE},
    {"vào đầu quý III/2027", "2027-07-31T23:59:59+07:00", false, LETTER_ONCE},
    {"vào cuối năm", "2027-12-31T23:59:59+07:00", false, LETTER_ONCE},
    {"vào thượng tuần tháng 7/2027", "2027-07-10T23:59:59+07:00", false, LETTER_ONCE},
    {"chậm nhất cuối tháng 6", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trước cuối tháng 6", "2027-06-20T23:59:59+07:00", true, LETTER_ONCE},
    {"cuối kỳ", NULL, false, LETTER_STANDING},
    {"cuối tháng 6", NULL, false, LETTER_STANDING}, /* the report of the end of June, or then? */
    {"trong tháng 6 và 7", "2027-07-31T23:59:59+07:00", false, LETTER_ONCE},
    {"trong tháng 12/2027 và tháng 01/2028", "2028-01-31T23:59:59+07:00", false, LETTER_ONCE},
    {"trong tuần thứ hai của tháng 6", "2027-06-13T23:59:59+07:00", false, LETTER_ONCE}, /* the 1st is a Tuesday */
    {"trong tuần cuối tháng 6/2027", "2027-06-27T23:59:59+07:00", false, LETTER_ONCE}, /* 28/6 is of the week of 1/7 */
    {"trong tuần tới", "2027-05-30T23:59:59+07:00", false, LETTER_ONCE},
    {"vào ngày cuối cùng của tháng", "2027-05-31T23:59:59+07:00", false, LETTER_ONCE},
    {"từ nay đến hết quý III/2027", "2027-09-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trong quý này", "2027-06-30T23:59:59+07:00", false, LETTER_ONCE},
    {"trước Tết Nguyên đán năm 2028", "", false, LETTER_ONCE},
    {"01 lần/năm", NULL, false, LETTER_PERIODIC},
    {"hằng tháng", NULL, false, LETTER_PERIODIC},
    {"khi có thay đổi", NULL, false, LETTER_ON_CHANGE},
    {"khi có yêu cầu", NULL, false, LETTER_ON_REQUEST},
    {"ngay khi phát hiện sự cố", NULL, false, LETTER_AT_ONCE},
    {"theo Công văn số 18/SYT ngày 01/3/2027", NULL, false, LETTER_STANDING},
};

static bool weekdays_add(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    (void)ctx;
    while (n > 0) {
        from++;
        n -= civil_weekday(from) < 5;
    }
    *ret_day = from;
    return true;
}

static void deadlines(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 64u << 20);
        struct err err = {0};
        struct letter *letter;
        struct letter_options options = {.workday_add = weekdays_add};
        struct str text =
            arena_printf(&arena,
                         "SỞ Y TẾ\nSố: 01/SYT\nTrúc Lâm, ngày 20 tháng 5 năm 2027\nKính gửi: Các trường.\n"
                         "Sở Y tế đề nghị các trường gửi báo cáo %s./.\nGIÁM ĐỐC\nMã Thị Lan\n",
                         rows[i].words);
        assert_ok(letter_parse(text, &options, &arena, &letter, &err));
        if (letter->duties.count != 1)
            fail_msg("%s: %zu duties", rows[i].words, letter->duties.count);
        const struct letter_duty *duty = &letter->duties.items[0];
        char due[CIVIL_TEXT_BYTES] = "";
        if (duty->deadline.is_known && duty->deadline.due_at_ms != INT64_MIN)
            civil_iso_ms(duty->deadline.due_at_ms, due);
        if (duty->deadline.is_known != (rows[i].due != NULL) || strcmp(due, rows[i].due ? rows[i].due : "") != 0)
            fail_msg("%s: due \"%s\", wanted \"%s\"", rows[i].words, due, rows[i].due ? rows[i].due : "no deadline");
        if (duty->deadline.strict_before != rows[i].strict || duty->trigger != rows[i].trigger)
            fail_msg("%s: strict %d, trigger %s", rows[i].words, duty->deadline.strict_before,
                     letter_trigger_to_str(duty->trigger));
    }
}

/* What is done over months is due in them; what is reported over months may be about them. */
static void ranges_of_months(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        const char *from, *to; /* NULL: no deadline */
    } cases[] = {
        {"tổ chức tập huấn từ tháng 6 đến tháng 7 (năm 2027)", "2027-06-01", "2027-07-31"},
        {"tổ chức tập huấn từ cuối tháng 6 đến giữa tháng 7/2027", "2027-06-21", "2027-07-20"},
        {"tổ chức tập huấn từ tháng 11 đến tháng 01/2028", "2027-11-01", "2028-01-31"},
        {"tổ chức tập huấn vào cuối tháng 6/2027", "2027-06-21", "2027-06-30"},
        {"rà soát tài khoản, xong cuối tháng 6/2027", "2027-06-21", "2027-06-30"},
        {"báo cáo kết quả từ tháng 01 đến tháng 4 năm 2027", NULL, NULL},
        {"rà soát tài khoản đầu năm học", NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 64u << 20);
        struct err err = {0};
        struct letter *letter;
        struct letter_options options = {.workday_add = weekdays_add};
        struct str text =
            arena_printf(&arena,
                         "SỞ Y TẾ\nSố: 01/SYT\nTrúc Lâm, ngày 20 tháng 5 năm 2027\nKính gửi: Các trường.\n"
                         "Sở Y tế đề nghị các trường %s./.\nGIÁM ĐỐC\nMã Thị Lan\n",
                         cases[i].words);
        assert_ok(letter_parse(text, &options, &arena, &letter, &err));
        assert_int_equal(letter->duties.count, 1);
        const struct letter_deadline *d = &letter->duties.items[0].deadline;
        char from[CIVIL_TEXT_BYTES] = "", to[CIVIL_TEXT_BYTES] = "";
        if (d->is_known) {
            civil_iso(d->from, from);
            civil_iso(d->date, to);
        }
        if (strcmp(from, cases[i].from ? cases[i].from : "") != 0 || strcmp(to, cases[i].to ? cases[i].to : "") != 0)
            fail_msg("%s: from \"%s\" to \"%s\"", cases[i].words, from, to);
    }
}

/* An issuer's name over two lines, alone or beside the national title, is one name; a parent above it is another. */
static void issuer_lines(void **state)
{
    (void)state;
    static const struct {
        const char *head, *issuer, *parent;
    } cases[] = {
        {"ỦY BAN NHÂN DÂN\nTỈNH TRÚC LÂM\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n",
         "ỦY BAN NHÂN DÂN TỈNH TRÚC LÂM", NULL},
        {"ỦY BAN NHÂN DÂN          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nTỈNH TRÚC LÂM            Độc lập - Tự do - "
         "Hạnh phúc\n",
         "ỦY BAN NHÂN DÂN TỈNH TRÚC LÂM", NULL},
        {"UBND TỈNH TRÚC LÂM       CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSỞ Y TẾ                  Độc lập - Tự do - "
         "Hạnh phúc\n",
         "SỞ Y TẾ", "UBND TỈNH TRÚC LÂM"},
        {"BỘ GIÁO DỤC VÀ ĐÀO TẠO   CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nTRƯỜNG ĐẠI HỌC           Độc lập - Tự do - "
         "Hạnh phúc\nTHỦY VĂN TRÚC LÂM\n",
         "TRƯỜNG ĐẠI HỌC THỦY VĂN TRÚC LÂM", "BỘ GIÁO DỤC VÀ ĐÀO TẠO"},
        {"SỞ Y TẾ                  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n-------                  Độc lập - Tự do - "
         "Hạnh phúc\n",
         "SỞ Y TẾ", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 64u << 20);
        struct err err = {0};
        struct letter *letter;
        static const struct letter_options options;
        struct str text = arena_printf(&arena,
                                       "%s\nSố: 12/VX          Trúc Lâm, ngày 3 tháng 5 năm 2027\n\n"
                                       "Kính gửi: Các trường.\nĐề nghị các trường báo cáo trước ngày 30/5/2027./.\n",
                                       cases[i].head);
        assert_ok(letter_parse(text, &options, &arena, &letter, &err));
        assert_str(letter->issuer.text, str_from_cstr(cases[i].issuer));
        if (cases[i].parent)
            assert_str(letter->issuer_parent.text, str_from_cstr(cases[i].parent));
        else
            assert_true(str_is_null(letter->issuer_parent.text));
        assert_true(letter->issuer.at.to <= text.len_bytes && letter->issuer.at.from < letter->issuer.at.to);
    }
}

static void periods(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        int count, per_months; /* 0: periodic, but not to be said in months */
    } cases[] = {
        {"tối thiểu 01 lần/6 tháng", 1, 6},
        {"mỗi năm ít nhất 02 lần", 2, 12},
        {"02 lần trong năm", 2, 12},
        {"ít nhất một lần trong sáu tháng", 1, 6},
        {"mỗi quý một lần", 1, 3},
        {"hai năm một lần", 1, 24},
        {"03 tháng/lần", 1, 3},
        {"định kỳ 6 tháng", 1, 6},
        {"hằng tuần", 0, 0},
        {"02 lần/ngày", 0, 0},
        {"thường niên", 1, 12},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 16u << 20);
        struct err err = {0};
        struct letter *letter;
        static const struct letter_options options;
        struct str text =
            arena_printf(&arena, "Kính gửi: Các trường.\nĐề nghị các trường gửi báo cáo %s./.\n", cases[i].words);
        assert_ok(letter_parse(text, &options, &arena, &letter, &err));
        if (letter->duties.count != 1 || letter->duties.items[0].trigger != LETTER_PERIODIC)
            fail_msg("%s: %zu duties, or not periodic", cases[i].words, letter->duties.count);
        const struct letter_period *p = &letter->duties.items[0].period;
        if (p->is_known != (cases[i].per_months > 0) ||
            (p->is_known && (p->count != cases[i].count || p->per_months != cases[i].per_months)))
            fail_msg("%s: %d in %d months", cases[i].words, p->count, p->per_months);
    }
}

static void no_calendar_no_date(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err = {0};
    struct letter *letter;
    static const struct letter_options options;
    assert_ok(letter_parse(STR("Kính gửi: Các trường.\nĐề nghị các trường gửi báo cáo trong vòng 05 ngày làm việc kể "
                               "từ ngày 01/6/2027./.\n"),
                           &options, &arena, &letter, &err));
    assert_int_equal(letter->duties.count, 1);
    assert_int_equal(letter->duties.items[0].deadline.date, CIVIL_NONE);
    assert_false(str_is_null(letter->duties.items[0].deadline.note));
}

static void stamps(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *stamp;
    } cases[] = {
        {"UBND TỈNH\nMẬT\nSố: 1/UBND\nKính gửi: Sở.\n", "MẬT"},
        {"UBND TỈNH        TỐI MẬT\nSố: 1/UBND\nKính gửi: Sở.\n", "TỐI MẬT"},
        {"**TUYỆT MẬT**\nKính gửi: Sở.\n", "TUYỆT MẬT"},
        {"Độ mật: Tối mật\nSố: 1/UBND\nKính gửi: Sở.\n", "TỐI MẬT"},
        {"Số: 1/UBND\nV/v bảo vệ bí mật nhà nước\nKính gửi: Sở.\nYêu cầu giữ bí mật./.\n", NULL},
        {"Số: 1/UBND\nKính gửi: Sở.\nĐóng dấu\nMẬT\ntheo quy định./.\n", NULL},
        {"Mật khẩu\nKính gửi: Sở.\n", NULL},
        /* spaced, broken, marked with something, small, typed without marks, some marks lost, downwards */
        {"UBND TỈNH\nM Ậ T\nSố: 1/UBND\nKính gửi: Sở.\n", "MẬT"},
        {"UBND TỈNH      M  Ậ  T\nKính gửi: Sở.\n", "MẬT"},
        {"T Ố I  M Ậ T\nKính gửi: Sở.\n", "TỐI MẬT"},
        {"TỐI\nMẬT\nKính gửi: Sở.\n", "TỐI MẬT"},
        {"TUYỆT\n\nMẬT\nKính gửi: Sở.\n", "TUYỆT MẬT"},
        {"TUYỆT-MẬT\nKính gửi: Sở.\n", "TUYỆT MẬT"},
        {"[TỐI MẬT]\nKính gửi: Sở.\n", "TỐI MẬT"},
        {"*MẬT*\nKính gửi: Sở.\n", "MẬT"},
        {"Tối mật\nKính gửi: Sở.\n", "TỐI MẬT"},
        {"Mật\nKính gửi: Sở.\n", "MẬT"},
        {"UBND TINH\nMAT\nSo: 1/UBND\nKinh gui: So.\n", "MẬT"},
        {"UBND TINH     TOI MAT\nKinh gui: So.\n", "TỐI MẬT"},
        {"TUYET MAT\nKinh gui: So.\n", "TUYỆT MẬT"},
        {"MÂT\nKính gửi: Sở.\n", "MẬT"},
        {"TÔI MẠT\nKính gửi: Sở.\n", "TỐI MẬT"},
        {"M\nẬ\nT\nKính gửi: Sở.\n", "MẬT"},
        {"MẬT - HỎA TỐC\nKính gửi: Sở.\n", "MẬT"},
        {"HỎA TỐC / TỐI MẬT\nKính gửi: Sở.\n", "TỐI MẬT"},
        {"Mức độ mật: MẬT\nKính gửi: Sở.\n", "MẬT"},
        {"TÀI LIỆU MẬT\nKính gửi: Sở.\n", "MẬT"},
        {"Kính gửi: Sở.\nYêu cầu thực hiện./.\n\fTỐI MẬT\nPhụ lục số liệu\n", "TỐI MẬT"},
        {"Kính gửi: Sở.\nYêu cầu thực hiện./.\nPHỤ LỤC I\nMẬT\n", "MẬT"},
        /* other words */
        {"UBND TỈNH\nBẢO MẬT\nKính gửi: Sở.\n", NULL},
        {"V/v bảo đảm an toàn, bảo\nmật\nKính gửi: Sở.\n", NULL},
        {"TĂNG CƯỜNG AN TOÀN, BẢO\nMẬT\nKính gửi: Sở.\n", NULL},
        {"AN TOÀN, BẢO MẬT THÔNG TIN\nKính gửi: Sở.\n", NULL},
        {"ĐỔI MẬT KHẨU\nKính gửi: Sở.\n", NULL},
        {"MẬT MÃ\nKính gửi: Sở.\n", NULL},
        {"BÍ MẬT\nKính gửi: Sở.\n", NULL},
        {"MẮT\nMẤT\nMẶT\nKính gửi: Sở.\n", NULL},
        {"Mat\nKinh gui: So.\n", NULL},
        {"Độ mật: Không\nKính gửi: Sở.\n", NULL},
        {"BAO MAT\nKinh gui: So Noi vu.\nDe nghi So bao mat tai khoan, mat khau./.\n", NULL},
        {"Kính gửi: Sở.\nYêu cầu giữ\nMẬT\nnhững gì đã biết./.\n", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = letter_secrecy(str_from_cstr(cases[i].text));
        if ((got == NULL) != (cases[i].stamp == NULL) || (got && strcmp(got, cases[i].stamp) != 0))
            fail_msg("case %zu: %s", i, got ? got : "no stamp");
    }
}

/* What is a number to call, and what only looks like one. */
static void phones(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        const char *phone; /* NULL: none */
    } cases[] = {
        {"điện thoại 0900.000.123", "0900000123"}, {"ĐT: +84 900 000 123", "0900000123"},
        {"đường dây nóng 1900 1234", "19001234"},  {"hotline: 18001234", "18001234"},
        {"trước ngày 01.12.2027", NULL},           {"trước ngày 05-6-2027", NULL},
        {"từ năm 1900 1234 hồ sơ", NULL},          {"theo mã số 1800 2027", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_ARENA arena;
        arena_init(&arena, 16u << 20);
        struct err err = {0};
        struct letter *letter;
        static const struct letter_options options;
        struct str text =
            arena_printf(&arena, "Kính gửi: Các trường.\nĐề nghị các trường gửi báo cáo, %s./.\n", cases[i].words);
        assert_ok(letter_parse(text, &options, &arena, &letter, &err));
        if (letter->contacts.count != (cases[i].phone != NULL))
            fail_msg("%s: %zu contacts", cases[i].words, letter->contacts.count);
        if (cases[i].phone)
            assert_str(letter->contacts.items[0].phone.text, str_from_cstr(cases[i].phone));
    }
}

static void stamp_is_denied(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 20);
    struct err err = {0};
    struct letter *letter = NULL;
    static const struct letter_options options;
    assert_err(letter_parse(STR("MẬT\nKính gửi: Sở.\nChuyện riêng./.\n"), &options, &arena, &letter, &err), ERR_DENIED);
    assert_null(letter);
    assert_null(strstr(err.text, "riêng"));
}

static void limits(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 30);
    struct err err = {0};
    struct letter *letter;
    static const struct letter_options options;
    char *big = arena_alloc(&arena, LETTER_TEXT_MAX_BYTES + 1, 1);
    assert_non_null(big);
    memset(big, 'a', LETTER_TEXT_MAX_BYTES + 1);
    assert_err(letter_parse((struct str){big, LETTER_TEXT_MAX_BYTES + 1}, &options, &arena, &letter, &err), ERR_LIMIT);
    assert_err(letter_parse(STR("\xFF\xFE"), &options, &arena, &letter, &err), ERR_SYNTAX);
    struct arena small;
    arena_init(&small, 2000);
    enum err_code code = letter_parse(STR("Kính gửi: Các trường.\nĐề nghị các trường gửi báo cáo hằng tháng./.\n"),
                                      &options, &small, &letter, &err);
    assert_true(code == ERR_LIMIT || code == ERR_NOMEM); /* arena_full tells the two apart by what is left */
    arena_done(&small);
}

static void people_text_has_no_controls(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err = {0};
    struct letter *letter;
    static const struct letter_options options;
    AUTO_BUF out;
    buf_init(&out, 1u << 20);
    assert_ok(
        letter_parse(STR("Kính gửi: Các\x1b[31m trường.\nĐề nghị các trường gửi\x1b]0;x\x07 báo cáo hằng tháng./.\n"),
                     &options, &arena, &letter, &err));
    letter_print_people(letter, LANG_VI, &out);
    for (size_t i = 0; i < out.len_bytes; i++)
        assert_true((unsigned char)out.ptr[i] >= ' ' || out.ptr[i] == '\n');
}

struct slip {
    const char *sentence;
    const char *repairs; /* "9l2>912 " in order */
    const char *basis;   /* numbers of all texts that are named */
};
/* Letters in a number are read only where nothing but a number can stand, and each is told. */
static const struct slip slips[] = {
    {"Thực hiện Chỉ thị số 9l2/CT-TTg ngày 14/7/2027.", "9l2>912 ", "912/CT-TTg "},
    {"Thực hiện Chỉ thị l4/CT-TTg.", "l4>14 ", "14/CT-TTg "},
    {"Thực hiện Chỉ thị số O1/CT-UBND.", "O1>01 ", "01/CT-UBND "},
    {"Thực hiện Chỉ thị số lO/CT-UBND.", "lO>10 ", "10/CT-UBND "},
    {"Thực hiện Nghị định số 85/20l6/NĐ-CP.", "20l6>2016 ", "85/2016/NĐ-CP "},
    {"Thực hiện Nghị định số l3O/2O26/NĐ-CP.", "l3O>130 2O26>2026 ", "130/2026/NĐ-CP "},
    {"Thực hiện Công văn số 2O5/STTTT-CNTT.", "2O5>205 ", "205/STTTT-CNTT "},
    {"Gửi báo cáo trước tháng l2.", "l2>12 ", ""},
    {"Gửi báo cáo trước tháng 12/2O27.", "2O27>2027 ", ""},
    {"Gửi báo cáo trong quý III/2O27.", "2O27>2027 ", ""},
    {"Gửi báo cáo trong năm 2O27.", "2O27>2027 ", ""},
    {"Gửi báo cáo trước 3O/6.", "3O>30 ", ""},
    {"Gửi báo cáo trước 3l/l2.", "3l>31 l2>12 ", ""},
    {"Gửi báo cáo trước ngày Ol/l.", "Ol>01 l>1 ", ""},
    {"Gửi báo cáo trước l5-O6-2O27.", "l5>15 O6>06 2O27>2027 ", ""},
    {"Gửi báo cáo trước 3O tháng 6.", "3O>30 ", ""},
    {"Gửi báo cáo trước ngày l5 tháng O6.", "l5>15 O6>06 ", ""},
    {"Gửi báo cáo trong vòng l0 ngày kể từ ngày nhận văn bản này.", "l0>10 ", ""},
    {"Gửi báo cáo trong thời hạn 3O ngày làm việc.", "3O>30 ", ""},
    {"Gửi báo cáo không quá O5 (năm) ngày.", "O5>05 ", ""},
    {"Gửi báo cáo chậm nhất sau l2 tháng.", "l2>12 ", ""},
    {"Gửi báo cáo trong l5 phút.", "l5>15 ", ""},
    {"Mỗi phòng dùng không quá 2l ngày thường, trong 5l nước.", "", ""},
    {"Sau l0 ngày, trong l0 phòng, l0 ngày nghỉ; trong lo ngày đêm, trong OO ngày.", "", ""},
    {"Pha dung dịch theo tỷ lệ 2l/3 phòng và 1l/1 phòng.", "", ""},
    {"Mỗi lớp dùng 5l/2 ngày, 3l nước, 10l cồn.", "", ""},
    {"Mục I/2, khoản II/3, Phụ lục O1, phòng lO.", "", ""},
    {"Trước tháng II, tháng 2O và ngày 4l.", "", ""},
    {"Luật số 116/2025/QH15, máy chủ 10.lO.0.1, mã số O12l.", "", "116/2025/QH15 "},
    {"Khắc phục ngay lo lắng; ngày lo việc nước.", "", ""},
};

static void numbers_with_letters(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    for (size_t i = 0; i < ARRAY_LEN(slips); i++) {
        struct letter *letter;
        struct err err = {0};
        AUTO_BUF got, refs;
        buf_init(&got, 1u << 10);
        buf_init(&refs, 1u << 10);
        struct str text = str_from_cstr(slips[i].sentence);
        assert_ok(letter_parse(text, &(struct letter_options){0}, &arena, &letter, &err));
        for (size_t k = 0; k < letter->repairs.count; k++) {
            const struct letter_repair *repair = &letter->repairs.items[k];
            buf_printf(&got, "%.*s>%.*s ", STR_ARG(repair->written.text), STR_ARG(repair->read));
            assert_str(str_slice(text, repair->written.at.from, repair->written.at.to), repair->written.text);
        }
        for (size_t k = 0; k < letter->refs.count; k++)
            buf_printf(&refs, "%.*s ", STR_ARG(letter->refs.items[k].number));
        if (!str_equal(buf_str(&got), str_from_cstr(slips[i].repairs)))
            print_message("%s\n", slips[i].sentence);
        assert_str(buf_str(&got), str_from_cstr(slips[i].repairs));
        assert_str(buf_str(&refs), str_from_cstr(slips[i].basis));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines),
        cmocka_unit_test(ranges_of_months),
        cmocka_unit_test(periods),
        cmocka_unit_test(issuer_lines),
        cmocka_unit_test(no_calendar_no_date),
        cmocka_unit_test(stamps),
        cmocka_unit_test(stamp_is_denied),
        cmocka_unit_test(phones),
        cmocka_unit_test(limits),
        cmocka_unit_test(numbers_with_letters),
        cmocka_unit_test(people_text_has_no_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
