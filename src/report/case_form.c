#include "report/case_form.h"

#include "base/buf.h"
#include "format/json.h"

#define TEXT_BYTES ((size_t)256 << 10)
#define MINUTE_MS  (60 * INT64_C(1000))

struct filling {
    const struct case_facts *facts;
    struct form_values *values;
    struct arena *arena;
};

static enum err_code put_text(struct filling *f, struct str key, struct str text, struct err *err)
{
    if (str_is_empty(text))
        return ERR_NONE; /* unknown stays unknown */
    return form_values_put(f->values, key, form_of_text(text), err);
}

static enum err_code put_instant(struct filling *f, struct str key, int64_t ms, struct err *err)
{
    return ms ? form_values_put(f->values, key, form_of_instant(ms), err) : ERR_NONE;
}

static enum err_code put_fact(struct filling *f, struct str key, const char *fact, struct err *err)
{
    enum fact_answer answer = incident_fact(f->facts->facts, know_incident_fact_place(str_from_cstr(fact)));
    if (answer == FACT_OPEN)
        return ERR_NONE;
    return form_values_put(f->values, key, form_of_yes_no(answer >= FACT_SUSPECTED), err);
}

/* --- from the registers --- */

static enum err_code put_unit(struct filling *f, struct err *err)
{
    const struct sql_case_unit_facts_row *unit = f->facts->unit;
    TRY(put_text(f, STR("reporter.name"), unit->name, err));
    TRY(put_text(f, STR("focal.name"), unit->focal_name, err));
    TRY(put_text(f, STR("focal.phone"), unit->focal_phone, err));
    return put_text(f, STR("focal.email"), unit->focal_email, err);
}

static enum err_code put_system(struct filling *f, struct err *err)
{
    const struct sql_case_system_facts_row *system = f->facts->system;
    if (!system)
        return ERR_NONE;
    AUTO_BUF addresses;
    buf_init(&addresses, TEXT_BYTES);
    for (size_t i = 0; i < f->facts->addresses.count; i++)
        buf_printf(&addresses, "%s%.*s", i ? "; " : "", STR_ARG(f->facts->addresses.items[i].value));
    TRY(buf_check(&addresses, err));
    TRY(put_text(f, STR("owner.name"), system->owner_name, err));
    TRY(put_text(f, STR("operator.name"), system->operator_name, err));
    TRY(put_text(f, STR("system.name"), system->name, err));
    TRY(put_text(f, STR("system.purpose"), system->description, err));
    TRY(put_text(f, STR("system.approval"), system->decision, err));
    TRY(put_text(f, STR("system.addresses"), buf_str(&addresses), err));
    return system->level.has ? form_values_put(f->values, STR("system.level"), form_of_number(system->level.v), err)
                             : ERR_NONE;
}

/* --- from the case --- */

static enum err_code put_case(struct filling *f, struct err *err)
{
    const struct incident_case *about = &f->facts->about;
    const struct sql_incident_get_row *row = about->row;
    const struct know_incident_severity *severity = know_incident_severity_find(row->severity);
    struct str group =
        arena_printf(f->arena, "%.*s: %.*s", STR_ARG(about->group->title.vi), STR_ARG(about->label->title.vi));
    if (str_is_null(group))
        return arena_full(f->arena, err);
    TRY(put_instant(f, STR("incident.detected_at"), row->detected_ms, err));
    TRY(put_instant(f, STR("incident.occurred_at"), row->occurred_ms.v, err));
    TRY(put_instant(f, STR("breach.detected_at"), row->personal_ms.v, err));
    TRY(put_instant(f, STR("repair.restored_at"), row->restored_ms.v, err));
    TRY(put_text(f, STR("incident.group"), group, err));
    if (severity)
        TRY(put_text(f, STR("incident.severity"), severity->title.vi, err));
    TRY(put_text(f, STR("incident.signs"), row->summary,
                 err)); /* the first notice asks for no more than what was seen */
    TRY(put_text(f, STR("incident.description"), str_is_empty(row->summary) ? row->title : row->summary, err));
    TRY(put_fact(f, STR("incident.harms_order"), "signs_security", err));
    TRY(put_fact(f, STR("incident.severe_outage"), "outage_severe", err));
    TRY(put_fact(f, STR("scope.personal_data"), "personal_data", err));
    if (row->occurred_ms.has && row->restored_ms.has)
        TRY(form_values_put(f->values, STR("scope.downtime_minutes"),
                            form_of_number((row->restored_ms.v - row->occurred_ms.v) / MINUTE_MS), err));
    for (size_t i = 0; i < about->clocks.count; i++)
        if (know_ids_has(about->clocks.items[i].row->forms, STR("report_72h")))
            return put_instant(f, STR("response.report_due_at"), about->clocks.items[i].due_ms, err);
    return ERR_NONE;
}

/* --- from the room --- */

