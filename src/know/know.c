#include "know/know.h"

#include "base/viet.h"

/* The tables are small (at most a hundred rows): a walk is as fast as an index and cannot be wrong. */
#define FIND_ROW(rows, count, wanted)             \
    for (size_t row_ = 0; row_ < (count); row_++) \
        if (str_equal((rows)[row_].id, (wanted))) \
            return &(rows)[row_];                 \
    return NULL

bool know_ids_has(struct know_ids ids, struct str id)
{
    for (size_t i = 0; i < ids.count; i++)
        if (str_equal(ids.items[i], id))
            return true;
    return false;
}

const struct know_instrument *know_instrument_find(struct str id)
{
    FIND_ROW(know_instruments, know_instrument_count, id);
}

const struct know_instrument *know_instrument_by_number(struct str number)
{
    for (size_t i = 0; i < know_instrument_count; i++)
        if (str_equal_nocase_ascii(know_instruments[i].number, number))
            return &know_instruments[i];
    return NULL;
}

const struct know_named *know_instrument_type_find(struct str id)
{
    FIND_ROW(know_instrument_types, know_instrument_type_count, id);
}

const struct know_org_kind *know_org_kind_find(struct str id)
{
    FIND_ROW(know_org_kinds, know_org_kind_count, id);
}

const struct know_class *know_class_find(struct str id)
{
    FIND_ROW(know_classes, know_class_count, id);
}

static bool has_common(struct know_ids a, struct know_ids b)
{
    for (size_t i = 0; i < a.count; i++)
        if (know_ids_has(b, a.items[i]))
            return true;
    return false;
}

bool know_class_matches(const struct know_class *class_row, const struct know_org_facts *facts)
{
    const struct know_org_kind *kind = know_org_kind_find(facts->kind);
    if (class_row->kinds.count && !know_ids_has(class_row->kinds, facts->kind))
        return false;
    if (class_row->groups.count && (!kind || !know_ids_has(class_row->groups, kind->group)))
        return false;
    if (class_row->functions.count && !has_common(class_row->functions, facts->functions))
        return false;
    if (class_row->in_priority_sector && !facts->in_priority_sector)
        return false;
    return !class_row->in_network || facts->in_network;
}

const struct know_role *know_role_find(struct str id)
{
    FIND_ROW(know_roles, know_role_count, id);
}

uint64_t know_role_rights(struct str role_id)
{
    const struct know_role *role = know_role_find(role_id);
    return role ? role->right_bits : 0;
}

uint64_t know_flowing_rights(void)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < know_right_count; i++)
        if (know_rights[i].flows_down)
            bits |= UINT64_C(1) << i;
    return bits;
}
bool know_right_bit(struct str right_id, uint64_t *ret_bit)
{
    for (size_t i = 0; i < know_right_count; i++)
        if (str_equal(know_rights[i].id, right_id)) {
            *ret_bit = UINT64_C(1) << i;
            return true;
        }
    return false;
}

struct str know_denominator_id(enum know_denominator denominator)
{
    switch (denominator) {
    case KNOW_PERSON:
        return STR("person");
    case KNOW_UNIT:
        return STR("unit");
    case KNOW_SYSTEM:
        return STR("system");
    case KNOW_DATABASE:
        return STR("database");
    case KNOW_DEVICE:
        return STR("device");
    }
    return STR("");
}

const struct know_evidence_kind *know_evidence_kind_find(struct str id)
{
    FIND_ROW(know_evidence_kinds, know_evidence_kind_count, id);
}

int know_evidence_cover_months(const struct know_evidence_kind *kind, int level, civil_day day)
{
    if (str_is_empty(kind->cover_rule))
        return kind->cover_months;
    struct know_strictest strictest = know_rule_strictest(kind->cover_rule, level, day);
    return strictest.winner ? strictest.value : kind->cover_months;
}

const struct know_obligation *know_obligation_find(struct str id)
{
    FIND_ROW(know_obligations, know_obligation_count, id);
}

bool know_obligation_is_owed(const struct know_obligation *obligation, const struct know_org_facts *facts)
{
    for (size_t i = 0; i < obligation->owed_by.count; i++) {
        const struct know_class *class_row = know_class_find(obligation->owed_by.items[i]);
        if (class_row && know_class_matches(class_row, facts))
            return true;
    }
    return false;
}

static bool is_stricter(const struct know_rule *a, const struct know_rule *b, int level)
{
    return a->measure == KNOW_AT_MOST ? a->by_level[level] < b->by_level[level]
                                      : a->by_level[level] > b->by_level[level];
}

