/* The answer that goes up: what stands in it, who may have it, and that the same freeze gives the same bytes. */
#include "duty_world.h"

#include "duty/freeze.h"
#include "duty/letter_book.sql.h"
#include "duty/series.h"
#include "report/docx.h"
#include "report/from_duty.h"
#include "report/pdf.h"

static const struct obligation_target to_schools[] = {{TARGET_KIND, STR_INIT("school_lower_secondary")}};

struct story {
    struct world w;
    int64_t directive_id;
    struct freeze_made freeze;
    struct actor reader;
};

/* Two duties for every school; three schools read, the days pass and both are late. */
static struct story story_make(struct store_test *t)
{
    struct err err;
    struct story s = {.w = world_make(t)};
    civil_day due = civil_day_of_ms(t->now_ms) + 10;
    const struct obligation_draft both[] = {
        {.catalogue_id = STR("CT18-2c"), .deadline_day = due, .targets = to_schools, .target_count = 1},
        {.catalogue_id = STR("CT18-1a"), .deadline_day = due, .targets = to_schools, .target_count = 1},
    };
    s.directive_id = world_directive(t, &s.w, both, ARRAY_LEN(both));
    struct actor issuer = world_actor(t, s.w.issuer, RIGHT_READ);
    struct directive_issued issued;
    assert_ok(directive_issue(t->db, &issuer, s.directive_id, &issued, &err));
    world_pass(t, 1);
    for (int i = 0; i < 3; i++) {
        const int64_t people[] = {s.w.teacher_of[i], s.w.head_of[i]};
        for (int k = 0; k < 2; k++) {
            struct actor who = world_actor(t, people[k], RIGHT_ACKNOWLEDGE);
            bool first;
            assert_ok(duty_acknowledge(t->db, &who, s.directive_id, s.w.schools[i], &first, &err));
        }
    }
    world_pass(t, 20);
    struct actor drafter = world_actor(t, s.w.issuer, RIGHT_REPORT);
    struct freeze_draft draft = {.root_id = s.w.committee,
                                 .directive_id = s.directive_id,
                                 .edge_kind = EDGE_ADMINISTRATIVE,
                                 .as_of_day = CIVIL_NONE};
    assert_ok(freeze_make(t->db, &drafter, &draft, &s.freeze, &err));
    s.reader = world_actor(t, s.w.issuer, RIGHT_READ);
    return s;
}

#define HAND \
    "{\"hand\":{\"causes\":\"Thiếu cán bộ chuyên trách.\",\"proposals\":\"Bố trí kinh phí.\\nMở lớp tập huấn.\"}}"

static struct document answer_of(struct store_test *t, const struct story *s, enum answer_kind kind)
{
    struct err err;
    struct document d;
    struct answer_order order = {.kind = kind,
                                 .freeze_id = s->freeze.id,
                                 .fields_json = STR(HAND),
                                 .period_from_day = CIVIL_NONE,
                                 .period_to_day = CIVIL_NONE};
    assert_ok(answer_document(t->db, &s->reader, &order, &t->arena, &d, &err));
    return d;
}

/* Everything the document says in its body, a line a block. */
static struct str words_of(struct store_test *t, const struct document *d)
{
    struct err err;
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    struct document_lines lines;
    assert_ok(document_lines_make(d->blocks, d->block_count, true, &t->arena, &lines, &err));
    for (size_t i = 0; i < lines.count; i++)
        buf_printf(&buf, "%.*s%.*s%.*s\n", STR_ARG(lines.items[i].label), STR_ARG(lines.items[i].lead),
                   STR_ARG(lines.items[i].text));
    struct str text;
    assert_ok(buf_to_arena(&buf, &t->arena, &text, &err));
    return text;
}

static void assert_holds(struct str text, const char *words)
{
    if (!str_contains(text, str_from_cstr(words)))
        fail_msg("“%s” is not in:\n%.*s", words, STR_ARG(text));
}

static void numerator_and_denominator_stand_in_words(void **state)
{
    struct store_test *t = *state;
    struct story s = story_make(t);
    struct document d = answer_of(t, &s, ANSWER_LETTER);
    struct str text = words_of(t, &d);
    assert_holds(text, "6 trên 24 người đã xác nhận đọc (25%)");
    assert_holds(text, "3 trên 12 đơn vị đạt (25%)");
    assert_holds(text, "0 trên 12 đơn vị đạt (0%)");
}

static void who_is_missing_is_named(void **state)
{
    struct store_test *t = *state;
    struct story s = story_make(t);
    struct document d = answer_of(t, &s, ANSWER_LETTER);
    struct str text = words_of(t, &d);
    assert_holds(text, "12 trên 12 đơn vị còn việc quá hạn hoặc chưa xem");
    assert_holds(text, "- Trường THCS Số 12: 2 quá hạn");
    assert_holds(text, "- Trường THCS Số 1: 1 quá hạn");
}