static enum err_code put_measures(struct filling *f, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, TEXT_BYTES);
    for (size_t i = 0; i < f->facts->measures.count; i++) {
        char text[CIVIL_TEXT_BYTES];
        buf_printf(&buf, "%s%s: %.*s", i ? "\n" : "", civil_vn_ms(f->facts->measures.items[i].at_ms, text),
                   STR_ARG(f->facts->measures.items[i].text));
    }
    TRY(buf_check(&buf, err));
    return put_text(f, STR("incident.measures"), buf_str(&buf), err);
}

/* Of the repairs: what is done, what is under way. */
static enum err_code put_repairs(struct filling *f, const char *state, struct str key, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, TEXT_BYTES);
    for (size_t i = 0; i < f->facts->tasks.count; i++) {
        const struct sql_room_task_rows_row *task = &f->facts->tasks.items[i];
        bool is_repair = str_equal(task->kind, STR("repair")) || str_equal(task->kind, STR("contain")) ||
                         str_equal(task->kind, STR("hunt"));
        if (!is_repair || !str_equal(task->state, str_from_cstr(state)))
            continue;
        buf_printf(&buf, "%s%.*s%s%.*s", buf_str(&buf).len_bytes ? "\n" : "", STR_ARG(task->title),
                   str_is_empty(task->result) ? "" : ": ", STR_ARG(task->result));
    }
    TRY(buf_check(&buf, err));
    return put_text(f, key, buf_str(&buf), err);
}

static enum err_code put_assets(struct filling *f, struct err *err)
{
    const struct sql_room_asset_rows_rows *assets = &f->facts->assets;
    if (!assets->count)
        return ERR_NONE;
    const struct know_form_key *key = know_form_key_find(STR("scope.assets"));
    must(key && key->column_count == 3); /* a test holds the file to it */
    struct form_row *rows = arena_new_array(f->arena, struct form_row, assets->count);
    struct form_value *cells = arena_new_array(f->arena, struct form_value, assets->count * 3);
    if (!rows || !cells)
        return arena_full(f->arena, err);
    for (size_t i = 0; i < assets->count; i++) {
        const struct sql_room_asset_rows_row *a = &assets->items[i];
        bool is_address = str_equal(a->kind, STR("address")) || str_equal(a->kind, STR("domain"));
        struct form_value *row = &cells[3 * i];
        row[0] = is_address ? (struct form_value){0} : form_of_text(a->value);
        row[1] = is_address ? form_of_text(a->value) : (struct form_value){0};
        row[2] = str_is_empty(a->note) ? (struct form_value){0} : form_of_text(a->note);
        rows[i].cells = row;
    }
    return form_values_put(f->values, key->id, form_of_rows(rows, assets->count), err);
}

static enum err_code put_evidence(struct filling *f, struct err *err)
{
    const struct sql_room_file_rows_rows *files = &f->facts->files;
    if (!files->count)
        return ERR_NONE;
    const struct know_form_key *key = know_form_key_find(STR("evidence.kept"));
    must(key && key->column_count == 3);
    struct form_row *rows = arena_new_array(f->arena, struct form_row, files->count);
    struct form_value *cells = arena_new_array(f->arena, struct form_value, files->count * 3);
    struct form_file *list = arena_new_array(f->arena, struct form_file, files->count);
    if (!rows || !cells || !list)
        return arena_full(f->arena, err);
    for (size_t i = 0; i < files->count; i++) {
        const struct sql_room_file_rows_row *file = &files->items[i];
        struct form_value *row = &cells[3 * i];
        char hex[65] = "";
        for (size_t k = 0; k < file->sha256.len_bytes && k < 32; k++)
            snprintf(hex + 2 * k, 3, "%02x", (unsigned char)file->sha256.ptr[k]);
        struct str sha256 = arena_printf(f->arena, "%s", hex);
        if (str_is_null(sha256))
            return arena_full(f->arena, err);
        row[0] = form_of_text(file->name);
        row[1] = form_of_instant(file->collected_ms);
        row[2] = str_is_empty(file->by_name) ? (struct form_value){0} : form_of_text(file->by_name);
        rows[i].cells = row;
        list[i] = (struct form_file){.name = file->name, .size_bytes = file->size_bytes, .sha256 = sha256};
    }
    TRY(form_values_put(f->values, key->id, form_of_rows(rows, files->count), err));
    return form_values_put(f->values, STR("report.attachments"), form_of_files(list, files->count), err);
}

/* --- what people answered (incident/case_report.h says how each type is written) --- */

static enum err_code rows_of(struct filling *f, const struct know_form_key *key, struct str text,
                             struct form_value *ret_value, struct err *err);