struct know_strictest know_rule_strictest(struct str activity, int level, civil_day day)
{
    struct know_strictest result = {0};
    if (level < 0 || level > KNOW_LEVEL_MAX)
        return result;
    const struct know_rule *order[KNOW_LOSERS_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < know_rule_count; i++) {
        const struct know_rule *rule = &know_rules[i];
        if (!str_equal(rule->activity, activity) || rule->by_level[level] == 0 || day < rule->from_day ||
            day >= rule->to_day)
            continue;
        size_t at = count;
        while (at > 0 && is_stricter(rule, order[at - 1], level))
            at--;
        must(count < ARRAY_LEN(order)); /* a test counts the rules of each activity */
        memmove(&order[at + 1], &order[at], (count - at) * sizeof order[0]);
        order[at] = rule;
        count++;
    }
    if (count == 0)
        return result;
    result.winner = order[0];
    result.value = order[0]->by_level[level];
    result.loser_count = count - 1;
    for (size_t i = 1; i < count; i++)
        result.losers[i - 1] = order[i];
    return result;
}

int know_obligation_period_months(const struct know_obligation *obligation, int level, civil_day day)
{
    struct know_strictest strictest = know_rule_strictest(obligation->period_rule, level, day);
    if (!strictest.winner)
        return obligation->period_months;
    return str_equal(strictest.winner->unit, STR("days")) ? (strictest.value + 30) / 31 : strictest.value;
}

civil_day know_obligation_last_day(const struct know_obligation *obligation)
{
    if (obligation->due_day == CIVIL_NONE)
        return CIVIL_NONE;
    return obligation->due_is_strict ? obligation->due_day - 1 : obligation->due_day;
}

const struct know_report_series *know_report_series_find(struct str id)
{
    FIND_ROW(know_report_series, know_report_series_count, id);
}

/* "MM-DD" of a year; 29 February falls back to the 28th. */
static civil_day day_in_year(struct str month_day, int year)
{
    int month = (month_day.ptr[0] - '0') * 10 + (month_day.ptr[1] - '0'),
        day = (month_day.ptr[3] - '0') * 10 + (month_day.ptr[4] - '0');
    int last = civil_month_days(year, month);
    return civil_to_day(year, month, day < last ? day : last);
}

bool know_report_period_next(const struct know_report_series *series, civil_day day,
                             struct know_report_period *ret_period)
{
    if (str_is_empty(series->due) || str_is_empty(series->covers_from) || str_is_empty(series->covers_to))
        return false;
    for (int year = civil_from_day(day).year; year <= civil_from_day(day).year + 1; year++) {
        struct know_report_period p;
        p.due_day = day_in_year(series->due, year);
        p.last_day = series->due_is_strict ? p.due_day - 1 : p.due_day;
        if (p.last_day < day || p.due_day < series->from_day || p.due_day >= series->to_day)
            continue;
        /* the range ends in this year when it ends before the due day, else the year before */
        int end_year = day_in_year(series->covers_to, year) < p.due_day ? year : year - 1;
        civil_day last_covered = day_in_year(series->covers_to, end_year);
        civil_day first = day_in_year(series->covers_from, end_year);
        p.from_day = first <= last_covered ? first : day_in_year(series->covers_from, end_year - 1);
        p.to_day = last_covered + 1;
        *ret_period = p;
        return true;
    }
    return false;
}

const struct know_state *know_state_find(struct str id)
{
    FIND_ROW(know_states, know_state_count, id);
}

enum err_code know_workday_calendar(struct arena *arena, const struct workday_notice *own, size_t own_count,
                                    int first_year, int last_year, struct workday_calendar **ret_calendar,
                                    struct err *err)
{
    if (workday_calendar_new(arena, KNOW_REST_WEEKDAYS, know_holiday_rules, know_holiday_rule_count,
                             know_holiday_notices, know_holiday_notice_count, own, own_count, first_year, last_year,
                             ret_calendar, err) != ERR_NONE)
        return err_wrap(err, "working calendar");
    return ERR_NONE;
}

const struct know_province *know_province_of_old(struct str old_name)
{
    for (size_t i = 0; i < know_province_count; i++)
        if (know_ids_has(know_provinces[i].merged, old_name))
            return &know_provinces[i];
    return NULL;
}

const struct know_password_cost *know_password_cost_on(civil_day day)
{
    const struct know_password_cost *row = &know_password_costs[0]; /* knowgen saw that they follow each other */
    for (size_t i = 1; i < know_password_cost_count && know_password_costs[i].from_day <= day; i++)
        row = &know_password_costs[i];
    return row;
}

