#include "test.h"

#include "base/mem.h"
#include "form_sample.h"
#include "format/docx.h"
#include "os/file.h"
#include "report/docx.h"
#include "report/pdf.h"

#include <stdlib.h>
#include <unistd.h>

#define ARENA_BYTES ((size_t)256 << 20)

struct bench {
    struct type_fonts *fonts;
    char folder[64];
};

static int open_fonts(void **state)
{
    struct bench *bench = test_malloc(sizeof *bench);
    struct err err;
    *bench = (struct bench){.folder = "/tmp/report_form_XXXXXX"};
    if (!mkdtemp(bench->folder) || type_fonts_open(NULL, &bench->fonts, &err) != ERR_NONE)
        return -1;
    *state = bench;
    return 0;
}

static int close_fonts(void **state)
{
    struct bench *bench = *state;
    type_fonts_free(bench->fonts);
    (void)rmdir(bench->folder);
    test_free(bench);
    return 0;
}

static struct form_values *sample(struct arena *arena)
{
    struct err err;
    struct form_values *values;
    assert_ok(form_sample_values(arena, &values, &err));
    return values;
}

static struct form_values *nothing(struct arena *arena)
{
    struct err err;
    struct form_values *values;
    assert_ok(form_values_new(arena, &values, &err));
    return values;
}

static struct str pdf_text(struct bench *bench, const struct document *document, struct arena *arena)
{
    struct err err;
    char path[128], line[192];
    snprintf(path, sizeof path, "%s/a.pdf", bench->folder);
    assert_ok(pdf_write_file(document, bench->fonts, path, NULL, &err));
    snprintf(line, sizeof line, "pdftotext %s -", path);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    AUTO_BUF out;
    buf_init(&out, 64u << 20);
    char piece[4096];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_put(&out, (struct str){piece, n});
    assert_int_equal(pclose(pipe), 0);
    (void)unlink(path);
    struct str text;
    assert_ok(buf_to_arena(&out, arena, &text, &err));
    return text;
}

static struct str docx_text(const struct document *document, struct arena *arena)
{
    struct err err;
    AUTO_BUF out;
    buf_init(&out, 64u << 20);
    struct report_sink sink = report_sink_buf(&out);
    assert_ok(docx_write(document, &sink, &err));
    struct str text;
    assert_ok(docx_to_text(buf_str(&out), 64u << 20, arena, &text, &err));
    return text;
}

/* One blank for every run of blanks and line ends: lines break elsewhere in each format. The number of a page goes with
 * its end. */
static struct str flat(struct str text, struct arena *arena)
{
    char *out = arena_alloc(arena, text.len_bytes + 1, 1);
    assert_non_null(out);
    size_t n = 0;
    for (size_t i = 0; i < text.len_bytes; i++) {
        char c = text.ptr[i];
        bool is_blank = c == ' ' || c == '\n' || c == '\f' || c == '\t' || c == '\r';
        if (!is_blank)
            out[n++] = c;
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
        while (c == '\f' && i + 1 < text.len_bytes && text.ptr[i + 1] >= '0' && text.ptr[i + 1] <= '9')
            i++;
    }
    return (struct str){out, n};
}

static struct str without(struct str text, char dropped, struct arena *arena)
{
    char *out = arena_alloc(arena, text.len_bytes + 1, 1);
    assert_non_null(out);
    size_t n = 0;
    for (size_t i = 0; i < text.len_bytes; i++)
        if (text.ptr[i] != dropped)
            out[n++] = text.ptr[i];
    return (struct str){out, n};
}

static void must_have(struct str text, struct str want, const char *where)
{
    if (!str_contains(text, want))
        fail_msg("%s: \"%.*s\" is not in: %.3000s", where, STR_ARG(want), text.ptr);
}

static size_t count_of(struct str text, struct str needle)
{
    size_t n = 0;
    for (ptrdiff_t at = 0; (at = str_find(text, needle, (size_t)at)) >= 0; at++)
        n++;
    return n;
}

/* ---------- values ---------- */

