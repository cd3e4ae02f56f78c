#include "incident/severity.h"

enum fact_answer incident_fact(struct incident_facts facts, int place)
{
    return place < 0 ? FACT_OPEN : (enum fact_answer)((facts.bits >> (2 * (unsigned)place)) & 3u);
}

bool incident_fact_is_held(struct incident_facts facts, int place)
{
    return incident_fact(facts, place) >= FACT_SUSPECTED;
}

struct incident_facts incident_fact_with(struct incident_facts facts, int place, enum fact_answer answer)
{
    must(place >= 0 && place < KNOW_INCIDENT_FACT_MAX);
    unsigned shift = 2 * (unsigned)place;
    return (struct incident_facts){(facts.bits & ~(UINT64_C(3) << shift)) | (uint64_t)answer << shift};
}

bool incident_facts_hold(struct incident_facts facts, struct know_ids ids)
{
    for (size_t i = 0; i < ids.count; i++)
        if (!incident_fact_is_held(facts, know_incident_fact_place(ids.items[i])))
            return false;
    return true;
}

bool incident_facts_are_valid(uint64_t bits)
{
    return bits >> (2 * know_incident_fact_count) == 0;
}

struct incident_facts incident_facts_filled(struct incident_facts facts, const struct know_incident_label *label,
                                            int system_level)
{
    for (size_t i = 0; i < know_incident_fact_count; i++) {
        const struct know_incident_fact *fact = &know_incident_facts[i];
        if (incident_fact(facts, (int)i) != FACT_OPEN)
            continue;
        if (know_ids_has(label->facts, fact->id))
            facts = incident_fact_with(facts, (int)i, FACT_YES);
        else if (fact->min_level && system_level)
            facts = incident_fact_with(facts, (int)i, system_level >= fact->min_level ? FACT_YES : FACT_NO);
    }
    return facts;
}

static bool is_in_force(const struct know_incident_severity_rule *rule, struct str scheme, civil_day day)
{
    const struct know_incident_severity *severity = know_incident_severity_find(rule->severity);
    return severity && str_equal(severity->scheme, scheme) && rule->from_day <= day && day < rule->to_day;
}

/* Every fact of the rule is held, or open: then its place goes to *ret_open. */
static bool could_hold(const struct know_incident_severity_rule *rule, struct incident_facts facts, uint32_t *ret_open)
{
    uint32_t open = 0;
    for (size_t i = 0; i < rule->facts.count; i++) {
        int place = know_incident_fact_place(rule->facts.items[i]);
        if (incident_fact(facts, place) == FACT_NO)
            return false;
        if (incident_fact(facts, place) == FACT_OPEN)
            open |= UINT32_C(1) << (unsigned)place;
    }
    *ret_open = open;
    return true;
}

struct incident_severity incident_severity_of(struct incident_facts facts, civil_day day)
{
    const struct know_incident_scheme *scheme = know_incident_scheme_on(day);
    if (day < scheme->from_day)
        day = scheme->from_day; /* before the first scheme: as on its first day */
    const struct know_incident_severity *level = NULL, *could_be = NULL;
    for (size_t i = 0; i < know_incident_severity_rule_count; i++) {
        const struct know_incident_severity_rule *rule = &know_incident_severity_rules[i];
        uint32_t open;
        if (!is_in_force(rule, scheme->id, day) || !could_hold(rule, facts, &open))
            continue;
        const struct know_incident_severity *severity = know_incident_severity_find(rule->severity);
        if (!could_be || severity->rank > could_be->rank)
            could_be = severity;
        if (!open && (!level || severity->rank > level->rank))
            level = severity;
    }
    must(level && could_be); /* the generator gives every day a floor */
    struct incident_severity out = {.level = level, .could_be = could_be};
    for (size_t i = 0; i < know_incident_severity_rule_count; i++) {
        const struct know_incident_severity_rule *rule = &know_incident_severity_rules[i];
        uint32_t open;
        if (!is_in_force(rule, scheme->id, day) || !could_hold(rule, facts, &open))
            continue;
        const struct know_incident_severity *severity = know_incident_severity_find(rule->severity);
        if (!open && severity == level && out.why_count < INCIDENT_WHY_MAX)
            out.why[out.why_count++] = rule;
        if (severity->rank > level->rank)
            out.open_places |= open;
    }
    return out;
}
