#include "incident/clock.h"

#define HOUR_MS (3600 * INT64_C(1000))

static bool is_owed_by(const struct know_incident_clock *row, const struct know_org_facts *unit)
{
    if (!row->owed_by.count)
        return true;
    for (size_t i = 0; i < row->owed_by.count; i++) {
        const struct know_class *class_row = know_class_find(row->owed_by.items[i]);
        if (class_row && know_class_matches(class_row, unit))
            return true;
    }
    return false;
}

/* The day whose rules hold: that of its own T0, but what follows from a report or from restoring belongs to the regime
 * the case was detected under. */
static civil_day day_of(const struct know_incident_clock *row, const struct incident_clock_case *v, int64_t t0_ms)
{
    return civil_day_of_ms(row->t0 == KNOW_T0_PERSONAL ? t0_ms : v->detected_ms);
}

static bool does_run(const struct know_incident_clock *row, const struct incident_clock_case *v, int64_t t0_ms)
{
    civil_day day = day_of(row, v, t0_ms);
    if (day < row->from_day || day >= row->to_day)
        return false;
    if (row->severities.count && !know_ids_has(row->severities, v->severity->id))
        return false;
    return incident_facts_hold(v->facts, row->facts) && is_owed_by(row, v->unit);
}

/* The first of the forms that went out, from place `from` on; 0 when none did. */
static int64_t met_ms_of(const struct know_incident_clock *row, const struct incident_clock_case *v, size_t from)
{
    for (size_t i = from; i < v->sent_count; i++)
        if (know_ids_has(row->forms, v->sent[i].form))
            return v->sent[i].sent_ms;
    return 0;
}

static enum incident_clock_state state_of(const struct incident_clock *clock, int64_t ended_ms, int64_t now_ms)
{
    if (clock->met_ms)
        return clock->met_ms <= clock->due_ms ? CLOCK_MET : CLOCK_MET_LATE;
    if (ended_ms)
        return CLOCK_VOID;
    return now_ms > clock->due_ms ? CLOCK_LATE : CLOCK_RUNNING;
}

/* False when its activity has no rule on that day. */
static bool clock_make(const struct know_incident_clock *row, const struct incident_clock_case *v, int64_t t0_ms,
                       size_t sent_from, int64_t now_ms, struct incident_clock *ret_clock)
{
    civil_day day = day_of(row, v, t0_ms);
    struct incident_clock clock = {.row = row, .t0_ms = t0_ms};
    if (row->at_once) {
        clock.due_ms = t0_ms + know_threshold_ms(KNOW_REPORT_AT_ONCE, day);
    } else {
        struct know_strictest strictest = know_rule_strictest(row->rule, v->system_level, day);
        if (!strictest.winner)
            return false;
        clock.rule = strictest.winner;
        clock.due_ms = t0_ms + strictest.value * HOUR_MS;
    }
    clock.met_ms = met_ms_of(row, v, sent_from);
    clock.state = state_of(&clock, v->ended_ms, now_ms);
    clock.is_birth = clock.due_ms < v->classified_ms && !(clock.met_ms && clock.met_ms <= clock.due_ms);
    *ret_clock = clock;
    return true;
}

static bool is_same_form(const struct incident_clock *a, const struct incident_clock *b)
{
    if (a->row->t0 != b->row->t0 || a->t0_ms != b->t0_ms || a->row->forms.count != b->row->forms.count)
        return false;
    for (size_t i = 0; i < a->row->forms.count; i++)
        if (!know_ids_has(b->row->forms, a->row->forms.items[i]))
            return false;
    return true;
}

static void beat(struct incident_clock *winner, const struct incident_clock *loser)
{
    if (winner->beaten_count < INCIDENT_BEATEN_MAX)
        winner->beaten[winner->beaten_count++] = loser->row;
    for (size_t i = 0; i < loser->beaten_count && winner->beaten_count < INCIDENT_BEATEN_MAX; i++)
        winner->beaten[winner->beaten_count++] = loser->beaten[i];
}