static void a_value_must_be_of_the_type_of_its_key(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, ARENA_BYTES);
    struct err err;
    struct form_values *values = nothing(&arena);
    static const struct form_value number_cell[] = {
        {.kind = FORM_NUMBER}, {.kind = FORM_UNKNOWN}, {.kind = FORM_UNKNOWN}};
    static const struct form_row bad_row[] = {{number_cell}};
    static const struct form_file no_hash[] = {{STR_INIT("a"), 1, STR_INIT("9F")}};
    const struct {
        struct str key;
        struct form_value value;
        enum err_code want;
    } cases[] = {
        {STR("owner.nobody"), form_of_text(STR("x")), ERR_NOT_FOUND},
        {STR("owner"), form_of_text(STR("x")), ERR_NOT_FOUND},
        {STR("owner.name"), form_of_number(1), ERR_SYNTAX},
        {STR("owner.name"), form_of_rows(NULL, 0), ERR_SYNTAX},
        {STR("owner.name"), form_of_files(NULL, 0), ERR_SYNTAX},
        {STR("incident.told_to"), form_of_text(STR("x")), ERR_SYNTAX},
        {STR("incident.told_to"), form_of_files(NULL, 0), ERR_SYNTAX},
        {STR("incident.told_to"), form_of_rows(bad_row, 1), ERR_SYNTAX},
        {STR("report.attachments"), form_of_rows(NULL, 0), ERR_SYNTAX},
        {STR("report.attachments"), form_of_files(no_hash, 1), ERR_SYNTAX},
        {STR("incident.detected_at"), form_of_day(20779), ERR_SYNTAX},
        {STR("incident.detected_at"), form_of_instant(INT64_MAX), ERR_SYNTAX},
        {STR("incident.detected_at"), form_of_instant(INT64_MIN), ERR_SYNTAX},
        {STR("incident.state"), form_of_text(STR("gone")), ERR_SYNTAX},
        {STR("incident.harms_order"), form_of_text(STR("no")), ERR_SYNTAX},
        {STR("scope.users"), form_of_yes_no(true), ERR_SYNTAX},
        {STR("scope.users"), form_of_number(INT64_MIN), ERR_NONE},
        {STR("incident.state"), form_of_text(STR("handled")), ERR_NONE},
        {STR("incident.state"), (struct form_value){.kind = FORM_UNKNOWN}, ERR_NONE},
        {STR("incident.told_to"), form_of_rows(NULL, 0), ERR_NONE},
        {STR("incident.detected_at"), form_of_instant(0), ERR_NONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (form_values_put(values, cases[i].key, cases[i].value, &err) != cases[i].want)
            fail_msg("case %zu (%.*s)", i, STR_ARG(cases[i].key));
    assert_int_equal(form_values_get(values, STR("owner.name"))->kind, FORM_UNKNOWN); /* what was refused is not kept */
    assert_int_equal(form_values_get(values, STR("owner"))->kind, FORM_UNKNOWN);
    assert_int_equal(form_values_get(values, STR("incident.state"))->kind, FORM_UNKNOWN); /* taken back */
}

static void what_is_over_the_ceiling_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, ARENA_BYTES);
    struct err err;
    struct form_values *values = nothing(&arena);
    size_t over = (1u << 20) + 1;
    char *text = arena_alloc(&arena, over, 1);
    assert_non_null(text);
    memset(text, 'a', over);
    assert_err(form_values_put(values, STR("incident.signs"), form_of_text((struct str){text, over}), &err), ERR_LIMIT);
    assert_ok(form_values_put(values, STR("incident.signs"), form_of_text((struct str){text, over - 1}), &err));
    assert_err(form_values_put(values, STR("incident.told_to"), form_of_rows(NULL, 10001), &err), ERR_LIMIT);
}

