/* Every entry of the catalogue can be answered by hand today: for each evidence kind it accepts, evidence is handed in,
 * accepted by a role that may, and the duty stands covered. A hole fails with its id. */
#include "duty_world.h"

#include "format/json.h"
#include "proof/evidence.sql.h"
#include "store/blob.h"

#define ROLES_MAX 32
struct cast { /* one person a role, over the whole province; and one who does the work */
    struct str role[ROLES_MAX];
    int64_t person[ROLES_MAX];
    size_t count;
    int64_t worker;
};

static struct cast cast_people(struct store_test *t, const struct world *w)
{
    struct cast cast = {0};
    for (size_t i = 0; i < know_role_count; i++) {
        cast.role[cast.count] = know_roles[i].id;
        cast.person[cast.count++] =
            world_person(t, "Người duyệt", w->committee, know_roles[i].id.ptr, "administrative");
    }
    cast.worker = w->teacher_of[0];
    return cast;
}

/* A value every field of this type accepts. */
static void put_value(struct json_writer *w, const struct know_field *field)
{
    switch (field->type) {
    case KNOW_FIELD_DATE:
        json_put_str(w, STR("2027-01-04"));
        return;
    case KNOW_FIELD_INSTANT:
        json_put_str(w, STR("2027-01-04T08:00:00+07:00"));
        return;
    case KNOW_FIELD_NUMBER:
        json_put_i64(w, str_equal(field->id, STR("unknown")) ? 0 : 10);
        return;
    case KNOW_FIELD_YES_NO:
        json_put_bool(w, true);
        return;
    case KNOW_FIELD_CHOICE:
        json_put_str(w, field->choices[0].id);
        return;
    case KNOW_FIELD_EMAIL:
        json_put_str(w, STR("daumoi@truclam.example"));
        return;
    case KNOW_FIELD_PHONE:
        json_put_str(w, STR("0900 000 001"));
        return;
    case KNOW_FIELD_LINK:
        json_put_str(w, STR("https://truclam.example/cong"));
        return;
    case KNOW_FIELD_FILE:
        json_put_str(w, STR("tep.pdf"));
        return;
    case KNOW_FIELD_TEXT:
    case KNOW_FIELD_LONG_TEXT:
    case KNOW_FIELD_PERSON:
    case KNOW_FIELD_SYSTEM:
    case KNOW_FIELD_UNIT:
        json_put_str(w, STR("Nội dung"));
        return;
    }
}

static struct str fields_of(struct store_test *t, const struct know_evidence_kind *kind)
{
    struct err err;
    AUTO_BUF buf;
    buf_init(&buf, 1u << 16);
    struct json_writer w;
    json_writer_init(&w, &buf, 0);
    json_object_begin(&w);
    for (size_t i = 0; i < kind->field_count; i++) {
        json_put_key(&w, kind->fields[i].id);
        put_value(&w, &kind->fields[i]);
    }
    json_object_end(&w);
    struct str fields;
    assert_ok(buf_to_arena(&buf, &t->arena, &fields, &err));
    return fields;
}

static bool is_covered(struct store_test *t, int64_t assignment_id, struct err *err)
{
    struct ledger_row row;
    return ledger_get(t->db, &t->arena, assignment_id, &row, err) == ERR_NONE &&
           row.facts.covered_to_day != CIVIL_NONE && row.facts.covered_from_day <= civil_day_of_ms(t->now_ms) &&
           row.facts.covered_to_day > civil_day_of_ms(t->now_ms);
}

static enum err_code put_file(struct db *db, void *ctx, struct err *err)
{
    return blob_put(db, STR("%PDF-1.4 mẫu"), ctx, err);
}

/* Hands in one kind and finds a role that may accept it. NULL, or what is wrong. */
static const char *answer(struct store_test *t, const struct cast *cast, int64_t assignment_id,
                          const struct know_evidence_kind *kind, struct err *err)
{
    struct sha256 sha;
    if (db_transact(t->db, put_file, &sha, err) != ERR_NONE)
        return err->text;
    struct evidence_file file = {STR("tep.pdf"), STR("application/pdf"), sha256_str(&sha), 10};
    struct evidence_draft draft = {.assignment_id = assignment_id,
                                   .kind = kind->id,
                                   .done_day = civil_day_of_ms(t->now_ms),
                                   .fields_json = fields_of(t, kind),
                                   .source = STR("hand"),
                                   .files = &file,
                                   .file_count = 1};
    struct actor worker = world_actor(t, cast->worker, RIGHT_READ);
    int64_t evidence = 0;
    if (evidence_submit(t->db, &worker, &draft, &evidence, err) != ERR_NONE)
        return err->text;
    for (size_t i = 0; i < cast->count; i++) {
        if (kind->accepted_by.count && !know_ids_has(kind->accepted_by, cast->role[i]))
            continue;
        struct actor reviewer = world_actor(t, cast->person[i], RIGHT_READ);
        if (evidence_accept(t->db, &reviewer, evidence, err) == ERR_NONE)
            return NULL;
    }
    return "no role may accept it";
}