static void typed_words_stand_as_paragraphs_and_the_end_is_marked(void **state)
{
    struct store_test *t = *state;
    struct story s = story_make(t);
    struct document d = answer_of(t, &s, ANSWER_LETTER);
    struct str text = words_of(t, &d);
    assert_holds(text, "NGUYÊN NHÂN, KHÓ KHĂN\nThiếu cán bộ chuyên trách.\n");
    assert_holds(text, "Bố trí kinh phí.\nMở lớp tập huấn.\n");
    assert_true(str_ends_with(str_trim(text), STR("./.")));
}

static void number_and_day_are_left_to_the_clerk(void **state)
{
    struct store_test *t = *state;
    struct story s = story_make(t);
    struct document d = answer_of(t, &s, ANSWER_LETTER);
    assert_true(str_is_empty(d.number));
    assert_int_equal(d.date.day, 0);
    assert_int_equal(d.date.month, 1);
}

static void a_committee_signs_on_behalf_of_the_collective(void **state)
{
    struct store_test *t = *state;
    struct story s = story_make(t);
    struct document d = answer_of(t, &s, ANSWER_ROLLUP);
    assert_int_equal(d.sign_line_count, 2);
    assert_true(str_equal(d.sign_lines[0].mark, STR("TM.")));
    assert_true(str_equal(d.sign_lines[0].title, STR("ỦY BAN NHÂN DÂN")));
    assert_true(str_equal(d.sign_lines[1].title, STR("CHỦ TỊCH")));
    assert_true(str_equal(d.signer_name, STR("Lê Thị Tre")));
    assert_true(str_equal(d.type_name, STR("BÁO CÁO")));
}

static void the_annex_has_every_unit_late_first_and_a_total(void **state)
{
    struct store_test *t = *state;
    struct story s = story_make(t);
    struct document d = answer_of(t, &s, ANSWER_ROLLUP);
    assert_int_equal(d.annex_count, 1);
    assert_true(d.annexes[0].is_landscape);
    const struct document_table *table = &d.annexes[0].blocks[0].table;
    assert_int_equal(table->row_count, WORLD_SCHOOLS + 1);
    assert_true(str_equal(table->rows[0].cells[5], STR("2")));
    assert_true(str_equal(table->rows[WORLD_SCHOOLS - 1].cells[5], STR("1")));
    assert_true(str_equal(table->rows[WORLD_SCHOOLS].cells[2], STR("24")));
    assert_int_equal(table->rows[WORLD_SCHOOLS].kind, DOCUMENT_ROW_TOTAL);
}

static struct str pdf_of(struct store_test *t, const struct document *d, struct type_fonts *fonts)
{
    struct err err;
    AUTO_BUF buf;
    buf_init(&buf, 64u << 20);
    struct report_sink sink = report_sink_buf(&buf);
    assert_ok(pdf_write(d, fonts, &sink, NULL, &err));
    struct str bytes;
    assert_ok(buf_to_arena(&buf, &t->arena, &bytes, &err));
    return bytes;
}

static void the_same_freeze_gives_the_same_bytes_whatever_happens_later(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct type_fonts *fonts = NULL;
    if (type_fonts_open(NULL, &fonts, &err) != ERR_NONE) {
        print_message("SKIP: %s\n", err.text);
        skip();
    }
    struct story s = story_make(t);
    struct document one = answer_of(t, &s, ANSWER_LETTER);
    struct str first = pdf_of(t, &one, fonts);
    const char *before = arena_printf(&t->arena, "%s/a.xlsx", t->dir).ptr,
               *after = arena_printf(&t->arena, "%s/b.xlsx", t->dir).ptr;
    assert_ok(answer_xlsx(t->db, &s.reader, s.freeze.id, before, &err));
    struct actor who = world_actor(t, s.w.teacher_of[7], RIGHT_ACKNOWLEDGE); /* later acts change nothing */
    bool is_first;
    world_pass(t, 3);
    who.day = civil_day_of_ms(t->now_ms);
    assert_ok(duty_acknowledge(t->db, &who, s.directive_id, s.w.schools[7], &is_first, &err));
    s.reader.day = civil_day_of_ms(t->now_ms);
    struct document two = answer_of(t, &s, ANSWER_LETTER);
    struct str second = pdf_of(t, &two, fonts);
    type_fonts_free(fonts);
    assert_true(str_equal(first, second));
    assert_ok(answer_xlsx(t->db, &s.reader, s.freeze.id, after, &err));
    struct str a, b;
    assert_ok(file_read(before, 1u << 24, &t->arena, &a, &err));
    assert_ok(file_read(after, 1u << 24, &t->arena, &b, &err));
    assert_true(str_equal(a, b));
}