static void text_from_outside_is_cleaned(void **state)
{
    (void)state;
    static const struct {
        struct str text, want_line, want_long;
    } cases[] = {
        {STR_INIT("  a\tb\r\nc  "), STR_INIT("a b c"), STR_INIT("a b\nc")},
        {STR_INIT("a\n\n \n\nb\n"), STR_INIT("a b"), STR_INIT("a\nb")},
        {STR_INIT("ab\u202egpj.exe\u200f\u2066\u061c"), STR_INIT("abgpj.exe"), STR_INIT("abgpj.exe")},
        {STR_INIT("a\x01\x1f\x7f\xc2\x9f\ufeff\u200bb"), STR_INIT("ab"), STR_INIT("ab")},
        {STR_INIT("a\0b"), STR_INIT("ab"), STR_INIT("ab")},
        {STR_INIT("a\xff\xfe"), STR_INIT("a\ufffd\ufffd"), STR_INIT("a\ufffd\ufffd")},
        {STR_INIT("Thu\u0309y"), STR_INIT("Thủy"), STR_INIT("Thủy")},
        {STR_INIT("x\u0300\u0301\u0302\u0303\u0304\u0305\u0306"), STR_INIT("x\u0300\u0301\u0302\u0303"),
         STR_INIT("x\u0300\u0301\u0302\u0303")},
        {STR_INIT("a\u2028b\xc2\x85"
                  "c"),
         STR_INIT("a b c"), STR_INIT("a\nb\nc")},
    };
    AUTO_ARENA arena;
    arena_init(&arena, ARENA_BYTES);
    struct err err;
    struct form_values *values = nothing(&arena);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_ok(form_values_put(values, STR("system.name"), form_of_text(cases[i].text), &err));
        assert_str(form_values_get(values, STR("system.name"))->text, cases[i].want_line);
        assert_ok(form_values_put(values, STR("incident.signs"), form_of_text(cases[i].text), &err));
        assert_str(form_values_get(values, STR("incident.signs"))->text, cases[i].want_long);
    }
    /* Nothing that can be seen is nothing. */
    assert_ok(
        form_values_put(values, STR("system.name"), form_of_text(STR(" \u200b\u202e\n\u00a0\u3000\u2800")), &err));
    assert_int_equal(form_values_get(values, STR("system.name"))->kind, FORM_UNKNOWN);
}

/* ---------- what is missing ---------- */

static size_t required_of(const struct know_form *form)
{
    size_t n = 0;
    for (size_t s = 0; s < form->section_count; s++)
        for (size_t i = 0; i < form->sections[s].field_count; i++)
            n += form->sections[s].fields[i].is_required;
    return n;
}

static void required_fields_without_a_value_are_missing(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, ARENA_BYTES);
    struct err err;
    struct form_gaps gaps;
    for (size_t f = 0; f < know_form_count; f++) {
        assert_ok(form_missing(&know_forms[f], nothing(&arena), &arena, &gaps, &err));
        assert_int_equal(gaps.count, required_of(&know_forms[f]));
        assert_ok(form_missing(&know_forms[f], sample(&arena), &arena, &gaps, &err));
        assert_int_equal(gaps.count, 0);
    }
    /* "no" and "none" are answers; unknown and a blank are not */
    const struct know_form *form = know_form_find(STR("report_final"));
    struct form_values *values = sample(&arena);
    assert_ok(form_values_put(values, STR("incident.harms_order"), form_of_yes_no(false), &err));
    assert_ok(form_values_put(values, STR("scope.assets"), form_of_rows(NULL, 0), &err));
    assert_ok(form_values_put(values, STR("scope.users"), form_of_number(0), &err));
    assert_ok(form_values_put(values, STR("result.damage"), form_of_text(STR("  ")), &err));
    assert_ok(form_values_put(values, STR("focal.phone"), (struct form_value){.kind = FORM_UNKNOWN}, &err));
    assert_ok(form_values_put(values, STR("result.proposals"), form_of_text(STR("")), &err)); /* not required */
    assert_ok(form_missing(form, values, &arena, &gaps, &err));
    assert_int_equal(gaps.count, 2);
    assert_str(gaps.fields[0]->id, STR("phone"));
    assert_str(gaps.fields[1]->id, STR("damage"));
}

/* ---------- the document ---------- */

static struct document made(const char *id, const struct form_values *values, enum lang lang, struct arena *arena)
{
    struct err err;
    struct document d;
    struct form_head head = form_sample_head();
    assert_ok(form_document(know_form_find(str_from_cstr(id)), values, &head, lang, arena, &d, &err));
    return d;
}

static struct str in_words(const struct form_value *value)
{
    return value->kind == FORM_TEXT ? value->text : value->kind == FORM_FILES ? value->files[0].sha256 : STR_NONE;
}