/* Puts it among the others: behind those due earlier, and at most one for a form. */
static void list_put(struct incident_clock_list *list, struct incident_clock clock)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_same_form(&list->items[i], &clock)) {
            if (list->items[i].due_ms <= clock.due_ms) {
                beat(&list->items[i], &clock);
                return;
            }
            beat(&clock, &list->items[i]);
            for (size_t k = i + 1; k < list->count; k++)
                list->items[k - 1] = list->items[k];
            list->count--;
            break;
        }
    size_t at = list->count++;
    for (; at > 0 && list->items[at - 1].due_ms > clock.due_ms; at--)
        list->items[at] = list->items[at - 1];
    list->items[at] = clock;
}

static void clocks_of_row(const struct know_incident_clock *row, const struct incident_clock_case *v, int64_t now_ms,
                          struct incident_clock_list *list)
{
    struct incident_clock clock;
    if (row->t0 == KNOW_T0_REPORTED) {
        for (size_t i = 0; i < v->sent_count; i++)
            if (!v->sent[i].is_last && know_ids_has(row->after, v->sent[i].form) &&
                does_run(row, v, v->sent[i].sent_ms) && clock_make(row, v, v->sent[i].sent_ms, i + 1, now_ms, &clock))
                list_put(list, clock);
        return;
    }
    int64_t t0_ms = row->t0 == KNOW_T0_RESTORED                     ? v->restored_ms
                    : row->t0 == KNOW_T0_PERSONAL && v->personal_ms ? v->personal_ms
                                                                    : v->detected_ms;
    if (t0_ms && does_run(row, v, t0_ms) && clock_make(row, v, t0_ms, 0, now_ms, &clock))
        list_put(list, clock);
}

enum err_code incident_clocks(const struct incident_clock_case *v, int64_t now_ms, struct arena *arena,
                              struct incident_clock_list *ret_list, struct err *err)
{
    struct incident_clock_list list = {
        .items = arena_new_array(arena, struct incident_clock, know_incident_clock_count * (v->sent_count + 1))};
    if (!list.items)
        return arena_full(arena, err);
    for (size_t i = 0; i < know_incident_clock_count; i++)
        clocks_of_row(&know_incident_clocks[i], v, now_ms, &list);
    *ret_list = list;
    return ERR_NONE;
}

size_t incident_clock_alarms(const struct incident_clock *clock, int64_t classified_ms, int64_t after_ms,
                             int64_t until_ms, struct incident_alarm out[INCIDENT_ALARM_MAX])
{
    if (clock->state == CLOCK_VOID)
        return 0;
    civil_day day = civil_day_of_ms(clock->t0_ms);
    struct incident_alarm missed = {0};
    size_t count = 0;
    for (size_t i = 0; i < know_clock_alarm_count; i++) {
        const struct know_clock_alarm *row = &know_clock_alarms[i];
        if (row->kind != KNOW_ALARM_REPORT || day < row->from_day || day >= row->to_day)
            continue;
        struct incident_alarm alarm = {row, clock->t0_ms + (clock->due_ms - clock->t0_ms) / 100 * row->percent};
        if (alarm.at_ms < classified_ms) {
            if (!missed.row || missed.row->percent < row->percent)
                missed = (struct incident_alarm){row, classified_ms};
            continue;
        }
        if (alarm.at_ms > after_ms && alarm.at_ms <= until_ms && !(clock->met_ms && clock->met_ms <= alarm.at_ms) &&
            count < INCIDENT_ALARM_MAX)
            out[count++] = alarm;
    }
    if (missed.row && missed.at_ms > after_ms && missed.at_ms <= until_ms &&
        !(clock->met_ms && clock->met_ms <= missed.at_ms) && count < INCIDENT_ALARM_MAX)
        out[count++] = missed;
    for (size_t i = 1; i < count; i++) /* by time, then by percent */
        for (size_t k = i;
             k > 0 && (out[k].at_ms < out[k - 1].at_ms ||
                       (out[k].at_ms == out[k - 1].at_ms && out[k].row->percent < out[k - 1].row->percent));
             k--) {
            struct incident_alarm swap = out[k];
            out[k] = out[k - 1];
            out[k - 1] = swap;
        }
    return count;
}