const struct know_host_kinds *know_host_kinds_on(civil_day day)
{
    const struct know_host_kinds *found = know_host_kinds; /* knowgen saw that they follow each other */
    for (size_t i = 1; i < know_host_kinds_count; i++)
        if (know_host_kinds[i].from_day <= day)
            found = &know_host_kinds[i];
    return found;
}

int know_soon_days(void)
{
    int days = 0;
    for (size_t i = 0; i < know_reminder_count; i++)
        if (know_reminders[i].offset_days < 0 && -know_reminders[i].offset_days > days)
            days = -know_reminders[i].offset_days;
    return days;
}

static const struct str threshold_names[KNOW_THRESHOLD_ID_COUNT] = {
    [KNOW_SESSION_LIFE] = STR_INIT("session_life"),
    [KNOW_SESSION_IDLE] = STR_INIT("session_idle"),
    [KNOW_SIGN_IN_TRIES] = STR_INIT("sign_in_tries"),
    [KNOW_LOCK_FIRST] = STR_INIT("lock_first"),
    [KNOW_LOCK_LONGEST] = STR_INIT("lock_longest"),
    [KNOW_PASSWORD_LENGTH] = STR_INIT("password_length"),
    [KNOW_INVITE_LINK] = STR_INIT("invite_link"),
    [KNOW_RESET_LINK] = STR_INIT("reset_link"),
    [KNOW_TOKEN_DAYS] = STR_INIT("token_days"),
    [KNOW_TOKEN_DAYS_MOST] = STR_INIT("token_days_most"),
    [KNOW_REPORT_OPENS] = STR_INIT("report_opens"),
    [KNOW_REMINDER_MADE_UP] = STR_INIT("reminder_made_up"),
    [KNOW_WORK_WAITS] = STR_INIT("work_waits"),
    [KNOW_BACKUP_AGE] = STR_INIT("backup_age"),
    [KNOW_OUTBOX_KEPT] = STR_INIT("outbox_kept"),
    [KNOW_EVIDENCE_AGAIN] = STR_INIT("evidence_again"),
    [KNOW_FIRST_DUE] = STR_INIT("first_due"),
    [KNOW_UNDO_OFFERED] = STR_INIT("undo_offered"),
    [KNOW_RECOVERY_CODES] = STR_INIT("recovery_codes"),
    [KNOW_RECOVERY_LOW] = STR_INIT("recovery_low"),
    [KNOW_DISK_LOW] = STR_INIT("disk_low"),
    [KNOW_DISK_FULL] = STR_INIT("disk_full"),
    [KNOW_CLOCK_AHEAD] = STR_INIT("clock_ahead"),
    [KNOW_REPORT_AT_ONCE] = STR_INIT("report_at_once"),
};

int know_threshold(enum know_threshold_id id, civil_day day)
{
    const struct know_threshold *found = NULL; /* knowgen saw that the rows of a kind follow each other */
    for (size_t i = 0; i < know_threshold_count; i++)
        if (str_equal(know_thresholds[i].kind, threshold_names[id]) && (!found || know_thresholds[i].from_day <= day))
            found = &know_thresholds[i];
    must(found != NULL);
    return found->value;
}

int64_t know_threshold_ms(enum know_threshold_id id, civil_day day)
{
    static const struct {
        struct str unit;
        int64_t ms;
    } units[] = {{STR_INIT("seconds"), 1000},
                 {STR_INIT("minutes"), 60 * 1000},
                 {STR_INIT("hours"), 3600 * 1000},
                 {STR_INIT("days"), CIVIL_DAY_MS}};
    for (size_t k = 0; k < know_threshold_kind_count; k++)
        for (size_t u = 0; u < ARRAY_LEN(units); u++)
            if (str_equal(know_threshold_kinds[k].id, threshold_names[id]) &&
                str_equal(know_threshold_kinds[k].unit, units[u].unit))
                return know_threshold(id, day) * units[u].ms;
    must(!"a threshold that is a time");
    return 0;
}

const struct know_signing_form *know_signing_form_find(struct str id)
{
    FIND_ROW(know_signing_forms, know_signing_form_count, id);
}

/* "Cục An toàn thông tin" opens with "Cục", "Cục bộ" would too, "Cụcx" does not. */
static bool opens_with(struct str name, struct str words)
{
    return str_starts_with(name, words) && (name.len_bytes == words.len_bytes || name.ptr[words.len_bytes] == ' ');
}

static bool opens_with_any(struct str name, struct know_ids words)
{
    for (size_t i = 0; i < words.count; i++)
        if (opens_with(name, words.items[i]))
            return true;
    return words.count == 0;
}