/* Every label, and every text as it was put, in both files. */
static void a_filled_form_reads_back(void **state)
{
    struct bench *bench = *state;
    for (size_t f = 0; f < know_form_count; f++) {
        AUTO_ARENA arena;
        arena_init(&arena, ARENA_BYTES);
        const struct know_form *form = &know_forms[f];
        struct form_values *values = sample(&arena);
        char id[64];
        snprintf(id, sizeof id, "%.*s", STR_ARG(form->id));
        struct document d = made(id, values, LANG_VI, &arena);
        struct str pdf = flat(pdf_text(bench, &d, &arena), &arena), docx = flat(docx_text(&d, &arena), &arena);
        for (size_t s = 0; s < form->section_count; s++)
            for (size_t i = 0; i < form->sections[s].field_count; i++) {
                const struct know_form_field *field = &form->sections[s].fields[i];
                struct str label = arena_printf(&arena, "%zu. %.*s:", i + 1, STR_ARG(field->title.vi));
                must_have(pdf, label, id);
                must_have(docx, label, id);
                struct str text = flat(in_words(form_values_get(values, field->key)), &arena);
                if (field->type == KNOW_FORM_CHOICE)
                    continue;
                must_have(docx, text, id);
                if (field->type != KNOW_FORM_FILES) /* a hash takes two lines of its cell there */
                    must_have(pdf, text, id);
            }
        static const char *const all[] = {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                                          "Độc lập - Tự do - Hạnh phúc",
                                          "SỞ GIÁO DỤC VÀ ĐÀO TẠO",
                                          "Kính gửi: Công an tỉnh Trúc Lâm",
                                          "./.",
                                          "KT. GIÁM ĐỐC",
                                          "PHÓ GIÁM ĐỐC",
                                          "Nguyễn Thị Thùy Dương",
                                          "Nơi nhận:",
                                          "- Như trên;",
                                          "- Ủy ban nhân dân tỉnh Trúc Lâm (để b/c);",
                                          "- Lưu: VT."};
        for (size_t i = 0; i < ARRAY_LEN(all); i++) {
            must_have(pdf, str_from_cstr(all[i]), id);
            must_have(docx, str_from_cstr(all[i]), id);
        }
        assert_int_equal(count_of(docx, STR("chưa rõ, bổ sung sau")), 0);
    }
}

static void an_empty_form_says_what_is_not_known(void **state)
{
    struct bench *bench = *state;
    for (size_t f = 0; f < know_form_count; f++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            AUTO_ARENA arena;
            arena_init(&arena, ARENA_BYTES);
            char id[64];
            snprintf(id, sizeof id, "%.*s", STR_ARG(know_forms[f].id));
            struct document d = made(id, nothing(&arena), (enum lang)lang, &arena);
            struct str word = lang_text(lang, STR(": chưa rõ, bổ sung sau"), STR(": not known yet, will follow"));
            struct str pdf = flat(pdf_text(bench, &d, &arena), &arena), docx = flat(docx_text(&d, &arena), &arena);
            assert_int_equal(count_of(pdf, word), required_of(&know_forms[f]));
            assert_int_equal(count_of(docx, word), required_of(&know_forms[f]));
            assert_int_equal(count_of(docx, lang_text(lang, STR(": không "), STR(": no "))), 0);
        }
}

