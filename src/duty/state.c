#include "duty/state.h"

static bool is_known(civil_day day)
{
    return day != CIVIL_NONE;
}

civil_day duty_next_due(const struct duty_facts *f, civil_day day)
{
    /* Evidence that once covered moves the date: what must come next is due on its last covered day. */
    if (is_known(f->covered_to_day) && f->covered_from_day <= day) {
        if (f->covered_to_day == CIVIL_FOREVER)
            return CIVIL_NONE;
        civil_day last = f->covered_to_day - 1;
        return is_known(f->due_day) && f->due_day > last ? f->due_day : last;
    }
    return f->due_day;
}

int duty_state_on(const struct duty_facts *f, civil_day day)
{
    if (day < f->issued_day || (is_known(f->closed_day) && day >= f->closed_day))
        return DUTY_NOWHERE;
    if (is_known(f->na_from_day) && day >= f->na_from_day)
        return DUTY_NA;
    if (is_known(f->waived_to_day) && day < f->waived_to_day)
        return DUTY_WAIVED;
    civil_day due = duty_next_due(f, day);
    bool is_covered = is_known(f->covered_to_day) && f->covered_from_day <= day && day < f->covered_to_day;
    if (is_covered && (!f->is_periodic || !is_known(due) || due - day > f->soon_days))
        return DUTY_OK;
    if (is_known(due)) {
        if (day > due)
            /* late by birth: handed down when its day had already passed; blames nobody. Never after it was once
             * covered. */
            return f->due_day < f->issued_day && !is_known(f->covered_to_day) ? DUTY_BIRTH : DUTY_LATE;
        if (due - day <= f->soon_days)
            return DUTY_DUE;
    }
    if (is_known(f->started_day) && day >= f->started_day)
        return DUTY_DOING;
    if (is_known(f->acked_day) && day >= f->acked_day)
        return DUTY_ACK;
    return DUTY_UNSEEN;
}

bool duty_is_within(const struct duty_facts *f, civil_day day, int days)
{
    civil_day due = duty_next_due(f, day);
    return is_known(due) && due - day <= days;
}

size_t duty_timeline(const struct duty_facts *f, civil_day from_day, struct duty_change changes[DUTY_CHANGES_MAX])
{
    /* Every day on which any comparison above can turn. */
    civil_day last_covered =
        is_known(f->covered_to_day) && f->covered_to_day != CIVIL_FOREVER ? f->covered_to_day - 1 : CIVIL_NONE;
    const civil_day dues[] = {f->due_day, last_covered};
    civil_day days[DUTY_CHANGES_MAX];
    size_t count = 0;
    const civil_day turns[] = {f->issued_day,     f->acked_day,   f->started_day,   f->covered_from_day,
                               f->covered_to_day, f->na_from_day, f->waived_to_day, f->closed_day};
    for (size_t i = 0; i < ARRAY_LEN(turns); i++)
        days[count++] = turns[i];
    for (size_t i = 0; i < ARRAY_LEN(dues); i++) {
        days[count++] = is_known(dues[i]) ? dues[i] + 1 : CIVIL_NONE;
        days[count++] = is_known(dues[i]) ? dues[i] - f->soon_days : CIVIL_NONE;
    }
    changes[0] = (struct duty_change){from_day, duty_state_on(f, from_day)};
    size_t made = 1;
    for (civil_day at = from_day;;) {
        civil_day next = CIVIL_FOREVER;
        for (size_t i = 0; i < count; i++)
            if (days[i] > at && days[i] < next)
                next = days[i];
        if (next == CIVIL_FOREVER)
            return made;
        int state = duty_state_on(f, next);
        if (state != changes[made - 1].state)
            changes[made++] = (struct duty_change){next, state};
        at = next;
    }
}

static const char *const state_names[DUTY_STATE_COUNT] = {
    [DUTY_UNSEEN] = "unseen", [DUTY_ACK] = "ack", [DUTY_DOING] = "doing",
    [DUTY_OK] = "ok",         [DUTY_DUE] = "due", [DUTY_LATE] = "late",
    [DUTY_BIRTH] = "birth",   [DUTY_NA] = "na",   [DUTY_WAIVED] = "waived",
};

const char *duty_state_to_str(int state)
{
    return state >= 0 && state < DUTY_STATE_COUNT ? state_names[state] : "nowhere";
}

bool duty_state_from_str(struct str text, enum duty_state *ret_state)
{
    for (int i = 0; i < DUTY_STATE_COUNT; i++)
        if (str_equal(text, str_from_cstr(state_names[i]))) {
            *ret_state = (enum duty_state)i;
            return true;
        }
    return false;
}