static void a_stranger_finds_nothing(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct story s = story_make(t);
    struct document d;
    struct answer_order order = {
        .kind = ANSWER_LETTER, .freeze_id = s.freeze.id, .period_from_day = CIVIL_NONE, .period_to_day = CIVIL_NONE};
    struct actor stranger = world_actor(t, s.w.teacher_of[0], RIGHT_READ);
    assert_int_equal(answer_document(t->db, &stranger, &order, &t->arena, &d, &err), ERR_NOT_FOUND);
}

/* One school alone: words instead of "1 trên 1", its own head, its own superior. */
static void one_unit_answers_in_words(void **state)
{
    struct store_test *t = *state;
    struct err err;
    struct story s = story_make(t);
    struct actor head = world_actor(t, s.w.head_of[0], RIGHT_REPORT);
    struct freeze_draft draft = {.root_id = s.w.schools[0],
                                 .directive_id = s.directive_id,
                                 .edge_kind = EDGE_ADMINISTRATIVE,
                                 .as_of_day = CIVIL_NONE};
    struct freeze_made made;
    assert_ok(freeze_make(t->db, &head, &draft, &made, &err));
    struct document d;
    struct answer_order order = {
        .kind = ANSWER_LETTER, .freeze_id = made.id, .period_from_day = CIVIL_NONE, .period_to_day = CIVIL_NONE};
    head.right = RIGHT_READ;
    assert_ok(answer_document(t->db, &head, &order, &t->arena, &d, &err));
    struct str text = words_of(t, &d);
    assert_holds(text, ": quá hạn.");
    assert_holds(text, ": đã thực hiện.");
    assert_true(str_equal(d.to[0], STR("UBND tỉnh Trúc Lâm")));
    assert_true(str_equal(d.sign_lines[0].title, STR("HIỆU TRƯỞNG")));
    assert_true(str_equal(d.place, STR("Trúc Lâm")));
}

/* Who signs under the answer of a unit of this kind, a line each; and whether its superior stands above its name. */
static struct str signed_by(struct store_test *t, struct story *s, const char *kind, const char *name, const char *role,
                            bool *ret_has_parent)
{
    struct err err;
    int64_t unit = world_unit(t, &s->w, kind, name, s->w.committee);
    int64_t person = world_person(t, "Lò Thị Trúc", unit, role, EDGE_ADMINISTRATIVE.ptr);
    struct actor who = world_actor(t, person, RIGHT_REPORT);
    struct freeze_draft draft = {
        .root_id = unit, .directive_id = s->directive_id, .edge_kind = EDGE_ADMINISTRATIVE, .as_of_day = CIVIL_NONE};
    struct freeze_made made;
    assert_ok(freeze_make(t->db, &who, &draft, &made, &err));
    struct document d;
    struct answer_order order = {
        .kind = ANSWER_LETTER, .freeze_id = made.id, .period_from_day = CIVIL_NONE, .period_to_day = CIVIL_NONE};
    who.right = RIGHT_READ;
    assert_ok(answer_document(t->db, &who, &order, &t->arena, &d, &err));
    struct str all = STR("");
    for (size_t i = 0; i < d.sign_line_count; i++)
        all = arena_printf(&t->arena, "%.*s%s%.*s", STR_ARG(all), i ? " / " : "",
                           STR_ARG(document_sign_text(&d.sign_lines[i], &t->arena)));
    *ret_has_parent = !str_is_empty(d.parent);
    return all;
}