static void values_speak_in_words(void **state)
{
    (void)state;
    static const struct {
        const char *form;
        enum lang lang;
        const char *want;
    } cases[] = {
        {"notice_initial", LANG_VI, "1. Thời điểm phát hiện: 07:45 ngày 22/11/2026\n"},
        {"notice_initial", LANG_EN, "1. Detected at: 07:45 on 22/11/2026 (UTC+7)\n"},
        {"notice_initial", LANG_VI, "7. Có dấu hiệu xâm hại an ninh quốc gia, trật tự, an toàn xã hội: không\n"},
        {"notice_initial", LANG_VI, "8. Có gián đoạn nghiêm trọng: có\n"},
        {"notice_initial", LANG_VI,
         "4. Dấu hiệu: Tài khoản quản trị lạ được tạo lúc 02:10.\nTệp lạ trong thư mục tải lên.\nLưu lượng"},
        {"notice_initial", LANG_VI,
         "Căn cứ Luật An ninh mạng số 116/2025/QH15;\nCăn cứ điểm d khoản 2 Điều 31 Nghị định số 331/2026/NĐ-CP ngày "
         "19 tháng 8 năm 2026 của Chính phủ về bảo vệ "
         "an ninh mạng đối với hệ thống thông tin theo cấp độ.\n"},
        {"notice_initial", LANG_EN,
         "Under article 31, clause 2, point d of Decree 331/2026/NĐ-CP of 19/08/2026 (Cybersecurity of information "
         "systems by level).\n"},
        {"notice_initial", LANG_VI, "V/v thông báo ban đầu về sự cố an ninh mạng\n\nKính gửi: Công an tỉnh Trúc Lâm\n"},
        {"notice_initial", LANG_VI,
         "Sở Giáo dục và Đào tạo tỉnh Trúc Lâm thông báo ban đầu về sự cố an ninh mạng như sau:\n"},
        {"notice_initial", LANG_EN, "Reading copy in English, not to be signed or sent."},
        {"personal_data_notice", LANG_VI, "Căn cứ Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15;\n"},
        {"personal_data_notice", LANG_VI,
         "Căn cứ Nghị định số 356/2025/NĐ-CP ngày 31 tháng 12 năm 2025 của Chính phủ quy định chi tiết Luật Bảo vệ dữ "
         "liệu cá nhân.\n"},
        {"personal_data_notice", LANG_VI,
         "   1. Loại dữ liệu: Họ tên, ngày sinh học sinh; Nhạy cảm: không; Số chủ thể: 1.250\n"
         "   2. Loại dữ liệu: Tình trạng sức khỏe; Nhạy cảm: có; Số chủ thể: chưa rõ\n"},
        {"personal_data_notice", LANG_EN, "Sensitive: no; Data subjects: 1,250\n"},
        {"report_progress", LANG_VI, "1. Loại báo cáo: bổ sung\n2. Lần báo cáo: 2\n"},
        {"report_progress", LANG_EN, "1. Kind of report: update\n"},
        {"report_72h", LANG_VI,
         "1. Tệp: nhat-ky-web-01_22-11-2026.log.gz; Số byte: 18.432.771; Mã băm SHA-256: "
         "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"},
        {"form03_2017", LANG_VI, "6. Thời điểm phát hiện: 07:45 ngày 22/11/2026\n7. Tình trạng xử lý: đang xử lý\n"},
        {"form03_2017", LANG_VI, "2. Cơ quan, đơn vị: Công ty Viễn thông Măng Non; Thời điểm: chưa rõ; Hình thức: thư"},
        {"form04_2017", LANG_VI, "Người chịu trách nhiệm: Trần Văn Măng; Hạn: 06/12/2026\n"},
        {"form04_2017", LANG_VI, "kính báo cáo./.\n\nKT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC\nNguyễn Thị Thùy Dương\n"},
    };
    AUTO_ARENA arena;
    arena_init(&arena, ARENA_BYTES);
    struct err err;
    struct form_values *values = sample(&arena);
    struct form_head head = form_sample_head();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text;
        assert_ok(form_plain(know_form_find(str_from_cstr(cases[i].form)), values, &head, cases[i].lang, &arena, &text,
                             &err));
        must_have(text, str_from_cstr(cases[i].want), cases[i].form);
    }
}

/* Rows known to be none are not rows unknown. */
static void none_is_not_unknown(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, ARENA_BYTES);
    struct err err;
    struct form_values *values = nothing(&arena);
    struct form_head head = form_sample_head();
    struct str text;
    const struct know_form *form = know_form_find(STR("form03_2017"));
    assert_ok(form_values_put(values, STR("incident.told_to"), form_of_rows(NULL, 0), &err));
    assert_ok(form_plain(form, values, &head, LANG_VI, &arena, &text, &err));
    must_have(text, STR("9. Đã báo cho: không có\n"), "none");
    must_have(text, STR("1. Tài liệu gửi kèm: chưa rõ\n"), "unknown");
    /* more is promised only when something is owed */
    const struct str promise = STR("Nội dung chưa rõ sẽ được bổ sung");
    assert_int_equal(count_of(text, promise), 0); /* the old form has no next report */
    form = know_form_find(STR("report_72h"));
    assert_ok(form_plain(form, values, &head, LANG_VI, &arena, &text, &err));
    assert_int_equal(count_of(text, promise), 1);
    assert_ok(form_plain(form, sample(&arena), &head, LANG_VI, &arena, &text, &err));
    assert_int_equal(count_of(text, promise), 0);
}