const struct know_signing_title *know_signing_title_of(struct str kind, struct str name, civil_day day)
{
    const struct know_org_kind *known = know_org_kind_find(kind);
    if (day < know_signing_titles[0].from_day)
        day = know_signing_titles[0].from_day;
    for (size_t i = 0; known && i < know_signing_title_count; i++) {
        const struct know_signing_title *row = &know_signing_titles[i];
        if (row->from_day <= day && day < row->to_day &&
            (know_ids_has(row->kinds, kind) || know_ids_has(row->groups, known->group)) &&
            opens_with_any(name, row->names))
            return row;
    }
    return NULL;
}

/* Of two rows of one mark the one that holds on the day, else the earlier; knowgen saw that they do not meet. */
static const struct know_document_kind *nearer(const struct know_document_kind *NULLABLE found,
                                               const struct know_document_kind *row, civil_day day)
{
    bool holds = row->from_day <= day && day < row->to_day,
         is_settled = found && found->from_day <= day && day < found->to_day;
    return !found || holds || (!is_settled && row->from_day < found->from_day) ? row : found;
}

const struct know_document_kind *know_document_kind_of(struct str symbol, civil_day day)
{
    const struct know_document_kind *marked = NULL, *plain = NULL;
    for (size_t i = 0; i < know_document_kind_count; i++) {
        const struct know_document_kind *row = &know_document_kinds[i];
        size_t end = row->mark.len_bytes;
        if (!end)
            plain = nearer(plain, row, day);
        else if (str_starts_with(symbol, row->mark) && symbol.len_bytes > end && symbol.ptr[end] == '-')
            marked = nearer(marked, row, day);
    }
    must(plain != NULL);
    return marked && day < marked->to_day ? marked : plain; /* a mark that no longer stands for anything is a name */
}

struct str know_authority_key(struct arena *arena, struct str name, civil_day day)
{
    struct str key = viet_search_key(arena, name);
    for (size_t i = 0; !str_is_null(key) && i < know_authority_name_count; i++) {
        const struct know_authority_name *row = &know_authority_names[i];
        for (size_t k = 0; row->from_day <= day && day < row->to_day && k < row->briefs.count; k++) {
            struct str brief = viet_search_key(arena, row->briefs.items[k]),
                       full = viet_search_key(arena, row->title.vi);
            if (str_is_null(brief) || str_is_null(full))
                return STR_NONE;
            if (opens_with(key, brief))
                return arena_printf(arena, "%.*s%.*s", STR_ARG(full),
                                    STR_ARG(str_slice(key, brief.len_bytes, key.len_bytes)));
        }
    }
    return key;
}

/* What stands behind the word and a blank; null when the text does not open so. */
static struct str behind(struct str text, struct str word)
{
    bool opens = opens_with(text, word) && text.len_bytes > word.len_bytes;
    return opens ? str_slice(text, word.len_bytes + 1, text.len_bytes) : STR_NONE;
}

struct str know_authority_place(struct str name, civil_day day)
{
    struct str area = STR_NONE;
    for (size_t i = 0; i < know_authority_name_count && str_is_null(area); i++) {
        const struct know_authority_name *row = &know_authority_names[i];
        if (day < row->from_day || row->to_day <= day)
            continue;
        area = behind(name, row->title.vi);
        for (size_t k = 0; k < row->briefs.count && str_is_null(area); k++)
            area = behind(name, row->briefs.items[k]);
    }
    for (size_t i = 0; !str_is_null(area) && i < know_area_word_count; i++) {
        const struct know_area_word *word = &know_area_words[i];
        struct str rest = word->from_day <= day && day < word->to_day ? behind(area, word->title.vi) : STR_NONE;
        if (!str_is_null(rest))
            return rest;
    }
    return area;
}

const struct know_form_key *know_form_key_find(struct str id)
{
    FIND_ROW(know_form_keys, know_form_key_count, id);
}

const struct know_form *know_form_find(struct str id)
{
    FIND_ROW(know_forms, know_form_count, id);
}

const struct know_form *know_form_on(struct str purpose, civil_day day)
{
    for (size_t i = 0; i < know_form_count; i++) /* knowgen saw that they do not meet */
        if (str_equal(know_forms[i].purpose, purpose) && know_forms[i].from_day <= day && day < know_forms[i].to_day)
            return &know_forms[i];
    return NULL;
}

struct know_text know_form_word(struct str id)
{
    for (size_t i = 0; i < know_form_word_count; i++)
        if (str_equal(know_form_words[i].id, id))
            return know_form_words[i].title;
    must(!"a word of a form");
    return (struct know_text){0};
}