static enum err_code value_of(struct filling *f, enum know_form_type type, struct str text,
                              struct form_value *ret_value, struct err *err)
{
    int64_t number;
    civil_day day;
    switch (type) {
    case KNOW_FORM_TEXT:
    case KNOW_FORM_LONG_TEXT:
    case KNOW_FORM_PERSON:
    case KNOW_FORM_UNIT:
    case KNOW_FORM_PHONE:
    case KNOW_FORM_EMAIL:
    case KNOW_FORM_CHOICE:
        *ret_value = form_of_text(text);
        return ERR_NONE;
    case KNOW_FORM_INSTANT:
    case KNOW_FORM_NUMBER:
        if (!str_to_i64(text, &number))
            break;
        *ret_value = type == KNOW_FORM_NUMBER ? form_of_number(number) : form_of_instant(number);
        return ERR_NONE;
    case KNOW_FORM_DAY:
        if (!civil_parse_iso(text, &day))
            break;
        *ret_value = form_of_day(day);
        return ERR_NONE;
    case KNOW_FORM_YES_NO:
        *ret_value = form_of_yes_no(str_equal(text, STR("yes")));
        return ERR_NONE;
    case KNOW_FORM_ROWS:
    case KNOW_FORM_FILES:
        break;
    }
    (void)f;
    return err_set(err, ERR_SYNTAX, "'%.*s' không đúng kiểu của mục này", STR_ARG(str_slice(text, 0, 100)));
}

static enum err_code rows_of(struct filling *f, const struct know_form_key *key, struct str text,
                             struct form_value *ret_value, struct err *err)
{
    struct json root;
    TRY(json_parse(text, 0, f->arena, &root, err));
    size_t count = json_count(root);
    struct form_row *rows = arena_new_array(f->arena, struct form_row, count + 1);
    struct form_value *cells = arena_new_array(f->arena, struct form_value, (count + 1) * key->column_count);
    if (!rows || !cells)
        return arena_full(f->arena, err);
    for (size_t i = 0; i < count; i++) {
        rows[i].cells = &cells[i * key->column_count];
        for (size_t k = 0; k < key->column_count; k++) {
            struct str cell;
            TRY(json_str(json_at(json_at(root, i), k), f->arena, &cell, err));
            if (!str_is_empty(cell))
                TRY(value_of(f, key->columns[k].type, cell, &cells[i * key->column_count + k], err));
        }
    }
    *ret_value = form_of_rows(rows, count);
    return ERR_NONE;
}

static enum err_code put_answers(struct filling *f, struct err *err)
{
    for (size_t i = 0; i < f->facts->answers.count; i++) {
        const struct sql_case_answer_rows_row *answer = &f->facts->answers.items[i];
        const struct know_form_key *key = know_form_key_find(answer->key);
        struct form_value value;
        if (!key)
            continue; /* asked by a form that is gone */
        if (key->type == KNOW_FORM_ROWS)
            TRY(rows_of(f, key, answer->value, &value, err));
        else
            TRY(value_of(f, key->type, answer->value, &value, err));
        TRY(form_values_put(f->values, key->id, value, err));
    }
    return ERR_NONE;
}

enum err_code case_form_values(const struct case_facts *facts, const struct case_form_kind *kind, struct arena *arena,
                               struct form_values **ret_values, struct err *err)
{
    struct filling f = {.facts = facts, .arena = arena};
    TRY(form_values_new(arena, &f.values, err));
    TRY(put_unit(&f, err));
    TRY(put_system(&f, err));
    TRY(put_case(&f, err));
    TRY(put_measures(&f, err));
    TRY(put_repairs(&f, "done", STR("repair.done"), err));
    TRY(put_repairs(&f, "open", STR("repair.doing"), err));
    TRY(put_assets(&f, err));
    TRY(put_evidence(&f, err));
    TRY(put_answers(&f, err));
    TRY(put_text(&f, STR("report.kind"), kind->kind, err));
    if (kind->number)
        TRY(form_values_put(f.values, STR("report.number"), form_of_number(kind->number), err));
    *ret_values = f.values;
    return ERR_NONE;
}

enum err_code case_form_head(const struct case_facts *facts, struct str to, civil_day today, int64_t now_ms,
                             struct arena *arena, struct form_head *ret_head, struct err *err)
{
    struct str *addressee = arena_new_array(arena, struct str, 1);
    if (!addressee)
        return arena_full(arena, err);
    addressee[0] = to;
    struct civil date = civil_from_day(today);
    *ret_head = (struct form_head){
        .unit_name = facts->unit->name,
        .unit_kind = facts->unit->kind,
        .parent_name = str_is_null(facts->unit->parent_name) ? STR("") : facts->unit->parent_name,
        .symbol = str_is_null(facts->unit->symbol) ? STR("") : facts->unit->symbol,
        .place = STR(""),
        .date = {.day = 0, .month = date.month, .year = date.year},
        .on_day = today,
        .to = str_is_empty(to) ? NULL : addressee,
        .to_count = str_is_empty(to) ? 0 : 1,
        .made_unix_ms = now_ms,
    };
    return ERR_NONE;
}