static void the_head_is_that_of_the_house(void **state)
{
    (void)state;
    AUTO_ARENA arena;
    arena_init(&arena, ARENA_BYTES);
    struct err err;
    struct form_values *values = nothing(&arena);
    struct document letter = made("notice_initial", values, LANG_VI, &arena),
                    report = made("report_72h", values, LANG_VI, &arena),
                    copy = made("notice_initial", values, LANG_EN, &arena), d;
    assert_true(str_is_empty(letter.type_name));
    assert_str(letter.symbol, STR("SGDĐT-VP"));
    assert_true(str_is_empty(letter.number) && letter.date.day == 0);
    assert_str(report.type_name, STR("BÁO CÁO"));
    assert_str(report.symbol, STR("BC-SGDĐT-VP"));
    assert_str(report.parent, STR("ỦY BAN NHÂN DÂN TỈNH TRÚC LÂM"));
    assert_int_equal(report.sign_line_count, 2);
    assert_int_equal(report.blocks[0].kind, DOCUMENT_BASIS);
    assert_int_equal(made("form03_2017", values, LANG_VI, &arena).blocks[0].kind,
                     DOCUMENT_PARAGRAPH);               /* its circular has lapsed: it is cited no more */
    assert_str(copy.type_name, STR("OFFICIAL LETTER")); /* and nobody can sign it */
    assert_int_equal(copy.sign_line_count, 0);
    assert_true(str_is_empty(copy.signer_name) && copy.recipient_count == 0);
    struct form_head head = form_sample_head();
    head.to_count = 0;
    head.symbol = STR_NONE;
    head.unit_kind = STR("no_such_kind"); /* the clerk writes the lines */
    assert_ok(form_document(know_form_find(STR("report_72h")), values, &head, LANG_VI, &arena, &d, &err));
    assert_str(d.to[0], STR("Cơ quan chuyên trách của tỉnh"));
    assert_str(d.symbol, STR("BC-…"));
    assert_int_equal(d.sign_line_count, 0);
    head.unit_name = STR(" \u200b ");
    assert_err(form_document(know_form_find(STR("report_72h")), values, &head, LANG_VI, &arena, &d, &err), ERR_SYNTAX);
}

/* ---------- hostile values ---------- */

static void hostile_values_break_neither_page_nor_file(void **state)
{
    struct bench *bench = *state;
    AUTO_ARENA arena;
    arena_init(&arena, ARENA_BYTES);
    struct err err;
    struct form_values *values = sample(&arena);
    AUTO_BUF lines, word;
    buf_init(&lines, 1u << 20);
    buf_init(&word, 1u << 20);
    for (int i = 0; i < 10000; i++)
        buf_printf(&lines, "dòng số %d\n", i);
    for (int i = 0; i < 5000; i++)
        buf_lit(&word, "dài");
    struct form_value cells[] = {form_of_text(buf_str(&word)), form_of_text(STR("\u05d0\u05d1\u05d2 \u0627\u0628")),
                                 form_of_text(STR("</w:t>\u202e&lt;\x0b]]>"))};
    struct form_row rows[] = {{cells}};
    struct form_head head = form_sample_head();
    struct str to[] = {STR("\u202eCông\nan\x07 tỉnh")};
    head.to = to;
    head.parent_name = str_slice(buf_str(&word), 0, 600);
    assert_ok(form_values_put(values, STR("incident.signs"), form_of_text(buf_str(&lines)), &err));
    assert_ok(form_values_put(values, STR("system.name"), form_of_text(buf_str(&word)), &err));
    assert_ok(form_values_put(values, STR("scope.assets"), form_of_rows(rows, 1), &err));
    assert_ok(form_values_put(values, STR("focal.name"), form_of_text(STR("A\xc3\x28\xff {unit} %s %n")), &err));
    struct document d;
    assert_ok(form_document(know_form_find(STR("report_72h")), values, &head, LANG_VI, &arena, &d, &err));
    struct str pdf = flat(pdf_text(bench, &d, &arena), &arena), docx = flat(docx_text(&d, &arena), &arena), text;
    assert_ok(form_plain(know_form_find(STR("report_72h")), values, &head, LANG_VI, &arena, &text, &err));
    const struct str all[] = {pdf, docx, flat(text, &arena)};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        must_have(all[i], STR("dòng số 0 dòng số 1 "), "first lines");
        must_have(all[i], STR("dòng số 9999 5. Mức độ nghiêm trọng:"), "last line, and what follows");
        must_have(all[i], STR("Kính gửi: Công an tỉnh"), "addressee");
        must_have(all[i], STR("{unit} %s %n"), "a text is no pattern");
        assert_true(utf8_is_valid(all[i]));
        assert_int_equal(count_of(all[i], STR("\u202e")), 0);
    }
    must_have(docx, STR("</w:t>&lt; ]]>"), "markup is text");
    must_have(docx, buf_str(&word), "a long word is whole");
    struct str joined = without(pdf, ' ', &arena); /* there it is cut by lines and pages */
    assert_int_equal(count_of(joined, STR("dài")), 2 * 5000);
    head.parent_name = str_slice(buf_str(&word), 0, 3 * 601); /* a head does not go on overleaf */
    assert_err(form_document(know_form_find(STR("report_72h")), values, &head, LANG_VI, &arena, &d, &err), ERR_LIMIT);
}