static void every_kind_of_unit_signs_by_its_own_titles(void **state)
{
    struct store_test *t = *state;
    struct story s = story_make(t);
    static const struct {
        const char *kind, *name, *role, *lines;
        bool has_parent;
    } cases[] = {
        {"ministry", "Bộ Tre Trúc", "unit_head", "BỘ TRƯỞNG", false},
        {"ministry", "Bộ Măng Non", "deputy_head", "KT. BỘ TRƯỞNG / THỨ TRƯỞNG", false},
        {"ministry_unit", "Cục Tre Nứa", "deputy_head", "KT. CỤC TRƯỞNG / PHÓ CỤC TRƯỞNG", true},
        {"department", "Sở Tre Nứa", "deputy_head", "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC", true},
        {"department", "Thanh tra tỉnh Trúc Lâm", "unit_head", "CHÁNH THANH TRA", true},
        {"commune", "Ủy ban nhân dân xã Suối Tre", "deputy_head", "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH",
         true},
        {"school_primary", "Trường Tiểu học Suối Tre", "deputy_head", "KT. HIỆU TRƯỞNG / PHÓ HIỆU TRƯỞNG", true},
        {"isp", "Tổng công ty Mạng Tre", "unit_head", "TỔNG GIÁM ĐỐC", true},
        {"front_union", "Ủy ban Mặt trận Tổ quốc tỉnh Trúc Lâm", "deputy_head", "TM. BAN THƯỜNG TRỰC / PHÓ CHỦ TỊCH",
         true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool has_parent;
        struct str got = signed_by(t, &s, cases[i].kind, cases[i].name, cases[i].role, &has_parent);
        if (!str_equal(got, str_from_cstr(cases[i].lines)) || has_parent != cases[i].has_parent)
            fail_msg("%s: %.*s (%s)", cases[i].name, STR_ARG(got), has_parent ? "with its superior" : "alone");
    }
}

/* The committee's own answer on what it made of a letter. */
static struct document answer_to_letter(struct store_test *t, const struct story *s, const char *issuer)
{
    struct err err;
    struct actor committee = world_actor(t, s->w.issuer, RIGHT_READ),
                 drafter = world_actor(t, s->w.issuer, RIGHT_REPORT);
    const struct obligation_draft one = {.catalogue_id = STR("CT18-2c"),
                                         .deadline_day = civil_day_of_ms(t->now_ms) + 10,
                                         .targets = to_schools,
                                         .target_count = 1};
    struct directive_draft draft = {.issuer_id = s->w.committee,
                                    .edge_kind = EDGE_ADMINISTRATIVE,
                                    .title = STR("Giữ mạng an toàn"),
                                    .issued_day = CIVIL_NONE,
                                    .obligations = &one,
                                    .obligation_count = 1,
                                    .letter_id = db_id(t->db)};
    static const char hash[32] = "letter";
    assert_ok(sql_letter_insert(t->db,
                                &(struct sql_letter_insert_args){.id = draft.letter_id,
                                                                 .unit_id = s->w.committee,
                                                                 .direction = STR("in"),
                                                                 .number = STR("055"),
                                                                 .symbol = STR("BMN-ATTT"),
                                                                 .issued_day = {true, civil_to_day(2026, 1, 5)},
                                                                 .issuer = str_from_cstr(issuer),
                                                                 .subject = STR("Giữ mạng an toàn mùa măng"),
                                                                 .text_sha256 = {hash, sizeof hash},
                                                                 .read_json = STR("{}"),
                                                                 .search_key = STR("")},
                                &err));
    int64_t id = 0;
    struct directive_issued issued;
    struct freeze_made freeze;
    assert_ok(directive_draft_new(t->db, &committee, &draft, &id, &err));
    assert_ok(directive_issue(t->db, &committee, id, &issued, &err));
    assert_ok(freeze_make(
        t->db, &drafter,
        &(struct freeze_draft){
            .root_id = s->w.committee, .directive_id = id, .edge_kind = EDGE_ADMINISTRATIVE, .as_of_day = CIVIL_NONE},
        &freeze, &err));
    struct story of_letter = *s;
    of_letter.freeze = freeze;
    return answer_of(t, &of_letter, ANSWER_LETTER);
}

static void a_letter_from_outside_is_what_is_answered(void **state)
{
    struct store_test *t = *state;
    struct story s = story_make(t);
    struct document d = answer_to_letter(t, &s, "Bộ Măng Non");
    struct str text = words_of(t, &d);
    assert_holds(text,
                 "Căn cứ Công văn số 055/BMN-ATTT ngày 05 tháng 01 năm 2026 của Bộ Măng Non về việc giữ mạng an toàn "
                 "mùa măng");
    assert_holds(text, "Thực hiện Công văn số 055/BMN-ATTT ngày 05 tháng 01 năm 2026 của Bộ Măng Non, ");
    assert_str(d.to[0], STR("Bộ Măng Non"));
    d = answer_to_letter(t, &s, "ỦY BAN NHÂN DÂN"); /* its own letter: nobody else is answered */
    text = words_of(t, &d);
    assert_true(str_find(text, STR("055/BMN-ATTT"), 0) < 0);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty,  &sql_module_world, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(numerator_and_denominator_stand_in_words),
        STORE_TEST(who_is_missing_is_named),
        STORE_TEST(typed_words_stand_as_paragraphs_and_the_end_is_marked),
        STORE_TEST(number_and_day_are_left_to_the_clerk),
        STORE_TEST(a_committee_signs_on_behalf_of_the_collective),
        STORE_TEST(the_annex_has_every_unit_late_first_and_a_total),
        STORE_TEST(the_same_freeze_gives_the_same_bytes_whatever_happens_later),
        STORE_TEST(a_stranger_finds_nothing),
        STORE_TEST(one_unit_answers_in_words),
        STORE_TEST(every_kind_of_unit_signs_by_its_own_titles),
        STORE_TEST(a_letter_from_outside_is_what_is_answered),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