static int64_t issue_one(struct store_test *t, const struct world *w, const struct know_obligation *known)
{
    struct err err;
    static struct obligation_target to_school;
    to_school = (struct obligation_target){TARGET_UNIT, arena_printf(&t->arena, "%lld", (long long)w->schools[0])};
    struct obligation_draft o = {
        .catalogue_id = known->id, .deadline_day = CIVIL_NONE, .targets = &to_school, .target_count = 1};
    /* a periodic duty whose period comes from a rule gets the one in force */
    o.period_months = known->period_months ? known->period_months
                                           : know_obligation_period_months(known, 3, civil_day_of_ms(t->now_ms));
    if (known->trigger == KNOW_PERIODIC && o.period_months == 0)
        o.period_months = 12; /* "as prescribed" */
    int64_t id = world_directive(t, w, &o, 1);
    struct directive_issued issued;
    struct actor issuer = world_actor(t, w->issuer, RIGHT_READ);
    assert_ok(directive_issue(t->db, &issuer, id, &issued, &err));
    return id;
}

static void every_entry_of_the_catalogue_can_be_answered_by_hand(void **state)
{
    struct store_test *t = *state;
    struct world w = world_make(t);
    struct err err = {0};
    struct cast cast = cast_people(t, &w);
    int64_t system = db_id(t->db);
    assert_ok(
        sql_world_system(t->db,
                         &(struct sql_world_system_args){
                             .id = system, .unit_id = w.schools[0], .name = STR("Cổng thông tin"), .uses_camera = 1},
                         &err));
    assert_ok(sql_world_level(
        t->db, &(struct sql_world_level_args){.id = db_id(t->db), .system_id = system, .level = 3}, &err));
    assert_ok(sql_world_database(
        t->db, &(struct sql_world_database_args){.id = db_id(t->db), .system_id = system, .name = STR("Học sinh")},
        &err));
    size_t holes = 0, tried = 0;
    for (size_t i = 0; i < know_obligation_count; i++) {
        const struct know_obligation *known = &know_obligations[i];
        size_t ways = known->needs_all_evidence ? 1 : known->evidence.count;
        if (known->evidence.count == 0) {
            print_message("%.*s: no evidence is named\n", STR_ARG(known->id));
            holes++;
        }
        for (size_t way = 0; way < ways; way++) {
            struct arena_mark mark = arena_mark(&t->arena);
            int64_t id = issue_one(t, &w, known);
            struct sql_assignment_ids_of_unit_directive_rows ids;
            assert_ok(sql_assignment_ids_of_unit_directive(
                t->db, &t->arena,
                &(struct sql_assignment_ids_of_unit_directive_args){.unit_id = w.schools[0], .directive_id = id}, &ids,
                &err));
            assert_true(ids.count > 0);
            const char *why = NULL;
            bool is_by_person =
                known->denominator == KNOW_PERSON && str_equal(known->evidence.items[way], STR("acknowledgement"));
            if (is_by_person) {
                int64_t people[] = {w.head_of[0], w.teacher_of[0]};
                for (size_t p = 0; p < ARRAY_LEN(people); p++) {
                    struct actor reader = world_actor(t, people[p], RIGHT_READ);
                    bool first = false;
                    assert_ok(duty_acknowledge(t->db, &reader, id, w.schools[0], &first, &err));
                }
            }
            for (size_t a = 0; a < ids.count && !is_by_person && !why; a++)
                for (size_t e = 0; e < (known->needs_all_evidence ? known->evidence.count : 1) && !why; e++) {
                    const struct know_evidence_kind *kind = know_evidence_kind_find(known->evidence.items[way + e]);
                    why = kind ? answer(t, &cast, ids.items[a].id, kind, &err) : "no such kind of evidence";
                }
            for (size_t a = 0; a < ids.count && !why; a++)
                if (!is_covered(t, ids.items[a].id, &err))
                    why = "accepted, and still not covered";
            if (why) {
                print_message("%.*s by %.*s: %s\n", STR_ARG(known->id), STR_ARG(known->evidence.items[way]), why);
                holes++;
            }
            tried++;
            /* so that the next way, or the next entry of the same kind, starts uncovered */
            assert_ok(directive_withdraw(t->db, &w.system, id, STR("thử xong"), &err));
            arena_rewind(&t->arena, mark);
        }
    }
    assert_ok(ledger_recount(t->db, &err));
    print_message("%zu entries, %zu ways\n", know_obligation_count, tried);
    assert_int_equal(holes, 0);
    assert_true(know_obligation_count >= 68);
}

/* Evidence answers the right denominator: a duty counted by system says so in its kinds. */
static void each_first_kind_counts_what_its_duty_counts(void **state)
{
    (void)state;
    size_t holes = 0;
    for (size_t i = 0; i < know_obligation_count; i++) {
        const struct know_obligation *o = &know_obligations[i];
        const struct know_evidence_kind *kind =
            o->evidence.count ? know_evidence_kind_find(o->evidence.items[0]) : NULL;
        if (kind && kind->counts[o->denominator])
            continue;
        print_message("%.*s counts by %.*s; %.*s does not\n", STR_ARG(o->id),
                      STR_ARG(know_denominator_id(o->denominator)),
                      STR_ARG(o->evidence.count ? o->evidence.items[0] : STR("nothing")));
        holes++;
    }
    assert_int_equal(holes, 0);
}

int main(void)
{
    static const struct sql_module *const modules[] = {&sql_module_store, &sql_module_proof, &sql_module_org,
                                                       &sql_module_duty, NULL};
    static const struct CMUnitTest tests[] = {
        STORE_TEST(every_entry_of_the_catalogue_can_be_answered_by_hand),
        cmocka_unit_test(each_first_kind_counts_what_its_duty_counts),
    };
    return store_test_main(tests, ARRAY_LEN(tests), modules);
}