/* ---------- memory ---------- */

static void every_failed_allocation_is_an_error(void **state)
{
    (void)state;
    struct err err;
    struct form_head head = form_sample_head();
    const struct know_form *form = know_form_find(STR("report_final"));
    uint64_t failures = 0;
    bool is_done = false;
    for (uint64_t nth = 1; !is_done && nth < 100000; nth++) {
        AUTO_ARENA arena;
        arena_init(&arena, ARENA_BYTES);
        struct form_values *values;
        struct form_gaps gaps;
        struct str text;
        (void)mem_fail_at(nth);
        enum err_code code = form_sample_values(&arena, &values, &err);
        if (code == ERR_NONE)
            code = form_missing(form, values, &arena, &gaps, &err);
        if (code == ERR_NONE)
            code = form_plain(form, values, &head, LANG_VI, &arena, &text, &err);
        (void)mem_fail_at(0);
        if (code != ERR_NONE)
            assert_true(code == ERR_NOMEM || code == ERR_LIMIT);
        failures += code != ERR_NONE;
        is_done = code == ERR_NONE;
    }
    assert_true(is_done);
    assert_true(failures > 50);
}

/* Whatever room there is: done or refused. */
static void a_full_arena_is_an_error(void **state)
{
    (void)state;
    struct err err;
    struct form_head head = form_sample_head();
    bool is_done = false, was_full = false;
    for (size_t bytes = 1024; bytes < (8u << 20); bytes += bytes / 8) {
        AUTO_ARENA arena;
        arena_init(&arena, bytes);
        struct form_values *values;
        struct document d;
        enum err_code code = form_sample_values(&arena, &values, &err);
        if (code == ERR_NONE)
            code = form_document(know_form_find(STR("report_72h")), values, &head, LANG_EN, &arena, &d, &err);
        if (code != ERR_NONE)
            assert_true(code == ERR_LIMIT || code == ERR_NOMEM);
        was_full = was_full || code != ERR_NONE;
        is_done = code == ERR_NONE;
    }
    assert_true(was_full && is_done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_must_be_of_the_type_of_its_key),
        cmocka_unit_test(what_is_over_the_ceiling_is_refused),
        cmocka_unit_test(text_from_outside_is_cleaned),
        cmocka_unit_test(required_fields_without_a_value_are_missing),
        cmocka_unit_test(a_filled_form_reads_back),
        cmocka_unit_test(an_empty_form_says_what_is_not_known),
        cmocka_unit_test(values_speak_in_words),
        cmocka_unit_test(none_is_not_unknown),
        cmocka_unit_test(the_head_is_that_of_the_house),
        cmocka_unit_test(hostile_values_break_neither_page_nor_file),
        cmocka_unit_test(every_failed_allocation_is_an_error),
        cmocka_unit_test(a_full_arena_is_an_error),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
